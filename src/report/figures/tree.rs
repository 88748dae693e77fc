//! The disconnectivity graph of one glass.

use crate::error::Result;
use crate::report::drawing::{BLUE, Drawing, dash, line, linear};
use crate::report::figure::{Figure, Panel};
use crate::report::source::Source;
use crate::stage::Stage;
use plotly::layout::AxisRange;
use std::collections::BTreeMap;

pub const FIGURE: Figure = Figure {
    id: "tree",
    title: "Disconnectivity graph of one glass",
    caption: "For the glass with the most double wells: each line ends at a minimum, and two branches meet at the lowest saddle \
              that joins them (Becker & Karplus, J. Chem. Phys. 106, 1495). Energies are relative to the lowest minimum drawn; \
              minima without a double well are left out.",
    needs: &[Stage::Explore, Stage::Connect],
    draw,
};

/// Double wells that are drawn: those with the lowest saddles.
const MOST_EDGES: usize = 400;

/// A branch: the minima below it, where it stands, and the energy to which it is drawn so far.
struct Branch {
    leaves: Vec<usize>,
    top: f64,
}

fn draw(sources: &[Source]) -> Result<Vec<Panel>> {
    let ready = |source: &&Source| {
        source.length(Stage::Connect, "/double_wells/glass", 0) > 0 && source.reader(Stage::Explore).is_some()
    };
    let Some(source) = sources.iter().find(ready) else { return Ok(Vec::new()) };
    let glass: Vec<u32> = source.numbers(Stage::Connect, "/double_wells/glass")?;
    let mut counts: BTreeMap<u32, usize> = BTreeMap::new();
    glass.iter().for_each(|glass| *counts.entry(*glass).or_default() += 1);
    let busiest = counts.into_iter().max_by_key(|(glass, count)| (*count, std::cmp::Reverse(*glass)));
    let Some((busiest, count)) = busiest else { return Ok(Vec::new()) };
    let energies = energies(source, busiest)?;
    let a: Vec<u32> = source.numbers(Stage::Connect, "/double_wells/a")?;
    let b: Vec<u32> = source.numbers(Stage::Connect, "/double_wells/b")?;
    let saddle: Vec<f64> = source.numbers(Stage::Connect, "/double_wells/saddle_energy")?;
    let mut edges: Vec<(usize, usize, f64)> = (0..glass.len())
        .filter(|row| glass[*row] == busiest && saddle[*row].is_finite())
        .map(|row| (a[row] as usize, b[row] as usize, saddle[row]))
        .filter(|(a, b, _)| energies.contains_key(a) && energies.contains_key(b))
        .collect();
    edges.sort_by(|one, other| one.2.total_cmp(&other.2));
    edges.truncate(MOST_EDGES);
    let (x, y) = graph(&edges, &energies);
    // a line at the border would be cut in half
    let last = x.iter().copied().filter(|x| x.is_finite()).fold(0.0, f64::max);
    let side =
        linear("").show_tick_labels(false).show_grid(false).zero_line(false).range(AxisRange::new(-0.7, last + 0.7));
    let mut drawing = Drawing::new(side, linear("energy [ε]"));
    drawing.add(line(&x, &y, "minima and saddles", BLUE, dash(0)).show_legend(false));
    let note = format!("{} of {count} double wells.", edges.len());
    Ok(vec![Panel::new(format!("{}, glass {busiest}", source.name), note, drawing)])
}

/// Energies of the minima of a glass, by index: those of landscape.h5 and those that split paths added.
fn energies(source: &Source, busiest: u32) -> Result<BTreeMap<usize, f64>> {
    let mut found = BTreeMap::new();
    for stage in [Stage::Explore, Stage::Connect] {
        let glass: Vec<u32> = source.numbers(stage, "/minima/glass")?;
        let index: Vec<u32> = source.numbers(stage, "/minima/index")?;
        let energy: Vec<f64> = source.numbers(stage, "/minima/energy")?;
        let rows = (0..glass.len()).filter(|row| glass[*row] == busiest);
        found.extend(rows.map(|row| (index[row] as usize, energy[row])));
    }
    Ok(found)
}

/// The lines of the graph; NaN ends a line. `edges` (a, b, energy of the saddle) by rising energy.
fn graph(edges: &[(usize, usize, f64)], energies: &BTreeMap<usize, f64>) -> (Vec<f64>, Vec<f64>) {
    let mut branches: Vec<Branch> = Vec::new();
    let mut branch_of: BTreeMap<usize, usize> = BTreeMap::new();
    for (a, b, _) in edges {
        for end in [a, b] {
            branch_of.entry(*end).or_insert_with(|| {
                branches.push(Branch { leaves: vec![*end], top: energies[end] });
                branches.len() - 1
            });
        }
    }
    let lowest = branches.iter().map(|branch| branch.top).fold(f64::INFINITY, f64::min);
    // (branches that meet, energy); leaves of a branch stand side by side
    let mut joins = Vec::new();
    for (a, b, saddle) in edges {
        let (one, other) = (branch_of[a], branch_of[b]);
        if one != other {
            let leaves = std::mem::take(&mut branches[other].leaves);
            for leaf in &leaves {
                branch_of.insert(*leaf, one);
            }
            joins.push((branches[one].leaves.clone(), leaves.clone(), *saddle));
            branches[one].leaves.extend(leaves);
        }
    }
    let order = branches.iter().flat_map(|branch| branch.leaves.iter());
    let place: BTreeMap<usize, f64> = order.enumerate().map(|(k, leaf)| (*leaf, k as f64)).collect();
    let (mut x, mut y) = (Vec::new(), Vec::new());
    let mut tops: BTreeMap<usize, f64> = place.keys().map(|leaf| (*leaf, energies[leaf])).collect();
    let middle = |leaves: &[usize]| leaves.iter().map(|leaf| place[leaf]).sum::<f64>() / leaves.len() as f64;
    for (left, right, saddle) in joins {
        let (from, to) = (middle(&left), middle(&right));
        // the branch that is named by its first leaf ends at its own top
        let (low, high) = (tops[&left[0]], tops[&right[0]]);
        x.extend([from, from, to, to, f64::NAN]);
        y.extend([low - lowest, saddle - lowest, saddle - lowest, high - lowest, f64::NAN]);
        tops.insert(left[0], saddle);
    }
    (x, y)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn branches_meet_at_the_lowest_saddle() {
        let energies = BTreeMap::from([(0, -1.0), (1, -0.5), (2, -0.8)]);
        let edges = [(0, 1, 0.2), (1, 2, 0.5), (0, 2, 0.7)];
        let (x, y) = graph(&edges, &energies);
        // two joins; the third double well is within one branch
        assert_eq!(x.len(), y.len());
        let close = |value: f64, due: f64| (value - due).abs() < 1e-12;
        assert!(close(y[0], 0.0) && close(y[1], 1.2) && close(y[3], 0.5), "{y:?}");
        assert!(y.iter().any(|y| close(*y, 1.5)) && !y.iter().any(|y| close(*y, 1.7)), "{y:?}");
    }
}
