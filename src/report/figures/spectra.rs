//! Vibrations: participation, I(omega)/omega^5, overlaps with double wells.

use crate::error::Result;
use crate::report::drawing::{
    self, BLUE, Drawing, INK, VERMILLION, colour, dash, line, linear, logarithmic, plain, points, steps, symbol,
    thinned,
};
use crate::report::figure::{Figure, Panel};
use crate::report::source::Source;
use crate::report::summary::significant;
use crate::stage::Stage;
use plotly::common::{Marker, MarkerSymbol};
use plotly::layout::AxisRange;

pub const FIGURE: Figure = Figure {
    id: "spectra",
    title: "Vibrations",
    caption: "Participation ratio of each mode (filled: quasi-localised); I(ω)/ω^5 of the integrated density of states \
              with A_4/5 of the fit (dotted line: lowest sound wave of linear response); fraction of double wells whose largest \
              overlap with a mode of the lower minimum is at most c.",
    needs: &[Stage::Modes],
    draw,
};

const MOST_MODES: usize = 4000;

fn draw(sources: &[Source]) -> Result<Vec<Panel>> {
    let mut panels = Vec::new();
    for source in sources.iter().filter(|source| source.length(Stage::Modes, "/spectra/frequency", 0) > 0).take(2) {
        panels.push(participation(source)?);
    }
    let x = logarithmic("ω [(ε/m)<sup>1/2</sup>/σ]");
    let mut drawing = Drawing::new(x, logarithmic("<i>I</i>(ω)/ω<sup>5</sup>"));
    let mut notes = Vec::new();
    for (number, source) in sources.iter().enumerate() {
        notes.extend(density(source, number, &mut drawing)?);
    }
    if !drawing.is_empty() {
        panels.push(Panel::new("integrated density of states", notes.join(" "), drawing));
    }
    for source in sources.iter().filter(|source| source.length(Stage::Modes, "/overlaps/scalar", 0) > 0).take(2) {
        panels.push(overlaps(source)?);
    }
    Ok(panels)
}

fn participation(source: &Source) -> Result<Panel> {
    let frequency: Vec<f64> = source.numbers(Stage::Modes, "/spectra/frequency")?;
    let ratio: Vec<f64> = source.numbers(Stage::Modes, "/spectra/participation_ratio")?;
    let localised: Vec<bool> = source.numbers(Stage::Modes, "/spectra/quasi_localised")?;
    let x = logarithmic("ω [(ε/m)<sup>1/2</sup>/σ]");
    let mut drawing = Drawing::new(x, logarithmic("participation ratio"));
    let mut left_out = 0;
    let groups = [
        (false, "extended", INK, MarkerSymbol::CircleOpen),
        (true, "quasi-localised", VERMILLION, MarkerSymbol::Circle),
    ];
    for (wanted, name, colour, symbol) in groups {
        let rows: Vec<usize> =
            (0..frequency.len()).filter(|k| localised[*k] == wanted && frequency[*k] > 0.0).collect();
        let kept: Vec<usize> = thinned(rows.len(), MOST_MODES).into_iter().map(|place| rows[place]).collect();
        left_out += rows.len() - kept.len();
        let (x, y) = (drawing::at(&frequency, &kept), drawing::at(&ratio, &kept));
        let marker = Marker::new().color(colour).symbol(symbol.clone()).size(5);
        drawing.add(points(&x, &y, name, colour, symbol).marker(marker).opacity(if wanted { 0.9 } else { 0.4 }));
    }
    let spectra = source.length(Stage::Modes, "/spectra/frequency", 0);
    let mut note = format!("{spectra} spectra.");
    if left_out > 0 {
        note += &format!(" {left_out} modes are left out, evenly.");
    }
    Ok(Panel::new(format!("modes, {}", source.name), note, drawing))
}

fn density(source: &Source, number: usize, drawing: &mut Drawing) -> Result<Option<String>> {
    let frequency: Vec<f64> = source.numbers(Stage::Modes, "/density_of_states/frequency")?;
    let reduced: Vec<f64> = source.numbers(Stage::Modes, "/density_of_states/reduced")?;
    let kept: Vec<usize> = (0..frequency.len()).filter(|bin| reduced[*bin] > 0.0).collect();
    if kept.is_empty() {
        return Ok(None);
    }
    let (x, y) = (drawing::at(&frequency, &kept), drawing::at(&reduced, &kept));
    let name = plain(&source.name);
    drawing.add(points(&x, &y, &name, colour(number), symbol(number)));
    let attribute = |name: &str| source.attribute(Stage::Modes, "/density_of_states", name);
    let (a4, phonon) = (attribute("a4"), attribute("omega_first_phonon"));
    if a4 > 0.0 {
        let ends = [x[0], x[x.len() - 1]];
        drawing.add(line(&ends, &[a4 / 5.0; 2], &format!("{name}: A<sub>4</sub>/5"), colour(number), dash(1)));
    }
    if phonon > 0.0 && number == 0 {
        drawing.mark(phonon, "ω<sub>t</sub>", true);
    }
    let reduced = attribute("a4_reduced");
    Ok(reduced.is_finite().then(|| {
        let error = attribute("a4_reduced_error");
        let error = if error.is_finite() { format!(" ± {}", significant(error)) } else { String::new() };
        format!("{}: A₄ω⁵ = {}{error} with the Debye frequency ω.", source.name, significant(reduced))
    }))
}

fn overlaps(source: &Source) -> Result<Panel> {
    let field = source.names(Stage::Modes, "/overlaps/field")?;
    let scalar: Vec<f64> = source.numbers(Stage::Modes, "/overlaps/scalar")?;
    let x = linear("largest overlap <i>c</i>");
    let mut drawing = Drawing::new(x.range(AxisRange::new(0.0, 1.02)), linear("fraction of double wells"));
    let fields = [
        ("displacement", "r<sub>AB</sub>", BLUE),
        ("saddle", "r<sub>AS</sub>", VERMILLION),
        ("tangent", "r<sub>12</sub>", INK),
    ];
    for (number, (name, words, colour)) in fields.into_iter().enumerate() {
        let mut values: Vec<f64> =
            field.iter().zip(&scalar).filter(|(field, c)| *field == name && c.is_finite()).map(|(_, c)| *c).collect();
        values.sort_by(f64::total_cmp);
        let rows = thinned(values.len(), 500);
        let mut share = vec![0.0];
        share.extend(rows.iter().map(|row| (row + 1) as f64 / values.len() as f64));
        let mut overlap = vec![0.0];
        overlap.extend(drawing::at(&values, &rows));
        // to the largest overlap that there can be
        overlap.push(1.0);
        share.extend(share.last().copied());
        drawing.add(steps(&overlap, &share, words, colour, dash(number)));
    }
    Ok(Panel::new(format!("overlaps, {}", source.name), "", drawing))
}
