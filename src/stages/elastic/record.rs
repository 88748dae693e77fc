//! The results for a glass and for a double well.

use crate::model::PeriodicBox;
use crate::modes::{GlassModuli, LinearModuli, Sound, StrainCoupling};

/// A glass and its moduli.
pub struct StrainedGlass {
    pub glass: u64,
    pub cell: PeriodicBox,
    pub moduli: GlassModuli,
}

/// A double well and its coupling to strain.
pub struct StrainedWell {
    /// Row of /double_wells in paths.h5.
    pub well: u64,
    pub glass: u32,
    pub coupling: StrainCoupling,
}

/// The results of a rank.
#[derive(Default)]
pub struct Strained {
    /// In increasing order of the glasses.
    pub glasses: Vec<StrainedGlass>,
    /// In increasing order of the rows.
    pub wells: Vec<StrainedWell>,
}

impl StrainedGlass {
    /// A property from linear response; NaN where it is not available.
    pub fn linear(&self, value: fn(&LinearModuli) -> f64) -> f64 {
        self.moduli.linear.as_ref().map_or(f64::NAN, value)
    }

    /// Several properties from linear response; empty where it is not available.
    pub fn linear_vector(&self, values: fn(&LinearModuli) -> Vec<f64>) -> Vec<f64> {
        self.moduli.linear.as_ref().map_or(Vec::new(), values)
    }

    /// A property of the sound waves; NaN without linear response.
    pub fn sound(&self, value: fn(&Sound) -> f64) -> f64 {
        let sound = |linear: &LinearModuli| Sound::new(mean(linear.shear()), linear.bulk(), linear.held, &self.cell);
        self.moduli.linear.as_ref().map(sound).as_ref().map_or(f64::NAN, value)
    }
}

/// Mean over three planes.
pub fn mean(values: [f64; 3]) -> f64 {
    values.iter().sum::<f64>() / 3.0
}
