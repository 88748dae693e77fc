//! Sorts the values of all ranks without any rank holding them all.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Ranks;
use crate::error::Result;

/// Smallest number of samples, over all ranks, by which the values are divided.
const SAMPLES: usize = 4096;
/// Smallest number of samples of each rank.
const SAMPLES_OF_RANK: usize = 4;

impl Ranks {
    /// Collective: this rank's part of the values of all ranks, in increasing order of their keys: no key of a rank is
    /// above one of the next rank. The parts have about equal lengths (regular sampling). Each rank holds its values,
    /// its part and a few samples of every rank.
    ///
    /// # Errors
    /// As [`Ranks::exchange`].
    pub fn sorted_by_key<T, K>(&self, mut values: Vec<T>, key: impl Fn(&T) -> K) -> Result<Vec<T>>
    where
        T: Serialize + DeserializeOwned,
        K: Ord + Clone + Serialize + DeserializeOwned,
    {
        values.sort_by_key(&key);
        if self.size() == 1 {
            return Ok(values);
        }
        let due = (SAMPLES / self.size()).max(SAMPLES_OF_RANK).min(values.len());
        // in the middle of stretches of equal length
        let mine: Vec<K> = (0..due).map(|k| key(&values[(2 * k + 1) * values.len() / (2 * due)])).collect();
        let mut samples = self.all_gather(&mine)?.concat();
        samples.sort_unstable();
        let first_of = |rank: usize| samples.get(rank * samples.len() / self.size());
        let limits: Vec<K> = (1..self.size()).filter_map(first_of).cloned().collect();
        let sent = values
            .into_iter()
            .map(|value| {
                let of_value = key(&value);
                (limits.partition_point(|limit| *limit <= of_value), value)
            })
            .collect();
        let mut part: Vec<T> = self.exchange(sent)?.into_iter().map(|(_, value)| value).collect();
        part.sort_by_key(&key);
        Ok(part)
    }
}
