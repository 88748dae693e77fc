//! The relaxation of liquids.

use crate::error::Result;
use crate::report::drawing::{self, Drawing, colour, dash, line, linear, logarithmic, plain, points, symbol};
use crate::report::figure::{Figure, Panel};
use crate::report::source::Source;
use crate::report::summary::significant;
use crate::stage::Stage;
use crate::statistics::Extrapolation;
use plotly::common::{ErrorData, ErrorType, Mode};

pub const FIGURE: Figure = Figure {
    id: "relaxation",
    title: "Relaxation of the liquid",
    caption: "F_s(q,t) at each temperature, and an Angell plot: τ_α, where F_s is 1/e, with its standard error against 1/T, \
              with the fitted laws of Vogel, Fulcher and Tammann (dashed) and of a parabola in 1/T (dotted), below the \
              temperature up to which they are fitted.",
    needs: &[Stage::Relax],
    draw,
};

/// Points of a fitted law, and how far beyond the coldest liquid it is drawn, in 1/T.
const LAW_POINTS: usize = 60;
const BEYOND: f64 = 1.1;

fn draw(sources: &[Source]) -> Result<Vec<Panel>> {
    let mut panels = Vec::new();
    for source in sources {
        panels.extend(scattering(source)?);
    }
    let x = linear("1/<i>T</i> [1/ε]");
    let mut drawing = Drawing::new(x, logarithmic("<i>τ</i><sub>α</sub> [σ(m/ε)<sup>1/2</sup>]"));
    let mut notes = Vec::new();
    for (number, source) in sources.iter().enumerate() {
        notes.extend(angell(source, number, &mut drawing)?);
    }
    if !drawing.is_empty() {
        panels.push(Panel::new("Angell plot", notes.join(" "), drawing));
    }
    Ok(panels)
}

fn scattering(source: &Source) -> Result<Option<Panel>> {
    let temperature: Vec<f64> = source.numbers(Stage::Relax, "/relaxation/temperature")?;
    let time: Vec<f64> = source.numbers(Stage::Relax, "/relaxation/time")?;
    let scattering: Vec<f64> = source.numbers(Stage::Relax, "/relaxation/self_scattering")?;
    if temperature.is_empty() {
        return Ok(None);
    }
    let width = time.len() / temperature.len();
    let x = logarithmic("<i>t</i> [σ(m/ε)<sup>1/2</sup>]");
    let mut drawing = Drawing::new(x, linear("<i>F</i><sub>s</sub>(<i>q</i>,<i>t</i>)"));
    for (number, temperature) in temperature.iter().enumerate() {
        let range = number * width..(number + 1) * width;
        let kept: Vec<usize> = range.filter(|k| time[*k] > 0.0 && scattering[*k].is_finite()).collect();
        let (x, y) = (drawing::at(&time, &kept), drawing::at(&scattering, &kept));
        drawing.add(line(&x, &y, &format!("T = {temperature}"), colour(number), dash(number)));
    }
    let wave_number = source.attribute(Stage::Relax, "/relaxation", "wave_number");
    Ok(Some(Panel::new(format!("Self-scattering, {}", source.name), format!("q = {wave_number} / σ."), drawing)))
}

fn angell(source: &Source, number: usize, drawing: &mut Drawing) -> Result<Option<String>> {
    let temperature: Vec<f64> = source.numbers(Stage::Relax, "/relaxation/temperature")?;
    let tau: Vec<f64> = source.numbers(Stage::Relax, "/relaxation/tau_alpha")?;
    let error: Vec<f64> = source.numbers(Stage::Relax, "/relaxation/tau_alpha_error")?;
    let kept: Vec<usize> = (0..tau.len()).filter(|row| tau[*row] > 0.0).collect();
    let (Some(hot), Some(cold)) = (kept.first(), kept.last()) else { return Ok(None) };
    let inverse: Vec<f64> = kept.iter().map(|row| 1.0 / temperature[*row]).collect();
    let errors: Vec<f64> = kept.iter().map(|row| if error[*row] > 0.0 { error[*row] } else { 0.0 }).collect();
    let name = plain(&source.name);
    let trace = points(&inverse, &drawing::at(&tau, &kept), &name, colour(number), symbol(number));
    let bars = ErrorData::new(ErrorType::Data).array(drawing::rounded(&errors)).visible(true);
    drawing.add(trace.mode(Mode::Markers).error_y(bars));
    let attribute = |name: &str| source.attribute(Stage::Relax, "/relaxation", name);
    let (tau_0, window) = (attribute("tau_onset"), attribute("window"));
    let ends = (1.0 / window.min(temperature[*hot]), BEYOND / temperature[*cold]);
    let (t_0, strength) = (attribute("vft_temperature"), attribute("vft_strength"));
    let (t_p, energy) = (attribute("parabolic_temperature"), attribute("parabolic_energy"));
    // the prefactors follow from the glass transitions: tau(T_g) = 10^12 tau(T_o)
    let vft = Extrapolation::VogelFulcherTammann([t_0, strength, attribute("t_g_vft")]);
    let parabola = Extrapolation::Parabolic([t_p, energy, attribute("t_g_parabolic")]);
    // the divergence of VFT is not drawn
    law(
        drawing,
        ends,
        &|inverse| if t_0 * inverse < 1.0 { tau_0 * vft.ratio(1.0 / inverse) } else { f64::NAN },
        &format!("{name}: VFT"),
        number,
        1,
    );
    law(drawing, ends, &|inverse| tau_0 * parabola.ratio(1.0 / inverse), &format!("{name}: parabola"), number, 2);
    let fitted: Vec<String> = [
        ("onset", "onset T"),
        ("t_mct", "mode-coupling T"),
        ("t_g_vft", "glass transition T, VFT"),
        ("t_g_parabolic", "by the parabola"),
    ]
    .iter()
    .filter(|(key, _)| attribute(key).is_finite())
    .map(|(key, words)| {
        let error = attribute(&format!("{key}_error"));
        format!("{words} = {} ± {}", significant(attribute(key)), significant(error))
    })
    .collect();
    Ok((!fitted.is_empty()).then(|| format!("{}: {}.", source.name, fitted.join(", "))))
}

fn law(drawing: &mut Drawing, ends: (f64, f64), of: &dyn Fn(f64) -> f64, name: &str, number: usize, style: usize) {
    if !(ends.0 < ends.1 && ends.1.is_finite()) {
        return;
    }
    let x: Vec<f64> =
        (0..LAW_POINTS).map(|k| ends.0 + (ends.1 - ends.0) * k as f64 / (LAW_POINTS - 1) as f64).collect();
    let y: Vec<f64> = x.iter().map(|inverse| of(*inverse)).collect();
    if y.iter().any(|tau| tau.is_finite()) {
        drawing.add(line(&x, &y, name, colour(number), dash(style)));
    }
}
