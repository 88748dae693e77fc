//! The periodic box and the minimum image.

/// An orthorhombic periodic box.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct PeriodicBox {
    /// Lengths of the three edges [sigma].
    pub edges: [f64; 3],
}

/// 1.5 * 2^52: adding and subtracting it rounds to the nearest integer (ties to even) for |x| < 2^51,
/// in two additions on every processor.
pub const ROUNDING: f64 = 6755399441055744.0;

/// The integer nearest to x, |x| < 2^51.
#[inline(always)]
pub fn nearest(x: f64) -> f64 {
    (x + ROUNDING) - ROUNDING
}

impl PeriodicBox {
    /// A cube that holds `particles` at number density `density` [sigma^-3].
    pub fn cubic(particles: usize, density: f64) -> Self {
        Self { edges: [(particles as f64 / density).cbrt(); 3] }
    }

    pub fn volume(&self) -> f64 {
        self.edges.iter().product()
    }

    pub fn shortest_edge(&self) -> f64 {
        self.edges.iter().copied().fold(f64::INFINITY, f64::min)
    }

    /// Minimum image of a difference vector: each component in [-L/2, L/2].
    #[inline(always)]
    pub fn minimum_image(&self, mut d: [f64; 3]) -> [f64; 3] {
        for (component, edge) in d.iter_mut().zip(self.edges) {
            *component -= edge * nearest(*component / edge);
        }
        d
    }

    /// Minimum-image difference x_i - x_j of two particles of `positions` [3N].
    #[inline(always)]
    pub fn difference(&self, positions: &[f64], i: usize, j: usize) -> [f64; 3] {
        self.minimum_image([
            positions[3 * i] - positions[3 * j],
            positions[3 * i + 1] - positions[3 * j + 1],
            positions[3 * i + 2] - positions[3 * j + 2],
        ])
    }

    /// Brings every particle into [0, L).
    pub fn wrap(&self, positions: &mut [f64]) {
        for atom in positions.chunks_exact_mut(3) {
            for (x, edge) in atom.iter_mut().zip(self.edges) {
                *x -= edge * (*x / edge).floor();
                // a tiny negative coordinate can round to the edge itself
                if *x >= edge {
                    *x = 0.0;
                }
            }
        }
    }

    /// Moves `positions` by whole edges so that every particle is the image nearest to `reference` [3N].
    pub fn unwrap_near(&self, positions: &mut [f64], reference: &[f64]) {
        for (atom, near) in positions.chunks_exact_mut(3).zip(reference.chunks_exact(3)) {
            for k in 0..3 {
                atom[k] -= self.edges[k] * nearest((atom[k] - near[k]) / self.edges[k]);
            }
        }
    }
}
