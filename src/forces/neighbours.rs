//! Verlet lists.
/// A list of neighbours.
pub struct NeighbourList;
