//! How the kernels read the parameters of a pair.

use super::lane::Lane;
use crate::forces::table::{KINDS, KindRow};

/// How a kernel reads the parameters of a pair. A *word* is what the lanes carry from particle or list entry to the
/// pair law: the place of a kind in a row, or 1/sigma^2 itself.
pub trait Parameters: Copy {
    /// The data in which one particle looks up the parameters of its pairs.
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

/// Parameters stored next to the list, one 1/sigma^2 for each entry (and eight more); epsilon = 1.
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
