//! n(E) and n(E)/E.

use crate::error::Result;
use crate::report::drawing::{self, Drawing, INK, colour, dash, decades, logarithmic, plain, ratios, thinned};
use crate::report::figure::{Figure, Panel};
use crate::report::source::{Source, UnitOf, units_of_all};
use crate::stage::Stage;
use crate::statistics::{CumulativeDensity, Library};
use plotly::Scatter;
use plotly::common::{Fill, HoverInfo, Line, LineShape, Mode};

pub const FIGURE: Figure = Figure {
    id: "density",
    title: "Density of two-level systems",
    caption: "n(E) is the number of double wells with a splitting up to E, per atom; n0 is n(E)/E at E = k_B T_Q (dotted line). \
              Solid: double wells of kind tunnelling. Faint: all kinds except exchanges of identical particles. Shaded: 68 % \
              limits of the tunnelling ones, or of all where there is no tunnelling one: Poisson statistics, widened by the spread between glasses.",
    needs: &[Stage::Prepare, Stage::Connect, Stage::Tunnel],
    draw,
};

/// Energies at which the limits are computed.
const BAND_POINTS: usize = 40;
/// Steps that are drawn of one curve.
const STEPS: usize = 1500;
/// Opacities of the curves of all kinds, and of the limits.
const FAINT: f64 = 0.5;
const SHADE: f64 = 0.2;
/// How far beyond the largest splitting curves go.
const BEYOND: f64 = 1.2;
/// Limits of 0 cannot be drawn on a logarithmic axis: they are drawn at this many counts.
const LEAST_COUNT: f64 = 0.1;

/// One campaign in one unit.
struct Counted<'s> {
    source: &'s Source,
    unit: UnitOf,
    glass: Vec<u32>,
    splitting: Vec<f64>,
    all: Vec<bool>,
    tunnelling: Vec<bool>,
}

impl<'s> Counted<'s> {
    fn read(source: &'s Source, name: &str) -> Result<Option<Self>> {
        let Some(unit) = source.units()?.into_iter().find(|unit| unit.name == name) else { return Ok(None) };
        let (glasses, _) = source.size();
        if source.reader(Stage::Connect).is_none() || glasses == 0 {
            return Ok(None);
        }
        let levels = source.levels(name)?;
        let rows = 0..levels.splitting.len();
        Ok(Some(Self {
            glass: source.numbers(Stage::Connect, "/double_wells/glass")?,
            all: rows.clone().map(|row| levels.counts(row)).collect(),
            tunnelling: rows.map(|row| levels.is_tunnelling(row)).collect(),
            splitting: levels.splitting,
            source,
            unit,
        }))
    }

    fn library<'a>(&'a self, counted: &'a [bool]) -> Result<Library<'a>> {
        let (glasses, particles) = self.source.size();
        Library::new(&self.glass, &self.splitting, counted, glasses, particles)
    }

    /// 1/(N N_g), n of a single double well.
    fn single(&self) -> f64 {
        let (glasses, particles) = self.source.size();
        1.0 / (glasses as f64 * particles as f64)
    }

    /// The rows whose limits are drawn.
    fn of_band(&self) -> &[bool] {
        if self.tunnelling.contains(&true) { &self.tunnelling } else { &self.all }
    }

    /// The splittings of all kinds.
    fn known(&self) -> impl Iterator<Item = f64> {
        self.splitting.iter().zip(&self.all).filter(|(e, counts)| **counts && **e > 0.0).map(|(e, _)| *e)
    }

    /// Up to where the curves are drawn: beyond the largest splitting of all kinds, so that the last step is seen.
    fn end(&self) -> f64 {
        BEYOND * self.known().fold(0.0, f64::max)
    }

    /// The range of energies that is drawn, with k_B T_Q.
    fn range(&self) -> (f64, f64) {
        let with_mark = self.known().chain([self.unit.quantum_temperature]).filter(|e| *e > 0.0 && e.is_finite());
        let (least, most) = with_mark.fold((f64::INFINITY, 0.0_f64), |(low, high), e| (low.min(e), high.max(e)));
        (0.8 * least, BEYOND * most)
    }

    fn words(&self) -> String {
        let count =
            |flags: &[bool]| flags.iter().zip(&self.splitting).filter(|(flag, e)| **flag && e.is_finite()).count();
        let plural = if count(&self.all) == 1 { "" } else { "s" };
        format!(
            "{}: {} double well{plural}, {} of kind tunnelling.",
            self.source.name,
            count(&self.all),
            count(&self.tunnelling)
        )
    }
}

fn draw(sources: &[Source]) -> Result<Vec<Panel>> {
    let mut panels = Vec::new();
    for unit in units_of_all(sources)? {
        let mut all = Vec::new();
        for source in sources {
            all.extend(Counted::read(source, &unit)?);
        }
        if all.iter().all(|counted| counted.splitting.is_empty()) {
            continue;
        }
        let note: Vec<String> = all.iter().map(Counted::words).collect();
        panels.push(Panel::new(format!("n(E), {unit}"), note.join(" "), panel(&all, false)?));
        panels.push(Panel::new(format!("n(E)/E, {unit}"), "", panel(&all, true)?));
    }
    Ok(panels)
}

fn panel(all: &[Counted<'_>], divided: bool) -> Result<Drawing> {
    let y_title = if divided { "<i>n</i>(<i>E</i>)/<i>E</i> per atom [1/ε]" } else { "<i>n</i>(<i>E</i>) per atom" };
    let mut y = logarithmic(y_title);
    if !divided {
        let least = all.iter().map(Counted::single).fold(f64::INFINITY, f64::min);
        let most = all.iter().map(|c| c.single() * c.splitting.len() as f64).fold(least, f64::max);
        y = y.range(decades(0.4 * least, 2.0 * most));
    }
    let ranges = all.iter().map(Counted::range).filter(|range| range.0 < range.1);
    let range = ranges.fold((f64::INFINITY, 0.0_f64), |(low, high), (from, to)| (low.min(from), high.max(to)));
    let mut x = logarithmic("splitting <i>E</i> [ε]");
    if range.0 < range.1 {
        x = x.range(decades(range.0, range.1));
    }
    let mut drawing = Drawing::new(x, y);
    let mut marked: Vec<f64> = Vec::new();
    for (number, counted) in all.iter().enumerate() {
        add_campaign(&mut drawing, counted, number, all.len() > 1, divided)?;
        let quantum = counted.unit.quantum_temperature;
        if quantum > 0.0 && !marked.contains(&quantum) {
            let of = if marked.is_empty() { String::new() } else { format!(", {}", plain(&counted.source.name)) };
            drawing.mark(quantum, &format!("k<sub>B</sub>T<sub>Q</sub>{of}"), true);
            marked.push(quantum);
        }
    }
    Ok(drawing)
}

fn add_campaign(drawing: &mut Drawing, counted: &Counted<'_>, number: usize, named: bool, divided: bool) -> Result<()> {
    let (own, style) = (colour(number), dash(number));
    let prefix = if named { format!("{}: ", plain(&counted.source.name)) } else { String::new() };
    if let Some((x, low, high)) = band(counted, divided)? {
        let x: Vec<f64> = x.iter().chain(x.iter().rev()).copied().collect();
        let y: Vec<f64> = high.iter().chain(low.iter().rev()).copied().collect();
        let edge = Line::new().width(0.0).color(own);
        let shade = Scatter::new(drawing::rounded(&x), drawing::rounded(&y)).mode(Mode::Lines).line(edge);
        let shade = shade.fill(Fill::ToSelf).fill_color(own).opacity(SHADE).show_legend(false);
        drawing.add(shade.hover_info(HoverInfo::Skip).name(format!("{prefix}68 % limits")));
    }
    let end = counted.end();
    let all = curve(&counted.library(&counted.all)?.cumulative_density(), divided, end);
    let tunnelling = curve(&counted.library(&counted.tunnelling)?.cumulative_density(), divided, end);
    let shape = if divided { LineShape::Linear } else { LineShape::Hv };
    let thin = Line::new().color(if named { own } else { INK }).width(1.5).dash(style.clone()).shape(shape.clone());
    let thick = Line::new().color(own).width(2.5).dash(style).shape(shape);
    let faint = drawing::line(&all.0, &all.1, &format!("{prefix}all kinds"), own, dash(0));
    // of several campaigns the legend has each once
    let alone = !named || tunnelling.0.is_empty();
    drawing.add(faint.line(thin).opacity(FAINT).legend_group(&prefix).show_legend(alone));
    let solid = drawing::line(&tunnelling.0, &tunnelling.1, &format!("{prefix}tunnelling"), own, dash(0));
    drawing.add(solid.line(thick).legend_group(&prefix));
    Ok(())
}

/// The curve through every step, up to the energy `end`; n(E)/E falls between the steps.
fn curve(density: &CumulativeDensity, divided: bool, end: f64) -> (Vec<f64>, Vec<f64>) {
    let (mut x, mut y) = (Vec::new(), Vec::new());
    for row in thinned(density.splitting.len(), STEPS) {
        let energy = density.splitting[row];
        if !divided {
            x.push(energy);
            y.push(density.cumulative[row]);
            continue;
        }
        if row > 0 {
            x.push(energy);
            y.push(density.cumulative[row - 1] / energy);
        }
        x.push(energy);
        y.push(density.cumulative[row] / energy);
    }
    // n(E) stays as it is after the last one
    if let Some(last) = density.cumulative.last().filter(|_| x.last().is_some_and(|x| *x < end)) {
        x.push(end);
        y.push(if divided { last / end } else { *last });
    }
    (x, y)
}

/// Energies, lower and upper limits.
type Band = (Vec<f64>, Vec<f64>, Vec<f64>);

fn band(counted: &Counted<'_>, divided: bool) -> Result<Option<Band>> {
    let flags = counted.of_band();
    let library = counted.library(flags)?;
    let known = counted.splitting.iter().zip(flags).filter(|(e, flag)| **flag && **e > 0.0).map(|(e, _)| *e);
    let (least, most) = (known.fold(f64::INFINITY, f64::min), counted.end());
    if counted.source.size().0 < 2 || most <= least {
        return Ok(None);
    }
    // a splitting counts just above itself
    let energies = ratios(least * (1.0 + 1e-9), most, BAND_POINTS);
    let (mut low, mut high) = (Vec::new(), Vec::new());
    for energy in &energies {
        let estimate = library.density(*energy);
        let scale = if divided { 1.0 } else { *energy };
        let floor = LEAST_COUNT * counted.single() / if divided { *energy } else { 1.0 };
        low.push((estimate.lower * scale).max(floor));
        high.push(estimate.upper * scale);
    }
    Ok(Some((energies, low, high)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn divided_by_the_energy_the_curve_falls_between_the_steps() {
        let density = CumulativeDensity { splitting: vec![0.1, 0.2], cumulative: vec![0.01, 0.02], count: vec![1, 2] };
        assert_eq!(curve(&density, false, 0.2), (vec![0.1, 0.2], vec![0.01, 0.02]));
        assert_eq!(curve(&density, false, 0.4), (vec![0.1, 0.2, 0.4], vec![0.01, 0.02, 0.02]));
        let (x, y) = curve(&density, true, 0.4);
        assert_eq!(x, [0.1, 0.2, 0.2, 0.4]);
        assert!(y.iter().zip([0.1, 0.05, 0.1, 0.05]).all(|(a, b)| (a - b).abs() < 1e-12));
    }
}
