//! The numbers at the top of the page.

use super::source::{Source, UnitOf};
use crate::error::Result;
use crate::stage::Stage;
use crate::statistics::POISSON_UPPER_LIMIT;
use std::collections::BTreeSet;

/// What a campaign found; None where the stage has no file.
pub struct Summary {
    pub glasses: usize,
    pub equilibrated: Option<usize>,
    pub particles: usize,
    pub minima: Option<usize>,
    /// Double wells without exchanges of identical particles.
    pub double_wells: Option<usize>,
    pub exchanges: usize,
    /// Distinct local systems; None when the file does not have them.
    pub local_systems: Option<usize>,
    pub units: Vec<UnitSummary>,
}

/// The double wells in one unit.
pub struct UnitSummary {
    pub unit: UnitOf,
    pub tunnelling: usize,
    /// E < k_B T_Q.
    pub active: usize,
    pub active_tunnelling: usize,
    /// Of all kinds, and of tunnelling ones alone.
    pub n0: [Estimate; 2],
}

/// n(E)/E at k_B T_Q and at a third of it, per atom [1/epsilon], with 68 % limits: attributes of a density in tunnelling.h5.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    pub value: f64,
    pub limits: [f64; 2],
    pub count: u64,
    pub third: f64,
    pub third_limits: [f64; 2],
    pub third_count: u64,
    /// n0 per volume [1/(J m^3)]; NaN for a reduced mass without constants.
    pub si: f64,
}

impl Summary {
    /// # Errors
    /// `Storage` when a file is damaged.
    pub fn of(source: &Source) -> Result<Self> {
        let (glasses, particles) = source.size();
        let equilibrated = match source.reader(Stage::Prepare) {
            Some(_) => Some(count(&source.numbers(Stage::Prepare, "/glasses/equilibrated")?)),
            None => None,
        };
        let connected = source.reader(Stage::Connect).is_some();
        let exchange: Vec<bool> = source.numbers(Stage::Connect, "/double_wells/exchange")?;
        let exchanges = count(&exchange);
        let explored = source.reader(Stage::Explore).is_some();
        let found =
            source.length(Stage::Explore, "/minima/energy", 0) + source.length(Stage::Connect, "/minima/energy", 0);
        Ok(Self {
            glasses,
            equilibrated,
            particles,
            minima: explored.then_some(found),
            double_wells: connected.then_some(exchange.len() - exchanges),
            exchanges,
            local_systems: local_systems(source, &exchange)?,
            units: source.units()?.into_iter().map(|unit| UnitSummary::of(source, unit)).collect::<Result<_>>()?,
        })
    }
}

/// Distinct (glass, class) pairs of /double_wells/local, without exchanges; classes count from 0, negative ones are none.
fn local_systems(source: &Source, exchange: &[bool]) -> Result<Option<usize>> {
    const LOCAL: &str = "/double_wells/local";
    if !source.has(Stage::Connect, LOCAL) {
        return Ok(None);
    }
    let classes = match source.numbers::<u32>(Stage::Connect, LOCAL) {
        Ok(classes) => classes.into_iter().map(i64::from).collect(),
        Err(_) => source.numbers::<i64>(Stage::Connect, LOCAL)?,
    };
    let glass: Vec<u32> = source.numbers(Stage::Connect, "/double_wells/glass")?;
    let rows = glass.iter().zip(&classes).zip(exchange).filter(|((_, class), exchange)| **class >= 0 && !**exchange);
    Ok(Some(rows.map(|(row, _)| row).collect::<BTreeSet<_>>().len()))
}

fn count(flags: &[bool]) -> usize {
    flags.iter().filter(|flag| **flag).count()
}

impl UnitSummary {
    fn of(source: &Source, unit: UnitOf) -> Result<Self> {
        let levels = source.levels(&unit.name)?;
        let active: Vec<bool> = source.numbers(Stage::Tunnel, &format!("/{}/active", unit.name))?;
        let tunnelling: Vec<bool> = (0..levels.kind.len()).map(|row| levels.is_tunnelling(row)).collect();
        Ok(Self {
            tunnelling: count(&tunnelling),
            active: active.iter().enumerate().filter(|(row, active)| **active && levels.counts(*row)).count(),
            active_tunnelling: active.iter().zip(&tunnelling).filter(|(active, kind)| **active && **kind).count(),
            n0: ["density", "density_tunnelling"].map(|group| Estimate::of(source, &format!("/{}/{group}", unit.name))),
            unit,
        })
    }
}

impl Estimate {
    fn of(source: &Source, group: &str) -> Self {
        let number = |name| source.attribute(Stage::Tunnel, group, name);
        let errors = source.attributes(Stage::Tunnel, group, "errors");
        let counts = source.attributes(Stage::Tunnel, group, "counts");
        let limit = |place: usize| errors.get(place).copied().unwrap_or(f64::NAN);
        let counted = |place: usize| counts.get(place).copied().unwrap_or(0.0) as u64;
        Self {
            value: number("n0"),
            limits: [limit(0), limit(1)],
            count: counted(0),
            third: number("n0_third"),
            third_limits: [limit(2), limit(3)],
            third_count: counted(1),
            si: number("n0_SI"),
        }
    }

    /// n0 in words, with its count and its limits.
    pub fn words(&self) -> String {
        match self.count {
            0 => format!("no system below T_Q; 68 % upper limit {} per atom and epsilon", significant(self.limits[1])),
            count => format!(
                "{} ({} to {}) per atom and epsilon, from {count} system{}",
                significant(self.value),
                significant(self.limits[0]),
                significant(self.limits[1]),
                if count == 1 { "" } else { "s" }
            ),
        }
    }

    /// n0 in a table.
    pub fn short_words(&self) -> String {
        let [low, high] = self.limits.map(significant);
        match self.count {
            0 => format!("below {high}"),
            _ => format!("{} ({low} to {high})", significant(self.value)),
        }
    }

    /// n(E)/E at a third of k_B T_Q in words.
    pub fn third_words(&self) -> String {
        match self.third_count {
            0 => format!("none; upper limit {}", significant(self.third_limits[1])),
            count => format!(
                "{} ({} to {}), from {count}",
                significant(self.third),
                significant(self.third_limits[0]),
                significant(self.third_limits[1])
            ),
        }
    }

    /// n0 per volume in words.
    pub fn si_words(&self) -> Option<String> {
        // with no system the value is 0, and its limit is that of n0: counts over the count of the limit
        (self.si.is_finite() && self.count > 0).then(|| format!("{} per joule and cubic metre", significant(self.si)))
    }
}

/// How the limits of n0 were obtained, for the explanation below the numbers.
pub fn method(glasses: usize) -> String {
    let spread = match glasses {
        1 => "of a single glass as if its systems were independent: too narrow",
        _ => "widened by the spread of the counts between glasses",
    };
    format!(
        "In brackets: 68 % limits, by Poisson statistics, {spread}. An upper limit without a system is \
         {POISSON_UPPER_LIMIT:.2} counts."
    )
}

/// Three significant digits; powers of ten where the number is small or large.
pub fn significant(value: f64) -> String {
    digits(value, 3)
}

/// A number of significant digits; powers of ten where the number is small or large.
pub fn digits(value: f64, count: usize) -> String {
    match value.abs() {
        size if !size.is_finite() => "unknown".to_owned(),
        0.0 => "0".to_owned(),
        size if !(1e-3..1e5).contains(&size) => format!("{value:.*e}", count - 1),
        size => {
            let places = (count as f64 - 1.0 - size.log10().floor()).max(0.0) as usize;
            format!("{value:.places$}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_words() {
        let words = [0.0, 0.00123456, 1.5, 12.345, 123456.0, 4.56789e-5, f64::NAN].map(significant);
        assert_eq!(words, ["0", "0.00123", "1.50", "12.3", "1.23e5", "4.57e-5", "unknown"]);
        assert_eq!([0.0267483, 12.0, 1e-6].map(|value| digits(value, 5)), ["0.026748", "12.000", "1.0000e-6"]);
    }

    #[test]
    fn no_system_is_an_upper_limit() {
        let mut estimate = Estimate {
            value: 0.0,
            limits: [0.0, 0.121],
            count: 0,
            third: 0.0,
            third_limits: [0.0, 0.36],
            third_count: 0,
            si: 0.0,
        };
        assert_eq!(estimate.words(), "no system below T_Q; 68 % upper limit 0.121 per atom and epsilon");
        assert_eq!((estimate.third_words().as_str(), estimate.si_words()), ("none; upper limit 0.360", None));
        (estimate.value, estimate.limits, estimate.count, estimate.si) = (0.2, [0.1, 0.3], 2, 3e46);
        assert_eq!(estimate.words(), "0.200 (0.100 to 0.300) per atom and epsilon, from 2 systems");
        assert_eq!(estimate.si_words().unwrap(), "3.00e46 per joule and cubic metre");
        assert!(method(1).contains("too narrow") && method(2).contains("spread of the counts between glasses"));
    }
}
