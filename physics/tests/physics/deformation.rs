//! Deformed boxes: the kernels against plain sums, and both against exact properties of a deformation.

use crate::common;
use common::*;
use glasswell_physics::forces::deformation::{
    Frame, Gradient, IDENTITY, deformed, fits, inverse, stress, volume_ratio,
};
use glasswell_physics::forces::lanes::Kernel;
use glasswell_physics::forces::{LANES, PairSum, as_lanes, as_lanes_mut, lane, sums};
use glasswell_physics::model::{Model, PeriodicBox, Preset};
use glasswell_physics::random::{Purpose, stream};
use rand::RngExt;

const SEED: u64 = 51;
/// Larger strains than in any stage.
const STRAIN: f64 = 0.005;

/// Gradients near 1, the first being 1 itself.
fn gradients() -> Vec<Gradient> {
    println!("seed {SEED}");
    let mut random = stream(SEED, Purpose::Prepare, 0, 0);
    let mut gradients = vec![IDENTITY; LANES];
    for gradient in &mut gradients[1..] {
        for value in gradient.as_flattened_mut() {
            *value += STRAIN * (random.random::<f64>() - 0.5);
        }
    }
    gradients
}

/// Energy, forces and product with the Hessian by plain sums over d' = F d, in the coordinates of the deformed box.
fn plain(model: &Model, cell: &PeriodicBox, gradient: &Gradient, x: &[f64], z: &[f64]) -> (f64, Vec<f64>, Vec<f64>) {
    let (mut energy, mut forces, mut product) = (0.0, vec![0.0; x.len()], vec![0.0; x.len()]);
    sums::for_each_deformed_pair(model, cell, gradient, x, |pair| {
        energy += pair.energy;
        let (i, j) = (3 * pair.i, 3 * pair.j);
        let y: [f64; 3] = std::array::from_fn(|k| z[i + k] - z[j + k]);
        let along = (0..3).map(|k| pair.d[k] * y[k]).sum::<f64>() / (pair.r * pair.r);
        for k in 0..3 {
            let f = pair.slope_over_r * pair.d[k];
            let h = (pair.second - pair.slope_over_r) * along * pair.d[k] + pair.slope_over_r * y[k];
            forces[i + k] -= f;
            forces[j + k] += f;
            product[i + k] += h;
            product[j + k] -= h;
        }
    });
    (energy, forces, product)
}

/// M x for every particle; M^T x when transposed.
fn times(matrix: &Gradient, x: &[f64], transposed: bool) -> Vec<f64> {
    let matrix = if transposed { std::array::from_fn(|a| std::array::from_fn(|b| matrix[b][a])) } else { *matrix };
    x.chunks_exact(3).flat_map(|x| deformed(&matrix, [x[0], x[1], x[2]])).collect()
}

#[test]
fn deformed_kernels_equal_plain_sums() {
    let gradients = gradients();
    let mut tested = 0;
    for kernel in Kernel::available() {
        for (name, preset) in VECTORS {
            let (model, configuration) = model_of(&load(name), preset);
            let (cell, x) = (configuration.cell, &configuration.positions);
            if fits(&model, &cell, &gradients[1]).is_err() {
                println!("{name}: too small");
                continue;
            }
            tested += 1;
            let z: Vec<f64> = x.iter().enumerate().map(|(k, x)| (x + k as f64).sin()).collect();
            let batch: Vec<[f64; LANES]> = x.iter().map(|&x| [x; LANES]).collect();
            let vectors: Vec<[f64; LANES]> = z.iter().map(|&z| [z; LANES]).collect();
            let mut sum =
                PairSum::<LANES>::with_kernel(model.clone(), cell, kernel).deformed_by(&gradients, Frame::Reference);
            let (mut forces, mut products) = (vec![[0.0; LANES]; x.len()], vec![[0.0; LANES]; x.len()]);
            let energies = sum.forces(&batch, &mut forces);
            sum.hessian_times(&batch, &vectors, &mut products);
            for (l, gradient) in gradients.iter().enumerate() {
                let name = format!("{name} {kernel:?} lane {l}");
                let (energy, plain_forces, _) = plain(&model, &cell, gradient, x, &z);
                let (_, _, plain_product) = plain(&model, &cell, gradient, x, &times(gradient, &z, false));
                assert!((energies[l] / energy - 1.0).abs() < 1e-12, "{name}: {} {energy}", energies[l]);
                for (fast, plain) in [
                    (lane(&forces, l), times(gradient, &plain_forces, true)),
                    (lane(&products, l), times(gradient, &plain_product, true)),
                ] {
                    let off = largest_difference(&fast, &plain) / largest(&plain);
                    assert!(off < 1e-12, "{name}: off by {off:e}");
                }
                let one = |frame| {
                    PairSum::<1>::with_kernel(model.clone(), cell, kernel)
                        .deformed_by(std::slice::from_ref(gradient), frame)
                };
                let (mut force, mut product) = (vec![0.0; x.len()], vec![0.0; x.len()]);
                let mut single = one(Frame::Reference);
                let [alone] = single.forces(as_lanes(x), as_lanes_mut(&mut force));
                single.hessian_times(as_lanes(x), as_lanes(&z), as_lanes_mut(&mut product));
                assert_eq!(alone.to_bits(), energies[l].to_bits(), "{name}");
                assert!(force == lane(&forces, l) && product == lane(&products, l), "{name}: alone");
                // the same configuration in the coordinates of the deformed box
                let mut single = one(Frame::Deformed);
                let there = times(gradient, x, false);
                let [energy_there] = single.forces(as_lanes(&there), as_lanes_mut(&mut force));
                assert!((energy_there / energy - 1.0).abs() < 1e-12, "{name}: {energy_there} {energy}");
                let off = largest_difference(&force, &plain_forces) / largest(&plain_forces);
                assert!(off < 1e-11, "{name}: forces in the deformed box off by {off:e}");
            }
        }
    }
    assert!(tested >= 7 * Kernel::available().len(), "{tested} cases");
}

/// F = 1 gives bitwise identical results.
#[test]
fn no_deformation_is_the_plain_kernel() {
    for (name, preset) in VECTORS {
        let (model, configuration) = model_of(&load(name), preset);
        let (cell, x) = (configuration.cell, &configuration.positions);
        let batch: Vec<[f64; LANES]> = x.iter().map(|&x| [x; LANES]).collect();
        let (mut before, mut after) = (vec![[0.0; LANES]; x.len()], vec![[0.0; LANES]; x.len()]);
        let mut sum = PairSum::<LANES>::new(model, cell);
        let energy = sum.forces(&batch, &mut before);
        sum.deform(&[IDENTITY], Frame::Reference);
        assert_eq!(sum.forces(&batch, &mut after), energy, "{name}");
        assert!(before == after, "{name}");
        sum.deform(&[], Frame::Reference);
        assert_eq!(sum.forces(&batch, &mut after), energy, "{name}");
    }
}

/// The force is minus the derivative of the energy, and the stress that of the energy by the strain over the volume.
#[test]
fn stress_is_the_derivative_by_strain() {
    for (name, preset) in VECTORS {
        let (model, configuration) = model_of(&load(name), preset);
        let (cell, x) = (configuration.cell, &configuration.positions);
        let plain = sums::stress(&model, &cell, x);
        let listed = stress(&model, &cell, &IDENTITY, x);
        let scale = largest(plain.as_flattened());
        assert!(largest_difference(plain.as_flattened(), listed.as_flattened()) < 1e-12 * scale, "{name}");
        let energy = |a: usize, b: usize, step: f64| {
            let mut gradient = IDENTITY;
            gradient[a][b] += step;
            let mut energy = 0.0;
            sums::for_each_deformed_pair(&model, &cell, &gradient, x, |pair| energy += pair.energy);
            energy
        };
        for a in 0..3 {
            for b in 0..3 {
                let slope = (energy(a, b, 1e-6) - energy(a, b, -1e-6)) / 2e-6 / cell.volume();
                assert!((slope - plain[a][b]).abs() < 1e-6 * scale, "{name} {a}{b}: {slope} {}", plain[a][b]);
            }
        }
    }
}

#[test]
fn gradients_have_inverses_and_volumes() {
    for gradient in gradients() {
        let inverse = inverse(&gradient);
        for k in 0..3 {
            let mut unit = [0.0; 3];
            unit[k] = 1.0;
            assert!(largest_difference(&deformed(&inverse, deformed(&gradient, unit)), &unit) < 1e-15);
        }
        assert!((volume_ratio(&gradient) * volume_ratio(&inverse) - 1.0).abs() < 1e-15);
    }
    let (model, configuration) = model_of(&load("tlj_ka2_a"), Preset::Tlj);
    let mut half = IDENTITY;
    half.iter_mut().enumerate().for_each(|(k, row)| row[k] = 0.5);
    let reported = fits(&model, &configuration.cell, &half).unwrap_err().to_string();
    assert!(reported.contains("take more particles or a smaller strain"), "{reported}");
}
