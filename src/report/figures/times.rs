//! Where the time went.

use crate::error::Result;
use crate::report::drawing::{Drawing, colour, gap, linear, plain};
use crate::report::figure::{Figure, Panel};
use crate::report::source::Source;
use crate::report::summary::significant;
use plotly::Bar;
use plotly::common::{Marker, Orientation};

pub const FIGURE: Figure = Figure {
    id: "times",
    title: "Time of each stage",
    caption: "Wall time of each stage in its last run, on the rank that needed longest, and the mean time for which a rank waited \
              for others or for work.",
    needs: &[],
    draw,
};

/// Colour of the waiting times of a single campaign, beside that of the stages.
const WAITING: usize = 4;

fn draw(sources: &[Source]) -> Result<Vec<Panel>> {
    let mut drawing = Drawing::new(linear("time [s]"), linear("").auto_margin(true));
    let mut notes = Vec::new();
    for (number, source) in sources.iter().enumerate() {
        let (mut stages, mut work, mut waiting) = (Vec::new(), Vec::new(), Vec::new());
        for reader in source.readers().iter().rev() {
            let stage = reader.header().stage;
            let seconds = source.optional::<f64>(stage, "/timing/costs/stage")?.unwrap_or_default();
            let idle: Vec<f64> = source.numbers(stage, "/timing/idle")?;
            stages.push(stage.name().to_owned());
            work.push(seconds.into_iter().fold(0.0, f64::max));
            waiting.push(idle.iter().sum::<f64>() / idle.len().max(1) as f64);
        }
        let total: f64 = work.iter().sum();
        notes.push(format!("{}: {} s in all.", source.name, significant(total)));
        let name = if sources.len() > 1 { plain(&source.name) } else { "wall time".to_owned() };
        let bar = Bar::new(work, stages.clone()).orientation(Orientation::Horizontal).name(&name);
        drawing.add(bar.marker(Marker::new().color(colour(number))));
        if sources.len() == 1 {
            let idle = Bar::new(waiting, stages).orientation(Orientation::Horizontal).name("waiting, mean of ranks");
            drawing.add(idle.marker(Marker::new().color(colour(WAITING))));
        }
    }
    let rows = sources.iter().map(|source| source.readers().len()).max().unwrap_or(0) * sources.len().max(2);
    drawing.change_layout(|layout| layout.bar_gap(gap(rows)));
    Ok(vec![Panel::new("stages", notes.join(" "), drawing)])
}
