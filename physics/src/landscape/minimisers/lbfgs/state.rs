//! The state of L-BFGS for the lanes of a batch.

use super::secants::Products;
use crate::forces::IncompleteCholesky;
use crate::forces::lanes::{Columns, Configurations};

/// Number of pairs (s, y) that are stored.
pub(super) const MEMORY: usize = 6;
/// Where the curvature along the steps is not positive there is no quasi-Newton step. From this many such steps in a row on ...
const CONCAVE_STEPS: u32 = 3;
/// ... each is this factor longer than the one before: forces may be tiny far from a minimum (two atoms near the cutoff).
const CONCAVE_GROWTH: f64 = 4.0;

/// The state of one lane.
#[derive(Clone, Debug, Default)]
pub(super) struct Lane<const M: usize> {
    pub products: Products<M>,
    /// Energy at the last accepted point.
    pub energy: f64,
    pub shortenings: u32,
    /// Accepted steps in a row without positive curvature.
    pub concave: u32,
    /// Accepted steps in a row with positive curvature.
    pub convex: u32,
    /// No point accepted yet.
    pub fresh: bool,
    /// The last trial was rejected.
    pub refused: bool,
    pub preconditioned: bool,
}

impl<const M: usize> Lane<M> {
    /// Factor of a step without history.
    pub fn growth(&self) -> f64 {
        // beyond 4^64 every force is above the cap on steps
        CONCAVE_GROWTH.powi((self.concave.saturating_sub(CONCAVE_STEPS - 1)).min(64) as i32)
    }
}

/// The state of the minimiser for L lanes, with M pairs for each; P: with a preconditioner.
pub(super) struct LbfgsLanes<'f, const L: usize, const M: usize, const P: bool>
where
    Configurations: Columns<L>,
{
    pub preconditioner: Option<Preconditioner<'f>>,
    /// Inverse of an upper estimate of the stiffness, for steps without history.
    pub first_step: f64,
    pub lanes: [Lane<M>; L],
    /// Slot of the newest pair; shared by the lanes, each of which records which slots are its own.
    pub newest: usize,
    /// Forces at the last accepted points [3N][L].
    pub base: Vec<[f64; L]>,
    /// P F at the last accepted points, and at the trial [3N][L]; empty without a preconditioner.
    pub image: Vec<[f64; L]>,
    pub solved: Vec<[f64; L]>,
    /// Last step, from the accepted point to the trial [3N][L].
    pub step: Vec<[f64; L]>,
    /// s and z of every slot, those of one row side by side [3N][M].
    pub history: Vec<[Pair<L>; M]>,
    pub largest_force: [f64; L],
}

/// The factor of the preconditioner, and the residual from which on it is used [epsilon / sigma].
#[derive(Clone, Copy)]
pub(super) struct Preconditioner<'f> {
    pub factor: &'f IncompleteCholesky,
    pub onset: f64,
}

/// One row of a pair (s, z).
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub(super) struct Pair<const L: usize>
where
    Configurations: Columns<L>,
{
    pub aligned: [<Configurations as Columns<L>>::Alignment; 0],
    pub s: [f32; L],
    pub z: [f32; L],
}

impl<const L: usize, const M: usize, const P: bool> LbfgsLanes<'_, L, M, P>
where
    Configurations: Columns<L>,
{
    pub fn new(rows: usize, stiffness: f64) -> Self {
        let images = if P { rows } else { 0 };
        Self {
            preconditioner: None,
            first_step: 0.25 / stiffness,
            lanes: std::array::from_fn(|_| Lane::default()),
            newest: 0,
            base: vec![[0.0; L]; rows],
            image: vec![[0.0; L]; images],
            solved: vec![[0.0; L]; images],
            step: vec![[0.0; L]; rows],
            history: vec![[Pair { aligned: [], s: [0.0; L], z: [0.0; L] }; M]; rows],
            largest_force: [0.0; L],
        }
    }
}
