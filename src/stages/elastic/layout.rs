//! Layout of elasticity.h5.

use super::columns;
use crate::files::columns::data_sets;
use crate::files::layout::{DataSet, Layout};

pub static LAYOUT: Layout =
    Layout { data_sets: &[&MODULI, &SLOPES, &CURVES, &EVENTS, &COUPLINGS, &SPLITTINGS], attributes: &[] };

static MODULI: [DataSet; columns::MODULI.len()] = data_sets(columns::MODULI);
static SLOPES: [DataSet; columns::SLOPES.len()] = data_sets(columns::SLOPES);
static CURVES: [DataSet; columns::CURVES.len()] = data_sets(columns::CURVES);
static EVENTS: [DataSet; columns::EventOf::COLUMNS.len()] = data_sets(columns::EventOf::COLUMNS);
static COUPLINGS: [DataSet; columns::COUPLINGS.len()] = data_sets(columns::COUPLINGS);
static SPLITTINGS: [DataSet; columns::SPLITTINGS.len()] = data_sets(columns::SPLITTINGS);
