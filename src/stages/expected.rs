//! How many minima and double wells a deck is expected to find, before anything has been computed, and as corrected by what a
//! campaign has found.

use crate::input::Deck;
use crate::landscape::ExploreSettings;
use crate::model::{Potential, Preset};
use crate::paths::CandidateRule;

/// Minima of a glass of N particles after a time t, n = prefactor (N / 1000) t^0.65 exp(-energy / T_f): the exponent is that of
/// the poorest glasses of the paper (0.4 to 0.8 are published), and glasses of higher T_f have more minima to go to, up to the
/// mode-coupling crossover: above it the exploration temperature alone counts.
struct Law {
    /// For N = 1000 and a time of one unit of the model.
    prefactor: f64,
    /// In the energy scale of the model, as is the highest T_f that makes a difference.
    energy: f64,
    crossover: f64,
    /// Double wells per minimum, w = wells (t)^(0.1) exp(-falling T_f).
    wells: f64,
    falling: f64,
}

/// From the seven rows of Table I of doi:10.1063/5.0128820 and small campaigns of this program, with an error of a third.
const LENNARD_JONES: Law = Law { prefactor: 4.05e5, energy: 6.72, crossover: 0.62, wells: 1.05, falling: 3.78 };
/// From the numbers of double wells of doi:10.1103/PhysRevLett.124.225901 at two T_f.
const SOFT_SPHERES: Law = Law { prefactor: 5.0e5, energy: 1.03, crossover: 0.104, wells: 0.1, falling: 0.0 };
/// Exponents of time.
const GROWTH: f64 = 0.65;
const GROWTH_OF_WELLS: f64 = 0.1;
/// Pairs that are connected for each double well: candidates without one, and parts of split paths.
const PAIRS_PER_WELL: f64 = 1.8;
/// Pairs with a transition in either direction for each pair with transitions in both: 78 for 30 and 59 for 10 in small campaigns of the
/// ternary mixture, fewer the longer the exploration.
const ONE_WAY: f64 = 2.6;

/// By how much the counts of a campaign exceed those that are expected from its deck.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Correction {
    pub minima: f64,
    pub pairs: f64,
    pub wells: f64,
}

impl Default for Correction {
    fn default() -> Self {
        Self { minima: 1.0, pairs: 1.0, wells: 1.0 }
    }
}

/// Numbers to be expected from a deck.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Expected {
    pub glasses: f64,
    /// Runs and quenches of all glasses.
    pub runs: f64,
    pub quenches: f64,
    pub minima: f64,
    /// Pairs to connect, and those of them that are double wells.
    pub pairs: f64,
    pub wells: f64,
}

impl Expected {
    /// From the deck alone.
    pub fn of(deck: &Deck) -> Self {
        Self::corrected(deck, Correction::default())
    }

    /// From the deck, and from what the campaign has found so far.
    pub fn corrected(deck: &Deck, correction: Correction) -> Self {
        let glasses = deck.prepare.as_ref().map_or(1, |prepare| prepare.glasses).max(1) as f64;
        let starts = deck.starts().into_iter().sum::<usize>() as f64;
        let runs = deck.explore.as_ref().map_or(0.0, |explore| starts * explore.runs as f64);
        let quenches = deck.explore.as_ref().map_or(0.0, |explore| runs * explore.quenches as f64);
        let (minima, wells) =
            deck.explore.as_ref().map_or((0.0, 0.0), |explore| of_glass(deck, explore, starts / glasses));
        let minima = (glasses * minima * correction.minima).min(quenches);
        let connected = if deck.connect.is_some() { minima } else { 0.0 };
        let pairs = match &deck.listed {
            Some(list) => list.count() as f64,
            None => {
                connected * wells * PAIRS_PER_WELL * correction.pairs * more_pairs(deck)
                    + screened(deck, connected / glasses)
            }
        };
        Self { glasses, runs, quenches, minima, pairs, wells: connected * wells * correction.wells }
    }

    /// Number of glasses of the rank that has most.
    pub fn share(&self, ranks: usize) -> f64 {
        (self.glasses / ranks.max(1) as f64).ceil().max(1.0)
    }

    /// Minima of a glass.
    pub fn minima_of_glass(&self) -> f64 {
        self.minima / self.glasses
    }

    /// Pairs for each minimum.
    pub fn pairs_per_minimum(&self) -> f64 {
        if self.minima > 0.0 { self.pairs / self.minima } else { 0.0 }
    }
}

/// Minima of one glass of `starts` starting configurations, and double wells for each of them.
fn of_glass(deck: &Deck, explore: &ExploreSettings, starts: f64) -> (f64, f64) {
    let potential = &deck.model.potential;
    let Law { prefactor, energy, crossover, wells, falling } = law(potential);
    let quenches = starts * explore.runs as f64 * explore.quenches as f64;
    let time = quenches * explore.quench_every as f64 * explore.time_step;
    let given = deck.prepare.as_ref().map_or(f64::INFINITY, |prepare| prepare.temperature);
    let fictive = (given / potential.energy_scale()).min(*crossover);
    let law = prefactor * deck.model.particles as f64 / 1000.0 * time.powf(GROWTH) * (-energy / fictive).exp();
    // not every quench ends in another minimum
    let minima = quenches * (1.0 - (-law / quenches.max(1.0)).exp());
    (minima, wells * time.max(1.0).powf(GROWTH_OF_WELLS) * (-falling * fictive).exp())
}

/// Largest number of pairs that a search among near pairs connects, of `minima` of a glass.
fn screened(deck: &Deck, minima: f64) -> f64 {
    let connect = deck.connect.as_ref().filter(|connect| connect.candidates == CandidateRule::Screened);
    connect.map_or(0.0, |connect| {
        let screened = connect.screened;
        let wanted = screened.per_round as f64 * f64::from(screened.rounds) * (1.0 + screened.audit);
        let glasses = deck.prepare.as_ref().map_or(1, |prepare| prepare.glasses).max(1) as f64;
        wanted.min(0.5 * glasses * minima * minima)
    })
}

/// By how much `connect.candidates` raises the number of pairs.
fn more_pairs(deck: &Deck) -> f64 {
    let one_way = deck.connect.as_ref().is_some_and(|connect| connect.candidates == CandidateRule::OneWay);
    if one_way { ONE_WAY } else { 1.0 }
}

fn law(potential: &Potential) -> &'static Law {
    match potential.preset() {
        Some(Preset::Pss) => &SOFT_SPHERES,
        _ => &LENNARD_JONES,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::read_deck;

    /// Table I of doi:10.1063/5.0128820: T_f, tau_cg, quenches, n_IS, N_DW / N_IS.
    const TABLE: [(f64, usize, usize, f64, f64); 7] = [
        (0.617, 2, 100_000, 549.0, 0.148),
        (0.558, 3, 100_000, 344.0, 0.235),
        (0.509, 18, 100_000, 233.0, 0.347),
        (0.488, 31, 100_000, 115.0, 0.323),
        (0.617, 11, 160_000, 2270.0, 0.277),
        (0.558, 17, 40_000, 364.0, 0.359),
        (0.509, 43, 10_000, 118.0, 0.401),
    ];

    #[test]
    fn the_papers_counts_are_met_within_a_factor_of_two() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("inputs");
        for (temperature, every, quenches, minima, wells) in TABLE {
            let mut deck = read_deck(&folder.join(format!("tlj-{temperature}.toml"))).unwrap();
            let explore = deck.explore.as_mut().unwrap();
            (explore.quench_every, explore.quenches) = (every as _, quenches as _);
            let expected = Expected::of(&deck);
            let found = (expected.minima_of_glass(), expected.wells / expected.minima);
            println!("T_f = {temperature}, {quenches} quenches: {found:?}, the paper: {minima}, {wells}");
            for ratio in [found.0 / minima, found.1 / wells, found.0 * found.1 / (minima * wells)] {
                assert!(0.5 < ratio && ratio < 2.0, "T_f = {temperature}: {ratio}");
            }
        }
        // another T_f, N and time: 78 minima of six glasses
        let quickstart = Expected::of(&read_deck(&folder.join("quickstart.toml")).unwrap());
        assert!((quickstart.minima / 78.0).ln().abs() < 2.0_f64.ln(), "{quickstart:?}");
    }
}
