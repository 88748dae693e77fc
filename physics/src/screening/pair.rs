//! What is known of a pair of minima before its path is sought.

/// Displacements of particles that take part in products with each other; further ones are features by themselves.
const LEADING: usize = 3;

/// The geometry of a pair of minima. A value that is not known is NaN.
#[derive(Clone, Debug, PartialEq)]
pub struct PairGeometry {
    /// Euclidean distance of the minima in configuration space, |r_b - r_a| [sigma].
    pub distance: f64,
    /// |V(b) - V(a)| [epsilon].
    pub energy_difference: f64,
    /// (sum u_i^2)^2 / sum u_i^4 with the particles' displacements u_i.
    pub participation_ratio: f64,
    /// The largest displacements of particles, decreasing [sigma].
    pub largest_displacements: Vec<f64>,
    /// Distances of the most displaced particle from the second, third, ... [sigma].
    pub separations: Vec<f64>,
}

impl PairGeometry {
    /// The features of a pair; their number depends on the lengths of the two lists only.
    ///
    /// Trees find thresholds of single features, not of products. The splitting E of a double well hangs on products and
    /// sums of what is known: E^2 = dV^2 + Delta_0^2 with ln Delta_0 about -d sqrt(2 m V_b) / hbar (Phillips 1987,
    /// doi:10.1088/0034-4885/50/12/003), and V_b / d^2 about a stiffness. Hence dV/d and dV/d^2, the parts of d that the
    /// leading particles carry and what they leave to the others, and the effective mass d^2 / u_1^2.
    pub fn features(&self) -> Vec<f64> {
        let leading = |k: usize| self.largest_displacements.get(k).copied().unwrap_or(f64::NAN);
        let [u1, u2, u3]: [f64; LEADING] = std::array::from_fn(leading);
        let (d, energy, ratio) = (self.distance, self.energy_difference, self.participation_ratio);
        let mut features = vec![d, energy, ratio];
        features.extend(&self.largest_displacements);
        features.extend(&self.separations);
        features.extend([
            u2 / u1,
            u3 / u1,
            u1 / d,
            d * d - u1 * u1 - u2 * u2 - u3 * u3,
            energy / d,
            energy / (d * d),
            energy * d,
            ratio * u1 * u1,
        ]);
        features
    }

    /// The features that rise with the energy difference at a fixed geometry, as the splitting does.
    pub fn rising(&self) -> [usize; 4] {
        let products = 3 + self.largest_displacements.len() + self.separations.len();
        [1, products + 4, products + 5, products + 6]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn features_follow_the_geometry() {
        let pair = PairGeometry {
            distance: 0.5,
            energy_difference: 0.002,
            participation_ratio: 1.5,
            largest_displacements: vec![0.4, 0.2, 0.1, 0.05],
            separations: vec![0.9, 1.1, 2.0],
        };
        let due =
            [0.5, 0.002, 1.5, 0.4, 0.2, 0.1, 0.05, 0.9, 1.1, 2.0, 0.5, 0.25, 0.8, 0.04, 0.004, 0.008, 0.001, 0.24];
        let features = pair.features();
        let higher = PairGeometry { energy_difference: 0.004, ..pair.clone() }.features();
        let rises: Vec<usize> = (0..features.len()).filter(|&k| higher[k] > features[k]).collect();
        assert_eq!(rises, pair.rising());
        assert_eq!(features.len(), due.len());
        for (k, (x, due)) in features.iter().zip(due).enumerate() {
            assert!((x - due).abs() < 1e-12, "feature {k}: {x}, not {due}");
        }
        let short = PairGeometry { largest_displacements: vec![0.4], separations: vec![], ..pair };
        assert!(short.features()[4].is_nan() && short.features()[6] == 0.8);
    }
}
