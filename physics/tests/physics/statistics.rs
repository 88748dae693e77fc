//! Densities of states, heat, fits and error bars against exact results.

use glasswell_physics::random::{Purpose, stream};
use glasswell_physics::statistics::*;
use rand::RngExt;
use std::f64::consts::PI;

#[test]
fn cumulative_density_by_hand() {
    let glass = [0, 0, 1, 2, 2, 2];
    let splitting = [0.1, 0.3, 0.1, f64::NAN, 0.05, 0.2];
    let counted = [true, true, true, true, true, false];
    let library = Library::new(&glass, &splitting, &counted, 4, 10).unwrap();
    let n = library.cumulative_density();
    assert_eq!(n.splitting, [0.05, 0.1, 0.3]);
    assert_eq!(n.count, [1, 3, 4]);
    assert_eq!(n.cumulative, [1.0 / 40.0, 3.0 / 40.0, 4.0 / 40.0]);
    let [n0, third] = quantum_densities(&library, 0.2);
    assert_eq!((n0.count, third.count), (3, 1));
    assert!((n0.density - 3.0 / (40.0 * 0.2)).abs() < 1e-15);
    assert!((third.density - 1.0 / (40.0 * 0.2 / 3.0)).abs() < 1e-15);
    assert_eq!(library.active_per_glass(0.2), [1, 1, 1, 0]);
    assert_eq!(active(&splitting, 0.2), [true, false, true, false, true, false]);
    assert!(Library::new(&glass, &splitting, &counted[1..], 4, 10).is_err());
    assert!(Library::new(&glass, &splitting, &counted, 2, 10).is_err());
}

#[test]
fn nothing_counted_gives_an_upper_limit() {
    let library = Library::new(&[0], &[0.5], &[true], 3, 100).unwrap();
    let n0 = library.density(0.01);
    assert_eq!((n0.count, n0.density, n0.method), (0, 0.0, ErrorMethod::PoissonUpperLimit));
    // P(0 | mu) = 0.32
    assert!((POISSON_UPPER_LIMIT + 0.32f64.ln()).abs() < 1e-14);
    assert!((n0.upper - 1.1394342831883648 / (300.0 * 0.01)).abs() < 1e-12 && n0.error == n0.upper);
    let one = Library::new(&[0, 0, 0, 0], &[0.1; 4], &[true; 4], 1, 100).unwrap().density(0.2);
    // Garwood's 68 % limits of 4 counts: 2.10 and 7.14
    assert!(one.method == ErrorMethod::Poisson && (one.lower * 20.0 - 2.10).abs() < 0.03, "{one:?}");
    assert!((one.upper * 20.0 - 7.14).abs() < 0.05, "{one:?}");
    // no rows at all
    let empty = Library::new(&[], &[], &[], 2, 10).unwrap();
    assert!(empty.cumulative_density().splitting.is_empty() && empty.specific_heat(&[0.1]) == [0.0]);
}

#[test]
fn the_error_of_independent_double_wells_is_poissonian() {
    let seed = 11;
    println!("seed {seed}");
    let mut random = stream(seed, Purpose::Audit, 0, 0);
    let (glasses, mean) = (400u32, 4);
    // binomial(8, 1/2) per glass: variance 2
    let mut glass = Vec::new();
    for g in 0..glasses {
        for _ in 0..2 * mean {
            if random.random_range(0.0..1.0) < 0.5 {
                glass.push(g);
            }
        }
    }
    let (splitting, counted) = (vec![0.1; glass.len()], vec![true; glass.len()]);
    let library = Library::new(&glass, &splitting, &counted, glasses as usize, 1).unwrap();
    let estimate = library.density(1.0);
    assert_eq!(estimate.method, ErrorMethod::Overdispersed);
    // counts that vary less than Poisson's are not taken for better than that: sqrt(4/400) = 0.1
    assert!((estimate.error / (4.0f64 / 400.0).sqrt() - 1.0).abs() < 0.05, "{}", estimate.error);
    assert!(estimate.lower < estimate.density && estimate.density < estimate.upper);
    // all double wells in one glass of ten: the error is as large as the density
    let clustered = Library::new(&[3; 40], &[0.1; 40], &[true; 40], 10, 1).unwrap().density(1.0);
    assert!(clustered.error >= 0.8 * clustered.density);
}

#[test]
fn heat_of_two_level_systems() {
    // the Schottky peak: 0.4392 k_B at E = 2.3994 T
    assert!((schottky(2.3994, 1.0) - 0.43923).abs() < 1e-5);
    assert_eq!((schottky(0.0, 1.0), schottky(1.0, 1e-5)), (0.0, 0.0));
    assert!((schottky(1e-4, 1.0) - 0.25e-8).abs() < 1e-15);
    // uniform splittings on (0, 1), n0 = 50 per particle: linear in T far below 1
    let count = 100_000;
    let splitting: Vec<f64> = (0..count).map(|i| (i as f64 + 0.5) / count as f64).collect();
    let glass: Vec<u32> = (0..count as u32).map(|i| i % 20).collect();
    let counted = vec![true; count];
    let library = Library::new(&glass, &splitting, &counted, 20, 100).unwrap();
    let temperatures = logarithmic_grid(1e-3, 2e-2, 5);
    for (t, c) in temperatures.iter().zip(library.specific_heat(&temperatures)) {
        let expected = heat_of_uniform_density(50.0, *t);
        assert!((c / expected - 1.0).abs() < 1e-6, "{t} {c} {expected}");
        assert!((expected - PI * PI / 6.0 * 50.0 * t).abs() < 1e-15);
    }
    let n0 = library.density(0.3);
    assert!((n0.density - 50.0).abs() < 1e-9);
}

#[test]
fn logarithmic_grids() {
    let grid = logarithmic_grid(1e-2, 1.0, 10);
    assert!(grid.len() == 21 && (grid[20] - 1.0).abs() < 1e-12 && (grid[10] - 0.1).abs() < 1e-13);
    assert_eq!(logarithmic_grid(1.0, 1.0, 3), [1.0]);
    assert!(logarithmic_grid(0.0, 1.0, 3).is_empty() && logarithmic_grid(1.0, f64::NAN, 3).is_empty());
}

#[test]
fn growth_of_the_number_of_minima() {
    let times: Vec<f64> = (1..=50).map(|t| t as f64 * 10.0).collect();
    let glass = |prefactor: f64, beta: f64| times.iter().map(|t: &f64| prefactor * t.powf(beta)).collect::<Vec<_>>();
    let growth = growth_exponent(&times, &[glass(2.0, 0.6), glass(8.0, 0.7)], 20.0, 400.0).unwrap();
    // geometric mean: 4 t^0.65
    assert!((growth.fit.exponent - 0.65).abs() < 1e-12 && (growth.fit.prefactor - 4.0).abs() < 1e-10);
    assert!((growth.error_between_glasses - 0.05).abs() < 1e-10);
    assert_eq!(growth.fit.points, 39);
    // the textbook error of a slope: x = ln t = 0, 1, 2, y = 0, 1, 0 + residuals
    let e = std::f64::consts::E;
    let fit = power_law(&[1.0, e, e * e], &[1.0, e, 1.0]).unwrap();
    assert!(fit.exponent.abs() < 1e-14 && (fit.error - (2.0f64 / 3.0 / 2.0).sqrt()).abs() < 1e-12);
    assert!(power_law(&[1.0, 0.0, -1.0], &[1.0, 2.0, 3.0]).is_none() && power_law(&[2.0, 2.0], &[1.0, 2.0]).is_none());
    assert!(growth_exponent(&times, &[], 0.0, 1e9).is_none());
}

#[test]
fn error_of_a_correlated_series() {
    let seed = 5;
    println!("seed {seed}");
    let mut random = stream(seed, Purpose::Audit, 1, 0);
    // x' = a x + noise: rho(t) = a^t, tau = 1/2 (1+a)/(1-a), variance of the noise / (1-a^2)
    for a in [0.0f64, 0.9] {
        let mut x = 0.0;
        let mut next = || {
            let noise: f64 = (0..12).map(|_| random.random_range(-0.5..0.5)).sum();
            x = a * x + noise;
            x
        };
        let series: Vec<f64> = (0..200_000).map(|_| next() + 3.0).collect();
        let average = time_average(&series);
        let tau = 0.5 * (1.0 + a) / (1.0 - a);
        assert!((average.correlation_time / tau - 1.0).abs() < 0.1, "{average:?}");
        assert!((average.correlation_time - tau).abs() < 4.0 * average.correlation_time_error);
        assert!((average.variance * (1.0 - a * a) - 1.0).abs() < 0.05);
        let exact = (2.0 * tau / (1.0 - a * a) / 200_000.0).sqrt();
        assert!((average.error / exact - 1.0).abs() < 0.1 && (average.mean - 3.0).abs() < 4.0 * exact);
        assert!(average.reliable);
        // blocks of 256 samples agree
        let (_, error, uncertainty) = block_errors(&series)[8];
        assert!((error - exact).abs() < 4.0 * uncertainty + 0.02 * exact, "{error} {exact} {uncertainty}");
    }
    assert!(time_average(&[1.0]).error.is_nan() && time_average(&[]).mean.is_nan());
    let still = time_average(&[2.0; 100]);
    assert_eq!((still.mean, still.error, still.correlation_time), (2.0, 0.0, 0.5));
    assert!(!time_average(&(0..100).map(f64::from).collect::<Vec<_>>()).reliable);
}

#[test]
fn relaxation_laws_are_recovered() {
    let temperatures: Vec<f64> = (0..12).map(|k| 0.5 + 0.05 * f64::from(k)).collect();
    for (law, p, strength) in [
        (RelaxationLaw::Arrhenius, f64::NAN, 3.0),
        (RelaxationLaw::PowerLaw, 0.43, 2.4),
        (RelaxationLaw::VogelFulcherTammann, 0.31, 1.1),
        (RelaxationLaw::Parabolic, 1.3, 6.0),
    ] {
        let exact = RelaxationFit { law, logarithm: -1.2, strength, parameter: p, deviation: 0.0, determined: true };
        let times: Vec<f64> = temperatures.iter().map(|t| exact.logarithm_at(*t).exp()).collect();
        let fit = fit_relaxation(law, &temperatures, &times).unwrap();
        assert!(fit.determined && fit.deviation < 1e-6, "{fit:?}");
        assert!(p.is_nan() || (fit.parameter - p).abs() < 1e-5, "{fit:?}");
        assert!((fit.strength - strength).abs() < 1e-3 && (fit.logarithm + 1.2).abs() < 1e-3, "{fit:?}");
        let wanted = exact.logarithm_at(0.47);
        assert!((temperature_where(&fit, wanted, 0.5) - 0.47).abs() < 1e-4);
    }
    assert!(fit_relaxation(RelaxationLaw::Parabolic, &[1.0, 0.5], &[1.0, 2.0]).is_none());
}
