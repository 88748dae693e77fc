//! n0 against the stability of the glasses, over several campaigns.

use crate::error::Result;
use crate::report::drawing::{Drawing, colour, linear, logarithmic, points, symbol};
use crate::report::figure::{Figure, Panel};
use crate::report::source::{Source, units_of_all};
use crate::stage::Stage;
use plotly::common::{ErrorData, ErrorType};

pub const FIGURE: Figure = Figure {
    id: "stability",
    title: "n0 against the stability of the glasses",
    caption: "n0 of each campaign, over all kinds (the papers' count), against the temperature T_f from which its glasses come: \
              the lower, the more stable. Bars: 68 % limits; a triangle marks the upper limit where no system was found. For \
              several directories of different T_f. The campaigns explored for different times unless their decks agree: glasswell combine --at-time compares them at one.",
    needs: &[Stage::Prepare, Stage::Tunnel],
    draw,
};

fn draw(sources: &[Source]) -> Result<Vec<Panel>> {
    let known: Vec<(f64, &Source)> = sources
        .iter()
        .filter_map(|source| source.deck_number("prepare", "temperature").map(|temperature| (temperature, source)))
        .collect();
    let differ = known.iter().any(|(temperature, _)| *temperature != known[0].0);
    if !differ {
        return Ok(Vec::new());
    }
    let mut panels = Vec::new();
    for unit in units_of_all(sources)? {
        let x = linear("preparation temperature <i>T</i><sub>f</sub> [ε/k<sub>B</sub>]");
        let mut drawing = Drawing::new(x, logarithmic("<i>n</i><sub>0</sub> [1/ε, per atom]"));
        let (mut found, mut limits) = (<[Vec<f64>; 4]>::default(), (Vec::new(), Vec::new()));
        for (temperature, source) in &known {
            let group = format!("/{unit}/density");
            let value = source.attribute(Stage::Tunnel, &group, "n0");
            let errors = source.attributes(Stage::Tunnel, &group, "errors");
            let [lower, upper, ..] = errors[..] else { continue };
            if value > 0.0 {
                // a bar cannot end at zero on a logarithmic axis
                let below = (value - lower).min(0.99 * value);
                let row = [*temperature, value, below, upper - value];
                found.iter_mut().zip(row).for_each(|(column, number)| column.push(number));
            } else if upper > 0.0 {
                limits.0.push(*temperature);
                limits.1.push(upper);
            }
        }
        let [temperature, value, below, above] = found;
        if !value.is_empty() {
            let bars = ErrorData::new(ErrorType::Data).array(above).array_minus(below);
            drawing.add(points(&temperature, &value, "n0", colour(0), symbol(0)).error_y(bars));
        }
        if !limits.0.is_empty() {
            let name = "68 % upper limit";
            drawing.add(points(&limits.0, &limits.1, name, colour(1), plotly::common::MarkerSymbol::TriangleDown));
        }
        if !drawing.is_empty() {
            panels.push(Panel::new(unit, String::new(), drawing));
        }
    }
    Ok(panels)
}
