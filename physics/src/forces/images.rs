//! Periodic images by number, as stored in the entries of a neighbour list.

use crate::model::{PeriodicBox, nearest};

/// Number of images that an entry can store; 27 are used.
pub const IMAGES: usize = 32;

/// Neighbour, image and kind of a packed entry.
#[inline(always)]
pub fn unpack(entry: u32) -> (usize, usize, usize) {
    ((entry & 0xff_ffff) as usize, (entry >> 24 & 31) as usize, (entry >> 29) as usize)
}

/// The image that brings x_i - x_j nearest: 9 (n_x + 1) + 3 (n_y + 1) + n_z + 1, n = -1, 0, 1; 27 when it is further off.
#[inline(always)]
pub fn image_of(xi: [f64; 3], xj: [f64; 3], inverse_edges: [f64; 3]) -> u32 {
    let mut image = 0.0;
    let mut furthest = 0.0_f64;
    for k in 0..3 {
        let n = nearest((xi[k] - xj[k]) * inverse_edges[k]);
        furthest = furthest.max(n.abs());
        image = 3.0 * image + (n + 1.0);
    }
    if furthest > 1.0 { 27 } else { image as u32 }
}

/// The vector added to x_i - x_j for each image; arbitrary for unused numbers.
pub fn shifts_of(cell: &PeriodicBox) -> [[f64; 3]; IMAGES] {
    std::array::from_fn(|image| {
        if image >= 27 {
            return [f64::INFINITY; 3];
        }
        let n = [image / 9, image / 3 % 3, image % 3];
        std::array::from_fn(|k| -cell.edges[k] * (n[k] as f64 - 1.0))
    })
}
