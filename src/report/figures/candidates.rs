//! What became of the candidate pairs.

use crate::error::Result;
use crate::report::drawing::{Drawing, colour, linear, plain};
use crate::report::figure::{Figure, Panel};
use crate::report::source::Source;
use crate::report::warnings::LOST;
use crate::stage::Stage;
use plotly::Bar;
use plotly::common::{Marker, Orientation};
use std::collections::BTreeMap;

pub const FIGURE: Figure = Figure {
    id: "candidates",
    title: "Fates of the candidate pairs",
    caption: "Outcomes of the path searches of all candidate pairs, and of the pairs and parts of split paths that are no \
              double wells. (lost): the search failed, so that a double well may be missing.",
    needs: &[Stage::Connect],
    draw,
};

fn draw(sources: &[Source]) -> Result<Vec<Panel>> {
    let mut panels = Vec::new();
    for (path, title) in [("/candidates/status", "candidate pairs"), ("/rejected/status", "rejected pairs and parts")] {
        let x = linear("number of pairs");
        let mut drawing = Drawing::new(x, linear("").auto_margin(true));
        let mut notes = Vec::new();
        for (number, source) in sources.iter().enumerate() {
            let status = source.names(Stage::Connect, path)?;
            let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
            status.iter().for_each(|name| *counts.entry(name).or_default() += 1);
            if counts.is_empty() {
                continue;
            }
            let words = |name: &str| match LOST.contains(&name) {
                true => format!("{} (lost)", name.replace('_', " ")),
                false => name.replace('_', " "),
            };
            let mut rows: Vec<(&str, usize)> = counts.into_iter().collect();
            rows.sort_by_key(|(name, count)| (*count, *name));
            let names: Vec<String> = rows.iter().map(|(name, _)| words(name)).collect();
            let numbers: Vec<usize> = rows.iter().map(|(_, count)| *count).collect();
            let bar = Bar::new(numbers, names).orientation(Orientation::Horizontal).name(plain(&source.name));
            drawing.add(bar.marker(Marker::new().color(colour(number))));
            notes.push(format!("{}: {} in all.", source.name, status.len()));
        }
        if !drawing.is_empty() {
            panels.push(Panel::new(title, notes.join(" "), drawing));
        }
    }
    Ok(panels)
}
