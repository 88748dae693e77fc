//! Stress-strain curves of one glass.

use crate::error::Result;
use crate::report::drawing::{self, Drawing, INK, colour, dash, linear, points, symbol};
use crate::report::figure::{Figure, Panel};
use crate::report::source::Source;
use crate::stage::Stage;
use plotly::common::{Marker, MarkerSymbol, Mode};

pub const FIGURE: Figure = Figure {
    id: "strain",
    title: "Stress against strain",
    caption: "Quasi-static shear and change of volume of the first glass, both directions, with the stress of the unstrained \
              minimum subtracted. Crosses mark plastic events. The slopes at zero are the moduli.",
    needs: &[Stage::Elastic],
    draw,
};

/// Curves of one deformation: forwards and backwards.
const DEFORMATIONS: [&str; 4] = ["xy", "xz", "yz", "volume"];

fn draw(sources: &[Source]) -> Result<Vec<Panel>> {
    let Some(source) = sources.iter().find(|source| source.length(Stage::Elastic, "/curves/strain", 0) > 0) else {
        return Ok(Vec::new());
    };
    let steps = source.length(Stage::Elastic, "/curves/strain", 2);
    let strain: Vec<f64> = source.numbers(Stage::Elastic, "/curves/strain")?;
    let stress: Vec<f64> = source.numbers(Stage::Elastic, "/curves/stress")?;
    let event = source.names(Stage::Elastic, "/curves/event")?;
    let x = linear("strain γ or ln(<i>V</i>/<i>V</i><sub>0</sub>)");
    let mut drawing = Drawing::new(x, linear("stress [ε/σ³]"));
    for (number, name) in DEFORMATIONS.into_iter().enumerate() {
        let of = 2 * number * steps..2 * (number + 1) * steps;
        let mut rows: Vec<usize> = of.filter(|row| *row < stress.len() && stress[*row].is_finite()).collect();
        rows.sort_by(|one, other| strain[*one].total_cmp(&strain[*other]));
        let (x, y) = (drawing::at(&strain, &rows), drawing::at(&stress, &rows));
        let marker = Marker::new().color(colour(number)).symbol(symbol(number)).size(5);
        let trace = drawing::line(&x, &y, name, colour(number), dash(number));
        drawing.add(trace.mode(Mode::LinesMarkers).marker(marker));
    }
    let plastic: Vec<usize> = (0..(8 * steps).min(event.len()))
        .filter(|row| !matches!(event[*row].as_str(), "none" | "unconverged"))
        .collect();
    if !plastic.is_empty() {
        let (x, y) = (drawing::at(&strain, &plastic), drawing::at(&stress, &plastic));
        let marker = Marker::new().color(INK).symbol(MarkerSymbol::XThin).size(10);
        drawing.add(
            points(&x, &y, "plastic event", INK, MarkerSymbol::XThinOpen)
                .marker(marker.symbol(MarkerSymbol::XThinOpen)),
        );
    }
    let glasses = source.length(Stage::Elastic, "/curves/strain", 0);
    Ok(vec![Panel::new(format!("{}, glass 0", source.name), format!("One of {glasses} glasses."), drawing)])
}
