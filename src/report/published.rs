//! Values of the papers beside those of a campaign, where it has the model and the temperature of a paper.

use super::source::Source;
use super::summary::{Summary, significant};
use crate::error::Result;
use crate::stage::Stage;

/// A value of a paper and that of the campaign.
pub struct Published {
    pub quantity: String,
    pub here: String,
    pub paper: String,
}

/// One temperature of Table I of J. Chem. Phys. 158, 014501, values per glass: T_f, quenches per glass, minima, double wells per
/// minimum.
struct Ternary(f64, u64, f64, f64);

const TERNARY: [Ternary; 7] = [
    Ternary(0.617, 160_000, 2270.0, 0.277),
    Ternary(0.558, 40_000, 364.0, 0.359),
    Ternary(0.509, 10_000, 118.0, 0.401),
    Ternary(0.617, 100_000, 549.0, 0.148),
    Ternary(0.558, 100_000, 344.0, 0.235),
    Ternary(0.509, 100_000, 233.0, 0.347),
    Ternary(0.488, 100_000, 115.0, 0.323),
];

/// Medians of the public library of soft spheres (Phys. Rev. Lett. 124, 225901) at T_f = 0.062: distance, asymmetry, E in argon
/// and in nickel-phosphorus.
const SOFT_SPHERES: (f64, f64, f64, f64, f64) = (0.062, 0.316, 0.0146, 0.0157, 0.0063);

/// The values of a paper that this campaign can be compared with, and the words above them.
///
/// # Errors
/// `Storage` when a file is damaged.
pub fn published(source: &Source, summary: &Summary) -> Result<Option<(&'static str, Vec<Published>)>> {
    let temperature = source.deck_number("prepare", "temperature").unwrap_or(f64::NAN);
    match source.deck_text("model", "preset") {
        Some("tlj") => Ok(ternary(source, summary, temperature)),
        Some("pss") if temperature == SOFT_SPHERES.0 => soft_spheres(source),
        _ => Ok(None),
    }
}

fn ternary(source: &Source, summary: &Summary, temperature: f64) -> Option<(&'static str, Vec<Published>)> {
    let (minima, wells) = (summary.minima? as f64, summary.double_wells? as f64);
    let quenches = source.deck_number("explore", "quenches")? * source.deck_number("explore", "runs")?;
    let mut rows = Vec::new();
    for Ternary(_, of_paper, per_glass, ratio) in TERNARY.iter().filter(|row| row.0 == temperature) {
        rows.push(Published {
            quantity: format!("minima per glass ({of_paper} quenches; here {quenches})"),
            here: significant(minima / summary.glasses as f64),
            paper: per_glass.to_string(),
        });
        rows.push(Published {
            quantity: "double wells per minimum".to_owned(),
            here: significant(wells / minima),
            paper: ratio.to_string(),
        });
    }
    (!rows.is_empty()).then_some((
        "J. Chem. Phys. 158, 014501, Table I (N = 1200; the numbers depend on the length of the exploration)",
        rows,
    ))
}

fn soft_spheres(source: &Source) -> Result<Option<(&'static str, Vec<Published>)>> {
    let exchange: Vec<bool> = source.numbers(Stage::Connect, "/double_wells/exchange")?;
    let row = |quantity: &str, values: Vec<f64>, paper: f64| {
        let mut kept: Vec<f64> = values
            .into_iter()
            .zip(&exchange)
            .filter(|(v, exchange)| v.is_finite() && !**exchange)
            .map(|(v, _)| v)
            .collect();
        kept.sort_by(f64::total_cmp);
        let here = kept.get(kept.len() / 2).map(|median| significant(*median))?;
        Some(Published { quantity: format!("median of {quantity}"), here, paper: paper.to_string() })
    };
    let of_well = |name: &str| source.numbers::<f64>(Stage::Connect, &format!("/double_wells/{name}"));
    let (_, distance, asymmetry, argon, nickel) = SOFT_SPHERES;
    let mut rows = vec![
        row("the distance between the minima", of_well("distance")?, distance),
        row("the asymmetry", of_well("asymmetry")?, asymmetry),
    ];
    for (unit, paper) in [("argon", argon), ("nickel-phosphorus", nickel)] {
        let path = format!("/{unit}/splitting");
        let splitting = source.optional::<f64>(Stage::Tunnel, &path)?.unwrap_or_default();
        rows.push(row(&format!("E, {unit}"), splitting, paper));
    }
    let rows: Vec<Published> = rows.into_iter().flatten().collect();
    let words = "public library of Phys. Rev. Lett. 124, 225901 (N = 1500)";
    Ok((!rows.is_empty()).then_some((words, rows)))
}

#[cfg(test)]
mod tests {
    use super::TERNARY;

    /// The table is by T_f within each set of data; minima are fewer, and double wells per minimum more, in stabler glasses.
    #[test]
    fn the_table_has_the_trends_of_the_paper() {
        assert_eq!(
            TERNARY.iter().filter(|row| row.1 == 100_000).map(|row| row.0).collect::<Vec<_>>(),
            [0.617, 0.558, 0.509, 0.488]
        );
        for pair in TERNARY.windows(2).filter(|pair| pair[1].0 < pair[0].0) {
            assert!(pair[1].2 < pair[0].2 && (pair[1].3 > pair[0].3 || pair[1].0 == 0.488), "{}", pair[1].0);
        }
    }
}
