//! The input of a neighbour list.

use super::table::PairTable;
use crate::model::{Model, PeriodicBox};

/// The particles of a list.
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
