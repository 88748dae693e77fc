//! The glasses of the benches. They are quenched quickly: sufficient for the cost of an algorithm, not for its physics.
#![allow(dead_code)]

use glasswell::forces::PairSum;
use glasswell::landscape::{QuenchSettings, quench};
use glasswell::model::{Configuration, Preset};
use glasswell::random::{Purpose, stream};
use glasswell::sampling::{DynamicsSettings, DynamicsState, OverlapRemoval, Thermostat, random_configuration};

/// At the minimum below random positions.
pub fn glass(preset: Preset, particles: usize) -> Configuration {
    let mut glass = random_configuration(preset, particles, &mut stream(1, Purpose::Prepare, 0, 0));
    let mut sum = PairSum::<1>::new(preset.model(&glass), glass.cell);
    let mut removal = OverlapRemoval::new(glass.positions);
    while !removal.step(&mut sum, 50.0).unwrap() {}
    let minimum = quench(&mut sum, &removal.positions, &QuenchSettings::default());
    assert!(minimum.converged(), "{preset:?}: {:?} {:e}", minimum.stop, minimum.residual);
    glass.positions = minimum.positions;
    glass
}

/// Positions of `count` runs from a glass after `steps` of dynamics at `temperature`.
pub fn snapshots(glass: &Configuration, preset: Preset, temperature: f64, count: u64, steps: u64) -> Vec<Vec<f64>> {
    let mut sum = PairSum::<1>::new(preset.model(glass), glass.cell);
    let settings =
        DynamicsSettings { time_step: 0.0025, temperature, thermostat: Thermostat::Berendsen, thermostat_time: 0.1 };
    (0..count)
        .map(|run| {
            let random = stream(1, Purpose::Explore, 0, run);
            let mut state = DynamicsState::start(&mut sum, glass.positions.clone(), temperature, random);
            state.run(&mut sum, &settings, steps).unwrap();
            state.positions
        })
        .collect()
}
