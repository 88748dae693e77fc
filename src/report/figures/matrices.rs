//! Transitions and distances between the minima of one glass.

use crate::error::Result;
use crate::landscape::Displacement;
use crate::model::PeriodicBox;
use crate::report::drawing::{Drawing, linear, rounded};
use crate::report::figure::{Figure, Panel};
use crate::report::source::Source;
use crate::stage::Stage;
use plotly::HeatMap;
use plotly::common::{ColorBar, ColorScale, ColorScaleElement, Side, Title};

pub const FIGURE: Figure = Figure {
    id: "matrices",
    title: "Transitions and distances of one glass",
    caption: "For the glass with the most transitions: how often the exploration went from one minimum to another (white: \
              never), and the distances between minima. Minima are numbered by rising energy. After Fig. 2 of J. Chem. Phys. \
              158, 014501.",
    needs: &[Stage::Prepare, Stage::Explore],
    draw,
};

/// Minima that are drawn, the lowest ones.
const MOST_MINIMA: usize = 120;

fn draw(sources: &[Source]) -> Result<Vec<Panel>> {
    let Some(source) = sources.iter().find(|source| source.length(Stage::Explore, "/transitions/glass", 0) > 0) else {
        return Ok(Vec::new());
    };
    let glass: Vec<u32> = source.numbers(Stage::Explore, "/transitions/glass")?;
    let count: Vec<i64> = source.numbers(Stage::Explore, "/transitions/count")?;
    let of =
        |number: u32| glass.iter().zip(&count).filter(|(glass, _)| **glass == number).map(|(_, n)| *n).sum::<i64>();
    let busiest = (0..source.size().0 as u32).max_by_key(|number| (of(*number), std::cmp::Reverse(*number)));
    let Some(busiest) = busiest else { return Ok(Vec::new()) };
    let all: Vec<u32> = source.numbers(Stage::Explore, "/minima/glass")?;
    let first = all.partition_point(|glass| *glass < busiest);
    let minima = all.partition_point(|glass| *glass <= busiest) - first;
    let shown = minima.min(MOST_MINIMA);
    let title = format!("{}, glass {busiest}", source.name);
    let note =
        if shown < minima { format!("The {shown} lowest of {minima} minima.") } else { format!("{minima} minima.") };
    let counts = transitions(source, busiest, &glass, &count, shown)?;
    let mut panels = vec![Panel::new(
        format!("transitions, {title}"),
        &note,
        map(counts, ["to minimum", "from minimum"], "log<sub>10</sub> of the number"),
    )];
    if let Some(distances) = distances(source, busiest, first, shown)? {
        panels.push(Panel::new(format!("distances, {title}"), &note, map(distances, ["minimum"; 2], "distance [σ]")));
    }
    Ok(panels)
}

/// log10 of the counts [from][to]; NaN for none.
fn transitions(source: &Source, busiest: u32, glass: &[u32], count: &[i64], shown: usize) -> Result<Vec<Vec<f64>>> {
    let from: Vec<u32> = source.numbers(Stage::Explore, "/transitions/from")?;
    let to: Vec<u32> = source.numbers(Stage::Explore, "/transitions/to")?;
    let mut counts = vec![vec![f64::NAN; shown]; shown];
    for row in (0..glass.len()).filter(|row| glass[*row] == busiest) {
        let (a, b) = (from[row] as usize, to[row] as usize);
        if a < shown && b < shown && count[row] > 0 {
            counts[a][b] = (count[row] as f64).log10();
        }
    }
    Ok(counts)
}

fn distances(source: &Source, glass: u32, first: usize, shown: usize) -> Result<Option<Vec<Vec<f64>>>> {
    let (Some(landscape), Some(glasses)) = (source.reader(Stage::Explore), source.reader(Stage::Prepare)) else {
        return Ok(None);
    };
    // rattlers of packings wander: a distance over all particles would be theirs
    let rattlers: Vec<u32> = landscape.read_rows("/minima/rattlers", first as u64, shown as u64)?;
    if rattlers.iter().any(|number| *number > 0) {
        return Ok(None);
    }
    let edges: Vec<f64> = glasses.read_rows("/glasses/box", u64::from(glass), 1)?;
    let [x, y, z] = edges[..] else { return Ok(None) };
    let cell = PeriodicBox { edges: [x, y, z] };
    let positions: Vec<f64> = landscape.read_rows("/minima/position", first as u64, shown as u64)?;
    let minima: Vec<&[f64]> = positions.chunks_exact((positions.len() / shown.max(1)).max(1)).collect();
    let mut all = vec![vec![f64::NAN; shown]; shown];
    for a in 0..minima.len() {
        for b in 0..a {
            let distance = Displacement::between(&cell, minima[a], minima[b]).distance;
            (all[a][b], all[b][a]) = (distance, distance);
        }
    }
    Ok(Some(all))
}

/// Most of the colours of cividis (Nunez, Anderton, Renslow, PLoS ONE 13, e0199239), whose brightness rises evenly; without the
/// brightest, which could not be distinguished from the white of cells without a value.
fn cividis() -> ColorScale {
    let colours = ["#00204d", "#2c3f6c", "#53596c", "#757575", "#969078", "#b9ac70"];
    let at = |(k, colour): (usize, &&str)| ColorScaleElement(k as f64 / 5.0, (*colour).to_owned());
    ColorScale::Vector(colours.iter().enumerate().map(at).collect())
}

fn map(values: Vec<Vec<f64>>, axes: [&str; 2], words: &str) -> Drawing {
    let axis = |title: &str| linear(title).show_grid(false).zero_line(false);
    let mut drawing = Drawing::new(axis(axes[0]), axis(axes[1]));
    // the same white on dark pages, where dark cells could not be distinguished from the page
    drawing.change_layout(|layout| layout.plot_background_color("#ffffff"));
    let bar = ColorBar::new().title(Title::with_text(words).side(Side::Right)).thickness(12);
    let rows: Vec<Vec<f64>> = values.iter().map(|row| rounded(row)).collect();
    drawing.add(HeatMap::new_z(rows).color_scale(cividis()).color_bar(bar));
    drawing
}
