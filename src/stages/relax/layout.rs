//! Layout of relaxation.h5.

use super::columns;
use crate::files::columns::data_sets;
use crate::files::layout::Element::*;
use crate::files::layout::{AttributeEntry, DataSet, Layout, attribute};

pub static LAYOUT: Layout =
    Layout { data_sets: &[&ENSEMBLES, &SPECIES, &SPEED_UPS, &HYBRIDS, &SAMPLES], attributes: RELAXATION_ATTRIBUTES };

static ENSEMBLES: [DataSet; columns::ENSEMBLES.len()] = data_sets(columns::ENSEMBLES);
static SPECIES: [DataSet; columns::SpeciesCurves::COLUMNS.len()] = data_sets(columns::SpeciesCurves::COLUMNS);
static SPEED_UPS: [DataSet; columns::SPEED_UPS.len()] = data_sets(columns::SPEED_UPS);
static HYBRIDS: [DataSet; columns::HYBRIDS.len()] = data_sets(columns::HYBRIDS);
static SAMPLES: [DataSet; columns::SAMPLES.len()] = data_sets(columns::SAMPLES);

const RELAXATION_ATTRIBUTES: &[AttributeEntry] = &[
    attribute("/relaxation", "dynamics", Text, "[]", "dynamics of this group: md when requested, else hybrid_swap"),
    attribute("/relaxation", "wave_number", F64, "[]", "|q| as requested, 1/sigma"),
    attribute(
        "/relaxation",
        "wave_vectors",
        I64,
        "[]",
        "number of wave vectors q of the box over which F_s is averaged, both signs",
    ),
    attribute("/relaxation", "wave_number_mean", F64, "[]", "their mean length, 1/sigma"),
    attribute("/relaxation", "overlap_distance", F64, "[]", "a of Q(t), sigma"),
    attribute("/relaxation", "onset", F64, "[]", "onset temperature T_o of slow dynamics; NaN without one"),
    attribute(
        "/relaxation",
        "onset_error",
        F64,
        "[]",
        "its standard error; NaN where tau_alpha has none; the same below",
    ),
    attribute("/relaxation", "onset_status", Text, "[]", "fitted; too_few temperatures; or undetermined by the data"),
    attribute("/relaxation", "activation_energy", F64, "[]", "E of tau ~ exp(E/T) above T_o, epsilon"),
    attribute("/relaxation", "activation_energy_error", F64, "[]", "its standard error"),
    attribute(
        "/relaxation",
        "window",
        F64,
        "[]",
        "temperature up to which the laws below are fitted: onset, or if there is none the value from the model's \
         paper",
    ),
    attribute("/relaxation", "tau_onset", F64, "[]", "tau_0 = tau(window)"),
    attribute("/relaxation", "t_mct", F64, "[]", "T_mct of the power law tau ~ (T - T_mct)^-gamma"),
    attribute("/relaxation", "t_mct_error", F64, "[]", "its standard error"),
    attribute("/relaxation", "gamma", F64, "[]", "gamma of that law"),
    attribute("/relaxation", "gamma_error", F64, "[]", "its standard error"),
    attribute("/relaxation", "mode_coupling_status", Text, "[]", "as for onset_status"),
    attribute("/relaxation", "vft_temperature", F64, "[]", "T_0 of tau = tau_0 exp(D T_0 / (T - T_0))"),
    attribute("/relaxation", "vft_temperature_error", F64, "[]", "its standard error"),
    attribute("/relaxation", "vft_strength", F64, "[]", "D of that law"),
    attribute("/relaxation", "vft_strength_error", F64, "[]", "its standard error"),
    attribute("/relaxation", "vft_status", Text, "[]", "as for onset_status"),
    attribute("/relaxation", "t_g_vft", F64, "[]", "T_g of the Vogel-Fulcher-Tammann fit: tau = 10^12 tau_0"),
    attribute("/relaxation", "t_g_vft_error", F64, "[]", "its standard error"),
    attribute("/relaxation", "parabolic_temperature", F64, "[]", "T_p of tau = tau_0 exp(J^2 (1/T - 1/T_p)^2)"),
    attribute("/relaxation", "parabolic_temperature_error", F64, "[]", "its standard error"),
    attribute("/relaxation", "parabolic_energy", F64, "[]", "J of that law, epsilon"),
    attribute("/relaxation", "parabolic_energy_error", F64, "[]", "its standard error"),
    attribute("/relaxation", "parabolic_status", Text, "[]", "as for onset_status"),
    attribute("/relaxation", "t_g_parabolic", F64, "[]", "T_g of the parabolic fit"),
    attribute("/relaxation", "t_g_parabolic_error", F64, "[]", "its standard error"),
];
