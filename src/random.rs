//! Random streams named by (campaign seed, purpose, glass, run).
//!
//! A stream depends on nothing but its name, so that the same deck and seed give the same records on any number of
//! ranks and threads. The generator is ChaCha with 8 rounds; its state (with the word position) serialises into
//! a task's checkpoint.

use rand::SeedableRng;

/// The generator of every random number in the program.
pub type Stream = rand_chacha::ChaCha8Rng;

/// What a stream is for; two purposes never share numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u64)]
pub enum Purpose {
    Prepare = 1,
    Relax = 2,
    Explore = 3,
    Connect = 4,
    Audit = 5,
    Bootstrap = 6,
    Saddle = 7,
    Modes = 8,
}

/// The stream of one run of one glass for one purpose: the ChaCha key is the name itself, 4 x 64 bits.
pub fn stream(seed: u64, purpose: Purpose, glass: u64, run: u64) -> Stream {
    let mut key = [0u8; 32];
    for (chunk, word) in key.chunks_exact_mut(8).zip([seed, purpose as u64, glass, run]) {
        chunk.copy_from_slice(&word.to_le_bytes());
    }
    Stream::from_seed(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::RngCore;

    #[test]
    fn a_stream_is_its_name() {
        let draw = |s, g, r| stream(1, s, g, r).next_u64();
        assert_eq!(draw(Purpose::Explore, 2, 3), draw(Purpose::Explore, 2, 3));
        assert_ne!(draw(Purpose::Explore, 2, 3), draw(Purpose::Explore, 3, 2));
        assert_ne!(draw(Purpose::Explore, 2, 3), draw(Purpose::Prepare, 2, 3));
    }
}
