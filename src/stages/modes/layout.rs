//! Layout of modes.h5.

use super::columns;
use crate::files::columns::data_sets;
use crate::files::layout::Element::*;
use crate::files::layout::{AttributeEntry, DataSet, Layout, attribute};

pub static LAYOUT: Layout = Layout {
    data_sets: &[
        &SPECTRA,
        &THIRD_ORDER,
        &EIGENVECTORS,
        &OVERLAPS,
        &NONLINEAR,
        &TANGENTS,
        &PATH_HESSIANS,
        &FOLLOWED,
        &ZERO_POINT_DIFFERENCES,
        &ZERO_POINTS,
        &DENSITY,
        &SOUND,
    ],
    attributes: MODES_ATTRIBUTES,
};

static SPECTRA: [DataSet; columns::SPECTRA.len()] = data_sets(columns::SPECTRA);
static THIRD_ORDER: [DataSet; columns::THIRD_ORDER.len()] = data_sets(columns::THIRD_ORDER);
static EIGENVECTORS: [DataSet; columns::EIGENVECTORS.len()] = data_sets(columns::EIGENVECTORS);
static OVERLAPS: [DataSet; columns::OVERLAPS.len()] = data_sets(columns::OVERLAPS);
static NONLINEAR: [DataSet; columns::NonlinearOf::COLUMNS.len()] = data_sets(columns::NonlinearOf::COLUMNS);
static TANGENTS: [DataSet; columns::TANGENTS.len()] = data_sets(columns::TANGENTS);
static PATH_HESSIANS: [DataSet; columns::HessianOf::COLUMNS.len()] = data_sets(columns::HessianOf::COLUMNS);
static FOLLOWED: [DataSet; columns::FOLLOWED.len()] = data_sets(columns::FOLLOWED);
static ZERO_POINT_DIFFERENCES: [DataSet; columns::ZERO_POINT_DIFFERENCES.len()] =
    data_sets(columns::ZERO_POINT_DIFFERENCES);
static ZERO_POINTS: [DataSet; columns::ZERO_POINTS.len()] = data_sets(columns::ZERO_POINTS);
static DENSITY: [DataSet; columns::DENSITY.len()] = data_sets(columns::DENSITY);
static SOUND: [DataSet; columns::SOUND.len()] = data_sets(columns::SOUND);

const MODES_ATTRIBUTES: &[AttributeEntry] = &[
    attribute("/density_of_states", "a4", F64, "[]", "A_4 of D(omega) = A_4 omega^4; NaN with its status"),
    attribute("/density_of_states", "a4_error", F64, "[]", "its standard error, by bootstrap over glasses"),
    attribute("/density_of_states", "a4_reduced", F64, "[]", "A_4 omega_D^5"),
    attribute("/density_of_states", "a4_reduced_error", F64, "[]", "error of A_4 times omega_D^5"),
    attribute(
        "/density_of_states",
        "complete_to",
        F64,
        "[]",
        "frequency up to which no glass lacks a mode; the bins end there",
    ),
    attribute("/density_of_states", "a4_status", Text, "[]", "fitted, or the reason why not"),
    attribute("/density_of_states", "a4_modes", I64, "[]", "number of modes below the upper end of the fit window"),
    attribute("/density_of_states", "omega_debye", F64, "[]", "Debye frequency, mean over the glasses that have one"),
    attribute(
        "/density_of_states",
        "omega_first_phonon",
        F64,
        "[]",
        "omega_t = 2 pi c_t / L, mean over the glasses that have one",
    ),
];
