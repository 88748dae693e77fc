//! The settings of a campaign, as its files state them, and what two campaigns that are pooled must have in common.

use super::source::Source;
use crate::error::{Error, Result};
use crate::input::listed;
use std::collections::{BTreeMap, BTreeSet};

/// Keys in which campaigns may differ and still be samples of the same ensemble. Units are compared by their masses.
const FREE: [&str; 7] = [
    "campaign.seed",
    "prepare.glasses",
    "prepare.from",
    "explore.audit",
    "connect.store_images",
    "tunnel.units",
    "tunnel.reduced_mass",
];

/// Keys and values, as the attribute `deck_keys` of a file has them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Keys(BTreeMap<String, String>);

impl Keys {
    /// From one `key = value` per line.
    pub fn read(text: &str) -> Self {
        let pairs = text.lines().filter_map(|line| line.split_once(" = "));
        Self(pairs.map(|(key, value)| (key.to_owned(), value.to_owned())).collect())
    }

    pub fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }

    /// NaN where there is no such number.
    pub fn number(&self, key: &str) -> f64 {
        self.get(key).and_then(|value| value.parse().ok()).unwrap_or(f64::NAN)
    }

    /// What distinguishes the rows of the table: the model with its number of particles, T_f and, for imported glasses, their
    /// files.
    pub fn identity(&self) -> Self {
        let of_identity = |key: &&String| {
            key.starts_with("model.") || ["prepare.temperature", "prepare.from"].contains(&key.as_str())
        };
        let kept = self.0.iter().filter(|(key, _)| of_identity(key));
        Self(kept.map(|(key, value)| (key.clone(), value.clone())).collect())
    }

    /// The first key that both have with different values. The units of [tunnel] are compared where they are used.
    pub fn changed(&self, other: &Self) -> Option<(String, String, String)> {
        let mut common = self.0.iter().filter(|(key, _)| !key.starts_with("tunnel."));
        common.find_map(|(key, value)| {
            let of_other = other.get(key).filter(|of_other| of_other != value)?;
            Some((key.clone(), value.clone(), of_other.to_owned()))
        })
    }

    /// The first key that keeps two campaigns from being pooled, with both values.
    fn difference(&self, other: &Self) -> Option<(String, String, String)> {
        let is_free = |key: &str| FREE.iter().any(|free| key == *free || key.starts_with(&format!("{free}.")));
        let keys: BTreeSet<&String> = self.0.keys().chain(other.0.keys()).collect();
        let value = |keys: &Self, key: &str| keys.get(key).unwrap_or("not given").to_owned();
        let differing = keys.into_iter().find(|key| !is_free(key) && self.get(key) != other.get(key))?;
        Some((differing.clone(), value(self, differing), value(other, differing)))
    }
}

/// Whether two campaigns of one row are independent samples of the same ensemble.
///
/// # Errors
/// `Usage` that names both and the difference.
pub fn check_pooled(one: &Source, other: &Source) -> Result<()> {
    let (first, second) = (one.directory.display(), other.directory.display());
    if let Some((key, of_one, of_other)) = one.keys.difference(&other.keys) {
        return Err(Error::Usage(format!(
            "{first} and {second} have the same T_f and model, but {key} = {of_one} and {of_other}: they are not pooled; \
             combine them into separate files"
        )));
    }
    if one.seed == other.seed {
        return Err(Error::Usage(format!(
            "{first} and {second} have the same seed {}: the same glasses would be counted twice; leave one of them out",
            one.seed
        )));
    }
    if let Some(files) = one.keys.get("prepare.from").filter(|files| *files != "[]") {
        return Err(Error::Usage(format!(
            "{first} and {second} explore the same imported glasses, {files}, which would be counted twice; leave one of \
             them out"
        )));
    }
    for (with, without) in [(one, other), (other, one)] {
        let missing = with.units.iter().find(|unit| without.units.iter().all(|known| known.name != unit.name));
        if let Some(unit) = missing {
            return Err(Error::Usage(format!(
                "{} has no unit {}, which {} has; it has {}: run both decks with the same units in [tunnel]",
                without.directory.display(),
                unit.name,
                with.directory.display(),
                listed(without.units.iter().map(|unit| unit.name.as_str()))
            )));
        }
    }
    for unit in &one.units {
        let same = other.units.iter().find(|known| known.name == unit.name);
        if let Some(same) = same.filter(|same| same.reduced_mass != unit.reduced_mass) {
            return Err(Error::Usage(format!(
                "{first} and {second} have different reduced masses of {}, {} and {}: they are not pooled",
                unit.name, unit.reduced_mass, same.reduced_mass
            )));
        }
    }
    Ok(())
}
