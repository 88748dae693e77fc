//! What a neighbour list is made of.

use super::table::PairTable;
use crate::model::{Model, PeriodicBox};

/// Whose list it is.
#[derive(Clone, Copy)]
pub struct Subject<'a> {
    pub model: &'a Model,
    pub cell: &'a PeriodicBox,
    pub table: &'a PairTable,
    pub order: &'a [u32],
    pub skin: f64,
}

impl Subject<'_> {
    /// The caller's index of particle a.
    pub fn place(&self, a: usize) -> usize {
        self.order.get(a).map_or(a, |&i| i as usize)
    }
}
