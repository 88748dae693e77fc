//! The five models by name, with the parameters of the papers.

use super::{Harmonic, Law, LennardJonesForceShifted, LennardJonesQuartic, Mixture, SoftSphereQuartic};

/// The models that a deck or a command can name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Preset {
    /// Continuously polydisperse soft spheres (doi:10.1103/PhysRevLett.124.225901).
    Pss,
    /// Ternary Kob-Andersen mixture (doi:10.1063/5.0128820), with the C pairs as the paper simulates them.
    Tlj,
    /// The same with epsilon and sigma of the C pairs exchanged, as the paper prints them; for comparison only.
    TljAsPrinted,
    /// Harmonic spheres of one size (doi:10.1103/PhysRevResearch.2.013215).
    Harmonic,
    /// Force-shifted Lennard-Jones particles of one size (doi:10.1103/PhysRevResearch.2.013215).
    Lj,
}

impl Preset {
    pub const ALL: [Preset; 5] = [Preset::Pss, Preset::Tlj, Preset::TljAsPrinted, Preset::Harmonic, Preset::Lj];

    /// The name in decks and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Preset::Pss => "pss",
            Preset::Tlj => "tlj",
            Preset::TljAsPrinted => "tlj-as-printed",
            Preset::Harmonic => "harmonic",
            Preset::Lj => "lj",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|preset| preset.name() == name)
    }

    /// The papers' number density N/V [sigma^-3].
    pub fn density(self) -> f64 {
        match self {
            Preset::Pss => 1.0,
            Preset::Tlj | Preset::TljAsPrinted => 1.35,
            // packing fraction pi/6 rho = 0.73
            Preset::Harmonic => 0.73 * 6.0 / std::f64::consts::PI,
            Preset::Lj => 0.997,
        }
    }

    /// Number of species the model knows.
    pub fn species(self) -> usize {
        match self {
            Preset::Tlj | Preset::TljAsPrinted => 3,
            _ => 1,
        }
    }

    /// Proportions of the species.
    pub fn composition(self) -> &'static [f64] {
        match self {
            Preset::Tlj | Preset::TljAsPrinted => &[4.0, 1.0, 1.0],
            _ => &[1.0],
        }
    }

    /// Whether the particles carry diameters.
    pub fn has_diameters(self) -> bool {
        self == Preset::Pss
    }

    /// The pair law.
    pub fn law(self) -> Law {
        match self {
            Preset::Pss => Law::SoftSphereQuartic(SoftSphereQuartic::default()),
            Preset::Tlj | Preset::TljAsPrinted => Law::LennardJonesQuartic(LennardJonesQuartic::default()),
            Preset::Harmonic => Law::Harmonic(Harmonic),
            Preset::Lj => Law::LennardJonesForceShifted(LennardJonesForceShifted::default()),
        }
    }

    /// epsilon and sigma tables [a][b] of the species; all 1 for models without species.
    pub fn tables(self) -> ([[f64; 3]; 3], [[f64; 3]; 3]) {
        const EPSILON: [[f64; 3]; 3] = [[1.0, 1.5, 1.25], [1.5, 0.5, 1.0], [1.25, 1.0, 0.75]];
        const SIGMA: [[f64; 3]; 3] = [[1.0, 0.8, 0.9], [0.8, 0.88, 0.84], [0.9, 0.84, 0.94]];
        match self {
            Preset::Tlj => (EPSILON, SIGMA),
            Preset::TljAsPrinted => {
                let (mut epsilon, mut sigma) = (EPSILON, SIGMA);
                for (a, b) in [(0, 2), (2, 0), (1, 2), (2, 1), (2, 2)] {
                    epsilon[a][b] = SIGMA[a][b];
                    sigma[a][b] = EPSILON[a][b];
                }
                (epsilon, sigma)
            }
            Preset::Pss | Preset::Harmonic | Preset::Lj => ([[1.0; 3]; 3], [[1.0; 3]; 3]),
        }
    }
}

/// How the particles of one glass interact.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    pub law: Law,
    pub mixture: Mixture,
}

impl Model {
    /// Largest distance at which any two particles of this glass interact [sigma].
    pub fn largest_cutoff(&self) -> f64 {
        self.law.cutoff() * self.mixture.largest_sigma()
    }
}

/// Whole numbers in given proportions that add up to `particles`, by largest remainder
/// (ties to the earlier species).
pub fn species_counts(particles: usize, composition: &[f64]) -> Vec<usize> {
    let total: f64 = composition.iter().sum();
    let exact: Vec<f64> = composition.iter().map(|share| share / total * particles as f64).collect();
    let mut counts: Vec<usize> = exact.iter().map(|share| share.floor() as usize).collect();
    let mut order: Vec<usize> = (0..counts.len()).collect();
    order.sort_by(|&a, &b| (exact[b] - exact[b].floor()).total_cmp(&(exact[a] - exact[a].floor())).then(a.cmp(&b)));
    let missing = particles - counts.iter().sum::<usize>();
    for &species in order.iter().take(missing) {
        counts[species] += 1;
    }
    counts
}
