//! The results for a minimum and along a path.

use crate::modes::{PathRecord, SpectrumRecord};

/// A spectrum, its row in the file, and its glass and minimum.
pub struct MinimumSpectrum {
    pub row: u64,
    pub glass: usize,
    pub minimum: i64,
    pub record: SpectrumRecord,
}

/// The results along the path of one double well; (splitting, asymmetry) with zero-point energy for each unit.
pub struct FollowedPath {
    pub double_well: u64,
    pub record: PathRecord,
    pub quantum: Vec<[f64; 2]>,
}
