//! The order of particles along a space-filling curve.

use crate::model::PeriodicBox;

/// Bits of a coordinate on the curve.
const BITS: u32 = 16;

/// Indices of the particles [N] along a Hilbert curve through the box, for positions [3N]; ties by index
/// (J. Skilling, AIP Conf. Proc. 707, 381 (2004), doi:10.1063/1.1751381).
pub fn space_filling_order(cell: &PeriodicBox, positions: &[f64]) -> Vec<u32> {
    let mut keys: Vec<(u64, u32)> = positions
        .as_chunks::<3>()
        .0
        .iter()
        .zip(0..)
        .map(|(x, index)| {
            let place = std::array::from_fn(|k| {
                let share = x[k] / cell.edges[k];
                ((share - share.floor()) * f64::from(1 << BITS)) as u32 & ((1 << BITS) - 1)
            });
            (hilbert_key(place), index)
        })
        .collect();
    keys.sort_unstable();
    keys.into_iter().map(|(_, index)| index).collect()
}

/// Place along the curve of a point of the grid.
fn hilbert_key(mut x: [u32; 3]) -> u64 {
    let mut bit = 1 << (BITS - 1);
    while bit > 1 {
        let below = bit - 1;
        for k in 0..3 {
            if x[k] & bit != 0 {
                x[0] ^= below;
            } else {
                let exchange = (x[0] ^ x[k]) & below;
                x[0] ^= exchange;
                x[k] ^= exchange;
            }
        }
        bit >>= 1;
    }
    x[1] ^= x[0];
    x[2] ^= x[1];
    let mut turn = 0;
    let mut bit = 1 << (BITS - 1);
    while bit > 1 {
        if x[2] & bit != 0 {
            turn ^= bit - 1;
        }
        bit >>= 1;
    }
    let mut key = 0;
    for bit in (0..BITS).rev() {
        for component in x {
            key = key << 1 | u64::from((component ^ turn) >> bit & 1);
        }
    }
    key
}
