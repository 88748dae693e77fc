//! The SIMD forms of the pair sums: one generic body for each task, compiled for AVX-512, AVX2 and any processor, and
//! chosen once at run time.
//!
//! Two forms of the same sums: eight configurations in the eight lanes of a register (`batch`), and eight neighbours of
//! one particle (`single`). In both the terms of a particle are added by rising neighbour index with the same operations,
//! so that a configuration's energy and forces are the same bits in either form, on AVX-512 and on AVX2.

mod batch;
mod columns;
mod gathered;
mod lane;
mod pair_vectors;
mod parameters;
mod records;
mod registers;
mod rows;
mod scan;
mod search;
mod single;

pub use batch::{Energies, ForcesAlone, WithEnergies, batch_forces, batch_hessian_times};
pub use columns::{Column, ColumnPass, Columns, Configurations};
pub use gathered::{Records, RegisterPass, in_registers};
pub use lane::Lane;
pub use pair_vectors::{Deformed, Images, Listed, Nearest};
pub use parameters::{ByKind, ByPair, Parameters};
pub use records::{Atom, Record, word_of_kind};
pub use registers::Portable;
#[cfg(target_arch = "x86_64")]
pub use registers::{Avx2, Avx512};
pub use rows::{give_atoms, give_records, take_atoms, take_records, union_row};
pub use scan::{BLOCK, Fractions, Reach, ReachOfKind, ReachOfPair, scan};
pub use search::{Inside, Sphere, particles_within};
pub use single::{single_forces, single_hessian_times};

use std::sync::OnceLock;

/// The instruction sets there are code for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kernel {
    Avx512,
    Avx2,
    Portable,
}

impl Kernel {
    /// Environment variable that forces a kernel: `avx512`, `avx2` or `portable`.
    pub const VARIABLE: &'static str = "GLASSWELL_KERNEL";

    /// The kernels this processor can run, widest first.
    pub fn available() -> Vec<Kernel> {
        let mut kernels = Vec::new();
        #[cfg(target_arch = "x86_64")]
        {
            if is_x86_feature_detected!("avx512f")
                && is_x86_feature_detected!("avx512vl")
                && is_x86_feature_detected!("avx512dq")
                && is_x86_feature_detected!("avx2")
                && is_x86_feature_detected!("fma")
            {
                kernels.push(Kernel::Avx512);
            }
            if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
                kernels.push(Kernel::Avx2);
            }
        }
        kernels.push(Kernel::Portable);
        kernels
    }

    /// The name in the environment variable.
    pub fn name(self) -> &'static str {
        match self {
            Kernel::Avx512 => "avx512",
            Kernel::Avx2 => "avx2",
            Kernel::Portable => "portable",
        }
    }

    /// The kernel named by `GLASSWELL_KERNEL` if this processor has it, else the widest; decided once for a process.
    pub fn best() -> Kernel {
        static BEST: OnceLock<Kernel> = OnceLock::new();
        *BEST.get_or_init(|| {
            let available = Self::available();
            let wanted = std::env::var(Self::VARIABLE).unwrap_or_default();
            available.iter().copied().find(|kernel| kernel.name() == wanted).unwrap_or(available[0])
        })
    }
}

/// Compiles a body for every instruction set and picks one by the first argument. A body that works in registers is
/// `body::<R, P>` with the register type of each form; a plain one is left to the compiler.
macro_rules! dispatch {
    ($(#[$meta:meta])* pub fn $name:ident<$($generic:ident: $bound:ident),+>($($argument:ident: $type:ty),* $(,)?)
        $(-> $result:ty)? = $body:ident) => {
        dispatch! { @forms ($(#[$meta])*) $name [$($generic: $bound),+] [$($generic),+] ($($argument: $type),*) ($($result)?)
            ($body::<Avx512, $($generic),+>) ($body::<Avx2, $($generic),+>) ($body::<Portable, $($generic),+>) }
    };
    ($(#[$meta:meta])* pub fn $name:ident($($argument:ident: $type:ty),* $(,)?) $(-> $result:ty)? = $body:ident) => {
        dispatch! { @forms ($(#[$meta])*) $name [] [] ($($argument: $type),*) ($($result)?) ($body) ($body) ($body) }
    };
    (@forms ($(#[$meta:meta])*) $name:ident [$($bound:tt)*] [$($generic:tt)*] ($($argument:ident: $type:ty),*)
        ($($result:ty)?) ($($avx512:tt)*) ($($avx2:tt)*) ($($portable:tt)*)) => {
        $(#[$meta])*
        pub fn $name<$($bound)*>(kernel: Kernel, $($argument: $type),*) $(-> $result)? {
            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx512f,avx512vl,avx512dq,fma")]
                fn avx512<$($bound)*>($($argument: $type),*) $(-> $result)? {
                    $($avx512)*($($argument),*)
                }
                #[target_feature(enable = "avx2,fma")]
                fn avx2<$($bound)*>($($argument: $type),*) $(-> $result)? {
                    $($avx2)*($($argument),*)
                }
                match kernel {
                    // SAFETY: `Kernel::available` lists AVX-512 only when the processor has these features.
                    Kernel::Avx512 => return unsafe { avx512::<$($generic)*>($($argument),*) },
                    // SAFETY: `Kernel::available` lists AVX2 only when the processor has these features.
                    Kernel::Avx2 => return unsafe { avx2::<$($generic)*>($($argument),*) },
                    Kernel::Portable => {}
                }
            }
            let _ = kernel;
            $($portable)*($($argument),*)
        }
    };
}
use dispatch;

/// Plain code that the compiler vectorises: passes over rows of lanes. `run` must be `#[inline(always)]`, so that it is
/// compiled for the instruction set it runs on (a closure would be compiled for the oldest processor).
pub trait Pass {
    type Output;
    fn run(self) -> Self::Output;
}

/// Runs a pass compiled for the widest instruction set there is. Nothing is fused, so the bits do not depend on it.
pub fn vectorised<P: Pass>(pass: P) -> P::Output {
    #[cfg(target_arch = "x86_64")]
    {
        #[target_feature(enable = "avx512f,avx512vl,avx512dq")]
        fn avx512<P: Pass>(pass: P) -> P::Output {
            pass.run()
        }
        #[target_feature(enable = "avx2")]
        fn avx2<P: Pass>(pass: P) -> P::Output {
            pass.run()
        }
        match Kernel::best() {
            // SAFETY: `Kernel::available` lists AVX-512 only when the processor has these features.
            Kernel::Avx512 => return unsafe { avx512(pass) },
            // SAFETY: `Kernel::available` lists AVX2 only when the processor has these features.
            Kernel::Avx2 => return unsafe { avx2(pass) },
            Kernel::Portable => {}
        }
    }
    pass.run()
}
