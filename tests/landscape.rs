//! Minimisers and recognition on small glasses.

use glasswell::forces::{LANES, PairSum};
use glasswell::landscape::{Minimiser, Quench, QuenchSettings, StopReason, quench, quench_batch};
use glasswell::model::{Configuration, Model, PeriodicBox, Preset};
use glasswell::random::{Stage, stream};
use rand::Rng;

/// A reference configuration: its model, thermal and minimum positions, and the energy of the minimum.
struct Vector {
    preset: Preset,
    configuration: Configuration,
    minimum: Vec<f64>,
    minimum_energy: f64,
}

fn flat(value: &serde_json::Value) -> Vec<f64> {
    match value {
        serde_json::Value::Array(items) => items.iter().flat_map(flat).collect(),
        other => vec![other.as_f64().unwrap()],
    }
}

fn vector(name: &str, preset: Preset) -> Vector {
    let text = std::fs::read_to_string(format!("{}/tests/data/{name}.json", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    let system = &json["system"];
    let edges = flat(&system["box"]);
    let positions = flat(&json["thermal"]["positions"]);
    let n = positions.len() / 3;
    let species = if system["species"].is_array() {
        flat(&system["species"]).iter().map(|&s| s as u8).collect()
    } else {
        vec![0; n]
    };
    let diameters = if system["diameters"].is_array() { flat(&system["diameters"]) } else { vec![1.0; n] };
    let cell = PeriodicBox { edges: [edges[0], edges[1], edges[2]] };
    Vector {
        preset,
        configuration: Configuration { cell, positions, species, diameters },
        minimum: flat(&json["minimum"]["positions"]),
        minimum_energy: json["minimum"]["energy"].as_f64().unwrap(),
    }
}

impl Vector {
    fn model(&self) -> Model {
        self.preset.model(&self.configuration)
    }
    fn sum<const L: usize>(&self) -> PairSum<L> {
        PairSum::new(self.model(), self.configuration.cell)
    }
    fn shaken(&self, from: &[f64], amplitude: f64, run: u64) -> Vec<f64> {
        let mut random = stream(7, Stage::Explore, 0, run);
        from.iter().map(|x| x + amplitude * (random.random::<f64>() - 0.5)).collect()
    }
}

fn all() -> Vec<Vector> {
    vec![
        vector("tlj_ka2_b", Preset::Tlj),
        vector("pss_b", Preset::Pss),
        vector("harm_b", Preset::Harmonic),
        vector("ljfs_b", Preset::Lj),
    ]
}

fn settings(force_tolerance: f64, minimiser: Minimiser) -> QuenchSettings {
    QuenchSettings { force_tolerance, minimiser, ..QuenchSettings::default() }
}

fn report(what: &str, q: &Quench) {
    println!("{what}: calls {} residual {:.2e} energy {:.12} {:?}", q.force_evaluations, q.residual, q.energy, q.stop);
}

#[test]
fn counts() {
    for v in all() {
        for minimiser in [Minimiser::Lbfgs] {
            for tolerance in [1e-9, 1e-13] {
                let q = quench(&mut v.sum(), &v.configuration.positions, &settings(tolerance, minimiser));
                report(&format!("{:?} {minimiser:?} {tolerance:e} thermal", v.preset), &q);
                let q = quench(&mut v.sum(), &v.shaken(&v.minimum, 0.02, 1), &settings(tolerance, minimiser));
                report(&format!("{:?} {minimiser:?} {tolerance:e} near {}", v.preset, v.minimum_energy), &q);
            }
        }
    }
    let _ = (LANES, StopReason::Stalled, quench_batch);
}

#[test]
fn a_batch_is_bit_identical_to_its_members() {
    for v in all() {
        for minimiser in [Minimiser::Lbfgs, Minimiser::Fire] {
            let settings = settings(1e-9, minimiser);
            // different distances from the minimum: lanes end at different times and are refilled
            let starts: Vec<Vec<f64>> = (0..19).map(|k| v.shaken(&v.minimum, 0.02 * (1 + k % 7) as f64, k)).collect();
            let slices: Vec<&[f64]> = starts.iter().map(Vec::as_slice).collect();
            let batch = quench_batch(&mut v.sum::<LANES>(), &slices, &settings);
            assert_eq!(batch.len(), starts.len());
            for (start, of_batch) in starts.iter().zip(&batch) {
                let alone = quench(&mut v.sum::<1>(), start, &settings);
                assert_eq!(alone.stop, StopReason::Converged);
                assert_eq!(&alone, of_batch, "{:?} {minimiser:?}", v.preset);
            }
        }
    }
}

#[test]
#[ignore = "a measurement"]
fn cost_of_a_batch_quench() {
    use glasswell::sampling::{DynamicsSettings, DynamicsState, Thermostat};
    let n = 1200;
    let cell = PeriodicBox::cubic(n, 1.35);
    let mut random = stream(3, Stage::Prepare, 0, 0);
    let positions: Vec<f64> = (0..3 * n).map(|_| random.random::<f64>() * cell.edges[0]).collect();
    let species = (0..n).map(|i| [0, 0, 0, 0, 1, 2][i % 6]).collect();
    let configuration = Configuration { cell, positions, species, diameters: vec![1.0; n] };
    let model = Preset::Tlj.model(&configuration);
    let mut sum = PairSum::<1>::new(model.clone(), cell);
    let q = quench(&mut sum, &configuration.positions, &settings(1e-2, Minimiser::Lbfgs));
    report("from random", &q);
    let mut state = DynamicsState::start(&mut sum, q.positions, 0.8, random);
    let mut dynamics = DynamicsSettings {
        time_step: 0.0025,
        temperature: 0.8,
        thermostat: Thermostat::Berendsen,
        thermostat_time: 1.0,
    };
    state.run(&mut sum, &dynamics, 10_000).unwrap();
    dynamics.temperature = 0.4;
    state.run(&mut sum, &dynamics, 4000).unwrap();
    let mut starts = Vec::new();
    for _ in 0..16 {
        state.run(&mut sum, &dynamics, 11).unwrap();
        starts.push(state.positions.clone());
    }
    let slices: Vec<&[f64]> = starts.iter().map(Vec::as_slice).collect();
    for tolerance in [1e-9, 1e-10] {
        for minimiser in [Minimiser::Lbfgs, Minimiser::Fire, Minimiser::ConjugateGradient] {
            let mut batch_sum = PairSum::<LANES>::new(model.clone(), cell);
            let begin = std::time::Instant::now();
            let results = quench_batch(&mut batch_sum, &slices, &settings(tolerance, minimiser));
            let seconds = begin.elapsed().as_secs_f64();
            let calls: u64 = results.iter().map(|q| q.force_evaluations).sum();
            println!(
                "{minimiser:?} {tolerance:e}: {:.1} calls, {:.2} ms per quench, {:.1} us per call",
                calls as f64 / 16.0,
                seconds / 16.0 * 1e3,
                seconds / calls as f64 * 1e6
            );
            let energies: Vec<String> = results.iter().map(|q| format!("{:.6}", q.energy)).collect();
            println!("{}", energies.join(" "));
            let distances: Vec<f64> = results
                .iter()
                .zip(&starts)
                .map(|(q, s)| q.positions.iter().zip(s).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt())
                .collect();
            println!("{:?}", &distances[..4]);
        }
    }
    let begin = std::time::Instant::now();
    let mut batch_sum = PairSum::<LANES>::new(model, cell);
    let mut x = vec![[0.0; LANES]; 3 * n];
    for l in 0..LANES {
        glasswell::forces::set_lane(&mut x, l, &starts[l]);
    }
    let mut f = x.clone();
    for _ in 0..200 {
        batch_sum.forces(&x, &mut f);
    }
    println!("forces {:.1} us per configuration", begin.elapsed().as_secs_f64() / 1600.0 * 1e6);
}
