//! The columns of the outcomes of pushes, and of the minima they lead to.

use super::FREQUENCY;
use crate::excitation::{GlassSpectrum, cubic_amplitude};
use crate::files::columns::Take::*;
use crate::files::columns::{Column, asked_column, column};
use crate::files::layout::names;
use crate::files::name_of;
use crate::stages::excite::record::{Destination, Pushed, PushedGlass};

/// A mode of a glass and the outcome of the pushes along it.
pub struct ExcitationOf<'g> {
    pub glass: &'g PushedGlass,
    pub pushed: &'g Pushed,
    pub destination: Option<usize>,
}

impl<'g> ExcitationOf<'g> {
    /// /excitations.
    pub const COLUMNS: &'g [Column<Self>] = &[
        column("/excitations/glass", "[X]", "1", "glass that was pushed", U32(|row| row.pushed.glass as u32)),
        column(
            "/excitations/mode",
            "[X]",
            "1",
            "mode along which it was pushed; 0 is the lowest one, without translations",
            U32(|row| row.pushed.mode as u32),
        ),
        column(
            "/excitations/status",
            "[X]",
            "1",
            "outcome of the pushes; excite.modes rows for each glass, no_mode (all else NaN) where it has fewer modes",
            Name(names::PUSH, |row| name_of(&row.pushed.excitation.status)),
        ),
        column(
            "/excitations/certainty",
            "[X]",
            "1",
            "whether A_c is known; it is only an upper bound where smaller pushes of the other sign ended without a \
             minimum (other_sign_overlapping, other_sign_unsettled), where pushes inside the bracket did, or where \
             the first push of the grid left the minimum (wide)",
            Name(names::CERTAINTY, |row| name_of(&row.pushed.excitation.certainty)),
        ),
        column(
            "/excitations/frequency",
            "[X]",
            FREQUENCY,
            "frequency of the mode",
            F64(|row| row.of_mode(&row.glass.spectrum.frequencies())),
        ),
        column(
            "/excitations/participation_ratio",
            "[X]",
            "1",
            "participation ratio of the mode",
            F64(|row| row.of_mode(&row.glass.spectrum.participation_ratio)),
        ),
        column(
            "/excitations/phonon_order",
            "[X]",
            "1",
            "phonon order parameter O_k",
            F64(|row| row.of_mode(&row.glass.spectrum.phonon_order)),
        ),
        column(
            "/excitations/critical_amplitude",
            "[X]",
            "sigma",
            "smallest amplitude A_c of both signs that leaves the minimum, within excite.tolerance if certainty is \
             known; NaN if there is none",
            F64(|row| row.pushed.excitation.critical_amplitude),
        ),
        column(
            "/excitations/returning_amplitude",
            "[X]",
            "sigma",
            "largest amplitude below A_c whose push returned; 0 when the first push of the grid leaves, NaN if \
             there is none",
            F64(|row| row.pushed.excitation.returning_amplitude),
        ),
        column(
            "/excitations/sign",
            "[X]",
            "1",
            "sign of the eigenvector along which the minimum is left first; 0 if there is none",
            F64(|row| row.pushed.excitation.sign),
        ),
        column(
            "/excitations/critical_amplitude_cubic",
            "[X]",
            "sigma",
            "cubic estimate of A_c, 2 omega^2 / (|tau| sqrt(N))",
            F64(|row| row.cubic_amplitude()),
        ),
        column(
            "/excitations/third_order",
            "[X]",
            "epsilon/sigma^3",
            "tau = U:e e e of the mode",
            F64(|row| row.of_mode(&row.glass.spectrum.third_order)),
        ),
        column("/excitations/barrier", "[X]", "epsilon", "V(A_c) - V(0)", F64(|row| row.pushed.excitation.barrier)),
        column(
            "/excitations/distance",
            "[X]",
            "sigma",
            "|dr| between the old and the new minimum, without rattlers",
            F64(|row| row.pushed.excitation.distance),
        ),
        column(
            "/excitations/energy_difference",
            "[X]",
            "epsilon",
            "energy of the new minimum minus that of the old one",
            F64(|row| row.pushed.excitation.energy_difference),
        ),
        column(
            "/excitations/rearranging_particles",
            "[X]",
            "1",
            "[sum dr_i^2]^2 / sum dr_i^4",
            F64(|row| row.pushed.excitation.rearranging_particles),
        ),
        column(
            "/excitations/alignment",
            "[X]",
            "1",
            "I = |sum dr_i.e_i| / |dr|",
            F64(|row| row.pushed.excitation.alignment),
        ),
        column(
            "/excitations/destination",
            "[X]",
            "1",
            "number of the new minimum within the glass; -1 if there is none",
            I64(|row| row.destination.map_or(-1, |number| number as i64)),
        ),
        column(
            "/excitations/decay_exponent",
            "[X]",
            "1",
            "exponent a of |dr_i| ~ r^-a far from the particle that moves most",
            F64(|row| row.pushed.decay.0),
        ),
        column(
            "/excitations/decay_exponent_error",
            "[X]",
            "1",
            "its standard error, from the scatter of the shells",
            F64(|row| row.pushed.decay.1),
        ),
        column(
            "/excitations/pushes",
            "[X]",
            "1",
            "number of quenches of pushed configurations",
            I64(|row| row.pushed.excitation.pushes as i64),
        ),
        column(
            "/excitations/overlaps",
            "[X]",
            "1",
            "number of discarded pushes, with particles closer than 0.7 sigma",
            I64(|row| row.pushed.excitation.overlaps as i64),
        ),
        column(
            "/excitations/force_evaluations",
            "[X]",
            "1",
            "number of force evaluations of the quenches",
            I64(|row| row.pushed.excitation.force_evaluations as i64),
        ),
    ];

    /// The value for this mode in a column of the spectrum; NaN where there is none.
    fn of_mode(&self, column: &[f64]) -> f64 {
        column.get(self.pushed.mode).copied().unwrap_or(f64::NAN)
    }

    fn cubic_amplitude(&self) -> f64 {
        let GlassSpectrum { eigenvalues, third_order, .. } = &self.glass.spectrum;
        cubic_amplitude(self.of_mode(eigenvalues), self.of_mode(third_order), self.glass.particles())
    }
}

/// A minimum reached from modes of a glass, and the lowest of these modes.
pub struct DestinationOf<'g> {
    pub number: usize,
    pub destination: &'g Destination,
    pub first: &'g Pushed,
}

impl<'g> DestinationOf<'g> {
    /// /destinations.
    pub const COLUMNS: &'g [Column<Self>] = &[
        column("/destinations/glass", "[D]", "1", "glass of the new minimum", U32(|row| row.first.glass as u32)),
        column(
            "/destinations/destination",
            "[D]",
            "1",
            "number of the new minimum within the glass, in the order of the first mode that leads to it",
            I64(|row| row.number as i64),
        ),
        column(
            "/destinations/modes",
            "[D]",
            "1",
            "number of modes that lead to it",
            I64(|row| row.destination.modes as i64),
        ),
        column(
            "/destinations/first_mode",
            "[D]",
            "1",
            "lowest mode that leads to it",
            U32(|row| row.first.mode as u32),
        ),
        column(
            "/destinations/distance",
            "[D]",
            "sigma",
            "|dr|, for the lowest mode that leads to it",
            F64(|row| row.first.excitation.distance),
        ),
        column(
            "/destinations/energy_difference",
            "[D]",
            "epsilon",
            "energy of the new minimum minus that of the old one",
            F64(|row| row.first.excitation.energy_difference),
        ),
        column(
            "/destinations/rearranging_particles",
            "[D]",
            "1",
            "[sum dr_i^2]^2 / sum dr_i^4",
            F64(|row| row.first.excitation.rearranging_particles),
        ),
        column(
            "/destinations/barrier",
            "[D]",
            "epsilon",
            "smallest V(A_c) - V(0) of the modes that lead to it",
            F64(|row| row.destination.barrier),
        ),
    ];

    /// With excite.store_displacements.
    pub const DISPLACEMENTS: &'g [Column<Self>] = &[asked_column(
        "/destinations/displacement",
        "[D,N,3]",
        "sigma",
        "dr_i, 0 for rattlers; in single precision",
        F64s(|row| row.first.excitation.displacement.iter().map(|d| f64::from(*d)).collect()),
    )];
}
