//! Who works on the images of one band, and how the images are dealt.

use super::lbfgs::PerpendicularMemory;
use crate::error::{Error, Result};
use crate::forces::LANES;
use std::ops::Range;

/// The members of a team hold the same band and take the same decisions; each evaluates and moves its share of the images,
/// and then all know all. Calls are collective: every member makes the same ones in the same order.
pub trait ImageTeam {
    fn members(&self) -> usize;

    /// The number of this member.
    fn member(&self) -> usize;

    /// Rows of `width` values [epsilon, sigma, ...], one for each image: each member has those of its own share, and gets the
    /// others'.
    ///
    /// # Errors
    /// When a member cannot be reached.
    fn share(&self, rows: &mut [f64], width: usize, shares: &[Range<usize>]) -> Result<()>;

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

    /// What every member's images have learnt, by member.
    ///
    /// # Errors
    /// When a member cannot be reached.
    fn gather(&self, own: &[PerpendicularMemory]) -> Result<Vec<Vec<PerpendicularMemory>>>;
}

/// A team of one.
pub struct Alone;

impl ImageTeam for Alone {
    fn members(&self) -> usize {
        1
    }

    fn member(&self) -> usize {
        0
    }

    fn share(&self, _rows: &mut [f64], _width: usize, _shares: &[Range<usize>]) -> Result<()> {
        Ok(())
    }

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
    Error::Internal(format!("member {member} of a team of one was asked for"))
}

/// Number of batches of a band of `count` images, ends included: no larger team has work for all.
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
