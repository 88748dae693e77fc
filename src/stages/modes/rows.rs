//! modes.h5: spectra, overlaps, nonlinear modes, what lies along the paths, the density of states.

use super::layout::LAYOUT;
use crate::error::Result;
use crate::files::{Attribute, Rows, StageFile, name_of};
use crate::modes::{
    DensityOfStates, GlassFrequencies as Frequencies, NonlinearRow, OverlapRow, PathHessianRow, PathRecord,
    QuarticSettings, SpectrumRecord, TangentRow,
};
use crate::runtime::Journal;
use crate::stage::Stage;
use crate::stages::Context;
use crate::stages::connect::DoubleWells;

/// Eigenvalues and projections of a row of /path_hessians.
const EIGENVALUES: usize = 10;
const PROJECTIONS: usize = 6;

/// A spectrum, its row in the file and whose it is.
pub struct GlassSpectrum {
    pub row: u64,
    pub glass: usize,
    pub minimum: i64,
    pub record: SpectrumRecord,
}

/// What was found along the path of one double well; (splitting, asymmetry) with zero-point energy for each unit.
pub struct FollowedPath {
    pub double_well: u64,
    pub record: PathRecord,
    pub quantum: Vec<[f64; 2]>,
}

/// Writes modes.h5.
///
/// # Errors
/// A directory that cannot be written.
pub fn write(
    context: &Context<'_>,
    spectra: &[GlassSpectrum],
    paths: &[FollowedPath],
    wells: Option<&DoubleWells>,
    particles: usize,
    journal: Journal<'_>,
) -> Result<()> {
    let mut file = context.create_file(Stage::Modes, &LAYOUT)?;
    write_spectra(context, &mut file, spectra, particles)?;
    write_overlaps(context, &mut file, spectra)?;
    write_nonlinear(context, &mut file, spectra)?;
    write_paths(context, &mut file, paths)?;
    write_zero_points(context, &mut file, spectra, wells)?;
    write_density_of_states(context, &mut file, spectra, particles)?;
    context.finish(file, Some(journal))
}

fn write_spectra(
    context: &Context<'_>,
    file: &mut StageFile<'_>,
    spectra: &[GlassSpectrum],
    particles: usize,
) -> Result<()> {
    let settings = context.section(&context.deck.modes, Stage::Modes)?;
    let modes = settings.modes(particles);
    let k = modes as u64;
    let keys: Vec<(u64, u64)> = spectra.iter().map(|spectrum| (spectrum.row, 1)).collect();
    let rows = Rows::by_key(context.ranks, &keys)?;
    let glass: Vec<u32> = spectra.iter().map(|spectrum| spectrum.glass as u32).collect();
    let minimum: Vec<i64> = spectra.iter().map(|spectrum| spectrum.minimum).collect();
    file.write("/spectra/glass", &rows, &[], &glass)?;
    file.write("/spectra/minimum", &rows, &[], &minimum)?;
    let padded = |values: fn(&SpectrumRecord) -> &Vec<f64>| -> Vec<f64> {
        let row = |spectrum: &GlassSpectrum| {
            let mut row = values(&spectrum.record).clone();
            row.resize(modes, f64::NAN);
            row
        };
        spectra.iter().flat_map(row).collect()
    };
    file.write("/spectra/frequency", &rows, &[k], &padded(|record| &record.frequency))?;
    file.write("/spectra/participation_ratio", &rows, &[k], &padded(|record| &record.participation_ratio))?;
    file.write("/spectra/phonon_order", &rows, &[k], &padded(|record| &record.phonon_order))?;
    let localised: Vec<bool> = spectra
        .iter()
        .flat_map(|spectrum| {
            let mut row = spectrum.record.quasi_localised.clone();
            row.resize(modes, false);
            row
        })
        .collect();
    file.write("/spectra/quasi_localised", &rows, &[k], &localised)?;
    if settings.third_order {
        file.write("/spectra/third_order", &rows, &[k], &padded(|record| &record.third_order))?;
    }
    if settings.eigenvectors {
        let n = particles as u64;
        let vectors: Vec<f64> = spectra
            .iter()
            .flat_map(|spectrum| {
                let mut row = spectrum.record.eigenvectors.clone();
                row.resize(modes * 3 * particles, f64::NAN);
                row
            })
            .collect();
        file.write("/spectra/eigenvector", &rows, &[k, n, 3], &vectors)?;
    }
    let status = spectra.iter().map(|spectrum| name_of(&spectrum.record.status)).collect::<Result<Vec<String>>>()?;
    file.write("/spectra/status", &rows, &[], &status)?;
    let rattlers: Vec<u32> = spectra.iter().map(|spectrum| spectrum.record.rattlers.len() as u32).collect();
    file.write("/spectra/rattlers", &rows, &[], &rattlers)?;
    let counted: Vec<bool> = spectra.iter().map(|spectrum| spectrum.record.counted).collect();
    file.write("/spectra/counted", &rows, &[], &counted)?;
    let zero_point: Vec<f64> = spectra.iter().map(|spectrum| spectrum.record.zero_point).collect();
    file.write("/spectra/zero_point", &rows, &[], &zero_point)
}

/// Where the rows that hang on tasks go: `count` for each, in the order of keys.
fn rows_of<T>(context: &Context<'_>, tasks: &[T], key: fn(&T) -> u64, count: impl Fn(&T) -> usize) -> Result<Rows> {
    let keys: Vec<(u64, u64)> = tasks.iter().map(|task| (key(task), count(task) as u64)).collect();
    Rows::by_key(context.ranks, &keys)
}

fn write_overlaps(context: &Context<'_>, file: &mut StageFile<'_>, spectra: &[GlassSpectrum]) -> Result<()> {
    let rows = rows_of(context, spectra, |spectrum| spectrum.row, |spectrum| spectrum.record.overlaps.len())?;
    let all: Vec<&OverlapRow> = spectra.iter().flat_map(|spectrum| &spectrum.record.overlaps).collect();
    let wells: Vec<u32> = all.iter().map(|row| row.double_well as u32).collect();
    file.write("/overlaps/double_well", &rows, &[], &wells)?;
    let fields = all.iter().map(|row| name_of(&row.field)).collect::<Result<Vec<String>>>()?;
    file.write("/overlaps/field", &rows, &[], &fields)?;
    let [modes, others]: [fn(&OverlapRow) -> u32; 2] = [|row| row.mode, |row| row.magnitude_mode];
    let column = |value: fn(&OverlapRow) -> u32| all.iter().map(|row| value(row)).collect::<Vec<u32>>();
    file.write("/overlaps/mode", &rows, &[], &column(modes))?;
    file.write("/overlaps/magnitude_mode", &rows, &[], &column(others))?;
    let scalar: Vec<f64> = all.iter().map(|row| row.scalar).collect();
    file.write("/overlaps/scalar", &rows, &[], &scalar)?;
    let magnitude: Vec<f64> = all.iter().map(|row| row.magnitude).collect();
    file.write("/overlaps/magnitude", &rows, &[], &magnitude)
}

/// A column along the paths by name.
type NamedAlong = (&'static str, fn(&PathHessianRow) -> f64);
/// A column of the nonlinear modes by name.
type Named = (&'static str, fn(&NonlinearRow) -> f64);

fn write_nonlinear(context: &Context<'_>, file: &mut StageFile<'_>, spectra: &[GlassSpectrum]) -> Result<()> {
    let rows = rows_of(context, spectra, |spectrum| spectrum.row, |spectrum| spectrum.record.nonlinear.len())?;
    let all: Vec<(u64, &NonlinearRow)> = spectra
        .iter()
        .flat_map(|spectrum| spectrum.record.nonlinear.iter().map(move |row| (spectrum.row, row)))
        .collect();
    let at = |name: &str| format!("/nonlinear/{name}");
    let wells: Vec<i64> = all.iter().map(|(_, row)| row.double_well).collect();
    file.write(&at("double_well"), &rows, &[], &wells)?;
    let spectrum: Vec<u32> = all.iter().map(|(spectrum, _)| *spectrum as u32).collect();
    file.write(&at("spectrum"), &rows, &[], &spectrum)?;
    let starts = all.iter().map(|(_, row)| name_of(&row.start)).collect::<Result<Vec<String>>>()?;
    file.write(&at("start"), &rows, &[], &starts)?;
    let numbers: [Named; 11] = [
        ("stiffness", |row| row.stiffness),
        ("third_order", |row| row.third_order),
        ("barrier", |row| row.barrier),
        ("overlap_scalar", |row| row.overlap[0]),
        ("overlap_magnitude", |row| row.overlap[1]),
        ("start_overlap_scalar", |row| row.start_overlap[0]),
        ("start_overlap_magnitude", |row| row.start_overlap[1]),
        ("residual", |row| row.residual),
        ("second_minimum", |row| row.profile.second_well.map_or(f64::NAN, |second| second.displacement)),
        ("second_energy", |row| row.profile.second_well.map_or(f64::NAN, |second| second.energy)),
        ("straight_barrier", |row| row.profile.second_well.map_or(f64::NAN, |second| second.barrier)),
    ];
    for (name, value) in numbers {
        let column: Vec<f64> = all.iter().map(|(_, row)| value(row)).collect();
        file.write(&at(name), &rows, &[], &column)?;
    }
    let double: Vec<bool> = all.iter().map(|(_, row)| row.profile.second_well.is_some()).collect();
    file.write(&at("is_double_well"), &rows, &[], &double)?;
    let iterations: Vec<u32> = all.iter().map(|(_, row)| row.iterations as u32).collect();
    file.write(&at("iterations"), &rows, &[], &iterations)?;
    let status = all.iter().map(|(_, row)| name_of(&row.status)).collect::<Result<Vec<String>>>()?;
    file.write(&at("status"), &rows, &[], &status)?;
    let points = context.ranks.max_u64(all.iter().map(|(_, row)| row.profile.energy.len() as u64).max().unwrap_or(0));
    let padded = |values: fn(&NonlinearRow) -> &Vec<f64>| -> Vec<f64> {
        let row = |(_, row): &(u64, &NonlinearRow)| {
            let mut line = values(row).clone();
            line.resize(points as usize, f64::NAN);
            line
        };
        all.iter().flat_map(row).collect()
    };
    file.write(&at("profile/coordinate"), &rows, &[points], &padded(|row| &row.profile.displacement))?;
    file.write(&at("profile/energy"), &rows, &[points], &padded(|row| &row.profile.energy))
}

fn write_paths(context: &Context<'_>, file: &mut StageFile<'_>, paths: &[FollowedPath]) -> Result<()> {
    let key = |path: &FollowedPath| path.double_well;
    let rows = rows_of(context, paths, key, |path| path.record.tangents.len())?;
    let tangents: Vec<(u32, &TangentRow)> =
        paths.iter().flat_map(|path| path.record.tangents.iter().map(|row| (path.double_well as u32, row))).collect();
    let wells: Vec<u32> = tangents.iter().map(|(well, _)| *well).collect();
    let images: Vec<u32> = tangents.iter().map(|(_, row)| row.images as u32).collect();
    let modes: Vec<u32> = tangents.iter().map(|(_, row)| row.mode).collect();
    let scalar: Vec<f64> = tangents.iter().map(|(_, row)| row.scalar).collect();
    let magnitude: Vec<f64> = tangents.iter().map(|(_, row)| row.magnitude).collect();
    file.write("/tangents/double_well", &rows, &[], &wells)?;
    file.write("/tangents/images", &rows, &[], &images)?;
    file.write("/tangents/mode", &rows, &[], &modes)?;
    file.write("/tangents/scalar", &rows, &[], &scalar)?;
    file.write("/tangents/magnitude", &rows, &[], &magnitude)?;
    write_path_hessians(context, file, paths)?;
    let rows = rows_of(context, paths, key, |_| 1)?;
    let wells: Vec<u32> = paths.iter().map(|path| path.double_well as u32).collect();
    file.write("/followed/double_well", &rows, &[], &wells)?;
    let status = paths.iter().map(|path| name_of(&path.record.status)).collect::<Result<Vec<String>>>()?;
    file.write("/followed/status", &rows, &[], &status)?;
    let length: Vec<f64> = paths.iter().map(|path| path.record.length).collect();
    file.write("/followed/length", &rows, &[], &length)?;
    for (u, unit) in context.units().iter().enumerate() {
        for (k, name) in ["splitting", "asymmetry"].into_iter().enumerate() {
            let column: Vec<f64> = paths.iter().map(|path| path.quantum[u][k]).collect();
            file.write(&format!("/{}/zero_point/{name}", unit.name), &rows, &[], &column)?;
        }
    }
    Ok(())
}

fn write_path_hessians(context: &Context<'_>, file: &mut StageFile<'_>, paths: &[FollowedPath]) -> Result<()> {
    let rows = rows_of(context, paths, |path| path.double_well, |path| path.record.hessians.len())?;
    let all: Vec<(u32, &PathHessianRow)> =
        paths.iter().flat_map(|path| path.record.hessians.iter().map(|row| (path.double_well as u32, row))).collect();
    let at = |name: &str| format!("/path_hessians/{name}");
    let wells: Vec<u32> = all.iter().map(|(well, _)| *well).collect();
    file.write(&at("double_well"), &rows, &[], &wells)?;
    let numbers: [NamedAlong; 3] =
        [("arc_length", |row| row.arc_length), ("energy", |row| row.energy), ("zero_point", |row| row.zero_point)];
    for (name, value) in numbers {
        let column: Vec<f64> = all.iter().map(|(_, row)| value(row)).collect();
        file.write(&at(name), &rows, &[], &column)?;
    }
    let imaginary: Vec<i64> = all.iter().map(|(_, row)| row.imaginary).collect();
    file.write(&at("imaginary"), &rows, &[], &imaginary)?;
    let fixed = |values: fn(&PathHessianRow) -> &Vec<f64>, count: usize| -> Vec<f64> {
        let row = |(_, row): &(u32, &PathHessianRow)| {
            let mut line = values(row).clone();
            line.resize(count, f64::NAN);
            line
        };
        all.iter().flat_map(row).collect()
    };
    let eigenvalues = fixed(|row| &row.eigenvalues, EIGENVALUES);
    file.write(&at("eigenvalue"), &rows, &[EIGENVALUES as u64], &eigenvalues)?;
    let projections = fixed(|row| &row.projections, PROJECTIONS);
    file.write(&at("projection"), &rows, &[PROJECTIONS as u64], &projections)
}

/// Differences of the sums of the two minima of every double well, on rank 0.
fn write_zero_points(
    context: &Context<'_>,
    file: &mut StageFile<'_>,
    spectra: &[GlassSpectrum],
    wells: Option<&DoubleWells>,
) -> Result<()> {
    let of = |spectrum: &GlassSpectrum| {
        let SpectrumRecord { zero_point, rattlers, .. } = &spectrum.record;
        ((spectrum.glass, spectrum.minimum), *zero_point, rattlers.clone())
    };
    let mine: Vec<((usize, i64), f64, Vec<u32>)> = spectra.iter().map(of).collect();
    let mut all = context.ranks.all_gather(&mine)?.concat();
    all.sort_by_key(|(key, ..)| *key);
    let differences: Vec<f64> = wells.map_or_else(Vec::new, |wells| {
        let of = |glass: u32, minimum: u32| {
            let key = (glass as usize, i64::from(minimum));
            all.binary_search_by_key(&key, |(key, ..)| *key).ok()
        };
        // one more loose particle on one side would be three modes less
        let difference = |a: usize, b: usize| if all[a].2 == all[b].2 { all[b].1 - all[a].1 } else { f64::NAN };
        (0..wells.len())
            .map(|w| match (of(wells.glass[w], wells.a[w]), of(wells.glass[w], wells.b[w])) {
                (Some(a), Some(b)) => difference(a, b),
                _ => f64::NAN,
            })
            .collect()
    });
    file.write_small("/zero_point_difference", &[differences.len() as u64], &differences)
}

/// Bins of the density of states per decade, on a grid of their own: those of two campaigns can be added.
const BINS_PER_DECADE: f64 = 20.0;

/// 10^(k/20) around the frequencies of all glasses, rising.
fn bin_edges(spectra: &[Frequencies]) -> Vec<f64> {
    let all = || spectra.iter().flat_map(|glass| &glass.frequencies).copied().filter(|f| *f > 0.0);
    let (low, high) = all().fold((f64::INFINITY, 0.0_f64), |(low, high), f| (low.min(f), high.max(f)));
    if low > high {
        return Vec::new();
    }
    let [first, last] = [low.log10(), high.log10()].map(|exponent| (BINS_PER_DECADE * exponent).floor() as i32);
    (first..=last + 1).map(|k| 10.0_f64.powf(f64::from(k) / BINS_PER_DECADE)).collect()
}

/// The first minimum of each glass stands for it; its spectrum goes to rank 0.
fn write_density_of_states(
    context: &Context<'_>,
    file: &mut StageFile<'_>,
    spectra: &[GlassSpectrum],
    particles: usize,
) -> Result<()> {
    let held = |spectrum: &GlassSpectrum| particles - spectrum.record.rattlers.len();
    let of_glass = |spectrum: &GlassSpectrum| {
        let modes = (3 * held(spectrum)).saturating_sub(3);
        let sound = spectrum.record.sound?;
        Some((0, (spectrum.glass, spectrum.record.frequency.clone(), modes, sound)))
    };
    let mine = spectra.iter().filter_map(of_glass).collect();
    let mut glasses: Vec<(usize, Vec<f64>, usize, [f64; 2])> =
        context.ranks.exchange(mine)?.into_iter().map(|(_, glass)| glass).collect();
    glasses.sort_by_key(|(glass, ..)| *glass);
    let numbers: Vec<u32> = glasses.iter().map(|(glass, ..)| *glass as u32).collect();
    let sound: [Vec<f64>; 2] = [0, 1].map(|k| glasses.iter().map(|(.., sound)| sound[k]).collect());
    let frequencies: Vec<Frequencies> =
        glasses.into_iter().map(|(_, frequencies, modes, _)| Frequencies { frequencies, modes }).collect();
    let mut upper = bin_edges(&frequencies);
    let states = DensityOfStates::new(frequencies);
    let complete_to = states.complete_to();
    upper.retain(|edge| *edge <= complete_to);
    let edges: Vec<f64> = [0.0].into_iter().chain(upper.iter().copied()).collect();
    let counts: Vec<i64> = states.counts(&edges).into_iter().map(|count| count as i64).collect();
    let integrated: Vec<f64> = upper.iter().map(|edge| states.integrated(*edge)).collect();
    let reduced: Vec<f64> = upper.iter().zip(&integrated).map(|(edge, share)| share / edge.powi(5)).collect();
    let at = |name: &str| format!("/density_of_states/{name}");
    let bins = context.ranks.max_u64(upper.len() as u64);
    file.write_small(&at("frequency"), &[bins], &upper)?;
    file.write_small(&at("count"), &[bins], &counts)?;
    file.write_small(&at("integrated"), &[bins], &integrated)?;
    file.write_small(&at("density"), &[bins], &states.density(&edges))?;
    file.write_small(&at("reduced"), &[bins], &reduced)?;
    let count = context.ranks.max_u64(numbers.len() as u64);
    file.write_small(&at("glass"), &[count], &numbers)?;
    file.write_small(&at("omega_debye"), &[count], &sound[0])?;
    file.write_small(&at("omega_first_phonon"), &[count], &sound[1])?;
    write_quartic(context, file, &states, sound)
}

/// A_4, with the mean frequencies of sound.
fn write_quartic(
    context: &Context<'_>,
    file: &mut StageFile<'_>,
    states: &DensityOfStates,
    sound: [Vec<f64>; 2],
) -> Result<()> {
    let [from, to] = context.section(&context.deck.modes, Stage::Modes)?.fit_window;
    let [debye, first_phonon] = sound.map(|mut all| {
        all.retain(|omega| omega.is_finite());
        all.iter().sum::<f64>() / all.len() as f64
    });
    let settings = QuarticSettings { from, to, ..QuarticSettings::default() };
    let fit = states.quartic(first_phonon, &settings, context.deck.campaign.seed);
    let (reduced, reduced_error) = fit.adimensional(debye);
    for (name, value) in [
        ("a4", Attribute::F64(fit.a4)),
        ("a4_error", Attribute::F64(fit.error)),
        ("a4_reduced", Attribute::F64(reduced)),
        ("a4_reduced_error", Attribute::F64(reduced_error)),
        ("complete_to", Attribute::F64(states.complete_to())),
        ("a4_status", Attribute::Text(name_of(&fit.status)?)),
        ("a4_modes", Attribute::I64(fit.modes as i64)),
        ("omega_debye", Attribute::F64(debye)),
        ("omega_first_phonon", Attribute::F64(first_phonon)),
    ] {
        file.attribute("/density_of_states", name, &value)?;
    }
    Ok(())
}
