//! Points of all double wells, by kind: what several figures share.

use crate::error::Result;
use crate::report::drawing::{self, BLUE, Drawing, INK, VERMILLION, colour, plain, thinned};
use crate::report::source::{Levels, Source};
use crate::stage::Stage;
use plotly::common::{Marker, MarkerSymbol};

/// The kinds of double wells, each with its symbol and its colour; tunnelling ones last, above the others.
pub const KINDS: [(&str, MarkerSymbol, &str); 3] = [
    ("no_barrier", MarkerSymbol::TriangleUpOpen, INK),
    ("intrawell", MarkerSymbol::SquareOpen, BLUE),
    ("tunnelling", MarkerSymbol::Circle, VERMILLION),
];

/// Points of one kind in one figure, over all campaigns.
const MOST_POINTS: usize = 4000;

/// Two numbers of every double well of a campaign [P].
pub type Pairs = (Vec<f64>, Vec<f64>);

/// Adds the points of one campaign in one unit; returns how many are left out for their number.
///
/// # Errors
/// `Storage` when a file is damaged.
pub fn add(drawing: &mut Drawing, sources: &[Source], number: usize, levels: &Levels, pairs: &Pairs) -> usize {
    let (source, several) = (&sources[number], sources.len() > 1);
    let (mut left_out, mut first) = (0, true);
    for (kind, symbol, of_kind) in KINDS {
        let belongs = |row: &usize| {
            levels.kind[*row] == kind && !levels.exchange[*row] && pairs.0[*row] > 0.0 && pairs.1[*row] > 0.0
        };
        let rows: Vec<usize> = (0..levels.kind.len()).filter(belongs).collect();
        let most = (MOST_POINTS / sources.len()).max(100);
        let kept: Vec<usize> = thinned(rows.len(), most).into_iter().map(|place| rows[place]).collect();
        left_out += rows.len() - kept.len();
        if kept.is_empty() {
            continue;
        }
        // of several campaigns the legend has each once; the symbols are those of the captions
        let (name, colour) = match several {
            true => (plain(&source.name), colour(number)),
            false => (kind.replace('_', " "), of_kind),
        };
        let (x, y) = (drawing::at(&pairs.0, &kept), drawing::at(&pairs.1, &kept));
        let size = if kind == "tunnelling" { 9 } else { 6 };
        let marker = Marker::new().color(colour).symbol(symbol.clone()).size(size);
        let labels: Vec<String> = kept.iter().map(|row| format!("double well {row}")).collect();
        let trace = drawing::points(&x, &y, &name, colour, symbol).marker(marker).text_array(labels);
        let trace = trace.legend_group(&name).show_legend(!several || first);
        first = false;
        drawing.add(trace.opacity(if kind == "tunnelling" { 1.0 } else { 0.8 }));
    }
    left_out
}

/// A column of /double_wells.
///
/// # Errors
/// `Storage` when paths.h5 is damaged.
pub fn of_wells(source: &Source, name: &str) -> Result<Vec<f64>> {
    source.numbers(Stage::Connect, &format!("/double_wells/{name}"))
}

/// The words on points that are left out.
pub fn note(left_out: usize) -> String {
    match left_out {
        0 => String::new(),
        count => format!("{count} points are left out, evenly."),
    }
}

/// Whether a campaign has double wells with levels in a unit.
///
/// # Errors
/// `Storage` when a file is damaged.
pub fn has(source: &Source, unit: &str) -> Result<bool> {
    let known = source.units()?.iter().any(|known| known.name == unit);
    Ok(known && source.reader(Stage::Connect).is_some())
}
