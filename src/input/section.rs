//! One section of a deck while its values are checked.

use super::findings::Findings;
use super::source::value_text;
use toml::Value;

/// Steps above this are beyond the stability of velocity Verlet for every model.
const LARGEST_TIME_STEP: f64 = 0.05;
/// Steps above this lose accuracy for every model.
const LARGEST_SOUND_TIME_STEP: f64 = 0.02;

/// One section's effective values, for messages.
pub struct Section<'a, 'b> {
    name: &'static str,
    values: Value,
    findings: &'a mut Findings<'b>,
}

impl<'a, 'b> Section<'a, 'b> {
    pub(super) fn new(name: &'static str, values: Value, findings: &'a mut Findings<'b>) -> Self {
        Self { name, values, findings }
    }

    /// A value that is not accepted is a fault: "... is not accepted: expected `wanted`".
    pub fn require(&mut self, accepted: bool, key: &str, wanted: &str) {
        if !accepted {
            let mut value = Some(&self.values);
            for part in key.split('.') {
                value = value.and_then(|value| value.get(part));
            }
            let effective = value.map(value_text).unwrap_or_default();
            self.findings.reject(&format!("{}.{key}", self.name), &effective, wanted);
        }
    }

    /// Finite and above 0.
    pub fn positive(&mut self, value: f64, key: &str) {
        self.require(value > 0.0 && value.is_finite(), key, "a finite number above 0");
    }

    pub fn at_least(&mut self, value: u64, smallest: u64, key: &str) {
        self.require(value >= smallest, key, &format!("a whole number, {smallest} or more"));
    }

    /// Checks that the time step is stable for velocity Verlet.
    pub fn time_step(&mut self, time_step: f64) {
        let wanted = format!("a number above 0, at most {LARGEST_TIME_STEP} (the papers: 0.0025 to 0.01)");
        self.require(time_step > 0.0 && time_step <= LARGEST_TIME_STEP, "time_step", &wanted);
        if time_step > LARGEST_SOUND_TIME_STEP && time_step <= LARGEST_TIME_STEP {
            self.warn("time_step", &format!("time_step = {time_step:?} is large: the papers use 0.0025 to 0.01"));
        }
    }

    /// Rejects the section itself in this deck.
    pub fn refuse(&mut self, message: &str) {
        self.findings.reject_section(self.name, message);
    }

    /// Accepted, but questionable.
    pub fn warn(&mut self, key: &str, message: &str) {
        self.findings.warn(&format!("{}.{key}", self.name), &format!("[{}] {message}", self.name));
    }
}
