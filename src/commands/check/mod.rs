//! `glasswell check`: checks a deck and estimates its cost; computes nothing but a few force calls.

mod force_call;
mod forecast;

use super::run::{RunOptions, plan};
use crate::error::Result;
use crate::files::{Campaign, write_speed};
use crate::input::{self, Deck};
use crate::runtime::is_first_rank;
use crate::stage::Stage;
use crate::stages::cost::{Correction, Expected, ForceCall, Memory};
use crate::stages::{Earlier, prepare, work};
use force_call::force_call;
use forecast::{Forecast, forecasts, found_so_far};
use std::path::{Path, PathBuf};

/// Checks a deck and prints the expected cost, memory and files.
///
/// # Errors
/// The errors of every check that `run` applies: to the deck, to the files to import, and to the directory (`output`,
/// else the campaign's name), which may lack a file that a stage builds on or hold results of another deck.
pub fn check(file: &Path, output: Option<&Path>, ranks: usize, explain: bool) -> Result<()> {
    let mut deck = input::read_deck(file)?;
    let found = prepare::look(&deck)?;
    deck.warnings.extend(found.warnings);
    if deck.imports_glasses() {
        deck.import(found.glasses)?;
    }
    let speaks = is_first_rank();
    for warning in deck.warnings.iter().filter(|_| speaks) {
        eprintln!("warning: {warning}");
    }
    for note in found.notes.iter().filter(|_| speaks) {
        eprintln!("note: {note}");
    }
    if explain {
        let explained = deck.explain()?;
        if speaks {
            println!("{explained}");
        }
        return Ok(());
    }
    let directory = output.map_or_else(|| PathBuf::from(&deck.campaign.name), Path::to_path_buf);
    let campaign = Campaign::look_if_there(&directory)?;
    let planned = plan(&deck, &campaign, &RunOptions::default())?;
    // the further ranks of a launcher only have the exit code
    if !speaks {
        return Ok(());
    }
    let call = ForceCall { correction: found_so_far(&deck, &directory)?, ..force_call(&deck) };
    println!("{}: {} particles of {}", file.display(), deck.model.particles, deck.model.potential.name());
    println!(
        "one force evaluation on this machine: {:.1} us for a single configuration, {:.1} us per configuration \
         in a batch",
        call.single * 1e6,
        call.batch * 1e6
    );
    print_plan(&deck, &campaign, &planned);
    print_counts(&deck, &call);
    let forecasts = forecasts(&deck, &call, &directory, ranks.max(1))?;
    print_stages(&forecasts, &directory, ranks.max(1));
    print_memory(&deck, &call, ranks);
    Ok(())
}

/// Prints what `run` would do with each stage.
fn print_plan(deck: &Deck, campaign: &Campaign, planned: &[(Stage, Earlier)]) {
    for stage in Stage::ALL.into_iter().filter(|stage| deck.has(*stage)) {
        let due = planned.iter().find(|(planned, _)| *planned == stage).map(|(_, earlier)| *earlier);
        let what = match due {
            None => "complete, will be skipped",
            Some(Earlier::Part) => "will be extended",
            Some(Earlier::Nothing) if campaign.stage(stage).is_some() => "will be done again",
            Some(Earlier::Nothing) => continue,
        };
        println!("{stage}: {what}");
    }
}

/// Prints the numbers of minima, pairs and double wells on which the estimates rest.
fn print_counts(deck: &Deck, call: &ForceCall) {
    let Expected { glasses, minima, pairs, wells, .. } = Expected::corrected(deck, call.correction);
    if deck.explore.is_some() {
        let source = match call.correction == Correction::default() {
            true => "from the papers' growth with time, T_f and N: within a factor of two for glasses like theirs",
            false => "from what this campaign has found so far",
        };
        println!(
            "expected for each of {glasses} glasses: {:.0} minima, {:.0} pairs to connect, {:.0} double wells ({source})",
            minima / glasses,
            pairs / glasses,
            wells / glasses
        );
    }
}

/// Prints the estimates of the stages, and what they are based on.
fn print_stages(forecasts: &[Forecast], directory: &Path, ranks: usize) {
    let named = |measured: bool| {
        let names =
            forecasts.iter().filter(|forecast| forecast.measured == measured).map(|forecast| forecast.stage.name());
        names.collect::<Vec<&str>>().join(", ")
    };
    if forecasts.iter().any(|forecast| forecast.measured) {
        println!("{}: estimated from the measured costs of tasks in {}", named(true), directory.display());
    }
    if forecasts.iter().any(|forecast| !forecast.measured) {
        println!(
            "{}: rough estimates, from force evaluations on this machine and typical numbers of steps for the \
             papers' models",
            named(false)
        );
    }
    let speed = nearest(directory).and_then(|there| write_speed(there).ok());
    match speed {
        Some(speed) => println!("write speed in the campaign directory: {}/s (this machine, one rank)", size(speed)),
        None => println!("write speed in the campaign directory: not measured, the directory is not writable"),
    }
    let mut total = 0.0;
    for forecast in forecasts {
        let writing = speed.map_or(0.0, |speed| forecast.bytes / speed);
        total += forecast.wall + writing;
        println!(
            "{:10} core time {:>9} in {} tasks, wall time {:>9} on {ranks} ranks ({:.0} % idle, longest task {}), {} \
             to write {} ({})",
            forecast.stage.name(),
            span(forecast.core),
            forecast.tasks,
            span(forecast.wall),
            100.0 * forecast.idle,
            span(forecast.longest),
            span(writing),
            forecast.stage.file_name(),
            size(forecast.bytes)
        );
    }
    println!("total: {} on {ranks} ranks of one thread each, from a replay of the work queue", span(total));
}

/// The directory, or the nearest existing one above it.
fn nearest(directory: &Path) -> Option<&Path> {
    let named = directory.ancestors().find(|path| path.is_dir());
    named.or_else(|| Path::new(".").is_dir().then_some(Path::new(".")))
}

fn print_memory(deck: &Deck, call: &ForceCall, ranks: usize) {
    for stage in Stage::ALL {
        let Some(Memory { process, task, thousand_minima }) = work(stage).memory(deck, call, ranks) else { continue };
        let (all, more) = (size(process + task), size(task));
        println!(
            "memory of a rank, {stage}: {all} at its peak with one thread, up to {more} for each additional thread"
        );
        if thousand_minima > 0.0 {
            println!("    of which {} per thousand minima of this rank", size(thousand_minima));
        }
    }
}

/// A number of bytes, in the unit that gives one to three digits before the decimal point.
fn size(bytes: f64) -> String {
    let units = ["kB", "MB", "GB", "TB", "PB"];
    let power = (0..units.len() - 1).find(|power| bytes < 999.95e3 * 1e3_f64.powi(*power as i32));
    let power = power.unwrap_or(units.len() - 1);
    format!("{:.1} {}", bytes / 1e3_f64.powi(power as i32 + 1), units[power])
}

fn span(seconds: f64) -> String {
    match seconds {
        s if s < 9.95 => format!("{s:.1} s"),
        s if s < 120.0 => format!("{s:.0} s"),
        s if s < 7200.0 => format!("{:.0} min", s / 60.0),
        s => format!("{:.1} h", s / 3600.0),
    }
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn sizes_have_suitable_units() {
        let sizes = [1.0, 4_000.0, 999_949.0, 999_951.0, 1.4e8, 2_171_200.0e6, 3e15, 5e18].map(size);
        assert_eq!(sizes, ["0.0 kB", "4.0 kB", "999.9 kB", "1.0 MB", "140.0 MB", "2.2 TB", "3.0 PB", "5000.0 PB"]);
    }
}
