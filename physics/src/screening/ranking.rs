//! How well a prediction ranks pairs.

use crate::error::{Error, Result};

/// The shares of the pairs, the most promising first, in which the wanted ones are counted.
pub const SHARES: [f64; 3] = [0.01, 0.02, 0.05];

/// A ranking against the truth; what the truth does not define is `None`.
#[derive(Clone, Debug, PartialEq)]
pub struct Ranking {
    /// Spearman's coefficient between prediction and truth.
    pub rank_correlation: Option<f64>,
    /// Area under the curve of receiver operating characteristics of the wanted pairs.
    pub auc: Option<f64>,
    /// Wanted pairs among the best 1, 2 and 5 % (`SHARES`).
    pub found: [usize; 3],
    /// All wanted pairs.
    pub wanted: usize,
}

impl Ranking {
    /// Of `score` [n], largest for the most promising pair, against `truth` [n], which rises with it, and the pairs that are
    /// `wanted` [n].
    ///
    /// # Errors
    /// `Error::Internal` when the lengths differ.
    pub fn of(score: &[f64], truth: &[f64], wanted: &[bool]) -> Result<Self> {
        if score.len() != truth.len() || score.len() != wanted.len() {
            let lengths = (score.len(), truth.len(), wanted.len());
            return Err(Error::Internal(format!("a ranking of {lengths:?} scores, values and marks")));
        }
        Ok(Self {
            rank_correlation: rank_correlation(score, truth),
            auc: area_under_curve(score, wanted),
            found: SHARES.map(|share| found(score, wanted, share)),
            wanted: wanted.iter().filter(|wanted| **wanted).count(),
        })
    }

    /// The share of the wanted pairs among the best 1, 2 and 5 %.
    pub fn recall(&self) -> [Option<f64>; 3] {
        self.found.map(|found| (self.wanted > 0).then(|| found as f64 / self.wanted as f64))
    }
}

/// Ranks [n] of `values` from 0, increasing; equal values share the mean of their ranks.
fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&i, &j| values[i].total_cmp(&values[j]));
    let mut ranks = vec![0.0; values.len()];
    let mut below = 0;
    for equal in order.chunk_by(|&i, &j| values[i] == values[j]) {
        for &i in equal {
            ranks[i] = below as f64 + (equal.len() - 1) as f64 / 2.0;
        }
        below += equal.len();
    }
    ranks
}

/// Spearman's rank correlation: Pearson's coefficient of the ranks, equal values sharing the mean of their ranks (Spearman
/// 1904, doi:10.2307/1412159). `None` when one of the two is constant.
pub fn rank_correlation(x: &[f64], y: &[f64]) -> Option<f64> {
    let (x, y) = (ranks(x), ranks(y));
    let mean = (x.len() as f64 - 1.0) / 2.0;
    let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(p, q)| (p - mean) * (q - mean)).sum::<f64>();
    let norm = (product(&x, &x) * product(&y, &y)).sqrt();
    (norm > 0.0).then(|| product(&x, &y) / norm)
}

/// Probability that a wanted pair has a larger score than one that is not, equal scores counting half (Hanley and McNeil
/// 1982, doi:10.1148/radiology.143.1.7063747). `None` when all or none are wanted.
pub fn area_under_curve(score: &[f64], wanted: &[bool]) -> Option<f64> {
    let count = wanted.iter().filter(|wanted| **wanted).count() as f64;
    let others = wanted.len() as f64 - count;
    let sum: f64 = ranks(score).iter().zip(wanted).filter(|(_, wanted)| **wanted).map(|(rank, _)| rank).sum();
    (count > 0.0 && others > 0.0).then(|| (sum - count * (count - 1.0) / 2.0) / (count * others))
}

/// Number of wanted pairs among the `share` of all pairs with the largest scores; of equal scores the earlier row is taken.
fn found(score: &[f64], wanted: &[bool], share: f64) -> usize {
    let mut order: Vec<usize> = (0..score.len()).collect();
    order.sort_by(|&i, &j| score[j].total_cmp(&score[i]));
    let best = (share * score.len() as f64).round() as usize;
    order[..best].iter().filter(|&&i| wanted[i]).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Worked by hand: ranks 0, 1.5, 1.5, 3 against 0, 2, 1, 3 correlate with 4.5 / sqrt(4.5 * 5).
    #[test]
    fn ranks_of_equal_values_are_shared() {
        let r = rank_correlation(&[1.0, 2.0, 2.0, 9.0], &[-5.0, 0.1, 0.0, 7.0]).unwrap();
        assert!((r - 4.5 / 22.5_f64.sqrt()).abs() < 1e-15, "{r}");
        assert_eq!(rank_correlation(&[1.0, 2.0, 3.0], &[1e3, 10.0, -1.0]), Some(-1.0));
        assert_eq!(rank_correlation(&[1.0, 1.0], &[1.0, 2.0]), None);
        assert_eq!(rank_correlation(&[], &[]), None);
    }

    /// Worked by hand: of the 2 x 3 pairs of a wanted and another row, 4 are in order and one is level.
    #[test]
    fn the_area_counts_pairs_in_order() {
        let wanted = [true, false, true, false, false];
        let area = area_under_curve(&[3.0, 2.0, 1.0, 1.0, 0.0], &wanted).unwrap();
        assert!((area - 4.5 / 6.0).abs() < 1e-15, "{area}");
        assert_eq!(area_under_curve(&[1.0, 2.0], &[true, true]), None);
    }

    #[test]
    fn wanted_pairs_are_counted_among_the_best() {
        let score: Vec<f64> = (0..200).map(|i| -f64::from(i)).collect();
        let wanted: Vec<bool> = (0..200).map(|i| [0, 1, 2, 3, 9, 10, 150].contains(&i)).collect();
        let ranking = Ranking::of(&score, &score, &wanted).unwrap();
        assert_eq!((ranking.found, ranking.wanted), ([2, 4, 5], 7));
        assert_eq!(ranking.recall()[1], Some(4.0 / 7.0));
        assert_eq!(ranking.rank_correlation, Some(1.0));
        assert!(Ranking::of(&score, &score, &[true]).is_err());
    }
}
