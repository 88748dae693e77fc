//! The Schroedinger equation of one double well: levels on the grid, and all recorded properties.

use criterion::{Criterion, criterion_group, criterion_main};
use glasswell::tunnelling::{Profile, Stretch, TunnelSettings, solve, solve_potential};
use std::time::Duration;

/// Reduced mass of argon's units.
const MASS: f64 = 1217.0;

/// V = 16 V_b xi^2 (1 - xi)^2 + D xi^2 (3 - 2 xi)
fn quartic(xi: f64, barrier: f64, asymmetry: f64) -> f64 {
    16.0 * barrier * (xi * (1.0 - xi)).powi(2) + asymmetry * xi * xi * (3.0 - 2.0 * xi)
}

fn double_wells(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("tunnelling");
    group.sample_size(20).warm_up_time(Duration::from_secs(1));
    for (name, barrier, asymmetry) in [("symmetric", 0.05, 0.0), ("asymmetric", 0.15, 0.02)] {
        let xi: Vec<f64> = (0..=64).map(|k| f64::from(k) / 64.0).collect();
        let energy = xi.iter().map(|&xi| quartic(xi, barrier, asymmetry)).collect();
        let profile = Profile { xi, energy, length: 0.4, curvature: [None, None] };
        let settings = TunnelSettings::default();
        group.bench_function(format!("{name}/doublet"), |b| b.iter(|| solve(&profile, None, MASS, &settings).unwrap()));
    }
    let stretch = Stretch { left: -1.0, right: 2.0, points: 2000, levels: 5 };
    group.bench_function("levels-on-the-grid", |b| {
        b.iter(|| solve_potential(|xi| quartic(xi, 0.05, 0.0), MASS * 0.16, &stretch).unwrap())
    });
}

criterion_group!(benches, double_wells);
criterion_main!(benches);
