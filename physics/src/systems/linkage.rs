//! Classes of like objects, from the similarities of pairs.

use kodama::{Method, linkage};

/// How the similarity of two classes follows from the similarities of their members.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Linkage {
    /// Mean over all pairs of members (UPGMA; Sokal and Michener 1958).
    Average,
    /// That of the least similar pair: every two members of a class are similar.
    Complete,
    /// That of the most similar pair: a chain of similar objects is one class, however different its ends are.
    Single,
}

/// The class of each of `count` objects [count]; classes are numbered in the order of their first members.
///
/// From classes of one object each, the two most similar classes are joined, as long as their similarity is at least
/// `threshold`. `similarity(i, j)`, i < j, is at most 1 and not NaN.
///
/// Classes never extend beyond the groups that single linkage makes, because the mean and the minimum of similarities are
/// at least `threshold` only if one of them is. Each group is therefore divided by itself: memory grows with the square of
/// the largest group, not with that of `count`; time with the square of `count`.
pub fn classes(count: usize, similarity: impl Fn(usize, usize) -> f64, threshold: f64, linkage: Linkage) -> Vec<usize> {
    let mut group = Forest::new(count);
    for j in 0..count {
        for i in 0..j {
            if similarity(i, j) >= threshold {
                group.join(i, j);
            }
        }
    }
    let mut class = Forest::new(count);
    for members in group.sets() {
        divide(&members, &similarity, threshold, linkage, &mut class);
    }
    let mut numbers = vec![0; count];
    for (number, members) in class.sets().into_iter().enumerate() {
        members.into_iter().for_each(|member| numbers[member] = number);
    }
    numbers
}

/// Joins those members of a group in `class` that belong to one class.
fn divide(
    members: &[usize],
    similarity: &impl Fn(usize, usize) -> f64,
    threshold: f64,
    rule: Linkage,
    class: &mut Forest,
) {
    if members.len() < 2 {
        return;
    }
    let pairs = members.iter().enumerate().flat_map(|(k, &i)| members[k + 1..].iter().map(move |&j| (i, j)));
    let mut dissimilarity: Vec<f64> = pairs.map(|(i, j)| 1.0 - similarity(i, j)).collect();
    let method = match rule {
        Linkage::Average => Method::Average,
        Linkage::Complete => Method::Complete,
        Linkage::Single => Method::Single,
    };
    let tree = linkage(&mut dissimilarity, members.len(), method);
    // one member of each cluster: the objects, then the clusters in the order in which they were made
    let mut one_of: Vec<usize> = members.to_vec();
    for step in tree.steps() {
        let (one, other) = (one_of[step.cluster1], one_of[step.cluster2]);
        if step.dissimilarity <= 1.0 - threshold {
            class.join(one, other);
        }
        one_of.push(one);
    }
}

/// Disjoint sets; the root of a set is its smallest member.
struct Forest(Vec<usize>);

impl Forest {
    fn new(count: usize) -> Self {
        Self((0..count).collect())
    }

    fn root(&mut self, mut i: usize) -> usize {
        while self.0[i] != i {
            self.0[i] = self.0[self.0[i]];
            i = self.0[i];
        }
        i
    }

    fn join(&mut self, i: usize, j: usize) {
        let (i, j) = (self.root(i), self.root(j));
        self.0[i.max(j)] = i.min(j);
    }

    /// The sets by their smallest members, with their members in increasing order.
    fn sets(&mut self) -> Vec<Vec<usize>> {
        let mut sets: Vec<Vec<usize>> = vec![Vec::new(); self.0.len()];
        for i in 0..self.0.len() {
            let root = self.root(i);
            sets[root].push(i);
        }
        sets.retain(|set| !set.is_empty());
        sets
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Points on a line: similarity 1 - distance.
    fn on_a_line(points: &[f64], threshold: f64, linkage: Linkage) -> Vec<usize> {
        classes(points.len(), |i, j| 1.0 - (points[i] - points[j]).abs(), threshold, linkage)
    }

    #[test]
    fn a_chain_is_one_class_by_single_linkage_only() {
        // steps of 0.015, each below 1 - 0.98, from one end to the other 0.105
        let chain: Vec<f64> = (0..8).map(|k| 0.015 * f64::from(k)).collect();
        assert_eq!(on_a_line(&chain, 0.98, Linkage::Single), [0; 8]);
        for linkage in [Linkage::Average, Linkage::Complete] {
            assert_eq!(on_a_line(&chain, 0.98, linkage), [0, 0, 1, 1, 2, 2, 3, 3], "{linkage:?}");
        }
    }

    #[test]
    fn the_mean_decides_for_average_linkage_and_the_extreme_for_complete_linkage() {
        // 0 and 0.01 are joined first; from 0.025 they are 0.025 and 0.015 away: 0.02 in the mean
        let points = [0.025, 0.0, 0.7, 0.01];
        assert_eq!(on_a_line(&points, 0.9799, Linkage::Average), [0, 0, 1, 0]);
        assert_eq!(on_a_line(&points, 0.9801, Linkage::Average), [0, 1, 2, 1]);
        assert_eq!(on_a_line(&points, 0.9749, Linkage::Complete), [0, 0, 1, 0]);
        assert_eq!(on_a_line(&points, 0.9751, Linkage::Complete), [0, 1, 2, 1]);
    }

    #[test]
    fn what_is_alone_is_a_class() {
        assert!(on_a_line(&[], 0.98, Linkage::Average).is_empty());
        assert_eq!(on_a_line(&[3.0], 0.98, Linkage::Average), [0]);
        assert_eq!(on_a_line(&[3.0, 4.0, 3.0], 0.98, Linkage::Average), [0, 1, 0]);
    }
}
