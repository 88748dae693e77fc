//! Every fast path against its plain twin, on every kernel this processor can run.

mod common;
use common::*;
use glasswell::forces::lanes::Kernel;
use glasswell::forces::{LANES, PairSum, as_lanes, as_lanes_mut, lane, set_lane, sums};
use glasswell::model::{Configuration, Model, PeriodicBox, Preset, soft_sphere_diameters, species_counts};
use glasswell::random::{Stage, stream};
use rand::Rng;

const SEED: u64 = 20;

/// A disordered glass-like configuration: a simple cubic lattice with random displacements and shuffled identities.
fn disordered(preset: Preset, particles: usize, amplitude: f64, run: u64) -> Configuration {
    let mut random = stream(SEED, Stage::Prepare, 0, 0);
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
    let mut jitter = stream(SEED, Stage::Prepare, 1, run);
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

/// A lane of the batch has the bits of the single form, whatever the other lanes hold and whenever the list was made;
/// AVX-512 and AVX2 agree bit for bit.
#[test]
fn lanes_are_single_configurations_bit_for_bit() {
    println!("seed {SEED}");
    for preset in Preset::ALL {
        let members: Vec<Configuration> = (0..LANES as u64).map(|run| disordered(preset, 700, 0.3, run)).collect();
        let model = preset.model(&members[0]);
        let cell = members[0].cell;
        let mut fused: Option<(Vec<f64>, Vec<f64>)> = None;
        for kernel in Kernel::available() {
            let mut batch = vec![[0.0; LANES]; 3 * 700];
            for (l, member) in members.iter().enumerate() {
                set_lane(&mut batch, l, &member.positions);
            }
            let mut sum = PairSum::<LANES>::with_kernel(model.clone(), cell, kernel);
            let mut forces = vec![[0.0; LANES]; 3 * 700];
            let energies = sum.forces(&batch, &mut forces);
            let mut products = vec![[0.0; LANES]; 3 * 700];
            sum.hessian_times(&batch, &forces, &mut products);
            for (l, member) in members.iter().enumerate() {
                let mut single = PairSum::<1>::with_kernel(model.clone(), cell, kernel);
                let mut alone = vec![0.0; 3 * 700];
                // a list made elsewhere first: a small move must not remake it
                let moved: Vec<f64> = member.positions.iter().map(|x| x + 0.02).collect();
                single.forces(as_lanes(&moved), as_lanes_mut(&mut alone));
                let [energy] = single.forces(as_lanes(&member.positions), as_lanes_mut(&mut alone));
                assert_eq!(single.rebuilds(), 1);
                assert_eq!(energy.to_bits(), energies[l].to_bits(), "{preset:?} {kernel:?} lane {l}");
                assert_eq!(alone, lane(&forces, l), "{preset:?} {kernel:?} lane {l}");
                let mut product = vec![0.0; 3 * 700];
                single.hessian_times(as_lanes(&member.positions), as_lanes(&alone), as_lanes_mut(&mut product));
                assert_eq!(product, lane(&products, l), "{preset:?} {kernel:?} lane {l}");
            }
            if kernel != Kernel::Portable {
                let result = (energies.to_vec(), forces.as_flattened().to_vec());
                match &fused {
                    None => fused = Some(result),
                    Some(first) => assert_eq!(first, &result, "{preset:?}: AVX-512 and AVX2 differ"),
                }
            }
        }
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
    let mut random = stream(SEED, Stage::Explore, 0, 0);
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
