//! `glasswell combine`: several campaigns in one table.

use super::output::check_output;
use crate::combine::{CampaignRow, Choice, Combined};
use crate::error::{Error, Result};
use crate::runtime;
use clap::Args;
use std::path::PathBuf;

/// Characters of a unit in the table: `nickel-phosphorus`.
const LONGEST_UNIT: usize = 17;

const EXAMPLES: &str = "Examples:
  glasswell combine results/T* --output all.h5
  glasswell combine results/T* --output at_1000.h5 --at-time 1000 --equilibrated-only

Campaigns of one T_f with different seeds are pooled. docs/files.md describes the file.";

/// The arguments of `combine`.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct CombineArguments {
    /// Directories of campaigns that have reached the stage tunnel.
    #[arg(required = true, value_name = "DIR")]
    directories: Vec<PathBuf>,
    /// HDF5 file to write.
    #[arg(long, value_name = "FILE.h5")]
    output: PathBuf,
    /// Counts what was first seen until this exploration time (without equilibration, over the runs in order), in sigma
    /// sqrt(m/epsilon), and adds n0 at this time.
    #[arg(long, value_name = "T", allow_negative_numbers = true)]
    at_time: Option<f64>,
    /// Leaves out glasses that are not equilibrated, from the counts and from the number of glasses.
    #[arg(long)]
    equilibrated_only: bool,
    /// Replaces an existing file.
    #[arg(long)]
    force: bool,
}

/// Combines campaigns, and prints the table.
///
/// # Errors
/// `Usage` for campaigns that cannot be combined, a time that was not reached, or an existing file without --force; `Storage` when
/// a file is missing or damaged, or the output cannot be written.
pub fn combine(arguments: &CombineArguments) -> Result<()> {
    // of several processes under a launcher, one writes
    if runtime::is_a_further_rank() {
        return Ok(());
    }
    if let Some(time) = arguments.at_time.filter(|time| !(time.is_finite() && *time > 0.0)) {
        return Err(Error::Usage(format!("--at-time {time}: give a finite time above 0")));
    }
    check_output(&arguments.output, &arguments.directories, arguments.force)?;
    let choice = Choice { at_time: arguments.at_time, equilibrated_only: arguments.equilibrated_only };
    let combined = Combined::read(&arguments.directories, choice)?;
    combined.write(&arguments.output)?;
    print(&combined, arguments);
    Ok(())
}

fn print(combined: &Combined, arguments: &CombineArguments) {
    let heads = ["T_f", "unit", "N_g", "N_IS", "N_DW", "N_local", "N_TLS", "n0", "lower", "upper"];
    println!("{}", line(heads.map(str::to_owned)));
    for row in &combined.rows {
        println!("{}", line(cells(row)));
    }
    if let Some(time) = arguments.at_time {
        println!("counts and n0 of what was first seen until t = {time}");
    }
    let (sources, rows) = (counted(combined.sources.len(), "campaign"), counted(combined.rows.len(), "row"));
    println!("{sources}, {rows}, n0 per atom with 68 % limits: {}", arguments.output.display());
    for row in combined.rows.chunk_by(|one, other| one.temperature == other.temperature).filter_map(<[_]>::first) {
        let unequilibrated = row.glasses - row.equilibrated;
        if unequilibrated > 0 {
            let (glasses, temperature) = (row.glasses, row.temperature);
            eprintln!(
                "note: T_f = {temperature}: {unequilibrated} of {glasses} glasses are not equilibrated; --equilibrated-only leaves \
                 them out"
            );
        }
    }
}

/// "1 row", "2 rows".
fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// Ten cells in 80 columns, if numbers are not longer than usual.
fn line([temperature, unit, glasses, minima, wells, systems, active, n0, lower, upper]: [String; 10]) -> String {
    let unit: String = unit.chars().take(LONGEST_UNIT).collect();
    format!(
        "{temperature:<6} {unit:<LONGEST_UNIT$} {glasses:>5} {minima:>6} {wells:>6} {systems:>7} {active:>5} {n0:>7} {lower:>6} \
         {upper:>6}"
    )
}

fn cells(row: &CampaignRow) -> [String; 10] {
    let n0 = row.n0_at_time.as_ref().unwrap_or(&row.n0);
    [
        row.temperature.to_string(),
        row.unit.clone(),
        row.glasses.to_string(),
        row.minima.to_string(),
        row.double_wells.to_string(),
        row.local_systems.map_or("-".to_owned(), |count| count.to_string()),
        row.active.to_string(),
        format!("{:.2e}", n0.density),
        format!("{:.1e}", n0.lower),
        format!("{:.1e}", n0.upper),
    ]
}
