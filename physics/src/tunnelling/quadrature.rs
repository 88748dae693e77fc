//! Integrals of square roots of a cubic, exact at turning points.

use crate::paths::spline::quadratic_roots;

/// Abscissae and weights of the 15-point Kronrod rule and weights of the 7-point Gauss rule within it.
const ABSCISSA: [f64; 8] = [
    0.991_455_371_120_812_6,
    0.949_107_912_342_758_5,
    0.864_864_423_359_769_1,
    0.741_531_185_599_394_4,
    0.586_087_235_467_691_1,
    0.405_845_151_377_397_2,
    0.207_784_955_007_898_47,
    0.0,
];
const KRONROD: [f64; 8] = [
    0.022_935_322_010_529_224,
    0.063_092_092_629_978_55,
    0.104_790_010_322_250_18,
    0.140_653_259_715_525_92,
    0.169_004_726_639_267_9,
    0.190_350_578_064_785_4,
    0.204_432_940_075_298_9,
    0.209_482_141_084_727_82,
];
const GAUSS: [f64; 4] =
    [0.129_484_966_168_869_7, 0.279_705_391_489_276_64, 0.381_830_050_505_118_9, 0.417_959_183_673_469_4];

fn kronrod(f: &impl Fn(f64) -> f64, from: f64, to: f64) -> (f64, f64) {
    let (middle, half) = (0.5 * (from + to), 0.5 * (to - from));
    let centre = f(middle);
    let (mut fine, mut coarse) = (KRONROD[7] * centre, GAUSS[3] * centre);
    for i in 0..7 {
        let pair = f(middle - half * ABSCISSA[i]) + f(middle + half * ABSCISSA[i]);
        fine += KRONROD[i] * pair;
        if i % 2 == 1 {
            coarse += GAUSS[i / 2] * pair;
        }
    }
    (fine * half, (fine - coarse).abs() * half)
}

/// Most panels of one integral that are halved. A smooth integrand takes some tens; one that is rounding everywhere would take
/// 2^30.
const MOST_HALVED: usize = 10_000;

/// Integral of f by adaptive Gauss-Kronrod panels, to about 1e-13 of each panel; panels are halved at most 30 times.
pub(crate) fn integrate(f: &impl Fn(f64) -> f64, from: f64, to: f64) -> f64 {
    let mut left = MOST_HALVED;
    integrate_panel(f, from, to, 30, &mut left)
}

/// `left`: how many panels may still be halved.
fn integrate_panel(f: &impl Fn(f64) -> f64, from: f64, to: f64, halvings: usize, left: &mut usize) -> f64 {
    let (value, difference) = kronrod(f, from, to);
    // the Kronrod value is far better than its difference from the Gauss value
    if difference <= 1e-9 * value.abs() || halvings == 0 || *left == 0 || !value.is_finite() {
        return value;
    }
    *left -= 1;
    let middle = 0.5 * (from + to);
    integrate_panel(f, from, middle, halvings - 1, left) + integrate_panel(f, middle, to, halvings - 1, left)
}

/// The integrand where the cubic is positive.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Power {
    /// sqrt(p)
    Root,
    /// 1 / sqrt(p)
    InverseRoot,
}

/// A cubic p(t) = c0 + c1 t + c2 t^2 + c3 t^3.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cubic(pub [f64; 4]);

impl Cubic {
    pub fn value(&self, t: f64) -> f64 {
        let [c0, c1, c2, c3] = self.0;
        c0 + t * (c1 + t * (c2 + t * c3))
    }

    /// The same cubic by powers of t - origin.
    fn about(&self, t: f64) -> [f64; 4] {
        let [_, c1, c2, c3] = self.0;
        [self.value(t), c1 + t * (2.0 * c2 + t * 3.0 * c3), c2 + 3.0 * t * c3, c3]
    }

    /// Where p changes its sign within [from, to], increasing, to machine precision.
    pub fn sign_changes(&self, from: f64, to: f64) -> Vec<f64> {
        let [_, c1, c2, c3] = self.0;
        let mut bounds = vec![from];
        bounds.extend(quadratic_roots(3.0 * c3, 2.0 * c2, c1).into_iter().filter(|t| *t > from && *t < to));
        bounds.push(to);
        let mut roots = Vec::new();
        for pair in bounds.windows(2) {
            let (mut low, mut high) = (pair[0], pair[1]);
            let rising = self.value(high) > 0.0;
            if (self.value(low) > 0.0) == rising {
                continue;
            }
            // bisection: p is monotonic here, and this takes a negligible part of the time
            for _ in 0..120 {
                let middle = 0.5 * (low + high);
                if middle <= low || middle >= high {
                    break;
                }
                if (self.value(middle) > 0.0) == rising { high = middle } else { low = middle }
            }
            roots.push(0.5 * (low + high));
        }
        roots
    }

    /// Whether p is zero at t to rounding: a given end may itself be a turning point, known to 1e-16 of xi ~ 1. If it
    /// were treated as positive, that rounding error would cost 1/sqrt(p) half of its digits.
    fn vanishes(&self, t: f64) -> bool {
        let [value, slope, ..] = self.about(t);
        let terms: f64 = self.0.iter().rev().fold(0.0, |sum, c| sum * t.abs() + c.abs());
        value.abs() <= 4.0 * f64::EPSILON * (terms + slope.abs())
    }

    /// Integral over [from, to] of p^(+-1/2) where p > 0, and of 0 elsewhere.
    pub fn integral(&self, from: f64, to: f64, power: Power) -> f64 {
        let mut bounds = vec![(from, self.vanishes(from))];
        bounds.extend(self.sign_changes(from, to).into_iter().map(|root| (root, true)));
        bounds.push((to, self.vanishes(to)));
        let mut total = 0.0;
        for pair in bounds.windows(2) {
            let ((left, left_is_root), (right, right_is_root)) = (pair[0], pair[1]);
            let middle = 0.5 * (left + right);
            // an end that is a root may be found a second time, a rounding away from itself
            let wide = right - left > 1e-14 * (1.0 + left.abs());
            if wide && self.value(middle) > 0.0 {
                total += self.half_integral(left, middle - left, left_is_root, power);
                total += self.half_integral(right, middle - right, right_is_root, power);
            }
        }
        total
    }

    /// The integral from `end` over a (signed) reach. With t = end +- u^2 the integrand is smooth at a turning point,
    /// and expanding p about that point leaves no cancellation: p = +-u^2 g(u^2), g free of the root.
    fn half_integral(&self, end: f64, reach: f64, is_root: bool, power: Power) -> f64 {
        let sign = reach.signum();
        let [p0, p1, p2, p3] = self.about(end);
        let (p0, p1, p3) = (if is_root { 0.0 } else { p0 }, sign * p1, sign * p3);
        let integrand = |u: f64| {
            let square = u * u;
            let g = p1 + square * (p2 + square * p3);
            match (power, is_root) {
                (Power::Root, true) => 2.0 * square * g.max(0.0).sqrt(),
                (Power::Root, false) => 2.0 * u * (p0 + square * g).max(0.0).sqrt(),
                (Power::InverseRoot, true) if g > 0.0 => 2.0 / g.sqrt(),
                (Power::InverseRoot, true) => 0.0,
                (Power::InverseRoot, false) => 2.0 * u / (p0 + square * g).max(f64::MIN_POSITIVE).sqrt(),
            }
        };
        integrate(&integrand, 0.0, reach.abs().sqrt())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::PI;

    /// Relative rounding of 1e-6 everywhere: an error bound of 1e-9 is never met.
    #[test]
    fn an_integrand_of_rounding_ends() {
        let calls = std::cell::Cell::new(0u64);
        let rough = |t: f64| {
            calls.set(calls.get() + 1);
            1.0 + 1e-6 * (t.to_bits() % 1009) as f64 / 1009.0
        };
        assert!((integrate(&rough, 0.0, 1.0) - 1.0).abs() < 2e-6);
        assert!(calls.get() < 40 * MOST_HALVED as u64, "{}", calls.get());
    }

    #[test]
    fn square_roots_of_a_parabola() {
        // p = 1 - t^2 on [-2, 2]: area of the half disc pi/2, and the arcsine integral pi
        let p = Cubic([1.0, 0.0, -1.0, 0.0]);
        assert!((p.integral(-2.0, 2.0, Power::Root) - PI / 2.0).abs() < 1e-14);
        assert!((p.integral(-2.0, 2.0, Power::InverseRoot) - PI).abs() < 1e-13);
        // nearly a double root: the period of a pendulum near its top, int_0^1 dt / sqrt((1-t)(1+1e-4-t))
        let near = Cubic([1.0 + 1e-4, -2.0 - 1e-4, 1.0, 0.0]);
        let exact = 2.0 * (((1.0f64 + 1e-4).sqrt() + 1.0) / 1e-4f64.sqrt()).ln();
        let got = near.integral(0.0, 1.0, Power::InverseRoot);
        // rounding of the coefficients (1e-16) moves two roots that are 1e-4 apart by 1e-12: 1e-8 of the integral
        assert!((got / exact - 1.0).abs() < 5e-8, "{got} {exact}");
    }
}
