//! Barrier against asymmetry.

use super::scatter;
use crate::error::Result;
use crate::report::drawing::{Drawing, logarithmic};
use crate::report::figure::{Figure, Panel};
use crate::report::source::{Source, units_of_all};
use crate::stage::Stage;

pub const FIGURE: Figure = Figure {
    id: "barriers",
    title: "Barrier against asymmetry",
    caption: "V_b = V_a - asymmetry/2, with V_a from the lower minimum to the saddle. Circles: tunnelling; open squares: both \
              states in one well; open triangles: second level above the barrier. Exchanges of identical particles are left out.",
    needs: &[Stage::Connect, Stage::Tunnel],
    draw,
};

fn draw(sources: &[Source]) -> Result<Vec<Panel>> {
    let mut panels = Vec::new();
    for unit in units_of_all(sources)? {
        let y = logarithmic("barrier <i>V</i><sub>b</sub> [ε]");
        let mut drawing = Drawing::new(logarithmic("asymmetry Δ<i>V</i> [ε]"), y);
        let mut left_out = 0;
        for (number, source) in sources.iter().enumerate() {
            if scatter::has(source, &unit)? {
                let pairs = (scatter::of_wells(source, "asymmetry")?, scatter::of_wells(source, "barrier")?);
                left_out += scatter::add(&mut drawing, sources, number, &source.levels(&unit)?, &pairs);
            }
        }
        panels.push(Panel::new(format!("kinds in {unit}"), scatter::note(left_out), drawing));
    }
    Ok(panels)
}
