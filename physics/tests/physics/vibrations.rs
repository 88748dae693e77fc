//! Full spectra against the reference vectors, degenerate values and any number of threads; phonon order; the quartic law.

use crate::common;

use common::*;
use glasswell_physics::error::Error;
use glasswell_physics::forces::{PairSum, ThirdOrder, sums};
use glasswell_physics::landscape::{QuenchSettings, quench, rattlers};
use glasswell_physics::model::{Configuration, Model, PeriodicBox, Preset};
use glasswell_physics::modes::*;
use glasswell_physics::random::{Purpose, stream};
use glasswell_physics::sampling::random_configuration;
use rand::RngExt;

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

/// The modes of a minimum: values, participation, tau and cubic barrier of the lowest.
#[test]
fn reference_minima() {
    for (name, preset) in VECTORS {
        let file = load(name);
        let minimum = &file["minimum"];
        let configuration = configuration(&file, "minimum");
        let model = preset.model(&configuration);
        let (cell, x) = (&configuration.cell, &configuration.positions);
        let loose = rattlers(&model, cell, x);
        assert!(!loose.contains(&true), "{name}");
        let modes = full_modes(&model, cell, x, &loose).unwrap();
        let mut values = numbers(&minimum["hessian_eigenvalues"]);
        let largest_value = largest(&values);
        let mut ratios = numbers(&minimum["participation_ratio"]);
        // exactly three zero modes, the lowest at a minimum
        assert!(largest(&values[..3]) < 1e-10 * largest_value && values[3] > 1e-10 * largest_value, "{name}");
        assert!(modes.eigenvalues[0] > 1e-10 * largest_value, "{name}: {:e}", modes.eigenvalues[0]);
        values.drain(..3);
        ratios.drain(..3);
        let off = largest_difference(&modes.eigenvalues, &values) / largest_value;
        assert!(off < 1e-11, "{name}: eigenvalues off by {off:e} of the largest");
        let known = ratios.iter().zip(&modes.participation_ratio).filter(|(theirs, _)| theirs.is_finite());
        let off = known.map(|(theirs, ours)| (theirs - ours).abs()).fold(0.0, f64::max);
        assert!(off < 1e-8, "{name}: participation ratios off by {off:e}");
        let lowest = &minimum["lowest_mode"];
        let third = ThirdOrder::new(&model, cell, x, &loose);
        let (contraction, tau) = third.contractions(&modes.vectors[..1]).remove(0);
        let their_tau = lowest["tau"].as_f64().unwrap();
        assert!((tau.abs() / their_tau.abs() - 1.0).abs() < 1e-9, "{name}: tau {tau} {their_tau}");
        let off = largest_difference(&contraction, &numbers(&lowest["U_ee"])) / largest(&contraction);
        assert!(off < 1e-8, "{name}: U:ee off by {off:e}");
        let barrier = 2.0 / 3.0 * modes.eigenvalues[0].powi(3) / (tau * tau);
        let their_barrier = lowest["barrier_cubic"].as_f64().unwrap();
        assert!((barrier / their_barrier - 1.0).abs() < 1e-9, "{name}: barrier {barrier} {their_barrier}");
    }
}

/// Vectors are eigenvectors, orthonormal, without translation; their third orders are those of plain sums.
#[test]
fn all_modes_of_a_glass() {
    let (model, glass) = glass(Preset::Tlj, 200);
    let (cell, x) = (&glass.cell, &glass.positions);
    let modes = full_modes(&model, cell, x, &[]).unwrap();
    assert_eq!((modes.eigenvalues.len(), modes.vectors.len(), modes.residuals.len()), (597, 597, 597));
    assert!(modes.eigenvalues.is_sorted() && modes.counted);
    let largest_value = modes.eigenvalues[596];
    let taus = ThirdOrder::new(&model, cell, x, &[]).third_orders(&modes.vectors);
    for (i, a) in modes.vectors.iter().enumerate() {
        let product = sums::hessian_times(&model, cell, x, a);
        let expected: Vec<f64> = a.iter().map(|v| modes.eigenvalues[i] * v).collect();
        assert!(largest_difference(&product, &expected) < 1e-12 * largest_value, "mode {i}");
        for (j, b) in modes.vectors.iter().enumerate().take(i + 1) {
            assert!((dot(a, b) - if i == j { 1.0 } else { 0.0 }).abs() < 1e-12, "modes {i} and {j}");
        }
        let ratio = participation_ratio(a);
        assert!((modes.participation_ratio[i] - ratio).abs() < 1e-12 && (1.0 / 200.0..=1.0).contains(&ratio));
        let plain = sums::third_order(&model, cell, x, a).1;
        assert!((taus[i] - plain).abs() < 1e-11 * largest(&taus), "tau of mode {i}: {} {plain}", taus[i]);
    }
}

#[test]
fn the_same_bits_on_any_number_of_threads() {
    let (model, glass) = glass(Preset::Pss, 400);
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let modes = full_modes(&model, &glass.cell, &glass.positions, &[]).unwrap();
            let phonons = PhononOrder::new(&glass.cell, &glass.positions, &[]).of_all(&modes.vectors);
            (modes, phonons)
        })
    };
    let (one, phonons) = on(1);
    for threads in [2, 3] {
        let (several, others) = on(threads);
        assert!(one.eigenvalues == several.eigenvalues && one.vectors == several.vectors, "{threads} threads");
        assert!(phonons == others, "{threads} threads");
    }
}

fn crystal(side: usize) -> Configuration {
    let edge = (4 * side.pow(3)) as f64;
    let edge = edge.cbrt();
    let spacing = edge / side as f64;
    let mut positions = Vec::new();
    for cell in 0..side * side * side {
        let corner = [cell % side, cell / side % side, cell / side / side];
        for base in [[0.0, 0.0, 0.0], [0.5, 0.5, 0.0], [0.5, 0.0, 0.5], [0.0, 0.5, 0.5]] {
            positions.extend((0..3).map(|k| (corner[k] as f64 + base[k]) * spacing));
        }
    }
    let n = positions.len() / 3;
    Configuration { cell: PeriodicBox { edges: [edge; 3] }, positions, species: vec![0; n], diameters: vec![1.0; n] }
}

/// A face-centred crystal has exactly degenerate values; its modes are plane waves, whose order is known.
#[test]
fn a_crystal() {
    let crystal = crystal(4);
    let model = Preset::Lj.model(&crystal);
    let modes = full_modes(&model, &crystal.cell, &crystal.positions, &[]).unwrap();
    let dense = dense_spectrum(&model, &crystal.cell, &crystal.positions).unwrap().eigenvalues;
    let off = largest_difference(&modes.eigenvalues, &dense[3..]);
    assert!(off < 1e-10, "{off:e}");
    let widest = (0..60).map(|k| dense[k..].iter().take_while(|v| (*v - dense[k]).abs() < 1e-8).count()).max();
    assert!(widest.unwrap() >= 12);
}

/// Waves on a lattice: 1 for a plane wave of any polarisation, 0 for a localised mode, and the sum of all terms is the
/// part that is not a translation.
/// translation.
#[test]
fn phonon_order_of_waves() {
    let side = 11;
    let positions: Vec<f64> =
        (0..side * side * side).flat_map(|i| [i % side, i / side % side, i / side / side]).map(|k| k as f64).collect();
    let n = positions.len() / 3;
    let cell = PeriodicBox { edges: [side as f64; 3] };
    let phonons = PhononOrder::new(&cell, &positions, &[]);
    let normalised = |mut v: Vec<f64>| {
        let length = dot(&v, &v).sqrt();
        v.iter_mut().for_each(|x| *x /= length);
        v
    };
    let wave = |n: [f64; 3], s: [f64; 3], phase: f64| {
        let at = |r: &[f64]| (std::f64::consts::TAU / side as f64 * dot(&n, r) + phase).cos();
        normalised(positions.chunks_exact(3).flat_map(|r| s.map(|s| s * at(r))).collect())
    };
    for (n, s) in [
        ([1.0, 0.0, 0.0], [1.0, 0.0, 0.0]),
        ([0.0, 0.0, 2.0], [0.6, 0.8, 0.0]),
        ([1.0, -3.0, 5.0], [1.0, -3.0, 5.0]),
        ([1.0, 1.0, 0.0], [0.0, 0.0, 1.0]),
    ] {
        let order = phonons.of(&wave(n, s, 0.4));
        assert!((order - 1.0).abs() < 1e-12, "{n:?} {s:?}: {order}");
    }
    let mut local = vec![0.0; 3 * n];
    (local[300], local[304]) = (0.8, -0.6);
    assert_eq!(phonons.of(&local), 0.0);
    // all wave vectors of this lattice but 0
    let every = PhononOrder::new(&cell, &positions, &[]).with_times_random(0.0);
    let drift: f64 = (0..3).map(|k| local.iter().skip(k).step_by(3).sum::<f64>().powi(2)).sum::<f64>() / n as f64;
    let order = every.of(&local);
    assert!((order - (1.0 - drift)).abs() < 1e-12, "{order} {drift}");
}

/// Against the formula as written, with excluded particles.
#[test]
fn phonon_order_as_written() {
    let (model, glass) = glass(Preset::Pss, 250);
    let out: Vec<bool> = (0..250).map(|i| i % 50 == 7).collect();
    let modes = full_modes(&model, &glass.cell, &glass.positions, &out).unwrap();
    let held: Vec<usize> = (0..250).filter(|i| !out[*i]).collect();
    let (count, times_random) = (held.len() as f64, 30.0);
    let phonons = PhononOrder::new(&glass.cell, &glass.positions, &out).with_times_random(times_random);
    let orders = phonons.of_all(&modes.vectors);
    assert!(orders.iter().any(|order| *order > 0.2) && orders.contains(&0.0));
    for mode in [0, 1, 2, 3, 40, 300] {
        let mut expected = 0.0;
        for n in 0..1331 {
            let n = [n / 121, n / 11 % 11, n % 11].map(|n| f64::from(n) - 5.0);
            if n == [0.0; 3] {
                continue;
            }
            let q: Vec<f64> = (0..3).map(|k| std::f64::consts::TAU * n[k] / glass.cell.edges[k]).collect();
            let along = nalgebra::Vector3::from_column_slice(&q).normalize();
            let axis = if n[0] == 0.0 && n[1] == 0.0 { nalgebra::Vector3::x() } else { nalgebra::Vector3::z() };
            let first = along.cross(&axis).normalize();
            for s in [first, along.cross(&first), along] {
                let (mut real, mut imaginary) = (0.0, 0.0);
                for &i in &held {
                    let phase = dot(&q, &glass.positions[3 * i..3 * i + 3]);
                    let e = dot(s.as_slice(), &modes.vectors[mode][3 * i..3 * i + 3]) / count.sqrt();
                    (real, imaginary) = (real + e * phase.cos(), imaginary + e * phase.sin());
                }
                let term = real * real + imaginary * imaginary;
                if term >= times_random / (3.0 * count - 3.0) {
                    expected += term;
                }
            }
        }
        assert!((orders[mode] - expected).abs() < 1e-11, "mode {mode}: {} {expected}", orders[mode]);
    }
}

#[test]
fn particles_that_are_left_out() {
    let (model, glass) = glass(Preset::Tlj, 150);
    let out: Vec<bool> = (0..150).map(|i| i % 30 == 3).collect();
    let modes = full_modes(&model, &glass.cell, &glass.positions, &out).unwrap();
    assert_eq!(modes.eigenvalues.len(), 3 * 145 - 3);
    let few = lowest_modes(&model, &glass.cell, &glass.positions, &out, 20, Completeness::Counted).unwrap();
    assert!(largest_difference(&few.eigenvalues, &modes.eigenvalues[..20]) < 1e-10);
    assert!(largest_difference(&few.participation_ratio, &modes.participation_ratio[..20]) < 1e-8);
    for vector in &modes.vectors {
        assert!((0..150).filter(|i| out[*i]).all(|i| vector[3 * i..3 * i + 3] == [0.0; 3]));
    }
    let none = full_modes(&model, &glass.cell, &glass.positions, &[true; 150]);
    assert!(matches!(none, Err(Error::Usage(_))));
    let mut broken = glass.positions.clone();
    broken[7] = f64::NAN;
    assert!(matches!(full_modes(&model, &glass.cell, &broken, &[]), Err(Error::Numerical(_))));
}

/// Spectra drawn from D = A_4 omega^4: the result is within three errors, and the errors are realistic.
#[test]
fn quartic_law_of_drawn_spectra() {
    const SEED: u64 = 4;
    println!("seed {SEED}");
    let (a4, modes, first_phonon) = (0.02_f64, 3597, 1.5);
    let cut = 2.0_f64;
    let share = a4 * cut.powi(5) / 5.0;
    let ensemble = |run: u64| {
        let mut random = stream(SEED, Purpose::Modes, 0, run);
        let mut glass = || {
            // the share of modes below the cut follows the law, the others lie above
            let below = (0..modes).filter(|_| random.random::<f64>() < share).count();
            let mut values: Vec<f64> = (0..below).map(|_| (cut * random.random::<f64>().powf(0.2)).powi(2)).collect();
            values.extend((below..modes).map(|k| 4.0 + k as f64));
            GlassFrequencies::new(&values, modes)
        };
        DensityOfStates::new((0..40).map(|_| glass()).collect())
    };
    let settings = QuarticSettings::default();
    let mut inside = 0;
    for run in 0..40 {
        let fit = ensemble(run).quartic(first_phonon, &settings, SEED);
        assert_eq!(fit.status, QuarticStatus::Fitted);
        let off = (fit.a4 - a4).abs() / fit.error;
        assert!(fit.error < 0.1 * a4 && off < 4.0, "run {run}: {fit:?}");
        inside += usize::from(off < 1.0);
        let (value, error) = fit.adimensional(2.0);
        assert!((value - 32.0 * fit.a4).abs() < 1e-12 && (error - 32.0 * fit.error).abs() < 1e-12);
    }
    println!("within one error: {inside} of 40");
    assert!((18..=36).contains(&inside), "{inside} of 40");
    let states = ensemble(0);
    assert!((states.integrated(cut) - share).abs() < 0.05 * share);
    let edges: Vec<f64> = (0..=400).map(|k| 0.16 * f64::from(k)).collect();
    let total: f64 = states.density(&edges).iter().map(|d| d * 0.16).sum();
    assert!((total - 1.0).abs() < 1e-12, "{total}");
    assert_eq!(states.counts(&edges).iter().sum::<u64>(), 40 * 3597);
    // too narrow, or not all computed
    assert_eq!(states.quartic(0.3, &settings, SEED).status, QuarticStatus::TooFewModes);
    assert_eq!(states.quartic(f64::NAN, &settings, SEED).status, QuarticStatus::NoWindow);
    let part = GlassFrequencies::new(&[-0.01, 0.5, 1.0], modes);
    assert_eq!(part.frequencies[0], -0.1);
    let partly = DensityOfStates::new(vec![part; 3]);
    assert_eq!(partly.quartic(first_phonon, &settings, SEED).status, QuarticStatus::Incomplete);
    assert_eq!((partly.complete_to(), partly.integrated(1.0)), (1.0, 2.0 / 3597.0));
}
