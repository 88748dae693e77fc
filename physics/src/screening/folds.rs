//! Parts of a table of which each is predicted from the others.

use crate::random::{Purpose, stream};
use rand::seq::SliceRandom;

/// The part [rows] of each row, 0 to `parts` - 1, at random; the sizes differ by one at most.
pub fn by_row(rows: usize, parts: usize, seed: u64) -> Vec<usize> {
    let mut part: Vec<usize> = (0..rows).map(|row| row % parts).collect();
    part.shuffle(&mut stream(seed, Purpose::Screen, 0, 0));
    part
}

/// The part [rows] of each row, such that rows of one group are in one part: groups by decreasing number of rows, those of
/// equal size in random order, each into the part with the fewest rows so far. With fewer groups than `parts`, every group
/// is a part.
pub fn by_group(group: &[usize], parts: usize, seed: u64) -> Vec<usize> {
    let groups = group.iter().max().map_or(0, |last| last + 1);
    let mut rows = vec![0; groups];
    group.iter().for_each(|&group| rows[group] += 1);
    let mut order: Vec<usize> = (0..groups).collect();
    order.shuffle(&mut stream(seed, Purpose::Screen, 0, 1));
    order.sort_by_key(|&group| std::cmp::Reverse(rows[group]));
    let (mut filled, mut part_of) = (vec![0; parts], vec![0; groups]);
    for group in order {
        let smallest = (0..parts).min_by_key(|&part| filled[part]).unwrap_or_default();
        filled[smallest] += rows[group];
        part_of[group] = smallest;
    }
    group.iter().map(|&group| part_of[group]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_of_equal_size() {
        let part = by_row(23, 5, 1);
        let sizes: Vec<usize> = (0..5).map(|p| part.iter().filter(|q| **q == p).count()).collect();
        assert_eq!(sizes, [5, 5, 5, 4, 4]);
        assert_eq!(part, by_row(23, 5, 1));
        assert_ne!(part, by_row(23, 5, 2));
    }

    #[test]
    fn a_group_is_in_one_part() {
        let group: Vec<usize> = (0..100).map(|row| [0, 0, 0, 0, 1, 1, 2, 3, 4, 5][row % 10]).collect();
        let part = by_group(&group, 3, 1);
        for g in 0..6 {
            let of: Vec<usize> = group.iter().zip(&part).filter(|(h, _)| **h == g).map(|(_, p)| *p).collect();
            assert!(of.windows(2).all(|two| two[0] == two[1]), "group {g}: {of:?}");
        }
        let mut sizes: Vec<usize> = (0..3).map(|p| part.iter().filter(|q| **q == p).count()).collect();
        sizes.sort_unstable();
        assert_eq!(sizes, [30, 30, 40]);
        let two = by_group(&[0, 1, 1], 5, 1);
        assert!(two[0] != two[1] && two[1] == two[2]);
    }
}
