//! Layout of paths.h5.

use super::{columns, pair_columns, place_columns};
use crate::files::columns::data_sets;
use crate::files::layout::{DataSet, Layout};

pub static LAYOUT: Layout = Layout {
    data_sets: &[
        &CANDIDATES,
        &WELLS,
        &PLACES,
        &IMAGES,
        &REJECTED,
        &PARTS,
        &MINIMA,
        &SYSTEMS,
        &GROWTH,
        &PAIRS,
        &SCREENING,
    ],
    attributes: &[],
};

static CANDIDATES: [DataSet; columns::CandidateOf::COLUMNS.len()] = data_sets(columns::CandidateOf::COLUMNS);
static WELLS: [DataSet; columns::WellOf::COLUMNS.len()] = data_sets(columns::WellOf::COLUMNS);
static PLACES: [DataSet; place_columns::PlaceOf::COLUMNS.len()] = data_sets(place_columns::PlaceOf::COLUMNS);
static IMAGES: [DataSet; columns::WellOf::IMAGES.len()] = data_sets(columns::WellOf::IMAGES);
static REJECTED: [DataSet; columns::RejectedPair::COLUMNS.len()] = data_sets(columns::RejectedPair::COLUMNS);
static MINIMA: [DataSet; columns::FoundMinimum::COLUMNS.len()] = data_sets(columns::FoundMinimum::COLUMNS);
static PARTS: [DataSet; place_columns::PARTS.len()] = data_sets(place_columns::PARTS);
static SYSTEMS: [DataSet; place_columns::SystemOf::COLUMNS.len()] = data_sets(place_columns::SystemOf::COLUMNS);
static PAIRS: [DataSet; pair_columns::PairOf::COLUMNS.len()] = data_sets(pair_columns::PairOf::COLUMNS);
static SCREENING: [DataSet; pair_columns::SCREENING.len()] = data_sets(pair_columns::SCREENING);
static GROWTH: [DataSet; place_columns::GrowthOf::COLUMNS.len()] = data_sets(place_columns::GrowthOf::COLUMNS);
