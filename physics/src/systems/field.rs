//! The displacement field of a double well, and how similar two of them are.

use crate::landscape::displacement_field;
use crate::model::PeriodicBox;

/// A particle further than this from its place in another configuration of the glass is at another site [sigma]: less than
/// the distance of neighbours, more than the sites themselves move.
const ELSEWHERE: f64 = 0.5;
/// Distance within which a site is the same one in two configurations of a glass [sigma].
const SITE: f64 = 0.35;
/// Fields whose sizes, each in decreasing order, are less similar than this are not compared with particles exchanged. The
/// similarity of sizes is an upper bound, and no threshold in use is as low.
const LOOKED_FOR: f64 = 0.9;
/// Sizes that are compared one by one; the rest together.
const LARGEST: usize = 64;

/// The displacement field r_AB of a double well, in units of its length.
#[derive(Clone, Debug)]
pub struct WellField {
    /// r_AB / |r_AB| [3N].
    unit: Vec<f64>,
    /// Halfway between the minima [3N]; empty where no two particles are alike.
    middle: Vec<f64>,
    /// The largest sizes |r_i| / |r_AB|, decreasing, and last the root of the sum of squares of the rest; empty where no two
    /// particles are alike.
    sizes: Vec<f64>,
}

/// Compares the double wells of one glass by their displacement fields.
///
/// The similarity of two double wells is the cosine of the angle between their fields r_AB [3N], without the translation
/// of the whole glass. It is 1 or -1 for the same motion of the same particles: -1 when the lower minimum of one
/// corresponds to the upper minimum of the other. What the rest of the glass does is not compared.
///
/// Between the two double wells like particles may have exchanged their sites. Then the particles at the same sites are
/// compared, not those of the same number.
#[derive(Clone, Debug)]
pub struct Sameness {
    cell: PeriodicBox,
    /// Particles with one kind are indistinguishable [N].
    kinds: Vec<u64>,
    has_like_particles: bool,
}

impl Sameness {
    pub fn new(cell: PeriodicBox, kinds: Vec<u64>) -> Self {
        let mut sorted = kinds.clone();
        sorted.sort_unstable();
        let has_like_particles = sorted.windows(2).any(|pair| pair[0] == pair[1]);
        Self { cell, kinds, has_like_particles }
    }

    /// The field of a double well from `r_ab` = b - a [3N] and the positions a [3N].
    pub fn field(&self, a: &[f64], r_ab: &[f64]) -> WellField {
        let length = dot(r_ab, r_ab).sqrt();
        // a well without displacement is like no other
        let scale = if length > 0.0 { 1.0 / length } else { 0.0 };
        let unit: Vec<f64> = r_ab.iter().map(|d| scale * d).collect();
        if !self.has_like_particles {
            return WellField { unit, middle: Vec::new(), sizes: Vec::new() };
        }
        let middle = a.iter().zip(r_ab).map(|(a, d)| a + 0.5 * d).collect();
        let mut sizes: Vec<f64> = unit.as_chunks::<3>().0.iter().map(|d| dot(d, d).sqrt()).collect();
        sizes.sort_unstable_by(|x, y| y.total_cmp(x));
        let rest = sizes.iter().skip(LARGEST).map(|size| size * size).sum::<f64>().sqrt();
        sizes.truncate(LARGEST);
        sizes.push(rest);
        WellField { unit, middle, sizes }
    }

    /// The cosine of the angle between two fields, of like particles at the same sites.
    pub fn cosine(&self, one: &WellField, other: &WellField) -> f64 {
        let by_number = dot(&one.unit, &other.unit);
        let bound = dot(&one.sizes, &other.sizes);
        if bound < LOOKED_FOR || by_number.abs() >= bound {
            return by_number;
        }
        let mut cosine = by_number;
        let exchanged = self.exchanged(one, other);
        let of = |field: &WellField, i: usize| [0, 1, 2].map(|k| field.unit[3 * i + k]);
        let moves = |i: usize| exchanged.iter().any(|&(from, _)| from == i);
        for &(from, to) in &exchanged {
            cosine += dot(&of(one, from), &of(other, to)) - dot(&of(one, from), &of(other, from));
            // a particle whose site is taken while its own is not found counts nowhere
            if !moves(to) {
                cosine -= dot(&of(one, to), &of(other, to));
            }
        }
        cosine
    }

    /// (i, j): at the site that particle i has in `one`, `other` has the like particle j.
    fn exchanged(&self, one: &WellField, other: &WellField) -> Vec<(usize, usize)> {
        let apart = displacement_field(&self.cell, &one.middle, &other.middle, |_| true);
        let apart = apart.as_chunks::<3>().0;
        let far: Vec<usize> = (0..apart.len()).filter(|&i| dot(&apart[i], &apart[i]) > ELSEWHERE * ELSEWHERE).collect();
        let mut near: Vec<(f64, usize, usize)> = Vec::new();
        for &i in &far {
            for &j in far.iter().filter(|&&j| j != i && self.kinds[j] == self.kinds[i]) {
                // the place of j in `other`, without the common translation, from that of i in `one`
                let d = [0, 1, 2].map(|k| one.middle[3 * j + k] + apart[j][k] - one.middle[3 * i + k]);
                let d = self.cell.minimum_image(d);
                let square = dot(&d, &d);
                if square <= SITE * SITE {
                    near.push((square, i, j));
                }
            }
        }
        near.sort_by(|p, q| p.0.total_cmp(&q.0).then((p.1, p.2).cmp(&(q.1, q.2))));
        let mut pairs: Vec<(usize, usize)> = Vec::new();
        for (_, i, j) in near {
            if pairs.iter().all(|&(from, to)| from != i && to != j) {
                pairs.push((i, j));
            }
        }
        pairs
    }
}

/// a . b in eight partial sums.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    let (a_chunks, a_rest) = a.as_chunks::<8>();
    let (b_chunks, b_rest) = b.as_chunks::<8>();
    let mut sums = [0.0; 8];
    for (x, y) in a_chunks.iter().zip(b_chunks) {
        for k in 0..8 {
            sums[k] += x[k] * y[k];
        }
    }
    sums.iter().sum::<f64>() + a_rest.iter().zip(b_rest).map(|(x, y)| x * y).sum::<f64>()
}
