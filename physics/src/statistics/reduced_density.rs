//! The reduced density of vibrational states g(omega) / omega^2, its maximum (the boson peak), and its two parts far below:
//! g = A_D omega^2 + alpha omega^4, phonons and quasilocalised modes (doi:10.1103/PhysRevResearch.2.013215, sec. II.B).
//!
//! The two laws hold at the low-frequency end; near the peak g rises above both. The parts are therefore counted up to
//! a stated frequency below it: for n modes of a part up to omega, of M in all, the most likely coefficient of a law
//! omega^s is (s + 1) n / (M omega^(s + 1)). Whether the part follows the law is shown by the best-fit exponent when it
//! is free.

use serde::{Deserialize, Serialize};

/// The lowest modes of one glass.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct GlassModes {
    /// Increasing [(epsilon / m)^1/2 / sigma].
    pub frequencies: Vec<f64>,
    /// P_k and O_k of each.
    pub participation_ratio: Vec<f64>,
    pub phonon_order: Vec<f64>,
    /// 3 (N - N_rattlers) - 3, the total number of modes.
    pub modes: usize,
}

/// A value and its standard error; both NaN when it cannot be determined.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    pub value: f64,
    pub error: f64,
}

impl Estimate {
    const UNKNOWN: Estimate = Estimate { value: f64::NAN, error: f64::NAN };
}

/// Whether the coefficient of a law could be fitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LawStatus {
    Fitted,
    /// Fewer than ten modes of the part lie below the end of the fit.
    TooFewModes,
}

/// coefficient omega^s for the modes of one part below the end of the fit; NaN unless `status` is `Fitted`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Law {
    pub coefficient: Estimate,
    /// The best-fit s when it is free.
    pub exponent: Estimate,
    /// Number of modes of this part in the fit.
    pub modes: u64,
    pub status: LawStatus,
}

impl Law {
    /// The most likely law `power` for modes at `frequencies` up to `end`, of `all` modes; counting errors.
    fn of(frequencies: &[f64], end: f64, all: f64, power: i32) -> Self {
        let modes = frequencies.len() as u64;
        if frequencies.len() < FEWEST_MODES {
            let (coefficient, exponent) = (Estimate::UNKNOWN, Estimate::UNKNOWN);
            return Self { coefficient, exponent, modes, status: LawStatus::TooFewModes };
        }
        let (count, next) = (modes as f64, power + 1);
        let scale = f64::from(next) / (all * end.powi(next));
        let slope = count / frequencies.iter().map(|omega| (end / omega).ln()).sum::<f64>();
        Self {
            coefficient: Estimate { value: count * scale, error: count.sqrt() * scale },
            exponent: Estimate { value: slope - 1.0, error: slope / count.sqrt() },
            modes,
            status: LawStatus::Fitted,
        }
    }
}

/// g / omega^2 in bins of equal numbers of modes, and its analysis.
#[derive(Clone, Debug)]
pub struct ReducedDensity {
    /// Edges of the bins [B + 1].
    pub edges: Vec<f64>,
    /// Modes in each [B].
    pub counts: Vec<u64>,
    /// g(omega), normalised to 1 over the 3N - 3 modes of each glass [B].
    pub density: Vec<f64>,
    /// The mean of g / omega^2 over the bin, weighted as omega^2: n / (M int omega^2) [B].
    pub reduced: Vec<f64>,
    /// omega_BP; the error is half the width of the range of bins whose g / omega^2 is within one standard error of the
    /// maximum.
    pub boson_peak: Estimate,
    /// Up to here no glass lacks a mode; infinite when all modes are known.
    pub complete_to: f64,
    /// Upper end of the fits: the requested multiple of omega_BP, or of the highest mode if the peak is beyond it.
    pub fitted_to: f64,
    /// A_D omega^2, all modes that are not quasilocalised.
    pub phonons: Law,
    /// alpha omega^4, the quasilocalised modes.
    pub quasilocalised: Law,
}

/// Smallest number of modes of a bin and of a law, and largest number of bins.
const FEWEST_MODES: usize = 10;
const MOST_BINS: usize = 30;
/// A mode is quasilocalised when its P_k and its O_k are below these.
const LOCALISED: f64 = 0.1;
const PHONON: f64 = 0.5;

impl ReducedDensity {
    /// From the lowest modes of some glasses, as far up as no glass lacks a mode; the laws are fitted below `share`
    /// times the boson peak.
    pub fn new(glasses: &[GlassModes], share: f64) -> Self {
        let last = |glass: &GlassModes| match glass.frequencies.last() {
            Some(last) if glass.frequencies.len() < glass.modes => *last,
            Some(_) => f64::INFINITY,
            None => 0.0,
        };
        let complete = glasses.iter().map(last).fold(f64::INFINITY, f64::min);
        let all = glasses.iter().map(|glass| glass.modes as f64).sum::<f64>();
        let mut pooled: Vec<f64> = glasses
            .iter()
            .flat_map(|glass| &glass.frequencies)
            .copied()
            .filter(|f| *f > 0.0 && *f <= complete)
            .collect();
        pooled.sort_by(f64::total_cmp);
        let each = FEWEST_MODES.max(pooled.len().div_ceil(MOST_BINS));
        let bins = pooled.len().saturating_sub(1) / each;
        let edges: Vec<f64> = if bins == 0 { Vec::new() } else { (0..=bins).map(|k| pooled[k * each]).collect() };
        let widths = || edges.windows(2).map(|bin| bin[1] - bin[0]);
        let cubes = || edges.windows(2).map(|bin| (bin[1].powi(3) - bin[0].powi(3)) / 3.0);
        let reduced: Vec<f64> = cubes().map(|cube| each as f64 / (all * cube)).collect();
        let boson_peak = maximum(&edges, &reduced, each);
        let end = pooled.last().copied().unwrap_or(f64::NAN);
        let fitted_to = share * if boson_peak.value.is_nan() { end } else { boson_peak.value };
        let [phonons, quasilocalised] = parts(glasses, fitted_to);
        Self {
            counts: vec![each as u64; bins],
            density: widths().map(|width| each as f64 / (all * width)).collect(),
            reduced,
            boson_peak,
            complete_to: complete,
            fitted_to,
            phonons: Law::of(&phonons, fitted_to, all, 2),
            quasilocalised: Law::of(&quasilocalised, fitted_to, all, 4),
            edges,
        }
    }
}

/// Frequencies up to `end` of quasilocalised modes (second) and of all others (first).
fn parts(glasses: &[GlassModes], end: f64) -> [Vec<f64>; 2] {
    let mut parts = [Vec::new(), Vec::new()];
    for glass in glasses {
        for (k, frequency) in glass.frequencies.iter().enumerate() {
            if *frequency > 0.0 && *frequency <= end {
                let localised = glass.participation_ratio[k] < LOCALISED && glass.phonon_order[k] < PHONON;
                parts[usize::from(localised)].push(*frequency);
            }
        }
    }
    parts
}

/// The maximum of g / omega^2, averaged over three neighbouring bins; unknown when it is at the upper end.
fn maximum(edges: &[f64], reduced: &[f64], each: usize) -> Estimate {
    let smooth: Vec<f64> = reduced.windows(3).map(|bins| bins.iter().sum::<f64>() / 3.0).collect();
    let Some(top) = (0..smooth.len()).max_by(|&i, &j| smooth[i].total_cmp(&smooth[j])) else {
        return Estimate::UNKNOWN;
    };
    let within = |value: &f64| *value > smooth[top] * (1.0 - 1.0 / (3.0 * each as f64).sqrt());
    if smooth.last().is_none_or(within) {
        return Estimate::UNKNOWN;
    }
    let first = (0..=top).rev().take_while(|&k| within(&smooth[k])).last().unwrap_or(top);
    let last = (top..smooth.len()).take_while(|&k| within(&smooth[k])).last().unwrap_or(top);
    // the middle one of three bins
    let centre = |k: usize| 0.5 * (edges[k + 1] + edges[k + 2]);
    Estimate { value: centre(top), error: 0.5 * (edges[last + 2] - edges[first + 1]) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Frequencies at the quantiles of a cumulative count.
    fn glass(count: usize, modes: usize, frequency: impl Fn(f64) -> f64) -> GlassModes {
        let frequencies: Vec<f64> = (0..count).map(|k| frequency((k as f64 + 0.5) / modes as f64)).collect();
        // every fifth is quasilocalised
        let localised = |k: usize| k.is_multiple_of(5);
        GlassModes {
            participation_ratio: (0..count).map(|k| if localised(k) { 0.02 } else { 0.6 }).collect(),
            phonon_order: (0..count).map(|k| if localised(k) { 0.01 } else { 0.9 }).collect(),
            frequencies,
            modes,
        }
    }

    #[test]
    fn a_debye_spectrum_has_its_level_and_no_peak() {
        // I = A_D omega^3 / 3 with A_D = 0.6
        let debye = |share: f64| (share / 0.2).cbrt();
        let reduced = ReducedDensity::new(&vec![glass(300, 6000, debye); 4], 1.0);
        assert_eq!((reduced.phonons.modes, reduced.quasilocalised.modes), (960, 240));
        assert!(reduced.boson_peak.value.is_nan());
        for (value, count) in reduced.reduced.iter().zip(&reduced.counts) {
            assert!((value / 0.6 - 1.0).abs() < 0.03 && *count == 40, "{value} {count}");
        }
        // the phonons are four fifths
        let level = reduced.phonons.coefficient;
        assert!(
            (level.value / 0.48 - 1.0).abs() < 0.01 && (level.error / level.value - 960_f64.powf(-0.5)).abs() < 1e-3
        );
        // the modes counted as quasilocalised follow omega^2, too: the exponent shows it
        let exponent = reduced.quasilocalised.exponent;
        assert!((exponent.value - 2.0).abs() < exponent.error && exponent.error < 0.2, "{exponent:?}");
        // g = dI / d omega
        let (edges, k) = (&reduced.edges, 12);
        let middle = 0.5 * (edges[k] + edges[k + 1]);
        assert!((reduced.density[k] / (0.6 * middle * middle) - 1.0).abs() < 0.02);
    }

    #[test]
    fn a_peak_is_found_where_it_is() {
        // g / omega^2 is largest at omega = 1: g = omega^2 exp(-2 (ln omega)^2), by its cumulative sum
        let mut table = vec![(0.0, 0.0)];
        for step in 1..20_000 {
            let omega = step as f64 * 5e-4;
            let (_, sum) = table[step - 1];
            table.push((omega, sum + 5e-4 * omega * omega * (-2.0 * omega.ln().powi(2)).exp()));
        }
        let whole = table[table.len() - 1].1;
        let quantile = |share: f64| table[table.partition_point(|(_, sum)| *sum < share * whole)].0;
        let reduced = ReducedDensity::new(&[glass(1500, 6000, quantile), glass(1500, 6000, quantile)], 0.5);
        let peak = reduced.boson_peak;
        assert!(
            (peak.value - 1.0).abs() < 0.1 && peak.error < 0.3 && reduced.fitted_to == 0.5 * peak.value,
            "{peak:?}"
        );
    }

    const DEBYE: f64 = 0.9;
    const QUARTIC: f64 = 40.0;

    /// Glasses of 6000 modes with g = A_D omega^2 + alpha omega^4 below 0.3, each mode a draw (uniform numbers in [0, 1)), and an excess
    /// that is no phonon and not quasilocalised above 0.2, so that g / omega^2 is largest near 0.3.
    fn with_both_laws(glasses: usize, mut draw: impl FnMut() -> f64) -> Vec<GlassModes> {
        let modes = 6000.0;
        let mut all = Vec::new();
        for _ in 0..glasses {
            let mut rows: Vec<(f64, bool)> = Vec::new();
            for (localised, whole, power) in [
                (false, modes * DEBYE * 0.4_f64.powi(3) / 3.0, 3.0),
                (true, modes * QUARTIC * 0.3_f64.powi(5) / 5.0, 5.0),
            ] {
                // a number of modes whose mean is `whole`
                let count = whole.floor() + f64::from(draw() < whole.fract());
                let end = if localised { 0.3_f64 } else { 0.4 };
                rows.extend((0..count as usize).map(|_| (end * draw().powf(1.0 / power), localised)));
            }
            rows.extend((0..200).map(|_| (0.2 + 0.1 * draw().sqrt(), false)));
            rows.extend((0..100).map(|_| (0.3 + 0.3 * draw(), false)));
            rows.sort_by(|a, b| a.0.total_cmp(&b.0));
            all.push(GlassModes {
                frequencies: rows.iter().map(|row| row.0).collect(),
                participation_ratio: rows.iter().map(|row| if row.1 { 0.03 } else { 0.3 }).collect(),
                phonon_order: rows.iter().map(|row| if row.1 { 0.1 } else { 0.7 }).collect(),
                modes: 6000,
            });
        }
        all
    }

    #[test]
    fn the_laws_of_the_low_end_are_found_within_their_errors() {
        use rand::RngExt;
        let (mut within, mut favoured) = ([0, 0], [0, 0]);
        let trials = 100;
        for trial in 0..trials {
            let mut random = crate::random::stream(trial, crate::random::Purpose::Bootstrap, 0, 0);
            let glasses = with_both_laws(40, || random.random::<f64>());
            let reduced = ReducedDensity::new(&glasses, 0.5);
            let peak = reduced.boson_peak.value;
            assert!(peak > 0.22 && peak < 0.36, "seed {trial}: {peak}");
            for (part, law, expected, power) in
                [(0, reduced.phonons, DEBYE, 2.0), (1, reduced.quasilocalised, QUARTIC, 4.0)]
            {
                let Estimate { value, error } = law.coefficient;
                assert!(law.status == LawStatus::Fitted && error < 0.25 * value, "seed {trial}: {law:?}");
                assert!((value - expected).abs() < 4.0 * error, "seed {trial}: {law:?}, {expected}");
                within[part] += usize::from((value - expected).abs() < error);
                favoured[part] += usize::from((law.exponent.value - power).abs() < law.exponent.error);
            }
            // up to the peak there are many modes that are not phonons
            let to_the_peak = ReducedDensity::new(&glasses, 1.0).phonons;
            assert!(to_the_peak.coefficient.value > 1.5 * DEBYE, "seed {trial}: {to_the_peak:?}");
        }
        // the true value is within one standard error in two trials of three
        assert!(within.iter().chain(&favoured).all(|count| (54..=82).contains(count)), "{within:?} {favoured:?}");
    }

    #[test]
    fn too_few_modes_give_no_law() {
        let glasses = with_both_laws(1, {
            let mut k = 0_u32;
            move || {
                k += 1;
                (0.618_033_988_75 * f64::from(k)).fract()
            }
        });
        let reduced = ReducedDensity::new(&glasses, 0.5);
        let law = reduced.quasilocalised;
        assert!(law.status == LawStatus::TooFewModes && law.modes < 10, "{law:?}");
        assert!(law.coefficient.value.is_nan() && law.coefficient.error.is_nan() && law.exponent.value.is_nan());
        let empty = ReducedDensity::new(&[], 0.5);
        assert!(empty.phonons.status == LawStatus::TooFewModes && empty.phonons.coefficient.value.is_nan());
    }
}
