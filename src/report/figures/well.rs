//! A double well with its levels and wave functions.

use crate::error::{Error, Result};
use crate::parallel::Ranks;
use crate::report::chosen::chosen;
use crate::report::drawing::{self, BLUE, Drawing, GREEN, INK, VERMILLION, dash, linear, thinned};
use crate::report::figure::{Figure, Panel};
use crate::report::source::{Source, UnitOf};
use crate::report::summary::digits;
use crate::stage::Stage;
use crate::stages::connect::DoubleWellReader;
use crate::tunnelling::{States, states};
use plotly::common::{Fill, HoverInfo, Line};
use plotly::layout::AxisRange;

pub const FIGURE: Figure = Figure {
    id: "well",
    title: "The chosen double well",
    caption: "V along the path (arc length s, 0 at the lower minimum), the lowest levels between their turning points, and \
              |ψ|^2 on each, in arbitrary units. The well with the smallest tunnel splitting is chosen; a click in the table \
              of double wells chooses another.",
    needs: &[Stage::Connect, Stage::Tunnel],
    draw,
};

/// Levels that are drawn.
const LEVELS: usize = 3;
const COLOURS: [&str; LEVELS] = [BLUE, VERMILLION, GREEN];
/// Points of each curve.
const POINTS: usize = 160;
/// Nodes per unit xi of the first grid: for a picture, and its energies agree with those of the file to the width of a line.
const GRID: usize = 500;
/// Height of the largest |psi|^2, as a share of the figure.
const WAVE_HEIGHT: f64 = 0.2;

fn draw(sources: &[Source]) -> Result<Vec<Panel>> {
    for source in sources {
        if let Some((unit, row)) = chosen(source)? {
            let (title, drawing) = well(source, &unit, row)?;
            return Ok(vec![Panel::new(title, "", drawing)]);
        }
    }
    Ok(Vec::new())
}

/// One double well, with the words above it.
///
/// # Errors
/// `Storage` when a file is damaged.
pub fn well(source: &Source, unit: &UnitOf, row: usize) -> Result<(String, Drawing)> {
    let reader = DoubleWellReader::open(&Ranks::alone(), &source.directory)?;
    let profile = reader.profile(row as u64)?;
    let mut drawing = Drawing::new(linear("arc length <i>s</i> [σ]"), linear("<i>V</i>(<i>s</i>) [ε]"));
    let title = format!("double well {row} of {}, {}", source.name, unit.name);
    let found = match states(&profile, unit.reduced_mass, LEVELS, GRID) {
        Err(Error::Numerical(_)) => None,
        other => other?,
    };
    let length = profile.length;
    let Some(states) = found else {
        let s: Vec<f64> = profile.xi.iter().map(|xi| xi * length).collect();
        drawing.add(drawing::line(&s, &profile.energy, "V", INK, dash(0)));
        return Ok((title, drawing));
    };
    let top = profile.energy.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let high = top.max(states.levels.iter().copied().fold(top, f64::max)) * 1.25;
    add_potential(&mut drawing, &states, length, high);
    add_states(&mut drawing, &states, length, high);
    drawing.change_layout(|layout| {
        let y = linear("<i>V</i>(<i>s</i>) [ε]").range(AxisRange::new(-0.05 * high, high));
        layout.y_axis(y)
    });
    Ok((title, drawing))
}

fn add_potential(drawing: &mut Drawing, states: &States, length: f64, high: f64) {
    let inside: Vec<usize> = (0..states.xi.len()).filter(|node| states.potential[*node] <= 1.1 * high).collect();
    let kept: Vec<usize> = thinned(inside.len(), POINTS).into_iter().map(|place| inside[place]).collect();
    let s: Vec<f64> = kept.iter().map(|node| states.xi[*node] * length).collect();
    drawing.add(drawing::line(&s, &drawing::at(&states.potential, &kept), "<i>V</i>", INK, dash(0)));
}

fn add_states(drawing: &mut Drawing, states: &States, length: f64, high: f64) {
    let peak = states.density.iter().flatten().copied().fold(0.0, f64::max);
    for (number, (level, density)) in states.levels.iter().zip(&states.density).take(LEVELS).enumerate() {
        let name = format!("<i>e</i><sub>{}</sub> = {} ε", number + 1, digits(*level, 5));
        let colour = COLOURS[number];
        let allowed: Vec<usize> = (0..states.xi.len()).filter(|node| states.potential[*node] <= *level).collect();
        let (s, y) = between_turning_points(states, &allowed, *level, length);
        drawing.add(drawing::line(&s, &y, &name, colour, dash(0)).legend_group(&name));
        let visible: Vec<usize> = (0..density.len()).filter(|node| density[*node] > 1e-4 * peak).collect();
        let kept: Vec<usize> = thinned(visible.len(), POINTS).into_iter().map(|place| visible[place]).collect();
        let s: Vec<f64> = kept.iter().map(|node| states.xi[*node] * length).collect();
        let wave: Vec<f64> = kept.iter().map(|node| level + WAVE_HEIGHT * high * density[*node] / peak).collect();
        let line = Line::new().color(colour).width(1.5).dash(dash(number + 1));
        let trace = drawing::line(&s, &wave, &name, colour, dash(0)).line(line).show_legend(false);
        drawing.add(trace.legend_group(&name).fill(Fill::None).hover_info(HoverInfo::Skip));
    }
}

/// The stretches in which V is below a level: their ends, with gaps (NaN) between them.
fn between_turning_points(states: &States, allowed: &[usize], level: f64, length: f64) -> (Vec<f64>, Vec<f64>) {
    let (mut s, mut y) = (Vec::new(), Vec::new());
    for (place, node) in allowed.iter().enumerate() {
        let begins = place == 0 || allowed[place - 1] + 1 != *node;
        let ends = allowed.get(place + 1) != Some(&(node + 1));
        if begins || ends {
            s.push(states.xi[*node] * length);
            y.push(level);
        }
        if ends {
            s.push(f64::NAN);
            y.push(f64::NAN);
        }
    }
    (s, y)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_end_at_the_turning_points() {
        let xi: Vec<f64> = (0..9).map(f64::from).collect();
        let states = States {
            potential: vec![5.0, 0.0, 0.0, 5.0, 5.0, 0.0, 0.0, 0.0, 5.0],
            levels: vec![1.0],
            density: vec![vec![0.0; 9]],
            xi,
        };
        let allowed = [1, 2, 5, 6, 7];
        let (s, y) = between_turning_points(&states, &allowed, 1.0, 2.0);
        assert_eq!((s[0], s[1], s[3], s[4]), (2.0, 4.0, 10.0, 14.0));
        assert!(s[2].is_nan() && s[5].is_nan() && s.len() == 6 && y[0] == 1.0);
    }
}
