//! A Hessian divided by rows: each member of a team holds the pairs that involve its own places, and receives the
//! displacements of other places from the other members.

use super::pair_blocks::PairBlocks;
use super::{LANES, VectorRows};
use crate::error::Result;
use crate::task::Team;
use std::ops::Range;

/// The places that a member and another member exchange, as local places.
#[derive(Clone, Debug)]
struct Border {
    member: usize,
    sent: Vec<usize>,
    received: Vec<usize>,
}

/// The rows of the Hessian that belong to one member, in a local order: its own places and those that interact with
/// them, increasing.
#[derive(Clone, Debug)]
pub struct HessianPart {
    pairs: PairBlocks,
    /// The place of each local place, increasing.
    places: Vec<usize>,
    /// The member's own places, all and local.
    own: Range<usize>,
    local: Range<usize>,
    borders: Vec<Border>,
}

/// The places of each of `members` members.
pub fn places_of_members(particles: usize, members: usize) -> Vec<Range<usize>> {
    let start = |member: usize| member * particles / members;
    (0..members).map(|member| start(member)..start(member + 1)).collect()
}

impl HessianPart {
    /// The share of `member` in `hessian`, which all members hold; places are assigned by `shares`.
    pub fn new(hessian: &PairBlocks, shares: &[Range<usize>], member: usize) -> Self {
        let own = shares[member].clone();
        let touched = |share: &Range<usize>| {
            let mut is_touched = vec![false; hessian.particles()];
            hessian.for_each_pair(|i, j| {
                if share.contains(&i) != share.contains(&j) {
                    is_touched[if share.contains(&i) { j } else { i }] = true;
                }
            });
            is_touched
        };
        let mine = touched(&own);
        let places: Vec<usize> = (0..hessian.particles()).filter(|place| own.contains(place) || mine[*place]).collect();
        let at = |place: usize| places.partition_point(|&p| p < place);
        let others = (0..shares.len()).filter(|&other| other != member);
        let borders = others
            .map(|other| {
                let theirs = touched(&shares[other]);
                Border {
                    member: other,
                    sent: own.clone().filter(|&place| theirs[place]).map(at).collect(),
                    received: shares[other].clone().filter(|&place| mine[place]).map(at).collect(),
                }
            })
            // pairs are symmetric: a member that sends nothing receives nothing
            .filter(|border| !border.received.is_empty())
            .collect();
        let local = at(own.start)..at(own.end);
        Self { pairs: hessian.among(&places, &own), places, own, local, borders }
    }

    /// The local rows of vectors [3N][LANES].
    pub fn rows(&self, vectors: &VectorRows) -> Vec<[f64; LANES]> {
        self.places.iter().flat_map(|&place| vectors[3 * place..3 * place + 3].iter().copied()).collect()
    }

    /// Copies the member's own rows into [3N][LANES].
    pub fn put(&self, local: &VectorRows, vectors: &mut VectorRows) {
        let rows = |places: &Range<usize>| 3 * places.start..3 * places.end;
        vectors[rows(&self.own)].copy_from_slice(&local[rows(&self.local)]);
    }

    /// products = H vectors in the member's own rows, bitwise identical to those of the whole Hessian; first receives
    /// the rows of other places from the other members. Collective.
    ///
    /// # Errors
    /// When a member cannot be reached.
    pub fn times(&self, vectors: &mut VectorRows, products: &mut VectorRows, team: &dyn Team) -> Result<()> {
        for border in &self.borders {
            let sent: Vec<f64> = rows_of(&border.sent).flat_map(|row| vectors[row]).collect();
            let received = team.exchange(border.member, &sent)?;
            for (row, numbers) in rows_of(&border.received).zip(received.as_chunks().0) {
                vectors[row] = *numbers;
            }
        }
        self.pairs.times(vectors, products);
        Ok(())
    }
}

fn rows_of(places: &[usize]) -> impl Iterator<Item = usize> {
    places.iter().flat_map(|place| 3 * place..3 * place + 3)
}
