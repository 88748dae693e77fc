//! elasticity.h5.

use super::layout::LAYOUT;
use crate::error::Result;
use crate::files::{Rows, StageFile, StageReader, name_of};
use crate::forces::LANES;
use crate::model::PeriodicBox;
use crate::modes::{
    Curve, ElasticSettings, Event, GlassModuli, LinearModuli, Point, Slope, Sound, StrainCoupling, signed,
};
use crate::runtime::Journal;
use crate::stage::Stage;
use crate::stages::Context;
use crate::tunnelling::Unit;

/// Names of the lanes of a strained batch.
const DEFORMATIONS: [&str; LANES] = [
    "xy_forwards",
    "xy_backwards",
    "xz_forwards",
    "xz_backwards",
    "yz_forwards",
    "yz_backwards",
    "expansion",
    "compression",
];

/// What a rank has found.
#[derive(Default)]
pub struct Found {
    /// Glass, box, moduli; by rising glass.
    pub glasses: Vec<(u64, PeriodicBox, GlassModuli)>,
    /// Row of /double_wells in paths.h5, coupling; by rising row.
    pub wells: Vec<(u64, StrainCoupling)>,
}

/// A column of R by name.
type Named<R, T> = (&'static str, fn(&R) -> T);

/// Collective.
pub fn write(
    context: &Context<'_>,
    found: &Found,
    coupled: Option<(&StageReader, &[Unit])>,
    journal: Journal<'_>,
) -> Result<()> {
    let settings = context.section(&context.deck.elastic, Stage::Elastic)?;
    let mut file = context.create_file(Stage::Elastic, &LAYOUT)?;
    let keys: Vec<(u64, u64)> = found.glasses.iter().map(|(glass, ..)| (*glass, 1)).collect();
    let rows = Rows::by_key(context.ranks, &keys)?;
    let glass: Vec<u32> = found.glasses.iter().map(|(glass, ..)| *glass as u32).collect();
    file.write("/moduli/glass", &rows, &[], &glass)?;
    write_moduli(&mut file, &rows, found)?;
    write_slopes(&mut file, &rows, found, settings)?;
    write_curves(&mut file, &rows, found, settings)?;
    write_events(context, &mut file, found)?;
    if let Some((paths, units)) = coupled {
        write_coupling(context, &mut file, found, paths, units)?;
    }
    context.finish(file, Some(journal))
}

/// NaN where there is no linear response.
fn of_linear(found: &Found, count: usize, value: impl Fn(&LinearModuli, &PeriodicBox) -> Vec<f64>) -> Vec<f64> {
    let of = |(_, cell, glass): &(u64, PeriodicBox, GlassModuli)| match &glass.linear {
        Some(linear) => value(linear, cell),
        None => vec![f64::NAN; count],
    };
    found.glasses.iter().flat_map(of).collect()
}

fn mean(values: [f64; 3]) -> f64 {
    values.iter().sum::<f64>() / 3.0
}

fn write_moduli(file: &mut StageFile<'_>, rows: &Rows, found: &Found) -> Result<()> {
    let one: [Named<LinearModuli, f64>; 7] = [
        ("shear", |m| mean(m.shear())),
        ("bulk", LinearModuli::bulk),
        ("shear_born", |m| mean(m.shear_born)),
        ("shear_nonaffine", |m| mean(m.shear_nonaffine)),
        ("bulk_born", |m| m.bulk_born),
        ("bulk_nonaffine", |m| m.bulk_nonaffine),
        ("pressure", LinearModuli::pressure),
    ];
    for (name, value) in one {
        file.write(&format!("/moduli/{name}"), rows, &[], &of_linear(found, 1, |m, _| vec![value(m)]))?;
    }
    let three: [Named<LinearModuli, [f64; 3]>; 3] = [
        ("shear_planes", LinearModuli::shear),
        ("shear_born_planes", |m| m.shear_born),
        ("shear_nonaffine_planes", |m| m.shear_nonaffine),
    ];
    for (name, value) in three {
        file.write(&format!("/moduli/{name}"), rows, &[3], &of_linear(found, 3, |m, _| value(m).to_vec()))?;
    }
    let stiffness = of_linear(found, 36, |m, _| m.stiffness.as_flattened().to_vec());
    file.write("/moduli/stiffness", rows, &[6, 6], &stiffness)?;
    file.write("/moduli/stress", rows, &[3, 3], &of_linear(found, 9, |m, _| m.stress.as_flattened().to_vec()))?;
    let sound: [Named<Sound, f64>; 4] = [
        ("sound_transverse", |sound| sound.transverse),
        ("sound_longitudinal", |sound| sound.longitudinal),
        ("omega_debye", |sound| sound.debye),
        ("omega_first_phonon", |sound| sound.first_phonon),
    ];
    for (name, value) in sound {
        let column = of_linear(found, 1, |m, cell| vec![value(&Sound::new(mean(m.shear()), m.bulk(), m.held, cell))]);
        file.write(&format!("/moduli/{name}"), rows, &[], &column)?;
    }
    let of_glass: [Named<GlassModuli, f64>; 2] =
        [("energy", |glass| glass.energy), ("residual", |glass| glass.residual)];
    for (name, value) in of_glass {
        let column: Vec<f64> = found.glasses.iter().map(|(.., glass)| value(glass)).collect();
        file.write(&format!("/moduli/{name}"), rows, &[], &column)?;
    }
    let counts: [Named<GlassModuli, i64>; 2] = [
        ("held_particles", |glass| glass.linear.as_ref().map_or(-1, |linear| linear.held as i64)),
        ("force_evaluations", |glass| glass.force_evaluations as i64),
    ];
    for (name, value) in counts {
        let column: Vec<i64> = found.glasses.iter().map(|(.., glass)| value(glass)).collect();
        file.write(&format!("/moduli/{name}"), rows, &[], &column)?;
    }
    let status = found.glasses.iter().map(|(.., glass)| name_of(&glass.status)).collect::<Result<Vec<_>>>()?;
    file.write("/moduli/status", rows, &[], &status)
}

fn write_slopes(file: &mut StageFile<'_>, rows: &Rows, found: &Found, settings: &ElasticSettings) -> Result<()> {
    let slopes: Vec<[Slope; 4]> = found.glasses.iter().map(|(.., glass)| glass.slopes(settings)).collect();
    let shear = |value: fn(&Slope) -> f64| -> Vec<f64> {
        slopes.iter().flat_map(|slopes| slopes[..3].iter().map(value).collect::<Vec<f64>>()).collect()
    };
    let of_mean = |value: fn(&Slope) -> f64| -> Vec<f64> {
        slopes.iter().map(|slopes| mean([value(&slopes[0]), value(&slopes[1]), value(&slopes[2])])).collect()
    };
    let bulk = |value: fn(&Slope) -> f64| -> Vec<f64> { slopes.iter().map(|slopes| value(&slopes[3])).collect() };
    file.write("/quasi_static/shear", rows, &[], &of_mean(|slope| slope.value))?;
    file.write("/quasi_static/shear_planes", rows, &[3], &shear(|slope| slope.value))?;
    file.write("/quasi_static/shear_error", rows, &[3], &shear(|slope| slope.error))?;
    file.write("/quasi_static/bulk", rows, &[], &bulk(|slope| slope.value))?;
    file.write("/quasi_static/bulk_error", rows, &[], &bulk(|slope| slope.error))?;
    let reach: Vec<f64> = slopes.iter().flatten().map(|slope| slope.elastic_strain).collect();
    file.write("/quasi_static/elastic_strain", rows, &[4], &reach)?;
    let points: Vec<i64> = slopes.iter().flatten().map(|slope| slope.points as i64).collect();
    file.write("/quasi_static/points", rows, &[4], &points)
}

fn write_curves(file: &mut StageFile<'_>, rows: &Rows, found: &Found, settings: &ElasticSettings) -> Result<()> {
    let strains = settings.strains();
    let count = strains.len() as u64;
    let points: Vec<Point> = found
        .glasses
        .iter()
        .flat_map(|(.., glass)| (0..LANES).map(|lane| (lane, glass.curves.get(lane).cloned().unwrap_or_default())))
        .flat_map(|(lane, Curve { mut points })| {
            // a curve that ended early, or never began
            points.extend(strains.iter().skip(points.len()).map(|strain| Point::unconverged(signed(lane, *strain))));
            points
        })
        .collect();
    let numbers: [Named<Point, f64>; 4] = [
        ("strain", |point| point.strain),
        ("stress", |point| point.stress),
        ("energy", |point| point.energy),
        ("nonaffine", |point| point.nonaffine),
    ];
    for (name, value) in numbers {
        let column: Vec<f64> = points.iter().map(value).collect();
        file.write(&format!("/curves/{name}"), rows, &[LANES as u64, count], &column)?;
    }
    let events = points.iter().map(|point| name_of(&point.event)).collect::<Result<Vec<_>>>()?;
    file.write("/curves/event", rows, &[LANES as u64, count], &events)
}

fn write_events(context: &Context<'_>, file: &mut StageFile<'_>, found: &Found) -> Result<()> {
    let is_event = |point: &&Point| matches!(point.event, Event::Rearrangement | Event::ContactChange);
    let of_glass = |glass: &GlassModuli| -> Vec<(usize, Point)> {
        let lanes = glass.curves.iter().enumerate();
        lanes.flat_map(|(lane, curve)| curve.points.iter().filter(is_event).map(move |p| (lane, p.clone()))).collect()
    };
    let events: Vec<(u64, Vec<(usize, Point)>)> =
        found.glasses.iter().map(|(glass, _, moduli)| (*glass, of_glass(moduli))).collect();
    let keys: Vec<(u64, u64)> = events.iter().map(|(glass, events)| (*glass, events.len() as u64)).collect();
    let rows = Rows::by_key(context.ranks, &keys)?;
    let glass: Vec<u32> = events.iter().flat_map(|(glass, events)| vec![*glass as u32; events.len()]).collect();
    file.write("/plastic_events/glass", &rows, &[], &glass)?;
    let all: Vec<&(usize, Point)> = events.iter().flat_map(|(_, events)| events).collect();
    let deformation: Vec<String> = all.iter().map(|(lane, _)| DEFORMATIONS[*lane].to_owned()).collect();
    file.write("/plastic_events/deformation", &rows, &[], &deformation)?;
    let numbers: [Named<Point, f64>; 3] = [
        ("strain", |point| point.strain),
        ("energy_drop", |point| point.energy_drop),
        ("distance", |point| point.distance),
    ];
    for (name, value) in numbers {
        let column: Vec<f64> = all.iter().map(|(_, point)| value(point)).collect();
        file.write(&format!("/plastic_events/{name}"), &rows, &[], &column)?;
    }
    let contacts: Vec<i64> = all.iter().map(|(_, point)| point.contacts as i64).collect();
    file.write("/plastic_events/contacts", &rows, &[], &contacts)?;
    let kinds = all.iter().map(|(_, point)| name_of(&point.event)).collect::<Result<Vec<_>>>()?;
    file.write("/plastic_events/kind", &rows, &[], &kinds)
}

fn write_coupling(
    context: &Context<'_>,
    file: &mut StageFile<'_>,
    found: &Found,
    paths: &StageReader,
    units: &[Unit],
) -> Result<()> {
    let keys: Vec<(u64, u64)> = found.wells.iter().map(|(well, _)| (*well, 1)).collect();
    let rows = Rows::by_key(context.ranks, &keys)?;
    let double_well: Vec<u32> = found.wells.iter().map(|(well, _)| *well as u32).collect();
    file.write("/coupling/double_well", &rows, &[], &double_well)?;
    let glass = found.wells.iter().map(|(well, _)| paths.read_rows("/double_wells/glass", *well, 1));
    let glass: Vec<Vec<u32>> = context.ranks.agree(glass.collect())?;
    file.write("/coupling/glass", &rows, &[], &glass.concat())?;
    let six: [Named<StrainCoupling, [f64; 6]>; 2] =
        [("asymmetry", |coupling| coupling.asymmetry), ("length", |coupling| coupling.length)];
    for (name, value) in six {
        let column: Vec<f64> = found.wells.iter().flat_map(|(_, coupling)| value(coupling)).collect();
        file.write(&format!("/coupling/{name}"), &rows, &[6], &column)?;
    }
    let status = found.wells.iter().map(|(_, coupling)| name_of(&coupling.status)).collect::<Result<Vec<_>>>()?;
    file.write("/coupling/status", &rows, &[], &status)?;
    for (number, unit) in units.iter().enumerate() {
        let column: Vec<f64> = found.wells.iter().flat_map(|(_, coupling)| coupling.splitting[number]).collect();
        file.write(&format!("/{}/coupling/splitting", unit.name), &rows, &[6], &column)?;
    }
    Ok(())
}
