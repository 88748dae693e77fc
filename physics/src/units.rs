//! From reduced units to argon and nickel-phosphorus, and to the quantum scale of a material.
//!
//! A material assigns a model's epsilon, sigma and m values in joule, metre and kilogram. Quantum mechanics then
//! depends on one number, the reduced mass m~ = m sigma^2 epsilon / hbar^2 (doi:10.1103/PhysRevLett.124.225901,
//! doi:10.1063/5.0128820). The papers round m~; their rounded values are the presets, and
//! [`Material::reduced_mass_of_constants`] is the value from the constants.
//!
//! ```
//! use glasswell_physics::units::{material, quantum_temperature};
//! let argon = material("tlj", "argon").ok_or("unknown")?;
//! let quantum = quantum_temperature(argon.reduced_mass);
//! assert!((argon.kelvin(quantum) - 0.656).abs() < 1e-3);
//! # Ok::<(), &str>(())
//! ```

use std::f64::consts::PI;

/// Reduced Planck constant [J s] (CODATA 2018, exact by definition of the SI).
pub const HBAR: f64 = 1.054571817e-34;
/// Boltzmann constant [J/K] (exact).
pub const BOLTZMANN: f64 = 1.380649e-23;

/// A material that a model can represent.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct Material {
    /// Name in decks: `argon`, `nickel-phosphorus`.
    pub name: &'static str,
    /// Length sigma [m].
    pub sigma: f64,
    /// Energy epsilon [J].
    pub epsilon: f64,
    /// Mass of a particle [kg] (nickel-phosphorus: one mean mass for all species).
    pub mass: f64,
    /// The paper's rounded m~.
    pub reduced_mass: f64,
}

/// Khomenko et al., PRL 124, 225901 (2020).
const SOFT_SPHERES: [Material; 2] = [
    Material { name: "argon", sigma: 3.4e-10, epsilon: 6.6e-21, mass: 6e-26, reduced_mass: 4000.0 },
    Material { name: "nickel-phosphorus", sigma: 2.21e-10, epsilon: 6.14e-20, mass: 1.02e-25, reduced_mass: 30000.0 },
];

/// Mocanu et al., J. Chem. Phys. 158, 014501 (2023).
const TERNARY: [Material; 2] = [
    Material { name: "argon", sigma: 3.405e-10, epsilon: 125.2 * BOLTZMANN, mass: 6.634e-26, reduced_mass: 1200.0 },
    Material {
        name: "nickel-phosphorus",
        sigma: 2.21e-10,
        epsilon: 934.0 * BOLTZMANN,
        mass: 9.266e-26,
        reduced_mass: 5250.0,
    },
];

/// The materials of a model preset, by the preset's name; empty for models that represent none (harmonic, lj).
pub fn materials(model: &str) -> &'static [Material] {
    match model {
        "pss" => &SOFT_SPHERES,
        "tlj" | "tlj-as-printed" => &TERNARY,
        _ => &[],
    }
}

/// One material of a model preset.
pub fn material(model: &str, name: &str) -> Option<&'static Material> {
    materials(model).iter().find(|material| material.name == name)
}

/// k_B T_Q / epsilon = 2 pi / m~: splittings below it belong to the quantum regime.
pub fn quantum_temperature(reduced_mass: f64) -> f64 {
    2.0 * PI / reduced_mass
}

/// hbar omega / epsilon of a vibration of reduced frequency omega: omega / sqrt(m~).
pub fn quantum_of_vibration(frequency: f64, reduced_mass: f64) -> f64 {
    frequency / reduced_mass.sqrt()
}

impl Material {
    /// m~ = m sigma^2 epsilon / hbar^2 from the constants, unrounded.
    pub fn reduced_mass_of_constants(&self) -> f64 {
        self.mass * self.sigma * self.sigma * (self.epsilon / HBAR) / HBAR
    }

    /// A reduced temperature in kelvin: T epsilon / k_B.
    pub fn kelvin(&self, temperature: f64) -> f64 {
        temperature * self.epsilon / BOLTZMANN
    }

    /// T_Q = 2 pi epsilon / (m~ k_B) [K], with the given m~.
    pub fn quantum_temperature_in_kelvin(&self, reduced_mass: f64) -> f64 {
        self.kelvin(quantum_temperature(reduced_mass))
    }

    /// A rate in epsilon/hbar as a rate in 1/s.
    pub fn rate_per_second(&self, rate: f64) -> f64 {
        rate * self.epsilon / HBAR
    }

    /// n0 per atom and epsilon as a density of states per energy and volume [J^-1 m^-3]:
    /// n0 rho / (epsilon sigma^3), rho the reduced number density.
    pub fn density_per_joule_and_cubic_metre(&self, n0: f64, density: f64) -> f64 {
        n0 * density / (self.epsilon * self.sigma.powi(3))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_constants_give_the_papers_reduced_masses() {
        for (model, name, rounded, exact) in [
            ("pss", "argon", 4000.0, 4116.0),
            ("pss", "nickel-phosphorus", 30000.0, 27504.0),
            ("tlj", "argon", 1200.0, 1195.5),
            ("tlj", "nickel-phosphorus", 5250.0, 5247.0),
        ] {
            let material = material(model, name).unwrap();
            assert_eq!(material.reduced_mass, rounded);
            let ratio = material.reduced_mass_of_constants() / exact;
            assert!((ratio - 1.0).abs() < 2e-4, "{model} {name}: {}", material.reduced_mass_of_constants());
        }
        assert!(materials("harmonic").is_empty() && material("pss", "silica").is_none());
    }

    #[test]
    fn conversions_to_physical_units() {
        let argon = material("tlj", "argon").unwrap();
        assert!((quantum_temperature(1200.0) - 0.0052359878).abs() < 1e-9);
        assert!((argon.quantum_temperature_in_kelvin(1200.0) - 125.2 * 0.0052359878).abs() < 1e-6);
        // argon: 1.7285e-21 J in (3.405e-10 m)^3 = 3.9477e-29 m^3
        assert!((argon.density_per_joule_and_cubic_metre(1.0, 1.35) / 1.97831e49 - 1.0).abs() < 1e-4);
    }
}
