//! What is in glasses.h5.

use crate::files::layout::Element::*;
use crate::files::layout::{DataSet, Layout, names, set};

pub static LAYOUT: Layout = Layout { data_sets: &[GLASSES], attributes: &[] };

const GLASSES: &[DataSet] = &[
    set(
        "/glasses/position",
        F64,
        "[Ng,N,3]",
        "sigma",
        "positions of the glass as prepared, in the box; with method quench those of the minimum",
    ),
    set("/glasses/diameter", F64, "[Ng,N]", "sigma", "diameters of the particles (1 where the law has none)"),
    set("/glasses/species", U32, "[Ng,N]", "1", "species of the particles; 0, 1, 2 are A, B, C"),
    set("/glasses/box", F64, "[Ng,3]", "sigma", "edges of the periodic box"),
    set(
        "/glasses/energy",
        F64,
        "[Ng]",
        "epsilon",
        "potential energy per particle, as prepared: at the positions above",
    ),
    set("/glasses/inherent_energy", F64, "[Ng]", "epsilon", "potential energy per particle at the inherent structure"),
    set(
        "/glasses/inherent_status",
        Names(names::QUENCH),
        "[Ng]",
        "1",
        "how the quench to the inherent structure ended; stalled: as near as the rounding of coordinates allows",
    ),
    set(
        "/glasses/pressure",
        F64,
        "[Ng]",
        "epsilon/sigma^3",
        "pressure, with the ideal part rho T (T = 0 with method quench)",
    ),
    set("/glasses/equilibrated", Bool, "[Ng]", "1", "whether the glass was in equilibrium when preparation ended"),
    set(
        "/glasses/relaxation_time",
        F64,
        "[Ng]",
        "sigma sqrt(m/epsilon)",
        "1/e time of F_s of the preparation (swap-mc: sweeps); NaN when not reached",
    ),
    set("/glasses/swap_acceptance", F64, "[Ng]", "1", "accepted over attempted swaps; NaN without swaps"),
    set("/glasses/equilibration/glass", U32, "[E]", "1", "glass of this row of the traces"),
    set(
        "/glasses/equilibration/time",
        F64,
        "[E]",
        "sigma sqrt(m/epsilon)",
        "time since T was reached (swap-mc: sweeps)",
    ),
    set("/glasses/equilibration/energy", F64, "[E]", "epsilon", "potential energy per particle then"),
];
