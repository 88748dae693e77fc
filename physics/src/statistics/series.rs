//! Mean of a correlated time series and its error.

/// Sokal's window: the sum over the autocorrelation ends at the first W >= WINDOW tau(W).
const WINDOW: f64 = 5.0;

/// The mean of a stationary series of correlated numbers.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct TimeAverage {
    pub mean: f64,
    /// Standard error sqrt(2 tau var / n).
    pub error: f64,
    /// Integrated autocorrelation time tau = 1/2 + sum_{t=1}^{W} rho(t), in samples; 1/2 when uncorrelated.
    pub correlation_time: f64,
    /// Its statistical error tau sqrt(2 (2 W + 1)/n).
    pub correlation_time_error: f64,
    pub variance: f64,
    pub samples: usize,
    /// Whether the series is longer than 50 tau and the window ended inside it: else the error is a lower bound.
    pub reliable: bool,
}

/// Mean and standard error by the integrated autocorrelation time with Sokal's self-consistent window
/// (doi:10.1007/978-1-4899-0319-8_6). Fewer than two samples: error NaN.
pub fn time_average(series: &[f64]) -> TimeAverage {
    let n = series.len();
    let mean = mean(series);
    let deviations: Vec<f64> = series.iter().map(|x| x - mean).collect();
    let variance = if n > 1 { sum_of_products(&deviations, 0) / (n - 1) as f64 } else { f64::NAN };
    let mut tau = 0.5;
    let mut window = 0;
    let mut closed = false;
    // a constant series has no correlation
    let spread = sum_of_products(&deviations, 0) / n.max(1) as f64;
    if spread > 0.0 {
        while window + 1 < n / 2 && !closed {
            window += 1;
            tau += sum_of_products(&deviations, window) / ((n - window) as f64 * spread);
            closed = window as f64 >= WINDOW * tau;
        }
    } else {
        closed = n > 1;
    }
    let tau = tau.max(0.5);
    TimeAverage {
        mean,
        error: (2.0 * tau * variance / n as f64).sqrt(),
        correlation_time: tau,
        correlation_time_error: tau * (2.0 * (2 * window + 1) as f64 / n as f64).sqrt(),
        variance,
        samples: n,
        reliable: closed && n as f64 > 50.0 * tau,
    }
}

/// Standard errors of the mean by blocks of 1, 2, 4, ... samples, as (block length, error, error of that error):
/// they rise to a plateau as blocks outgrow the correlation (Flyvbjerg & Petersen, doi:10.1063/1.457480). At least
/// eight blocks are kept.
pub fn block_errors(series: &[f64]) -> Vec<(usize, f64, f64)> {
    let mut blocks = series.to_vec();
    let mut length = 1;
    let mut errors = Vec::new();
    while blocks.len() >= 8 {
        let n = blocks.len() as f64;
        let mean = mean(&blocks);
        let variance = blocks.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / (n * (n - 1.0));
        errors.push((length, variance.sqrt(), (variance / (2.0 * (n - 1.0))).sqrt()));
        blocks = blocks.chunks_exact(2).map(|pair| 0.5 * (pair[0] + pair[1])).collect();
        length *= 2;
    }
    errors
}

fn mean(series: &[f64]) -> f64 {
    series.iter().sum::<f64>() / series.len() as f64
}

fn sum_of_products(series: &[f64], lag: usize) -> f64 {
    series.iter().zip(series.iter().skip(lag)).map(|(a, b)| a * b).sum()
}
