//! The deck's `[campaign]`.

use super::duration;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Name, seed and checkpoints of the campaign.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CampaignSettings {
    /// Name of the campaign, and of its directory unless `--output` gives another.
    #[schemars(length(min = 1), extend("x-default" = "the deck's file name without its ending"))]
    pub name: String,
    /// Seed of all random numbers of the campaign.
    #[schemars(range(max = 9_223_372_036_854_775_807_u64))]
    pub seed: u64,
    /// Time between two checkpoints.
    #[serde(with = "duration::as_text")]
    #[schemars(with = "String", extend("pattern" = "^ *[0-9].*[a-z]", "x-accepted" = "a duration of 100 ms or more: \"90 s\", \"10 min\", \"2 h\""))]
    pub checkpoint_interval: Duration,
    /// Whether every file is read back and compared before its checkpoints are removed; the time is in
    /// `/timing/costs/verify`.
    pub verify_writes: bool,
}

impl CampaignSettings {
    pub fn defaults(name: &str) -> Self {
        Self { name: name.to_string(), seed: 1, checkpoint_interval: Duration::from_secs(600), verify_writes: true }
    }
}
