//! The distinct local systems of a glass: classes of double wells.

use super::linkage::{Linkage, classes};

/// Least mean |cos| between the displacement fields of two classes that are one local system.
///
/// The same rearrangement in other surroundings has |cos| above 0.98 (225 double wells of an ultrastable glass of soft
/// spheres were 12 rearrangements). In another exploration of it 141 pairs of minima are 24 to 28 classes for thresholds from
/// 0.95 to 0.99 (docs/files.md).
pub const SIMILARITY: f64 = 0.98;

/// What is compared of a double well besides its displacement field.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WellOfGlass {
    /// Total energy of the lower minimum [epsilon].
    pub energy: f64,
    /// V(b) - V(a) [epsilon].
    pub asymmetry: f64,
    /// Whether b is a with identical particles exchanged.
    pub exchange: bool,
}

/// One local system.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LocalSystem {
    /// Number of double wells.
    pub members: usize,
    /// The member in the lowest surroundings: that with the lowest lower minimum, of equal ones the first.
    pub representative: usize,
    /// Standard deviation of the asymmetries of the members [epsilon], with n - 1; their sign is that of cos with the
    /// field of the representative, so that an asymmetry that is reversed by the surroundings counts as negative. NaN for a
    /// single member.
    pub asymmetry_spread: f64,
}

/// The local systems of a glass.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LocalSystems {
    /// The system of each double well.
    pub local: Vec<usize>,
    /// In the order of their representatives.
    pub systems: Vec<LocalSystem>,
}

impl LocalSystems {
    /// Classes of double wells by average linkage of |cos|; `cosine(i, j)`, i < j, compares the displacement fields of two
    /// double wells. An exchange of identical particles is in no class with other double wells: n(E) counts the one and not
    /// the other.
    pub fn of(wells: &[WellOfGlass], cosine: impl Fn(usize, usize) -> f64, threshold: f64) -> Self {
        let similarity = |i: usize, j: usize| match wells[i].exchange == wells[j].exchange {
            true => cosine(i, j).abs().min(1.0),
            false => 0.0,
        };
        let class = classes(wells.len(), similarity, threshold, Linkage::Average);
        let energies: Vec<f64> = wells.iter().map(|well| well.energy).collect();
        let representative = representatives(&class, &energies, |_| true);
        let in_order: Vec<usize> = (0..wells.len()).filter(|&well| representative[well]).collect();
        let mut number_of = vec![0; in_order.len()];
        in_order.iter().enumerate().for_each(|(number, &well)| number_of[class[well]] = number);
        let local: Vec<usize> = class.iter().map(|&class| number_of[class]).collect();
        let mut members = vec![Vec::new(); in_order.len()];
        local.iter().enumerate().for_each(|(well, &system)| members[system].push(well));
        let systems = in_order.into_iter().zip(&members).map(|(representative, members)| LocalSystem {
            members: members.len(),
            representative,
            asymmetry_spread: spread(members.iter().map(|&well| {
                let aligned =
                    well == representative || cosine(well.min(representative), well.max(representative)) >= 0.0;
                if aligned { wells[well].asymmetry } else { -wells[well].asymmetry }
            })),
        });
        Self { systems: systems.collect(), local }
    }
}

/// Which objects represent their classes: of those `allowed`, the one with the lowest energy, of equal ones the first. A class
/// without an allowed object has no representative.
pub fn representatives(class: &[usize], energy: &[f64], allowed: impl Fn(usize) -> bool) -> Vec<bool> {
    let mut lowest: Vec<Option<usize>> = vec![None; class.iter().max().map_or(0, |last| last + 1)];
    for (i, &class) in class.iter().enumerate().filter(|(i, _)| allowed(*i)) {
        let best = &mut lowest[class];
        if best.is_none_or(|best| energy[i] < energy[best]) {
            *best = Some(i);
        }
    }
    let mut is_representative = vec![false; class.len()];
    lowest.into_iter().flatten().for_each(|i| is_representative[i] = true);
    is_representative
}

/// Standard deviation with n - 1; NaN for fewer than two values.
pub fn spread(values: impl Iterator<Item = f64>) -> f64 {
    let values: Vec<f64> = values.collect();
    if values.len() < 2 {
        return f64::NAN;
    }
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    (values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / (n - 1.0)).sqrt()
}
