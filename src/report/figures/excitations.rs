//! Pushes along modes.

use crate::error::Result;
use crate::report::drawing::{Drawing, at, colour, linear, logarithmic, plain, points, symbol, thinned};
use crate::report::figure::{Figure, Panel};
use crate::report::source::Source;
use crate::stage::Stage;
use plotly::layout::Axis;

pub const FIGURE: Figure = Figure {
    id: "excitations",
    title: "Pushes along modes",
    caption: "Critical amplitude A_c of each mode whose push leads to another minimum, its barrier V(A_c) - V(0), the number of \
              particles that rearrange, and the alignment of the rearrangement with the mode. After Phys. Rev. Research 2, 013215.",
    needs: &[Stage::Excite],
    draw,
};

const MOST_POINTS: usize = 3000;

/// Name, title and kind of the axis of a column.
type ColumnOf = (&'static str, &'static str, fn(&str) -> Axis);

fn draw(sources: &[Source]) -> Result<Vec<Panel>> {
    let columns: [ColumnOf; 4] = [
        ("critical_amplitude", "<i>A</i><sub>c</sub> [σ]", logarithmic),
        ("barrier", "<i>V</i>(<i>A</i><sub>c</sub>) - <i>V</i>(0) [ε]", logarithmic),
        ("rearranging_particles", "<i>N</i><sub>rearr</sub>", logarithmic),
        ("alignment", "alignment <i>I</i>", linear),
    ];
    let mut panels = Vec::new();
    for (name, title, axis) in columns {
        let x = logarithmic("ω [(ε/m)<sup>1/2</sup>/σ]");
        let mut drawing = Drawing::new(x, axis(title));
        let mut notes = Vec::new();
        for (number, source) in sources.iter().enumerate() {
            let frequency: Vec<f64> = source.numbers(Stage::Excite, "/excitations/frequency")?;
            let values: Vec<f64> = source.numbers(Stage::Excite, &format!("/excitations/{name}"))?;
            let status = source.names(Stage::Excite, "/excitations/status")?;
            let rows: Vec<usize> = (0..status.len())
                .filter(|row| status[*row] == "transition" && frequency[*row] > 0.0 && values[*row].is_finite())
                .collect();
            if rows.is_empty() {
                continue;
            }
            let kept: Vec<usize> =
                thinned(rows.len(), MOST_POINTS / sources.len()).into_iter().map(|k| rows[k]).collect();
            let (x, y) = (at(&frequency, &kept), at(&values, &kept));
            drawing.add(points(&x, &y, &plain(&source.name), colour(number), symbol(number)).opacity(0.7));
            notes.push(format!("{}: {} of {} modes.", source.name, rows.len(), status.len()));
        }
        if !drawing.is_empty() {
            panels.push(Panel::new(name.replace('_', " "), notes.join(" "), drawing));
        }
    }
    Ok(panels)
}
