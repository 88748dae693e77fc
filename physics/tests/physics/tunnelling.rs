//! The Schroedinger equation of a double well against independent spectral solutions and reference profiles.

use glasswell_physics::paths::spline::{CubicSpline, StationaryKind};
use glasswell_physics::tunnelling::{
    Doublet, Kind, LevelsStatus, Profile, SemiclassicalStatus, Stretch, TunnelSettings, solve, solve_potential,
    splitting_reflected,
};
use serde_json::Value;

fn data(name: &str) -> Value {
    let path = format!("{}/../tests/data/{name}", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// Numbers are given as numbers or as decimal strings.
fn number(value: &Value) -> f64 {
    value.as_f64().or_else(|| value.as_str().and_then(|text| text.parse().ok())).unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(number).collect()
}

fn close(name: &str, got: f64, expected: f64, relative: f64) {
    assert!((got / expected - 1.0).abs() < relative, "{name}: {got:.13e}, expected {expected:.13e}");
}

fn quartic(barrier: f64, asymmetry: f64) -> impl Fn(f64) -> f64 {
    move |x: f64| 16.0 * barrier * x * x * (1.0 - x) * (1.0 - x) + asymmetry * x * x * (3.0 - 2.0 * x)
}

fn sampled(v: impl Fn(f64) -> f64, from: f64, to: f64, per_unit: usize, length: f64) -> Profile {
    let nodes = ((to - from) * per_unit as f64).round() as usize;
    let xi: Vec<f64> = (0..=nodes).map(|i| from + i as f64 / per_unit as f64).collect();
    Profile { energy: xi.iter().map(|x| v(*x)).collect(), xi, length, curvature: [None, None] }
}

fn levels_are(name: &str, got: &[f64], expected: &[f64], absolute: f64, count: usize) {
    for k in 0..count {
        assert!((got[k] - expected[k]).abs() < absolute, "{name} level {k}: {:.14} {:.14}", got[k], expected[k]);
    }
}

#[test]
fn spline_reproduces_cubics_and_finds_their_extrema() {
    let y = |x: f64| 2.0 - 3.0 * x + 0.5 * x * x * x;
    let knots = [-2.0, -1.3, 0.1, 0.4, 1.9, 2.5];
    let spline = CubicSpline::new(&knots, &knots.map(y)).unwrap();
    for x in [-2.0f64, -1.7, -0.5, 0.2, 1.0, 2.49, 3.0] {
        let expected = [y(x), -3.0 + 1.5 * x * x, 3.0 * x, 3.0];
        for (got, expected) in spline.derivatives(x).iter().zip(expected) {
            assert!((got - expected).abs() < 1e-12, "{x} {got} {expected}");
        }
    }
    let points = spline.stationary_points();
    assert_eq!(points.len(), 2);
    let root = 2.0f64.sqrt();
    assert!(points[0].kind == StationaryKind::Maximum && (points[0].position + root).abs() < 1e-12);
    assert!(points[1].kind == StationaryKind::Minimum && (points[1].curvature - 3.0 * root).abs() < 1e-11);
    assert_eq!(spline.highest_maximum(-2.0, 2.5).unwrap().position, points[0].position);
    // a stationary point on a knot is found once
    let on_knot = CubicSpline::new(&[-2.0, -1.0, 0.0, 1.0, 2.0], &[4.0, 1.0, 0.0, 1.0, 4.0]).unwrap();
    assert_eq!(on_knot.stationary_points().len(), 1);
}

#[test]
fn spline_of_few_points_and_its_order() {
    let line = CubicSpline::new(&[1.0, 3.0], &[2.0, 6.0]).unwrap();
    assert_eq!(line.derivatives(2.0), [4.0, 2.0, 0.0, 0.0]);
    let parabola = CubicSpline::new(&[0.0, 1.0, 3.0], &[0.0, 1.0, 9.0]).unwrap();
    assert!((parabola.value(2.0) - 4.0).abs() < 1e-14 && (parabola.second_derivative(0.5) - 2.0).abs() < 1e-14);
    let cubic = CubicSpline::new(&[0.0, 1.0, 3.0, 4.0], &[0.0, 1.0, 27.0, 64.0]).unwrap();
    assert!((cubic.value(2.0) - 8.0).abs() < 1e-13);
    // fourth order also at the ends, which natural ends would spoil
    let error = |n: usize| {
        let x: Vec<f64> = (0..=n).map(|i| i as f64 / n as f64).collect();
        let spline = CubicSpline::new(&x, &x.iter().map(|x| x.exp()).collect::<Vec<_>>()).unwrap();
        (0..1000).map(|i| i as f64 / 999.0).map(|x| (spline.value(x) - x.exp()).abs()).fold(0.0, f64::max)
    };
    assert!(error(20) / error(40) > 12.0, "{} {}", error(20), error(40));
    for (x, y) in [(vec![0.0], vec![1.0]), (vec![0.0, 0.0], vec![1.0, 2.0]), (vec![0.0, f64::NAN], vec![1.0, 2.0])] {
        assert!(CubicSpline::new(&x, &y).is_err());
    }
}

#[test]
fn levels_of_quartic_double_wells_on_the_whole_line() {
    for (name, set) in data("double_well_1d.json")["sets"].as_object().unwrap() {
        let [m, d, barrier, asymmetry] = ["m", "d", "Vb", "dV"].map(|key| number(&set[key]));
        let expected = numbers(&set["levels_HObasis"]);
        let v = quartic(barrier, asymmetry);
        let stretch = Stretch { left: -1.0, right: 2.0, points: 2000, levels: 6 };
        let spectrum = solve_potential(&v, m * d * d, &stretch).unwrap();
        assert!(spectrum.converged && spectrum.convergence < 1e-8);
        levels_are(name, &spectrum.levels, &expected, 1e-10, 6);
        close(name, spectrum.levels[1] - spectrum.levels[0], number(&set["splitting"]), 1e-8);
        // the same as a profile that extends outside [0, 1]
        let doublet = solve(&sampled(&v, -0.8, 1.8, 1000, d), Some(0.5), m, &TunnelSettings::default()).unwrap();
        levels_are(name, &doublet.levels, &expected, 1e-10, 5);
        close(name, doublet.splitting, number(&set["splitting"]), 1e-7);
        assert!(
            doublet.kind == Some(Kind::Tunnelling) && doublet.status == LevelsStatus::Converged && doublet.decay > 30.0
        );
    }
}

#[test]
fn semiclassical_figures_of_quartic_double_wells() {
    for (name, set) in data("double_well_1d.json")["sets"].as_object().unwrap() {
        let [m, d, barrier, asymmetry] = ["m", "d", "Vb", "dV"].map(|key| number(&set[key]));
        let profile = sampled(quartic(barrier, asymmetry), -0.8, 1.8, 2000, d);
        let doublet = solve(&profile, None, m, &TunnelSettings::default()).unwrap();
        close(name, doublet.action, number(&set["action_at_mean"]), 1e-10);
        close(name, doublet.tunnelling_element, number(&set["Delta0_seed_eq15"]), 1e-9);
        close(name, doublet.decay_rate, number(&set["Gamma_standard_half"]), 1e-9);
        close(name, doublet.decay_rate_paper, number(&set["Gamma_seed_eq14_from0"]), 1e-9);
        let turning = numbers(&set["turning_points_mean"]);
        assert!((doublet.turning_points[0] - turning[1]).abs() < 1e-8);
        assert!((doublet.turning_points[1] - turning[2]).abs() < 1e-8);
        assert!((doublet.diagonal_splitting - number(&set["Delta_seed_eq13"])).abs() < 1e-8);
        assert_eq!(doublet.decay_rate_status, SemiclassicalStatus::Computed);
        // curvatures from outside: hbar omega = sqrt(k / M)
        let k = [1.0, -1.0].map(|sign| Some(32.0 * barrier + sign * 6.0 * asymmetry));
        let exact = solve(&Profile { curvature: k, ..profile }, None, m, &TunnelSettings::default()).unwrap();
        assert!((exact.diagonal_splitting - number(&set["Delta_seed_eq13"])).abs() < 1e-12);
    }
}

#[test]
fn parabolas_beyond_the_minima() {
    for (m, d, barrier, asymmetry, expected) in [
        (5250.0, 0.45, 0.05, 0.0, 2.000621e-4),
        (4000.0, 0.75, 0.08, 0.0, 8.1470e-7),
        (5250.0, 0.5, 0.08, 5e-4, 4.710417e-4),
        (27504.3, 0.4, 0.03, 2e-4, 1.8969532e-4),
    ] {
        let mut profile = sampled(quartic(barrier, asymmetry), 0.0, 1.0, 200, d);
        profile.curvature = [1.0, -1.0].map(|sign| Some(32.0 * barrier + sign * 6.0 * asymmetry));
        let doublet = solve(&profile, None, m, &TunnelSettings::default()).unwrap();
        let digits = if expected == 8.1470e-7 { 1e-5 } else { 5e-7 };
        close("splitting", doublet.splitting, expected, digits);
        assert!(doublet.status == LevelsStatus::Converged && doublet.points <= 8000, "{doublet:?}");
    }
}

#[test]
fn reference_paths_of_the_ternary_mixture() {
    for (name, set) in data("profiles_tlj.json").as_object().unwrap() {
        let s = &set["schroedinger"];
        let profile = Profile {
            xi: numbers(&s["xi"]),
            energy: numbers(&s["V"]),
            length: number(&s["d"]),
            curvature: [Some(number(&s["k_left"])), Some(number(&s["k_right"]))],
        };
        for level in s["levels"].as_array().unwrap() {
            let m = number(&level["mtilde"]);
            let doublet = solve(&profile, None, m, &TunnelSettings::default()).unwrap();
            for (got, expected) in doublet.levels.iter().zip(numbers(&level["E"])) {
                close(name, *got, expected, 1e-7);
            }
            close(name, doublet.splitting, number(&level["splitting"]), 1e-7);
            // strongly asymmetric: the second level is the upper well's, or the lower well's first excited one
            let (kind, sum) = if doublet.weights[1] < 0.5 { (Kind::Tunnelling, 1.0) } else { (Kind::Intrawell, 2.0) };
            assert_eq!((doublet.kind, doublet.status), (Some(kind), LevelsStatus::Converged));
            println!("{name} {m} weights {:?}", doublet.weights);
            assert!((doublet.weights[0] + doublet.weights[1] - sum).abs() < 0.25);
            // the highest requested level does not change those below it
            let two = solve(&profile, None, m, &TunnelSettings { levels: 2, ..Default::default() }).unwrap();
            close(name, two.splitting, doublet.splitting, 1e-8);
        }
    }
}

#[test]
fn turning_a_profile_round_changes_nothing() {
    let profile = sampled(quartic(0.04, 3e-3), -0.1, 1.0, 100, 0.5);
    let turned = Profile {
        xi: profile.xi.iter().rev().map(|x| 1.0 - x).collect(),
        energy: profile.energy.iter().rev().copied().collect(),
        length: profile.length,
        curvature: [None, None],
    };
    let settings = TunnelSettings::default();
    let a = solve(&profile, Some(0.52), 5250.0, &settings).unwrap();
    let b = solve(&turned, Some(0.48), 5250.0, &settings).unwrap();
    levels_are("turned", &a.levels, &b.levels, 1e-12, 5);
    close("Delta", a.diagonal_splitting, b.diagonal_splitting, 1e-10);
    close("Delta_0", a.tunnelling_element, b.tunnelling_element, 1e-7);
    close("rate", a.decay_rate, b.decay_rate, 1e-7);
    assert!((a.turning_points[0] - (1.0 - b.turning_points[1])).abs() < 1e-9);
    assert!((a.weights[0] - b.weights[0]).abs() < 1e-6 && a.weights[0] > 0.9);
}

#[test]
fn an_offset_of_the_energy_changes_the_levels_only() {
    let profile = sampled(quartic(0.05, 1e-3), 0.0, 1.0, 50, 0.45);
    let shifted = Profile { energy: profile.energy.iter().map(|v| v - 3.0).collect(), ..profile.clone() };
    let [a, b] = [profile, shifted].map(|p| solve(&p, None, 5250.0, &TunnelSettings::default()).unwrap());
    assert!((a.levels[0] - b.levels[0] - 3.0).abs() < 1e-11);
    assert!((a.splitting - b.splitting).abs() < 1e-12);
    close("Delta_0", a.tunnelling_element, b.tunnelling_element, 1e-9);
}

#[test]
fn splittings_far_below_the_level_spacing() {
    let splitting =
        |m: f64| solve(&sampled(quartic(0.08, 0.0), -0.8, 1.8, 1000, 0.75), None, m, &TunnelSettings::default());
    let mut last: Option<Doublet> = None;
    for m in [4000.0, 6000.0, 8000.0, 10000.0, 12000.0, 16000.0] {
        let doublet = splitting(m).unwrap();
        // E = (hbar omega / pi) exp(-S) up to a factor that changes by 1 % over five decades of E
        let estimate = 2.0 / std::f64::consts::PI * doublet.tunnelling_element;
        let ratio = doublet.splitting / estimate;
        if estimate > 1e-12 {
            assert!(ratio > 1.06 && ratio < 1.08, "{m} {ratio} {doublet:?}");
        }
        assert_eq!(doublet.below_floor, doublet.splitting < 1e-11);
        assert_eq!(doublet.kind, Some(Kind::Tunnelling));
        println!("{m} {:e} {ratio} {}", doublet.splitting, doublet.splitting_convergence);
        assert!(last.is_none_or(|last| doublet.splitting < last.splitting));
        last = Some(doublet);
    }
    assert!(last.unwrap().below_floor);
}

#[test]
fn kinds_and_statuses() {
    let settings = TunnelSettings::default();
    let run = |v: &dyn Fn(f64) -> f64, d, m| solve(&sampled(v, 0.0, 1.0, 40, d), None, m, &settings).unwrap();
    // zero-point energy above the barrier
    let low = run(&quartic(1e-4, 0.0), 0.3, 1200.0);
    assert_eq!((low.kind, low.tunnelling_element_status), (Some(Kind::NoBarrier), SemiclassicalStatus::AboveBarrier));
    assert!(low.splitting > 0.0 && low.tunnelling_element.is_nan() && low.decay_rate.is_nan());
    // levels of the lower well only
    let steep = run(&quartic(0.2, 0.15), 0.6, 30000.0);
    assert_eq!(
        (steep.kind, steep.tunnelling_element_status),
        (Some(Kind::Intrawell), SemiclassicalStatus::BelowUpperMinimum)
    );
    // no barrier at all: a shelf, and a single parabola with its exact levels
    let shelf = run(&|x: f64| x * x * (3.0 - 2.0 * x) * 0.01 + 0.5 * x * x, 0.6, 4000.0);
    assert_eq!((shelf.kind, shelf.decay_rate_status), (Some(Kind::NoBarrier), SemiclassicalStatus::NoBarrier));
    let oscillator = run(&|x: f64| 0.8 * (x - 0.5) * (x - 0.5), 0.5, 4000.0);
    let quantum = (1.6f64 / 1000.0).sqrt();
    assert_eq!(oscillator.kind, Some(Kind::NoBarrier));
    // (beyond 0 and 1 it goes on without slope: only the tail of the ground state feels it)
    close("oscillator", oscillator.levels[0], 0.5 * quantum, 1e-3);
    // falling beyond the minimum
    let mut falling = sampled(quartic(0.05, 0.0), 0.0, 1.0, 40, 0.5);
    falling.curvature = [Some(-1.0), Some(1.6)];
    let unbound = solve(&falling, None, 4000.0, &settings).unwrap();
    assert!(unbound.status == LevelsStatus::Unbound && unbound.splitting.is_nan() && !unbound.below_floor);
    assert_eq!(unbound.kind, None);
}

/// Energies as a program writes them that does not subtract its zero: rounded to 2e-9.
#[test]
fn an_offset_of_ten_million_costs_its_rounding_only() {
    let profile = sampled(quartic(0.08, 0.0), 0.0, 1.0, 100, 0.75);
    let run = |offset: f64| {
        let energy = profile.energy.iter().map(|v| v + offset).collect();
        solve(&Profile { energy, ..profile.clone() }, None, 4000.0, &TunnelSettings::default()).unwrap()
    };
    let (plain, shifted) = (run(0.0), run(-1e7));
    assert_eq!((shifted.status, shifted.kind), (LevelsStatus::Converged, Some(Kind::Tunnelling)));
    println!("{:e} {:e}", plain.splitting, shifted.splitting);
    assert!((plain.splitting - 8.14e-7).abs() < 2e-9 && (shifted.splitting - plain.splitting).abs() < 2e-9);
    // the curvature at the ends, from the spline, feels the rounding most
    assert!((shifted.levels[0] + 1e7 - plain.levels[0]).abs() < 2e-7);
}

/// What is out of all proportion is named, within moments.
#[test]
fn absurd_profiles_are_refused_by_their_values() {
    let refused = |xi: &[f64], energy: &[f64]| {
        let profile = Profile { xi: xi.to_vec(), energy: energy.to_vec(), length: 0.5, curvature: [None, None] };
        solve(&profile, None, 4000.0, &TunnelSettings::default()).unwrap_err().to_string()
    };
    let quarters = [0.0, 0.25, 0.5, 0.75, 1.0];
    let steep = refused(&quarters, &[18446744073709551616.0, 0.05, 1e9, 0.06, 0.01]);
    assert!(steep.contains("V = 1.8446744073709552e19 at xi = 0.0"), "{steep}");
    let infinite = refused(&quarters, &[1e308, 0.05, -1e308, 0.06, 0.01]);
    assert!(infinite.contains("out of all proportion"), "{infinite}");
    let far = refused(&[0.0, 0.25, 0.5, 0.75, 11111.0], &[0.0, 0.05, 0.1, 0.06, 0.01]);
    assert!(far.contains("xi = 11111.0"), "{far}");
    let swings = refused(&[0.0, 0.25, 0.5, 0.75, 90.0], &[0.0, 0.05, 0.1, 0.06, 0.01]);
    assert!(swings.contains("swings"), "{swings}");
}

#[test]
fn minima_beside_the_ends_are_noticed() {
    let distances = |from: f64, stretch: f64| {
        let v = quartic(0.08, 1e-3);
        let profile = sampled(|x| v(from + x * stretch), 0.0, 1.0, 16, 0.5);
        profile.distances_to_minima().unwrap()
    };
    let [a, b] = distances(0.0, 1.0);
    assert!(a.unwrap().abs() < 2e-3 && b.unwrap().abs() < 2e-3, "{a:?} {b:?}");
    let [a, b] = distances(-0.05, 1.0);
    assert!((a.unwrap() - 0.05).abs() < 0.02 && (b.unwrap() - 0.05).abs() < 0.02, "{a:?} {b:?}");
    // arc lengths in place of xi: the end is beyond the barrier, or on its slope
    assert_eq!(distances(0.0, 0.6)[1], None);
    assert!(distances(0.0, 0.9)[1].unwrap() > 0.03);
}

#[test]
fn nothing_panics_on_strange_profiles() {
    let settings = TunnelSettings { points: 200, ..Default::default() };
    for points in [2, 3, 4, 9] {
        for (barrier, asymmetry) in [(0.05, 0.0), (1e-9, 0.0), (1e-9, 5.0), (50.0, 40.0), (0.0, 0.0), (0.1, -0.2)] {
            for (m, d) in [(1e-6, 1e-3), (1.0, 0.1), (4000.0, 0.5), (1e7, 3.0)] {
                // very light particles need very wide domains: once is enough
                if m < 1e-3 && points != 3 {
                    continue;
                }
                let mut profile = sampled(quartic(barrier, asymmetry), 0.0, 1.0, points - 1, d);
                for curvature in
                    [[None, None], [Some(1.0), Some(0.3)], [Some(0.1), Some(1e4)], [Some(f64::NAN), Some(1.0)]]
                {
                    profile.curvature = curvature;
                    for saddle in [None, Some(0.5), Some(f64::NAN), Some(7.0)] {
                        if saddle.is_some() && points != 4 {
                            continue;
                        }
                        let doublet = solve(&profile, saddle, m, &settings).unwrap();
                        let solved = !matches!(doublet.status, LevelsStatus::Unbound | LevelsStatus::Unsolved);
                        assert_eq!(solved, doublet.splitting.is_finite(), "{profile:?} {m} {doublet:?}");
                        assert!(doublet.levels.len() == 5 && (!solved || doublet.levels.is_sorted()));
                    }
                }
            }
        }
    }
    let good = sampled(quartic(0.05, 0.0), 0.0, 1.0, 10, 0.5);
    for m in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(solve(&good, None, m, &settings).is_err());
    }
    for bad in [
        Profile { length: 0.0, ..good.clone() },
        Profile { length: f64::NAN, ..good.clone() },
        Profile { xi: good.xi.iter().map(|x| x * 0.9).collect(), ..good.clone() },
        Profile { energy: good.energy.iter().map(|_| f64::NAN).collect(), ..good.clone() },
        Profile { xi: vec![], energy: vec![], ..good.clone() },
    ] {
        assert!(solve(&bad, None, 4000.0, &settings).is_err());
    }
}

#[test]
fn settings_from_a_deck() {
    let settings: TunnelSettings =
        serde_json::from_str(r#"{"units": ["argon"], "reduced_mass": {"mine": 2500.0}}"#).unwrap();
    assert_eq!((settings.points, settings.levels, settings.reduced_mass["mine"]), (2000, 5, 2500.0));
    assert!(serde_json::from_str::<TunnelSettings>(r#"{"point": 3}"#).is_err());
}

/// V = h sin^2(pi xi) reflects into itself, with walls at -1/2 and 3/2: in the basis sin(n pi (xi + 1/2) / 2) its matrix has
/// n^2 pi^2 / (8 M) + h/2 on the diagonal and h/4 between n and n +- 4 (less h/4 where both add up to 4).
#[test]
fn reflected_wells_have_the_levels_between_walls() {
    let (mass, length, points) = (300.0, 1.3, 101);
    for height in [0.05, 1.0] {
        let xi: Vec<f64> = (0..points).map(|k| k as f64 / (points - 1) as f64).collect();
        let energy = xi.iter().map(|xi| height * (std::f64::consts::PI * xi).sin().powi(2)).collect();
        let profile = Profile { xi, energy, length, curvature: [None, None] };
        let found = splitting_reflected(&profile, mass, &TunnelSettings::default()).unwrap();
        let heavy = mass * length * length;
        let matrix = nalgebra::DMatrix::from_fn(120, 120, |i, j| {
            let (m, n) = (i as f64 + 1.0, j as f64 + 1.0);
            let kinetic = (m * std::f64::consts::PI).powi(2) / (8.0 * heavy) + 0.5 * height;
            let coupled = f64::from((m - n).abs() == 4.0) - f64::from(m + n == 4.0);
            f64::from(i == j) * kinetic + 0.25 * height * coupled
        });
        let mut levels: Vec<f64> = matrix.symmetric_eigenvalues().iter().copied().collect();
        levels.sort_by(f64::total_cmp);
        let due = levels[1] - levels[0];
        println!("height {height}: {found:e}, due {due:e}");
        assert!((found / due - 1.0).abs() < 1e-4);
        // the parabolas are other wells: their splitting differs by more than the error
        let parabola = solve(&profile, None, mass, &TunnelSettings::default()).unwrap().splitting;
        assert!((parabola / due - 1.0).abs() > 0.01, "{parabola:e}");
    }
}
