//! Swap Monte Carlo and swap moves on every kernel against plain counterparts and exact distributions.

use glasswell_physics::forces::{PairSum, lanes::Kernel, sums};
use glasswell_physics::model::{Configuration, Mixture, Model, PeriodicBox, Preset};
use glasswell_physics::random::{Purpose, Stream, stream};
use glasswell_physics::sampling::*;
use rand::Rng;
use std::collections::BTreeMap;

const SEED: u64 = 23;

/// A liquid after `steps` of dynamics from random positions.
fn liquid(preset: Preset, particles: usize, temperature: f64, steps: u64) -> Configuration {
    let mut random = stream(SEED, Purpose::Prepare, 0, 0);
    let mut configuration = random_configuration(preset, particles, &mut random);
    let mut sum = PairSum::new(preset.model(&configuration), configuration.cell);
    let mut removal = OverlapRemoval::new(configuration.positions.clone());
    while !removal.step(&mut sum, 50.0).unwrap() {}
    let mut state = DynamicsState::start(&mut sum, removal.positions, temperature, random);
    let settings = DynamicsSettings { temperature, ..DynamicsSettings::default() };
    state.run(&mut sum, &settings, steps).unwrap();
    configuration.positions.clone_from(&state.positions);
    configuration
}

fn plain_energy(model: &Model, configuration: &Configuration) -> f64 {
    sums::energy_and_forces(
        model,
        &configuration.cell,
        &configuration.positions,
        &mut vec![0.0; configuration.positions.len()],
    )
}

/// The record of one attempt, taken from the stream word by word.
struct Attempt {
    words: [u32; 5],
    /// -ln u
    threshold: f64,
}

fn attempt(random: &mut Stream) -> Attempt {
    let words: [u32; 8] = std::array::from_fn(|_| random.next_u32());
    let bits = u64::from(words[7]) << 32 | u64::from(words[6]);
    let u = ((bits >> 12) as f64 + 0.5) / 2f64.powi(52);
    Attempt { words: [words[0], words[1], words[2], words[3], words[4]], threshold: -u.ln() }
}

/// Monte Carlo with sums over all other particles, no lists, no early rejection.
struct Twin {
    model: Model,
    configuration: Configuration,
    random: Stream,
    energy: f64,
    accepted: [u64; 2],
}

impl Twin {
    /// Energy of particle i with all particles except `but`.
    fn local(&self, i: usize, but: usize) -> f64 {
        let Configuration { cell, positions, .. } = &self.configuration;
        (0..self.configuration.particles())
            .filter(|&k| k != i && k != but)
            .map(|k| {
                let d = cell.difference(positions, i, k);
                let pair = self.model.mixture.pair(i, k);
                let x2 = d.iter().map(|x| x * x).sum::<f64>() * pair.inverse_sigma_squared;
                pair.epsilon * self.model.law.derivatives(x2).value
            })
            .sum()
    }

    fn alike(&self, i: usize, j: usize) -> bool {
        match &self.model.mixture {
            Mixture::Polydisperse { diameters, .. } => diameters[i] == diameters[j],
            Mixture::Species { species, .. } => species[i] == species[j],
            Mixture::Uniform { .. } => true,
        }
    }

    fn one(&mut self, temperature: f64, side: f64, swaps: bool) {
        let n = self.configuration.particles();
        let index = |word: u32| ((u64::from(word) * n as u64) >> 32) as usize;
        let mut draw = attempt(&mut self.random);
        if swaps && draw.words[0] < (0.2 * 4294967296.0) as u32 {
            while self.alike(index(draw.words[1]), index(draw.words[2])) {
                draw = attempt(&mut self.random);
            }
            let (i, j) = (index(draw.words[1]), index(draw.words[2]));
            let before = self.local(i, j) + self.local(j, i);
            self.model.mixture.swap(i, j);
            let change = self.local(i, j) + self.local(j, i) - before;
            if change <= temperature * draw.threshold {
                self.energy += change;
                self.accepted[1] += 1;
            } else {
                self.model.mixture.swap(i, j);
            }
            return;
        }
        let i = index(draw.words[1]);
        let (before, old) = (self.local(i, i), self.configuration.positions[3 * i..3 * i + 3].to_vec());
        for k in 0..3 {
            let u = (f64::from(draw.words[2 + k]) + 0.5) / 4294967296.0 - 0.5;
            self.configuration.positions[3 * i + k] += side * u;
        }
        let change = self.local(i, i) - before;
        if change <= temperature * draw.threshold {
            self.energy += change;
            self.accepted[0] += 1;
        } else {
            self.configuration.positions[3 * i..3 * i + 3].copy_from_slice(&old);
        }
    }
}

/// More than 10^4 attempts of every model on every kernel: the same decisions as the plain counterpart, the same
/// energy.
#[test]
fn every_kernel_decides_as_the_plain_twin() {
    let cases = [
        (Preset::Pss, 0.15),
        (Preset::Tlj, 1.0),
        (Preset::TljAsPrinted, 2.5),
        (Preset::Lj, 1.5),
        (Preset::Harmonic, 0.01),
    ];
    for (preset, temperature) in cases {
        // boxes where rows are part of the glass, and where they contain all particles
        for (particles, sweeps) in [(260, 45), (40, 20)] {
            let mut configuration = liquid(preset, particles, temperature, 200);
            if preset == Preset::Pss && particles == 40 {
                configuration.diameters.iter_mut().skip(20).for_each(|diameter| *diameter = 1.0);
            }
            let model = preset.model(&configuration);
            let random = stream(SEED, Purpose::Prepare, 1, 0);
            let energy = plain_energy(&model, &configuration);
            let swaps = matches!(preset, Preset::Pss | Preset::Tlj | Preset::TljAsPrinted);
            // the table as printed makes swaps too costly to be accepted
            let accepts = matches!(preset, Preset::Pss | Preset::Tlj);
            let mut twin =
                Twin { model, configuration: configuration.clone(), random: random.clone(), energy, accepted: [0; 2] };
            let start = MonteCarloState::start(preset, configuration, 0, random);
            for _ in 0..sweeps * particles {
                twin.one(temperature, start.side, swaps);
            }
            for kernel in Kernel::available() {
                let mut state = start.clone();
                let mut lists = MonteCarloLists::with_kernel(preset, &state, kernel);
                let first = 0.5 * lists.local_energies().iter().sum::<f64>();
                for _ in 0..sweeps {
                    state.sweep(&mut lists, temperature).unwrap();
                }
                let name = format!("{preset:?} {kernel:?} N = {particles}, seed {SEED}");
                assert_eq!([state.displacements.accepted, state.swaps.accepted], twin.accepted, "{name}");
                assert_eq!(state.configuration.positions, twin.configuration.positions, "{name}");
                assert_eq!(state.random, twin.random, "{name}");
                assert_eq!(preset.model(&state.configuration), twin.model, "{name}");
                let fresh = plain_energy(&twin.model, &twin.configuration);
                assert!((state.potential_energy / fresh - 1.0).abs() < 1e-10, "{name}: {}", state.potential_energy);
                assert!((twin.energy / fresh - 1.0).abs() < 1e-9);
                // exactly; the start was summed by the widest kernel, which may round a pair differently
                let half = 0.5 * lists.local_energies().iter().sum::<f64>();
                assert_eq!(half - first, state.potential_energy - start.potential_energy, "{name}");
            }
            assert!(twin.accepted[0] > 50 && (twin.accepted[1] > 0 || !accepts), "{preset:?} {:?}", twin.accepted);
        }
    }
}

/// Lists rebuilt at any time, and tuning, leave the run bitwise identical.
#[test]
fn the_history_of_the_lists_leaves_no_trace() {
    for (preset, temperature) in [(Preset::Pss, 0.2), (Preset::Tlj, 1.5)] {
        let configuration = liquid(preset, 200, temperature, 200);
        let mut kept = MonteCarloState::start(preset, configuration, 60, stream(SEED, Purpose::Prepare, 2, 0));
        let mut renewed = kept.clone();
        let mut lists = MonteCarloLists::new(preset, &kept);
        for sweep in 0..260 {
            kept.sweep(&mut lists, temperature).unwrap();
            let mut fresh = MonteCarloLists::new(preset, &renewed);
            renewed.sweep(&mut fresh, temperature).unwrap();
            assert_eq!(kept, renewed, "{preset:?} sweep {sweep}");
        }
        assert!(kept.side != 0.12 && kept.swaps.accepted > 50);
    }
}

/// Two soft spheres of different diameters in a periodic box: the distribution of their distance by Monte Carlo with
/// swaps against the Boltzmann one, chi-square.
#[test]
fn two_particles_have_the_boltzmann_distribution_of_distances() {
    let (edge, temperature) = (3.2, 0.5);
    let configuration = Configuration {
        cell: PeriodicBox { edges: [edge; 3] },
        positions: vec![0.0, 0.0, 0.0, 1.4, 0.0, 0.0],
        species: vec![0, 0],
        diameters: vec![0.8, 1.5],
    };
    let model = Preset::Pss.model(&configuration);
    let pair = model.mixture.pair(0, 1);
    let bin_of = |d: [f64; 3]| (d.iter().map(|x| x * x).sum::<f64>().sqrt() * 10.0) as usize;
    let (steps, mut weights) = (300, vec![0.0; 30]);
    for n in 0..steps * steps * steps {
        let d =
            [n % steps, n / steps % steps, n / (steps * steps)].map(|k| edge * ((k as f64 + 0.5) / steps as f64 - 0.5));
        let x2 = d.iter().map(|x| x * x).sum::<f64>() * pair.inverse_sigma_squared;
        weights[bin_of(d)] += (-model.law.derivatives(x2).value / temperature).exp();
    }
    let total: f64 = weights.iter().sum();
    for kernel in Kernel::available() {
        let random = stream(SEED, Purpose::Prepare, 3, 0);
        let mut state = MonteCarloState::start(Preset::Pss, configuration.clone(), 0, random);
        state.side = 0.3;
        let mut lists = MonteCarloLists::with_kernel(Preset::Pss, &state, kernel);
        // a box length takes some 500 sweeps of such steps: samples that far apart are independent
        let (samples, apart) = (1500, 700);
        let mut counts = vec![0.0; 30];
        for _ in 0..samples {
            for _ in 0..apart {
                state.sweep(&mut lists, temperature).unwrap();
            }
            counts[bin_of(state.configuration.cell.difference(&state.configuration.positions, 0, 1))] += 1.0;
        }
        let (mut chi_square, mut bins) = (0.0, 0.0);
        for (count, weight) in counts.iter().zip(&weights) {
            let expected = f64::from(samples) * weight / total;
            if expected > 8.0 {
                chi_square += (count - expected) * (count - expected) / expected;
                bins += 1.0;
            } else {
                assert!(*count < 25.0, "{count} {expected}");
            }
        }
        // chi-square of k bins: k +- sqrt(2 k)
        assert!(
            bins > 8.0 && (chi_square - bins) < 4.0 * (2.0f64 * bins).sqrt(),
            "{kernel:?}, seed {SEED}: {chi_square} {bins}"
        );
    }
}

/// Five soft spheres at frozen positions: how often each of the 120 permutations of the diameters occurs.
#[test]
fn swapped_diameters_have_the_boltzmann_weights_of_their_permutations() {
    let positions = [0.0, 0.0, 0.0, 1.15, 0.1, 0.0, 0.2, 1.2, 0.1, 0.3, 0.2, 1.3, 1.2, 1.2, 0.3];
    let cell = PeriodicBox { edges: [9.0; 3] };
    let diameters = vec![0.75, 0.9, 1.0, 1.15, 1.3];
    let configuration = Configuration { cell, positions: positions.to_vec(), species: vec![0; 5], diameters };
    let temperature = 1.5;
    for kernel in Kernel::available() {
        let mut model = Preset::Pss.model(&configuration);
        let mut lists = SwapLists::with_kernel(kernel);
        let mut random = stream(SEED, Purpose::Prepare, 4, 0);
        let mut seen = BTreeMap::<Vec<u64>, f64>::new();
        let samples = 60_000;
        for _ in 0..samples {
            lists.block(&mut model, &cell, &positions, temperature, 12, &mut random);
            let Mixture::Polydisperse { diameters, .. } = &model.mixture else { panic!() };
            *seen.entry(diameters.iter().map(|d| d.to_bits()).collect()).or_default() += 1.0;
        }
        let mut weights = BTreeMap::new();
        for n in 0..120 {
            let (mut left, mut order, mut code) = (configuration.diameters.clone(), Vec::new(), n);
            for size in (1..=5).rev() {
                order.push(left.remove(code % size));
                code /= size;
            }
            let arranged = Configuration { diameters: order.clone(), ..configuration.clone() };
            let energy = plain_energy(&Preset::Pss.model(&arranged), &arranged);
            weights.insert(order.iter().map(|d| d.to_bits()).collect::<Vec<_>>(), (-energy / temperature).exp());
        }
        let total: f64 = weights.values().sum();
        let (mut chi_square, mut bins, mut rest) = (0.0, 0.0, [0.0; 2]);
        for (order, weight) in &weights {
            let expected = f64::from(samples) * weight / total;
            let found = seen.get(order).copied().unwrap_or(0.0);
            if expected > 20.0 {
                chi_square += (found - expected) * (found - expected) / expected;
                bins += 1.0;
            } else {
                rest = [rest[0] + found, rest[1] + expected];
            }
        }
        let name = format!("{kernel:?}, seed {SEED}: chi-square {chi_square} of {bins}, rest {rest:?}");
        eprintln!("{name}");
        // twelve attempts between samples leave some correlation: half as much again
        assert!(bins > 20.0 && chi_square < 1.5 * bins + 6.0 * (2.0f64 * bins).sqrt(), "{name}");
        assert!((rest[0] - rest[1]).abs() < 6.0 * rest[1].sqrt() + 3.0, "{name}");
    }
}

/// Blocks with lists that are kept over many positions agree with those with rebuilt lists, on every kernel.
#[test]
fn kept_swap_lists_change_no_block() {
    for (preset, temperature) in [(Preset::Pss, 0.15), (Preset::Tlj, 1.2)] {
        let configuration = liquid(preset, 250, temperature, 200);
        let mut ends = Vec::new();
        for kernel in Kernel::available() {
            let mut positions = configuration.positions.clone();
            let (mut kept_model, mut fresh_model) = (preset.model(&configuration), preset.model(&configuration));
            let mut lists = SwapLists::with_kernel(kernel);
            let (mut random, mut other) = (stream(SEED, Purpose::Prepare, 5, 0), stream(SEED, Purpose::Prepare, 5, 0));
            for block in 0..30 {
                let (cell, attempts) = (configuration.cell, 300);
                let before =
                    plain_energy(&kept_model, &Configuration { positions: positions.clone(), ..configuration.clone() });
                let kept = lists.block(&mut kept_model, &cell, &positions, temperature, attempts, &mut random);
                let mut anew = SwapLists::with_kernel(kernel);
                let fresh = anew.block(&mut fresh_model, &cell, &positions, temperature, attempts, &mut other);
                assert_eq!(
                    (kept, &kept_model, &random),
                    (fresh, &fresh_model, &other),
                    "{preset:?} {kernel:?} {block}"
                );
                let after =
                    plain_energy(&kept_model, &Configuration { positions: positions.clone(), ..configuration.clone() });
                assert!((after - before - kept.energy_change).abs() < 1e-8, "{preset:?} {kernel:?} {block}");
                positions
                    .iter_mut()
                    .enumerate()
                    .for_each(|(n, x)| *x += 0.02 * ((n * 7919 + block) % 13) as f64 / 13.0);
            }
            ends.push(kept_model);
        }
        assert!(ends.iter().all(|model| *model == ends[0]) && ends[0] != preset.model(&configuration));
    }
}
