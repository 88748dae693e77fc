//! Layout of paths.h5.

use super::columns;
use crate::files::columns::data_sets;
use crate::files::layout::{DataSet, Layout};

pub static LAYOUT: Layout = Layout { data_sets: &[&CANDIDATES, &WELLS, &IMAGES, &REJECTED, &MINIMA], attributes: &[] };

static CANDIDATES: [DataSet; columns::CandidateOf::COLUMNS.len()] = data_sets(columns::CandidateOf::COLUMNS);
static WELLS: [DataSet; columns::WellOf::COLUMNS.len()] = data_sets(columns::WellOf::COLUMNS);
static IMAGES: [DataSet; columns::WellOf::IMAGES.len()] = data_sets(columns::WellOf::IMAGES);
static REJECTED: [DataSet; columns::RejectedPair::COLUMNS.len()] = data_sets(columns::RejectedPair::COLUMNS);
static MINIMA: [DataSet; columns::FoundMinimum::COLUMNS.len()] = data_sets(columns::FoundMinimum::COLUMNS);
