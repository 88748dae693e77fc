//! Fits: the growth of the number of minima, and relaxation times as a function of temperature.

/// y = prefactor x^exponent.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct PowerLaw {
    pub exponent: f64,
    pub prefactor: f64,
    /// Standard error of the exponent from the scatter of the points (NaN with two points).
    pub error: f64,
    pub points: usize,
}

/// A straight line y = a + b x by least squares.
struct Line {
    intercept: f64,
    slope: f64,
    slope_error: f64,
    /// Sum of squared residuals.
    misfit: f64,
}

fn straight_line(x: &[f64], y: &[f64]) -> Option<Line> {
    weighted_line(x, y, &vec![1.0; x.len()])
}

/// Squared residuals are weighted by `weight`.
fn weighted_line(x: &[f64], y: &[f64], weight: &[f64]) -> Option<Line> {
    if x.len() < 2 {
        return None;
    }
    let total = weight.iter().sum::<f64>();
    let mean = |v: &[f64]| v.iter().zip(weight).map(|(v, w)| w * v).sum::<f64>() / total;
    let (mean_x, mean_y) = (mean(x), mean(y));
    let points = || x.iter().zip(y).zip(weight).map(|((x, y), w)| (*x, *y, *w));
    let spread: f64 = points().map(|(x, _, w)| w * (x - mean_x).powi(2)).sum();
    let slope = points().map(|(x, y, w)| w * ((x - mean_x) * (y - mean_y))).sum::<f64>() / spread;
    let intercept = mean_y - slope * mean_x;
    let misfit: f64 = points().map(|(x, y, w)| w * (y - intercept - slope * x).powi(2)).sum();
    let slope_error = if x.len() > 2 { (misfit / (x.len() as f64 - 2.0) / spread).sqrt() } else { f64::NAN };
    slope.is_finite().then_some(Line { intercept, slope, slope_error, misfit })
}

/// Least squares of ln y against ln x; non-positive points are left out. None with fewer than two distinct x.
pub fn power_law(x: &[f64], y: &[f64]) -> Option<PowerLaw> {
    let usable = |(x, y): &(&f64, &f64)| **x > 0.0 && **y > 0.0 && x.is_finite() && y.is_finite();
    let (x, y): (Vec<f64>, Vec<f64>) = x.iter().zip(y).filter(usable).map(|(x, y)| (x.ln(), y.ln())).unzip();
    let line = straight_line(&x, &y)?;
    Some(PowerLaw { exponent: line.slope, prefactor: line.intercept.exp(), error: line.slope_error, points: x.len() })
}

/// n_IS(t) ~ t^beta over the glasses.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Growth {
    /// Fit of exp <ln n_IS(t)>.
    pub fit: PowerLaw,
    /// Standard error of beta from its scatter between glasses (NaN with one glass): successive n_IS(t) belong to one
    /// history, so that the scatter of the points about the line underestimates the error.
    pub error_between_glasses: f64,
    /// exp <ln n_IS(t)> at each time (NaN where a glass has no value).
    pub mean: Vec<f64>,
}

/// beta of n_IS(t) ~ t^beta: `counts[glass][time]`, averaged over glasses as `<ln n_IS>`, fitted where
/// from <= t <= to.
pub fn growth_exponent(times: &[f64], counts: &[Vec<f64>], from: f64, to: f64) -> Option<Growth> {
    let glasses = counts.len() as f64;
    let at =
        |k: usize| (counts.iter().map(|glass| glass.get(k).map_or(f64::NAN, |n| n.ln())).sum::<f64>() / glasses).exp();
    let mean: Vec<f64> = (0..times.len()).map(at).collect();
    let window = |values: &[f64]| {
        let inside = times.iter().zip(values).filter(|(t, _)| **t >= from && **t <= to);
        let (t, n): (Vec<f64>, Vec<f64>) = inside.map(|(t, n)| (*t, *n)).unzip();
        power_law(&t, &n)
    };
    let fit = window(&mean)?;
    let slopes: Vec<f64> = counts.iter().filter_map(|glass| window(glass)).map(|fit| fit.exponent).collect();
    let n = slopes.len() as f64;
    let centre = slopes.iter().sum::<f64>() / n;
    let squares: f64 = slopes.iter().map(|slope| (slope - centre).powi(2)).sum();
    let error_between_glasses = if slopes.len() > 1 { (squares / (n * (n - 1.0))).sqrt() } else { f64::NAN };
    Some(Growth { fit, error_between_glasses, mean })
}

/// The growth of relaxation times on cooling: ln tau = ln tau_0 + B f(T; p).
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RelaxationLaw {
    /// exp(B/T); no p.
    Arrhenius,
    /// (T - p)^-B: p = T_mct, B = gamma.
    PowerLaw,
    /// exp(B/(T - p)): p = T_0, B = D T_0.
    VogelFulcherTammann,
    /// exp(B (1/T - 1/p)^2): p = T_o, B = J^2.
    Parabolic,
}

/// A fitted relaxation law.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct RelaxationFit {
    pub law: RelaxationLaw,
    /// ln tau_0.
    pub logarithm: f64,
    /// B.
    pub strength: f64,
    /// p (NaN for Arrhenius).
    pub parameter: f64,
    /// Root mean square of ln tau - fit.
    pub deviation: f64,
    /// Whether p lies inside the search range: at its edge the data do not determine it.
    pub determined: bool,
}

impl RelaxationLaw {
    fn coordinate(self, t: f64, p: f64) -> f64 {
        match self {
            RelaxationLaw::Arrhenius => 1.0 / t,
            RelaxationLaw::PowerLaw => -(t - p).ln(),
            RelaxationLaw::VogelFulcherTammann => 1.0 / (t - p),
            RelaxationLaw::Parabolic => (1.0 / t - 1.0 / p).powi(2),
        }
    }

    /// The search range of p, given the temperatures of the data.
    fn range(self, lowest: f64, highest: f64) -> (f64, f64) {
        match self {
            RelaxationLaw::Arrhenius => (0.0, 0.0),
            RelaxationLaw::PowerLaw | RelaxationLaw::VogelFulcherTammann => (0.05 * lowest, 0.9999 * lowest),
            RelaxationLaw::Parabolic => (0.9 * highest, 4.0 * highest),
        }
    }
}

impl RelaxationFit {
    /// ln tau at a temperature.
    pub fn logarithm_at(&self, temperature: f64) -> f64 {
        self.logarithm + self.strength * self.law.coordinate(temperature, self.parameter)
    }
}

/// Least squares in ln tau; p by a scan of its range, then by golden-section search about the best value. The caller
/// selects the range of temperatures where the law should hold (Arrhenius above the onset, parabolic below it). None
/// with too few points (two for Arrhenius, else three).
pub fn fit_relaxation(law: RelaxationLaw, temperatures: &[f64], times: &[f64]) -> Option<RelaxationFit> {
    let usable = |(t, tau): &(&f64, &f64)| **t > 0.0 && **tau > 0.0 && t.is_finite() && tau.is_finite();
    let pairs = temperatures.iter().zip(times).filter(usable);
    let (t, y): (Vec<f64>, Vec<f64>) = pairs.map(|(t, tau)| (*t, tau.ln())).unzip();
    fit_logarithms(law, &t, &y, &vec![1.0; t.len()])
}

/// The same from temperatures, ln tau, and the weight of each squared deviation (1 / its variance).
pub(super) fn fit_logarithms(law: RelaxationLaw, t: &[f64], y: &[f64], weight: &[f64]) -> Option<RelaxationFit> {
    let line = |p: f64| weighted_line(&t.iter().map(|t| law.coordinate(*t, p)).collect::<Vec<_>>(), y, weight);
    let misfit = |p: f64| line(p).map_or(f64::INFINITY, |line| line.misfit);
    let lowest = t.iter().copied().fold(f64::INFINITY, f64::min);
    let highest = t.iter().copied().fold(0.0, f64::max);
    if t.len() < if law == RelaxationLaw::Arrhenius { 2 } else { 3 } {
        return None;
    }
    let (from, to) = law.range(lowest, highest);
    const SCAN: usize = 400;
    let at = |k: usize| from + (to - from) * k as f64 / SCAN as f64;
    let best = (0..=SCAN).min_by(|a, b| misfit(at(*a)).total_cmp(&misfit(at(*b)))).unwrap_or(0);
    let (mut low, mut high) = (at(best.saturating_sub(1)), at((best + 1).min(SCAN)));
    let golden = 0.5 * (5f64.sqrt() - 1.0);
    for _ in 0..60 {
        let (left, right) = (high - golden * (high - low), low + golden * (high - low));
        if misfit(left) < misfit(right) { high = right } else { low = left }
    }
    let parameter = 0.5 * (low + high);
    let line = line(parameter)?;
    Some(RelaxationFit {
        law,
        logarithm: line.intercept,
        strength: line.slope,
        parameter: if law == RelaxationLaw::Arrhenius { f64::NAN } else { parameter },
        deviation: (line.misfit / weight.iter().sum::<f64>()).sqrt(),
        determined: law == RelaxationLaw::Arrhenius || (best > 0 && best < SCAN),
    })
}

/// The temperature at which a fit reaches ln tau = `logarithm` (the glass transition: ln(10^12 tau_0)), searched from
/// `below` downwards; NaN if it does not.
pub fn temperature_where(fit: &RelaxationFit, logarithm: f64, below: f64) -> f64 {
    let singular = matches!(fit.law, RelaxationLaw::PowerLaw | RelaxationLaw::VogelFulcherTammann);
    let (mut low, mut high) = (if singular { fit.parameter } else { 0.0 }, below);
    let above = |t: f64| fit.logarithm_at(t) > logarithm;
    if above(high) || !fit.strength.is_finite() || fit.strength <= 0.0 {
        return f64::NAN;
    }
    for _ in 0..200 {
        let middle = 0.5 * (low + high);
        if above(middle) { low = middle } else { high = middle }
    }
    0.5 * (low + high)
}
