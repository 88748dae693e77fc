//! The SIMD forms of the pair sums: one generic body for each task, compiled for AVX-512, AVX2 and any processor, and
//! chosen once at run time.
//!
//! Two forms of the same sums: eight configurations in the eight lanes of a register (`batch`), and eight neighbours of
//! one particle (`single`). In both, the terms of a particle are added in increasing order of its neighbours with the
//! same operations, so that energy and forces of a configuration are bitwise identical in either form, on AVX-512 and
//! on AVX2.

mod batch;
mod columns;
mod gathered;
mod kernel;
mod lane;
mod pair_vectors;
mod parameters;
mod records;
mod registers;
mod rows;
mod scan;
mod search;
mod single;

pub use columns::{Column, ColumnPass, Columns, Configurations};
pub use kernel::Kernel;

pub(super) use batch::{Energies, ForcesAlone, WithEnergies, batch_forces, batch_hessian_times};
pub(crate) use gathered::{Records, RegisterPass, in_registers};
pub(super) use pair_vectors::{Deformed, Listed, Nearest};
pub(super) use parameters::{ByKind, ByPair};
pub(super) use records::{Atom, Record, word_of_kind};
pub(super) use rows::{give_atoms, give_records, take_atoms, take_records, union_row};
pub(super) use scan::{BLOCK, Fractions, ReachOfKind, ReachOfPair, scan};
pub(crate) use search::{Inside, Sphere, particles_within};
pub(super) use single::{single_forces, single_hessian_times};

use kernel::InstructionSet;

/// Compiles a body for every instruction set and picks one by the first argument. A body that works in registers is
/// `body::<R, P>` with the register type of each form; a plain one is left to the compiler.
macro_rules! dispatch {
    ($(#[$meta:meta])* pub fn $name:ident<$($generic:ident: $bound:ident),+>($($argument:ident: $type:ty),* $(,)?)
        $(-> $result:ty)? = $body:ident) => {
        dispatch! { @forms ($(#[$meta])*) $name [$($generic: $bound),+] [$($generic),+] ($($argument: $type),*) ($($result)?)
            ($body::<crate::forces::lanes::registers::Avx512, $($generic),+>)
            ($body::<crate::forces::lanes::registers::Avx2, $($generic),+>)
            ($body::<crate::forces::lanes::registers::Portable, $($generic),+>) }
    };
    ($(#[$meta:meta])* pub fn $name:ident($($argument:ident: $type:ty),* $(,)?) $(-> $result:ty)? = $body:ident) => {
        dispatch! { @forms ($(#[$meta])*) $name [] [] ($($argument: $type),*) ($($result)?) ($body) ($body) ($body) }
    };
    (@forms ($(#[$meta:meta])*) $name:ident [$($bound:tt)*] [$($generic:tt)*] ($($argument:ident: $type:ty),*)
        ($($result:ty)?) ($($avx512:tt)*) ($($avx2:tt)*) ($($portable:tt)*)) => {
        $(#[$meta])*
        pub fn $name<$($bound)*>(kernel: crate::forces::lanes::kernel::Kernel, $($argument: $type),*) $(-> $result)? {
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
                use crate::forces::lanes::kernel::InstructionSet;
                match kernel.set() {
                    // SAFETY: a kernel with AVX-512 exists only where the processor was seen to have these features.
                    InstructionSet::Avx512 => return unsafe { avx512::<$($generic)*>($($argument),*) },
                    // SAFETY: a kernel with AVX2 exists only where the processor was seen to have these features.
                    InstructionSet::Avx2 => return unsafe { avx2::<$($generic)*>($($argument),*) },
                    InstructionSet::Portable => {}
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
pub(crate) trait Pass {
    type Output;
    fn run(self) -> Self::Output;
}

/// Runs a pass compiled for the widest available instruction set. No operations are fused, so the results do not depend
/// on it.
pub(crate) fn vectorised<P: Pass>(pass: P) -> P::Output {
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
        match Kernel::best().set() {
            // SAFETY: a kernel with AVX-512 exists only where the processor was seen to have these features.
            InstructionSet::Avx512 => return unsafe { avx512(pass) },
            // SAFETY: a kernel with AVX2 exists only where the processor was seen to have these features.
            InstructionSet::Avx2 => return unsafe { avx2(pass) },
            InstructionSet::Portable => {}
        }
    }
    pass.run()
}
