//! The instruction sets of this processor.

use crate::error::{Error, Result};
use std::sync::OnceLock;

/// The instruction sets for which there is code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum InstructionSet {
    #[cfg(target_arch = "x86_64")]
    Avx512,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    Portable,
}

/// An instruction set that this processor has. Outside this file a kernel is obtained only by detection
/// ([`Kernel::available`], [`Kernel::best`], [`Kernel::PORTABLE`]): code that holds one may execute its instructions.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Kernel(InstructionSet);

impl Kernel {
    /// Environment variable that forces a kernel: one of those that are available.
    pub const VARIABLE: &'static str = "GLASSWELL_KERNEL";

    /// The names of all kernels, widest first, including those this processor does not have.
    pub const NAMES: [&'static str; 3] = ["avx512", "avx2", "portable"];

    /// The kernel that every processor has.
    pub const PORTABLE: Kernel = Kernel(InstructionSet::Portable);

    /// The kernels this processor can run, widest first. A kernel guarantees these features and no others: AVX-512
    /// `avx512f`, `avx512vl`, `avx512dq`, `avx2`, `fma` and `popcnt`; AVX2 `avx2` and `fma`.
    pub fn available() -> Vec<Kernel> {
        let mut kernels = Vec::new();
        #[cfg(target_arch = "x86_64")]
        {
            let fused = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
            if fused
                && is_x86_feature_detected!("avx512f")
                && is_x86_feature_detected!("avx512vl")
                && is_x86_feature_detected!("avx512dq")
                && is_x86_feature_detected!("popcnt")
            {
                kernels.push(Kernel(InstructionSet::Avx512));
            }
            if fused {
                kernels.push(Kernel(InstructionSet::Avx2));
            }
        }
        kernels.push(Kernel::PORTABLE);
        kernels
    }

    /// The name in the environment variable.
    pub fn name(self) -> &'static str {
        match self.0 {
            #[cfg(target_arch = "x86_64")]
            InstructionSet::Avx512 => "avx512",
            #[cfg(target_arch = "x86_64")]
            InstructionSet::Avx2 => "avx2",
            InstructionSet::Portable => "portable",
        }
    }

    /// The kernel named by `GLASSWELL_KERNEL`, else the widest; chosen once per process. A name that [`Kernel::check`] refuses
    /// is none.
    pub fn best() -> Kernel {
        static BEST: OnceLock<Kernel> = OnceLock::new();
        *BEST.get_or_init(|| {
            let wanted = std::env::var(Self::VARIABLE).unwrap_or_default();
            let available = Self::available();
            Self::named(&wanted, &available).ok().flatten().unwrap_or(available[0])
        })
    }

    /// Checks the environment variable, before a kernel is used.
    ///
    /// # Errors
    /// `Usage` when it names no kernel of this processor.
    pub fn check() -> Result<()> {
        match std::env::var_os(Self::VARIABLE) {
            Some(wanted) => Self::named(&wanted.to_string_lossy(), &Self::available()).map(|_| ()),
            None => Ok(()),
        }
    }

    /// The kernel of this name; none where nothing is asked for.
    fn named(wanted: &str, available: &[Kernel]) -> Result<Option<Kernel>> {
        if wanted.is_empty() {
            return Ok(None);
        }
        if let Some(kernel) = available.iter().find(|kernel| kernel.name() == wanted) {
            return Ok(Some(*kernel));
        }
        let names = available.iter().map(|kernel| kernel.name()).collect::<Vec<&str>>().join(", ");
        let why = match Self::NAMES.contains(&wanted) {
            true => "this processor does not have that kernel",
            false => "there is no such kernel",
        };
        Err(Error::Usage(format!(
            "{} = {wanted:?}: {why}; give one of {names}, or leave it out: the first is then used",
            Self::VARIABLE
        )))
    }

    /// The instruction set that the holder of this kernel may execute.
    #[inline(always)]
    pub(super) fn set(self) -> InstructionSet {
        self.0
    }
}

impl std::fmt::Debug for Kernel {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        to.write_str(self.name())
    }
}
