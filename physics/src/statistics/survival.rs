//! The share of residences that last longer than a time, with residences whose end was not seen.

/// The survival function after one of the times at which residences ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Survival {
    pub duration: u64,
    /// Residences that had lasted until then, and how many ended.
    pub at_risk: u64,
    pub ended: u64,
    /// S: the share of residences that last longer, with its standard error (Greenwood).
    pub survival: f64,
    pub error: f64,
}

/// The estimate of Kaplan and Meier (1958, doi:10.1080/01621459.1958.10501452) from residences (duration, whether the end was
/// seen): S(t) = product over t_i <= t of (1 - d_i / n_i), where d_i residences ended at t_i and n_i had lasted until then. A
/// residence that went on at its last sight counts among the n_i until then. The error is that of Greenwood,
/// S^2 sum d_i / (n_i (n_i - d_i)).
pub fn kaplan_meier(residences: &[(u64, bool)]) -> Vec<Survival> {
    let mut sorted = residences.to_vec();
    sorted.sort_unstable();
    let (mut survival, mut variance) = (1.0, 0.0);
    let mut rows = Vec::new();
    let mut first = 0;
    while let Some(&(duration, _)) = sorted.get(first) {
        let end = first + sorted[first..].partition_point(|(other, _)| *other == duration);
        let at_risk = (sorted.len() - first) as u64;
        let ended = sorted[first..end].iter().filter(|(_, seen)| *seen).count() as u64;
        if ended > 0 {
            survival *= 1.0 - ended as f64 / at_risk as f64;
            variance += ended as f64 / (at_risk as f64 * (at_risk - ended) as f64);
            let error = if survival > 0.0 { survival * f64::sqrt(variance) } else { f64::NAN };
            rows.push(Survival { duration, at_risk, ended, survival, error });
        }
        first = end;
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Residences of 1, 2, 2+, 3, 5+ steps (+: went on): by hand, S = 4/5, 4/5 3/4, 3/5 1/2.
    #[test]
    fn survival_by_hand() {
        let rows = kaplan_meier(&[(3, true), (1, true), (2, false), (5, false), (2, true)]);
        let found: Vec<(u64, u64, u64)> = rows.iter().map(|row| (row.duration, row.at_risk, row.ended)).collect();
        assert_eq!(found, [(1, 5, 1), (2, 4, 1), (3, 2, 1)]);
        let survival: Vec<f64> = rows.iter().map(|row| row.survival).collect();
        assert!(survival.iter().zip([0.8, 0.6, 0.3]).all(|(s, due)| (s - due).abs() < 1e-15));
        let variance = 1.0 / 20.0 + 1.0 / 12.0 + 1.0 / 2.0;
        assert!((rows[2].error - 0.3 * f64::sqrt(variance)).abs() < 1e-15);
        assert!(kaplan_meier(&[]).is_empty());
    }
}
