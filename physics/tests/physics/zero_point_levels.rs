//! Levels of a profile to which a zero-point energy is added, against the same potential written out.

use glasswell_physics::tunnelling::{
    Doublet, Kind, LevelsStatus, Profile, Stretch, TunnelSettings, solve, solve_potential, splitting_with_zero_point,
};

const MASS: f64 = 5250.0;
const LENGTH: f64 = 0.5;
const BARRIER: f64 = 0.08;

/// A quartic between the minima, parabolas beyond them.
fn plain(asymmetry: f64) -> impl Fn(f64) -> f64 {
    let [left, right] = curvatures(asymmetry);
    move |x: f64| {
        if x < 0.0 {
            0.5 * left * x * x
        } else if x > 1.0 {
            asymmetry + 0.5 * right * (x - 1.0) * (x - 1.0)
        } else {
            16.0 * BARRIER * x * x * (1.0 - x) * (1.0 - x) + asymmetry * x * x * (3.0 - 2.0 * x)
        }
    }
}

fn curvatures(asymmetry: f64) -> [f64; 2] {
    [32.0 * BARRIER + 6.0 * asymmetry, 32.0 * BARRIER - 6.0 * asymmetry]
}

fn profile(asymmetry: f64) -> Profile {
    let v = plain(asymmetry);
    let xi: Vec<f64> = (0..=200).map(|k| f64::from(k) / 200.0).collect();
    let energy = xi.iter().map(|x| v(*x)).collect();
    Profile { xi, energy, length: LENGTH, curvature: curvatures(asymmetry).map(Some) }
}

/// `z` in epsilon by xi, sampled at 21 points and `beyond` more at each end.
fn sampled(asymmetry: f64, z: impl Fn(f64) -> f64, beyond: i32) -> Doublet {
    let xi: Vec<f64> = (-beyond..=20 + beyond).map(|k| f64::from(k) / 20.0).collect();
    let zero_point: Vec<f64> = xi.iter().map(|x| 7.0 + z(*x) * MASS.sqrt()).collect();
    let arc_length: Vec<f64> = xi.iter().map(|x| x * LENGTH).collect();
    let settings = TunnelSettings::default();
    splitting_with_zero_point(&profile(asymmetry), &arc_length, &zero_point, MASS, &settings).unwrap()
}

fn with(asymmetry: f64, z: impl Fn(f64) -> f64) -> Doublet {
    sampled(asymmetry, z, 0)
}

/// `z` between the outermost of the points, beyond them the straight line through two points.
fn straight_on(z: impl Fn(f64) -> f64, beyond: i32) -> impl Fn(f64) -> f64 {
    let reach = 0.05 * f64::from(beyond);
    move |x: f64| {
        let inner = x.clamp(-reach, 1.0 + reach);
        let before = if x < 0.5 { inner + 0.05 } else { inner - 0.05 };
        z(inner) + (x - inner) * (z(inner) - z(before)) / (inner - before)
    }
}

fn written_out(asymmetry: f64, z: impl Fn(f64) -> f64, from: f64, to: f64) -> Vec<f64> {
    let v = plain(asymmetry);
    let stretch = Stretch { left: from, right: to, points: 2000, levels: 5 };
    solve_potential(|x: f64| v(x) + z(x), MASS * LENGTH * LENGTH, &stretch).unwrap().levels
}

fn near(what: &str, got: f64, expected: f64, relative: f64) {
    assert!((got / expected - 1.0).abs() < relative, "{what}: {got:e} instead of {expected:e}");
}

#[test]
fn a_constant_changes_nothing() {
    for asymmetry in [0.0, 5e-4] {
        let bare = solve(&profile(asymmetry), None, MASS, &TunnelSettings::default()).unwrap();
        let same = with(asymmetry, |_| 0.0);
        assert_eq!((same.status, same.kind), (bare.status, bare.kind));
        near("splitting", same.splitting, bare.splitting, 1e-4);
        near("first level", same.levels[0], bare.levels[0], 1e-4);
        near("element", same.tunnelling_element, bare.tunnelling_element, 1e-3);
        near("turning point", same.turning_points[0], bare.turning_points[0], 1e-3);
    }
}

/// Slopes and curvatures of Z at the ends: the minima move inwards at one end and outwards at the other.
#[test]
fn moved_minima() {
    for (slope, bend) in [(3e-3, 0.0), (-3e-3, 0.0), (2e-2, 0.0), (1e-2, 0.3), (1e-2, -0.3)] {
        for beyond in [0, 1, 3] {
            let z = |x: f64| slope * x + bend * x * (x - 1.0);
            let got = sampled(5e-4, z, beyond);
            let expected = written_out(5e-4, straight_on(z, beyond), -1.5, 2.5);
            assert_eq!(got.status, LevelsStatus::Converged);
            for k in 0..5 {
                let off = (got.levels[k] - expected[k]).abs();
                println!("{slope} {bend} {beyond} level {k}: {:e} off {off:e}", got.levels[k]);
                assert!(off < 2e-5, "{:e} {:e}", got.levels[k], expected[k]);
            }
            near("splitting", got.splitting, expected[1] - expected[0], 2e-3);
        }
    }
    // an opposite slope that undoes the asymmetry: a tunnelling doublet
    assert_eq!(with(5e-4, |x| -5e-4 * x).kind, Some(Kind::Tunnelling));
}

/// The other well becomes the lower one: the mirrored problem has the same levels, on its own zero.
#[test]
fn the_lower_well_changes_sides() {
    let got = with(5e-4, |x| -4e-3 * x);
    let bare = solve(&profile(5e-4), None, MASS, &TunnelSettings::default()).unwrap();
    assert!(bare.diagonal_splitting > 0.0 && got.diagonal_splitting > 0.0);
    let (v, k) = (plain(5e-4), curvatures(5e-4));
    let xi: Vec<f64> = (0..=200).map(|k| f64::from(k) / 200.0).collect();
    let energy = xi.iter().map(|x| v(1.0 - x)).collect();
    let turned = Profile { xi, energy, length: LENGTH, curvature: [Some(k[1]), Some(k[0])] };
    let z: Vec<f64> = (0..=20).map(|k| -4e-3 * (1.0 - f64::from(k) / 20.0) * MASS.sqrt()).collect();
    let arc_length: Vec<f64> = (0..=20).map(|k| f64::from(k) / 20.0 * LENGTH).collect();
    let mirrored = splitting_with_zero_point(&turned, &arc_length, &z, MASS, &TunnelSettings::default()).unwrap();
    near("splitting", mirrored.splitting, got.splitting, 1e-6);
    near("level", mirrored.levels[0], got.levels[0] + 4e-3, 1e-6);
    assert_eq!(mirrored.kind, got.kind);
}

/// A zero-point energy that fills one well: a single one is left, whose levels are reported with kind no_barrier.
#[test]
fn one_well_left() {
    let z = |x: f64| 0.9 * x * x;
    let got = with(5e-4, z);
    let expected = written_out(5e-4, straight_on(z, 0), -1.5, 1.5);
    assert_eq!((got.status, got.kind), (LevelsStatus::Converged, Some(Kind::NoBarrier)));
    assert!(got.diagonal_splitting.is_nan() && got.tunnelling_element.is_nan());
    near("splitting", got.splitting, expected[1] - expected[0], 1e-3);
}

#[test]
fn what_is_no_zero_point_profile_is_an_error() {
    let settings = TunnelSettings::default();
    let short = splitting_with_zero_point(&profile(0.0), &[0.0, 0.2, 0.4], &[1.0; 3], MASS, &settings);
    assert!(short.unwrap_err().to_string().contains("0.4"));
    assert!(splitting_with_zero_point(&profile(0.0), &[], &[], MASS, &settings).is_err());
    let back = splitting_with_zero_point(&profile(0.0), &[0.0, 0.3, 0.2, LENGTH], &[1.0; 4], MASS, &settings);
    assert!(back.is_err());
    assert!(splitting_with_zero_point(&profile(0.0), &[0.0, LENGTH], &[1.0; 2], -1.0, &settings).is_err());
}
