//! Rows of a search wide enough for any exchange of identities and some motion: after swaps the neighbours are found among
//! them, and not among all particles again.

/// Added to the largest reach of any pair, so that the rows hold while no particle has moved by half of it [sigma].
const MARGIN: f64 = 0.4;

/// The places j > i within the largest reach of any pair + `MARGIN`, row by row.
#[derive(Debug, Default)]
pub struct WideRows {
    /// Where the particles were when the rows were made.
    reference: Vec<[f64; 3]>,
    edges: [f64; 3],
    /// The largest reach of any pair that they serve.
    largest_reach: f64,
    pub first: Vec<usize>,
    pub entries: Vec<u32>,
    /// Coordinates as fractions of the box in units of 2^-32, and a number of each particle: one load for each neighbour.
    packed: Vec<[u32; 4]>,
}

impl WideRows {
    /// Bytes of the rows.
    pub fn bytes(&self) -> usize {
        40 * self.reference.len() + 8 * self.first.len() + 4 * self.entries.len()
    }

    /// Whether every pair within `largest_reach` is in the rows.
    pub fn hold(&self, centres: &[[f64; 3]], edges: [f64; 3], largest_reach: f64) -> bool {
        if centres.len() != self.reference.len() || edges != self.edges || largest_reach > self.largest_reach {
            return false;
        }
        let far = 0.25 * MARGIN * MARGIN;
        let near = |(now, then): (&[f64; 3], &[f64; 3])| {
            let squares = (0..3).map(|k| {
                let d = now[k] - then[k];
                let wrapped = d - edges[k] * (d / edges[k]).round();
                wrapped * wrapped
            });
            // false for NaN
            squares.sum::<f64>() < far
        };
        centres.iter().zip(&self.reference).all(near)
    }

    /// Empties the rows for particles at `centres`; returns the distance up to which pairs belong to them.
    pub fn start(&mut self, centres: &[[f64; 3]], edges: [f64; 3], largest_reach: f64) -> f64 {
        self.reference.clear();
        self.reference.extend_from_slice(centres);
        self.edges = edges;
        self.largest_reach = largest_reach;
        self.first.clear();
        self.first.push(0);
        self.entries.clear();
        largest_reach + MARGIN
    }

    pub fn particles(&self) -> usize {
        self.reference.len()
    }

    /// Takes the coordinates of now, and a number of each particle that `select` passes on.
    pub fn pack(&mut self, fractions: &[Vec<i32>; 3], numbers: &[f32]) {
        self.packed.clear();
        let [x, y, z] = fractions;
        self.packed.extend(
            (0..self.reference.len())
                .map(|i| [x[i].cast_unsigned(), y[i].cast_unsigned(), z[i].cast_unsigned(), numbers[i].to_bits()]),
        );
    }

    /// Writes the particles of row i that are within `reach(j, number of i, number of j)` to the front of `hits`, in the order of
    /// the row; returns how many there are.
    #[inline(always)]
    pub fn select(&self, i: usize, units: [f32; 3], hits: &mut [u32], reach: impl Fn(usize, f32, f32) -> f32) -> usize {
        let own = self.packed[i];
        let row = &self.entries[self.first[i]..self.first[i + 1]];
        let hits = &mut hits[..row.len()];
        let mut count = 0;
        for &j in row {
            let other = self.packed[j as usize];
            let mut squared = 0.0;
            for k in 0..3 {
                let d = own[k].wrapping_sub(other[k]).cast_signed() as f32 * units[k];
                squared += d * d;
            }
            let reach = reach(j as usize, f32::from_bits(own[3]), f32::from_bits(other[3]));
            // one that is out of reach is overwritten by the next
            hits[count] = j;
            count += usize::from(squared < reach * reach);
        }
        count
    }
}
