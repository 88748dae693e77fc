//! Quenches: from a configuration to the minimum in whose basin it lies.

use super::minimisers::{Look, Supply};
use super::outcome::{Quench, StopReason};
use super::settings::QuenchSettings;
use super::watch::{Unwatched, Watch};
use crate::forces::{LANES, PairSum};

/// Minimises the energy from `start` [3N].
pub fn quench(sum: &mut PairSum<1>, start: &[f64], settings: &QuenchSettings) -> Quench {
    let mut single = Single { start: Some(start), end: Quench::not_begun(start.to_vec()) };
    settings.minimiser.minimise(sum, &mut single, &settings.criteria());
    single.end
}

/// Minimises the energy from each of `starts` [3N], snapshots of one glass, eight at a time.
///
/// Results in the order of the starts, each bitwise identical to `quench` of that start alone. Conjugate gradients need
/// a separate line search for each configuration and use one lane of eight.
pub fn quench_batch(sum: &mut PairSum<LANES>, starts: &[&[f64]], settings: &QuenchSettings) -> Vec<Quench> {
    quench_watched(sum, starts, settings, &mut Unwatched)
}

/// Minimises the starts of `supply`, eight starts of one glass at a time. Conjugate gradients take one after the other
/// and do not show intermediate points.
pub fn quench_supply(sum: &mut PairSum<LANES>, supply: &mut impl Supply, settings: &QuenchSettings) {
    settings.minimiser.minimise(sum, supply, &settings.criteria());
}

/// As `quench_batch`; `watch` may end a quench in a minimum that it knows. Where a quench ends depends only on the
/// order of the starts.
pub(super) fn quench_watched(
    sum: &mut PairSum<LANES>,
    starts: &[&[f64]],
    settings: &QuenchSettings,
    watch: &mut impl Watch,
) -> Vec<Quench> {
    let mut listed = Listed { starts, next: 0, watch, results: vec![None; starts.len()] };
    quench_supply(sum, &mut listed, settings);
    listed.results.into_iter().flatten().collect()
}

/// One start.
struct Single<'s> {
    start: Option<&'s [f64]>,
    end: Quench,
}

impl Supply for Single<'_> {
    fn next(&mut self) -> Option<(usize, Vec<f64>)> {
        Some((0, self.start.take()?.to_vec()))
    }
    fn wants(&self, _: usize, _: u64, _: f64, _: f64) -> bool {
        false
    }
    fn look(&mut self, _: &Look<'_>) -> Option<Quench> {
        None
    }
    fn ended(&mut self, _: usize, quench: Quench) {
        self.end = quench;
    }
}

/// The starts of a list, with a watch over their quenches.
struct Listed<'s, W> {
    starts: &'s [&'s [f64]],
    next: usize,
    watch: &'s mut W,
    results: Vec<Option<Quench>>,
}

impl<W: Watch> Supply for Listed<'_, W> {
    fn next(&mut self) -> Option<(usize, Vec<f64>)> {
        let number = self.next;
        let start = self.starts.get(number)?;
        self.next += 1;
        Some((number, start.to_vec()))
    }
    fn wants(&self, _: usize, evaluations: u64, _: f64, residual: f64) -> bool {
        self.watch.wants(evaluations, residual)
    }
    fn look(&mut self, look: &Look<'_>) -> Option<Quench> {
        self.watch.look(look)
    }
    fn ended(&mut self, start: usize, quench: Quench) {
        if quench.stop != StopReason::Recognised {
            self.watch.ended(start, &quench);
        }
        self.results[start] = Some(quench);
    }
}
