//! Every fast path against its plain counterpart, on every kernel this processor can run.

use crate::common;
use common::*;
use glasswell_physics::forces::lanes::Kernel;
use glasswell_physics::forces::{
    LANES, PairSum, ThirdOrder, as_lanes, as_lanes_mut, energy_differences, lane, set_lane, sums,
};
use glasswell_physics::model::{Configuration, Model, PeriodicBox, Preset, soft_sphere_diameters, species_counts};
use glasswell_physics::random::{Purpose, stream};
use rand::RngExt;

const SEED: u64 = 20;

/// A disordered glass-like configuration: a simple cubic lattice with random displacements and shuffled identities.
fn disordered(preset: Preset, particles: usize, amplitude: f64, run: u64) -> Configuration {
    let mut random = stream(SEED, Purpose::Prepare, 0, 0);
    let cell = PeriodicBox::cubic(particles, preset.density());
    let side = (particles as f64).cbrt().ceil() as usize;
    let spacing = cell.edges[0] / side as f64;
    let counts = species_counts(particles, preset.composition());
    let mut species: Vec<u8> = counts.iter().enumerate().flat_map(|(s, &c)| vec![s as u8; c]).collect();
    let mut diameters =
        if preset.has_diameters() { soft_sphere_diameters(particles, 0.73, 1.62) } else { vec![1.0; particles] };
    use rand::seq::SliceRandom;
    species.shuffle(&mut random);
    diameters.shuffle(&mut random);
    let mut jitter = stream(SEED, Purpose::Prepare, 1, run);
    let positions = (0..particles)
        .flat_map(|i| [i % side, i / side % side, i / side / side])
        .map(|k| (k as f64 + 0.5) * spacing + amplitude * (jitter.random::<f64>() - 0.5))
        .collect();
    Configuration { cell, positions, species, diameters }
}

fn check_single(name: &str, model: &Model, cell: &PeriodicBox, x: &[f64], kernel: Kernel) {
    let mut plain = vec![0.0; x.len()];
    let energy = sums::energy_and_forces(model, cell, x, &mut plain);
    let mut sum = PairSum::<1>::with_kernel(model.clone(), *cell, kernel);
    let mut fast = vec![0.0; x.len()];
    let [fast_energy] = sum.forces(as_lanes(x), as_lanes_mut(&mut fast));
    assert!(((fast_energy - energy) / energy).abs() < 1e-12, "{name} {kernel:?}: {fast_energy} {energy}");
    let off = largest_difference(&fast, &plain) / largest(&plain);
    assert!(off < 1e-12, "{name} {kernel:?}: forces off by {off:e}");
    let z: Vec<f64> = plain.iter().map(|f| f / largest(&plain)).collect();
    let plain_product = sums::hessian_times(model, cell, x, &z);
    let mut product = vec![0.0; x.len()];
    sum.hessian_times(as_lanes(x), as_lanes(&z), as_lanes_mut(&mut product));
    let off = largest_difference(&product, &plain_product) / largest(&plain_product);
    assert!(off < 1e-12, "{name} {kernel:?}: Hz off by {off:e}");
}

#[test]
fn single_configurations() {
    println!("seed {SEED}");
    for kernel in Kernel::available() {
        for (name, preset) in VECTORS {
            let file = load(name);
            let (model, configuration) = model_of(&file, preset);
            check_single(name, &model, &configuration.cell, &configuration.positions, kernel);
        }
        for preset in Preset::ALL {
            // 700: rows of all pairs; 3000: cells
            for particles in [700, 3000] {
                let configuration = disordered(preset, particles, 0.2, 0);
                let model = preset.model(&configuration);
                check_single(preset.name(), &model, &configuration.cell, &configuration.positions, kernel);
            }
        }
    }
}

/// Results of a lane of the batch are bitwise identical to those of the single form, whatever the other lanes hold and
/// whenever the list was built; AVX-512 and AVX2 are bitwise identical.
#[test]
fn lanes_are_single_configurations_bit_for_bit() {
    println!("seed {SEED}");
    let n = 700;
    for preset in Preset::ALL {
        let members: Vec<Configuration> = (0..LANES as u64).map(|run| disordered(preset, n, 0.3, run)).collect();
        let model = preset.model(&members[0]);
        let cell = members[0].cell;
        let mut fused: Option<Vec<f64>> = None;
        for kernel in Kernel::available() {
            let mut batch = vec![[0.0; LANES]; 3 * n];
            for (l, member) in members.iter().enumerate() {
                set_lane(&mut batch, l, &member.positions);
            }
            let mut sum = PairSum::<LANES>::with_kernel(model.clone(), cell, kernel);
            let (energies, forces, products) = evaluate(&mut sum, &batch);
            let result = [energies.as_slice(), forces.as_flattened(), products.as_flattened()].concat();
            for (l, member) in members.iter().enumerate() {
                let name = format!("{preset:?} {kernel:?} lane {l}");
                // eight copies, listed for positions that are off by a small move first
                let copies: Vec<[f64; LANES]> = member.positions.iter().map(|&x| [x; LANES]).collect();
                let mut sum = PairSum::<LANES>::with_kernel(model.clone(), cell, kernel);
                let (energy, force, product) = moved_first(&mut sum, &copies);
                assert_eq!(energy[0].to_bits(), energies[l].to_bits(), "{name}");
                assert!(lane(&force, 0) == lane(&forces, l) && lane(&product, 0) == lane(&products, l), "{name}");
                let x = as_lanes(&member.positions);
                let fresh = evaluate(&mut PairSum::<1>::with_kernel(model.clone(), cell, kernel), x);
                let moved = moved_first(&mut PairSum::<1>::with_kernel(model.clone(), cell, kernel), x);
                assert!(fresh == moved, "{name}: the list matters");
                let ([energy], force, product) = fresh;
                assert_eq!(energy.to_bits(), energies[l].to_bits(), "{name}");
                assert!(
                    lane(&force, 0) == lane(&forces, l) && lane(&product, 0) == lane(&products, l),
                    "{name}: alone"
                );
            }
            if kernel != Kernel::PORTABLE {
                match &fused {
                    None => fused = Some(result),
                    Some(first) => assert!(*first == result, "{preset:?}: AVX-512 and AVX2 differ"),
                }
            }
        }
    }
}

/// Energies, forces, and the Hessian times the forces.
type Sums<const L: usize> = ([f64; L], Vec<[f64; L]>, Vec<[f64; L]>);

fn evaluate<const L: usize>(sum: &mut PairSum<L>, x: &[[f64; L]]) -> Sums<L> {
    let (mut forces, mut products) = (vec![[0.0; L]; x.len()], vec![[0.0; L]; x.len()]);
    let energies = sum.forces(x, &mut forces);
    sum.hessian_times(x, &forces, &mut products);
    (energies, forces, products)
}

/// The same after the list was built for other positions.
fn moved_first<const L: usize>(sum: &mut PairSum<L>, x: &[[f64; L]]) -> Sums<L> {
    let moved: Vec<[f64; L]> = x.iter().enumerate().map(|(k, row)| row.map(|x| x + 0.01 * (k % 5) as f64)).collect();
    evaluate(sum, &moved);
    let sums = evaluate(sum, x);
    assert_eq!(sum.rebuilds(), 1);
    sums
}

/// Third-order contractions of eight vectors at once, and energy differences by a list.
#[test]
fn third_order_and_energy_differences() {
    println!("seed {SEED}");
    for preset in Preset::ALL {
        // 3000: cells; 100: a box too small for a list
        for particles in [100, 700, 3000] {
            let configuration = disordered(preset, particles, 0.2, 0);
            let (model, cell, x) = (preset.model(&configuration), configuration.cell, &configuration.positions);
            let third = ThirdOrder::new(&model, &cell, x, &[]);
            let mut random = stream(SEED, Purpose::Modes, 0, 0);
            let vectors: Vec<Vec<f64>> =
                (0..3).map(|_| x.iter().map(|_| random.random::<f64>() - 0.5).collect()).collect();
            let cubes = third.third_orders(&vectors);
            for ((z, (fast, cube)), alone) in vectors.iter().zip(third.contractions(&vectors)).zip(cubes) {
                let (plain, plain_cube) = sums::third_order(&model, &cell, x, z);
                let off = largest_difference(&fast, &plain) / largest(&plain);
                assert!(off < 1e-12, "{preset:?} {particles}: U:zz off by {off:e}");
                // terms of both signs cancel in the sum
                let size: f64 = plain.iter().zip(z).map(|(u, z)| (u * z).abs()).sum();
                for cube in [cube, alone] {
                    assert!((cube - plain_cube).abs() < 1e-12 * size, "{preset:?} {particles}: {cube} {plain_cube}");
                }
            }
            let moved: Vec<Vec<f64>> =
                [1e-6, 0.1, 0.6].iter().map(|s| x.iter().zip(&vectors[0]).map(|(x, z)| x + s * z).collect()).collect();
            for (fast, b) in energy_differences(&model, &cell, x, &moved).iter().zip(&moved) {
                let plain = sums::energy_difference(&model, &cell, x, b);
                assert!((fast / plain - 1.0).abs() < 1e-9, "{preset:?} {particles}: {fast} {plain}");
            }
            // excluded particles take their pairs with them
            let out: Vec<bool> = (0..particles).map(|i| i % 7 == 0).collect();
            let part = ThirdOrder::new(&model, &cell, x, &out).contractions(&vectors[..1]).remove(0).0;
            assert!((0..particles).filter(|i| out[*i]).all(|i| part[3 * i..3 * i + 3] == [0.0; 3]));
            assert!(part.iter().any(|x| *x != 0.0));
        }
    }
}

/// Along a curve through the box the sums are the same except for the order of their terms.
#[test]
fn the_order_of_the_particles_is_free() {
    println!("seed {SEED}");
    for preset in Preset::ALL {
        let configuration = disordered(preset, 1000, 0.2, 0);
        let (model, cell, x) = (preset.model(&configuration), configuration.cell, &configuration.positions);
        let mut order: Vec<u32> = glasswell_physics::forces::space_filling_order(&cell, x);
        let batch: Vec<[f64; LANES]> = x.iter().map(|&x| std::array::from_fn(|l| x + 1e-3 * l as f64)).collect();
        let (energy, force, product) = evaluate(&mut PairSum::<1>::new(model.clone(), cell), as_lanes(x));
        let mut single = PairSum::<1>::new(model.clone(), cell).ordered_by(x);
        let mut sum = PairSum::<LANES>::new(model.clone(), cell).ordered_by(x);
        let ordered = evaluate(&mut single, as_lanes(x));
        let (energies, forces, products) = evaluate(&mut sum, &batch);
        let of_one = evaluate(&mut sum.of_one(), as_lanes(x));
        assert!(of_one == ordered, "{preset:?}: the order of the batch alone");
        let (force_alone, product_alone) = (lane(&ordered.1, 0), lane(&ordered.2, 0));
        assert!(ordered.0[0] == energies[0] && force_alone == lane(&forces, 0), "{preset:?}: ordered, in the batch");
        assert!(product_alone == lane(&products, 0), "{preset:?}: ordered, in the batch");
        for (energy, ordered) in [(energy[0], ordered.0[0]), (energy[0], energies[0])] {
            assert!((ordered / energy - 1.0).abs() < 1e-12, "{preset:?}: {ordered} {energy}");
        }
        for (plain, ordered, in_batch) in [(&force, &ordered.1, &forces), (&product, &ordered.2, &products)] {
            let plain = lane(plain, 0);
            for ordered in [lane(ordered, 0), lane(in_batch, 0)] {
                let off = largest_difference(&plain, &ordered) / largest(&plain);
                assert!(off < 1e-12, "{preset:?}: off by {off:e}");
            }
        }
        order.sort_unstable();
        assert!(order.iter().zip(0..).all(|(&a, b)| a == b), "{preset:?}: every particle once");
    }
}

/// Particles that drift through the box, by whole images too, never lose a pair.
#[test]
fn lists_follow_moving_particles() {
    println!("seed {SEED}");
    let mut configuration = disordered(Preset::Tlj, 700, 0.2, 3);
    let model = Preset::Tlj.model(&configuration);
    let cell = configuration.cell;
    let mut sum = PairSum::<1>::new(model.clone(), cell);
    let mut random = stream(SEED, Purpose::Explore, 0, 0);
    for step in 0..60 {
        for x in &mut configuration.positions {
            *x += 0.06 * (random.random::<f64>() - 0.5);
        }
        if step == 30 {
            cell.wrap(&mut configuration.positions);
            configuration.positions[0] -= 3.0 * cell.edges[0];
        }
        let x = &configuration.positions;
        let (mut fast, mut plain) = (vec![0.0; x.len()], vec![0.0; x.len()]);
        let [energy] = sum.forces(as_lanes(x), as_lanes_mut(&mut fast));
        let reference = sums::energy_and_forces(&model, &cell, x, &mut plain);
        assert!(((energy - reference) / reference).abs() < 1e-12, "step {step}: {energy} {reference}");
        assert!(largest_difference(&fast, &plain) < 1e-12 * largest(&plain), "step {step}");
    }
    assert!(sum.rebuilds() > 3 && sum.rebuilds() < 50, "{} rebuilds", sum.rebuilds());
}

/// A list that is found again among its wide rows, after swaps and motion, has the pairs of a new list.
#[test]
fn lists_follow_exchanged_identities() {
    println!("seed {SEED}");
    for (preset, particles) in [(Preset::Pss, 500), (Preset::Tlj, 700)] {
        let mut configuration = disordered(preset, particles, 0.1, 3);
        let cell = configuration.cell;
        let mut sum = PairSum::<1>::new(preset.model(&configuration), cell);
        let mut random = stream(SEED, Purpose::Explore, 0, 1);
        for step in 0..40 {
            // a short step each time, and now and then one of which wide rows cannot know
            let width = if step % 13 == 12 { 1.5 } else { 0.04 };
            configuration.positions.iter_mut().for_each(|x| *x += width * (random.random::<f64>() - 0.5));
            for _ in 0..particles / 5 {
                let (i, j) = (random.random_range(0..particles), random.random_range(0..particles));
                configuration.species.swap(i, j);
                configuration.diameters.swap(i, j);
            }
            sum.set_model(preset.model(&configuration));
            let mut new = PairSum::<1>::new(preset.model(&configuration), cell);
            let x = as_lanes(&configuration.positions);
            assert_eq!(evaluate(&mut sum, x), evaluate(&mut new, x), "{preset:?}, step {step}");
            assert_eq!(sum.listed_pairs(), new.listed_pairs(), "{preset:?}, step {step}");
        }
        assert_eq!(sum.rebuilds(), 40);
    }
}
