//! The closing table and `glasswell status`: what each stage found, read from its file.

use super::{excite_files, live};
use crate::error::Result;
use crate::files::{Attribute, Campaign, Stage, StageReader};
use comfy_table::{Table, presets::UTF8_HORIZONTAL_ONLY};
use std::path::Path;

/// Prints what is in a campaign's directory.
///
/// # Errors
/// `Storage` when the directory or a file in it cannot be read.
pub fn status(directory: &Path) -> Result<()> {
    let campaign = Campaign::look(directory)?;
    match campaign.stages().is_empty() {
        true => println!("{}: no stage has finished yet", directory.display()),
        false => print(directory)?,
    }
    live::under_way(directory).iter().for_each(|line| println!("{line}"));
    Ok(())
}

/// Prints the closing table.
///
/// # Errors
/// As [`status`].
pub fn print(directory: &Path) -> Result<()> {
    let campaign = Campaign::look(directory)?;
    let mut table = Table::new();
    table.load_style(UTF8_HORIZONTAL_ONLY);
    table.set_header(["stage", "found", "", "time [s]"]);
    for state in campaign.stages() {
        let reader = StageReader::open(directory, state.stage)?;
        let mut rows = match state.stage {
            Stage::Prepare => glasses(&reader)?,
            Stage::Relax => liquids(&reader)?,
            Stage::Explore => landscape(&reader)?,
            Stage::Connect => paths(&reader)?,
            Stage::Tunnel => tunnelling(&reader)?,
            Stage::Modes => modes(&reader)?,
            Stage::Elastic => elasticity(&reader)?,
            Stage::Excite => excite_files::summary(&reader)?,
        };
        if !state.header.complete {
            rows.push(("complete".to_owned(), "no".to_owned()));
        }
        let seconds = reader.read::<f64>("/timing/costs/stage")?.into_iter().fold(0.0, f64::max);
        for (number, (name, value)) in rows.into_iter().enumerate() {
            let (stage, time) = match number {
                0 => (state.stage.name().to_owned(), format!("{seconds:.1}")),
                _ => (String::new(), String::new()),
            };
            table.add_row([stage, name, value, time]);
        }
    }
    println!("{table}");
    println!("{}", directory.display());
    Ok(())
}

pub(super) type Rows = Vec<(String, String)>;

pub(super) fn row(name: &str, value: impl ToString) -> (String, String) {
    (name.to_owned(), value.to_string())
}

pub(super) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn glasses(reader: &StageReader) -> Result<Rows> {
    let inherent: Vec<f64> = reader.read("/glasses/inherent_energy")?;
    let equilibrated: Vec<bool> = reader.read("/glasses/equilibrated")?;
    let count = equilibrated.iter().filter(|flag| **flag).count();
    Ok(vec![
        row("glasses", inherent.len()),
        row("of them equilibrated", count),
        row("inherent energy per particle, mean", format!("{:.5}", mean(&inherent))),
    ])
}

fn liquids(reader: &StageReader) -> Result<Rows> {
    let temperature: Vec<f64> = reader.read("/relaxation/temperature")?;
    let tau: Vec<f64> = reader.read("/relaxation/tau_alpha")?;
    let error: Vec<f64> = reader.read("/relaxation/tau_alpha_error")?;
    let status = reader.read_text("/relaxation/status")?;
    let faster = match reader.has("/relaxation/speed_up") {
        true => reader.read::<f64>("/relaxation/speed_up")?,
        false => Vec::new(),
    };
    let mut rows = vec![row("samples of liquids", length(reader, "/samples/sample")?)];
    for (n, t) in temperature.iter().enumerate() {
        let told = faster.get(n).map_or(String::new(), |ratio| format!(", with swaps {ratio:.3} times faster"));
        let unsound = if status[n] == "converged" { "" } else { &format!(" ({})", status[n].replace('_', " ")) };
        rows.push(row(&format!("tau_alpha at T = {t}"), format!("{:.4} +- {:.2}{unsound}{told}", tau[n], error[n])));
    }
    for name in ["onset", "t_mct", "t_g_vft", "t_g_parabolic"] {
        let number = |name: &str| match reader.attribute("/relaxation", name)? {
            Attribute::F64(value) => Ok::<f64, crate::error::Error>(value),
            _ => Ok(f64::NAN),
        };
        let (value, error) = (number(name)?, number(&format!("{name}_error"))?);
        if value.is_finite() {
            rows.push(row(name, format!("{value:.3} +- {error:.3}")));
        }
    }
    Ok(rows)
}

fn landscape(reader: &StageReader) -> Result<Rows> {
    let calls: Vec<i64> = reader.read("/visits/force_evaluations")?;
    let minimum: Vec<i64> = reader.read("/visits/minimum")?;
    let diffusing: Vec<bool> = reader.read("/runs/diffusing")?;
    let inferred = reader.read::<i64>("/runs/inferred")?.into_iter().sum::<i64>();
    let unconverged = minimum.iter().filter(|minimum| **minimum < 0).count();
    let mut rows = vec![row("quenches", calls.len() as i64 - inferred), row("of them not converged", unconverged)];
    if inferred > 0 {
        rows.push(row("snapshots inferred between equal ends", inferred));
    }
    rows.extend([
        row("minima", length(reader, "/minima/energy")?),
        row("transitions", length(reader, "/transitions/count")?),
        row("diffusing runs", diffusing.iter().filter(|flag| **flag).count()),
        row("recognised quenches audited", total(reader, "/recognition/audited")?),
        row("of them in another minimum", total(reader, "/recognition/disagreed")?),
        row("force evaluations", calls.iter().sum::<i64>()),
    ]);
    Ok(rows)
}

fn paths(reader: &StageReader) -> Result<Rows> {
    let status = reader.read_text("/candidates/status")?;
    let exchange: Vec<bool> = reader.read("/double_wells/exchange")?;
    let mut calls: Vec<i64> = reader.read("/double_wells/force_evaluations")?;
    calls.extend(reader.read::<i64>("/rejected/force_evaluations")?);
    let mut rows = vec![row("candidates", status.len())];
    let mut names: Vec<&String> = status.iter().collect();
    names.sort();
    names.dedup();
    for name in names {
        rows.push(row(&format!("  {name}"), status.iter().filter(|other| *other == name).count()));
    }
    rows.push(row("double wells", exchange.len()));
    rows.push(row("of them exchanges", exchange.iter().filter(|flag| **flag).count()));
    rows.push(row("minima found by splitting", length(reader, "/minima/energy")?));
    rows.push(row("force evaluations", calls.iter().sum::<i64>()));
    Ok(rows)
}

fn tunnelling(reader: &StageReader) -> Result<Rows> {
    let mut rows = Vec::new();
    for unit in reader.groups()?.into_iter().filter(|name| name != "timing") {
        let active: Vec<bool> = reader.read(&format!("/{unit}/active"))?;
        let number = |name: &str| -> Result<f64> {
            match reader.attribute(&format!("/{unit}/density"), name)? {
                Attribute::F64(value) => Ok(value),
                _ => Ok(f64::NAN),
            }
        };
        let (n0, third) = (number("n0")?, number("n0_third")?);
        let errors = match reader.attribute(&format!("/{unit}/density"), "errors")? {
            Attribute::F64List(list) => list,
            _ => Vec::new(),
        };
        let limits = match errors[..] {
            [low, high, ..] => format!(" ({low:.2e} ... {high:.2e})"),
            _ => String::new(),
        };
        let count = active.iter().filter(|flag| **flag).count();
        rows.push(row(&format!("{unit}: active two-level systems"), count));
        rows.push(row(&format!("{unit}: n0 per atom [1/epsilon]"), format!("{n0:.3e}{limits}")));
        rows.push(row(&format!("{unit}: n(E)/E at T_Q/3"), format!("{third:.3e}")));
    }
    Ok(rows)
}

fn modes(reader: &StageReader) -> Result<Rows> {
    let number = |name: &str| match reader.attribute("/density_of_states", name) {
        Ok(Attribute::F64(value)) => value,
        _ => f64::NAN,
    };
    let mut rows = vec![
        row("spectra", length(reader, "/spectra/glass")?),
        row("modes of each", reader.shape("/spectra/frequency")?.get(1).copied().unwrap_or(0)),
        row("quasi-localised modes", reader.read::<bool>("/spectra/quasi_localised")?.iter().filter(|q| **q).count()),
        row("A_4 omega_D^5", format!("{:.3e} (A_4 to {:.1e})", number("a4_reduced"), number("a4_error"))),
    ];
    let (field, scalar) = (reader.read_text("/overlaps/field")?, reader.read::<f64>("/overlaps/scalar")?);
    for (name, told) in [("displacement", "r_AB"), ("saddle", "r_AS"), ("tangent", "r_12")] {
        let values = field.iter().zip(&scalar).filter(|(field, c)| *field == name && c.is_finite()).map(|(_, c)| *c);
        if let Some(median) = median(values.collect()) {
            rows.push(row(&format!("median of the largest overlap with {told}"), format!("{median:.3}")));
        }
    }
    let status = reader.read_text("/nonlinear/status")?;
    if !status.is_empty() {
        let converged = status.iter().filter(|status| *status == "converged").count();
        rows.push(row("nonlinear modes, converged", format!("{converged} of {}", status.len())));
    }
    let followed = reader.read_text("/followed/status")?;
    if !followed.is_empty() {
        let whole = followed.iter().filter(|status| *status == "converged").count();
        rows.push(row("paths followed", format!("{whole} of {}", followed.len())));
    }
    Ok(rows)
}

fn elasticity(reader: &StageReader) -> Result<Rows> {
    let numbers = |path: &str| reader.read::<f64>(path);
    let both = |route: &str, other: &str| -> Result<String> {
        Ok(format!("{:.4}, {:.4}", mean(&numbers(route)?), mean(&numbers(other)?)))
    };
    let status = reader.read_text("/moduli/status")?;
    let mut rows = vec![
        row("glasses", status.len()),
        row("of them without both routes", status.iter().filter(|status| *status != "converged").count()),
        row("G: linear response, strains (mean)", both("/moduli/shear", "/quasi_static/shear")?),
        row("K: linear response, strains (mean)", both("/moduli/bulk", "/quasi_static/bulk")?),
        row("omega_D (mean)", format!("{:.4}", mean(&numbers("/moduli/omega_debye")?))),
        row("plastic events", length(reader, "/plastic_events/glass")?),
    ];
    if reader.has("/coupling/status") {
        rows.push(row("double wells strained", length(reader, "/coupling/status")?));
    }
    Ok(rows)
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}

/// Sum of a data set of counts.
fn total(reader: &StageReader, path: &str) -> Result<i64> {
    Ok(reader.read::<i64>(path)?.into_iter().sum())
}

fn length(reader: &StageReader, path: &str) -> Result<u64> {
    Ok(reader.shape(path)?.first().copied().unwrap_or(0))
}
