//! Analysis of relaxation times of a supercooled liquid: onset, mode-coupling temperature, glass transition.
//!
//! - Onset T_o: ln tau = a + E/T + J^2 (1/T - 1/T_o)^2, the last term below T_o only: Arrhenius above, growing below.
//! - Mode coupling: tau ~ (T - T_mct)^-gamma over T <= T_o with tau <= 10^3 tau(T_o).
//! - Vogel, Fulcher, Tammann: tau = tau_0 exp(D T_0 / (T - T_0)) over T <= T_o.
//! - Parabolic: tau = tau_0 exp(J^2 (1/T - 1/T_p)^2) over T <= T_o; T_p is a separate parameter, not T_o.
//! - T_g: where a fit reaches 10^12 tau(T_o).
//!
//! If the data do not determine the onset, the model's own value (that of its paper) is the upper end of the last three
//! fits, and tau there is interpolated; without either there are no fits. All are least squares in ln tau, weighted by
//! the errors of ln tau, with a minimum of 5 %: no law is more accurate than that, and hot temperatures, which are
//! cheap to measure, would dominate otherwise. Errors are half of the central 68 % of fits to data drawn again within
//! their errors, and the shift of their median.

use super::fits::{RelaxationFit, RelaxationLaw, fit_logarithms, temperature_where};
use crate::random::{Purpose, stream};
use nalgebra::{Matrix3, Vector3};
use rand_distr::{Distribution, StandardNormal};

/// Number of fits to data that are drawn again.
const RESAMPLES: usize = 250;
/// Number of temperatures needed for the onset: at least two above it and two below.
const FEWEST_FOR_ONSET: usize = 5;
/// Number of temperatures needed for a law with three parameters.
const FEWEST: usize = 4;
/// tau / tau(T_o) up to which the mode-coupling law is fitted.
const LARGEST_OF_MODE_COUPLING: f64 = 1e3;
/// tau(T_g) / tau(T_o).
const GLASS: f64 = 1e12;
/// chi^2 by which the growth below the onset must improve the fit.
const SIGNIFICANT: f64 = 9.0;
/// Relative error of tau attributed to a law itself.
const SMALLEST_ERROR: f64 = 0.05;
/// Fraction of the fits to drawn data that must have a value.
const ENOUGH: f64 = 0.8;

/// A relaxation time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RelaxationPoint {
    pub temperature: f64,
    pub tau: f64,
    /// Standard error of tau; NaN when it is not known.
    pub error: f64,
}

/// Whether a fit has values, or why not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FitStatus {
    Fitted,
    /// Not enough temperatures where the law should hold.
    TooFew,
    /// The data do not determine the parameter: it reached the end of its range, or had no value for data drawn again.
    Undetermined,
}

/// A value and its error; NaN without one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    pub value: f64,
    pub error: f64,
}

const NONE: Estimate = Estimate { value: f64::NAN, error: f64::NAN };

/// All fits.
#[derive(Clone, Debug, PartialEq)]
pub struct SupercooledFits {
    pub onset_status: FitStatus,
    /// T_o [epsilon / k_B]
    pub onset: Estimate,
    /// The temperature below which the other laws are fitted: T_o, or the model's own value; NaN if there is none.
    pub window: f64,
    /// E above it [epsilon]
    pub activation_energy: Estimate,
    /// tau at the upper end of that window.
    pub tau_onset: Estimate,
    pub mode_coupling_status: FitStatus,
    pub t_mct: Estimate,
    pub gamma: Estimate,
    pub vft_status: FitStatus,
    /// T_0 and D.
    pub vft_temperature: Estimate,
    pub vft_strength: Estimate,
    pub t_g_vft: Estimate,
    pub parabolic_status: FitStatus,
    /// T_p and J.
    pub parabolic_temperature: Estimate,
    pub parabolic_energy: Estimate,
    pub t_g_parabolic: Estimate,
}

/// A law that was fitted below T_o, with which tau(T)/tau(T_o) is extrapolated. The glass transition of the fit ties the law to
/// tau(T_o): tau(T_g) = 10^12 tau(T_o).
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Extrapolation {
    /// T_p, J, T_g.
    Parabolic([f64; 3]),
    /// T_0, D, T_g.
    VogelFulcherTammann([f64; 3]),
}

impl Extrapolation {
    /// tau(T)/tau(T_o); NaN where the law has no value.
    pub fn ratio(&self, temperature: f64) -> f64 {
        let (of_t, of_glass) = match *self {
            Self::Parabolic([t_p, j, t_g]) => {
                let exponent = |t: f64| (j * (1.0 / t - 1.0 / t_p)).powi(2);
                (exponent(temperature), exponent(t_g))
            }
            Self::VogelFulcherTammann([t_0, d, t_g]) => {
                let exponent = |t: f64| if t > t_0 { d * t_0 / (t - t_0) } else { f64::NAN };
                (exponent(temperature), exponent(t_g))
            }
        };
        GLASS * (of_t - of_glass).exp()
    }

    /// The standard error of [`Extrapolation::ratio`], by fits to points drawn again within their errors, as for the fits
    /// themselves; NaN when no point has an error, or too many draws have no fit.
    pub fn error(&self, temperature: f64, points: &[RelaxationPoint], of_model: Option<f64>, seed: u64) -> f64 {
        let (points, known) = usable(points);
        if !known {
            return f64::NAN;
        }
        let again = |numbers: &[f64; 11]| match self {
            Self::Parabolic(_) => Self::Parabolic([numbers[8], numbers[9], numbers[10]]),
            Self::VogelFulcherTammann(_) => Self::VogelFulcherTammann([numbers[5], numbers[6], numbers[7]]),
        };
        let draws = fits_of_draws(&points, of_model, seed);
        let ratios = draws.iter().map(|numbers| again(numbers).ratio(temperature)).collect();
        spread(self.ratio(temperature), ratios).unwrap_or(f64::NAN)
    }
}

/// All values for one set of data; NaN where there is none.
#[derive(Clone, Copy)]
struct Values {
    status: [FitStatus; 4],
    window: f64,
    /// T_o, E, tau(T_o); T_mct, gamma; T_0, D, T_g; T_p, J, T_g.
    numbers: [f64; 11],
}

/// Data with their weights.
struct Data {
    temperature: Vec<f64>,
    logarithm: Vec<f64>,
    weight: Vec<f64>,
}

impl Data {
    fn below(&self, highest: f64, largest: f64) -> Data {
        let kept = |n: &usize| self.temperature[*n] <= highest && self.logarithm[*n] <= largest;
        let pick = |values: &[f64]| (0..values.len()).filter(kept).map(|n| values[n]).collect();
        Data { temperature: pick(&self.temperature), logarithm: pick(&self.logarithm), weight: pick(&self.weight) }
    }

    /// Data without errors are fitted with equal weights.
    fn with_errors(points: &[RelaxationPoint], known: bool) -> Self {
        let weight = |point: &RelaxationPoint| match known {
            true => (point.error / point.tau).max(SMALLEST_ERROR).powi(-2),
            false => 1.0,
        };
        Data {
            temperature: points.iter().map(|point| point.temperature).collect(),
            logarithm: points.iter().map(|point| point.tau.ln()).collect(),
            weight: points.iter().map(weight).collect(),
        }
    }
}

/// Weighted sum of squares and coefficients of a + E/T + J^2 (1/T - 1/p)^2 below p.
fn onset_at(data: &Data, p: f64) -> Option<(f64, Vector3<f64>)> {
    let basis = |t: f64| Vector3::new(1.0, 1.0 / t, (1.0 / t - 1.0 / p).max(0.0).powi(2));
    let mut matrix = Matrix3::zeros();
    let mut right = Vector3::zeros();
    let points = || data.temperature.iter().zip(&data.logarithm).zip(&data.weight).map(|((t, y), w)| (*t, *y, *w));
    for (t, y, w) in points() {
        let b = basis(t);
        matrix += w * b * b.transpose();
        right += w * y * b;
    }
    let coefficients = matrix.lu().solve(&right)?;
    let misfit = points().map(|(t, y, w)| w * (y - coefficients.dot(&basis(t))).powi(2)).sum::<f64>();
    (coefficients.iter().all(|c| c.is_finite()) && coefficients[2] >= 0.0).then_some((misfit, coefficients))
}

/// T_o, E, ln tau(T_o), with at least two temperatures on either side.
fn onset(data: &Data, errors_known: bool) -> (FitStatus, [f64; 3]) {
    let mut falling = data.temperature.clone();
    falling.sort_by(|a, b| b.total_cmp(a));
    falling.dedup();
    let count = falling.len();
    if count < FEWEST_FOR_ONSET {
        return (FitStatus::TooFew, [f64::NAN; 3]);
    }
    let nothing = (FitStatus::Undetermined, [f64::NAN; 3]);
    let (from, to) = (1.0 / falling[1], 1.0 / falling[count - 2]);
    const SCAN: usize = 400;
    let fits = (0..=SCAN).filter_map(|k| {
        let p = 1.0 / (from + (to - from) * k as f64 / SCAN as f64);
        onset_at(data, p).map(|(misfit, c)| (k, p, misfit, c))
    });
    let Some((k, p, misfit, c)) = fits.min_by(|a, b| a.2.total_cmp(&b.2)) else { return nothing };
    let Some(line) = fit_logarithms(RelaxationLaw::Arrhenius, &data.temperature, &data.logarithm, &data.weight) else {
        return nothing;
    };
    let straight = line.deviation.powi(2) * data.weight.iter().sum::<f64>();
    // without errors, the scatter about the better fit is used in their place
    let scale = if errors_known { 1.0 } else { misfit / (count as f64 - 4.0).max(1.0) };
    if straight - misfit < SIGNIFICANT * scale || k == 0 || k == SCAN {
        return nothing;
    }
    (FitStatus::Fitted, [p, c[1], c[0] + c[1] / p])
}

/// A law with three parameters fitted to its data.
fn fitted(law: RelaxationLaw, data: &Data) -> (FitStatus, Option<RelaxationFit>) {
    if data.temperature.len() < FEWEST {
        return (FitStatus::TooFew, None);
    }
    let fit = fit_logarithms(law, &data.temperature, &data.logarithm, &data.weight);
    match fit.filter(|fit| fit.determined && fit.strength > 0.0) {
        Some(fit) => (FitStatus::Fitted, Some(fit)),
        None => (FitStatus::Undetermined, None),
    }
}

/// ln tau at a temperature among those of the data, linear in 1/T between neighbours; NaN outside.
fn interpolated(data: &Data, temperature: f64) -> f64 {
    let mut points: Vec<(f64, f64)> = data.temperature.iter().map(|t| 1.0 / t).zip(data.logarithm.clone()).collect();
    points.sort_by(|a, b| a.0.total_cmp(&b.0));
    let x = 1.0 / temperature;
    let between = points.windows(2).find(|pair| pair[0].0 <= x && x <= pair[1].0);
    between.map_or(f64::NAN, |pair| {
        pair[0].1 + (pair[1].1 - pair[0].1) * (x - pair[0].0) / (pair[1].0 - pair[0].0).max(f64::MIN_POSITIVE)
    })
}

fn all_fits(data: &Data, errors_known: bool, of_model: Option<f64>) -> Values {
    let (onset_status, [t_o, energy, fitted_tau]) = onset(data, errors_known);
    let window = if onset_status == FitStatus::Fitted { t_o } else { of_model.unwrap_or(f64::NAN) };
    let tau_onset = if onset_status == FitStatus::Fitted { fitted_tau } else { interpolated(data, window) };
    // nothing is below NaN
    let cold = data.below(window, f64::INFINITY);
    let largest = if tau_onset.is_nan() { f64::INFINITY } else { tau_onset + LARGEST_OF_MODE_COUPLING.ln() };
    let (mct_status, mct) = fitted(RelaxationLaw::PowerLaw, &data.below(window, largest));
    let (vft_status, vft) = fitted(RelaxationLaw::VogelFulcherTammann, &cold);
    let (parabolic_status, parabolic) = fitted(RelaxationLaw::Parabolic, &cold);
    let number = |fit: &Option<RelaxationFit>, of: &dyn Fn(&RelaxationFit) -> f64| fit.as_ref().map_or(f64::NAN, of);
    let glass = |fit: &Option<RelaxationFit>| match tau_onset.is_finite() {
        true => number(fit, &|fit| temperature_where(fit, tau_onset + GLASS.ln(), window)),
        false => f64::NAN,
    };
    Values {
        status: [onset_status, mct_status, vft_status, parabolic_status],
        window,
        numbers: [
            t_o,
            energy,
            tau_onset.exp(),
            number(&mct, &|fit| fit.parameter),
            number(&mct, &|fit| fit.strength),
            number(&vft, &|fit| fit.parameter),
            number(&vft, &|fit| fit.strength / fit.parameter),
            glass(&vft),
            number(&parabolic, &|fit| fit.parameter),
            number(&parabolic, &|fit| fit.strength.sqrt()),
            glass(&parabolic),
        ],
    }
}

/// Half the central 68 % of draws and the shift of their median from the value, added in quadrature; `None` when too
/// many are missing.
fn spread(value: f64, mut values: Vec<f64>) -> Option<f64> {
    let all = values.len() as f64;
    values.retain(|value| value.is_finite());
    values.sort_by(f64::total_cmp);
    let at = |share: f64| values[((share * values.len() as f64) as usize).min(values.len() - 1)];
    (values.len() as f64 >= ENOUGH * all).then(|| (0.5 * (at(0.84) - at(0.16))).hypot(at(0.5) - value))
}

/// The points that are fitted, and whether their errors are known.
fn usable(points: &[RelaxationPoint]) -> (Vec<RelaxationPoint>, bool) {
    let usable = |point: &&RelaxationPoint| point.tau > 0.0 && point.tau.is_finite() && point.temperature > 0.0;
    let mut points: Vec<RelaxationPoint> = points.iter().filter(usable).copied().collect();
    // one point of unknown error must not remove the errors of all others
    if points.iter().any(|point| point.error.is_finite()) {
        points.retain(|point| point.error.is_finite());
    }
    let known = !points.is_empty() && points.iter().all(|point| point.error.is_finite());
    (points, known)
}

/// The numbers of the fits to points of known error, drawn again within their errors.
fn fits_of_draws(points: &[RelaxationPoint], of_model: Option<f64>, seed: u64) -> Vec<[f64; 11]> {
    let mut random = stream(seed, Purpose::Bootstrap, 0, 1);
    let mut drawn = || {
        let moved = points.iter().map(|point| {
            let share: f64 = point.error / point.tau;
            let tau = point.tau * (share * Distribution::<f64>::sample(&StandardNormal, &mut random)).exp();
            RelaxationPoint { tau, error: share * tau, ..*point }
        });
        let moved: Vec<RelaxationPoint> = moved.collect();
        all_fits(&Data::with_errors(&moved, true), true, of_model).numbers
    };
    (0..RESAMPLES).map(|_| drawn()).collect()
}

/// Fits the laws that the relaxation times allow; points without a finite tau above 0 are left out. Points of unknown
/// error (NaN) are left out if others have one; if none has, all have equal weights and the fits have no errors.
/// `of_model`: the onset to use if the data do not determine it. The draws are determined by the campaign's `seed`.
pub fn fit_supercooled(points: &[RelaxationPoint], of_model: Option<f64>, seed: u64) -> SupercooledFits {
    let (points, known) = usable(points);
    let mut values = all_fits(&Data::with_errors(&points, known), known, of_model);
    let mut errors = [f64::NAN; 11];
    if known {
        let draws = fits_of_draws(&points, of_model, seed);
        // the first number of each fit shows whether it exists
        for (fit, numbers) in [(0, 0..2), (1, 3..5), (2, 5..8), (3, 8..11)] {
            for number in numbers.clone() {
                match spread(values.numbers[number], draws.iter().map(|draw| draw[number]).collect()) {
                    Some(error) => errors[number] = error,
                    None if number > numbers.start => values.numbers[number] = f64::NAN,
                    None if values.status[fit] == FitStatus::Fitted => {
                        values.status[fit] = FitStatus::Undetermined;
                        values.numbers[numbers.clone()].fill(f64::NAN);
                    }
                    None => {}
                }
            }
        }
    }
    gathered(&values, &errors)
}

fn gathered(values: &Values, errors: &[f64; 11]) -> SupercooledFits {
    let at = |n: usize| match values.numbers[n].is_finite() {
        true => Estimate { value: values.numbers[n], error: errors[n] },
        false => NONE,
    };
    let [onset_status, mode_coupling_status, vft_status, parabolic_status] = values.status;
    SupercooledFits {
        onset_status,
        onset: at(0),
        window: values.window,
        activation_energy: at(1),
        tau_onset: at(2),
        mode_coupling_status,
        t_mct: at(3),
        gamma: at(4),
        vft_status,
        vft_temperature: at(5),
        vft_strength: at(6),
        t_g_vft: at(7),
        parabolic_status,
        parabolic_temperature: at(8),
        parabolic_energy: at(9),
        t_g_parabolic: at(10),
    }
}
