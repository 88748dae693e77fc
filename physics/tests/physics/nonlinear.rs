//! Cubic nonlinear modes: the equation that they solve, the barrier that they make stationary, and the line along them.

use crate::common;

use common::*;
use glasswell_physics::forces::{LANES, PairBlocks, PairSum, PseudoInverse, ThirdOrder, sums};
use glasswell_physics::landscape::{QuenchSettings, quench};
use glasswell_physics::model::{Configuration, Model, PeriodicBox, Preset};
use glasswell_physics::modes::*;
use glasswell_physics::random::{Purpose, stream};
use glasswell_physics::sampling::random_configuration;

fn glass(preset: Preset, particles: usize, seed: u64) -> (Model, Configuration) {
    let mut glass = random_configuration(preset, particles, &mut stream(seed, Purpose::Prepare, 0, 0));
    let model = preset.model(&glass);
    let settings = QuenchSettings { force_tolerance: 1e-11, ..QuenchSettings::default() };
    let mut sum = PairSum::<1>::new(model.clone(), glass.cell);
    glass.positions = quench(&mut sum, &glass.positions, &settings).positions;
    (model, glass)
}

fn solvers(model: &Model, glass: &Configuration) -> (PseudoInverse, ThirdOrder) {
    let blocks = PairBlocks::new(model, &glass.cell, &glass.positions, &[]);
    let third = ThirdOrder::new(model, &glass.cell, &glass.positions, &[]);
    (PseudoInverse::new(blocks, &[], u64::MAX).unwrap(), third)
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// (2/3) kappa^3 / tau^2 along any direction, by plain sums.
fn barrier(model: &Model, glass: &Configuration, z: &[f64]) -> f64 {
    let kappa = dot(z, &sums::hessian_times(model, &glass.cell, &glass.positions, z));
    let tau = sums::third_order(model, &glass.cell, &glass.positions, z).1;
    2.0 / 3.0 * kappa.powi(3) / (tau * tau)
}

fn irregular(n: usize, seed: usize) -> Vec<f64> {
    (0..3 * n).map(|i| ((i * 7919 + seed * 104_729) % 997) as f64 / 997.0 - 0.5).collect()
}

#[test]
fn fixed_points_are_stationary_barriers() {
    for (preset, particles) in [(Preset::Pss, 150), (Preset::Tlj, 200), (Preset::Lj, 150)] {
        let (model, glass) = glass(preset, particles, 3);
        let (inverse, third) = solvers(&model, &glass);
        let modes = full_modes(&model, &glass.cell, &glass.positions, &[]).unwrap();
        // nine starts: the tenth lane is one of a second batch
        let mut starts = modes.vectors[..8].to_vec();
        starts.push(irregular(particles, 1));
        let found = nonlinear_modes(&inverse, &third, &starts, &NonlinearSettings::default()).unwrap();
        assert_eq!(found.len(), 9);
        let converged = found.iter().filter(|mode| mode.stop == NonlinearStop::Converged).count();
        println!("{preset:?}: {:?}", found.iter().map(|m| (m.iterations, m.barrier)).collect::<Vec<_>>());
        assert!(converged >= 8, "{preset:?}: {converged} of 9");
        for mode in found.iter().filter(|mode| mode.stop == NonlinearStop::Converged) {
            let pi = &mode.direction;
            assert!((dot(pi, pi) - 1.0).abs() < 1e-12);
            assert!((0..3).all(|k| pi.iter().skip(k).step_by(3).sum::<f64>().abs() < 1e-9));
            let product = sums::hessian_times(&model, &glass.cell, &glass.positions, pi);
            let (contraction, tau) = sums::third_order(&model, &glass.cell, &glass.positions, pi);
            let kappa = dot(pi, &product);
            assert!(tau < 0.0 && (tau / mode.third_order - 1.0).abs() < 1e-10, "{tau} {}", mode.third_order);
            assert!((kappa / mode.stiffness - 1.0).abs() < 1e-10);
            assert!((mode.saddle_displacement / (-2.0 * kappa / tau) - 1.0).abs() < 1e-9);
            let off: Vec<f64> = product.iter().zip(&contraction).map(|(m, u)| m - kappa / tau * u).collect();
            let share = (dot(&off, &off) / dot(&product, &product)).sqrt();
            assert!(share < 1e-6 && (share - mode.residual).abs() < 1e-9, "{share:e} {:e}", mode.residual);
            let own = barrier(&model, &glass, pi);
            assert!((own / mode.barrier - 1.0).abs() < 1e-9);
            for seed in 0..4 {
                let mut side = irregular(particles, seed);
                let length = dot(&side, &side).sqrt();
                side.iter_mut().for_each(|x| *x /= length);
                let at = |h: f64| {
                    let z: Vec<f64> = pi.iter().zip(&side).map(|(pi, s)| pi + h * s).collect();
                    let length = dot(&z, &z).sqrt();
                    barrier(&model, &glass, &z.iter().map(|x| x / length).collect::<Vec<_>>())
                };
                // a direction that is not stationary changes the logarithm of b by some 10 per unit
                let slope = (at(1e-5) - at(-1e-5)) / 2e-5 / own;
                assert!(slope.abs() < 1e-4, "{preset:?}: {slope:e}");
            }
        }
        // each start alone gives the same result as together with others
        let alone = nonlinear_modes(&inverse, &third, &starts[2..3], &NonlinearSettings::default()).unwrap();
        assert!(largest_difference(&alone[0].direction, &found[2].direction) < 1e-6);
        assert!((alone[0].barrier / found[2].barrier - 1.0).abs() < 1e-9);
    }
}

/// b = (2/3) kappa^3 / tau^2 decreases at every small step, and a mode found by small steps is a fixed point of full
/// steps.
#[test]
fn small_steps_descend_the_barrier() {
    let (model, glass) = glass(Preset::Tlj, 200, 4);
    let (inverse, third) = solvers(&model, &glass);
    for seed in 0..3 {
        let start = [irregular(200, seed)];
        let after = |step: f64, max_iterations: u64, start: &[Vec<f64>]| {
            let settings = NonlinearSettings { step, max_iterations, ..NonlinearSettings::default() };
            nonlinear_modes(&inverse, &third, start, &settings).unwrap().remove(0)
        };
        let mut last = after(0.1, 0, &start).barrier;
        for steps in 1..40 {
            let barrier = after(0.1, steps, &start).barrier;
            assert!(barrier < last, "seed {seed}: {barrier} after {steps} steps, {last} before");
            last = barrier;
        }
        let found = after(0.3, 3000, &start);
        assert_eq!(found.stop, NonlinearStop::Converged);
        let whole = after(1.0, 1, std::slice::from_ref(&found.direction));
        assert!(largest_difference(&whole.direction, &found.direction) < 1e-7);
    }
}

/// The reason for the end of an iteration is reported.
#[test]
fn stops() {
    let (model, glass) = glass(Preset::Pss, 120, 5);
    let (inverse, third) = solvers(&model, &glass);
    let starts = [irregular(120, 2), vec![0.0; 360], (0..360).map(|i| f64::from(i % 3)).collect()];
    let settings = NonlinearSettings { max_iterations: 3, ..NonlinearSettings::default() };
    let found = nonlinear_modes(&inverse, &third, &starts, &settings).unwrap();
    assert_eq!((found[0].stop, found[0].iterations), (NonlinearStop::StepLimit, 3));
    assert_eq!(found[1].stop, NonlinearStop::Failed);
    // nothing is left of a translation
    assert_eq!(found[2].stop, NonlinearStop::Failed);
    let other = ThirdOrder::new(&model, &glass.cell, &glass.positions.iter().rev().copied().collect::<Vec<_>>(), &[]);
    assert!(nonlinear_modes(&inverse, &other, &starts, &settings).is_err());
}

/// The line through two minima that a path joins: the profile is the energy by plain sums, and its second well is one.
#[test]
fn profiles() {
    for name in ["path_tlj_a", "path_tlj_a2"] {
        let file = load(name);
        let (edges, species) = (numbers(&file["box"]), numbers(&file["species"]));
        let end = |key: &str| Configuration {
            cell: PeriodicBox { edges: [edges[0], edges[1], edges[2]] },
            positions: numbers(&file[key]),
            species: species.iter().map(|s| *s as u8).collect(),
            diameters: vec![1.0; species.len()],
        };
        let (a, b) = (&end("A"), &end("B"));
        let model = Preset::Tlj.model(a);
        let (inverse, third) = solvers(&model, a);
        let field: Vec<f64> = a.positions.iter().zip(&b.positions).map(|(a, b)| b - a).collect();
        let mode = nonlinear_modes(&inverse, &third, std::slice::from_ref(&field), &NonlinearSettings::default())
            .unwrap()
            .remove(0);
        println!("{name}: {:?} {} c = {:?}", mode.stop, mode.iterations, overlaps(&field, &mode.direction));
        let mut sum = PairSum::<LANES>::new(model.clone(), a.cell);
        let settings = ProfileSettings::default();
        // along the nonlinear mode, and along the straight line to the other minimum, which is a double well
        let length = dot(&field, &field).sqrt();
        let straight: Vec<f64> = field.iter().map(|x| x / length).collect();
        for (direction, reach) in [(&mode.direction, mode.saddle_displacement), (&straight, 0.4 * length)] {
            let profile = mode_profile(&mut sum, &a.positions, direction, reach, &settings);
            assert_eq!((profile.displacement.len(), profile.energy.len()), (65, 65));
            let at = |s: f64| -> Vec<f64> { a.positions.iter().zip(direction).map(|(x, d)| x + s * d).collect() };
            let plain = |s: f64| sums::energy_difference(&model, &a.cell, &a.positions, &at(s));
            for k in (0..65).step_by(8) {
                let (s, energy) = (profile.displacement[k], profile.energy[k]);
                let scale = energy.abs().max(1.0);
                assert!((energy - plain(s)).abs() < 1e-9 * scale, "{name} at {s}: {energy} {}", plain(s));
            }
            if let Some(well) = profile.second_well {
                println!("{name}: {well:?}");
                assert!((plain(well.displacement) - well.energy).abs() < 1e-11);
                assert!((plain(well.barrier_displacement) - well.barrier).abs() < 1e-11);
                assert!(well.barrier > 0.0 && well.barrier > well.energy);
                assert!(well.displacement > well.barrier_displacement);
                for (s, sign) in [(well.displacement, 1.0), (well.barrier_displacement, -1.0)] {
                    let curvature = plain(s + 1e-4) + plain(s - 1e-4) - 2.0 * plain(s);
                    let slope = (plain(s + 1e-5) - plain(s - 1e-5)) / 2e-5;
                    assert!(sign * curvature > 0.0 && slope.abs() < 1e-5, "{name}: {slope:e}");
                }
            }
        }
        let profile = mode_profile(&mut sum, &a.positions, &straight, 0.4 * length, &settings);
        let well = profile.second_well.unwrap();
        assert!((well.displacement - length).abs() < 1e-6, "{name}: {well:?} {length}");
    }
}
