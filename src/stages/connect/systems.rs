//! The distinct local systems of a glass and where each double well comes from, once all paths are known.

use super::record::{GlassPaths, Owned, WellPlace, wells};
use crate::error::Result;
use crate::landscape::{Identity, Same};
use crate::paths::{CandidateRule, ConnectSettings, MinimaLibrary, PairKey, compare, separation_field};
use crate::stages::explore::{LandscapeReader, sightings};
use crate::systems::{LocalSystems, SIMILARITY, Sameness, WellField, WellOfGlass};

/// All results of a glass: with the local systems, rules and times of its double wells.
///
/// # Errors
/// `Storage` when landscape.h5 cannot be read.
pub fn with_systems(own: Owned, landscape: &LandscapeReader, settings: &ConnectSettings) -> Result<GlassPaths> {
    let library = own.library(landscape)?;
    let Owned { glass, identity, kinds, found, rounds, wells: stored, rejected, kept, pairs } = own;
    let seen = sightings(landscape, glass, settings)?;
    let parents = rounds.parents();
    let candidates = rounds.candidates();
    let place = |ends: (usize, usize)| {
        let rows = parents.get(&PairKey::new(ends.0, ends.1)).map_or(&[][..], Vec::as_slice);
        let of = || rows.iter().map(|&row| &candidates[row]);
        let [a, b] = [ends.0, ends.1].map(|end| &library.minima()[end]);
        let same = compare(&identity, (&a.positions, a.energy), (&b.positions, b.energy));
        let rule = of().map(|candidate| candidate.rule(settings)).min().unwrap_or(CandidateRule::OneWay);
        // the time belongs to the rule: a well that the papers' rule joins was not there before that rule was fulfilled
        let times = if rule == CandidateRule::BothWays { &seen.fulfilled } else { &seen.first };
        let of_rule = of().filter(|candidate| candidate.rule(settings) == rule);
        let seen = of_rule.filter_map(|candidate| times.get(&candidate.key).copied()).min();
        WellPlace { ends, exchange: same == Same::Permuted, rule, seen }
    };
    let places: Vec<WellPlace> = wells(&stored, &kept).into_iter().map(|(ends, _)| place(ends)).collect();
    let systems = local_systems(&identity, kinds, &library, &places);
    let (clock, reported) = (landscape.clock()?, landscape.reported(glass)?);
    Ok(GlassPaths {
        glass,
        identity,
        found,
        rounds,
        wells: stored,
        rejected,
        kept,
        pairs,
        places,
        systems,
        clock,
        reported,
    })
}

fn local_systems(identity: &Identity, kinds: Vec<u64>, library: &MinimaLibrary, places: &[WellPlace]) -> LocalSystems {
    let sameness = Sameness::new(*library.cell(), kinds);
    let minimum = |index: usize| &library.minima()[index];
    let field = |place: &WellPlace| {
        let a = &minimum(place.ends.0).positions;
        sameness.field(a, &separation_field(identity, a, &minimum(place.ends.1).positions))
    };
    let fields: Vec<WellField> = places.iter().map(field).collect();
    let well = |place: &WellPlace| {
        let [a, b] = [place.ends.0, place.ends.1].map(|end| minimum(end).energy);
        WellOfGlass { energy: a, asymmetry: b - a, exchange: place.exchange }
    };
    let wells: Vec<WellOfGlass> = places.iter().map(well).collect();
    LocalSystems::of(&wells, |i, j| sameness.cosine(&fields[i], &fields[j]), SIMILARITY)
}
