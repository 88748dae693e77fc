//! Traces and axes of a plot, with the colours of the page.
//!
//! Colours: after Okabe & Ito (Color Universal Design, 2008), which readers with any colour vision can tell apart; line styles
//! and symbols differ as well, for printing in grey. "@blue" stands for the variable `--blue` of page.css, which has a shade for
//! light and one for dark pages, each with a contrast of at least 3 with the page; page.js puts it in.

use plotly::common::{Anchor, DashType, Line, LineShape, Marker, MarkerSymbol, Mode, Title};
use plotly::layout::{Annotation, Axis, AxisRange, AxisType, Layout, RangeMode, Shape, ShapeLine, ShapeType};
use plotly::{Scatter, Trace, Traces};
use serde::Serialize;

/// The colour of the text, light or dark.
pub const INK: &str = "@ink";
pub const BLUE: &str = "@blue";
pub const VERMILLION: &str = "@vermillion";
pub const GREEN: &str = "@green";
pub const PURPLE: &str = "@purple";
pub const SKY: &str = "@sky";
pub const ORANGE: &str = "@orange";

/// Colours of series, in order; the yellow of the set is left out, because it is too pale on white.
const SERIES: [&str; 7] = [BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY, INK];
const SYMBOLS: [MarkerSymbol; 6] = [
    MarkerSymbol::Circle,
    MarkerSymbol::Square,
    MarkerSymbol::Diamond,
    MarkerSymbol::TriangleUp,
    MarkerSymbol::Cross,
    MarkerSymbol::X,
];

/// Height of a bar, as a share of the plot.
const THICKEST_BAR: f64 = 0.13;
/// Counts up to which each has a tick.
const FEW_COUNTS: f64 = 8.0;

/// Decimal digits of numbers in a plot: finer than any screen.
const DIGITS: usize = 5;

/// The colour of series `number`.
pub fn colour(number: usize) -> &'static str {
    SERIES[number % SERIES.len()]
}

/// The line style of series `number`: no pair of colour and style returns before the 42nd.
pub fn dash(number: usize) -> DashType {
    [DashType::Solid, DashType::Dash, DashType::Dot, DashType::DashDot, DashType::LongDash, DashType::LongDashDot]
        [number % 6]
        .clone()
}

/// The symbol of series `number`.
pub fn symbol(number: usize) -> MarkerSymbol {
    SYMBOLS[number % SYMBOLS.len()].clone()
}

/// A plot as the script of the page takes it.
#[derive(Clone, Default, Serialize)]
pub struct Drawing {
    data: Traces,
    layout: Layout,
}

impl Drawing {
    pub fn new(x: Axis, y: Axis) -> Self {
        Self::with_layout(Layout::new().x_axis(x).y_axis(y))
    }

    pub fn with_layout(layout: Layout) -> Self {
        Self { data: Traces::new(), layout }
    }

    pub fn add(&mut self, trace: Box<dyn Trace>) {
        self.data.push(trace);
    }

    pub fn is_empty(&self) -> bool {
        self.data.is_empty()
    }

    pub fn change_layout(&mut self, change: impl FnOnce(Layout) -> Layout) {
        self.layout = change(std::mem::take(&mut self.layout));
    }

    /// A vertical line over the whole height, with its name beside its top. `x` in the units of the axis.
    pub fn mark(&mut self, x: f64, words: &str, logarithmic: bool) {
        let line = ShapeLine::new().color(INK).width(1.2).dash(DashType::Dot);
        let shape = Shape::new().shape_type(ShapeType::Line).y_ref("paper").x0(x).x1(x).y0(0.0).y1(1.0).line(line);
        self.layout.add_shape(shape);
        let at = if logarithmic { x.log10() } else { x };
        let words = Annotation::new().text(words).x(at).y(1.0).y_ref("paper").show_arrow(false);
        self.layout.add_annotation(words.x_anchor(Anchor::Left).y_anchor(Anchor::Top).x_shift(4.0));
    }
}

/// A linear axis. Words of a user's file in `title` must be passed through [`plain`] first.
pub fn linear(title: &str) -> Axis {
    Axis::new().title(Title::with_text(title))
}

/// An axis of whole numbers up to `most`, from 0.
pub fn counts(title: &str, most: f64) -> Axis {
    let axis = linear(title).range_mode(RangeMode::ToZero);
    if most <= FEW_COUNTS { axis.dtick(1.0) } else { axis }
}

/// A logarithmic axis.
pub fn logarithmic(title: &str) -> Axis {
    linear(title).type_(AxisType::Log).exponent_format(plotly::common::ExponentFormat::Power)
}

/// The gap between groups of bars, of a height of 1, with which `rows` bars below each other are not thick blocks.
pub fn gap(rows: usize) -> f64 {
    1.0 - (THICKEST_BAR * rows as f64).min(0.8)
}

/// The range of a logarithmic axis from the limits themselves.
pub fn decades(from: f64, to: f64) -> AxisRange {
    AxisRange::new(from.log10(), to.log10())
}

/// A line.
pub fn line(x: &[f64], y: &[f64], name: &str, colour: &'static str, style: DashType) -> Box<Scatter<f64, f64>> {
    Scatter::new(rounded(x), rounded(y))
        .mode(Mode::Lines)
        .name(name)
        .line(Line::new().color(colour).width(2.0).dash(style))
}

/// Steps: each value holds from its position on.
pub fn steps(x: &[f64], y: &[f64], name: &str, colour: &'static str, style: DashType) -> Box<Scatter<f64, f64>> {
    line(x, y, name, colour, style.clone()).line(Line::new().color(colour).width(2.0).dash(style).shape(LineShape::Hv))
}

/// Points.
pub fn points(x: &[f64], y: &[f64], name: &str, colour: &'static str, symbol: MarkerSymbol) -> Box<Scatter<f64, f64>> {
    let marker = Marker::new().color(colour).symbol(symbol).size(7);
    Scatter::new(rounded(x), rounded(y)).mode(Mode::Markers).name(name).marker(marker)
}

/// Numbers with as many digits as a plot can show. What is not finite becomes null, a gap.
pub fn rounded(values: &[f64]) -> Vec<f64> {
    values.iter().map(|value| format!("{value:.DIGITS$e}").parse().unwrap_or(f64::NAN)).collect()
}

/// At most `most` of the numbers 0..count, evenly, with the last one.
pub fn thinned(count: usize, most: usize) -> Vec<usize> {
    match count <= most {
        true => (0..count).collect(),
        false => (0..most).map(|k| k * (count - 1) / (most - 1).max(1)).collect(),
    }
}

/// Words of a user's file for a plot, whose texts know some tags of HTML.
pub fn plain(words: &str) -> String {
    words.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// The values at some positions.
pub fn at(values: &[f64], rows: &[usize]) -> Vec<f64> {
    rows.iter().map(|row| values[*row]).collect()
}

/// Positions at equal ratios from `from` to `to`.
pub fn ratios(from: f64, to: f64, count: usize) -> Vec<f64> {
    let step = (to / from).ln() / (count - 1).max(1) as f64;
    (0..count).map(|k| from * (step * k as f64).exp()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_shortened_and_thinned() {
        let short = rounded(&[1.234567891e-7, -3.0, f64::NAN]);
        assert_eq!(short[..2], [1.23457e-7, -3.0]);
        assert!(short[2].is_nan() && serde_json::to_string(&short).unwrap().ends_with(",null]"));
        assert_eq!(thinned(3, 5), [0, 1, 2]);
        assert_eq!(thinned(101, 5), [0, 25, 50, 75, 100]);
        assert_eq!(plain("a<b & c"), "a&lt;b &amp; c");
        let grid = ratios(1.0, 100.0, 3);
        assert!((grid[1] - 10.0).abs() < 1e-12 && (grid[2] - 100.0).abs() < 1e-10);
    }
}
