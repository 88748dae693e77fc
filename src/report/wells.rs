//! The table of double wells, and what a click on one of its rows shows.

use super::active::export_command;
use super::chosen::ranking;
use super::drawing::Drawing;
use super::figures;
use super::source::{Source, UnitOf};
use super::summary::significant;
use crate::error::Result;
use crate::stage::Stage;
use serde::Serialize;

/// Double wells in the table, of all campaigns together; each brings two figures.
const MOST_WELLS: usize = 100;

/// A row of the table.
pub struct WellRow {
    pub campaign: String,
    /// Row of /double_wells.
    pub row: usize,
    pub glass: u32,
    pub minima: [u32; 2],
    pub unit: String,
    pub kind: String,
    pub active: bool,
    /// E, Delta_0 [epsilon].
    pub splitting: f64,
    pub element: f64,
    pub asymmetry: f64,
    pub barrier: f64,
    pub length: f64,
    pub participation: f64,
    pub shown: Shown,
}

/// What a click shows.
#[derive(Serialize)]
pub struct Shown {
    well_words: String,
    field_words: String,
    /// The command that exports it.
    pub command: String,
    well: Drawing,
    field: Option<Drawing>,
}

/// The table, and how many double wells there are beyond it.
pub struct Table {
    pub rows: Vec<WellRow>,
    pub left_out: usize,
}

/// The double wells with the smallest splittings of each campaign, tunnelling ones first.
///
/// # Errors
/// `Storage` when a file is damaged.
pub fn table(sources: &[Source]) -> Result<Table> {
    let mut table = Table { rows: Vec::new(), left_out: 0 };
    for source in sources.iter().filter(|source| source.reader(Stage::Connect).is_some()) {
        let Some((unit, order)) = ranking(source)? else { continue };
        let most = (MOST_WELLS / sources.len()).max(1);
        table.left_out += order.len().saturating_sub(most);
        table.rows.extend(rows(source, &unit, &order[..order.len().min(most)])?);
    }
    Ok(table)
}

fn rows(source: &Source, unit: &UnitOf, order: &[usize]) -> Result<Vec<WellRow>> {
    let of_well = |name: &str| source.numbers::<f64>(Stage::Connect, &format!("/double_wells/{name}"));
    let number = |name: &str| source.numbers::<u32>(Stage::Connect, &format!("/double_wells/{name}"));
    let (glass, a, b) = (number("glass")?, number("a")?, number("b")?);
    let (asymmetry, barrier) = (of_well("asymmetry")?, of_well("barrier")?);
    let (length, participation) = (of_well("length")?, of_well("participation_ratio")?);
    let levels = source.levels(&unit.name)?;
    let element: Vec<f64> = source.numbers(Stage::Tunnel, &format!("/{}/tunnelling_element", unit.name))?;
    let active: Vec<bool> = source.numbers(Stage::Tunnel, &format!("/{}/active", unit.name))?;
    let mut found = Vec::new();
    for row in order.iter().copied() {
        let (title, well) = figures::well(source, unit, row)?;
        let (largest, field) = figures::field(source, row)?.unzip();
        let numbers = [levels.splitting[row], element[row], barrier[row], length[row]].map(significant);
        let kind = if levels.exchange[row] { "exchange".to_owned() } else { levels.kind[row].replace('_', " ") };
        found.push(WellRow {
            campaign: source.name.clone(),
            row,
            glass: glass[row],
            minima: [a[row], b[row]],
            unit: unit.name.clone(),
            kind,
            active: active[row],
            splitting: levels.splitting[row],
            element: element[row],
            asymmetry: asymmetry[row],
            barrier: barrier[row],
            length: length[row],
            participation: participation[row],
            shown: Shown {
                field_words: format!("{title}. {}", largest.unwrap_or_default()),
                well_words: format!("{title}: {}", words(numbers)),
                command: export_command(source, row),
                well,
                field,
            },
        });
    }
    Ok(found)
}

/// E, Delta_0, V_b and d in words.
fn words([splitting, element, barrier, length]: [String; 4]) -> String {
    format!("E = {splitting} ε, Δ₀ = {element} ε, barrier {barrier} ε, d = {length} σ.")
}
