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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::screening::{Ranking, by_group, by_row};
    use std::path::Path;

    fn sample() -> (PairTable, Vec<f64>) {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/data/pairs_pss.csv");
        let table = PairTable::of(&Table::read(&file).unwrap()).unwrap();
        let splitting = table.splitting.clone().unwrap();
        (table, splitting)
    }

    /// 700 double wells of soft spheres: the order of their splittings from their geometry alone. Chance gives 0 +- 0.04, and no
    /// single column more than 0.2; all 7,000 give 0.95 and 0.85.
    #[test]
    fn splittings_are_ranked_from_the_geometry() {
        let (table, splitting) = sample();
        let glass = table.glass.clone().unwrap();
        let wanted: Vec<bool> = splitting.iter().map(|splitting| *splitting < 0.01).collect();
        let rank = |part: &[usize]| {
            let predicted = cross_validate(&table.pairs, &splitting, part, Quantity::Splitting).unwrap();
            let score: Vec<f64> = predicted.iter().map(|splitting| -splitting).collect();
            let truth: Vec<f64> = splitting.iter().map(|splitting| -splitting).collect();
            Ranking::of(&score, &truth, &wanted).unwrap()
        };
        let (rows, glasses) = (rank(&by_row(splitting.len(), 5, 1)), rank(&by_group(&glass, 5, 1)));
        println!("{rows:?} {glasses:?}");
        assert!(rows.rank_correlation.unwrap() > 0.88 && rows.auc.unwrap() > 0.96);
        assert!(glasses.rank_correlation.unwrap() > 0.82 && glasses.auc.unwrap() > 0.94);
    }

    /// The predictor learns E itself, not its order alone, and the same training gives the same bits.
    #[test]
    fn splittings_are_predicted_in_their_unit() {
        let (table, splitting) = sample();
        let pairs: Vec<&PairGeometry> = table.pairs.iter().collect();
        let train = || Predictor::train(&pairs, &splitting, Quantity::Splitting).unwrap().predict(&pairs).unwrap();
        let predicted = train();
        let mut ratio: Vec<f64> = predicted.iter().zip(&splitting).map(|(one, due)| one / due).collect();
        ratio.sort_by(f64::total_cmp);
        let (low, median, high) = (ratio[70], ratio[350], ratio[630]);
        println!("predicted / true: {low} {median} {high}");
        assert!((median - 1.0).abs() < 0.05 && low > 0.85 && high < 1.18);
        assert!(predicted.iter().all(|splitting| *splitting > 0.0));
        let bits = |values: &[f64]| values.iter().map(|x| x.to_bits()).collect::<Vec<u64>>();
        assert_eq!(bits(&predicted), bits(&train()));
        let short = PairGeometry { separations: Vec::new(), ..table.pairs[0].clone() };
        assert!(Predictor::train(&pairs, &splitting, Quantity::Splitting).unwrap().predict(&[&short]).is_err());
        assert!(Predictor::train(&pairs, &splitting, Quantity::DoubleWell).is_err());
        assert!(Predictor::train(&pairs[..1], &splitting[..1], Quantity::Splitting).is_err());
    }

    /// A pair is a double well when its minima are near: learnt as a probability, with a column that is missing.
    #[test]
    fn double_wells_are_told_by_a_probability() {
        let (table, _) = sample();
        let pairs: Vec<PairGeometry> =
            table.pairs.into_iter().map(|pair| PairGeometry { participation_ratio: f64::NAN, ..pair }).collect();
        let near: Vec<f64> = pairs.iter().map(|pair| f64::from(u8::from(pair.distance < 0.2))).collect();
        let share = near.iter().sum::<f64>() / near.len() as f64;
        let predicted = cross_validate(&pairs, &near, &by_row(near.len(), 5, 1), Quantity::DoubleWell).unwrap();
        let right = predicted.iter().zip(&near).filter(|(one, due)| (**one > 0.5) == (**due == 1.0)).count();
        println!("{right} of {} right, share {share}", near.len());
        assert!(right as f64 > 0.97 * near.len() as f64 && (0.2..0.95).contains(&share));
    }

    #[test]
    fn columns_are_found_by_their_names() {
        let text = "count_ab,is_dw,largest_displacement_2,glass,distance,largest_displacement_1,energy_difference\n\
                    9,True,0.1,b,0.5,0.4,-0.2\n8,0,0.2,a,,0.3,0.1\n7,1,0.1,b,0.4,0.3,0.1\n";
        let table = PairTable::of(&Table::parse(Path::new("t.csv"), text).unwrap()).unwrap();
        assert_eq!(table.glass.unwrap(), [0, 1, 0]);
        assert_eq!(table.double_well.unwrap(), [1.0, 0.0, 1.0]);
        assert!(table.splitting.is_none() && table.pairs[1].distance.is_nan());
        assert_eq!(table.pairs[0].largest_displacements, [0.4, 0.1]);
        assert_eq!((table.pairs[0].energy_difference, table.pairs[0].separations.len()), (0.2, 0));
        assert_eq!(table.unused, ["count_ab"]);
        let other = PairTable::of(&Table::parse(Path::new("t.csv"), "glass,count_ab\n0,1\n").unwrap());
        assert!(other.unwrap_err().to_string().contains("no column that describes a pair"));
    }
}
