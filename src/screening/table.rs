//! Pairs with a known outcome from a table, and predictions for each from the others.

use super::{PairGeometry, Predictor, Quantity};
use crate::error::{Error, Result};
use crate::formats::Table;
use std::collections::BTreeMap;

/// Pairs with what is known of them, as a table gives it.
#[derive(Clone, Debug)]
pub struct PairTable {
    pub pairs: Vec<PairGeometry>,
    /// The glass of each pair as a number from 0, in the order of their first rows.
    pub glass: Option<Vec<usize>>,
    /// Splitting E, NaN where it is not known.
    pub splitting: Option<Vec<f64>>,
    /// Whether a pair is a double well, 0 or 1.
    pub double_well: Option<Vec<f64>>,
    /// Columns that are not used, such as transition counts.
    pub unused: Vec<String>,
}

/// Names of the columns that hold an outcome.
const SPLITTING: [&str; 2] = ["quantum_splitting", "splitting"];
const DOUBLE_WELL: [&str; 2] = ["is_dw", "double_well"];

impl PairTable {
    /// From the columns `distance`, `energy_difference`, `participation_ratio`, `largest_displacement_1`, `_2`, ... and
    /// `separation_1_2`, `separation_1_3`, ..., of which some may be missing; `glass`; `quantum_splitting` or `splitting`;
    /// `is_dw` or `double_well` (0 or 1). Transition counts are never used: a pair that no run has seen has none.
    ///
    /// # Errors
    /// `Error::Input` for a cell that is no number, and when the table has none of the columns that describe a pair.
    pub fn of(table: &Table) -> Result<Self> {
        let mut used = Vec::new();
        let mut numbers = |name: String| -> Result<Option<Vec<f64>>> {
            let column = table.numbers(&name)?;
            used.extend(column.is_some().then_some(name));
            Ok(column)
        };
        let mut known = |name: &str| -> Result<Vec<f64>> {
            Ok(numbers(name.to_owned())?.unwrap_or_else(|| vec![f64::NAN; table.rows()]))
        };
        let distance = known("distance")?;
        let energy_difference = known("energy_difference")?;
        let participation_ratio = known("participation_ratio")?;
        let mut list = |name: &str, first: usize| -> Result<Vec<Vec<f64>>> {
            let columns = (first..).map_while(|k| numbers(format!("{name}_{k}")).transpose());
            columns.collect()
        };
        let displacements = list("largest_displacement", 1)?;
        let separations = list("separation_1", 2)?;
        if used.is_empty() {
            let message = "has no column that describes a pair; expected at least one of distance, energy_difference, \
                           participation_ratio, largest_displacement_1, separation_1_2";
            return Err(Error::input(table.file(), message));
        }
        let of_row = |columns: &[Vec<f64>], row: usize| columns.iter().map(|column| column[row]).collect();
        let pairs = (0..table.rows()).map(|row| PairGeometry {
            distance: distance[row],
            energy_difference: energy_difference[row].abs(),
            participation_ratio: participation_ratio[row],
            largest_displacements: of_row(&displacements, row),
            separations: of_row(&separations, row),
        });
        let unused = table.names().filter(|name| !used.iter().any(|used| used == name) && !is_label(name));
        Ok(Self {
            pairs: pairs.collect(),
            glass: table.text("glass").map(|labels| numbered(&labels)),
            splitting: first_of(&SPLITTING, |name| table.numbers(name))?,
            double_well: first_of(&DOUBLE_WELL, |name| table.cells(name, "0 or 1", truth))?,
            unused: unused.map(str::to_owned).collect(),
        })
    }
}

fn is_label(name: &str) -> bool {
    name == "glass" || SPLITTING.contains(&name) || DOUBLE_WELL.contains(&name)
}

fn first_of<T>(names: &[&str], read: impl Fn(&str) -> Result<Option<T>>) -> Result<Option<T>> {
    names.iter().map(|name| read(name)).find_map(Result::transpose).transpose()
}

fn truth(cell: &str) -> Option<f64> {
    match cell.to_ascii_lowercase().as_str() {
        "0" | "0.0" | "false" => Some(0.0),
        "1" | "1.0" | "true" => Some(1.0),
        _ => None,
    }
}

/// Numbers from 0 for labels, in the order in which they first occur.
fn numbered(labels: &[&str]) -> Vec<usize> {
    let mut numbers = BTreeMap::new();
    let mut number = |label| {
        let next = numbers.len();
        *numbers.entry(label).or_insert(next)
    };
    labels.iter().map(|&label| number(label)).collect()
}

/// Predictions [n] for `pairs`, those of each part by a predictor that was trained on the other parts; `part` [n] as
/// `by_row` and `by_group` give it.
///
/// # Errors
/// Those of `Predictor`.
pub fn cross_validate(pairs: &[PairGeometry], outcome: &[f64], part: &[usize], quantity: Quantity) -> Result<Vec<f64>> {
    let mut predicted = vec![f64::NAN; pairs.len()];
    let parts = part.iter().max().map_or(0, |last| last + 1);
    for now in 0..parts {
        let (held, others): (Vec<usize>, Vec<usize>) = (0..pairs.len()).partition(|&i| part[i] == now);
        let of = |rows: &[usize]| -> Vec<&PairGeometry> { rows.iter().map(|&i| &pairs[i]).collect() };
        let known: Vec<f64> = others.iter().map(|&i| outcome[i]).collect();
        let predictor = Predictor::train(&of(&others), &known, quantity)?;
        for (i, value) in held.iter().zip(predictor.predict(&of(&held))?) {
            predicted[*i] = value;
        }
    }
    Ok(predicted)
}
