//! The interval of a number of systems that were counted in several glasses.

/// Quantile of the normal distribution for 84 %: the ends of a central 68 % interval.
const NORMAL: f64 = 0.994_457_883_209_753;

/// The central 68 % interval of the expected total of counts `per_glass` [glasses]; (0, upper end) when the total is 0.
///
/// Counts of independent systems have a Poisson distribution. Those of one glass are not independent, and glasses differ, so
/// that the variance is phi times the mean. With K the total over n glasses, mean m = K / n and variance s^2:
///
/// phi = max(1, s^2 / m),  f = phi (t / z)^2,  lower = f G(K / f, 16 %),  upper = f G(K / f + 1, 84 %)
///
/// where G(a, p) is the quantile of a gamma distribution of shape a, and t and z are the quantiles of Student's distribution
/// of n - 1 degrees of freedom and of the normal one: few glasses do not show their spread. For f = 1 these are Garwood's
/// limits of a Poisson mean (1936, doi:10.1093/biomet/28.3-4.437), and so for one glass, whose spread is unknown.
/// G by Wilson and Hilferty (1931, doi:10.1073/pnas.17.12.684). docs/files.md has the coverage.
pub fn counts_interval(per_glass: &[u64]) -> (f64, f64) {
    let glasses = per_glass.len() as f64;
    let total: f64 = per_glass.iter().map(|count| *count as f64).sum();
    let mean = total / glasses;
    let f = match per_glass.len() {
        0 | 1 => 1.0,
        n => {
            let squares: f64 = per_glass.iter().map(|count| (*count as f64 - mean).powi(2)).sum();
            let dispersion = if total > 0.0 { squares / (glasses - 1.0) / mean } else { 1.0 };
            dispersion.max(1.0) * (student(n - 1) / NORMAL).powi(2)
        }
    };
    (f * gamma_quantile(total / f, -NORMAL), f * gamma_quantile(total / f + 1.0, NORMAL))
}

/// The quantile of Student's distribution for 84 %, exact for one and two degrees of freedom, else by its expansion in their
/// inverse (Abramowitz and Stegun, 26.7.5), to 2e-4.
fn student(degrees: usize) -> f64 {
    let z = NORMAL;
    match degrees {
        1 => (std::f64::consts::PI * 0.34).tan(),
        2 => 0.68 * (2.0 / (1.0 - 0.68 * 0.68_f64)).sqrt(),
        _ => {
            let v = degrees as f64;
            let first = (z.powi(3) + z) / 4.0;
            let second = (5.0 * z.powi(5) + 16.0 * z.powi(3) + 3.0 * z) / 96.0;
            let third = (3.0 * z.powi(7) + 19.0 * z.powi(5) + 17.0 * z.powi(3) - 15.0 * z) / 384.0;
            z + first / v + second / (v * v) + third / (v * v * v)
        }
    }
}

/// The quantile of the gamma distribution of a shape where the normal distribution has `z`.
fn gamma_quantile(shape: f64, z: f64) -> f64 {
    if shape <= 0.0 {
        return 0.0;
    }
    shape * (1.0 - 1.0 / (9.0 * shape) + z / (3.0 * shape.sqrt())).max(0.0).powi(3)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Purpose, Stream, stream};
    use rand_distr::{Distribution, Gamma, Poisson};

    /// Quantiles of a statistics library.
    #[test]
    fn quantiles_are_those_of_the_distributions() {
        for (degrees, due) in [(1, 1.818_993), (2, 1.311_578), (3, 1.188_929), (7, 1.070_287), (49, 1.004_652)] {
            assert!((student(degrees) - due).abs() < 2e-4, "{degrees}: {}", student(degrees));
        }
        for (shape, z, due) in [(1.0, -NORMAL, 0.174_353), (2.0, NORMAL, 3.288_524), (10.0, -NORMAL, 6.904_972)] {
            assert!((gamma_quantile(shape, z) / due - 1.0).abs() < 0.03, "{shape}: {}", gamma_quantile(shape, z));
        }
    }

    /// How often the interval holds the expected total of `glasses` counts of mean `mean`: Poisson, or with the means of the
    /// glasses from a gamma distribution of this shape.
    fn coverage(glasses: usize, mean: f64, shape: Option<f64>, random: &mut Stream) -> f64 {
        const TRIALS: usize = 2000;
        let mut held = 0;
        for _ in 0..TRIALS {
            let mut count = || {
                let of_glass = shape.map_or(mean, |shape| Gamma::new(shape, mean / shape).unwrap().sample(random));
                if of_glass > 0.0 {
                    Poisson::new(of_glass).map_or(0.0, |poisson| poisson.sample(random)) as u64
                } else {
                    0
                }
            };
            let counts: Vec<u64> = (0..glasses).map(|_| count()).collect();
            let (low, high) = counts_interval(&counts);
            held += usize::from(low <= mean * glasses as f64 && mean * glasses as f64 <= high);
        }
        held as f64 / TRIALS as f64
    }

    /// The table of coverage in docs/files.md: Poisson counts, and counts that differ between glasses by their mean (shape 1) and
    /// by twice it (shape 0.3). One second, not optimised.
    #[test]
    fn intervals_cover_what_they_say() {
        let mut random = stream(3, Purpose::Audit, 0, 0);
        println!("glasses, mean: Poisson, shape 1, shape 0.3");
        for glasses in [2, 4, 8, 16, 50] {
            for mean in [0.5, 3.0, 12.0] {
                let of = [None, Some(1.0), Some(0.3)].map(|shape| coverage(glasses, mean, shape, &mut random));
                println!("{glasses} {mean}: {:.2} {:.2} {:.2}", of[0], of[1], of[2]);
                assert!(of[0] > 0.66 && of[1] > 0.64 && of[2] > 0.56, "{glasses} glasses, mean {mean}: {of:?}");
                if glasses == 50 {
                    assert!(of.iter().all(|share| *share < 0.78), "{of:?}");
                }
            }
        }
    }
}
