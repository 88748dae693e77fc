//! The result of a path search between two minima, as it is written to files.

use crate::landscape::Displacement;
use serde::{Deserialize, Serialize};

/// The outcome for a pair of minima.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PathStatus {
    /// A converged elementary path with a refined saddle of exactly one negative mode.
    Converged,
    /// The band did not reach its tolerance within the iterations allowed.
    NotConverged,
    /// Energies or forces on the band became infinite.
    Diverged,
    /// The path rises above its upper end by less than what separates two minima of a band (1e-6 epsilon), or by no more than the
    /// tolerance of the band.
    NoBarrier,
    /// The path has intermediate minima and is replaced by its elementary parts.
    Split,
    /// Split more often than the limit on rounds allows.
    SplitTooOften,
    /// Both ends are the same minimum.
    Identical,
    /// The saddle did not converge or is not at the top of the band.
    SaddleFailed,
    /// The stationary point at the top does not have exactly one negative mode.
    NegativeModes,
    /// The descent from the saddle leads to minima other than the two ends.
    WrongMinima,
    /// The descent from the saddle did not reach a minimum or its length did not converge: the double well of the band
    /// is kept, with the spline's length and profile.
    DescentFailed,
    /// The quench of an end stopped before it reached a minimum: no path was searched for.
    EndNotConverged,
    /// An end has negative modes, so it is a saddle and the pair no double well.
    EndNotMinimum,
}

impl PathStatus {
    /// Whether the pair is a double well: its band has converged and its saddle has exactly one negative mode.
    pub fn is_double_well(self) -> bool {
        matches!(self, PathStatus::Converged | PathStatus::DescentFailed)
    }

    /// Whether length, profile and highest point are those of a converged path, with or without a barrier.
    pub fn is_measured(self) -> bool {
        self.is_double_well() || self == PathStatus::NoBarrier
    }
}

/// The source of length and profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LengthMethod {
    /// Steepest descent from the saddle on both sides.
    Descent,
    /// Cubic spline through the images and the saddle.
    Spline,
}

/// Energy along a path.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PathProfile {
    /// [points] from 0 at a to the length at b [sigma].
    pub arc_length: Vec<f64>,
    /// [points] above a [epsilon].
    pub energy: Vec<f64>,
}

/// Two minima and the path between them; a is the lower one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DoubleWell {
    /// Indices of the ends within the glass.
    pub a: usize,
    pub b: usize,
    pub status: PathStatus,
    /// V(b) - V(a) >= 0 [epsilon].
    pub asymmetry: f64,
    /// V(saddle) - V(a) [epsilon].
    pub activation: f64,
    /// V_b = V_a - asymmetry / 2 [epsilon].
    pub barrier: f64,
    /// Arc length of the path [sigma].
    pub length: f64,
    pub length_method: LengthMethod,
    /// Sum of the distances between the band's images [sigma].
    pub band_length: f64,
    /// Euclidean distance and participation ratios of b - a.
    pub separation: Displacement,
    /// Rattlers of a harmonic packing at either end, excluded from length, distance and participation ratios.
    pub rattlers: u64,
    /// Whether b is a with indistinguishable particles exchanged.
    pub exchange: bool,
    /// Total energy at the saddle [epsilon].
    pub saddle_energy: f64,
    /// Largest force component at the saddle [epsilon / sigma].
    pub saddle_residual: f64,
    /// Number of negative eigenvalues of the Hessian at the saddle; -1 when they were not counted.
    pub negative_modes: i64,
    /// The same at a and b: 0 at a minimum.
    pub negative_modes_a: i64,
    pub negative_modes_b: i64,
    /// Number of path searches, 1 when the first was successful.
    pub tries: u32,
    /// Evaluations of one configuration, forces and Hessian products, of the whole path.
    pub force_evaluations: u64,
    /// d2V/ds2 at a, b and the saddle [epsilon / sigma^2].
    pub curvature_a: f64,
    pub curvature_b: f64,
    pub curvature_saddle: f64,
    pub profile: PathProfile,
    /// [3N], continuous with a.
    pub saddle_position: Vec<f64>,
    /// Unit tangent of the path at a, towards b (r_12) [3N].
    pub tangent_a: Vec<f64>,
    /// Unit tangent at b, towards a [3N].
    pub tangent_b: Vec<f64>,
    /// Unstable mode at the saddle [3N], normalised.
    pub unstable_mode: Vec<f64>,
    /// The band's images [M][3N], if requested.
    pub images: Vec<f64>,
}

impl DoubleWell {
    /// Only its numbers: without profile, configurations and directions.
    pub fn numbers(self) -> Self {
        let none = Vec::new;
        let (saddle_position, tangent_a, tangent_b) = (none(), none(), none());
        let (unstable_mode, images, profile) = (none(), none(), PathProfile::default());
        Self { saddle_position, tangent_a, tangent_b, unstable_mode, images, profile, ..self }
    }
}
