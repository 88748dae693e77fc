//! The instruction sets of this processor.

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
    /// Environment variable that forces a kernel: one of `NAMES`.
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

    /// The kernel named by `GLASSWELL_KERNEL` if this processor has it, else the widest; chosen once per process.
    pub fn best() -> Kernel {
        static BEST: OnceLock<Kernel> = OnceLock::new();
        *BEST.get_or_init(|| {
            let available = Self::available();
            let wanted = std::env::var(Self::VARIABLE).unwrap_or_default();
            available.iter().copied().find(|kernel| kernel.name() == wanted).unwrap_or(available[0])
        })
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
