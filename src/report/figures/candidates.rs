//! What became of the candidate pairs.

use crate::error::Result;
use crate::report::drawing::{Drawing, colour, counts, gap, linear, plain};
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
        let (mut drawing, mut most, mut rows_in_all) = (Drawing::default(), 0, 0);
        let mut notes = Vec::new();
        for (number, source) in sources.iter().enumerate() {
            let status = source.names(Stage::Connect, path)?;
            let mut tally: BTreeMap<&str, usize> = BTreeMap::new();
            status.iter().for_each(|name| *tally.entry(name).or_default() += 1);
            if tally.is_empty() {
                continue;
            }
            let words = |name: &str| match LOST.contains(&name) {
                true => format!("{} (lost)", name.replace('_', " ")),
                false => name.replace('_', " "),
            };
            let mut rows: Vec<(&str, usize)> = tally.into_iter().collect();
            rows.sort_by_key(|(name, count)| (*count, *name));
            let names: Vec<String> = rows.iter().map(|(name, _)| words(name)).collect();
            let numbers: Vec<usize> = rows.iter().map(|(_, count)| *count).collect();
            most = most.max(numbers.iter().copied().max().unwrap_or(0));
            rows_in_all = rows_in_all.max(names.len());
            let bar = Bar::new(numbers, names).orientation(Orientation::Horizontal).name(plain(&source.name));
            drawing.add(bar.marker(Marker::new().color(colour(number))));
            notes.push(format!("{}: {} in all.", source.name, status.len()));
        }
        if !drawing.is_empty() {
            let (x, y) = (counts("number of pairs", most as f64), linear("").auto_margin(true));
            let gap = gap(rows_in_all * sources.len());
            drawing.change_layout(|layout| layout.x_axis(x).y_axis(y).bar_gap(gap));
            panels.push(Panel::new(title, notes.join(" "), drawing));
        }
    }
    Ok(panels)
}
