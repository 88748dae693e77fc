//! Layout of excitations.h5.

use super::columns;
use crate::files::columns::data_sets;
use crate::files::layout::Element::*;
use crate::files::layout::{AttributeEntry, DataSet, Layout, attribute};

pub static LAYOUT: Layout = Layout {
    data_sets: &[&EXCITATIONS, &DESTINATIONS, &DISPLACEMENTS, &GLASSES, &SPECTRA, &DENSITY],
    attributes: EXCITATIONS_ATTRIBUTES,
};

static EXCITATIONS: [DataSet; columns::ExcitationOf::COLUMNS.len()] = data_sets(columns::ExcitationOf::COLUMNS);
static DESTINATIONS: [DataSet; columns::DestinationOf::COLUMNS.len()] = data_sets(columns::DestinationOf::COLUMNS);
static DISPLACEMENTS: [DataSet; columns::DestinationOf::DISPLACEMENTS.len()] =
    data_sets(columns::DestinationOf::DISPLACEMENTS);
static GLASSES: [DataSet; columns::GlassOf::COLUMNS.len()] = data_sets(columns::GlassOf::COLUMNS);
static SPECTRA: [DataSet; columns::SPECTRA.len()] = data_sets(columns::SPECTRA);
static DENSITY: [DataSet; columns::DENSITY.len()] = data_sets(columns::DENSITY);

const EXCITATIONS_ATTRIBUTES: &[AttributeEntry] = &[
    attribute(
        "/destinations",
        "energy_exponent",
        F64,
        "[]",
        "exponent b of |energy_difference| ~ distance^b over /destinations",
    ),
    attribute("/destinations", "energy_exponent_error", F64, "[]", "its standard error, from the scatter"),
    attribute(
        "/density_of_states",
        "boson_peak",
        F64,
        "[]",
        "omega_BP, the maximum of reduced; NaN when it is beyond the computed modes",
    ),
    attribute(
        "/density_of_states",
        "boson_peak_error",
        F64,
        "[]",
        "half the width of the range of bins that are equally high within their errors",
    ),
    attribute(
        "/density_of_states",
        "complete_to",
        F64,
        "[]",
        "frequency up to which no glass lacks a mode; inf when all are computed",
    ),
    attribute(
        "/density_of_states",
        "fitted_to",
        F64,
        "[]",
        "frequency up to which the two laws are fitted: excite.fit_to times boson_peak or, where that is NaN, times \
         the highest mode below complete_to",
    ),
    attribute(
        "/density_of_states",
        "elastic_debye_level",
        F64,
        "[]",
        "3 / omega_D^3, mean over the glasses whose debye_frequency is known: the value of A_D expected for sound \
         waves",
    ),
    attribute(
        "/density_of_states",
        "debye_level",
        F64,
        "[]",
        "A_D of g = A_D omega^2 for the n modes up to fitted_to that are not quasilocalised: 3 n / (all modes fitted_to^3); NaN with its status",
    ),
    attribute(
        "/density_of_states",
        "debye_level_error",
        F64,
        "[]",
        "its counting error, A_D / sqrt(n); it does not include the discreteness of sound waves in a small box",
    ),
    attribute(
        "/density_of_states",
        "debye_level_exponent",
        F64,
        "[]",
        "best-fit exponent for these modes; 2 if the law holds",
    ),
    attribute("/density_of_states", "debye_level_exponent_error", F64, "[]", "its counting error"),
    attribute("/density_of_states", "debye_level_modes", I64, "[]", "n, the number of modes in the fit"),
    attribute("/density_of_states", "debye_level_status", Text, "[]", "fitted, or too_few_modes: fewer than 10"),
    attribute(
        "/density_of_states",
        "quartic",
        F64,
        "[]",
        "alpha of g = alpha omega^4 for the n quasilocalised modes (P_k < 0.1 and O_k < 0.5) up to fitted_to: \
         5 n / (all modes fitted_to^5); NaN with its status",
    ),
    attribute("/density_of_states", "quartic_error", F64, "[]", "its counting error, alpha / sqrt(n)"),
    attribute(
        "/density_of_states",
        "quartic_exponent",
        F64,
        "[]",
        "best-fit exponent for these modes; 4 if the law holds",
    ),
    attribute("/density_of_states", "quartic_exponent_error", F64, "[]", "its counting error"),
    attribute("/density_of_states", "quartic_modes", I64, "[]", "n, the number of modes in the fit"),
    attribute("/density_of_states", "quartic_status", Text, "[]", "fitted, or too_few_modes: fewer than 10"),
];
