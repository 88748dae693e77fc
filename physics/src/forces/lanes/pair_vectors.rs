//! The vector between two particles by minimum image, for kernels of any register type.

use super::lane::Lane;
use super::records::Atom;
use crate::forces::images::IMAGES;
use crate::model::{PeriodicBox, Real};

// No closures here, for the reason given in `batch`.

/// d - L nearest(d / L) in every lane.
#[inline(always)]
fn minimum_image<R: Real>(d: R, edge: f64) -> R {
    // 1.5 * 2^52: the sum rounds to the nearest integer
    let rounding = R::splat(crate::model::ROUNDING);
    let images = d.mul_add(R::splat(1.0 / edge), rounding) - rounding;
    R::splat(-edge).mul_add(images, d)
}

/// The three components of x_i - x_j by minimum image.
#[inline(always)]
pub(super) fn difference<R: Real>(xi: [R; 3], xj: [R; 3], cell: &PeriodicBox) -> [R; 3] {
    [
        minimum_image(xi[0] - xj[0], cell.edges[0]),
        minimum_image(xi[1] - xj[1], cell.edges[1]),
        minimum_image(xi[2] - xj[2], cell.edges[2]),
    ]
}

/// The three coordinates of a particle in registers.
#[inline(always)]
pub(super) fn load3<R: Lane>(atom: &Atom) -> [R; 3] {
    [R::load(&atom.0[0]), R::load(&atom.0[1]), R::load(&atom.0[2])]
}

/// x_i - x_j by minimum image in every lane.
pub trait Images: Copy {
    /// `image`: the image stored in the list for this pair.
    fn difference<R: Lane>(self, xi: [R; 3], xj: [R; 3], image: usize) -> [R; 3];
}

/// Determines the image from the distance.
#[derive(Clone, Copy)]
pub struct Nearest<'a>(pub &'a PeriodicBox);

/// The image stored in the list: it holds, with bitwise identical results, as long as the list is valid.
#[derive(Clone, Copy)]
pub struct Listed<'a>(pub &'a [[f64; 3]; IMAGES]);

impl Images for Nearest<'_> {
    #[inline(always)]
    fn difference<R: Lane>(self, xi: [R; 3], xj: [R; 3], _: usize) -> [R; 3] {
        difference(xi, xj, self.0)
    }
}

impl Images for Listed<'_> {
    #[inline(always)]
    fn difference<R: Lane>(self, xi: [R; 3], xj: [R; 3], image: usize) -> [R; 3] {
        let shift = &self.0[image % IMAGES];
        [
            (xi[0] - xj[0]) + R::splat(shift[0]),
            (xi[1] - xj[1]) + R::splat(shift[1]),
            (xi[2] - xj[2]) + R::splat(shift[2]),
        ]
    }
}

/// F of every lane, row by row: d' = F d for the d of `images`.
#[derive(Clone, Copy)]
pub struct Deformed<'a, I> {
    pub images: I,
    pub gradient: &'a [[f64; 8]; 9],
}

impl<I: Images> Images for Deformed<'_, I> {
    #[inline(always)]
    fn difference<R: Lane>(self, xi: [R; 3], xj: [R; 3], image: usize) -> [R; 3] {
        let d = self.images.difference(xi, xj, image);
        let f = self.gradient;
        [
            R::load(&f[2]).mul_add(d[2], R::load(&f[1]).mul_add(d[1], R::load(&f[0]) * d[0])),
            R::load(&f[5]).mul_add(d[2], R::load(&f[4]).mul_add(d[1], R::load(&f[3]) * d[0])),
            R::load(&f[8]).mul_add(d[2], R::load(&f[7]).mul_add(d[1], R::load(&f[6]) * d[0])),
        ]
    }
}
