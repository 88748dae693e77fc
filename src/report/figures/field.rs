//! Which particles of a double well move, and where to.

use crate::error::Result;
use crate::landscape::displacement_field;
use crate::model::PeriodicBox;
use crate::parallel::Ranks;
use crate::report::chosen::chosen;
use crate::report::drawing::{BLUE, Drawing, VERMILLION, rounded};
use crate::report::figure::{Figure, Panel};
use crate::report::source::Source;
use crate::stage::Stage;
use crate::stages::connect::{DoubleWellReader, MinimumReader};
use plotly::Scatter3D;
use plotly::common::{Line, Marker, Mode, Position};
use plotly::layout::{AspectMode, Axis, Layout, LayoutScene};

pub const FIGURE: Figure = Figure {
    id: "field",
    title: "Displacements of the chosen double well",
    caption: "The particles that move most between the two minima: points at the lower minimum, lines to three times their \
              displacement, centred on the one that moves most. The five largest are named: species and number of the \
              particle, displacement in σ.",
    needs: &[Stage::Prepare, Stage::Explore, Stage::Connect, Stage::Tunnel],
    draw,
};

/// Particles that are drawn.
const PARTICLES: usize = 60;
const NAMED: usize = 5;
/// Lengths of the lines, in displacements: most are too short to be seen.
const STRETCH: f64 = 3.0;

fn draw(sources: &[Source]) -> Result<Vec<Panel>> {
    for source in sources {
        if let Some((_, row)) = chosen(source)?
            && let Some(drawing) = field(source, row)?
        {
            return Ok(vec![Panel::new(format!("double well {row} of {}", source.name), "", drawing)]);
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

/// The displacements of one double well; None where the file of a stage is missing.
///
/// # Errors
/// `Storage` when a file is damaged.
pub fn field(source: &Source, row: usize) -> Result<Option<Drawing>> {
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
    Ok(Some(drawn(&moved, &species)))
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
    moved.truncate(PARTICLES);
    if let Some(origin) = moved.first().map(|first| first.place) {
        for particle in &mut moved {
            particle.place = cell.minimum_image(std::array::from_fn(|k| particle.place[k] - origin[k]));
        }
    }
    moved
}

fn drawn(moved: &[Moved], species: &[u32]) -> Drawing {
    let axis = |title: &str| Axis::new().title(title.to_owned());
    let scene = LayoutScene::new()
        .x_axis(axis("x [σ]"))
        .y_axis(axis("y [σ]"))
        .z_axis(axis("z [σ]"))
        .aspect_mode(AspectMode::Data);
    let mut drawing = Drawing::with_layout(Layout::new().scene(scene));
    let mut ends: [Vec<f64>; 3] = Default::default();
    for particle in moved {
        for k in 0..3 {
            let place = particle.place[k];
            ends[k].extend([place, place + STRETCH * particle.displacement[k], f64::NAN]);
        }
    }
    let [x, y, z] = ends.map(|values| rounded(&values));
    let arrows = Scatter3D::new(x, y, z).mode(Mode::Lines).line(Line::new().color(VERMILLION).width(6.0));
    drawing.add(arrows.name("displacement x 3"));
    let along = |k: usize| rounded(&moved.iter().map(|particle| particle.place[k]).collect::<Vec<f64>>());
    let most = moved.first().map_or(1.0, |first| first.length);
    let sizes = moved.iter().map(|particle| 4 + (12.0 * particle.length / most) as usize).collect();
    let letter = |number: usize| match species.get(number) {
        Some(0) => "A",
        Some(1) => "B",
        _ => "C",
    };
    let words = |particle: &Moved| format!("{} {}: {:.3}", letter(particle.number), particle.number, particle.length);
    let names: Vec<String> = moved
        .iter()
        .enumerate()
        .map(|(place, particle)| if place < NAMED { words(particle) } else { String::new() })
        .collect();
    let hover: Vec<String> = moved.iter().map(words).collect();
    let marker = Marker::new().color(BLUE).size_array(sizes).opacity(0.8);
    let points = Scatter3D::new(along(0), along(1), along(2)).mode(Mode::MarkersText).marker(marker);
    let points = points.text_array(names).hover_text_array(hover).text_position(Position::TopCenter);
    drawing.add(points.name("particle at the lower minimum"));
    drawing
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
        let first = moved.iter().find(|particle| particle.number == 0).unwrap();
        assert!((first.place[0] - 1.5).abs() < 1e-12);
    }
}
