//! The deck's `[campaign]`.

use super::duration;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// The deck's `[campaign]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CampaignSettings {
    /// Default: the deck's file name without its ending.
    pub name: String,
    /// Names every random stream of the campaign.
    pub seed: u64,
    #[serde(with = "duration::as_text")]
    pub checkpoint_interval: Duration,
    /// Whether every file is read back and compared before it replaces checkpoints.
    pub verify_writes: bool,
}

impl CampaignSettings {
    pub fn defaults(name: &str) -> Self {
        Self { name: name.to_string(), seed: 1, checkpoint_interval: Duration::from_secs(600), verify_writes: true }
    }
}
