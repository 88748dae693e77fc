//! Cubic spline through the points of a profile, with the not-a-knot condition at both ends.

use crate::error::{Error, Result};

/// Piecewise cubic y(x) with continuous first and second derivatives through (x_i, y_i); the third derivative is
/// continuous too at the second and the last but one knot ("not a knot"), so that any cubic is reproduced exactly.
/// Two points give the straight line, three the parabola. Outside the knots the end cubics go on.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct CubicSpline {
    knots: Vec<f64>,
    /// For each segment [x_i, x_{i+1}]: y = c0 + c1 t + c2 t^2 + c3 t^3 with t = x - x_i.
    coefficients: Vec<[f64; 4]>,
    last_value: f64,
}

/// The kind of a stationary point of a spline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StationaryKind {
    Minimum,
    Maximum,
}

/// A local minimum or maximum between the first and the last knot.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct StationaryPoint {
    pub position: f64,
    pub value: f64,
    /// Second derivative there.
    pub curvature: f64,
    pub kind: StationaryKind,
}

impl CubicSpline {
    /// The spline through (x_i, y_i), x rising strictly, n >= 2.
    ///
    /// # Errors
    /// `Error::Numerical` when the lengths differ, there are fewer than two points, a number is not finite, or x does
    /// not rise.
    pub fn new(knots: &[f64], values: &[f64]) -> Result<Self> {
        check(knots, values)?;
        let widths: Vec<f64> = knots.windows(2).map(|pair| pair[1] - pair[0]).collect();
        let slopes: Vec<f64> = values.windows(2).zip(&widths).map(|(pair, h)| (pair[1] - pair[0]) / h).collect();
        let second = second_derivatives(&widths, &slopes);
        let coefficients = (0..widths.len())
            .map(|i| {
                let (h, left, right) = (widths[i], second[i], second[i + 1]);
                [values[i], slopes[i] - h * (2.0 * left + right) / 6.0, left / 2.0, (right - left) / (6.0 * h)]
            })
            .collect();
        Ok(Self { knots: knots.to_vec(), coefficients, last_value: values[values.len() - 1] })
    }

    /// The knots x_i.
    pub fn knots(&self) -> &[f64] {
        &self.knots
    }

    /// First and last knot.
    pub fn range(&self) -> (f64, f64) {
        (self.knots[0], self.knots[self.knots.len() - 1])
    }

    /// Number of cubic segments.
    pub fn segments(&self) -> usize {
        self.coefficients.len()
    }

    /// Segment i: its start, its end, and c0 ... c3 of y = sum_k c_k (x - start)^k.
    pub fn segment(&self, i: usize) -> (f64, f64, [f64; 4]) {
        (self.knots[i], self.knots[i + 1], self.coefficients[i])
    }

    /// The segment whose cubic is used at x.
    pub fn segment_of(&self, x: f64) -> usize {
        self.knots.partition_point(|&knot| knot <= x).saturating_sub(1).min(self.coefficients.len() - 1)
    }

    /// [y, y', y'', y'''] at x.
    pub fn derivatives(&self, x: f64) -> [f64; 4] {
        let i = self.segment_of(x);
        let t = x - self.knots[i];
        let [c0, c1, c2, c3] = self.coefficients[i];
        [c0 + t * (c1 + t * (c2 + t * c3)), c1 + t * (2.0 * c2 + t * 3.0 * c3), 2.0 * c2 + 6.0 * t * c3, 6.0 * c3]
    }

    /// y(x).
    pub fn value(&self, x: f64) -> f64 {
        // the last point is reproduced exactly, not just to rounding
        if x == self.knots[self.knots.len() - 1] { self.last_value } else { self.derivatives(x)[0] }
    }

    /// y'(x).
    pub fn first_derivative(&self, x: f64) -> f64 {
        self.derivatives(x)[1]
    }

    /// y''(x).
    pub fn second_derivative(&self, x: f64) -> f64 {
        self.derivatives(x)[2]
    }

    /// All local minima and maxima strictly between the first and the last knot, by rising position: the points where
    /// y' changes its sign. (A flat stretch counts once, at its end.)
    pub fn stationary_points(&self) -> Vec<StationaryPoint> {
        let (first, last) = self.range();
        let mut found = Vec::new();
        let mut sign = 0.0;
        for (i, c) in self.coefficients.iter().enumerate() {
            let width = self.knots[i + 1] - self.knots[i];
            let mut bounds = vec![0.0];
            bounds.extend(quadratic_roots(3.0 * c[3], 2.0 * c[2], c[1]).into_iter().filter(|t| *t > 0.0 && *t < width));
            bounds.push(width);
            for pair in bounds.windows(2) {
                let middle = 0.5 * (pair[0] + pair[1]);
                let slope = c[1] + middle * (2.0 * c[2] + middle * 3.0 * c[3]);
                let position = self.knots[i] + pair[0];
                if slope * sign < 0.0 && position > first && position < last {
                    let kind = if slope > 0.0 { StationaryKind::Minimum } else { StationaryKind::Maximum };
                    let [value, _, curvature, _] = self.derivatives(position);
                    found.push(StationaryPoint { position, value, curvature, kind });
                }
                if slope != 0.0 {
                    sign = slope;
                }
            }
        }
        found
    }

    /// The highest local maximum between two positions, if there is one.
    pub fn highest_maximum(&self, from: f64, to: f64) -> Option<StationaryPoint> {
        self.stationary_points()
            .into_iter()
            .filter(|point| point.kind == StationaryKind::Maximum && point.position > from && point.position < to)
            .max_by(|a, b| a.value.total_cmp(&b.value).then(b.position.total_cmp(&a.position)))
    }
}

fn check(knots: &[f64], values: &[f64]) -> Result<()> {
    if knots.len() != values.len() || knots.len() < 2 {
        return Err(Error::Numerical(format!(
            "a spline needs as many values as knots and at least two: got {} knots and {} values",
            knots.len(),
            values.len()
        )));
    }
    if let Some(bad) = knots.iter().chain(values).find(|number| !number.is_finite()) {
        return Err(Error::Numerical(format!("a spline needs finite numbers: got {bad}")));
    }
    match knots.windows(2).find(|pair| pair[1] <= pair[0]) {
        Some(pair) => {
            Err(Error::Numerical(format!("the knots of a spline must increase: {} follows {}", pair[1], pair[0])))
        }
        None => Ok(()),
    }
}

/// Second derivatives at the knots from
/// h_{i-1} m_{i-1} + 2 (h_{i-1} + h_i) m_i + h_i m_{i+1} = 6 (slope_i - slope_{i-1}), the end values eliminated by
/// the continuity of the third derivative: the remaining matrix is diagonally dominant for any spacing.
fn second_derivatives(h: &[f64], slopes: &[f64]) -> Vec<f64> {
    let n = h.len() + 1;
    match n {
        2 => return vec![0.0; 2],
        3 => return vec![2.0 * (slopes[1] - slopes[0]) / (h[0] + h[1]); 3],
        _ => {}
    }
    let inner = n - 2;
    let mut diagonal: Vec<f64> = (0..inner).map(|i| 2.0 * (h[i] + h[i + 1])).collect();
    let mut lower: Vec<f64> = h[..inner].to_vec();
    let mut upper: Vec<f64> = h[1..].to_vec();
    let mut right: Vec<f64> = (0..inner).map(|i| 6.0 * (slopes[i + 1] - slopes[i])).collect();
    diagonal[0] = (h[0] + h[1]) * (2.0 + h[0] / h[1]);
    upper[0] = h[1] - h[0] * h[0] / h[1];
    let (last, before) = (h[inner], h[inner - 1]);
    diagonal[inner - 1] = (last + before) * (2.0 + last / before);
    lower[inner - 1] = before - last * last / before;
    for i in 1..inner {
        let factor = lower[i] / diagonal[i - 1];
        diagonal[i] -= factor * upper[i - 1];
        right[i] -= factor * right[i - 1];
    }
    let mut m = vec![0.0; n];
    for i in (0..inner).rev() {
        let next = if i + 1 < inner { upper[i] * m[i + 2] } else { 0.0 };
        m[i + 1] = (right[i] - next) / diagonal[i];
    }
    m[0] = m[1] + (m[1] - m[2]) * h[0] / h[1];
    m[n - 1] = m[n - 2] + (m[n - 2] - m[n - 3]) * last / before;
    m
}

/// Real roots of a t^2 + b t + c, increasing, without cancellation.
pub(crate) fn quadratic_roots(a: f64, b: f64, c: f64) -> Vec<f64> {
    let discriminant = b * b - 4.0 * a * c;
    if discriminant.is_nan() || discriminant < 0.0 {
        return Vec::new();
    }
    let q = -0.5 * (b + discriminant.sqrt().copysign(b));
    let mut roots: Vec<f64> = [q / a, c / q].into_iter().filter(|root| root.is_finite()).collect();
    roots.sort_by(f64::total_cmp);
    roots.dedup();
    roots
}
