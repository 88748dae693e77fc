//! Spectra: all modes, the lowest of a large glass, the lowest of a huge one.

use super::cpu_seconds;
use super::rows::read;
use glasswell::landscape::rattlers;
use glasswell::model::Preset;
use glasswell::modes::{Completeness, LowestModes, full_modes, lowest_modes};
use std::fmt::Write;
use std::path::Path;

/// Memory limit of the factors that verify the number of modes: with everything else of a spectrum of N = 96,000 the
/// total stays below 12 GB.
const FACTORS: u64 = 6 << 30;

pub fn preset(name: &str) -> Preset {
    Preset::from_name(name).expect("a model")
}

/// All eigenvalues and vectors of 1200 particles, including their checks.
pub fn dense(folder: &Path) {
    let glass = read(&folder.join("dense.data"), Preset::Tlj);
    let before = cpu_seconds();
    let modes = full_modes(&Preset::Tlj.model(&glass), &glass.cell, &glass.positions, &[]).expect("the spectrum");
    println!("cpu {:e}", cpu_seconds() - before);
    for value in [0, 97, modes.eigenvalues.len() - 1] {
        println!("eigenvalue {:.9}", modes.eigenvalues[value]);
    }
}

/// The 100 lowest modes of 12,000 particles, counted by inertia (`cpu`) and not (`uncounted`).
pub fn lowest(folder: &Path, preset: Preset) {
    let glass = read(&folder.join(format!("large-{}.data", preset.name())), preset);
    let model = preset.model(&glass);
    for (name, completeness) in [("cpu", Completeness::Counted), ("uncounted", Completeness::Assumed)] {
        let before = cpu_seconds();
        let modes = lowest_modes(&model, &glass.cell, &glass.positions, &[], 100, completeness).expect("modes");
        println!("{name} {:e}", cpu_seconds() - before);
        println!("{name}_residual {:e}", worst(&modes));
        let mut text = String::new();
        for value in &modes.eigenvalues {
            let _ = writeln!(text, "{value:?}");
        }
        std::fs::write(folder.join(format!("lowest-{}.txt", preset.name())), text).expect("the eigenvalues");
    }
}

/// The 50 lowest modes of a packing: CPU time, peak memory, rattlers.
pub fn huge(folder: &Path, preset: Preset, particles: &str) {
    let glass = read(&folder.join(format!("packing-{}-{particles}.data", preset.name())), preset);
    let model = preset.model(&glass);
    let before = cpu_seconds();
    let loose = rattlers(&model, &glass.cell, &glass.positions);
    let completeness = Completeness::Within(FACTORS);
    let modes = lowest_modes(&model, &glass.cell, &glass.positions, &loose, 50, completeness).expect("modes");
    println!("cpu {:.1}", cpu_seconds() - before);
    println!("peak_mb {}", peak() / 1024);
    println!("rattlers {}", loose.iter().filter(|loose| **loose).count());
    println!("counted {}\nresidual {:.1e}", modes.counted, worst(&modes));
    println!("lowest {:e}\nhighest {:e}", modes.eigenvalues[0], modes.eigenvalues[49]);
}

fn worst(modes: &LowestModes) -> f64 {
    modes.residuals.iter().copied().fold(0.0, f64::max)
}

/// Peak memory of this process [kB].
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|rest| rest.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}
