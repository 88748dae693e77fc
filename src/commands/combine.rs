//! `glasswell combine`: several campaigns in one table.

use super::output::check_output;
use crate::combine::{CampaignRow, Choice, Combined};
use crate::error::{Error, Result};
use crate::runtime;
use clap::Args;
use comfy_table::{CellAlignment, ContentArrangement, Table, presets::UTF8_HORIZONTAL_ONLY};
use std::path::PathBuf;

/// Characters in a line of the table.
const WIDTH: u16 = 80;

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
    let mut table = Table::new();
    table.load_style(UTF8_HORIZONTAL_ONLY);
    table.set_content_arrangement(ContentArrangement::Dynamic).set_width(WIDTH);
    table.set_header(["T_f", "unit", "N_g", "N_IS", "N_DW", "N_local", "N_TLS", "n0", "68 %"]);
    for row in &combined.rows {
        table.add_row(cells(row));
    }
    table.column_iter_mut().skip(2).for_each(|column| column.set_cell_alignment(CellAlignment::Right));
    println!("{table}");
    if let Some(time) = arguments.at_time {
        println!("counts and n0 of what was first seen until t = {time}");
    }
    println!("{} campaigns, {} rows: {}", combined.sources.len(), combined.rows.len(), arguments.output.display());
}

fn cells(row: &CampaignRow) -> [String; 9] {
    let n0 = row.n0_at_time.as_ref().unwrap_or(&row.n0);
    [
        row.temperature.to_string(),
        row.unit.clone(),
        row.glasses.to_string(),
        row.minima.to_string(),
        row.double_wells.to_string(),
        row.local_systems.map_or("-".to_owned(), |count| count.to_string()),
        row.active.to_string(),
        format!("{:.3e}", n0.density),
        format!("{:.2e} to {:.2e}", n0.lower, n0.upper),
    ]
}
