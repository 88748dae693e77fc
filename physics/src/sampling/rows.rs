//! Symmetric neighbour lists that are updated particle by particle instead of being rebuilt.

/// For every particle the indices of its neighbours; k is in the row of i exactly if i is in the row of k. The order in
/// a row is arbitrary. Rows are padded to a multiple of eight with the index N, a particle that is out of reach of all
/// others.
#[derive(Clone, Debug)]
pub(super) struct NeighbourRows {
    particles: usize,
    stride: usize,
    counts: Vec<u32>,
    /// [N][stride]; N from the count on
    entries: Vec<u32>,
    /// Scratch: the generation in which a particle was last marked.
    marks: Vec<u32>,
    generation: u32,
    old: Vec<u32>,
}

impl NeighbourRows {
    pub fn new(particles: usize) -> Self {
        let stride = 16;
        Self {
            particles,
            stride,
            counts: vec![0; particles],
            entries: vec![particles as u32; particles * stride],
            marks: vec![0; particles],
            generation: 0,
            old: Vec::new(),
        }
    }

    /// The neighbours of i, padded to a multiple of eight.
    #[inline(always)]
    pub fn eights(&self, i: usize) -> &[[u32; 8]] {
        let start = i * self.stride;
        let length = (self.counts[i] as usize).next_multiple_of(8);
        self.entries[start..start + length].as_chunks::<8>().0
    }

    /// The neighbours of i.
    pub fn of(&self, i: usize) -> &[u32] {
        &self.entries[i * self.stride..][..self.counts[i] as usize]
    }

    /// Sets the neighbours of i to `row`; the caller does the same for the others, so that the rows are symmetric.
    pub fn set(&mut self, i: usize, row: &[u32]) {
        self.widen(row.len());
        let start = i * self.stride;
        let longest = row.len().max(self.counts[i] as usize);
        self.entries[start..start + longest].fill(self.particles as u32);
        self.entries[start..start + row.len()].copy_from_slice(row);
        self.counts[i] = row.len() as u32;
    }

    /// Sets the neighbours of i to `row` (without i itself, none twice) and updates the rows of added and removed
    /// neighbours.
    pub fn replace(&mut self, i: usize, row: &[u32]) {
        let mut old = std::mem::take(&mut self.old);
        old.clear();
        old.extend_from_slice(self.of(i));
        // two generations: in the old row, and kept
        if self.generation > u32::MAX - 2 {
            self.marks.fill(0);
            self.generation = 0;
        }
        self.generation += 2;
        let (known, kept) = (self.generation - 1, self.generation);
        for &k in &old {
            self.marks[k as usize] = known;
        }
        for &k in row {
            if self.marks[k as usize] != known {
                self.push(k as usize, i as u32);
            }
            self.marks[k as usize] = kept;
        }
        for &k in &old {
            if self.marks[k as usize] == known {
                self.remove(k as usize, i as u32);
            }
        }
        self.set(i, row);
        self.old = old;
    }

    fn push(&mut self, i: usize, k: u32) {
        let count = self.counts[i] as usize;
        self.widen(count + 1);
        self.entries[i * self.stride + count] = k;
        self.counts[i] += 1;
    }

    fn remove(&mut self, i: usize, k: u32) {
        let count = self.counts[i] as usize;
        let row = &mut self.entries[i * self.stride..][..count];
        if let Some(at) = row.iter().position(|&other| other == k) {
            row[at] = row[count - 1];
            row[count - 1] = self.particles as u32;
            self.counts[i] -= 1;
        }
    }

    /// Room for rows of `length`.
    fn widen(&mut self, length: usize) {
        if length <= self.stride {
            return;
        }
        let stride = (length + length / 8).next_multiple_of(8);
        let mut entries = vec![self.particles as u32; self.particles * stride];
        for (new, old) in entries.chunks_exact_mut(stride).zip(self.entries.chunks_exact(self.stride)) {
            new[..self.stride].copy_from_slice(old);
        }
        (self.stride, self.entries) = (stride, entries);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Purpose, stream};
    use rand::RngExt;

    #[test]
    fn mended_rows_stay_symmetric() {
        let (n, mut random) = (60usize, stream(9, Purpose::Prepare, 0, 0));
        let mut rows = NeighbourRows::new(n);
        let mut near = vec![vec![false; n]; n];
        for _ in 0..2000 {
            let i = random.random_range(0..n);
            let share = random.random::<f64>();
            let row: Vec<u32> =
                (0..n).filter(|&k| k != i && random.random::<f64>() < share).map(|k| k as u32).collect();
            for k in 0..n {
                near[i][k] = row.contains(&(k as u32));
                near[k][i] = near[i][k];
            }
            rows.replace(i, &row);
        }
        for i in 0..n {
            let mut found: Vec<usize> = rows.of(i).iter().map(|&k| k as usize).collect();
            found.sort_unstable();
            assert_eq!(found, (0..n).filter(|&k| near[i][k]).collect::<Vec<_>>());
            let padded = rows.eights(i).as_flattened();
            assert!(padded.len().is_multiple_of(8) && padded[found.len()..].iter().all(|&k| k == n as u32));
        }
    }
}
