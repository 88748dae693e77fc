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
