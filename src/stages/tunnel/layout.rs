//! What is in tunnelling.h5.

use crate::files::layout::Element::*;
use crate::files::layout::{AttributeEntry, DataSet, Layout, asked, attribute, names, set};

pub static LAYOUT: Layout = Layout { data_sets: &[TUNNELLING], attributes: TUNNELLING_ATTRIBUTES };

const TUNNELLING: &[DataSet] = &[
    set("/<unit>/levels", F64, "[P,L]", "epsilon", "lowest energy levels of each double well, from the lower minimum"),
    set("/<unit>/splitting", F64, "[P]", "epsilon", "E = e_2 - e_1"),
    set("/<unit>/diagonal_splitting", F64, "[P]", "epsilon", "Delta = asymmetry + (omega_2 - omega_1)/(2 sqrt(m~))"),
    set("/<unit>/tunnelling_element", F64, "[P]", "epsilon", "Delta_0 by WKB; NaN where there is no turning point"),
    set("/<unit>/decay_rate", F64, "[P]", "epsilon/hbar", "decay rate, attempt frequency 1/T_period; NaN likewise"),
    set("/<unit>/decay_rate_paper", F64, "[P]", "epsilon/hbar", "decay rate of J. Chem. Phys. 158, 014501, Eq. 14"),
    set("/<unit>/kind", Names(names::KIND), "[P]", "1", "what the lowest two levels are"),
    set("/<unit>/below_floor", Bool, "[P]", "1", "whether the splitting is within rounding (about 1e-11)"),
    set("/<unit>/convergence", F64, "[P]", "1", "largest relative change of a level in the last doubling of the grid"),
    set("/<unit>/splitting_convergence", F64, "[P]", "1", "relative change of E in the last doubling of the grid"),
    set("/<unit>/status", Names(names::LEVELS), "[P]", "1", "how the levels were found"),
    set("/<unit>/active", Bool, "[P]", "1", "whether E < k_B T_Q and the well is no exchange"),
    set("/<unit>/specific_heat/temperature", F64, "[T]", "epsilon", "temperatures"),
    set("/<unit>/specific_heat/value", F64, "[T]", "1", "specific heat of the two-level systems, C / (N k_B)"),
    set("/<unit>/density/splitting", F64, "[D]", "epsilon", "splittings E in rising order, all kinds but exchange"),
    set(
        "/<unit>/density/cumulative",
        F64,
        "[D]",
        "1",
        "n(E), double wells with splitting up to E, per atom (over N N_g)",
    ),
    set("/<unit>/density_tunnelling/splitting", F64, "[V]", "epsilon", "the same for kind = tunnelling alone"),
    set("/<unit>/density_tunnelling/cumulative", F64, "[V]", "1", "the same for kind = tunnelling alone"),
    asked("/zero_point_difference", F64, "[P]", "epsilon sqrt(m~)", "sum of (omega_b - omega_a)/2 over the 3N-3 modes"),
];

const TUNNELLING_ATTRIBUTES: &[AttributeEntry] = &[
    attribute("/<unit>", "reduced_mass", F64, "[]", "m~ = m sigma^2 epsilon / hbar^2"),
    attribute("/<unit>", "kT_Q", F64, "[]", "k_B T_Q = 2 pi / m~, in epsilon"),
    attribute("/<unit>/density", "n0", F64, "[]", "n(k_B T_Q) / k_B T_Q, per atom (over N N_g), 1/epsilon"),
    attribute("/<unit>/density", "n0_third", F64, "[]", "the same at k_B T_Q / 3, per atom"),
    attribute("/<unit>/density", "counts", I64, "[2]", "double wells below k_B T_Q and below k_B T_Q / 3"),
    attribute(
        "/<unit>/density",
        "n0_SI",
        F64,
        "[]",
        "n0 per volume, by the mean density of all glasses, J^-1 m^-3; NaN without constants of the unit",
    ),
    attribute("/<unit>/density", "errors", F64, "[4]", "lower and upper 68 % limits of n0, then of n0_third, per atom"),
    attribute(
        "/<unit>/density",
        "normalisation",
        Text,
        "[]",
        "in words: which attributes are per atom, which per volume",
    ),
    attribute("/<unit>/density_tunnelling", "n0", F64, "[]", "as of density, kind = tunnelling alone"),
    attribute("/<unit>/density_tunnelling", "n0_third", F64, "[]", "as of density, kind = tunnelling alone"),
    attribute("/<unit>/density_tunnelling", "counts", I64, "[2]", "as of density, kind = tunnelling alone"),
    attribute("/<unit>/density_tunnelling", "n0_SI", F64, "[]", "as of density, kind = tunnelling alone"),
    attribute("/<unit>/density_tunnelling", "normalisation", Text, "[]", "as of density"),
    attribute("/<unit>/density_tunnelling", "errors", F64, "[4]", "as of density, kind = tunnelling alone"),
];
