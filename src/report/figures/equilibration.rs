//! The energies of the glasses while they were prepared.

use crate::error::Result;
use crate::report::drawing::{self, Drawing, colour, dash, line, linear, plain};
use crate::report::figure::{Figure, Panel};
use crate::report::source::Source;
use crate::stage::Stage;
use plotly::common::Line;

pub const FIGURE: Figure = Figure {
    id: "equilibration",
    title: "Equilibration",
    caption: "Potential energy per particle of single glasses after the preparation reached its temperature (swap Monte Carlo: \
              time in sweeps). A drift to the end says that a glass is not in equilibrium.",
    needs: &[Stage::Prepare],
    draw,
};

/// Glasses that are drawn, of all campaigns together.
const MOST_GLASSES: usize = 12;
const POINTS: usize = 400;

fn draw(sources: &[Source]) -> Result<Vec<Panel>> {
    let x = linear("time [σ(m/ε)<sup>1/2</sup>]");
    let mut drawing = Drawing::new(x, linear("energy per particle [ε]"));
    let mut notes = Vec::new();
    for (number, source) in sources.iter().enumerate() {
        let glass: Vec<u32> = source.numbers(Stage::Prepare, "/glasses/equilibration/glass")?;
        let time: Vec<f64> = source.numbers(Stage::Prepare, "/glasses/equilibration/time")?;
        let energy: Vec<f64> = source.numbers(Stage::Prepare, "/glasses/equilibration/energy")?;
        let flags: Vec<bool> = source.numbers(Stage::Prepare, "/glasses/equilibrated")?;
        let mut present = glass.clone();
        present.dedup();
        let most = (MOST_GLASSES / sources.len()).max(1);
        if present.len() > most {
            notes.push(format!("{}: the first {most} of {} glasses.", source.name, present.len()));
        }
        for (place, of) in present.into_iter().take(most).enumerate() {
            let rows: Vec<usize> = (0..glass.len()).filter(|row| glass[*row] == of).collect();
            let kept: Vec<usize> = drawing::thinned(rows.len(), POINTS).into_iter().map(|k| rows[k]).collect();
            let state = if flags.get(of as usize) == Some(&true) { "" } else { ", not equilibrated" };
            let (name, own) = match sources.len() {
                1 => (format!("glass {of}{state}"), place),
                _ => (format!("{}, glass {of}{state}", plain(&source.name)), number),
            };
            let trace = line(&drawing::at(&time, &kept), &drawing::at(&energy, &kept), &name, colour(own), dash(own));
            drawing.add(trace.line(Line::new().color(colour(own)).width(1.3).dash(dash(own))));
        }
    }
    Ok(match drawing.is_empty() {
        true => Vec::new(),
        false => vec![Panel::new("single glasses", notes.join(" "), drawing)],
    })
}
