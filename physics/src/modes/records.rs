//! The results for the vibrations of one minimum, and for one path.

use super::{ModeProfile, NonlinearMode, NonlinearStop};
use crate::paths::PathStatus;
use serde::{Deserialize, Serialize};

/// A displacement field of a double well that modes are compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Field {
    /// r_AB, from the lower minimum to the upper.
    Displacement,
    /// r_AS, from the lower minimum to the saddle.
    Saddle,
    /// r_12, the tangent of the path at the lower minimum.
    Tangent,
}

/// The start of an iteration to a nonlinear mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Start {
    /// r_AB of the double well.
    Displacement,
    /// The softest mode of the minimum.
    SoftestMode,
    /// Its softest quasi-localised mode.
    SoftestLocalised,
}

/// The fields of a double well, from its lower minimum.
#[derive(Clone, Debug)]
pub struct SeenWell {
    /// Row in paths.h5.
    pub double_well: u64,
    /// r_AB, r_AS and r_12 [3N], mean displacement removed.
    pub displacement: Vec<f64>,
    pub saddle: Vec<f64>,
    pub tangent: Vec<f64>,
}

/// The mode of a spectrum that overlaps most with a field.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct OverlapRow {
    pub double_well: u64,
    pub field: Field,
    /// By c, the scalar product.
    pub mode: u32,
    pub scalar: f64,
    /// By a, the product of magnitudes.
    pub magnitude_mode: u32,
    pub magnitude: f64,
}

/// A nonlinear mode of a minimum, in relation to one double well.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NonlinearRow {
    /// -1 for none.
    pub double_well: i64,
    pub start: Start,
    /// kappa = M:pi pi [epsilon / sigma^2].
    pub stiffness: f64,
    /// tau = U:pi pi pi, negative [epsilon / sigma^3].
    pub third_order: f64,
    /// (2/3) kappa^3 / tau^2 [epsilon].
    pub barrier: f64,
    /// Overlaps of pi, and of the start of the iteration, with r_AB; NaN without a double well.
    pub overlap: [f64; 2],
    pub start_overlap: [f64; 2],
    pub iterations: u64,
    /// |M pi - (kappa / tau) U:pi pi| / |M pi|.
    pub residual: f64,
    pub status: NonlinearStop,
    pub profile: ModeProfile,
}

impl NonlinearRow {
    /// For a mode that belongs to no double well.
    pub(super) fn of(mode: &NonlinearMode, profile: ModeProfile) -> Self {
        Self {
            double_well: -1,
            start: Start::SoftestMode,
            stiffness: mode.stiffness,
            third_order: mode.third_order,
            barrier: mode.barrier,
            overlap: [f64::NAN; 2],
            start_overlap: [f64::NAN; 2],
            iterations: mode.iterations,
            residual: mode.residual,
            status: mode.stop,
            profile,
        }
    }
}

/// The outcome of the calculation of a spectrum.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SpectrumStatus {
    #[default]
    Converged,
    /// The eigenvalue problem could not be solved, or a check failed: no results.
    Failed,
    /// The quench of the glass did not reach a minimum: no results.
    NoMinimum,
}

/// The vibrations of one minimum.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SpectrumRecord {
    pub status: SpectrumStatus,
    /// [K] rising; -sqrt(-lambda) for a negative eigenvalue [(epsilon / m)^1/2 / sigma].
    pub frequency: Vec<f64>,
    pub participation_ratio: Vec<f64>,
    pub phonon_order: Vec<f64>,
    pub quasi_localised: Vec<bool>,
    /// tau of each mode, negative [epsilon / sigma^3]; empty if not requested.
    pub third_order: Vec<f64>,
    /// [K][3N]; empty if not requested.
    pub eigenvectors: Vec<f64>,
    /// Rattlers of a harmonic packing, increasing.
    pub rattlers: Vec<u32>,
    /// Whether the number of modes was verified.
    pub counted: bool,
    /// Sum of omega / 2; NaN when not all modes are known.
    pub zero_point: f64,
    pub overlaps: Vec<OverlapRow>,
    pub nonlinear: Vec<NonlinearRow>,
    /// omega_D and omega_t by linear response, if requested.
    pub sound: Option<[f64; 2]>,
}

/// The overlap of r_12 with the modes of the lower minimum, for one number of images.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct TangentRow {
    pub images: u64,
    /// By c.
    pub mode: u32,
    pub scalar: f64,
    pub magnitude: f64,
}

/// The Hessian at one point of a path.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PathHessianRow {
    pub arc_length: f64,
    /// Above the lower minimum.
    pub energy: f64,
    /// The ten lowest, without translations (NaN where there are fewer) [epsilon / sigma^2].
    pub eigenvalues: Vec<f64>,
    /// |t.v| of the six lowest modes.
    pub projections: Vec<f64>,
    /// Sum of omega / 2 across the path; NaN if not requested.
    pub zero_point: f64,
    /// Imaginary modes excluded from it; -1 if not requested.
    pub imaginary: i64,
}

impl PathHessianRow {
    /// A point at which the eigenvalue problem could not be solved.
    pub(super) fn without_figures(arc_length: f64) -> Self {
        let (eigenvalues, projections) = (Vec::new(), Vec::new());
        Self { arc_length, energy: f64::NAN, eigenvalues, projections, zero_point: f64::NAN, imaginary: -1 }
    }
}

/// The results along the path of one double well.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PathRecord {
    /// `Converged`; else why there is no path.
    pub status: PathStatus,
    /// Arc length; NaN without a path.
    pub length: f64,
    pub tangents: Vec<TangentRow>,
    pub hessians: Vec<PathHessianRow>,
}
