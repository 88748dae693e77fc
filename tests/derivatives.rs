//! Every registered pair law: derivatives by differences, smoothness at the cutoff; and the sums built on them.

mod common;
use common::*;
use glasswell::forces::sums;
use glasswell::model::Law;

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
