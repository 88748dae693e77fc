//! Gradient-boosted trees over the features of pairs.

use super::PairGeometry;
use crate::error::{Error, Result};
use forust_ml::constraints::{Constraint, ConstraintMap};
use forust_ml::objective::ObjectiveType;
use forust_ml::sampler::SampleMethod;
use forust_ml::{GradientBooster, Matrix};

/// Trees of a booster, the share of each that is taken, and their depth.
const TREES: usize = 150;
const LEARNING_RATE: f32 = 0.1;
const DEPTH: usize = 6;
/// Fewest training pairs (squared error) of a leaf.
const LEAF: f32 = 10.0;
/// Shares of the pairs and of the features from which a tree is grown.
const ROWS: f32 = 0.8;
const COLUMNS: f64 = 0.8;
/// Boosters whose predictions are averaged; they differ by their random shares, and every second one only grows with the
/// energy difference (`PairGeometry::rising`). The free ones rank pairs of known glasses better, the others find more of the
/// smallest splittings of glasses that they have not seen.
const BOOSTERS: u64 = 4;
/// Splittings below this quantile of the training are hardly distinguished: few pairs have them, and ln E of a nearly
/// symmetric double well would outweigh all others.
const RARE: f64 = 0.005;

/// What a predictor is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantity {
    /// The splitting E > 0 of a double well: trained on ln(E + E_0) by squared error, E_0 a small quantile of E.
    Splitting,
    /// Whether a pair is a double well, 0 or 1: by the logarithmic loss; predicts the probability.
    DoubleWell,
}

/// Trees that were grown from pairs with a known outcome (Friedman 2001, doi:10.1214/aos/1013203451, with random shares of
/// the pairs, 2002, doi:10.1016/S0167-9473(01)00065-2). One thread and fixed seeds: the same pairs in the same order give
/// the same predictions, bit for bit.
pub struct Predictor {
    quantity: Quantity,
    boosters: Vec<GradientBooster>,
    features: usize,
    /// E_0.
    floor: f64,
}

impl Predictor {
    /// From `pairs` [n] with their `outcome` [n]: E > 0 or 0 and 1.
    ///
    /// # Errors
    /// `Error::Numerical` when there is nothing to learn: fewer than two pairs, pairs with different numbers of
    /// displacements, an outcome that is not of the quantity.
    pub fn train(pairs: &[&PairGeometry], outcome: &[f64], quantity: Quantity) -> Result<Self> {
        let is_possible = |y: &f64| match quantity {
            Quantity::Splitting => *y > 0.0 && y.is_finite(),
            Quantity::DoubleWell => *y == 0.0 || *y == 1.0,
        };
        if pairs.len() < 2 || pairs.len() != outcome.len() || !outcome.iter().all(is_possible) {
            let (n, m) = (pairs.len(), outcome.len());
            return Err(nothing_to_learn(&format!(
                "{n} pairs with {m} outcomes, at least two pairs with a possible outcome are needed"
            )));
        }
        let (data, features) = columns(pairs)?;
        let data = Matrix::new(&data, pairs.len(), features);
        let floor = quantile(outcome, RARE);
        let target: Vec<f64> = match quantity {
            Quantity::Splitting => outcome.iter().map(|splitting| (splitting + floor).ln()).collect(),
            Quantity::DoubleWell => outcome.to_vec(),
        };
        let weights = vec![1.0; pairs.len()];
        let boosters = (0..BOOSTERS).map(|seed| {
            let constraints = (seed % 2 == 1 && quantity == Quantity::Splitting).then(|| rising(pairs));
            let mut booster = untrained(quantity).set_seed(seed).set_monotone_constraints(constraints);
            let trained = booster.fit(&data, &target, &weights, None);
            trained.map(|()| booster).map_err(|problem| nothing_to_learn(&problem.to_string()))
        });
        Ok(Self { quantity, boosters: boosters.collect::<Result<Vec<_>>>()?, features, floor })
    }

    /// The splittings or the probabilities of `pairs` [n].
    ///
    /// # Errors
    /// `Error::Numerical` when the pairs have other numbers of displacements than those of the training.
    pub fn predict(&self, pairs: &[&PairGeometry]) -> Result<Vec<f64>> {
        if pairs.is_empty() {
            return Ok(Vec::new());
        }
        let (data, features) = columns(pairs)?;
        if features != self.features {
            let message = format!("the predictor knows {} features of a pair, not {features}", self.features);
            return Err(Error::Numerical(message));
        }
        let data = Matrix::new(&data, pairs.len(), features);
        let mut mean = vec![0.0; pairs.len()];
        for booster in &self.boosters {
            let each = booster.predict(&data, false);
            mean.iter_mut().zip(each).for_each(|(mean, one)| *mean += one / self.boosters.len() as f64);
        }
        Ok(mean
            .into_iter()
            .map(|x| match self.quantity {
                Quantity::Splitting => above_zero(x.exp() - self.floor, LEAST * self.floor),
                Quantity::DoubleWell => 1.0 / (1.0 + (-x).exp()),
            })
            .collect())
    }
}

/// Predicted splittings below this part of E_0 approach 0 and keep their order.
const LEAST: f64 = 1e-3;

/// x, and for x < `least` a smaller positive number that rises with x.
fn above_zero(x: f64, least: f64) -> f64 {
    if x >= least { x } else { least * (x / least - 1.0).exp() }
}

fn quantile(values: &[f64], share: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[(share * sorted.len() as f64) as usize]
}

/// The features with which a prediction may only rise.
fn rising(pairs: &[&PairGeometry]) -> ConstraintMap {
    let features = pairs.first().map(|pair| pair.rising()).unwrap_or_default();
    features.into_iter().map(|feature| (feature, Constraint::Positive)).collect()
}

fn untrained(quantity: Quantity) -> GradientBooster {
    let objective = match quantity {
        Quantity::Splitting => ObjectiveType::SquaredLoss,
        Quantity::DoubleWell => ObjectiveType::LogLoss,
    };
    GradientBooster::default()
        .set_objective_type(objective)
        .set_iterations(TREES)
        .set_learning_rate(LEARNING_RATE)
        .set_max_depth(DEPTH)
        .set_min_leaf_weight(LEAF)
        .set_sample_method(SampleMethod::Random)
        .set_subsample(ROWS)
        .set_colsample_bytree(COLUMNS)
        .set_parallel(false)
}

/// The features of `pairs`, one after the other, each for all pairs, and their number.
fn columns(pairs: &[&PairGeometry]) -> Result<(Vec<f64>, usize)> {
    let rows: Vec<Vec<f64>> = pairs.iter().map(|pair| pair.features()).collect();
    let features = rows.first().map_or(0, Vec::len);
    if rows.iter().any(|row| row.len() != features) {
        return Err(nothing_to_learn("the pairs have different numbers of displacements"));
    }
    Ok(((0..features).flat_map(|k| rows.iter().map(move |row| row[k])).collect(), features))
}

fn nothing_to_learn(what: &str) -> Error {
    Error::Numerical(format!("the predictor of pairs cannot be trained: {what}"))
}
