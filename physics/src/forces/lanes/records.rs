//! Records of one particle: 32 bytes that are loaded into and stored from a register without a gather.

use crate::forces::table::KINDS;

/// Three coordinates (or components) of one particle, and the word of its kind.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[repr(C, align(32))]
pub struct Record(pub [f64; 4]);

/// The three coordinates (or force components) of one particle in all lanes, three cache lines.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C, align(64))]
pub struct Atom(pub [[f64; 8]; 3]);

/// The word of a kind: the places of its two halves in a row of 4-byte words, as the permutations of the processor want them.
pub fn word_of_kind(kind: u8) -> f64 {
    let place = 2 * u64::from(kind);
    f64::from_bits(place | (place + 1) << 32)
}

/// The kind in a word.
#[inline(always)]
pub(super) fn kind_of_word(word: f64) -> usize {
    (word.to_bits() as usize & 0xff) / 2 % KINDS
}
