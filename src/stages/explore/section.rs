//! The deck's section [explore].

use crate::input::{Deck, DeckSection, Growth, Section};
use crate::landscape::{ExploreSettings, Recognition, Schedule};
use crate::model::{Potential, Preset};
use crate::stage::Stage;
use toml::{Table, Value};

/// Largest number of snapshots in an interval that is bisected: longer intervals only cost memory.
const LARGEST_STRIDE: u64 = 1024;

/// MD steps between quenches by T_f: tau_cg of J. Chem. Phys. 158, 014501 (Table I, data set 2), doi:10.1063/5.0128820.
const QUENCH_EVERY: [(f64, i64); 4] = [(0.617, 2), (0.558, 3), (0.509, 18), (0.488, 31)];

impl DeckSection for ExploreSettings {
    const GROWTH: Growth = Growth { raised: &["quenches", "runs"], ..Growth::NONE };
    const WITHOUT_DEFAULT: &'static [&'static str] = &["temperature"];

    fn check(&self, deck: &Deck, section: &mut Section) {
        section.positive(self.temperature, "temperature");
        section.time_step(self.time_step);
        let wanted = format!("a finite time, at least one time_step ({:?})", self.time_step);
        let tau = self.thermostat_time;
        section.require(tau >= self.time_step && tau.is_finite() && tau > 0.0, "thermostat_time", &wanted);
        section.at_least(self.quench_every, 1, "quench_every");
        section.at_least(self.quenches, 1, "quenches");
        section.at_least(self.runs as u64, 1, "runs");
        let stride = self.stride;
        let bisect = self.schedule == Schedule::Bisect;
        let sound = stride.is_power_of_two() && (2..=LARGEST_STRIDE).contains(&stride);
        section.require(sound || !bisect, "stride", &format!("a power of two, 2 to {LARGEST_STRIDE}"));
        section.require(stride == 1 || bisect, "stride", "schedule = \"bisect\" in the same section, or no `stride`");
        if bisect && deck.connect.is_some() {
            section.warn(
                "schedule",
                "schedule = \"bisect\" misses short visits: fewer transitions and candidates are found, and \
                 residence times are overestimated",
            );
        }
        section.positive(self.force_tolerance, "force_tolerance");
        section.require((0.0..=1.0).contains(&self.audit), "audit", "a share of the recognised quenches, 0 to 1");
        let tiny = deck.model.potential.law().has_contacts();
        let wanted = "\"none\": the minima of harmonic packings differ by less than recognition can resolve";
        section.require(self.recognition == Recognition::None || !tiny, "recognition", wanted);
        if self.force_tolerance > 1e-6 {
            section.warn(
                "force_tolerance",
                &format!(
                    "force_tolerance = {:?} is loose: one minimum may be counted as two (default 1e-9)",
                    self.force_tolerance
                ),
            );
        }
        if let Some(prepare) = &deck.prepare
            && self.temperature > prepare.temperature
        {
            section.warn(
                "temperature",
                &format!(
                    "temperature = {:?} is above prepare.temperature = {:?}: the glass ages or melts while it is explored",
                    self.temperature, prepare.temperature
                ),
            );
        }
    }

    /// `quench_every` depends on the temperature at which the glass was prepared; `stride` has another default for
    /// bisection.
    fn adjust_defaults(potential: &Potential, given: &Table, earlier: &[(&'static str, Table)], defaults: &mut Table) {
        if given.get("schedule").and_then(Value::as_str) == Some("bisect") {
            defaults.insert("stride".to_string(), Value::Integer(ExploreSettings::BISECTED_STRIDE as i64));
        }
        if !matches!(potential.preset(), Some(Preset::Tlj | Preset::TljAsPrinted)) {
            return;
        }
        let prepared = earlier.iter().find(|(name, _)| *name == Stage::Prepare.name());
        let temperature = prepared.and_then(|(_, table)| table.get("temperature")).and_then(Value::as_float);
        if let Some(temperature) = temperature {
            let distance = |entry: &&(f64, i64)| (entry.0 - temperature).abs();
            let nearest = QUENCH_EVERY.iter().min_by(|a, b| distance(a).total_cmp(&distance(b)));
            if let Some((_, steps)) = nearest {
                defaults.insert("quench_every".to_string(), Value::Integer(*steps));
            }
        }
    }
}
