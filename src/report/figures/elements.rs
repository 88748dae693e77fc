//! Delta against Delta_0.

use super::scatter;
use crate::error::Result;
use crate::report::drawing::{Drawing, logarithmic};
use crate::report::figure::{Figure, Panel};
use crate::report::source::{Source, units_of_all};
use crate::stage::Stage;

pub const FIGURE: Figure = Figure {
    id: "elements",
    title: "Diagonal splitting and tunnelling element",
    caption: "|Δ| with the zero-point energies of both wells, against Δ_0 by WKB at the mean of the two levels. Double \
              wells without a turning point at this energy have no Δ_0 and are not drawn. Symbols as for the barriers.",
    needs: &[Stage::Connect, Stage::Tunnel],
    draw,
};

fn draw(sources: &[Source]) -> Result<Vec<Panel>> {
    let mut panels = Vec::new();
    for unit in units_of_all(sources)? {
        let x = logarithmic("tunnelling element Δ<sub>0</sub> [ε]");
        let mut drawing = Drawing::new(x, logarithmic("|Δ| [ε]"));
        let mut left_out = 0;
        for (number, source) in sources.iter().enumerate() {
            if !scatter::has(source, &unit)? {
                continue;
            }
            let column = |name: &str| source.numbers::<f64>(Stage::Tunnel, &format!("/{unit}/{name}"));
            let delta = column("diagonal_splitting")?.iter().map(|delta| delta.abs()).collect();
            let pairs = (column("tunnelling_element")?, delta);
            left_out += scatter::add(&mut drawing, sources, number, &source.levels(&unit)?, &pairs);
        }
        panels.push(Panel::new(unit, scatter::note(left_out), drawing));
    }
    Ok(panels)
}
