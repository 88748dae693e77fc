//! The growth of the library of minima.

use crate::error::Result;
use crate::report::drawing::{self, Drawing, colour, dash, line, logarithmic, plain, ratios};
use crate::report::figure::{Figure, Panel};
use crate::report::source::Source;
use crate::report::summary::significant;
use crate::stage::Stage;
use plotly::common::{HoverInfo, Line, LineShape};

pub const FIGURE: Figure = Figure {
    id: "growth",
    title: "Minima against exploration time",
    caption: "n_IS(t): thick, exp of the mean over glasses of ln n_IS; thin, single glasses. Time is summed over the runs of a \
              glass in order. Papers: n_IS ~ t^β, β 0.4 to 0.8 (ternary mixture), 0.17 to 0.65 (soft spheres).",
    needs: &[Stage::Explore],
    draw,
};

const POINTS: usize = 60;
/// Glasses of which single curves are drawn.
const SINGLE_GLASSES: usize = 6;

/// The steps of one glass: times and numbers of minima.
type Steps = (Vec<f64>, Vec<f64>);

fn draw(sources: &[Source]) -> Result<Vec<Panel>> {
    let x = logarithmic("exploration time <i>t</i> [σ(m/ε)<sup>1/2</sup>]");
    let mut drawing = Drawing::new(x, logarithmic("<i>n</i><sub>IS</sub>(<i>t</i>)"));
    let mut notes = Vec::new();
    for (number, source) in sources.iter().enumerate() {
        let glasses = read(source)?;
        let Some((grid, mean)) = mean_growth(&glasses) else { continue };
        for (x, y) in glasses.iter().take(if sources.len() == 1 { SINGLE_GLASSES } else { 0 }) {
            let rows = drawing::thinned(x.len(), 300);
            let thin = Line::new().color(colour(number)).width(1.0).shape(LineShape::Hv);
            let single = drawing::steps(&drawing::at(x, &rows), &drawing::at(y, &rows), "", colour(number), dash(0));
            drawing.add(single.line(thin).opacity(0.7).show_legend(false).hover_info(HoverInfo::Skip));
        }
        let thick = Line::new().color(colour(number)).width(3.0).dash(dash(number));
        drawing.add(line(&grid, &mean, &plain(&source.name), colour(number), dash(number)).line(thick));
        if let (Some(last), Some(time)) = (mean.last(), grid.last()) {
            notes.push(format!("{}: {last:.0} minima per glass at t = {}.", source.name, significant(*time)));
        }
    }
    Ok(match drawing.is_empty() {
        true => Vec::new(),
        false => vec![Panel::new("all glasses", notes.join(" "), drawing)],
    })
}

fn read(source: &Source) -> Result<Vec<Steps>> {
    let glass: Vec<u32> = source.numbers(Stage::Explore, "/growth/glass")?;
    let time: Vec<f64> = source.numbers(Stage::Explore, "/growth/time")?;
    let minima: Vec<i64> = source.numbers(Stage::Explore, "/growth/minima")?;
    let mut glasses: Vec<(u32, Steps)> = Vec::new();
    for ((glass, time), minima) in glass.into_iter().zip(time).zip(minima) {
        if glasses.last().is_none_or(|(last, _)| *last != glass) {
            glasses.push((glass, (Vec::new(), Vec::new())));
        }
        if let Some((_, steps)) = glasses.last_mut().filter(|_| time > 0.0) {
            steps.0.push(time);
            steps.1.push(minima as f64);
        }
    }
    Ok(glasses.into_iter().map(|(_, steps)| steps).filter(|(time, _)| !time.is_empty()).collect())
}

/// exp <ln n_IS> on times that every glass has.
fn mean_growth(glasses: &[Steps]) -> Option<Steps> {
    let first = glasses.iter().filter_map(|(time, _)| time.first().copied()).fold(0.0, f64::max);
    let last = glasses.iter().filter_map(|(time, _)| time.last().copied()).fold(f64::INFINITY, f64::min);
    if !(first > 0.0 && last.is_finite() && first <= last) {
        return None;
    }
    let grid = ratios(first, last, POINTS);
    let at =
        |(time, minima): &Steps, t: f64| minima[time.partition_point(|other| *other <= t * (1.0 + 1e-12)).max(1) - 1];
    let logarithm = |t: f64| glasses.iter().map(|glass| at(glass, t).max(1.0).ln()).sum::<f64>() / glasses.len() as f64;
    let mean = grid.iter().map(|t| logarithm(*t).exp()).collect();
    Some((grid, mean))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mean_is_that_of_logarithms() {
        let glasses = vec![(vec![1.0, 10.0], vec![1.0, 4.0]), (vec![1.0, 10.0], vec![1.0, 9.0])];
        let (grid, mean) = mean_growth(&glasses).unwrap();
        assert_eq!((grid[0], mean[0]), (1.0, 1.0));
        assert!((mean.last().unwrap() - 6.0).abs() < 1e-12);
        assert!(mean_growth(&[]).is_none());
    }
}
