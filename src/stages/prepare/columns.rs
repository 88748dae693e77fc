//! The columns of glasses.h5.

use super::record::{GlassRecord, StartRecord};
use crate::files::columns::Take::*;
use crate::files::columns::{Column, column};
use crate::files::layout::names;
use crate::files::name_of;

/// /glasses.
pub const GLASSES: &[Column<GlassRecord>] = &[
    column(
        "/glasses/position",
        "[Ng,N,3]",
        "sigma",
        "positions of the prepared glass, in the box; with method quench, positions of the minimum",
        F64s(|glass| glass.configuration.positions.clone()),
    ),
    column(
        "/glasses/diameter",
        "[Ng,N]",
        "sigma",
        "diameters of the particles (1 for models without diameters)",
        F64s(|glass| glass.configuration.diameters.clone()),
    ),
    column(
        "/glasses/species",
        "[Ng,N]",
        "1",
        "species of the particles; 0, 1, 2 are A, B, C",
        U32s(|glass| glass.configuration.species.iter().map(|s| u32::from(*s)).collect()),
    ),
    column(
        "/glasses/box",
        "[Ng,3]",
        "sigma",
        "edges of the periodic box",
        F64s(|glass| glass.configuration.cell.edges.to_vec()),
    ),
    column(
        "/glasses/energy",
        "[Ng]",
        "epsilon",
        "potential energy per particle of the prepared glass, at the positions above",
        F64(|glass| glass.energy_per_particle),
    ),
    column(
        "/glasses/inherent_energy",
        "[Ng]",
        "epsilon",
        "potential energy per particle of the inherent structure",
        F64(|glass| glass.inherent_energy_per_particle),
    ),
    column(
        "/glasses/inherent_status",
        "[Ng]",
        "1",
        "how the quench to the inherent structure ended; stalled: as close to the minimum as the rounding of \
         coordinates allows",
        Name(names::QUENCH, |glass| name_of(&glass.inherent_stop)),
    ),
    column(
        "/glasses/pressure",
        "[Ng]",
        "epsilon/sigma^3",
        "pressure, including the ideal part rho T (T = 0 with method quench)",
        F64(|glass| glass.pressure),
    ),
    column(
        "/glasses/equilibrated",
        "[Ng]",
        "1",
        "whether the glass was in equilibrium when preparation ended",
        Bool(|glass| glass.equilibrated),
    ),
    column(
        "/glasses/relaxation_time",
        "[Ng]",
        "sigma sqrt(m/epsilon)",
        "time at which F_s of the preparation falls to 1/e (swap-mc: sweeps); NaN when not reached",
        F64(|glass| glass.relaxation_time),
    ),
    column(
        "/glasses/swap_acceptance",
        "[Ng]",
        "1",
        "fraction of attempted swaps that were accepted; NaN without swaps",
        F64(|glass| glass.swap_acceptance),
    ),
];

/// /starts.
pub const STARTS: &[Column<StartRecord>] = &[
    column("/starts/glass", "[St]", "1", "glass of this starting configuration", U32(|start| start.glass as u32)),
    column(
        "/starts/number",
        "[St]",
        "1",
        "number within the glass, from 1; number 0 is the row of /glasses. Of n configurations, number r mod n is the \
         start of run r of explore",
        U32(|start| start.number as u32),
    ),
    column(
        "/starts/position",
        "[St,N,3]",
        "sigma",
        "positions, in the box, moved as a whole onto those in /glasses",
        F64s(|start| start.positions.clone()),
    ),
    column(
        "/starts/energy",
        "[St]",
        "epsilon",
        "potential energy per particle",
        F64(|start| start.energy_per_particle),
    ),
    column(
        "/starts/inherent_energy",
        "[St]",
        "epsilon",
        "potential energy per particle of the inherent structure",
        F64(|start| start.inherent_energy_per_particle),
    ),
    column(
        "/starts/inherent_status",
        "[St]",
        "1",
        "how the quench to the inherent structure ended",
        Name(names::QUENCH, |start| name_of(&start.inherent_stop)),
    ),
];

/// One point of the equilibration trace of a glass.
pub struct TracePoint {
    pub glass: usize,
    pub time: f64,
    pub energy: f64,
}

/// /glasses/equilibration.
pub const EQUILIBRATION: &[Column<TracePoint>] = &[
    column(
        "/glasses/equilibration/glass",
        "[E]",
        "1",
        "glass of this row of the traces",
        U32(|point| point.glass as u32),
    ),
    column(
        "/glasses/equilibration/time",
        "[E]",
        "sigma sqrt(m/epsilon)",
        "time since the temperature was reached (swap-mc: sweeps)",
        F64(|point| point.time),
    ),
    column(
        "/glasses/equilibration/energy",
        "[E]",
        "epsilon",
        "potential energy per particle at this time",
        F64(|point| point.energy),
    ),
];
