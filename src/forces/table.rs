//! What the kernels need of a mixture, in the form they read it.

use super::lanes::Lane;
use crate::model::Mixture;

/// Kinds of particles a table by kind can hold.
pub const KINDS: usize = 8;
/// The kind of what fills the rows of a list: in units of its sigma = 0 every distance is infinite.
pub const FILLING: u8 = KINDS as u8 - 1;

/// epsilon, 1/sigma^2 and epsilon/sigma^2 of one kind with every kind.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct KindRow {
    pub inverse_sigma_squared: [f64; KINDS],
    pub epsilon: [f64; KINDS],
    /// epsilon / sigma^2: what a slope by x^2 is multiplied with.
    pub scale: [f64; KINDS],
}

/// A mixture of few kinds, or one in which every pair has its own sigma and epsilon = 1.
#[derive(Clone, Debug, PartialEq)]
pub enum PairTable {
    ByKind { kinds: Vec<u8>, rows: Box<[KindRow; KINDS]> },
    ByPair,
}

impl PairTable {
    /// The table of a mixture whose particle `order[a]` comes a-th; an empty order is the mixture's own.
    pub fn new(mixture: &Mixture, order: &[u32]) -> Self {
        let particles = mixture.particles();
        let kind_of: &dyn Fn(usize) -> u8 = match mixture {
            Mixture::Polydisperse { .. } => return PairTable::ByPair,
            Mixture::Species { species, .. } => &|i| species[i],
            Mixture::Uniform { .. } => &|_| 0,
        };
        let place = |a: usize| order.get(a).map_or(a, |&i| i as usize);
        let kinds: Vec<u8> = (0..particles).map(|a| kind_of(place(a))).collect();
        let mut rows = Box::new([KindRow::default(); KINDS]);
        // a particle of each kind stands for all of them
        let mut example = [None; KINDS];
        for (a, &kind) in kinds.iter().enumerate() {
            example[kind as usize].get_or_insert(place(a));
        }
        for (row, &i) in rows.iter_mut().zip(&example) {
            for (k, &j) in example.iter().enumerate() {
                let (Some(i), Some(j)) = (i, j) else { continue };
                let pair = mixture.pair(i, j);
                row.inverse_sigma_squared[k] = pair.inverse_sigma_squared;
                row.epsilon[k] = pair.epsilon;
                row.scale[k] = pair.epsilon * pair.inverse_sigma_squared;
            }
        }
        for row in rows.iter_mut() {
            row.inverse_sigma_squared[FILLING as usize] = f64::INFINITY;
        }
        PairTable::ByKind { kinds, rows }
    }

    /// Kind of a particle, 0 where every pair is its own.
    pub fn kind(&self, particle: usize) -> u8 {
        match self {
            PairTable::ByKind { kinds, .. } => kinds[particle],
            PairTable::ByPair => 0,
        }
    }
}

/// How a kernel reads the parameters of a pair. A *word* is what the lanes carry from particle or list entry to the
/// pair law: the place of a kind in a row, or 1/sigma^2 itself.
pub trait Parameters: Copy {
    /// What one particle looks its pairs up in.
    type Row: Copy;

    fn row(self, particle: usize) -> Self::Row;
    /// [1/sigma^2, epsilon, epsilon/sigma^2] of list entry `entry`, whose neighbour is of kind `kind`.
    fn of_entry(self, row: Self::Row, entry: usize, kind: usize) -> [f64; 3];
    /// The words of eight entries from `entry` on, whose neighbours' records hold `words`.
    fn words<R: Lane>(self, words: R, entry: usize) -> R;
    fn inverse_sigma_squared<R: Lane>(row: Self::Row, words: R) -> R;
    fn epsilon<R: Lane>(row: Self::Row, words: R) -> R;
    fn scale<R: Lane>(row: Self::Row, words: R) -> R;
}

/// Parameters looked up by kind.
#[derive(Clone, Copy)]
pub struct ByKind<'a> {
    pub kinds: &'a [u8],
    pub rows: &'a [KindRow; KINDS],
}

impl<'a> Parameters for ByKind<'a> {
    type Row = &'a KindRow;

    #[inline(always)]
    fn row(self, particle: usize) -> &'a KindRow {
        &self.rows[self.kinds[particle] as usize % KINDS]
    }
    #[inline(always)]
    fn of_entry(self, row: &'a KindRow, _: usize, kind: usize) -> [f64; 3] {
        let kind = kind % KINDS;
        [row.inverse_sigma_squared[kind], row.epsilon[kind], row.scale[kind]]
    }
    #[inline(always)]
    fn words<R: Lane>(self, words: R, _: usize) -> R {
        words
    }
    #[inline(always)]
    fn inverse_sigma_squared<R: Lane>(row: &'a KindRow, words: R) -> R {
        words.look_up(&row.inverse_sigma_squared)
    }
    #[inline(always)]
    fn epsilon<R: Lane>(row: &'a KindRow, words: R) -> R {
        words.look_up(&row.epsilon)
    }
    #[inline(always)]
    fn scale<R: Lane>(row: &'a KindRow, words: R) -> R {
        words.look_up(&row.scale)
    }
}

/// Parameters that stand beside the list, one 1/sigma^2 for each entry (and eight more); epsilon = 1.
#[derive(Clone, Copy)]
pub struct ByPair<'a> {
    pub inverse_sigma_squared: &'a [f64],
}

impl Parameters for ByPair<'_> {
    type Row = ();

    #[inline(always)]
    fn row(self, _: usize) {}
    #[inline(always)]
    fn of_entry(self, (): (), entry: usize, _: usize) -> [f64; 3] {
        let inverse_sigma_squared = self.inverse_sigma_squared[entry];
        [inverse_sigma_squared, 1.0, inverse_sigma_squared]
    }
    #[inline(always)]
    fn words<R: Lane>(self, _: R, entry: usize) -> R {
        R::load_from(self.inverse_sigma_squared, entry)
    }
    #[inline(always)]
    fn inverse_sigma_squared<R: Lane>((): (), words: R) -> R {
        words
    }
    #[inline(always)]
    fn epsilon<R: Lane>((): (), _: R) -> R {
        R::splat(1.0)
    }
    #[inline(always)]
    fn scale<R: Lane>((): (), words: R) -> R {
        words
    }
}
