//! Writes elasticity.h5.

use super::columns::{COUPLINGS, CURVES, EventOf, MODULI, SLOPES, SPLITTINGS};
use super::layout::LAYOUT;
use super::record::{Strained, StrainedGlass};
use crate::error::Result;
use crate::files::{Rows, StageFile};
use crate::forces::LANES;
use crate::modes::{Curve, Event, Point, Slope, signed};
use crate::runtime::Journal;
use crate::stage::Stage;
use crate::stages::Context;
use crate::tunnelling::Unit;

/// Collective: every rank passes its results. If double wells were requested, the couplings of their splittings are
/// written for `units`.
///
/// # Errors
/// `Storage` when the file cannot be written.
pub fn write(context: &Context<'_>, strained: &Strained, units: Option<&[Unit]>, journal: Journal<'_>) -> Result<()> {
    let settings = context.section(&context.deck.elastic, Stage::Elastic)?;
    let mut file = context.create_file(Stage::Elastic, &LAYOUT)?;
    let keys: Vec<(u64, u64)> = strained.glasses.iter().map(|glass| (glass.glass, 1)).collect();
    let rows = Rows::by_key(context.ranks, &keys)?;
    file.write_columns(MODULI, &rows, &strained.glasses)?;
    let slopes: Vec<[Slope; 4]> = strained.glasses.iter().map(|glass| glass.moduli.slopes(settings)).collect();
    file.write_columns(SLOPES, &rows, &slopes)?;
    let strains = settings.strains();
    file.set_length("", "S", strains.len())?;
    let curves: Vec<Vec<Point>> = strained.glasses.iter().map(|glass| whole_curves(glass, &strains)).collect();
    file.write_columns(CURVES, &rows, &curves)?;
    write_events(context, &mut file, strained)?;
    if let Some(units) = units {
        write_couplings(context, &mut file, strained, units)?;
    }
    context.finish(file, Some(journal))
}

/// The points of all curves of a glass.
fn whole_curves(glass: &StrainedGlass, strains: &[f64]) -> Vec<Point> {
    let whole = |lane: usize| {
        let Curve { mut points } = glass.moduli.curves.get(lane).cloned().unwrap_or_default();
        // a curve that ended early, or never began
        points.extend(strains.iter().skip(points.len()).map(|strain| Point::unconverged(signed(lane, *strain))));
        points
    };
    (0..LANES).flat_map(whole).collect()
}

fn write_events(context: &Context<'_>, file: &mut StageFile<'_>, strained: &Strained) -> Result<()> {
    let is_event = |point: &&Point| matches!(point.event, Event::Rearrangement | Event::ContactChange);
    let of_glass = |glass: &StrainedGlass| {
        glass.moduli.curves.iter().map(|curve| curve.points.iter().filter(is_event).count() as u64).sum::<u64>()
    };
    let keys: Vec<(u64, u64)> = strained.glasses.iter().map(|glass| (glass.glass, of_glass(glass))).collect();
    let rows = Rows::by_key(context.ranks, &keys)?;
    let events = strained.glasses.iter().flat_map(|glass| {
        let curves = glass.moduli.curves.iter().enumerate();
        curves.flat_map(move |(lane, curve)| {
            let points = curve.points.iter().filter(is_event);
            points.map(move |point| EventOf { glass: glass.glass, lane, point })
        })
    });
    file.write_columns(EventOf::COLUMNS, &rows, events)
}

fn write_couplings(context: &Context<'_>, file: &mut StageFile<'_>, strained: &Strained, units: &[Unit]) -> Result<()> {
    let keys: Vec<(u64, u64)> = strained.wells.iter().map(|well| (well.well, 1)).collect();
    let rows = Rows::by_key(context.ranks, &keys)?;
    file.write_columns(COUPLINGS, &rows, &strained.wells)?;
    for (number, unit) in units.iter().enumerate() {
        let of_unit = strained.wells.iter().map(|well| well.coupling.splitting[number]);
        file.write_columns_of_unit(&unit.name, SPLITTINGS, &rows, of_unit)?;
    }
    Ok(())
}
