//! Rattlers: particles that a packing of finite-range repulsive spheres does not hold in place.

use crate::forces::{NeighbourList, sums};
use crate::model::{Model, PeriodicBox};

/// Contacts needed to hold a particle in three dimensions.
const CONTACTS: usize = 4;

/// Which particles of a packing are rattlers [N]: those with fewer than 4 contacts (r < sigma_ij) with particles that
/// are not rattlers, found recursively. Only the harmonic law has contacts; other models have no rattlers.
pub fn rattlers(model: &Model, cell: &PeriodicBox, positions: &[f64]) -> Vec<bool> {
    let n = positions.len() / 3;
    let mut rattler = vec![false; n];
    if !model.law.has_contacts() {
        return rattler;
    }
    let mut contacts = vec![Vec::new(); n];
    let list = NeighbourList::of(model, cell, positions);
    for i in 0..n {
        for j in list.neighbours(i) {
            if sums::pair(model, i, j, cell.difference(positions, i, j)).is_some() {
                contacts[i].push(j);
                contacts[j].push(i);
            }
        }
    }
    let mut held: Vec<usize> = contacts.iter().map(Vec::len).collect();
    let mut loose: Vec<usize> = (0..n).filter(|&i| held[i] < CONTACTS).collect();
    while let Some(i) = loose.pop() {
        if std::mem::replace(&mut rattler[i], true) {
            continue;
        }
        for &j in &contacts[i] {
            held[j] -= 1;
            if held[j] < CONTACTS && !rattler[j] {
                loose.push(j);
            }
        }
    }
    rattler
}
