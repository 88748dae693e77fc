//! The SIMD forms of the pair sums.
