//! How many particles move.

use super::scatter;
use crate::error::Result;
use crate::report::drawing::{Drawing, at, colour, dash, linear, logarithmic, plain, steps, thinned};
use crate::report::figure::{Figure, Panel};
use crate::report::source::Source;
use crate::report::summary::significant;
use crate::stage::Stage;

pub const FIGURE: Figure = Figure {
    id: "participation",
    title: "Participation ratio",
    caption: "Fraction of the double wells in which at most so many particles move, (Σ d_i^2)^2 / Σ d_i^4. Papers: mean \
              about 8 for the ternary mixture (J. Chem. Phys. 158, 014501), median 1.6 to 1.9 for soft spheres (Phys. Rev. Lett. \
              124, 225901, public library).",
    needs: &[Stage::Connect],
    draw,
};

/// Points of a curve.
const POINTS: usize = 500;

fn draw(sources: &[Source]) -> Result<Vec<Panel>> {
    let x = logarithmic("participation ratio");
    let mut drawing = Drawing::new(x, linear("fraction of double wells"));
    let mut notes = Vec::new();
    for (number, source) in sources.iter().enumerate() {
        let exchange: Vec<bool> = source.numbers(Stage::Connect, "/double_wells/exchange")?;
        let all = scatter::of_wells(source, "participation_ratio")?;
        let kept = all.iter().zip(&exchange).filter(|(ratio, exchange)| **ratio > 0.0 && !**exchange);
        let mut ratios: Vec<f64> = kept.map(|(ratio, _)| *ratio).collect();
        if ratios.is_empty() {
            continue;
        }
        ratios.sort_by(f64::total_cmp);
        let rows = thinned(ratios.len(), POINTS);
        let mut share: Vec<f64> = rows.iter().map(|row| (row + 1) as f64 / ratios.len() as f64).collect();
        let mut values = at(&ratios, &rows);
        // from none to the first, and a little beyond the last
        values.insert(0, ratios[0]);
        share.insert(0, 0.0);
        values.push(1.1 * ratios[ratios.len() - 1]);
        share.push(1.0);
        drawing.add(steps(&values, &share, &plain(&source.name), colour(number), dash(number)));
        let mean = ratios.iter().sum::<f64>() / ratios.len() as f64;
        let middle = ratios[ratios.len() / 2];
        notes.push(format!("{}: mean {}, median {}.", source.name, significant(mean), significant(middle)));
    }
    Ok(match drawing.is_empty() {
        true => Vec::new(),
        false => vec![Panel::new("all double wells but exchanges", notes.join(" "), drawing)],
    })
}
