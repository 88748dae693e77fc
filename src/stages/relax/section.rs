//! The deck's section [relax].

use crate::input::{Deck, DeckSection, Growth, Section};
use crate::model::{Law, Potential, Preset};
use crate::sampling::{LiquidDynamics, RelaxSettings, Thermostat};
use std::f64::consts::PI;

/// Below this temperature the Lennard-Jones liquid of one kind crystallises during the run (preset lj, at its density)
/// [epsilon].
const LENNARD_JONES_FREEZES: f64 = 1.6;

/// Larger wave numbers have no meaning at the resolution of the positions.
const LARGEST_WAVE_NUMBER: f64 = 100.0;

impl DeckSection for RelaxSettings {
    const GROWTH: Growth = Growth { raised: &["samples"], extended: &["temperatures", "dynamics"], ..Growth::NONE };
    const WITHOUT_DEFAULT: &'static [&'static str] = &["temperatures"];

    fn check(&self, deck: &Deck, section: &mut Section) {
        let potential = &deck.model.potential;
        // as a preset it is a packing; with its own tables the deck gives the temperatures of a liquid
        if potential.preset() == Some(Preset::Harmonic) {
            section.refuse(
                "the model harmonic is a packing quenched from random positions, its liquid is not defined: remove the section, or \
                 use pss, tlj or lj",
            );
            return;
        }
        let smallest = 2.0 * PI / deck.model.cell().shortest_edge();
        let wanted =
            format!("a number from {smallest:.3} (2 pi / L, the smallest of this box) to {LARGEST_WAVE_NUMBER}");
        section.require((smallest..=LARGEST_WAVE_NUMBER).contains(&self.wave_number), "wave_number", &wanted);
        let sound = |t: &f64| *t > 0.0 && t.is_finite();
        let temperatures = &self.temperatures;
        let wanted = "a list of finite temperatures above 0, at least one";
        section.require(!temperatures.is_empty() && temperatures.iter().all(sound), "temperatures", wanted);
        let once = temperatures.len() == self.falling_temperatures().len();
        section.require(once, "temperatures", "each temperature once");
        let dynamics = &self.dynamics;
        section.require(!dynamics.is_empty(), "dynamics", "\"md\", \"hybrid-swap\", or a list of both");
        let twice = dynamics.iter().enumerate().any(|(n, name)| dynamics[..n].contains(name));
        section.require(!twice, "dynamics", "each name once");
        section.require((1..=65_535).contains(&self.samples), "samples", "a whole number, 1 to 65535");
        section.time_step(self.time_step);
        let wanted = format!("a finite time, at least one time_step ({:?})", self.time_step);
        let tau = self.thermostat_time;
        section.require(tau >= self.time_step && tau.is_finite() && tau > 0.0, "thermostat_time", &wanted);
        let swapping = dynamics.contains(&LiquidDynamics::HybridSwap);
        let wanted = "\"bussi\", \"nose-hoover\" or \"berendsen\" together with hybrid-swap: swaps at constant \
                      energy do not keep the temperature";
        section.require(self.thermostat != Thermostat::None || !swapping, "thermostat", wanted);
        section.at_least(self.md_steps, 1, "md_steps");
        let swaps = self.swaps_per_particle;
        section.require(swaps >= 0.0 && swaps.is_finite(), "swaps_per_particle", "a finite number, 0 or more");
        section.positive(self.equilibration.relaxation_times, "equilibration.relaxation_times");
        section.at_least(self.equilibration.max_steps, 1, "equilibration.max_steps");
        let length = self.measurement.relaxation_times;
        section.require(
            length >= 1.0 && length.is_finite(),
            "measurement.relaxation_times",
            "a finite number, 1 or more",
        );
        section.at_least(self.measurement.max_steps, 1, "measurement.max_steps");
        section.positive(self.overlap_distance, "overlap_distance");
        warn(potential, self, section);
    }
}

fn warn(potential: &Potential, settings: &RelaxSettings, section: &mut Section) {
    let exchanges = !potential.is_of_one_kind();
    if settings.dynamics.contains(&LiquidDynamics::HybridSwap) && !exchanges {
        let name = potential.name();
        section.warn(
            "dynamics",
            &format!("swaps have no effect in {name}, whose particles are all identical: md gives the same"),
        );
    }
    let coldest = settings.temperatures.iter().copied().fold(f64::INFINITY, f64::min);
    let attractive = matches!(potential.law(), Law::LennardJonesForceShifted(_) | Law::LennardJonesQuartic(_));
    if attractive && !exchanges && coldest < LENNARD_JONES_FREEZES * potential.energy_scale() {
        section.warn(
            "temperatures",
            &format!(
                "temperatures = {coldest:?}: the one-component liquid crystallises, and tau_alpha is not that of a \
                 liquid"
            ),
        );
    }
    if settings.samples == 1 {
        section.warn("samples", "samples = 1: tau_alpha and the fits have no error estimates");
    }
    if settings.equilibrate_by == LiquidDynamics::Md
        && exchanges
        && coldest < 0.8 * crate::sampling::onset_temperature(potential)
    {
        section.warn(
            "equilibrate_by",
            "equilibrate_by = \"md\" takes several tau_alpha of molecular dynamics at each temperature, which is \
             slow at the lowest ones: \"hybrid-swap\" reaches the same equilibrium sooner",
        );
    }
}
