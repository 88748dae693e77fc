//! Settings of the stage `modes`.

use super::nonlinear::NonlinearSettings;
use crate::model::Potential;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Number of modes of each spectrum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ModeCount {
    /// All 3N - 3, by the full matrix.
    All,
    /// The lowest ones.
    Lowest(usize),
}

impl JsonSchema for ModeCount {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "ModeCount".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "anyOf": [{ "const": "all" }, { "type": "integer", "minimum": 1 }] })
    }
}

impl Serialize for ModeCount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::All => serializer.serialize_str("all"),
            Self::Lowest(count) => serializer.serialize_u64(*count as u64),
        }
    }
}

impl<'de> Deserialize<'de> for ModeCount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Count;
        impl Visitor<'_> for Count {
            type Value = ModeCount;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("\"all\" or a number of modes, 1 or more")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<ModeCount, E> {
                if text == "all" { Ok(ModeCount::All) } else { Err(E::custom(EXPECTED)) }
            }
            fn visit_i64<E: de::Error>(self, count: i64) -> Result<ModeCount, E> {
                usize::try_from(count).ok().filter(|n| *n > 0).map(ModeCount::Lowest).ok_or_else(|| E::custom(EXPECTED))
            }
            fn visit_u64<E: de::Error>(self, count: u64) -> Result<ModeCount, E> {
                i64::try_from(count).map_err(|_| E::custom(EXPECTED)).and_then(|count| self.visit_i64(count))
            }
        }
        deserializer.deserialize_any(Count)
    }
}

/// The message for an invalid `count`.
const EXPECTED: &str = "expected \"all\" or a number of modes, 1 or more";

/// The configurations whose spectra are computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SpectraOf {
    /// The inherent structure of each glass.
    Glasses,
    /// All minima.
    Minima,
    /// Both minima of every double well.
    DoubleWells,
}

/// The double wells whose paths are followed: tangents for several numbers of images, Hessians along the path, the
/// profile with the zero-point energy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FollowedPaths {
    /// No path.
    None,
    /// Those whose splitting is below 10 k_B T_Q in one of the units.
    Active,
    /// Every path.
    All,
}

/// The deck's `[modes]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ModesSettings {
    /// Number of modes of each spectrum: "all", or that of the lowest ones.
    pub count: ModeCount,
    /// Configurations whose spectra are computed.
    pub of: SpectraOf,
    /// Whether cubic nonlinear modes are computed.
    pub nonlinear: bool,
    /// Share of the new direction in a step of that iteration. 1 is the iteration of the paper; smaller values stay closer
    /// to the start.
    #[schemars(extend("exclusiveMinimum" = 0), range(max = 1))]
    pub nonlinear_step: f64,
    /// Whether the third-order coefficient tau of every mode is written.
    pub third_order: bool,
    /// Whether the eigenvectors are written.
    pub eigenvectors: bool,
    /// Modes of low frequency with a smaller participation ratio are quasi-localised.
    ///
    /// Source: doi:10.1103/PhysRevMaterials.5.055602
    #[schemars(extend("exclusiveMinimum" = 0), range(max = 1))]
    pub localised_below: f64,
    /// Double wells whose paths are followed.
    pub paths: FollowedPaths,
    /// Numbers of images, each 3 or more, for which the tangent r_12 at the minimum is compared with the modes.
    ///
    /// Source: 600 in doi:10.1103/PhysRevMaterials.5.055602
    #[schemars(inner(range(min = 3)))]
    pub tangent_images: Vec<usize>,
    /// Number of points along each followed path at which the Hessian is computed, both ends included, 5 or more; 0: none.
    pub path_points: usize,
    /// A_4 is fitted between these multiples of the lowest phonon frequency.
    #[schemars(inner(range(min = 0)))]
    pub fit_window: [f64; 2],
    /// Memory for the sparse factors of one Hessian [GB]. Beyond it, linear systems are solved by iteration, and the number
    /// of lowest modes is not proven.
    #[schemars(range(min = 0))]
    pub factor_memory: f64,
}

impl Default for ModesSettings {
    fn default() -> Self {
        Self {
            count: ModeCount::All,
            of: SpectraOf::DoubleWells,
            nonlinear: true,
            nonlinear_step: NonlinearSettings::default().step,
            third_order: true,
            eigenvectors: false,
            localised_below: 0.1,
            paths: FollowedPaths::Active,
            tangent_images: vec![40, 80, 160, 320, 600],
            path_points: 21,
            fit_window: [0.7, 0.95],
            factor_memory: 4.0,
        }
    }
}

impl ModesSettings {
    /// All modes at both minima of each double well; for particles of one kind, whose glasses are large and
    /// quenched, the lowest 100 of the inherent structure.
    pub fn defaults(potential: impl Into<Potential>) -> Self {
        match potential.into().is_of_one_kind() {
            false => Self::default(),
            true => Self { count: ModeCount::Lowest(100), of: SpectraOf::Glasses, ..Self::default() },
        }
    }

    /// Number of modes in the files for a spectrum of N particles.
    pub fn modes(&self, particles: usize) -> usize {
        let all = (3 * particles).saturating_sub(3);
        match self.count {
            ModeCount::All => all,
            ModeCount::Lowest(count) => count.min(all),
        }
    }

    /// Whether paths of double wells are followed in addition to their minima.
    pub fn follows_paths(&self) -> bool {
        let studies = self.path_points > 0 || !self.tangent_images.is_empty();
        self.of == SpectraOf::DoubleWells && self.paths != FollowedPaths::None && studies
    }

    /// Whether the sum over all frequencies is known at both minima of double wells.
    pub fn has_zero_points(&self) -> bool {
        self.count == ModeCount::All && self.of == SpectraOf::DoubleWells
    }

    /// Memory limit of the sparse factors of one Hessian [bytes].
    pub fn factor_bytes(&self) -> u64 {
        (self.factor_memory * 1e9) as u64
    }
}
