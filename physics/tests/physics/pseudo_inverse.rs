//! H^+ by factorisation and by conjugate gradients: against the dense spectrum, with excluded particles, at a saddle's
//! negative mode.

use crate::common;

use common::*;
use glasswell_physics::error::Error;
use glasswell_physics::forces::{PairBlocks, PairSum, PseudoInverse, sums};
use glasswell_physics::landscape::{QuenchSettings, quench, rattlers};
use glasswell_physics::model::{Configuration, Model, Preset};
use glasswell_physics::random::{Purpose, stream};
use glasswell_physics::sampling::random_configuration;

fn glass(preset: Preset, particles: usize) -> (Model, Configuration) {
    let mut glass = random_configuration(preset, particles, &mut stream(11, Purpose::Prepare, 0, 0));
    let model = preset.model(&glass);
    let settings = QuenchSettings { force_tolerance: 1e-12, ..QuenchSettings::default() };
    let mut sum = PairSum::<1>::new(model.clone(), glass.cell);
    glass.positions = quench(&mut sum, &glass.positions, &settings).positions;
    (model, glass)
}

/// An irregular vector without total force.
fn force(n: usize, seed: usize) -> Vec<f64> {
    let mut f: Vec<f64> = (0..3 * n).map(|i| ((i * 7919 + seed * 104_729) % 997) as f64 / 997.0 - 0.5).collect();
    for k in 0..3 {
        let mean = f.iter().skip(k).step_by(3).sum::<f64>() / n as f64;
        f.iter_mut().skip(k).step_by(3).for_each(|x| *x -= mean);
    }
    f
}

fn sums_of_components(x: &[f64]) -> [f64; 3] {
    [0, 1, 2].map(|k| x.iter().skip(k).step_by(3).sum())
}

#[test]
fn both_ways_solve() {
    for preset in [Preset::Pss, Preset::Tlj] {
        let (model, glass) = glass(preset, 300);
        let right: Vec<Vec<f64>> = (0..10).map(|seed| force(300, seed)).collect();
        let blocks = || PairBlocks::new(&model, &glass.cell, &glass.positions, &[]);
        let factorised = PseudoInverse::new(blocks(), &[], u64::MAX).unwrap();
        let iterated = PseudoInverse::new(blocks(), &[], 0).unwrap();
        assert!(factorised.is_factorised() && !iterated.is_factorised());
        assert_eq!(factorised.negative(), Some(0));
        let (x, y) = (factorised.solve_all(&right).unwrap(), iterated.solve_all(&right).unwrap());
        for ((x, y), f) in x.iter().zip(&y).zip(&right) {
            let product = sums::hessian_times(&model, &glass.cell, &glass.positions, x);
            assert!(largest_difference(&product, f) < 1e-11 * largest(f), "{}", largest_difference(&product, f));
            assert!(largest_difference(x, y) < 1e-8 * largest(x), "{}", largest_difference(x, y) / largest(x));
            assert!(sums_of_components(x).iter().all(|sum| sum.abs() < 1e-9));
        }
    }
}

/// A total force has no solution: it is subtracted, and the solution is that of the rest.
#[test]
fn translations_are_projected_out() {
    let (model, glass) = glass(Preset::Pss, 200);
    let inverse =
        PseudoInverse::new(PairBlocks::new(&model, &glass.cell, &glass.positions, &[]), &[], u64::MAX).unwrap();
    let f = force(200, 3);
    let pushed: Vec<f64> = f.iter().enumerate().map(|(i, f)| f + [1.0, -2.0, 0.5][i % 3]).collect();
    let (x, y) = (inverse.solve(&f).unwrap(), inverse.solve(&pushed).unwrap());
    assert!(largest_difference(&x, &y) < 1e-10 * largest(&x));
}

#[test]
fn particles_that_are_left_out_rest() {
    let (model, mut glass) = glass(Preset::Harmonic, 1000);
    // so dilute that some particles are rattlers, and yet jammed
    let stretch = (0.73_f64 / 0.66).cbrt();
    glass.cell.edges = glass.cell.edges.map(|edge| edge * stretch);
    glass.positions.iter_mut().for_each(|x| *x *= stretch);
    let settings = QuenchSettings { force_tolerance: 1e-12, ..QuenchSettings::default() };
    let mut sum = PairSum::<1>::new(model.clone(), glass.cell);
    glass.positions = quench(&mut sum, &glass.positions, &settings).positions;
    let out = rattlers(&model, &glass.cell, &glass.positions);
    assert!(out.contains(&true));
    let blocks = || PairBlocks::new(&model, &glass.cell, &glass.positions, &out);
    let right = force(1000, 5);
    let x = PseudoInverse::new(blocks(), &out, u64::MAX).unwrap().solve(&right).unwrap();
    let y = PseudoInverse::new(blocks(), &out, 0).unwrap().solve(&right).unwrap();
    assert!((0..1000).filter(|i| out[*i]).all(|i| x[3 * i..3 * i + 3] == [0.0; 3] && y[3 * i..3 * i + 3] == [0.0; 3]));
    assert!(largest_difference(&x, &y) < 1e-8 * largest(&x));
    // with these particles the Hessian is singular, which is reported
    let all = PairBlocks::new(&model, &glass.cell, &glass.positions, &[]);
    let reported = PseudoInverse::new(all, &[], u64::MAX).and_then(|inverse| inverse.solve(&right));
    assert!(matches!(reported, Err(Error::Numerical(_))));
}

/// Away from a minimum: factorisation continues, conjugate gradients report why they cannot.
#[test]
fn negative_eigenvalues() {
    let (model, mut glass) = glass(Preset::Tlj, 300);
    for (k, x) in glass.positions.iter_mut().enumerate() {
        *x += 0.1 * (((k * 7919) % 97) as f64 / 97.0 - 0.5);
    }
    let blocks = || PairBlocks::new(&model, &glass.cell, &glass.positions, &[]);
    let f = force(300, 1);
    let inverse = PseudoInverse::new(blocks(), &[], u64::MAX).unwrap();
    assert!(inverse.negative().unwrap() > 3);
    let product = sums::hessian_times(&model, &glass.cell, &glass.positions, &inverse.solve(&f).unwrap());
    assert!(largest_difference(&product, &f) < 1e-9 * largest(&f));
    let iterated = PseudoInverse::new(blocks(), &[], 0).unwrap().solve(&f);
    assert!(matches!(iterated, Err(Error::Numerical(_))));
}
