//! The energies of the glasses while they were prepared.

use crate::error::Result;
use crate::report::drawing::{self, Drawing, colour, dash, line, linear, plain};
use crate::report::figure::{Figure, Panel};
use crate::report::source::Source;
use crate::stage::Stage;

pub const FIGURE: Figure = Figure {
    id: "equilibration",
    title: "Equilibration",
    caption: "Potential energy per particle of single glasses after the preparation reached its temperature (swap Monte Carlo: \
              time in sweeps), in means over a fiftieth of its preparation. A drift to the end says that a glass is not \
              in equilibrium.",
    needs: &[Stage::Prepare],
    draw,
};

/// Glasses that are drawn, of all campaigns together.
const MOST_GLASSES: usize = 12;
/// Means that are drawn of a preparation: enough to see a drift, few enough not to see the noise.
const MEANS: usize = 50;

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
            let time = drawing::at(&time, &rows);
            let longest = time.iter().copied().fold(0.0, f64::max);
            let (x, y) = means(&time, &drawing::at(&energy, &rows), longest / MEANS as f64);
            let state = if flags.get(of as usize) == Some(&true) { "" } else { ", not equilibrated" };
            let (name, own) = match sources.len() {
                1 => (format!("glass {of}{state}"), place),
                _ => (format!("{}, glass {of}{state}", plain(&source.name)), number),
            };
            drawing.add(line(&x, &y, &name, colour(own), dash(place)));
        }
    }
    Ok(match drawing.is_empty() {
        true => Vec::new(),
        false => vec![Panel::new("single glasses", notes.join(" "), drawing)],
    })
}

/// The means of all energies in each interval of a length, at the mean of their times.
fn means(time: &[f64], energy: &[f64], length: f64) -> (Vec<f64>, Vec<f64>) {
    let interval = |time: f64| if length > 0.0 { (time / length).floor() } else { 0.0 };
    let rows: Vec<(f64, f64)> = time.iter().copied().zip(energy.iter().copied()).collect();
    rows.chunk_by(|one, next| interval(one.0) == interval(next.0))
        .map(|chunk| {
            let count = chunk.len() as f64;
            let sums = chunk.iter().fold((0.0, 0.0), |sum, row| (sum.0 + row.0, sum.1 + row.1));
            (sums.0 / count, sums.1 / count)
        })
        .unzip()
}

#[cfg(test)]
mod tests {
    use super::means;

    #[test]
    fn energies_are_averaged_over_intervals() {
        let (time, energy) = means(&[0.0, 1.0, 2.0, 2.5, 9.0], &[1.0, 3.0, 5.0, 7.0, 8.0], 2.0);
        assert_eq!((time, energy), (vec![0.5, 2.25, 9.0], vec![2.0, 6.0, 8.0]));
        assert_eq!(means(&[0.0, 0.0], &[1.0, 2.0], 0.0), (vec![0.0], vec![1.5]));
    }
}
