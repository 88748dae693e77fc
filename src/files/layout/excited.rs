//! tunnelling.h5, modes.h5 and elasticity.h5.

use super::Element::*;
use super::names;
use super::{AttributeEntry, DataSet, asked, attribute, set};

pub(super) const TUNNELLING: &[DataSet] = &[
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

pub(super) const TUNNELLING_ATTRIBUTES: &[AttributeEntry] = &[
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

pub(super) const MODES: &[DataSet] = &[
    set("/spectra/glass", U32, "[S]", "1", "glass of the spectrum"),
    set("/spectra/minimum", I64, "[S]", "1", "minimum of the spectrum; -1 for the glass's inherent structure"),
    set("/spectra/frequency", F64, "[S,K]", "sqrt(epsilon/m)/sigma", "frequencies, rising"),
    set("/spectra/participation_ratio", F64, "[S,K]", "1", "participation ratio of each mode, 1/N to 1"),
    asked("/spectra/eigenvector", F64, "[S,K,N,3]", "1", "eigenvectors of unit length"),
    set("/overlaps/double_well", U32, "[O]", "1", "row of /double_wells in paths.h5"),
    set("/overlaps/field", Names(names::FIELD), "[O]", "1", "vector that is compared: r_AB, r_AS or r_12"),
    set("/overlaps/mode", U32, "[O]", "1", "mode of the lower minimum that overlaps most"),
    set("/overlaps/scalar", F64, "[O]", "1", "c = |r.v| / (|r| |v|)"),
    set("/overlaps/magnitude", F64, "[O]", "1", "a = sum |r_i| |v_i| / sqrt(sum |r_i|^2 sum |v_i|^2)"),
    set("/nonlinear/double_well", I64, "[X]", "1", "row of /double_wells in paths.h5; -1 for none"),
    set("/nonlinear/start", Names(names::START), "[X]", "1", "vector the iteration was started from"),
    set("/nonlinear/stiffness", F64, "[X]", "epsilon/sigma^2", "kappa = M:pi pi"),
    set("/nonlinear/third_order", F64, "[X]", "epsilon/sigma^3", "tau = U:pi pi pi"),
    set("/nonlinear/barrier", F64, "[X]", "epsilon", "(2/3) kappa^3 / tau^2"),
    set("/nonlinear/overlap_scalar", F64, "[X]", "1", "scalar overlap with r_AB"),
    set("/nonlinear/overlap_magnitude", F64, "[X]", "1", "magnitude overlap with r_AB"),
    set("/nonlinear/iterations", U32, "[X]", "1", "iterations done"),
    set("/nonlinear/status", Names(names::STOP), "[X]", "1", "how the iteration ended"),
    set("/density_of_states/frequency", F64, "[B]", "sqrt(epsilon/m)/sigma", "upper edges of the bins"),
    set("/density_of_states/count", I64, "[B]", "1", "modes in the bin, over all glasses"),
    set("/density_of_states/integrated", F64, "[B]", "1", "I(omega), share of modes up to the bin's upper edge"),
];

pub(super) const MODES_ATTRIBUTES: &[AttributeEntry] = &[
    attribute("/density_of_states", "a4", F64, "[]", "A_4 of D(omega) = A_4 omega^4"),
    attribute("/density_of_states", "omega_debye", F64, "[]", "Debye frequency"),
];

pub(super) const ELASTICITY: &[DataSet] = &[
    set("/moduli/glass", U32, "[Ng]", "1", "the glass"),
    set("/moduli/shear", F64, "[Ng]", "epsilon/sigma^3", "shear modulus G, mean of three planes"),
    set("/moduli/bulk", F64, "[Ng]", "epsilon/sigma^3", "bulk modulus K"),
    set("/moduli/shear_born", F64, "[Ng]", "epsilon/sigma^3", "affine (Born) part of G"),
    set("/moduli/shear_nonaffine", F64, "[Ng]", "epsilon/sigma^3", "non-affine part, subtracted"),
    set("/moduli/sound_transverse", F64, "[Ng]", "sqrt(epsilon/m)", "speed of transverse sound c_t"),
    set("/moduli/sound_longitudinal", F64, "[Ng]", "sqrt(epsilon/m)", "speed of longitudinal sound c_l"),
    set("/moduli/omega_debye", F64, "[Ng]", "sqrt(epsilon/m)/sigma", "Debye frequency"),
    set("/moduli/omega_first_phonon", F64, "[Ng]", "sqrt(epsilon/m)/sigma", "lowest transverse phonon, 2 pi c_t / L"),
];
