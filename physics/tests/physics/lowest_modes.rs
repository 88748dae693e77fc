//! The lowest part of the spectrum against the dense one, degenerate values, rattlers, and errors.

use crate::common;

use common::*;
use glasswell_physics::error::Error;
use glasswell_physics::forces::{PairBlocks, PairSum, count_below};
use glasswell_physics::landscape::{QuenchSettings, quench};
use glasswell_physics::model::{Configuration, Model, PeriodicBox, Preset};
use glasswell_physics::modes::{Completeness, dense_spectrum, lowest_modes};
use glasswell_physics::random::{Purpose, stream};
use glasswell_physics::sampling::random_configuration;

/// A quenched glass that is large enough for the filter (3N - 3 > 900 and few requested modes).
fn glass(preset: Preset, particles: usize) -> (Model, Configuration) {
    let mut glass = random_configuration(preset, particles, &mut stream(7, Purpose::Prepare, 0, 0));
    let model = preset.model(&glass);
    let mut sum = PairSum::<1>::new(model.clone(), glass.cell);
    glass.positions = quench(&mut sum, &glass.positions, &QuenchSettings::default()).positions;
    (model, glass)
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Values to 1e-9 of the dense spectrum (without its three zero modes), vectors that are eigenvectors of the same
/// values.
fn check(model: &Model, cell: &PeriodicBox, positions: &[f64], count: usize) {
    let found = lowest_modes(model, cell, positions, &[], count, Completeness::Counted).unwrap();
    let mut dense = dense_spectrum(model, cell, positions).unwrap().eigenvalues;
    let largest_value = dense[dense.len() - 1];
    for _ in 0..3 {
        let zero = (0..dense.len()).min_by(|&i, &j| dense[i].abs().total_cmp(&dense[j].abs())).unwrap();
        assert!(dense.remove(zero).abs() < 1e-10 * largest_value);
    }
    let off = largest_difference(&found.eigenvalues, &dense[..count]);
    assert!(off < 1e-9, "values off by {off:e}: {:?} {:?}", found.eigenvalues, &dense[..count]);
    assert!(largest(&found.residuals) < 1e-9 * largest_value, "{:e}", largest(&found.residuals));
    for (i, a) in found.vectors.iter().enumerate() {
        for k in 0..3 {
            let drift: f64 = a.iter().skip(k).step_by(3).sum();
            assert!(drift.abs() < 1e-10, "mode {i} moves the glass by {drift:e}");
        }
        for (j, b) in found.vectors.iter().enumerate().take(i + 1) {
            let expected = if i == j { 1.0 } else { 0.0 };
            assert!((dot(a, b) - expected).abs() < 1e-10, "modes {i} and {j}: {:e}", dot(a, b));
        }
    }
}

#[test]
fn ternary_glass() {
    let (model, glass) = glass(Preset::Tlj, 500);
    check(&model, &glass.cell, &glass.positions, 30);
}

#[test]
fn soft_spheres() {
    let (model, glass) = glass(Preset::Pss, 500);
    check(&model, &glass.cell, &glass.positions, 12);
}

/// A liquid has negative eigenvalues, which are the lowest.
#[test]
fn negative_eigenvalues() {
    let (model, mut glass) = glass(Preset::Tlj, 400);
    for (k, x) in glass.positions.iter_mut().enumerate() {
        *x += 0.1 * (((k * 7919) % 97) as f64 / 97.0 - 0.5);
    }
    let dense = dense_spectrum(&model, &glass.cell, &glass.positions).unwrap().eigenvalues;
    let negative = dense.iter().filter(|value| **value < -1e-8).count();
    assert!(negative > 5, "{negative}");
    check(&model, &glass.cell, &glass.positions, 25);
    let blocks = PairBlocks::new(&model, &glass.cell, &glass.positions, &[]);
    for value in [-1e-3, 1e-3, 40.0, 400.0] {
        let counted = count_below(&blocks, value).unwrap();
        assert_eq!(counted, dense.iter().filter(|other| **other < value).count(), "below {value}");
    }
}

/// Small glasses, and many modes, use the dense matrix.
#[test]
fn few_particles_and_many_modes() {
    let (model, small) = glass(Preset::Pss, 200);
    check(&model, &small.cell, &small.positions, 20);
    check(&model, &small.cell, &small.positions, 3 * 200 - 3);
    let too_many = lowest_modes(&model, &small.cell, &small.positions, &[], 598, Completeness::Counted);
    assert!(matches!(too_many, Err(Error::Usage(_))));
}

/// A perfect face-centred crystal: exactly degenerate values, twelvefold and more; all are found, wherever the number of
/// modes ends. Three seconds.
#[test]
fn exactly_degenerate_values() {
    let side = 5;
    let edge = (4.0 * 125.0 / 1.0_f64).cbrt();
    let spacing = edge / side as f64;
    let mut positions = Vec::new();
    for cell in 0..side * side * side {
        let corner = [cell % side, cell / side % side, cell / side / side];
        for base in [[0.0, 0.0, 0.0], [0.5, 0.5, 0.0], [0.5, 0.0, 0.5], [0.0, 0.5, 0.5]] {
            positions.extend((0..3).map(|k| (corner[k] as f64 + base[k]) * spacing));
        }
    }
    let n = positions.len() / 3;
    let crystal = Configuration {
        cell: PeriodicBox { edges: [edge; 3] },
        positions,
        species: vec![0; n],
        diameters: vec![1.0; n],
    };
    let model = Preset::Lj.model(&crystal);
    let dense = dense_spectrum(&model, &crystal.cell, &crystal.positions).unwrap().eigenvalues;
    let widest = (3..60).map(|k| dense[k..].iter().take_while(|v| (*v - dense[k]).abs() < 1e-8).count()).max();
    assert!(widest.unwrap() >= 12, "{:?}", &dense[..60]);
    check(&model, &crystal.cell, &crystal.positions, 40);
    for count in [1, 3, 5, 8, 10, 12, 13, 14, 25] {
        let found = lowest_modes(&model, &crystal.cell, &crystal.positions, &[], count, Completeness::Counted).unwrap();
        assert!(found.counted && found.eigenvalues.len() == count, "{count}");
        for (value, due) in found.eigenvalues.iter().zip(&dense[3..]) {
            assert!((value / due - 1.0).abs() < 1e-10, "{count} modes: {value} {due}");
        }
    }
}

/// Excluded particles do not move and do not count.
#[test]
fn rattlers_are_left_out() {
    let (model, glass) = glass(Preset::Tlj, 500);
    let out: Vec<bool> = (0..500).map(|i| i % 100 == 3).collect();
    let found = lowest_modes(&model, &glass.cell, &glass.positions, &out, 10, Completeness::Counted).unwrap();
    for vector in &found.vectors {
        assert!((0..500).filter(|i| out[*i]).all(|i| vector[3 * i..3 * i + 3] == [0.0; 3]));
    }
    // the glass without these particles is softer
    let whole = lowest_modes(&model, &glass.cell, &glass.positions, &[], 10, Completeness::Counted).unwrap();
    assert!(found.eigenvalues[0] < whole.eigenvalues[0]);
}

#[test]
fn the_same_bits_every_time() {
    let (model, glass) = glass(Preset::Pss, 400);
    let find = || lowest_modes(&model, &glass.cell, &glass.positions, &[], 10, Completeness::Assumed).unwrap();
    let (one, two) = (find(), find());
    assert!(!one.counted);
    let counted = |bytes: u64| {
        lowest_modes(&model, &glass.cell, &glass.positions, &[], 10, Completeness::Within(bytes)).unwrap().counted
    };
    assert!(counted(1 << 30) && !counted(1000));
    assert_eq!(one.eigenvalues, two.eigenvalues);
    assert_eq!(one.vectors, two.vectors);
}
