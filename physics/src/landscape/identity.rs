//! Whether two quenches have found the same minimum.

use super::displacement::displacement_field;
use super::permutation::permutation;
use super::rattlers::rattlers;
use crate::model::{Mixture, Model, PeriodicBox};
use serde::{Deserialize, Serialize};

/// |E_a - E_b| <= this * N max(1, |E/N|) counts as the same energy.
const ENERGY: f64 = 1e-10;
/// No particle of the same minimum is further away than this [sigma].
const PARTICLE: f64 = 1e-3;
/// For the small transitions of harmonic packings: |dr_1 - dr_2| relative to the smaller of both ...
const RELATIVE: f64 = 1e-2;
/// ... and the total displacement that is the noise of a quench [sigma].
const NOISE: f64 = 1e-4;

/// The result of a comparison of two minima.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Same {
    Different,
    /// Every particle is at the same position.
    Identical,
    /// Indistinguishable particles have exchanged their positions: another minimum, with identical energy.
    Permuted,
}

/// Particles with one kind are indistinguishable [N].
pub fn kinds(mixture: &Mixture) -> Vec<u64> {
    match mixture {
        // different diameters are practically never equal; equal ones are bitwise equal
        Mixture::Polydisperse { diameters, .. } => diameters.iter().map(|d| d.to_bits()).collect(),
        Mixture::Species { species, .. } => species.iter().map(|&s| u64::from(s)).collect(),
        Mixture::Uniform { particles } => vec![0; *particles],
    }
}

/// Compares minima of one glass.
#[derive(Clone, Debug)]
pub struct Identity {
    model: Model,
    cell: PeriodicBox,
    /// Particles with one kind are indistinguishable [N].
    kinds: Vec<u64>,
    /// The configuration from which displacements of a harmonic packing are measured [3N]; empty if none was given.
    origin: Vec<f64>,
}

impl Identity {
    pub fn new(model: Model, cell: PeriodicBox) -> Self {
        let kinds = kinds(&model.mixture);
        Self { model, cell, kinds, origin: Vec::new() }
    }

    /// With the first minimum of a library [3N] as the origin of displacements, which only harmonic packings need.
    pub fn with_origin(mut self, origin: &[f64]) -> Self {
        if self.model.law.has_contacts() {
            self.origin = origin.to_vec();
        }
        self
    }

    /// The origin of displacements, if set by [`Identity::with_origin`].
    pub fn origin(&self) -> Option<&[f64]> {
        Some(self.origin.as_slice()).filter(|origin| !origin.is_empty())
    }

    /// Number of particles N.
    pub fn particles(&self) -> usize {
        self.kinds.len()
    }

    pub fn cell(&self) -> &PeriodicBox {
        &self.cell
    }

    /// Largest difference of two energies [epsilon, total] that count as the same.
    pub fn energy_tolerance(&self, energy: f64) -> f64 {
        let n = self.kinds.len() as f64;
        ENERGY * n * (energy / n).abs().max(1.0)
    }

    /// Particles that belong to no minimum: rattlers of a harmonic packing (none for every other model).
    pub fn rattlers(&self, positions: &[f64]) -> Vec<bool> {
        if self.model.law.has_contacts() { rattlers(&self.model, &self.cell, positions) } else { Vec::new() }
    }

    /// Number of particles among `members` whose sites are taken by others of their kind in b, up to a common translation; 0
    /// when b is not a with particles exchanged.
    pub fn exchanged(&self, a: &[f64], b: &[f64], members: &[usize]) -> usize {
        let map = permutation(&self.cell, &self.kinds, (a, b), members, PARTICLE).unwrap_or_default();
        map.iter().enumerate().filter(|(i, j)| i != *j).count()
    }

    /// Compares two minima. `origin` is the minimum from which small displacements are measured (harmonic packings only;
    /// the first of the library).
    pub fn compare(&self, a: &Candidate, b: &Candidate, origin: &[f64]) -> Same {
        if (a.energy - b.energy).abs() > self.energy_tolerance(a.energy.abs().max(b.energy.abs())) {
            return Same::Different;
        }
        let is_loose = |rattlers: &[bool], i: usize| rattlers.get(i).copied().unwrap_or(false);
        let counted = |i: usize| !is_loose(a.rattlers, i) && !is_loose(b.rattlers, i);
        let identical = if self.model.law.has_contacts() {
            let from_a = displacement_field(&self.cell, origin, a.positions, counted);
            let from_b = displacement_field(&self.cell, origin, b.positions, counted);
            same_displacement(&from_a, &from_b)
        } else {
            within(&displacement_field(&self.cell, a.positions, b.positions, counted), PARTICLE)
        };
        if identical {
            return Same::Identical;
        }
        let members: Vec<usize> = (0..self.kinds.len()).filter(|&i| counted(i)).collect();
        if self.exchanged(a.positions, b.positions, &members) > 0 { Same::Permuted } else { Same::Different }
    }
}

/// The properties of a minimum that are compared.
#[derive(Clone, Copy, Debug)]
pub struct Candidate<'a> {
    /// [3N]
    pub positions: &'a [f64],
    /// Total [epsilon].
    pub energy: f64,
    /// [N], or empty when there are no rattlers.
    pub rattlers: &'a [bool],
}

/// Whether two displacements [3N] from one origin lead to the same minimum:
/// |dr_1 - dr_2| < 1e-2 min(|dr_1|, |dr_2|), or below the noise of a quench.
pub fn same_displacement(first: &[f64], second: &[f64]) -> bool {
    let norm = |sum: f64| sum.sqrt();
    let apart = norm(first.iter().zip(second).map(|(a, b)| (a - b) * (a - b)).sum());
    let length = |d: &[f64]| norm(d.iter().map(|x| x * x).sum());
    apart < NOISE.max(RELATIVE * length(first).min(length(second)))
}

fn within(field: &[f64], limit: f64) -> bool {
    field.as_chunks::<3>().0.iter().all(|d| d[0] * d[0] + d[1] * d[1] + d[2] * d[2] <= limit * limit)
}
