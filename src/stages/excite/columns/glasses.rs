//! The columns of the glasses, their modes and the density of states.

use super::FREQUENCY;
use crate::excitation::PushStatus;
use crate::files::columns::Take::*;
use crate::files::columns::{Column, column};
use crate::files::layout::names;
use crate::files::name_of;
use crate::stages::excite::record::PushedGlass;

/// A glass whose modes were pushed along.
pub struct GlassOf<'g> {
    pub glass: &'g PushedGlass,
    /// The smallest |dr| that counts as a transition.
    pub smallest_transition: f64,
}

impl<'g> GlassOf<'g> {
    /// /glasses.
    pub const COLUMNS: &'g [Column<Self>] = &[
        column("/glasses/glass", "[G]", "1", "the glass", U32(|row| row.glass.number() as u32)),
        column(
            "/glasses/inherent_energy",
            "[G]",
            "epsilon",
            "energy per particle of its inherent structure",
            F64(|row| row.glass.spectrum.origin.energy / row.glass.particles() as f64),
        ),
        column(
            "/glasses/inherent_pressure",
            "[G]",
            "epsilon/sigma^3",
            "configurational pressure of the inherent structure",
            F64(|row| row.glass.spectrum.pressure),
        ),
        column(
            "/glasses/residual",
            "[G]",
            "epsilon/sigma",
            "largest force component at the inherent structure",
            F64(|row| row.glass.spectrum.origin.residual),
        ),
        column(
            "/glasses/inherent_status",
            "[G]",
            "1",
            "how the quench to the inherent structure ended",
            Name(names::QUENCH, |row| name_of(&row.glass.spectrum.origin.stop)),
        ),
        column(
            "/glasses/status",
            "[G]",
            "1",
            "state of the inherent structure: stable; zero_modes in addition to translations and rattlers; unstable \
             (an eigenvalue below -1e-10 of a bound on the largest; not pushed); no_minimum (not reached); failed \
             (its modes were not found)",
            Name(names::GLASS, |row| name_of(&row.glass.spectrum.status)),
        ),
        column(
            "/glasses/modes",
            "[G]",
            "1",
            "number of modes, 3 (N - rattlers) - 3",
            I64(|row| row.glass.spectrum.origin.modes() as i64),
        ),
        column(
            "/glasses/zero_modes",
            "[G]",
            "1",
            "number of computed eigenvalues that are 0 within 1e-10 of a bound on the largest; there are no pushes \
             along these modes, but displacements along them count",
            I64(|row| row.glass.spectrum.zero_modes as i64),
        ),
        column(
            "/glasses/debye_frequency",
            "[G]",
            FREQUENCY,
            "omega_D from the moduli by linear response; NaN where these cannot be determined",
            F64(|row| row.glass.spectrum.debye_frequency),
        ),
        column(
            "/glasses/rattlers",
            "[G]",
            "1",
            "number of rattlers, excluded from modes, displacements and 3N - 3",
            I64(|row| (row.glass.particles() - row.glass.spectrum.origin.held()) as i64),
        ),
        column(
            "/glasses/counted",
            "[G]",
            "1",
            "whether the number of modes was verified by the inertia of the Hessian",
            Bool(|row| row.glass.spectrum.counted),
        ),
        column(
            "/glasses/smallest_transition",
            "[G]",
            "sigma",
            "the smallest |dr| that counts as a transition",
            F64(|row| row.smallest_transition),
        ),
        column(
            "/glasses/onset_temperature",
            "[G]",
            "epsilon",
            "T_c = 2 min_k barrier; NaN without a transition",
            F64(|row| row.glass.onset_temperature()),
        ),
        column(
            "/glasses/transitions",
            "[G]",
            "1",
            "number of modes that lead to another minimum",
            I64(|row| row.glass.with(PushStatus::Transition) as i64),
        ),
        column(
            "/glasses/destinations",
            "[G]",
            "1",
            "number of distinct minima that they lead to",
            I64(|row| row.glass.destinations.len() as i64),
        ),
        column(
            "/glasses/discarded",
            "[G]",
            "1",
            "number of modes without a transition before particles overlapped",
            I64(|row| row.glass.with(PushStatus::Discarded) as i64),
        ),
    ];
}

/// A mode of a glass.
pub struct ModeOf {
    pub glass: usize,
    pub mode: usize,
    pub frequency: f64,
    pub participation_ratio: f64,
    pub phonon_order: f64,
}

/// /spectra.
pub const SPECTRA: &[Column<ModeOf>] = &[
    column("/spectra/glass", "[S]", "1", "glass of the mode", U32(|row| row.glass as u32)),
    column(
        "/spectra/mode",
        "[S]",
        "1",
        "number of the mode; 0 is the lowest one, without translations",
        U32(|row| row.mode as u32),
    ),
    column(
        "/spectra/frequency",
        "[S]",
        FREQUENCY,
        "frequencies, increasing in each glass; 0 for a zero mode, -|omega| for an unstable one",
        F64(|row| row.frequency),
    ),
    column(
        "/spectra/participation_ratio",
        "[S]",
        "1",
        "participation ratio of the mode",
        F64(|row| row.participation_ratio),
    ),
    column("/spectra/phonon_order", "[S]", "1", "phonon order parameter O_k", F64(|row| row.phonon_order)),
];

/// A bin of the density of states.
pub struct DensityBin {
    pub lower: f64,
    pub upper: f64,
    pub count: u64,
    pub density: f64,
    pub reduced: f64,
}

/// /density_of_states.
pub const DENSITY: &[Column<DensityBin>] = &[
    column(
        "/density_of_states/lower",
        "[B]",
        FREQUENCY,
        "lower edges of bins with equal numbers of modes",
        F64(|bin| bin.lower),
    ),
    column("/density_of_states/upper", "[B]", FREQUENCY, "their upper edges", F64(|bin| bin.upper)),
    column(
        "/density_of_states/count",
        "[B]",
        "1",
        "number of modes in the bin, over all glasses",
        I64(|bin| bin.count as i64),
    ),
    column(
        "/density_of_states/density",
        "[B]",
        "sigma sqrt(m/epsilon)",
        "g(omega), normalised to 1 over all 3N - 3 modes of a glass",
        F64(|bin| bin.density),
    ),
    column(
        "/density_of_states/reduced",
        "[B]",
        "sigma^3 (m/epsilon)^(3/2)",
        "g(omega) / omega^2: the modes of the bin divided by the integral of omega^2",
        F64(|bin| bin.reduced),
    ),
];
