//! The columns of the spectra and of the analysis of their modes.

use super::FREQUENCY;
use crate::files::columns::Take::*;
use crate::files::columns::{Column, asked_column, column};
use crate::files::layout::names;
use crate::files::name_of;
use crate::modes::{NonlinearRow, OverlapRow, SecondWell};
use crate::stages::modes::record::MinimumSpectrum;

/// /spectra.
pub const SPECTRA: &[Column<MinimumSpectrum>] = &[
    column("/spectra/glass", "[S]", "1", "glass of the spectrum", U32(|spectrum| spectrum.glass as u32)),
    column(
        "/spectra/minimum",
        "[S]",
        "1",
        "minimum of the spectrum; -1 for the inherent structure of the glass",
        I64(|spectrum| spectrum.minimum),
    ),
    column(
        "/spectra/frequency",
        "[S,K]",
        FREQUENCY,
        "frequencies, increasing, without translations; -sqrt(-lambda) for a negative eigenvalue, NaN where \
         rattlers leave fewer modes",
        PaddedF64s(|spectrum| spectrum.record.frequency.clone()),
    ),
    column(
        "/spectra/participation_ratio",
        "[S,K]",
        "1",
        "participation ratio of each mode, 1/N to 1",
        PaddedF64s(|spectrum| spectrum.record.participation_ratio.clone()),
    ),
    column(
        "/spectra/phonon_order",
        "[S,K]",
        "1",
        "phonon order O_k, projection on those plane waves that each carry at least 100/(3N-3) of the mode",
        PaddedF64s(|spectrum| spectrum.record.phonon_order.clone()),
    ),
    column(
        "/spectra/quasi_localised",
        "[S,K]",
        "1",
        "whether the participation ratio is below modes.localised_below and the frequency below the root mean \
         square of all",
        PaddedBools(|spectrum| spectrum.record.quasi_localised.clone()),
    ),
    column(
        "/spectra/status",
        "[S]",
        "1",
        "converged; failed: the eigenvalue problem was not solved; no_minimum: the quench of the glass did not \
         reach a minimum; rows without results are NaN",
        Name(names::SPECTRUM, |spectrum| name_of(&spectrum.record.status)),
    ),
    column(
        "/spectra/rattlers",
        "[S]",
        "1",
        "number of rattlers of a harmonic packing, which are excluded",
        U32(|spectrum| spectrum.record.rattlers.len() as u32),
    ),
    column(
        "/spectra/counted",
        "[S]",
        "1",
        "whether the number of modes was verified (all were computed, or by the inertia of the Hessian)",
        Bool(|spectrum| spectrum.record.counted),
    ),
    column(
        "/spectra/zero_point",
        "[S]",
        FREQUENCY,
        "sum of omega/2 over all modes; NaN when only the lowest are known",
        F64(|spectrum| spectrum.record.zero_point),
    ),
];

/// With modes.third_order.
pub const THIRD_ORDER: &[Column<MinimumSpectrum>] = &[asked_column(
    "/spectra/third_order",
    "[S,K]",
    "epsilon/sigma^3",
    "tau = U:eee of each mode, with the sign chosen negative",
    PaddedF64s(|spectrum| spectrum.record.third_order.clone()),
)];

/// With modes.eigenvectors.
pub const EIGENVECTORS: &[Column<MinimumSpectrum>] = &[asked_column(
    "/spectra/eigenvector",
    "[S,K,N,3]",
    "1",
    "eigenvectors of unit length",
    PaddedF64s(|spectrum| spectrum.record.eigenvectors.clone()),
)];

/// /overlaps.
pub const OVERLAPS: &[Column<OverlapRow>] = &[
    column(
        "/overlaps/double_well",
        "[O]",
        "1",
        "row of /double_wells in paths.h5",
        U32(|overlap| overlap.double_well as u32),
    ),
    column(
        "/overlaps/field",
        "[O]",
        "1",
        "vector that is compared with the modes: displacement r_AB, saddle r_AS, tangent r_12; from the lower minimum",
        Name(names::FIELD, |overlap| name_of(&overlap.field)),
    ),
    column(
        "/overlaps/mode",
        "[O]",
        "1",
        "mode of the lower minimum with the largest scalar overlap",
        U32(|overlap| overlap.mode),
    ),
    column(
        "/overlaps/scalar",
        "[O]",
        "1",
        "c = |r.v| / (|r| |v|) of that mode, the largest of all",
        F64(|overlap| overlap.scalar),
    ),
    column(
        "/overlaps/magnitude_mode",
        "[O]",
        "1",
        "mode with the largest overlap of magnitudes",
        U32(|overlap| overlap.magnitude_mode),
    ),
    column(
        "/overlaps/magnitude",
        "[O]",
        "1",
        "a = sum |r_i| |v_i| / sqrt(sum |r_i|^2 sum |v_i|^2) of that mode, the largest of all",
        F64(|overlap| overlap.magnitude),
    ),
];

/// A nonlinear mode of a minimum.
pub struct NonlinearOf<'s> {
    /// Row of /spectra.
    pub spectrum: u64,
    pub mode: &'s NonlinearRow,
}

impl<'s> NonlinearOf<'s> {
    /// /nonlinear.
    pub const COLUMNS: &'s [Column<Self>] = &[
        column(
            "/nonlinear/double_well",
            "[X]",
            "1",
            "row of /double_wells in paths.h5; -1 for none",
            I64(|row| row.mode.double_well),
        ),
        column("/nonlinear/spectrum", "[X]", "1", "row of /spectra", U32(|row| row.spectrum as u32)),
        column(
            "/nonlinear/start",
            "[X]",
            "1",
            "vector from which the iteration was started",
            Name(names::START, |row| name_of(&row.mode.start)),
        ),
        column("/nonlinear/stiffness", "[X]", "epsilon/sigma^2", "kappa = M:pi pi", F64(|row| row.mode.stiffness)),
        column(
            "/nonlinear/third_order",
            "[X]",
            "epsilon/sigma^3",
            "tau = U:pi pi pi, with the sign chosen negative",
            F64(|row| row.mode.third_order),
        ),
        column(
            "/nonlinear/barrier",
            "[X]",
            "epsilon",
            "cubic barrier (2/3) kappa^3 / tau^2, at s = -2 kappa / tau",
            F64(|row| row.mode.barrier),
        ),
        column(
            "/nonlinear/overlap_scalar",
            "[X]",
            "1",
            "scalar overlap of pi with r_AB; NaN without a double well",
            F64(|row| row.mode.overlap[0]),
        ),
        column(
            "/nonlinear/overlap_magnitude",
            "[X]",
            "1",
            "overlap of magnitudes of pi with r_AB; NaN without a double well",
            F64(|row| row.mode.overlap[1]),
        ),
        column(
            "/nonlinear/start_overlap_scalar",
            "[X]",
            "1",
            "scalar overlap of the start with r_AB; NaN without a double well",
            F64(|row| row.mode.start_overlap[0]),
        ),
        column(
            "/nonlinear/start_overlap_magnitude",
            "[X]",
            "1",
            "overlap of magnitudes of the start; NaN without a double well",
            F64(|row| row.mode.start_overlap[1]),
        ),
        column("/nonlinear/iterations", "[X]", "1", "number of iterations", U32(|row| row.mode.iterations as u32)),
        column(
            "/nonlinear/residual",
            "[X]",
            "1",
            "|M pi - (kappa/tau) U:pi pi| / |M pi|",
            F64(|row| row.mode.residual),
        ),
        column(
            "/nonlinear/status",
            "[X]",
            "1",
            "how the iteration ended",
            Name(names::STOP, |row| name_of(&row.mode.status)),
        ),
        column(
            "/nonlinear/is_double_well",
            "[X]",
            "1",
            "whether the energy along pi has a second minimum",
            Bool(|row| row.mode.profile.second_well.is_some()),
        ),
        column(
            "/nonlinear/second_minimum",
            "[X]",
            "sigma",
            "its position along pi; NaN if there is none",
            F64(|row| row.second_well(|well| well.displacement)),
        ),
        column(
            "/nonlinear/second_energy",
            "[X]",
            "epsilon",
            "its energy above the minimum; NaN if there is none",
            F64(|row| row.second_well(|well| well.energy)),
        ),
        column(
            "/nonlinear/straight_barrier",
            "[X]",
            "epsilon",
            "highest energy along pi before the second minimum; NaN if there is none",
            F64(|row| row.second_well(|well| well.barrier)),
        ),
        column(
            "/nonlinear/profile/coordinate",
            "[X,Q]",
            "sigma",
            "s of x + s pi",
            PaddedF64s(|row| row.mode.profile.displacement.clone()),
        ),
        column(
            "/nonlinear/profile/energy",
            "[X,Q]",
            "epsilon",
            "energy at these points, above the minimum",
            PaddedF64s(|row| row.mode.profile.energy.clone()),
        ),
    ];

    /// A property of the second minimum of the energy along the mode; NaN without one.
    fn second_well(&self, value: fn(&SecondWell) -> f64) -> f64 {
        self.mode.profile.second_well.as_ref().map_or(f64::NAN, value)
    }
}
