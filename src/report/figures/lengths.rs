//! Splitting against the length of the path.

use super::scatter;
use crate::error::Result;
use crate::report::drawing::{Drawing, INK, dash, line, logarithmic};
use crate::report::figure::{Figure, Panel};
use crate::report::source::{Source, units_of_all};
use crate::stage::Stage;

pub const FIGURE: Figure = Figure {
    id: "lengths",
    title: "Splitting against length of the path",
    caption: "E against the arc length d between the minima. Below the dotted line, k_B T_Q, a double well is active. Symbols as for the barriers.",
    needs: &[Stage::Connect, Stage::Tunnel],
    draw,
};

fn draw(sources: &[Source]) -> Result<Vec<Panel>> {
    let mut panels = Vec::new();
    for unit in units_of_all(sources)? {
        let x = logarithmic("length <i>d</i> [σ]");
        let mut drawing = Drawing::new(x, logarithmic("splitting <i>E</i> [ε]"));
        let (mut left_out, mut quanta) = (0, Vec::new());
        let (mut shortest, mut longest) = (f64::INFINITY, 0.0);
        for (number, source) in sources.iter().enumerate() {
            if !scatter::has(source, &unit)? {
                continue;
            }
            let levels = source.levels(&unit)?;
            let pairs = (scatter::of_wells(source, "length")?, levels.splitting.clone());
            left_out += scatter::add(&mut drawing, sources, number, &levels, &pairs);
            for length in pairs.0.iter().copied().filter(|d| *d > 0.0) {
                (shortest, longest) = (f64::min(shortest, length), f64::max(longest, length));
            }
            let known = source.units()?.into_iter().find(|known| known.name == unit);
            if let Some(quantum) =
                known.map(|unit| unit.quantum_temperature).filter(|quantum| !quanta.contains(quantum))
            {
                quanta.push(quantum);
            }
        }
        if longest > 0.0 {
            for quantum in quanta {
                drawing.add(line(&[shortest, longest], &[quantum; 2], "k<sub>B</sub>T<sub>Q</sub>", INK, dash(2)));
            }
        }
        panels.push(Panel::new(unit, scatter::note(left_out), drawing));
    }
    Ok(panels)
}
