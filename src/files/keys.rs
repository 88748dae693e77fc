//! The settings of a campaign, as its files state them, and their differences.

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
    pub fn difference(&self, other: &Self) -> Option<(String, String, String)> {
        let is_free = |key: &str| FREE.iter().any(|free| key == *free || key.starts_with(&format!("{free}.")));
        let keys: BTreeSet<&String> = self.0.keys().chain(other.0.keys()).collect();
        let value = |keys: &Self, key: &str| keys.get(key).unwrap_or("not given").to_owned();
        let differing = keys.into_iter().find(|key| !is_free(key) && self.get(key) != other.get(key))?;
        Some((differing.clone(), value(self, differing), value(other, differing)))
    }
}
