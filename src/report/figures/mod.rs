//! The figures of the report, one file each.

mod barriers;
mod candidates;
mod density;
mod elements;
mod equilibration;
mod excitations;
mod field;
mod growth;
mod lengths;
mod matrices;
mod participation;
mod relaxation;
mod scatter;
mod spectra;
mod stability;
mod strain;
mod systems_in_time;
mod times;
mod tree;
mod well;

pub use field::field;
pub use well::well;

use super::figure::Figure;

/// Every figure, in the order of the page.
pub const FIGURES: &[&Figure] = &[
    &density::FIGURE,
    &well::FIGURE,
    &field::FIGURE,
    &barriers::FIGURE,
    &lengths::FIGURE,
    &elements::FIGURE,
    &participation::FIGURE,
    &growth::FIGURE,
    &systems_in_time::FIGURE,
    &stability::FIGURE,
    &candidates::FIGURE,
    &times::FIGURE,
    &matrices::FIGURE,
    &tree::FIGURE,
    &equilibration::FIGURE,
    &relaxation::FIGURE,
    &spectra::FIGURE,
    &excitations::FIGURE,
    &strain::FIGURE,
];
