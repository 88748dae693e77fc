//! The splitting of a double well, as its statistics need it.

use crate::tunnelling::{Doublet, Kind, LevelsStatus};

/// The levels of a double well.
pub struct Levels {
    pub doublet: Doublet,
    /// E with reflected wells [epsilon].
    pub reflected: f64,
}

/// What the statistics need of a double well.
#[derive(Clone, Copy, Debug)]
pub struct Splitting {
    /// E, and the same with reflected wells [epsilon].
    pub splitting: f64,
    pub reflected: f64,
    pub is_tunnelling: bool,
    /// E is below the rounding floor, or its levels have not converged.
    pub below_floor: bool,
    pub unconverged: bool,
}

impl Splitting {
    pub fn of(Levels { doublet, reflected }: &Levels) -> Self {
        Self {
            splitting: doublet.splitting,
            reflected: *reflected,
            is_tunnelling: doublet.kind == Some(Kind::Tunnelling),
            below_floor: doublet.below_floor,
            unconverged: doublet.status != LevelsStatus::Converged,
        }
    }
}
