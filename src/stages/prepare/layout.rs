//! Layout of glasses.h5.

use super::columns;
use crate::files::columns::data_sets;
use crate::files::layout::{DataSet, Layout};

pub static LAYOUT: Layout = Layout { data_sets: &[&GLASSES, &EQUILIBRATION, &STARTS], attributes: &[] };

static GLASSES: [DataSet; columns::GLASSES.len()] = data_sets(columns::GLASSES);
static EQUILIBRATION: [DataSet; columns::EQUILIBRATION.len()] = data_sets(columns::EQUILIBRATION);
static STARTS: [DataSet; columns::STARTS.len()] = data_sets(columns::STARTS);
