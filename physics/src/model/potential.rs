//! How the particles of a campaign interact: one of the presets, or a law of the registry with tables of the user's own.

use super::{Configuration, Law, Mixture, Model, Preset};
use arrayvec::ArrayString;
use std::ops::RangeInclusive;

/// Most species of a model.
pub const MOST_SPECIES: usize = 3;
/// Longest name of a species [bytes].
const LONGEST_NAME: usize = 16;
/// What epsilon_ab and sigma_ab may be.
const RANGE: RangeInclusive<f64> = 0.1..=10.0;
/// What the largest epsilon_aa and sigma_aa may be: steps and tolerances are chosen for units in which they are about 1.
const UNIT: RangeInclusive<f64> = 0.5..=2.0;
/// Names of the species of the presets.
pub(super) const LETTERS: [&str; MOST_SPECIES] = ["A", "B", "C"];

/// Entries [a][b] of two species; rows and columns beyond the last species repeat it.
type Table = [[f64; MOST_SPECIES]; MOST_SPECIES];

/// The law, the species and their tables, for any glass: the interaction defined by a deck's `[model]`.
///
/// U = sum_{i<j} epsilon_ab phi(r_ij / sigma_ij), a and b the species of i and j; sigma_ij = sigma_ab, or for particles
/// that carry diameters the nonadditive mean of the two.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Potential {
    preset: Option<Preset>,
    law: Law,
    has_diameters: bool,
    species: usize,
    names: [ArrayString<LONGEST_NAME>; MOST_SPECIES],
    composition: [f64; MOST_SPECIES],
    epsilon: Table,
    sigma: Table,
}

/// What is wrong with one key of a model with tables of its own.
#[derive(Clone, Debug, PartialEq)]
pub struct TableFault {
    pub key: &'static str,
    /// What would be accepted.
    pub wanted: String,
}

impl From<Preset> for Potential {
    fn from(preset: Preset) -> Self {
        let (epsilon, sigma) = preset.tables();
        let species = preset.species();
        let mut composition = [0.0; MOST_SPECIES];
        composition[..species].copy_from_slice(preset.composition());
        Self {
            preset: Some(preset),
            law: preset.law(),
            has_diameters: preset.has_diameters(),
            species,
            names: LETTERS.map(short_name),
            composition,
            epsilon,
            sigma,
        }
    }
}

impl Preset {
    /// Law and mixture of the particles of one configuration.
    pub fn model(self, configuration: &Configuration) -> Model {
        Potential::from(self).model(configuration)
    }
}

impl From<&Potential> for Potential {
    fn from(potential: &Potential) -> Self {
        *potential
    }
}

impl Potential {
    /// A law with tables [a][b] of epsilon [energy] and sigma [length], for species with these names and proportions.
    ///
    /// # Errors
    /// Every fault: tables that are not square, not of one size, not symmetric to the last bit or not from 0.1 to 10; a
    /// largest number of the diagonal that is not from 0.5 to 2; a number of names or proportions that is not the size
    /// of the tables; names that no file can hold; proportions that are not above 0.
    pub fn with_tables(
        law: Law,
        names: &[String],
        composition: &[f64],
        epsilon: &[Vec<f64>],
        sigma: &[Vec<f64>],
    ) -> Result<Self, Vec<TableFault>> {
        let species = epsilon.len();
        let square = |table: &[Vec<f64>], size: usize| table.len() == size && table.iter().all(|row| row.len() == size);
        if !(1..=MOST_SPECIES).contains(&species) || !square(epsilon, species) {
            let wanted = "a square table of 1 to 3 rows, one for each species: [[1.0, 1.5], [1.5, 0.5]]";
            return Err(vec![fault("epsilon", wanted)]);
        }
        let mut faults = Vec::new();
        if !is_sound_list(names, species) {
            let wanted = format!(
                "{species} different names, one for each row of epsilon, of 1 to {LONGEST_NAME} letters, digits, - and _"
            );
            faults.push(fault("species", &wanted));
        }
        if composition.len() != species
            || !(composition.iter().all(|share| *share > 0.0) && composition.iter().sum::<f64>().is_finite())
        {
            let wanted = format!("{species} finite numbers above 0, the share of each species");
            faults.push(fault("composition", &wanted));
        }
        if !square(sigma, species) {
            faults.push(fault("sigma", &format!("a table of the size of epsilon, {species} x {species}")));
        }
        let name = |k: usize| names.get(k).map_or(LETTERS[k % MOST_SPECIES], String::as_str);
        for (key, table) in [("epsilon", epsilon), ("sigma", sigma)] {
            faults.extend(fault_of_entries(table, name).map(|wanted| fault(key, &wanted)));
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let at = |k: usize| k.min(species - 1);
        let whole = |table: &[Vec<f64>]| std::array::from_fn(|a| std::array::from_fn(|b| table[at(a)][at(b)]));
        Ok(Self {
            preset: None,
            law,
            has_diameters: false,
            species,
            names: std::array::from_fn(|k| short_name(&names[at(k)])),
            composition: std::array::from_fn(|k| composition[at(k)]),
            epsilon: whole(epsilon),
            sigma: whole(sigma),
        })
    }

    /// The preset, if it is one: for values that the papers give for it.
    pub fn preset(&self) -> Option<Preset> {
        self.preset
    }

    /// The name of the preset, or that of the law.
    pub fn name(&self) -> &'static str {
        self.preset.map_or_else(|| self.law.name(), Preset::name)
    }

    /// The pair law.
    pub fn law(&self) -> Law {
        self.law
    }

    /// Number of species.
    pub fn species(&self) -> usize {
        self.species
    }

    /// Name of each species, as in files.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names[..self.species].iter().map(|name| name.as_str())
    }

    /// Proportions of the species.
    pub fn composition(&self) -> &[f64] {
        &self.composition[..self.species]
    }

    /// epsilon_ab of the species, [a][b].
    pub fn epsilon(&self) -> Vec<Vec<f64>> {
        self.rows(&self.epsilon)
    }

    /// sigma_ab of the species, [a][b].
    pub fn sigma(&self) -> Vec<Vec<f64>> {
        self.rows(&self.sigma)
    }

    fn rows(&self, table: &Table) -> Vec<Vec<f64>> {
        table[..self.species].iter().map(|row| row[..self.species].to_vec()).collect()
    }

    /// Whether the species and their interactions are the same, in the same order; proportions may differ.
    pub fn interacts_as(&self, other: &Self) -> bool {
        Self { composition: other.composition, ..*self } == *other
    }

    /// Whether the particles carry diameters.
    pub fn has_diameters(&self) -> bool {
        self.has_diameters
    }

    /// Whether all particles are identical, so that swaps have no effect.
    pub fn is_of_one_kind(&self) -> bool {
        self.species == 1 && !self.has_diameters
    }

    /// The largest epsilon_aa of particles with their own kind: the scale of temperatures [epsilon].
    pub fn energy_scale(&self) -> f64 {
        self.largest_of_own_kind(&self.epsilon)
    }

    /// The largest sigma_aa of particles with their own kind: the scale of lengths [sigma].
    pub fn length_scale(&self) -> f64 {
        self.largest_of_own_kind(&self.sigma)
    }

    fn largest_of_own_kind(&self, table: &Table) -> f64 {
        (0..self.species).map(|a| table[a][a]).fold(0.0, f64::max)
    }

    /// The smallest sigma_ab / epsilon_ab^1/2: the scale of times [sigma (m / epsilon)^1/2].
    pub fn time_scale(&self) -> f64 {
        let pairs = self.sigma.as_flattened().iter().zip(self.epsilon.as_flattened());
        pairs.map(|(sigma, epsilon)| sigma / epsilon.sqrt()).fold(f64::INFINITY, f64::min)
    }

    /// Law and mixture of the particles of one configuration.
    pub fn model(&self, configuration: &Configuration) -> Model {
        let mixture = if self.has_diameters {
            Mixture::Polydisperse { diameters: configuration.diameters.clone(), nonadditivity: 0.2 }
        } else if self.species == 1 && self.epsilon[0][0] == 1.0 && self.sigma[0][0] == 1.0 {
            Mixture::Uniform { particles: configuration.particles() }
        } else {
            Mixture::Species { species: configuration.species.clone(), epsilon: self.epsilon, sigma: self.sigma }
        };
        Model { law: self.law, mixture }
    }
}

/// (a, b, value) of every entry.
fn entries(table: &[Vec<f64>]) -> impl Iterator<Item = (usize, usize, f64)> {
    table.iter().enumerate().flat_map(|(a, row)| row.iter().enumerate().map(move |(b, value)| (a, b, *value)))
}

/// The fault of a table's entries, if any: they must be in range and symmetric.
fn fault_of_entries<'n>(table: &[Vec<f64>], name: impl Fn(usize) -> &'n str) -> Option<String> {
    let pair = |a: usize, b: usize| format!("{}-{}", name(a), name(b));
    if let Some((a, b, value)) = entries(table).find(|(_, _, value)| !RANGE.contains(value)) {
        let (low, high) = RANGE.into_inner();
        return Some(format!("numbers from {low:?} to {high:?} ({}: {value:?})", pair(a, b)));
    }
    let mirrored = |a: usize, b: usize| table.get(b).and_then(|row| row.get(a)).copied();
    let skew = entries(table).find_map(|(a, b, value)| {
        let other = mirrored(a, b).filter(|other| *other != value)?;
        let (here, there) = (pair(a, b), pair(b, a));
        Some(format!("a symmetric table, equal to the last digit ({here}: {value:?}, {there}: {other:?})"))
    });
    let largest = entries(table).filter(|(a, b, _)| a == b).map(|(_, _, value)| value).fold(0.0, f64::max);
    let (low, high) = UNIT.into_inner();
    let other_unit = (!UNIT.contains(&largest)).then(|| {
        format!("units in which the largest number of the diagonal is from {low:?} to {high:?} (it is {largest:?})")
    });
    skew.or(other_unit)
}

/// As many names as species, different ones, each one word of a file.
fn is_sound_list(names: &[String], species: usize) -> bool {
    let is_plain = |name: &String| {
        (1..=LONGEST_NAME).contains(&name.len())
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
    };
    let is_new = |k: usize| !names[..k].contains(&names[k]);
    names.len() == species && names.iter().all(is_plain) && (0..species).all(is_new)
}

fn short_name(name: &str) -> ArrayString<LONGEST_NAME> {
    ArrayString::from(name).unwrap_or_default()
}

fn fault(key: &'static str, wanted: &str) -> TableFault {
    TableFault { key, wanted: wanted.to_string() }
}
