//! Every registered pair law: derivatives by differences, smoothness at the cutoff; and the sums built on them.

use crate::common;
use common::*;
use glasswell_physics::forces::{PairBlocks, PairSum, ThirdOrder, as_lanes, as_lanes_mut, hessian, sums};
use glasswell_physics::model::{Law, Mixture, Model, PeriodicBox};

/// Central difference of order h^4.
fn slope(f: impl Fn(f64) -> f64, x: f64, h: f64) -> f64 {
    (8.0 * (f(x + h) - f(x - h)) - (f(x + 2.0 * h) - f(x - 2.0 * h))) / (12.0 * h)
}

#[test]
fn laws_by_differences() {
    for (name, law) in Law::all() {
        for step in 0..40 {
            let x = 0.8 + (law.cutoff() - 0.81) * f64::from(step) / 40.0;
            let phi = law.derivatives(x * x);
            let at = |x: f64| law.derivatives(x * x);
            let pairs = [
                ("slope", phi.slope_over_x * x, slope(|x| at(x).value, x, 1e-3)),
                ("second", phi.second, slope(|x| at(x).slope_over_x * x, x, 1e-3)),
                ("third", phi.third, slope(|x| at(x).second, x, 1e-3)),
            ];
            for (what, ours, difference) in pairs {
                let scale = difference.abs().max(1e-2);
                assert!((ours - difference).abs() < 2e-6 * scale, "{name} {what} at {x}: {ours} {difference}");
            }
        }
        let edge = law.derivatives((law.cutoff() * (1.0 - 1e-9)).powi(2));
        assert!(edge.value.abs() < 1e-12, "{name}: energy jumps by {} at the cutoff", edge.value);
        assert!(edge.slope_over_x.abs() < 1e-7, "{name}: force jumps by {} at the cutoff", edge.slope_over_x);
        let beyond = law.derivatives(law.cutoff().powi(2));
        assert_eq!((beyond.value, beyond.slope_over_x, beyond.second, beyond.third), (0.0, 0.0, 0.0, 0.0));
    }
}

/// F = -dU/dx, H z = dF/dx z, U:zz = d(Hz)/dx z, each along a direction, for each preset's thermal configuration.
#[test]
fn sums_by_differences() {
    for (name, preset) in VECTORS {
        let file = load(name);
        let (model, configuration) = model_of(&file, preset);
        let (cell, x) = (&configuration.cell, &configuration.positions);
        let z = numbers(&file["thermal"]["z"]);
        // stay on one side of every cutoff, where the highest derivative jumps
        let h = 0.2 * file["thermal"]["min_distance_of_any_pair_to_cutoff"].as_f64().unwrap().min(1e-3);
        let moved = |s: f64| -> Vec<f64> { x.iter().zip(&z).map(|(x, z)| x + s * z).collect() };
        let mut forces = vec![0.0; x.len()];
        sums::energy_and_forces(&model, cell, x, &mut forces);
        let work: f64 = -forces.iter().zip(&z).map(|(f, z)| f * z).sum::<f64>();
        let by_difference = sums::energy_difference(&model, cell, &moved(-h), &moved(h)) / (2.0 * h);
        assert!((work - by_difference).abs() < 1e-6 * work.abs().max(1.0), "{name}: {work} {by_difference}");
        let forces_at = |s: f64| {
            let mut forces = vec![0.0; x.len()];
            sums::energy_and_forces(&model, cell, &moved(s), &mut forces);
            forces
        };
        let central =
            |a: &[f64], b: &[f64]| -> Vec<f64> { a.iter().zip(b).map(|(a, b)| (a - b) / (2.0 * h)).collect() };
        let hz = sums::hessian_times(&model, cell, x, &z);
        let difference = central(&forces_at(-h), &forces_at(h));
        assert!(largest_difference(&hz, &difference) < 1e-5 * largest(&hz), "{name}: Hz");
        let (uzz, uzzz) = sums::third_order(&model, cell, x, &z);
        let product_at = |s: f64| sums::hessian_times(&model, cell, &moved(s), &z);
        let difference = central(&product_at(h), &product_at(-h));
        assert!(largest_difference(&uzz, &difference) < 2e-4 * largest(&uzz), "{name}: U:zz");
        let along: f64 = uzz.iter().zip(&z).map(|(u, z)| u * z).sum();
        assert!((along - uzzz).abs() < 1e-9 * uzzz.abs().max(1.0), "{name}: U:zzz {along} {uzzz}");
    }
}

/// Two kinds of particles, unequal in size and strength, under any law.
fn mixture(law: Law, particles: usize) -> Model {
    let mut epsilon = [[1.0; 3]; 3];
    let mut sigma = [[1.0; 3]; 3];
    (epsilon[0][1], epsilon[1][0], epsilon[1][1]) = (1.4, 1.4, 0.6);
    (sigma[0][1], sigma[1][0], sigma[1][1]) = (0.9, 0.9, 0.85);
    let species = (0..particles).map(|i| u8::from(i % 3 == 0)).collect();
    Model { law, mixture: Mixture::Species { species, epsilon, sigma } }
}

/// An irregular dense configuration: pairs at all distances inside the cutoff, the nearest at 0.75 sigma or so, and none within
/// 1e-4 of its cutoff, where the highest derivative may jump.
fn irregular(law: Law) -> (Model, PeriodicBox, Vec<f64>) {
    let side = 5;
    let particles = side * side * side;
    let model = mixture(law, particles);
    let cell = PeriodicBox { edges: [side as f64 * 0.93; 3] };
    let noise = |k: usize, seed: usize| ((k * 7919 + seed * 104_729) % 997) as f64 / 997.0 - 0.5;
    for seed in 0.. {
        let corner = (0..particles).flat_map(|i| [i % side, i / side % side, i / side / side]);
        let positions: Vec<f64> = corner.enumerate().map(|(k, c)| 0.93 * c as f64 + 0.16 * noise(k, seed)).collect();
        let near_cutoff = |i: usize, j: usize| {
            let d = cell.difference(&positions, i, j);
            let x = d.iter().map(|d| d * d).sum::<f64>().sqrt() / model.mixture.sigma(i, j);
            (x - law.cutoff()).abs() < 1e-5
        };
        if !(0..particles).any(|i| (0..i).any(|j| near_cutoff(i, j))) {
            return (model, cell, positions);
        }
    }
    unreachable!()
}

/// H z = -dF/dx z and U:zz = d(H z)/dx z by differences for every registered law, plain and fast; the dense matrix is the same.
#[test]
fn hessian_and_third_order_of_every_law() {
    for (name, law) in Law::all() {
        let (model, cell, x) = irregular(law);
        let z: Vec<f64> = (0..x.len()).map(|k| ((k * 31 + 7) % 61) as f64 / 61.0 - 0.5).collect();
        let moved = |s: f64| -> Vec<f64> { x.iter().zip(&z).map(|(x, z)| x + s * z).collect() };
        let forces_at = |s: f64| {
            let mut forces = vec![0.0; x.len()];
            sums::energy_and_forces(&model, &cell, &moved(s), &mut forces);
            forces
        };
        // of order h^4; pairs approach by at most |z| h
        let by_difference = |f: &dyn Fn(f64) -> Vec<f64>, h: f64| -> Vec<f64> {
            let (a, b, c, d) = (f(h), f(-h), f(2.0 * h), f(-2.0 * h));
            (0..x.len()).map(|k| (8.0 * (a[k] - b[k]) - (c[k] - d[k])) / (12.0 * h)).collect()
        };
        let h = 2.5e-6;
        let product = sums::hessian_times(&model, &cell, &x, &z);
        let difference: Vec<f64> = by_difference(&forces_at, h).iter().map(|f| -f).collect();
        let close = |what: &str, ours: &[f64], theirs: &[f64], tolerance: f64| {
            let off = largest_difference(ours, theirs) / largest(theirs);
            assert!(off < tolerance, "{name}: {what} off by {off:e}");
        };
        close("H z", &product, &difference, 1e-8);
        let (contraction, cube) = sums::third_order(&model, &cell, &x, &z);
        let product_at = |s: f64| sums::hessian_times(&model, &cell, &moved(s), &z);
        close("U:zz", &contraction, &by_difference(&product_at, h), 1e-7);
        let along: f64 = contraction.iter().zip(&z).map(|(u, z)| u * z).sum();
        assert!((along / cube - 1.0).abs() < 1e-10, "{name}: U:zzz {along} {cube}");
        // the fast forms
        let mut fast = vec![0.0; x.len()];
        PairSum::<1>::new(model.clone(), cell).hessian_times(as_lanes(&x), as_lanes(&z), as_lanes_mut(&mut fast));
        close("H z, fast", &fast, &product, 1e-12);
        let blocks = PairBlocks::new(&model, &cell, &x, &[]);
        let mut rows = vec![[0.0; 8]; x.len()];
        blocks.times(&blocks.to_lanes(&[&z]), &mut rows);
        close("H z, blocks", &blocks.from_lane(&rows, 0), &product, 1e-12);
        let matrix = hessian::dense(&model, &cell, &x);
        let row = |i: usize| -> f64 { (0..x.len()).map(|j| matrix[(i, j)] * z[j]).sum() };
        close("H z, dense", &(0..x.len()).map(row).collect::<Vec<_>>(), &product, 1e-12);
        let third = ThirdOrder::new(&model, &cell, &x, &[]).contractions(&[&z]).remove(0);
        close("U:zz, fast", &third.0, &contraction, 1e-12);
        assert!((third.1 / cube - 1.0).abs() < 1e-11, "{name}: U:zzz, fast {} {cube}", third.1);
    }
}

/// The pre-stress: across a compressed or stretched pair the curvature is U'/r, and in general its Hessian follows the
/// forces under rotation, H (omega x r) = -omega x F. Without the term v'/r the first is 0 and the second fails.
#[test]
fn the_pre_stress_is_in_the_hessian() {
    for (name, law) in Law::all() {
        let model = mixture(law, 4);
        // no periodic image is near
        let cell = PeriodicBox { edges: [40.0; 3] };
        for share in [0.75, 0.9, 0.97] {
            // particles 1 and 2 are of one kind, alone with each other
            let r = share * law.cutoff();
            let pair_model = Model { law, mixture: Mixture::Uniform { particles: 2 } };
            let x = [10.0, 10.0, 10.0, 10.0 + r, 10.0, 10.0];
            let slope = law.derivatives(r * r).slope_over_x;
            assert!(slope != 0.0, "{name}");
            let across = [0.0, 1.0, 0.0, 0.0, 0.0, 0.0];
            let matrix = hessian::dense(&pair_model, &cell, &x);
            assert!((matrix[(1, 1)] / slope - 1.0).abs() < 1e-12, "{name}: {} {slope}", matrix[(1, 1)]);
            let product = sums::hessian_times(&pair_model, &cell, &x, &across);
            assert!((product[1] / slope - 1.0).abs() < 1e-12 && (product[4] / slope + 1.0).abs() < 1e-12, "{name}");
            let blocks = PairBlocks::new(&pair_model, &cell, &x, &[]);
            let mut rows = vec![[0.0; 8]; 6];
            blocks.times(&blocks.to_lanes(&[across]), &mut rows);
            assert!((blocks.from_lane(&rows, 0)[1] / slope - 1.0).abs() < 1e-12, "{name}");
        }
        let a = 0.8 * law.cutoff().min(1.2);
        let x: Vec<f64> = [[0.0, 0.0, 0.0], [1.0, 0.1, 0.0], [0.3, 0.95, 0.1], [0.4, 0.3, 0.9]]
            .iter()
            .flat_map(|p| p.map(|p| 20.0 + a * p))
            .collect();
        let mut forces = vec![0.0; 12];
        sums::energy_and_forces(&model, &cell, &x, &mut forces);
        let omega = [0.3, -0.7, 0.5];
        let turned = |v: &[f64], origin: f64| -> Vec<f64> {
            let cross = |v: &[f64]| {
                let v = [v[0] - origin, v[1] - origin, v[2] - origin];
                [
                    omega[1] * v[2] - omega[2] * v[1],
                    omega[2] * v[0] - omega[0] * v[2],
                    omega[0] * v[1] - omega[1] * v[0],
                ]
            };
            v.chunks_exact(3).flat_map(cross).collect()
        };
        let product = sums::hessian_times(&model, &cell, &x, &turned(&x, 20.0));
        let expected: Vec<f64> = turned(&forces, 0.0).iter().map(|f| -f).collect();
        let off = largest_difference(&product, &expected) / largest(&expected);
        assert!(largest(&expected) > 1e-3 && off < 1e-10, "{name}: turned, off by {off:e}");
    }
}
