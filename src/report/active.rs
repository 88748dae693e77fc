//! The active two-level systems, one by one.

use super::source::{Source, UnitOf};
use super::words::for_shell;
use crate::error::Result;
use crate::stage::Stage;

/// A double well of kind tunnelling with E < k_B T_Q.
#[derive(Clone, Debug, PartialEq)]
pub struct ActiveWell {
    /// Row of /double_wells.
    pub row: usize,
    pub glass: u32,
    /// E, Delta_0 [epsilon].
    pub splitting: f64,
    pub element: f64,
    /// V_b, the saddle above the mean of the minima [epsilon].
    pub barrier: f64,
    /// d, arc length of the path [sigma].
    pub length: f64,
    /// Participation ratio of the displacement between the minima: about the number of particles that move.
    pub participation: f64,
    /// The command that exports it.
    pub command: String,
}

/// The active systems of a unit, by falling Delta_0: their transitions couple to phonons with a rate proportional to
/// Delta_0^2 E coth(E / 2 k_B T) (doi:10.1088/0034-4885/50/12/003), here with k_B T near k_B T_Q > E. Without a Delta_0 they come last.
///
/// # Errors
/// `Storage` when a file is damaged.
pub fn active_wells(source: &Source, unit: &UnitOf) -> Result<Vec<ActiveWell>> {
    if source.reader(Stage::Connect).is_none() {
        return Ok(Vec::new());
    }
    let of_well = |name: &str| source.numbers::<f64>(Stage::Connect, &format!("/double_wells/{name}"));
    let levels = source.levels(&unit.name)?;
    let element: Vec<f64> = source.numbers(Stage::Tunnel, &format!("/{}/tunnelling_element", unit.name))?;
    let active: Vec<bool> = source.numbers(Stage::Tunnel, &format!("/{}/active", unit.name))?;
    let mut rows: Vec<usize> = (0..active.len()).filter(|row| active[*row] && levels.is_tunnelling(*row)).collect();
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let key = |row: &usize| if element[*row].is_nan() { f64::NEG_INFINITY } else { element[*row] };
    rows.sort_by(|one, other| key(other).total_cmp(&key(one)));
    let glass: Vec<u32> = source.numbers(Stage::Connect, "/double_wells/glass")?;
    let (barrier, length, participation) = (of_well("barrier")?, of_well("length")?, of_well("participation_ratio")?);
    let well = |row: usize| ActiveWell {
        row,
        glass: glass[row],
        splitting: levels.splitting[row],
        element: element[row],
        barrier: barrier[row],
        length: length[row],
        participation: participation[row],
        command: export_command(source, row),
    };
    Ok(rows.into_iter().map(well).collect())
}

/// The command that exports a double well.
pub fn export_command(source: &Source, row: usize) -> String {
    format!("glasswell export {} --well {row} --output well-{row}.xyz", for_shell(&source.directory.to_string_lossy()))
}
