//! The reduced density of vibrational states g(omega) / omega^2, its maximum (the boson peak), and its two parts below:
//! g = A_D omega^2 + alpha omega^4, phonons and quasilocalised modes (doi:10.1103/PhysRevResearch.2.013215, sec. II.B).

/// The lowest modes of one glass.
#[derive(Clone, Debug)]
pub struct GlassModes {
    /// Rising [(epsilon / m)^1/2 / sigma].
    pub frequencies: Vec<f64>,
    /// P_k and O_k of each.
    pub participation_ratio: Vec<f64>,
    pub phonon_order: Vec<f64>,
    /// 3 (N - N_rattlers) - 3, the modes there are.
    pub modes: usize,
}

/// A number and its standard error; both NaN when it cannot be told.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    pub value: f64,
    pub error: f64,
}

impl Estimate {
    const UNKNOWN: Estimate = Estimate { value: f64::NAN, error: f64::NAN };
}

/// g / omega^2 in bins of equal numbers of modes, and what it says.
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
    /// omega_BP; the error is the half width of the bins whose g / omega^2 is within one standard error of the maximum.
    pub boson_peak: Estimate,
    /// Where the parts are counted up to: omega_BP, or where modes begin to be missing.
    pub fitted_to: f64,
    /// A_D and alpha of the most likely laws, with the errors of counting.
    pub debye_level: Estimate,
    pub quartic: Estimate,
    /// Modes of each part.
    pub phonons: u64,
    pub quasilocalised: u64,
}

/// Modes of a bin at least, and bins at most.
const FEWEST_MODES: usize = 10;
const MOST_BINS: usize = 30;
/// A mode is quasilocalised when its P_k and its O_k are below these.
const LOCALISED: f64 = 0.1;
const PHONON: f64 = 0.5;

impl ReducedDensity {
    /// From the lowest modes of some glasses, as far up as no glass lacks a mode.
    pub fn new(glasses: &[GlassModes]) -> Self {
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
        let fitted_to = if boson_peak.value.is_nan() { end } else { boson_peak.value };
        let [localised, phonons] = parts(glasses, fitted_to);
        let level = |count: u64, power: i32| {
            let scale = f64::from(power) / (all * fitted_to.powi(power));
            Estimate { value: count as f64 * scale, error: (count as f64).sqrt() * scale }
        };
        Self {
            counts: vec![each as u64; bins],
            density: widths().map(|width| each as f64 / (all * width)).collect(),
            reduced,
            boson_peak,
            fitted_to,
            debye_level: level(phonons, 3),
            quartic: level(localised, 5),
            phonons,
            quasilocalised: localised,
            edges,
        }
    }
}

/// Quasilocalised modes and all others up to a frequency.
fn parts(glasses: &[GlassModes], to: f64) -> [u64; 2] {
    let mut counts = [0, 0];
    for glass in glasses {
        for (k, frequency) in glass.frequencies.iter().enumerate() {
            if *frequency > 0.0 && *frequency <= to {
                let localised = glass.participation_ratio[k] < LOCALISED && glass.phonon_order[k] < PHONON;
                counts[usize::from(!localised)] += 1;
            }
        }
    }
    counts
}

/// Where g / omega^2, averaged over three neighbouring bins, is largest; unknown when that is at the upper end.
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
        let reduced = ReducedDensity::new(&vec![glass(300, 6000, debye); 4]);
        assert_eq!((reduced.phonons, reduced.quasilocalised), (960, 240));
        assert!(reduced.boson_peak.value.is_nan());
        for (value, count) in reduced.reduced.iter().zip(&reduced.counts) {
            assert!((value / 0.6 - 1.0).abs() < 0.03 && *count == 40, "{value} {count}");
        }
        // the phonons are four fifths
        let level = reduced.debye_level;
        assert!(
            (level.value / 0.48 - 1.0).abs() < 0.01 && (level.error / level.value - 960_f64.powf(-0.5)).abs() < 1e-3
        );
        let quartic = reduced.quartic.value * reduced.fitted_to.powi(5) / 5.0;
        assert!((quartic - 240.0 / 24_000.0).abs() < 1e-9);
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
        let reduced = ReducedDensity::new(&[glass(1500, 6000, quantile), glass(1500, 6000, quantile)]);
        let peak = reduced.boson_peak;
        assert!((peak.value - 1.0).abs() < 0.1 && peak.error < 0.3 && reduced.fitted_to == peak.value, "{peak:?}");
    }
}
