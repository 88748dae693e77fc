//! Double wells, local systems and active systems against exploration time.

use crate::error::Result;
use crate::report::drawing::{Drawing, colour, counts, dash, logarithmic, plain, steps};
use crate::report::figure::{Figure, Panel};
use crate::report::source::Source;
use crate::report::summary::significant;
use crate::stage::Stage;
use std::collections::BTreeMap;

pub const FIGURE: Figure = Figure {
    id: "systems_in_time",
    title: "Double wells and two-level systems against exploration time",
    caption: "Sums over all glasses, each up to its last time: double wells without exchanges, the distinct local systems to \
              which they belong, and double wells with E below k_B T_Q. A count that still rises at the end of the exploration \
              depends on its length: compare campaigns at one time (glasswell combine --at-time).",
    needs: &[Stage::Connect, Stage::Tunnel],
    draw,
};

fn draw(sources: &[Source]) -> Result<Vec<Panel>> {
    let mut all = vec![("double wells".to_owned(), Stage::Connect, "/growth".to_owned(), "double_wells")];
    all.push(("distinct local systems".to_owned(), Stage::Connect, "/growth".to_owned(), "local_systems"));
    for unit in crate::report::source::units_of_all(sources)? {
        all.push((format!("active, {unit}"), Stage::Tunnel, format!("/{unit}/growth"), "active"));
    }
    let mut panels = Vec::new();
    for (title, stage, group, column) in all {
        let x = logarithmic("exploration time <i>t</i> [σ(m/ε)<sup>1/2</sup>]");
        let (mut drawing, mut largest) = (Drawing::default(), 0.0);
        let mut notes = Vec::new();
        for (number, source) in sources.iter().enumerate() {
            if !source.has(stage, &format!("{group}/{column}")) {
                continue;
            }
            let glass: Vec<u32> = source.numbers(stage, &format!("{group}/glass"))?;
            let time: Vec<f64> = source.numbers(stage, &format!("{group}/time"))?;
            let count: Vec<i64> = source.numbers(stage, &format!("{group}/{column}"))?;
            let (time, total) = summed(&glass, &time, &count);
            let (Some(last), Some(most)) = (time.last(), total.last()) else { continue };
            largest = f64::max(largest, *most);
            drawing.add(steps(&time, &total, &plain(&source.name), colour(number), dash(number)));
            notes.push(format!("{}: {most:.0} at t = {}.", source.name, significant(*last)));
        }
        if !drawing.is_empty() {
            let y = counts("number in all glasses", largest);
            drawing.change_layout(|layout| layout.x_axis(x).y_axis(y));
            panels.push(Panel::new(title, notes.join(" "), drawing));
        }
    }
    Ok(panels)
}

/// The sum over the glasses of their counts at each time at which one changes; a glass counts 0 before its first row.
fn summed(glass: &[u32], time: &[f64], count: &[i64]) -> (Vec<f64>, Vec<f64>) {
    let mut rows: Vec<usize> = (0..glass.len()).filter(|&row| time[row] > 0.0).collect();
    rows.sort_by(|&a, &b| time[a].total_cmp(&time[b]).then(a.cmp(&b)));
    let (mut of_glass, mut total) = (BTreeMap::new(), 0);
    let (mut times, mut totals): (Vec<f64>, Vec<f64>) = (Vec::new(), Vec::new());
    for row in rows {
        total += count[row] - of_glass.insert(glass[row], count[row]).unwrap_or(0);
        if times.last() == Some(&time[row]) {
            totals.pop();
            times.pop();
        }
        times.push(time[row]);
        totals.push(total as f64);
    }
    (times, totals)
}

#[cfg(test)]
mod tests {
    use super::summed;

    #[test]
    fn counts_of_glasses_are_added_at_each_time() {
        let (time, total) = summed(&[0, 0, 1, 1, 1], &[1.0, 3.0, 1.0, 2.0, 3.0], &[2, 3, 1, 1, 5]);
        assert_eq!((time, total), (vec![1.0, 2.0, 3.0], vec![3.0, 3.0, 8.0]));
    }
}
