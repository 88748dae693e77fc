//! Teams that share the images of one band, and the assignment of the images.

use super::lbfgs::PerpendicularMemory;
use crate::error::{Error, Result};
use crate::forces::LANES;
use crate::task::{Alone, Team};
use std::ops::Range;

/// The communication needed for the images of a band in addition to [`Team`].
pub trait ImageTeam: Team {
    /// Sends the step [3N] of an image at the border of this member's share; not collective.
    ///
    /// # Errors
    /// When a member cannot be reached.
    fn send(&self, member: usize, step: &[f64]) -> Result<()>;

    /// The step [3N] of an image at the border of another member's share, once it has been sent.
    ///
    /// # Errors
    /// When a member cannot be reached.
    fn receive(&self, member: usize) -> Result<Vec<f64>>;

    /// The quasi-Newton memories of every member's images, by member.
    ///
    /// # Errors
    /// When a member cannot be reached.
    fn gather(&self, own: &[PerpendicularMemory]) -> Result<Vec<Vec<PerpendicularMemory>>>;
}

impl ImageTeam for Alone {
    fn send(&self, member: usize, _step: &[f64]) -> Result<()> {
        Err(no_such(member))
    }

    fn receive(&self, member: usize) -> Result<Vec<f64>> {
        Err(no_such(member))
    }

    fn gather(&self, own: &[PerpendicularMemory]) -> Result<Vec<Vec<PerpendicularMemory>>> {
        Ok(vec![own.to_vec()])
    }
}

fn no_such(member: usize) -> Error {
    Error::Internal(format!("member {member} of a team of one was requested"))
}

/// Number of batches of a band of `count` images, including the ends: a larger team would have idle members.
pub fn batches(count: usize) -> usize {
    count.saturating_sub(2).div_ceil(LANES).max(1)
}

/// The interior images of each member, whole batches.
pub(super) fn shares(count: usize, members: usize) -> Vec<Range<usize>> {
    let start = |member: usize| 1 + (member * batches(count) / members * LANES).min(count - 2);
    (0..members).map(|member| start(member)..start(member + 1)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_interior_image_has_one_member() {
        for count in (3..200).chain([600, 5000]) {
            for members in 1..=batches(count) {
                let shares = shares(count, members);
                assert_eq!((shares[0].start, shares[members - 1].end), (1, count - 1));
                assert!(shares.windows(2).all(|pair| pair[0].end == pair[1].start));
                assert!(shares.iter().all(|share| !share.is_empty() && (share.start - 1) % LANES == 0));
            }
            // coarser bands may have fewer batches than the team has members
            assert_eq!(shares(count, 700).iter().map(ExactSizeIterator::len).sum::<usize>(), count - 2);
        }
        assert_eq!([3, 10, 11, 64, 600].map(batches), [1, 1, 2, 8, 75]);
    }
}
