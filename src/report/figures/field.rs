//! Which particles of a double well move, and where to.

use crate::error::Result;
use crate::landscape::displacement_field;
use crate::model::PeriodicBox;
use crate::parallel::Ranks;
use crate::report::chosen::chosen;
use crate::report::cones::Cones;
use crate::report::drawing::{BLUE, Drawing, VERMILLION, rounded};
use crate::report::figure::{Figure, Panel};
use crate::report::source::Source;
use crate::stage::Stage;
use crate::stages::connect::{DoubleWellReader, MinimumReader};
use plotly::Scatter3D;
use plotly::common::{Line, Marker, Mode, Position};
use plotly::layout::{AspectMode, Axis, Camera, Layout, LayoutScene};

pub const FIGURE: Figure = Figure {
    id: "field",
    title: "Displacements of the chosen double well",
    caption: "The particles that move most between the two minima: points at the lower minimum, arrows along their \
              displacement, lengthened as the legend says; the one that moves most is at the origin. The five largest are named: \
              species and number of the particle. A drag turns the picture.",
    needs: &[Stage::Prepare, Stage::Explore, Stage::Connect, Stage::Tunnel],
    draw,
};

/// Particles that are drawn, at most, and the least displacement, as a share of the largest.
const PARTICLES: usize = 30;
const LEAST: f64 = 0.2;
const NAMED: usize = 5;
/// Length of the longest arrow [sigma], as most displacements are too short to be seen; length of a head, at most this share of
/// its arrow.
const LONGEST: f64 = 1.6;
const HEAD: f64 = 0.5;
const SHARE: f64 = 0.6;
/// Where the picture is seen from, far enough for its corners, and where to: below its middle, above the legend.
const EYE: (f64, f64, f64) = (1.5, 1.5, 0.9);
const TARGET: (f64, f64, f64) = (0.0, 0.0, -0.25);

fn draw(sources: &[Source]) -> Result<Vec<Panel>> {
    for source in sources {
        if let Some((_, row)) = chosen(source)?
            && let Some((words, drawing)) = field(source, row)?
        {
            return Ok(vec![Panel::new(format!("double well {row} of {}", source.name), words, drawing)]);
        }
    }
    Ok(Vec::new())
}

/// A particle that moves: its number, its place relative to the first, and its displacement.
struct Moved {
    number: usize,
    place: [f64; 3],
    displacement: [f64; 3],
    length: f64,
}

/// The displacements of one double well, in words and drawn; None where the file of a stage is missing.
///
/// # Errors
/// `Storage` when a file is damaged.
pub fn field(source: &Source, row: usize) -> Result<Option<(String, Drawing)>> {
    let needed = [Stage::Explore, Stage::Connect].iter().all(|stage| source.reader(*stage).is_some());
    let Some(glasses) = source.reader(Stage::Prepare).filter(|_| needed) else { return Ok(None) };
    let ranks = Ranks::alone();
    let wells = DoubleWellReader::open(&ranks, &source.directory)?;
    let minima = MinimumReader::open(&ranks, &source.directory, source.size().0, true)?;
    let Some(ends) = wells.ends(row as u64, 1)?.first().copied() else { return Ok(None) };
    let [a, b] = [ends.a, ends.b].map(|index| minima.positions(ends.glass as usize, index as usize));
    let edges: Vec<f64> = glasses.read_rows("/glasses/box", u64::from(ends.glass), 1)?;
    let species: Vec<u32> = glasses.read_rows("/glasses/species", u64::from(ends.glass), 1)?;
    let [x, y, z] = edges[..] else { return Ok(None) };
    let (a, cell) = (a?, PeriodicBox { edges: [x, y, z] });
    // rattlers of packings do not count; earlier files have no field
    let field = match source.has(Stage::Connect, "/double_wells/displacement") {
        true => source.reader(Stage::Connect).map(|paths| paths.read_rows("/double_wells/displacement", row as u64, 1)),
        false => None,
    };
    let field = field.unwrap_or_else(|| Ok(displacement_field(&cell, &a, &b?, |_| true)))?;
    let moved = largest(&cell, &a, &field);
    if moved.is_empty() {
        return Ok(None);
    }
    Ok(Some((words(&moved, &species), drawn(&moved, &species))))
}

/// The particles that move most, the first of them at the origin.
fn largest(cell: &PeriodicBox, a: &[f64], displacements: &[f64]) -> Vec<Moved> {
    let mut moved: Vec<Moved> = displacements
        .as_chunks::<3>()
        .0
        .iter()
        .zip(a.as_chunks::<3>().0)
        .enumerate()
        .map(|(number, (d, place))| Moved {
            number,
            place: *place,
            displacement: *d,
            length: d.iter().map(|c| c * c).sum::<f64>().sqrt(),
        })
        .collect();
    moved.sort_by(|one, other| other.length.total_cmp(&one.length));
    let least = moved.first().map_or(0.0, |first| LEAST * first.length);
    moved.truncate(PARTICLES);
    moved.retain(|particle| particle.length >= least && particle.length > 0.0);
    if let Some(origin) = moved.first().map(|first| first.place) {
        for particle in &mut moved {
            particle.place = cell.minimum_image(std::array::from_fn(|k| particle.place[k] - origin[k]));
        }
    }
    moved
}

/// How many displacements long an arrow is: a round number with which the longest has about the length `LONGEST`.
fn stretch(most: f64) -> f64 {
    let due = (LONGEST / most).max(1.0);
    let power = 10.0_f64.powf(due.log10().floor());
    [5.0, 3.0, 2.0].into_iter().find(|step| step * power <= due).unwrap_or(1.0) * power
}

/// Species and number of a particle.
fn name(particle: &Moved, species: &[u32]) -> String {
    let letter = match species.get(particle.number) {
        Some(0) => "A",
        Some(1) => "B",
        _ => "C",
    };
    format!("{letter} {}", particle.number)
}

/// The particles that move most, in words.
fn words(moved: &[Moved], species: &[u32]) -> String {
    let named = moved.iter().take(NAMED).map(|particle| format!("{} {:.3}", name(particle, species), particle.length));
    format!("Largest displacements [σ]: {}.", named.collect::<Vec<_>>().join(", "))
}

fn drawn(moved: &[Moved], species: &[u32]) -> Drawing {
    let axis = |title: &str| Axis::new().title(title.to_owned());
    let scene = LayoutScene::new()
        .x_axis(axis("x [σ]"))
        .y_axis(axis("y [σ]"))
        .z_axis(axis("z [σ]"))
        .aspect_mode(AspectMode::Data)
        .camera(Camera::new().eye(EYE.into()).center(TARGET.into()));
    let mut drawing = Drawing::with_layout(Layout::new().scene(scene));
    let most = moved.first().map_or(1.0, |first| first.length);
    add_arrows(&mut drawing, moved, stretch(most));
    let along = |k: usize| rounded(&moved.iter().map(|particle| particle.place[k]).collect::<Vec<f64>>());
    let sizes = moved.iter().map(|particle| 3 + (7.0 * particle.length / most) as usize).collect();
    let names = moved.iter().enumerate();
    let names: Vec<String> =
        names.map(|(place, moved)| if place < NAMED { name(moved, species) } else { String::new() }).collect();
    let hover = moved.iter().map(|particle| format!("{}: {:.3} σ", name(particle, species), particle.length));
    let marker = Marker::new().color(BLUE).size_array(sizes).opacity(0.8);
    let points = Scatter3D::new(along(0), along(1), along(2)).mode(Mode::MarkersText).marker(marker);
    let points = points.text_array(names).hover_text_array(hover.collect()).text_position(Position::TopCenter);
    drawing.add(points.name("particle at the lower minimum"));
    drawing
}

/// Lines from the particles along their displacements, and cones at their ends.
fn add_arrows(drawing: &mut Drawing, moved: &[Moved], stretch: f64) {
    let [mut ends, mut tips, mut ways] = <[[Vec<f64>; 3]; 3]>::default();
    for particle in moved {
        for k in 0..3 {
            let (place, way) = (particle.place[k], particle.displacement[k]);
            ends[k].extend([place, place + stretch * way, f64::NAN]);
            tips[k].push(place + stretch * way);
            ways[k].push(HEAD.min(SHARE * stretch * particle.length) * way / particle.length);
        }
    }
    let [x, y, z] = ends.map(|values| rounded(&values));
    let lines = Scatter3D::new(x, y, z).mode(Mode::Lines).line(Line::new().color(VERMILLION).width(4.0));
    drawing.add(lines.name(format!("displacement x {stretch}")));
    drawing.add(Box::new(Cones::new(tips.map(|v| rounded(&v)), ways.map(|v| rounded(&v)), VERMILLION)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_displacement_comes_first_and_is_the_origin() {
        let cell = PeriodicBox { edges: [10.0; 3] };
        let a = [1.0, 1.0, 1.0, 9.5, 0.0, 0.0, 5.0, 5.0, 5.0, 3.0, 3.0, 3.0];
        let mut b = a;
        b[3] = 0.3;
        let moved = largest(&cell, &a, &displacement_field(&cell, &a, &b, |_| true));
        assert_eq!((moved[0].number, moved[0].place), (1, [0.0; 3]));
        // the mean over the four particles is removed
        assert!((moved[0].length - 0.6).abs() < 1e-12, "{}", moved[0].length);
        assert!(moved[1..].iter().all(|particle| (particle.length - 0.2).abs() < 1e-12));
        assert_eq!(words(&moved[..2], &[0, 1]), "Largest displacements [σ]: B 1 0.600, A 0 0.200.");
        assert_eq!([0.6, 0.17, 0.11, 3.0, 0.012].map(stretch), [2.0, 5.0, 10.0, 1.0, 100.0]);
        let first = moved.iter().find(|particle| particle.number == 0).unwrap();
        assert!((first.place[0] - 1.5).abs() < 1e-12);
    }
}
