//! Which near pairs are most likely to be double wells with a small splitting.

use super::{PairGeometry, Predictor, Quantity};
use crate::error::Result;

/// Fewest examples of each outcome from which a predictor is trained; trees have leaves of ten.
const EXAMPLES: usize = 20;
/// Pairs that are predicted at a time, which bounds the memory of their features.
const AT_ONCE: usize = 50_000;

/// What the path of a pair has shown.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub enum Solved {
    /// It is no double well.
    NoDoubleWell,
    /// An exchange of like particles, or a double well without levels: no example of either.
    NoExample,
    /// A double well with this splitting E [epsilon].
    DoubleWell(f64),
}

/// What is expected of a pair.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Expectation {
    /// E if it is a double well [epsilon].
    pub splitting: f64,
    /// Probability that it is one.
    pub double_well: f64,
}

impl Expectation {
    /// The most promising pairs have the smallest value: E / p, the splitting with a penalty for doubt.
    pub fn order(&self) -> f64 {
        self.splitting / self.double_well.max(1e-6)
    }
}

/// Ranks pairs by what finished paths have shown. With too few examples the expectation is the energy difference, the least
/// splitting that a double well of these minima can have but for zero-point energies, and the probability 1.
pub struct Ranker {
    splitting: Option<Predictor>,
    double_well: Option<Predictor>,
}

impl Ranker {
    /// From pairs and what their paths have shown, in an order that does not depend on the number of ranks: the order decides
    /// which pairs grow which tree.
    ///
    /// # Errors
    /// Those of [`Predictor::train`].
    pub fn train(examples: &[(PairGeometry, Solved)]) -> Result<Self> {
        let known = examples.iter().filter(|(_, solved)| *solved != Solved::NoExample);
        let (mut pairs, mut is_well, mut wells, mut splittings) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for (pair, solved) in known {
            pairs.push(pair);
            is_well.push(f64::from(u8::from(*solved != Solved::NoDoubleWell)));
            if let Solved::DoubleWell(splitting) = solved
                && *splitting > 0.0
            {
                wells.push(pair);
                splittings.push(*splitting);
            }
        }
        let positive = is_well.iter().filter(|well| **well > 0.0).count();
        let both = positive >= EXAMPLES && is_well.len() - positive >= EXAMPLES;
        let train = |pairs: &[&PairGeometry], outcome: &[f64], quantity| Predictor::train(pairs, outcome, quantity);
        Ok(Self {
            splitting: (wells.len() >= EXAMPLES)
                .then(|| train(&wells, &splittings, Quantity::Splitting))
                .transpose()?,
            double_well: both.then(|| train(&pairs, &is_well, Quantity::DoubleWell)).transpose()?,
        })
    }

    /// What is expected of `count` pairs, of which `pair` gives each.
    ///
    /// # Errors
    /// Those of [`Predictor::predict`].
    pub fn forecast(&self, count: usize, pair: impl Fn(usize) -> PairGeometry) -> Result<Vec<Expectation>> {
        let mut all = Vec::with_capacity(count);
        for first in (0..count).step_by(AT_ONCE) {
            let pairs: Vec<PairGeometry> = (first..count.min(first + AT_ONCE)).map(&pair).collect();
            let pairs: Vec<&PairGeometry> = pairs.iter().collect();
            let predict = |predictor: &Option<Predictor>, otherwise: &dyn Fn(&PairGeometry) -> f64| match predictor {
                Some(predictor) => predictor.predict(&pairs),
                None => Ok(pairs.iter().map(|pair| otherwise(pair)).collect()),
            };
            let splitting = predict(&self.splitting, &|pair| pair.energy_difference)?;
            let double_well = predict(&self.double_well, &|_| 1.0)?;
            let both = splitting.into_iter().zip(double_well);
            all.extend(both.map(|(splitting, double_well)| Expectation { splitting, double_well }));
        }
        Ok(all)
    }
}

/// The 68 % interval of a proportion of which `found` of `drawn` are an independent sample (Wilson 1927,
/// doi:10.1080/01621459.1927.10502953), with the sample's own proportion: (value, lower, upper). NaN where nothing was drawn.
pub fn proportion(found: u64, drawn: u64) -> (f64, f64, f64) {
    let n = drawn as f64;
    let p = found.min(drawn) as f64 / n;
    let middle = (p + 0.5 / n) / (1.0 + 1.0 / n);
    let half = (p * (1.0 - p) / n + 0.25 / (n * n)).sqrt() / (1.0 + 1.0 / n);
    (p, (middle - half).max(0.0), (middle + half).min(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Purpose, stream};
    use rand::RngExt;

    fn pair(energy_difference: f64, distance: f64) -> PairGeometry {
        PairGeometry {
            distance,
            energy_difference,
            participation_ratio: 3.0,
            largest_displacements: vec![0.5 * distance, 0.3 * distance],
            separations: vec![1.0],
        }
    }

    /// Near pairs are double wells, far ones are not, and E is the energy difference times a factor that rises with the distance:
    /// after training, the 20 most promising of 400 new pairs are near, and their splittings are far below the median.
    #[test]
    fn promising_pairs_come_first() {
        let mut random = stream(1, Purpose::Screen, 0, 0);
        let mut draw = || pair(random.random_range(0.0..0.1), random.random_range(0.1..2.0));
        let truth = |pair: &PairGeometry| match pair.distance < 0.8 {
            true => Solved::DoubleWell(pair.energy_difference * (1.0 + pair.distance)),
            false => Solved::NoDoubleWell,
        };
        let examples: Vec<(PairGeometry, Solved)> =
            (0..400).map(|_| draw()).map(|pair| (pair.clone(), truth(&pair))).collect();
        let new: Vec<PairGeometry> = (0..400).map(|_| draw()).collect();
        let expected = Ranker::train(&examples).unwrap().forecast(new.len(), |k| new[k].clone()).unwrap();
        let mut order: Vec<usize> = (0..new.len()).collect();
        order.sort_by(|a, b| expected[*a].order().total_cmp(&expected[*b].order()));
        let best = &order[..20];
        let wells = best.iter().filter(|&&k| new[k].distance < 0.8).count();
        let largest = best.iter().map(|&k| new[k].energy_difference).fold(0.0, f64::max);
        println!("{wells} of 20 are double wells, largest energy difference {largest}");
        assert!(wells >= 19 && largest < 0.03);
    }

    #[test]
    fn without_examples_the_energy_difference_decides() {
        let examples = vec![(pair(0.1, 1.0), Solved::DoubleWell(0.1)), (pair(0.0, 1.0), Solved::NoExample)];
        let expected = Ranker::train(&examples).unwrap().forecast(2, |k| pair(0.02 * k as f64, 1.0)).unwrap();
        assert_eq!((expected[1].splitting, expected[1].double_well, expected[1].order()), (0.02, 1.0, 0.02));
    }

    /// Wilson's interval for 0 of 20, 3 of 20 and 20 of 20 at one standard deviation, by hand.
    #[test]
    fn intervals_of_a_proportion() {
        let near = |(p, lower, upper): (f64, f64, f64), due: [f64; 3]| {
            [p, lower, upper].iter().zip(due).all(|(x, due)| (x - due).abs() < 5e-6)
        };
        assert!(near(proportion(0, 20), [0.0, 0.0, 0.047_619]));
        assert!(near(proportion(3, 20), [0.15, 0.086_985, 0.246_349]));
        assert!(near(proportion(20, 20), [1.0, 0.952_381, 1.0]));
        assert!(proportion(0, 0).0.is_nan());
    }
}
