//! The rounds of `connect.candidates = "screened"`: near pairs, the most promising first, until a round finds nothing more.

use super::near_pairs::Searched;
use super::record::Owned;
use super::task::profile_of;
use crate::error::{Error, Result};
use crate::paths::{Candidate, CandidateRule, DoubleWell, PairKey, Screening};
use crate::random::{Purpose, stream};
use crate::screening::{PairGeometry, Ranker, Solved, proportion};
use crate::stage::Stage;
use crate::stages::Context;
use crate::tunnelling::{TunnelSettings, Unit, solve, units_of};
use crate::units::quantum_temperature;
use rand::Rng;
use serde::{Deserialize, Serialize};

/// A round of the search, or the audit in the end.
#[derive(Clone, Debug, PartialEq)]
pub struct ScreenRound {
    pub audit: bool,
    /// Near pairs before the round whose paths have not been sought.
    pub open: u64,
    /// Those chosen for this round.
    pub chosen: u64,
    /// New double wells, parts of split paths included, and how many have a splitting below k_B T_Q.
    pub double_wells: u64,
    pub active: u64,
    /// Active systems that the search has missed, with a 68 % interval: after the audit only, else NaN.
    pub missed: [f64; 3],
}

/// What the predictor learns from.
#[derive(Serialize, Deserialize)]
struct Example {
    name: (usize, PairKey),
    values: (f64, f64, f64, Vec<f64>, Vec<f64>),
    solved: Solved,
}

/// The state of the search.
pub struct Screen<'s> {
    context: &'s Context<'s>,
    settings: Screening,
    /// The reduced mass by which pairs are ranked: that of the model's first material, so that the choice does not depend on
    /// the units of the deck.
    pub unit: Unit,
    pub rounds: Vec<ScreenRound>,
    /// Double wells and active systems when the round began.
    before: [u64; 2],
    ended: bool,
}

/// The unit of the search: the first material of the model, or the first reduced mass of the deck.
fn reference_unit(context: &Context<'_>) -> Result<Unit> {
    let potential = &context.deck.model.potential;
    let own = || units_of(potential, &TunnelSettings::defaults(*potential)).into_iter().next();
    own().or_else(|| context.units().into_iter().next()).ok_or_else(|| {
        Error::Internal("candidates = \"screened\" without a unit: the deck should have been refused".to_owned())
    })
}

/// What a path has shown: the splitting of its double well, if it is one.
pub fn shown(unit: &Unit, well: Option<&DoubleWell>) -> Solved {
    let Some(well) = well else { return Solved::NoDoubleWell };
    let settings = TunnelSettings { levels: 2, ..TunnelSettings::default() };
    let doublet = solve(&profile_of(well), None, unit.reduced_mass, &settings);
    match doublet.map(|doublet| doublet.splitting) {
        Ok(splitting) if splitting.is_finite() && !well.exchange => Solved::DoubleWell(splitting),
        // without levels it is no example of a splitting
        _ => Solved::NoExample,
    }
}

/// Whether pairs are screened.
pub fn is_screened(context: &Context<'_>) -> bool {
    context.deck.connect.as_ref().is_some_and(|connect| connect.candidates == CandidateRule::Screened)
}

impl<'s> Screen<'s> {
    /// # Errors
    /// `Internal` without a unit.
    pub fn new(context: &'s Context<'s>) -> Result<Self> {
        let settings = context.section(&context.deck.connect, Stage::Connect)?.screened;
        let unit = reference_unit(context)?;
        Ok(Self { context, settings, unit, rounds: Vec::new(), before: [0; 2], ended: false })
    }

    /// Collective: chooses the pairs of the next round and adds them to the glasses; false when the search has ended.
    ///
    /// # Errors
    /// Those of the predictor.
    pub fn next(&mut self, owned: &mut [Owned]) -> Result<bool> {
        self.close(owned);
        if self.ended {
            return Ok(false);
        }
        let searched = self.rounds.len();
        let fruitless = self.rounds.last().is_some_and(|round| round.active == 0);
        let chosen = match fruitless || searched >= self.settings.rounds as usize {
            true => 0,
            false => self.search(owned)?,
        };
        if chosen == 0 {
            self.ended = true;
            return Ok(self.audit(owned)? > 0);
        }
        Ok(true)
    }

    /// Collective: counts what the last round has found.
    fn close(&mut self, owned: &[Owned]) {
        let threshold = quantum_temperature(self.unit.reduced_mass);
        let solved = || owned.iter().flat_map(|own| own.pairs.solved.values());
        let is_well = |solved: &&Solved| matches!(solved, Solved::DoubleWell(_));
        let is_active = |solved: &&Solved| matches!(solved, Solved::DoubleWell(splitting) if *splitting < threshold);
        let mine = [solved().filter(is_well).count() as u64, solved().filter(is_active).count() as u64];
        let now = mine.map(|count| self.context.ranks.sum_u64(count));
        if let Some(round) = self.rounds.last_mut() {
            (round.double_wells, round.active) = (now[0] - self.before[0], now[1] - self.before[1]);
            if round.audit {
                let left = (round.open - round.chosen) as f64;
                let (p, lower, upper) = proportion(round.active, round.chosen);
                round.missed = [p, lower, upper].map(|share| share * left);
            }
            log::info!(
                "connect: {} of {} pairs: {} new double wells, {} active in units of {}",
                if round.audit { "audit" } else { "search" },
                round.chosen,
                round.double_wells,
                round.active,
                self.unit.name
            );
        }
        self.before = now;
    }

    /// Collective: trains the predictor and adds the most promising pairs.
    fn search(&mut self, owned: &mut [Owned]) -> Result<u64> {
        let examples = self.examples(owned)?;
        let ranker = self.context.ranks.agree(Ranker::train(&examples))?;
        let mut ranked = Vec::new();
        let mine = owned.iter_mut().enumerate().try_for_each(|(place, own)| {
            let open = open_pairs(own, self.settings.largest_distance);
            let expected = ranker.forecast(open.len(), |i| own.pairs.near.geometry(open[i]))?;
            for (&k, expected) in open.iter().zip(&expected) {
                own.pairs.predicted[k] = expected.splitting;
                // the bits of non-negative floating-point numbers increase with their value, and NaN has the largest
                ranked.push((expected.order().abs().to_bits(), own.glass, place, k));
            }
            Ok(())
        });
        self.context.ranks.agree(mine)?;
        self.take(owned, ranked, self.settings.per_round, Searched::Screened)
    }

    /// Collective: adds pairs at random from those that are left.
    fn audit(&mut self, owned: &mut [Owned]) -> Result<u64> {
        let chosen: u64 = self.rounds.iter().map(|round| round.chosen).sum();
        let wanted = (self.settings.audit * chosen as f64).ceil() as usize;
        let seed = self.context.deck.campaign.seed;
        let mut ranked = Vec::new();
        for (place, own) in owned.iter().enumerate() {
            let mut random = stream(seed, Purpose::Screen, own.glass as u64, 0);
            // a number for every near pair, so that it does not depend on the others
            let drawn: Vec<u64> = (0..own.pairs.near.len()).map(|_| random.next_u64()).collect();
            let open = open_pairs(own, self.settings.largest_distance);
            ranked.extend(open.into_iter().map(|k| (drawn[k], own.glass, place, k)));
        }
        self.take(owned, ranked, wanted, Searched::Audit)
    }

    /// Collective: adds the first `wanted` of `ranked` (number, glass, place of the glass on this rank, pair) over all ranks.
    fn take(
        &mut self,
        owned: &mut [Owned],
        mut ranked: Vec<(u64, usize, usize, usize)>,
        wanted: usize,
        why: Searched,
    ) -> Result<u64> {
        let open = self.context.ranks.sum_u64(ranked.len() as u64);
        ranked.sort_unstable();
        ranked.truncate(wanted);
        let names: Vec<(u64, usize, usize)> = ranked.iter().map(|&(number, glass, _, k)| (number, glass, k)).collect();
        let mut all = self.context.ranks.all_gather(&names)?.concat();
        all.sort_unstable();
        all.truncate(wanted);
        let last = all.last().copied();
        let taken = ranked.iter().filter(|&&(number, glass, _, k)| Some((number, glass, k)) <= last);
        let mut candidates: Vec<Vec<Candidate>> = vec![Vec::new(); owned.len()];
        for &(_, _, place, k) in taken {
            let own = &mut owned[place];
            let key = own.pairs.near.key(k);
            let (count_ab, count_ba) = own.pairs.counts.get(&key).copied().unwrap_or_default();
            own.pairs.searched.insert(key, why);
            candidates[place].push(Candidate { key, count_ab, count_ba, status: None });
        }
        owned.iter_mut().zip(candidates).for_each(|(own, candidates)| own.rounds.add(candidates));
        if !all.is_empty() {
            self.rounds.push(ScreenRound {
                audit: why == Searched::Audit,
                open,
                chosen: all.len() as u64,
                double_wells: 0,
                active: 0,
                missed: [f64::NAN; 3],
            });
        }
        Ok(all.len() as u64)
    }

    /// Collective: what the finished paths of all glasses have shown, by glass and pair.
    fn examples(&self, owned: &[Owned]) -> Result<Vec<(PairGeometry, Solved)>> {
        let of_glass = |own: &Owned| {
            let known = own.pairs.solved.iter().filter_map(|(key, solved)| {
                let pair = own.pairs.near.geometry(own.pairs.near.find(*key)?);
                let lists = (pair.largest_displacements, pair.separations);
                let values = (pair.distance, pair.energy_difference, pair.participation_ratio, lists.0, lists.1);
                Some(Example { name: (own.glass, *key), values, solved: *solved })
            });
            known.collect::<Vec<_>>()
        };
        let mut all: Vec<Example> = self
            .context
            .ranks
            .all_gather(&owned.iter().flat_map(of_glass).collect::<Vec<_>>())?
            .into_iter()
            .flatten()
            .collect();
        all.sort_by_key(|example| example.name);
        let pair = |example: Example| {
            let (distance, energy_difference, participation_ratio, largest_displacements, separations) = example.values;
            let pair =
                PairGeometry { distance, energy_difference, participation_ratio, largest_displacements, separations };
            (pair, example.solved)
        };
        Ok(all.into_iter().map(pair).collect())
    }
}

/// The near pairs of a glass within a distance whose paths have not been sought; exchanges of like particles are no double wells.
fn open_pairs(own: &Owned, largest_distance: f64) -> Vec<usize> {
    let near = &own.pairs.near;
    let is_open =
        |&k: &usize| !near.is_exchange(k) && near.distance(k) <= largest_distance && !own.rounds.knows(near.key(k));
    (0..near.len()).filter(is_open).collect()
}
