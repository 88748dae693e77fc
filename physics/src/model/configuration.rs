//! One glass at one instant.

use super::PeriodicBox;

/// Positions and identities of the particles of one glass.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Configuration {
    pub cell: PeriodicBox,
    /// [3N] as x0, y0, z0, x1, ... [sigma]; not necessarily inside the box.
    pub positions: Vec<f64>,
    /// [N]: 0, 1, 2 = A, B, C; all 0 for one-component and polydisperse models.
    pub species: Vec<u8>,
    /// [N] [sigma]; all 1 for models without diameters.
    pub diameters: Vec<f64>,
}

impl Configuration {
    /// Number of particles N.
    pub fn particles(&self) -> usize {
        self.species.len()
    }

    /// Number density N / V [sigma^-3].
    pub fn density(&self) -> f64 {
        self.particles() as f64 / self.cell.volume()
    }
}
