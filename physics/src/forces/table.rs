//! The parameters of a mixture in the form that the kernels read.

use crate::model::{Mixture, Model, SoftSphereQuartic};

/// Kinds of particles a table by kind can hold.
pub const KINDS: usize = 8;
/// The kind of the padding of list rows: in units of its sigma = 0 every distance is infinite.
pub const FILLING: u8 = KINDS as u8 - 1;

/// epsilon, 1/sigma^2 and epsilon/sigma^2 of one kind with every kind.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct KindRow {
    pub inverse_sigma_squared: [f64; KINDS],
    pub epsilon: [f64; KINDS],
    /// epsilon / sigma^2: the factor of a derivative by x^2.
    pub scale: [f64; KINDS],
}

/// A mixture of few kinds, or one in which every pair has its own sigma, with epsilon = 1.
#[derive(Clone, Debug, PartialEq)]
pub enum PairTable {
    ByKind { kinds: Vec<u8>, rows: Box<[KindRow; KINDS]> },
    ByPair(SoftSphereQuartic),
}

impl PairTable {
    /// The table of a model whose particle `order[a]` has index a; an empty order is the mixture's own.
    ///
    /// # Panics
    /// When the mixture is polydisperse and the law is not `SoftSphereQuartic`.
    pub fn new(model: &Model, order: &[u32]) -> Self {
        let mixture = &model.mixture;
        let particles = mixture.particles();
        let kind_of: &dyn Fn(usize) -> u8 = match mixture {
            Mixture::Polydisperse { .. } => return PairTable::ByPair(model.law.of_diameters()),
            Mixture::Species { species, .. } => &|i| species[i],
            Mixture::Uniform { .. } => &|_| 0,
        };
        let place = |a: usize| order.get(a).map_or(a, |&i| i as usize);
        let kinds: Vec<u8> = (0..particles).map(|a| kind_of(place(a))).collect();
        let mut rows = Box::new([KindRow::default(); KINDS]);
        // a particle of each kind represents all others
        let mut example = [None; KINDS];
        for (a, &kind) in kinds.iter().enumerate() {
            example[kind as usize].get_or_insert(place(a));
        }
        for (row, &i) in rows.iter_mut().zip(&example) {
            for (k, &j) in example.iter().enumerate() {
                let (Some(i), Some(j)) = (i, j) else { continue };
                let pair = mixture.pair(i, j);
                row.inverse_sigma_squared[k] = pair.inverse_sigma_squared;
                row.epsilon[k] = pair.epsilon;
                row.scale[k] = pair.epsilon * pair.inverse_sigma_squared;
            }
        }
        for row in rows.iter_mut() {
            row.inverse_sigma_squared[FILLING as usize] = f64::INFINITY;
        }
        PairTable::ByKind { kinds, rows }
    }

    /// Kind of a particle; 0 if every pair has its own parameters.
    pub fn kind(&self, particle: usize) -> u8 {
        match self {
            PairTable::ByKind { kinds, .. } => kinds[particle],
            PairTable::ByPair(_) => 0,
        }
    }
}
