//! `glasswell check`: what a deck would cost; runs nothing but a few force calls.

use super::campaign::{RunOptions, plan};
use super::memory::{Peak, Sums, Yields, peaks};
use super::prepare::read_any;
use crate::error::Result;
use crate::files::Campaign;
use crate::forces::{LANES, PairSum, as_lanes, as_lanes_mut};
use crate::input::{self, Deck};
use crate::model::Configuration;
use crate::sampling::PrepareMethod;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Force evaluations that a quench takes from T_exp, as seen on the models of the papers.
const CALLS_PER_QUENCH: f64 = 450.0;
const CALLS_PER_RECOGNISED_QUENCH: f64 = 200.0;
/// Minima per quench, and candidates per minimum, of the same runs.
const MINIMA_PER_QUENCH: f64 = 0.15;
const CANDIDATES_PER_MINIMUM: f64 = 0.3;
/// Force evaluations of a path per image, with splitting, saddle and descent.
const CALLS_PER_IMAGE: f64 = 220.0;
/// Steps to equilibrate a glass when nothing is known of its relaxation time.
const STEPS_TO_EQUILIBRATE: f64 = 200_000.0;

/// Checks a deck and prints the expected cost, memory and files.
///
/// # Errors
/// What `run` would refuse: a deck that cannot be run, files to import that cannot be used, a directory (`output`, else the
/// campaign's name) without what a stage builds on or with what another deck has made.
pub fn check(file: &Path, output: Option<&Path>, ranks: usize, explain: bool) -> Result<()> {
    let deck = input::read_deck(file)?;
    for warning in &deck.warnings {
        eprintln!("warning: {warning}");
    }
    if explain {
        println!("{}", deck.explain()?);
        return Ok(());
    }
    check_imports(&deck)?;
    let directory = output.map_or_else(|| PathBuf::from(&deck.campaign.name), Path::to_path_buf);
    plan(&deck, &Campaign::look_if_there(&directory)?, &RunOptions::default())?;
    let ForceCall { single, batch, sums } = force_call(&deck);
    let n = deck.model.particles as f64;
    println!("{}: {} particles of {}", file.display(), deck.model.particles, deck.model.preset.name());
    println!("one force call here: {:.1} us alone, {:.1} us in a batch", single * 1e6, batch * 1e6);
    println!("rough figures, from the numbers of steps and calls that the papers' models take:");
    let glasses = deck.prepare.as_ref().map_or(1, |prepare| prepare.glasses).max(1) as f64;
    let mut total = 0.0;
    let mut tell = |stage: &str, seconds: f64, chains: f64, bytes: f64, file: &str| {
        let wall = seconds / (ranks as f64).min(chains).max(1.0);
        total += wall;
        println!(
            "{stage:10} {:>10} core time, {:>10} on {ranks} ranks, {file} {}",
            span(seconds),
            span(wall),
            size(bytes)
        );
    };
    if let Some(prepare) = &deck.prepare {
        let steps = match prepare.method {
            PrepareMethod::Import => 0.0,
            _ => STEPS_TO_EQUILIBRATE.min(prepare.equilibration.max_steps as f64),
        };
        tell("prepare", glasses * steps * 1.3 * single, glasses, glasses * n * 40.0, "glasses.h5");
    }
    if let Some(explore) = &deck.explore {
        let runs = glasses * explore.runs as f64;
        let quenches = runs * explore.quenches as f64;
        let steps = quenches * explore.quench_every as f64 + runs * explore.equilibration_steps as f64;
        let minima = quenches * MINIMA_PER_QUENCH;
        let calls = if explore.recognition { CALLS_PER_RECOGNISED_QUENCH } else { CALLS_PER_QUENCH };
        let seconds = steps * single + quenches * calls * 1.5 * batch;
        // what bisection leaves out depends on the glass: these are the figures of every snapshot quenched
        tell("explore", seconds, runs, minima * n * 24.0 + quenches * 28.0, "landscape.h5");
        if let Some(connect) = &deck.connect {
            let pairs = minima * CANDIDATES_PER_MINIMUM;
            let seconds = pairs * connect.images as f64 * CALLS_PER_IMAGE * 1.5 * batch;
            tell("connect", seconds, pairs, pairs * n * 48.0, "paths.h5");
            if let Some(tunnel) = &deck.tunnel {
                let units = (tunnel.units.len() + tunnel.reduced_mass.len()) as f64;
                tell("tunnel", pairs * units * 0.03, pairs, pairs * units * 120.0, "tunnelling.h5");
            }
        }
    }
    println!("in all {} on {ranks} ranks", span(total));
    tell_memory(&deck, &sums, ranks);
    Ok(())
}

fn tell_memory(deck: &Deck, sums: &Sums, ranks: usize) {
    let yields = Yields { minima: MINIMA_PER_QUENCH, candidates: CANDIDATES_PER_MINIMUM };
    for Peak { stage, process, task, thousand_minima } in peaks(deck, sums, &yields, ranks) {
        let (all, more) = (size(process + task), size(task));
        println!(
            "memory of a rank, {stage}: {all} at its peak with one thread, up to {more} more for each further one"
        );
        if thousand_minima > 0.0 {
            println!(
                "    of that {} for a thousand minima; {MINIMA_PER_QUENCH} a quench are assumed",
                size(thousand_minima)
            );
        }
    }
}

/// What a force call costs here.
struct ForceCall {
    /// Seconds on one configuration, alone and as one of a batch.
    single: f64,
    batch: f64,
    sums: Sums,
}

/// Force calls on a lattice of the deck's density.
fn force_call(deck: &Deck) -> ForceCall {
    let n = deck.model.particles;
    let cell = deck.model.cell();
    let side = (n as f64).cbrt().ceil() as usize;
    let positions: Vec<f64> = (0..n)
        .flat_map(|i| [i % side, i / side % side, i / side / side])
        .enumerate()
        .map(|(k, place)| (place as f64 + 0.5) * cell.edges[k % 3] / side as f64)
        .collect();
    let configuration =
        Configuration { cell, positions, species: deck.model.species(), diameters: deck.model.diameters() };
    let model = deck.model.preset.model(&configuration);
    let x = &configuration.positions;
    let mut forces = vec![0.0; x.len()];
    let mut sum = PairSum::<1>::new(model.clone(), cell);
    let single = median_time(|| {
        sum.forces(as_lanes(x), as_lanes_mut(&mut forces));
    });
    let single_bytes = sum.bytes();
    let rows: Vec<[f64; LANES]> = x.iter().map(|x| [*x; LANES]).collect();
    let mut forces = vec![[0.0; LANES]; x.len()];
    let mut sum = PairSum::<LANES>::new(model, cell);
    let batch = median_time(|| {
        sum.forces(&rows, &mut forces);
    });
    let sums = Sums { single: single_bytes as f64, batch: sum.bytes() as f64 };
    ForceCall { single, batch: batch / LANES as f64, sums }
}

fn median_time(mut call: impl FnMut()) -> f64 {
    // the first call makes the list
    call();
    let mut times: Vec<f64> = (0..9)
        .map(|_| {
            let start = Instant::now();
            call();
            start.elapsed().as_secs_f64()
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// Reads the files to import as `run` would.
fn check_imports(deck: &Deck) -> Result<()> {
    if deck.prepare.as_ref().is_none_or(|prepare| prepare.method != PrepareMethod::Import) {
        return Ok(());
    }
    for file in input::import_files(deck)? {
        for configuration in read_any(&file, deck.model.preset)? {
            input::check_particles(deck, &file, configuration.particles())?;
        }
    }
    Ok(())
}

/// Bytes in the unit that gives one to three digits before the point.
fn size(bytes: f64) -> String {
    let units = ["kB", "MB", "GB", "TB", "PB"];
    let power = (0..units.len() - 1).find(|power| bytes < 999.95e3 * 1e3_f64.powi(*power as i32));
    let power = power.unwrap_or(units.len() - 1);
    format!("{:.1} {}", bytes / 1e3_f64.powi(power as i32 + 1), units[power])
}

fn span(seconds: f64) -> String {
    match seconds {
        s if s < 120.0 => format!("{s:.0} s"),
        s if s < 7200.0 => format!("{:.0} min", s / 60.0),
        s => format!("{:.1} h", s / 3600.0),
    }
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn sizes_are_told_in_units_that_suit() {
        let told = [1.0, 4_000.0, 999_949.0, 999_951.0, 1.4e8, 2_171_200.0e6, 3e15, 5e18].map(size);
        assert_eq!(told, ["0.0 kB", "4.0 kB", "999.9 kB", "1.0 MB", "140.0 MB", "2.2 TB", "3.0 PB", "5000.0 PB"]);
    }
}
