//! Settings of the stage `connect`, with the papers' values.

use crate::model::{Potential, Preset};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Largest number of searches for one path.
pub const MOST_TRIES: u32 = 3;

/// How a minimum-energy path is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PathMethod {
    /// Nudged elastic band with improved tangent (doi:10.1063/1.1323224) and climbing image (doi:10.1063/1.1329672).
    Neb,
    /// Simplified string (doi:10.1063/1.2720838).
    String,
}

/// Which paths are followed down from the saddle by steepest descent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Refine {
    /// Those whose splitting is below 10 k_B T_Q in one of the units.
    Active,
    /// Every path.
    All,
    /// No path.
    None,
}

/// How visits determine a candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum VisitRule {
    /// In each direction.
    Each,
    /// In both together.
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CandidateRule {
    /// Those with the transitions that `visits` and `minimum_visits` ask for.
    BothWays,
    /// Those with at least one transition in either direction.
    OneWay,
    /// Those of `both-ways`, and pairs of near minima that a predictor finds promising. It learns from the paths that are
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

/// Which pairs of minima of a glass are near enough to be listed in `/pairs`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PairLimits {
    /// Largest Euclidean distance of the minima [sigma].
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub largest_distance: f64,
    /// Largest difference of the energies [epsilon].
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub largest_difference: f64,
    /// Number of particles whose displacements are listed, the largest first.
    #[schemars(range(min = 2, max = 20))]
    pub displacements: usize,
}

/// How `CandidateRule::Screened` searches.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Screening {
    /// Number of pairs of all glasses that are connected in a round.
    #[schemars(range(min = 1))]
    pub per_round: usize,
    /// Largest number of rounds.
    pub rounds: u32,
    /// Pairs that are further apart are left out [sigma]. At most `pairs.largest_distance`.
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub largest_distance: f64,
    /// Number of pairs that are connected at random in the end, as a share of those that were chosen: they show what the search
    /// has missed.
    #[schemars(range(min = 0, max = 1))]
    pub audit: f64,
}

/// The deck's `[connect]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ConnectSettings {
    /// How minimum-energy paths are found.
    pub method: PathMethod,
    /// Number of images of a path, both ends included. The papers have 40 (pss, doi:10.1103/PhysRevLett.124.225901) and 64 (tlj,
    /// doi:10.1063/5.0128820); few are enough to find the saddle, from which the path is then followed (`refine`).
    #[schemars(range(min = 3))]
    pub images: usize,
    /// Spring constant of the band [epsilon/sigma^2]. Above 0; `string` does not use it.
    ///
    /// Source: tlj doi:10.1063/5.0128820
    #[schemars(range(min = 0))]
    pub spring: f64,
    /// Whether the highest image of the band climbs to the saddle.
    ///
    /// Source: doi:10.1063/5.0128820
    pub climbing: bool,
    /// Largest perpendicular force component of a converged band [epsilon/sigma]. The saddle itself is refined further.
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub force_tolerance: f64,
    /// Which pairs of minima are connected.
    ///
    /// Source: doi:10.1063/5.0128820
    pub candidates: CandidateRule,
    /// With `list`: a CSV file of pairs, relative to the deck.
    pub from: String,
    /// With `screened`: how near pairs of minima are searched.
    pub screened: Screening,
    /// Which pairs of minima `/pairs` of paths.h5 lists.
    pub pairs: PairLimits,
    /// With `both-ways` and `screened`: number of transitions that make a pair of minima a candidate, counted as `visits` says.
    ///
    /// Source: tlj doi:10.1063/5.0128820
    #[schemars(range(min = 1))]
    pub minimum_visits: u64,
    /// With `both-ways`: where `minimum_visits` transitions are needed.
    ///
    /// Source: tlj doi:10.1063/5.0128820
    pub visits: VisitRule,
    /// Which paths are followed down from the saddle by steepest descent. Where a path is not, its length is that of the images, which
    /// should then be as many as in the papers.
    pub refine: Refine,
    /// Whether a path with intermediate minima is divided into elementary paths.
    ///
    /// Source: doi:10.1063/5.0128820
    pub split: bool,
    /// Upper bound of the iterations of a band. A path that reaches it is stored with its status.
    #[schemars(range(min = 1))]
    pub max_iterations: u64,
    /// Number of searches before a path is given up. The second and the third have two and three times the images and a
    /// tighter tolerance; a band that reaches `max_iterations` is searched for at most twice.
    #[schemars(range(min = 1, max = MOST_TRIES))]
    pub tries: u32,
    /// Whether the positions of the images are written.
    pub store_images: bool,
}

/// Images of a band that is followed by descents from its saddle.
const IMAGES: usize = 11;

impl ConnectSettings {
    /// The papers' values for each preset, those of tlj for all other models; the spring in the law's unit of stiffness. Images
    /// and descents are ours: the papers' bands of 40 and 64 images give the same saddles and shorter lengths at a higher cost.
    pub fn defaults(potential: impl Into<Potential>) -> Self {
        let potential = potential.into();
        let (spring, minimum_visits, visits) = match potential.preset() {
            Some(Preset::Pss) => (2.0, 5, VisitRule::Sum),
            _ => (0.125, 1, VisitRule::Each),
        };
        let unit = potential.law().stiffness_unit();
        Self {
            method: PathMethod::Neb,
            images: IMAGES,
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
            refine: Refine::All,
            split: true,
            max_iterations: 5_000,
            tries: MOST_TRIES,
            store_images: false,
        }
    }

    /// The fewest images with which the papers measure a length along the images.
    pub const FEWEST_FOR_LENGTHS: usize = 40;

    /// Images of a band whose length is measured along the images: those of the papers.
    pub fn images_of_papers(potential: impl Into<Potential>) -> usize {
        if potential.into().preset() == Some(Preset::Pss) { Self::FEWEST_FOR_LENGTHS } else { 64 }
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
