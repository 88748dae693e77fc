//! Layout of landscape.h5.

use super::columns;
use crate::files::columns::data_sets;
use crate::files::layout::{DataSet, Layout};

pub static LAYOUT: Layout = Layout {
    data_sets: &[&MINIMA, &VISITS, &TRANSITIONS, &RUNS, &STARTS, &RECOGNITION, &GROWTH, &STAYS, &SURVIVAL],
    attributes: &[],
};

static MINIMA: [DataSet; columns::MinimumOf::COLUMNS.len()] = data_sets(columns::MinimumOf::COLUMNS);
static VISITS: [DataSet; columns::VISITS.len()] = data_sets(columns::VISITS);
static TRANSITIONS: [DataSet; columns::TransitionOf::COLUMNS.len()] = data_sets(columns::TransitionOf::COLUMNS);
static RUNS: [DataSet; columns::RUNS.len()] = data_sets(columns::RUNS);
static STARTS: [DataSet; columns::STARTS.len()] = data_sets(columns::STARTS);
static RECOGNITION: [DataSet; columns::RECOGNITION.len()] = data_sets(columns::RECOGNITION);
static GROWTH: [DataSet; columns::GrowthOf::COLUMNS.len()] = data_sets(columns::GrowthOf::COLUMNS);
static SURVIVAL: [DataSet; columns::SurvivalOf::COLUMNS.len()] = data_sets(columns::SurvivalOf::COLUMNS);
static STAYS: [DataSet; columns::StayOf::COLUMNS.len()] = data_sets(columns::StayOf::COLUMNS);
