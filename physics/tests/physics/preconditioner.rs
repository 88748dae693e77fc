//! The incomplete Cholesky factor against a dense solution, and quenches that it preconditions against plain ones.

use glasswell_physics::forces::{IncompleteCholesky, LANES, PairSum, as_lanes, as_lanes_mut, hessian, lane, set_lane};
use glasswell_physics::landscape::{QuenchSettings, inherent_structure, quench_batch, quench_preconditioned};
use glasswell_physics::model::{Configuration, PeriodicBox, Preset};
use glasswell_physics::random::{Purpose, stream};
use glasswell_physics::sampling::{DynamicsSettings, DynamicsState, Thermostat, random_configuration};
use rand::RngExt;

/// Entries between -1/2 and 1/2.
fn vector(length: usize, number: u64) -> Vec<f64> {
    let mut random = stream(17, Purpose::Explore, 0, number);
    (0..length).map(|_| random.random::<f64>() - 0.5).collect()
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// A distorted octahedron: all of its pairs are near, so that the factor is complete.
fn octahedron() -> Configuration {
    let corners: [[f64; 3]; 6] =
        [[1., 0., 0.], [-1., 0., 0.], [0., 1., 0.], [0., -1., 0.], [0., 0., 1.], [0., 0., -1.]];
    let noise = vector(18, 0);
    let positions = corners.iter().flatten().zip(&noise).map(|(x, d)| 5.0 + 0.795 * x + 0.005 * d).collect();
    let cell = PeriodicBox { edges: [10.0; 3] };
    Configuration { cell, positions, species: vec![0; 6], diameters: vec![1.0; 6] }
}

#[test]
fn a_full_factor_solves_exactly() {
    let cluster = octahedron();
    let model = Preset::Lj.model(&cluster);
    let factor = IncompleteCholesky::new(&model, &cluster.cell, &cluster.positions);
    let matrix = hessian::dense(&model, &cluster.cell, &cluster.positions);
    let n = cluster.positions.len();
    let mut batch = vec![[0.0; LANES]; n];
    for l in 0..LANES {
        set_lane(&mut batch, l, &vector(n, l as u64));
    }
    factor.solve(&mut batch);
    let mut largest = 0.0_f64;
    for l in 0..LANES {
        let (b, x) = (vector(n, l as u64), lane(&batch, l));
        for i in 0..n {
            let product: f64 = (0..n).map(|j| matrix[(i, j)] * x[j]).sum();
            largest = largest.max((product + factor.shift() * x[i] - b[i]).abs());
        }
        // the other lanes leave no trace
        let mut alone = vec![[0.0; LANES]; n];
        set_lane(&mut alone, (l + 3) % LANES, &b);
        factor.solve(&mut alone);
        assert_eq!(lane(&alone, (l + 3) % LANES), x);
    }
    println!("shift {}, largest error of (H + shift) x {largest:e}", factor.shift());
    assert!(largest < 1e-10);
}

/// A glass at the minimum below random positions, and snapshots of one run from there.
fn snapshots(preset: Preset, particles: usize, temperature: f64, count: usize) -> (Configuration, Vec<Vec<f64>>) {
    let mut glass = random_configuration(preset, particles, &mut stream(11, Purpose::Prepare, 0, 0));
    let model = preset.model(&glass);
    glass.positions = inherent_structure(&model, &glass, &QuenchSettings::default()).positions;
    let mut sum = PairSum::<1>::new(model, glass.cell);
    let settings =
        DynamicsSettings { time_step: 0.005, temperature, thermostat: Thermostat::Berendsen, thermostat_time: 0.5 };
    let random = stream(3, Purpose::Explore, 0, 0);
    let mut state = DynamicsState::start(&mut sum, glass.positions.clone(), temperature, random);
    state.run(&mut sum, &settings, 400).unwrap();
    let mut next = || {
        state.run(&mut sum, &settings, 15).unwrap();
        state.positions.clone()
    };
    let snapshots = (0..count).map(|_| next()).collect();
    (glass, snapshots)
}

#[test]
fn an_incomplete_factor_is_symmetric_and_near_the_inverse() {
    for preset in [Preset::Pss, Preset::Tlj] {
        let (glass, _) = snapshots(preset, 300, 0.01, 0);
        let model = preset.model(&glass);
        let factor = IncompleteCholesky::new(&model, &glass.cell, &glass.positions);
        let solved = |b: &[f64]| {
            let mut x = b.to_vec();
            factor.solve(as_lanes_mut(&mut x));
            x
        };
        let (a, b) = (vector(900, 1), vector(900, 2));
        let (to_a, to_b) = (solved(&a), solved(&b));
        let (ab, ba) = (dot(&a, &to_b), dot(&b, &to_a));
        assert!((ab - ba).abs() < 1e-12 * dot(&a, &to_a).max(dot(&b, &to_b)), "{preset:?}: {ab} {ba}");
        assert!(dot(&a, &to_a) > 0.0);
        // how much of x is missed by P H x, for a rough x: a diagonal alone misses more than half
        let mut sum = PairSum::<1>::new(model, glass.cell);
        let mut product = vec![0.0; 900];
        sum.hessian_times(as_lanes(&glass.positions), as_lanes(&a), as_lanes_mut(&mut product));
        let missed: Vec<f64> = solved(&product).iter().zip(&a).map(|(x, a)| x - a).collect();
        let share = (dot(&missed, &missed) / dot(&a, &a)).sqrt();
        println!("{preset:?}: shift {}, missed {share}", factor.shift());
        assert!(share < 0.5);
    }
}

#[test]
fn preconditioned_quenches_end_in_the_minima_of_plain_ones() {
    for (preset, temperature) in [(Preset::Pss, 0.01), (Preset::Tlj, 0.1)] {
        let (glass, snapshots) = snapshots(preset, 300, temperature, 96);
        let model = preset.model(&glass);
        let starts: Vec<&[f64]> = snapshots.iter().map(Vec::as_slice).collect();
        let mut sum = PairSum::<LANES>::new(model.clone(), glass.cell);
        let settings = QuenchSettings::default();
        let plain = quench_batch(&mut sum, &starts, &settings);
        let factor = IncompleteCholesky::new(&model, &glass.cell, &plain[95].positions);
        let found = quench_preconditioned(&mut sum, &starts, &settings, &factor);
        let elsewhere = plain.iter().zip(&found).filter(|(a, b)| (a.energy - b.energy).abs() > 1e-6).count();
        let calls = |of: &[glasswell_physics::landscape::Quench]| of.iter().map(|q| q.force_evaluations).sum::<u64>();
        println!("{preset:?}: {elsewhere} of 96 elsewhere, calls {} and {}", calls(&plain), calls(&found));
        assert!(found.iter().all(|quench| quench.converged() && quench.residual < settings.force_tolerance));
        assert_eq!(elsewhere, 0);
        assert!(4 * calls(&found) < 3 * calls(&plain));
        // a quench does not depend on its neighbours in the batch
        let some = quench_preconditioned(&mut sum, &starts[5..9], &settings, &factor);
        assert_eq!(some, found[5..9]);
    }
}
