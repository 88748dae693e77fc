//! Shared by several tests: the reference vectors and small comparisons.
#![allow(dead_code)]

use glasswell_physics::model::{Configuration, Model, PeriodicBox, Preset};
use serde_json::Value;
use std::path::PathBuf;

/// Configurations with independent reference numbers: (file, preset).
pub const VECTORS: [(&str, Preset); 9] = [
    ("pss_a", Preset::Pss),
    ("pss_b", Preset::Pss),
    ("tlj_ka2_a", Preset::Tlj),
    ("tlj_ka2_b", Preset::Tlj),
    ("tlj_printed_a", Preset::TljAsPrinted),
    ("harm_a", Preset::Harmonic),
    ("harm_b", Preset::Harmonic),
    ("ljfs_a", Preset::Lj),
    ("ljfs_b", Preset::Lj),
];

pub fn data(name: &str) -> PathBuf {
    // next to this file's package, or above it
    let package = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let root = if package.join("tests/data").exists() { package } else { package.join("..") };
    root.join("tests/data").join(name)
}

pub fn load(name: &str) -> Value {
    let text = std::fs::read_to_string(data(&format!("{name}.json"))).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// All numbers of a nested array, in order.
pub fn numbers(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(items) => items.iter().flat_map(numbers).collect(),
        Value::Null => vec![f64::NAN],
        other => vec![other.as_f64().unwrap()],
    }
}

/// The particles of a vector file with the positions of `part` ("thermal" or "minimum").
pub fn configuration(file: &Value, part: &str) -> Configuration {
    let system = &file["system"];
    let n = system["n"].as_u64().unwrap() as usize;
    let edges = numbers(&system["box"]);
    let or = |key: &str, default: f64| {
        if system[key].is_array() { numbers(&system[key]) } else { vec![default; n] }
    };
    Configuration {
        cell: PeriodicBox { edges: [edges[0], edges[1], edges[2]] },
        positions: numbers(&file[part]["positions"]),
        species: or("species", 0.0).into_iter().map(|s| s as u8).collect(),
        diameters: or("diameters", 1.0),
    }
}

pub fn model_of(file: &Value, preset: Preset) -> (Model, Configuration) {
    let configuration = configuration(file, "thermal");
    (preset.model(&configuration), configuration)
}

/// Largest |a - b|.
pub fn largest_difference(a: &[f64], b: &[f64]) -> f64 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}

pub fn largest(a: &[f64]) -> f64 {
    a.iter().map(|a| a.abs()).fold(0.0, f64::max)
}

/// The bytes of a state in a checkpoint.
pub fn encode<T: serde::Serialize>(state: &T) -> postcard::Result<Vec<u8>> {
    postcard::to_stdvec(state)
}

/// The state of these bytes.
pub fn decode<T: serde::de::DeserializeOwned>(bytes: &[u8]) -> postcard::Result<T> {
    postcard::from_bytes(bytes)
}
