//! Random streams named by (campaign seed, purpose, glass, run).
//!
//! A stream depends on nothing but its name, so that the same deck and seed give the same records on any number of
//! ranks and threads. The generator is ChaCha with 8 rounds; its state (with the word position) serialises into
//! a task's checkpoint.
//!
//! ```
//! use glasswell_physics::random::{Purpose, stream};
//! assert_eq!(stream(1, Purpose::Explore, 0, 0), stream(1, Purpose::Explore, 0, 0));
//! assert_ne!(stream(1, Purpose::Explore, 0, 0), stream(1, Purpose::Explore, 0, 1));
//! ```

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
    Screen = 9,
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
    use rand::seq::SliceRandom;
    use rand::{Rng, RngExt};
    use rand_distr::{ChiSquared, Distribution, LogNormal, StandardNormal};
    use xxhash_rust::xxh3::xxh3_64;

    #[test]
    fn a_stream_is_its_name() {
        let draw = |s, g, r| stream(1, s, g, r).next_u64();
        assert_eq!(draw(Purpose::Explore, 2, 3), draw(Purpose::Explore, 2, 3));
        assert_ne!(draw(Purpose::Explore, 2, 3), draw(Purpose::Explore, 3, 2));
        assert_ne!(draw(Purpose::Explore, 2, 3), draw(Purpose::Prepare, 2, 3));
    }

    /// XXH3 of the bits of a thousand numbers of a separate stream.
    fn thousand(run: u64, mut draw: impl FnMut(&mut Stream) -> u64) -> u64 {
        let mut random = stream(20, Purpose::Prepare, 7, run);
        let bits: Vec<u8> = (0..1000).flat_map(|_| draw(&mut random).to_le_bytes()).collect();
        xxh3_64(&bits)
    }

    /// Data of a campaign are the same for every version of the crates that draw random numbers. If this fails, a new
    /// version draws other numbers: keep the previous one, or say in CHANGELOG.md that the same deck and seed give
    /// other glasses.
    #[test]
    fn the_bits_of_every_kind_of_draw_stay() {
        let chi_squared = |degrees: f64| ChiSquared::new(degrees).unwrap();
        let shuffled = |random: &mut Stream| {
            let mut places: Vec<u8> = (0..40).collect();
            places.shuffle(random);
            xxh3_64(&places)
        };
        let drawn: [(&str, u64, u64); 14] = [
            ("first of prepare", 0x3c4b_894a_58c9_7f4b, stream(1, Purpose::Prepare, 0, 0).next_u64()),
            ("first of explore", 0x67e9_5bca_5b8a_7ca1, stream(u64::MAX, Purpose::Explore, 2, 3).next_u64()),
            ("u64", 0x5540_00b4_cffc_092f, thousand(0, |random| random.next_u64())),
            ("u32", 0x8786_7375_6ee4_7130, thousand(1, |random| random.next_u32().into())),
            ("f64", 0x3842_9129_d697_3a35, thousand(2, |random| random.random::<f64>().to_bits())),
            (
                "usize of a range",
                0x4e05_3e30_ac18_6aa6,
                thousand(3, |random| random.random_range(0..123_457_usize) as u64),
            ),
            (
                "u64 of a range",
                0x18a6_3d74_9d3c_6562,
                thousand(4, |random| random.random_range(0..(1_u64 << 40) + 12_345)),
            ),
            (
                "f64 of a range",
                0xd10f_9f60_8e7f_da8e,
                thousand(5, |random| random.random_range(-20.0..20.0_f64).to_bits()),
            ),
            ("bool", 0xf6cd_f152_f358_3fcb, thousand(6, |random| random.random_bool(0.01).into())),
            (
                "normal",
                0xeb8c_deb6_a918_b12b,
                thousand(7, |random| Distribution::<f64>::sample(&StandardNormal, random).to_bits()),
            ),
            (
                "chi squared of 2",
                0x0c6f_a693_8d5e_56b0,
                thousand(8, |random| chi_squared(2.0).sample(random).to_bits()),
            ),
            (
                "chi squared of 5996",
                0xb717_bec6_42c8_ba63,
                thousand(9, |random| chi_squared(5996.0).sample(random).to_bits()),
            ),
            (
                "log-normal",
                0xe513_a47a_274f_5fe0,
                thousand(10, |random| LogNormal::<f64>::new(0.5, 1.5).unwrap().sample(random).to_bits()),
            ),
            ("shuffle", 0xdc6f_fc2c_99bd_813d, thousand(11, shuffled)),
        ];
        for (kind, due, bits) in drawn {
            assert_eq!(bits, due, "{kind}: {bits:#x}, not {due:#x}");
        }
    }

    /// A stream continues from a checkpoint regardless of the version of the crates that wrote it.
    #[test]
    fn a_stream_in_a_checkpoint_stays_itself() {
        let mut random = stream(u64::MAX, Purpose::Connect, 3, 1 << 40);
        for _ in 0..1001 {
            random.next_u32();
        }
        let bytes = postcard::to_stdvec(&random).unwrap();
        assert_eq!((bytes.len(), xxh3_64(&bytes)), (35, 5_972_285_759_070_293_222));
        assert_eq!(postcard::from_bytes::<Stream>(&bytes).unwrap().next_u64(), 15_490_812_833_905_202_929);
    }
}
