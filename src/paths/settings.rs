//! Settings of the stage `connect`, with the papers' values.

use crate::model::{Potential, Preset};
use serde::{Deserialize, Serialize};

/// Largest number of searches for one path.
pub const MOST_TRIES: u32 = 3;

/// How a minimum-energy path is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PathMethod {
    /// Nudged elastic band, improved tangent (doi:10.1063/1.1323224), climbing image (doi:10.1063/1.1329672).
    Neb,
    /// Simplified string (E, Ren, Vanden-Eijnden 2007, doi:10.1063/1.2720838).
    String,
}

/// Which paths are followed down from the saddle by steepest descent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Refine {
    /// Those whose splitting is below 10 k_B T_Q for any requested unit.
    Active,
    All,
    None,
}

/// How visits determine a candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum VisitRule {
    /// T_ab >= minimum_visits and T_ba >= minimum_visits.
    Each,
    /// T_ab + T_ba >= minimum_visits.
    Sum,
}

impl VisitRule {
    /// Whether a pair seen `ab` times from a to b and `ba` times back is a candidate.
    pub fn fulfilled(self, ab: u64, ba: u64, minimum_visits: u64) -> bool {
        match self {
            VisitRule::Each => ab.min(ba) >= minimum_visits,
            VisitRule::Sum => ab + ba >= minimum_visits,
        }
    }
}

/// Which pairs of minima are candidates, the strictest rule first: in a file, each also joins the pairs of those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CandidateRule {
    /// Those that fulfil `visits` and `minimum_visits`: with the papers' values, seen in both directions or often enough.
    BothWays,
    /// Those with at least one transition in either direction.
    OneWay,
    /// Those of `BothWays`, and pairs of near minima that a predictor finds promising: it learns from the paths that are
    /// finished.
    Screened,
    /// Those in the file `from`, whatever the transitions.
    List,
}

impl CandidateRule {
    /// From the strictest to the loosest.
    pub const ALL: [Self; 4] = [Self::BothWays, Self::OneWay, Self::Screened, Self::List];

    /// Its name in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::BothWays => "both_ways",
            Self::OneWay => "one_way",
            Self::Screened => "screened",
            Self::List => "list",
        }
    }

    /// The rule with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rule| rule.name() == name)
    }
}

/// Which pairs of minima of a glass are near enough to be listed in /pairs.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PairLimits {
    /// Largest Euclidean distance |r_b - r_a| [sigma].
    pub largest_distance: f64,
    /// Largest difference of the energies [epsilon].
    pub largest_difference: f64,
    /// Number of particles whose displacements are listed, the largest first.
    pub displacements: usize,
}

/// How `CandidateRule::Screened` searches.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Screening {
    /// Pairs of all glasses that are connected in a round.
    pub per_round: usize,
    /// Largest number of rounds.
    pub rounds: u32,
    /// Pairs that are further apart are left out [sigma].
    pub largest_distance: f64,
    /// Number of pairs that are connected at random in the end, as a share of those that were chosen: they show what the search
    /// has missed.
    pub audit: f64,
}

/// The deck's `[connect]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConnectSettings {
    pub method: PathMethod,
    /// Number of images with both ends.
    pub images: usize,
    /// Spring constant k [epsilon / sigma^2].
    pub spring: f64,
    pub climbing: bool,
    /// Largest component of the perpendicular force at a converged band [epsilon / sigma].
    pub force_tolerance: f64,
    pub candidates: CandidateRule,
    /// The file with the pairs of `CandidateRule::List`, relative to the deck; empty otherwise.
    pub from: String,
    pub screened: Screening,
    pub pairs: PairLimits,
    pub minimum_visits: u64,
    pub visits: VisitRule,
    pub refine: Refine,
    /// Paths with intermediate minima are split into elementary ones.
    pub split: bool,
    /// Bound on the iterations of a band; a path that ends here is kept with its status.
    pub max_iterations: u64,
    /// Number of searches before a path is given up, 1 to 3: the second and third have two and three times the images.
    pub tries: u32,
    /// Whether the images' positions go to the file.
    pub store_images: bool,
}

impl ConnectSettings {
    /// The papers' values for each preset, those of tlj for all other models; the spring in the law's unit of stiffness.
    pub fn defaults(potential: impl Into<Potential>) -> Self {
        let potential = potential.into();
        let (images, spring, minimum_visits, visits) = match potential.preset() {
            Some(Preset::Pss) => (40, 2.0, 5, VisitRule::Sum),
            _ => (64, 0.125, 1, VisitRule::Each),
        };
        let unit = potential.law().stiffness_unit();
        Self {
            method: PathMethod::Neb,
            images,
            spring: spring * unit,
            climbing: true,
            // barriers of a packing are about 1e-3 epsilon, but forces are a tenth of those of other models, not 2e-3
            force_tolerance: if potential.law().has_contacts() { 1e-4 } else { 1e-3 },
            candidates: CandidateRule::BothWays,
            from: String::new(),
            screened: Screening { per_round: 200, rounds: 10, largest_distance: 2.0, audit: 0.05 },
            pairs: PairLimits { largest_distance: 2.0, largest_difference: 1.0, displacements: 3 },
            minimum_visits,
            visits,
            refine: Refine::Active,
            split: true,
            max_iterations: 5_000,
            tries: MOST_TRIES,
            store_images: false,
        }
    }
    /// Whether transitions join a pair, `ab` from a to b and `ba` back. Pairs of a list are joined by the list, and are seen
    /// from their first transition on.
    pub fn is_joined(&self, ab: u64, ba: u64) -> bool {
        match self.candidates {
            // the pairs with which the search begins
            CandidateRule::BothWays | CandidateRule::Screened => self.visits.fulfilled(ab, ba, self.minimum_visits),
            CandidateRule::OneWay | CandidateRule::List => ab + ba >= 1,
        }
    }
}
