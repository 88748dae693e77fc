//! The configurations that both programs read.

use glasswell::forces::{PairBlocks, PairSum, hessian};
use glasswell::formats::write_lammps_data;
use glasswell::landscape::*;
use glasswell::model::{Configuration, Preset};
use glasswell::paths::{
    ConnectSettings, ConnectTask, EndMinimum, PathStatus, VisitRule, bring_near, candidates, transition_counts,
};
use glasswell::random::{Purpose, stream};
use glasswell::sampling::*;
use glasswell::task::{Progress, Task};
use std::fmt::Write;
use std::path::Path;

const SEED: u64 = 11;
/// Snapshots at T_exp that are quenched.
pub const SNAPSHOTS: usize = 16;
/// Particles of the glass for the lowest modes, and of the one for the dense spectrum.
const LARGE: usize = 12_000;
const SMALL: usize = 1200;

fn save(path: &Path, bytes: impl AsRef<[u8]>) {
    std::fs::write(path, bytes).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
}

fn finish<T: Task>(task: &mut T) {
    while task.advance(u64::MAX).expect("a task of the inputs") == Progress::Pending {}
}

/// Makes everything in `folder`.
pub fn make(folder: &Path) {
    std::fs::create_dir_all(folder).expect("the folder of the inputs");
    let glass = glass(Preset::Tlj, SMALL, 0.617, 3000);
    save(&folder.join("glass.data"), write_lammps_data(&glass, Preset::Tlj));
    snapshots(folder, &glass);
    pair(folder, &glass);
    let minimum = quenched(&glass, Preset::Tlj);
    let matrix = hessian::dense(&Preset::Tlj.model(&minimum), &minimum.cell, &minimum.positions);
    let column = |j: usize| matrix.col_as_slice(j).iter().flat_map(|x| x.to_le_bytes());
    save(&folder.join("dense.f64"), (0..matrix.ncols()).flat_map(column).collect::<Vec<u8>>());
    save(&folder.join("dense.data"), write_lammps_data(&minimum, Preset::Tlj));
}

/// `large-PRESET.data`: 12,000 particles of a liquid, quenched, and its sparse Hessian.
pub fn make_large(folder: &Path, preset: Preset) {
    let temperature = if preset == Preset::Tlj { 0.8 } else { 0.15 };
    let large = quenched(&glass_of_liquid(preset, LARGE, temperature), preset);
    save(&folder.join(format!("large-{}.data", preset.name())), write_lammps_data(&large, preset));
    sparse(folder, &large, preset);
}

/// `packing-PRESET-N.data`: a random configuration quenched (from the preset's temperature, by a short run of the liquid where it
/// is finite).
pub fn make_packing(folder: &Path, preset: Preset, particles: usize) {
    let temperature = PrepareSettings::defaults(preset).temperature;
    let start = match temperature.is_finite() {
        true => glass_of_liquid(preset, particles, temperature),
        false => random_configuration(preset, particles, &mut stream(SEED, Purpose::Prepare, 0, 0)),
    };
    let packing = quenched(&start, preset);
    save(&folder.join(format!("packing-{}-{particles}.data", preset.name())), write_lammps_data(&packing, preset));
}

fn glass(preset: Preset, particles: usize, temperature: f64, most: u64) -> Configuration {
    let equilibration = Equilibration { relaxation_times: 10.0, max_steps: most };
    let settings = PrepareSettings { temperature, equilibration, ..PrepareSettings::defaults(preset) };
    let mut task = PrepareTask::new(preset, particles, settings, SEED, 0).expect("settings of the glass");
    finish(&mut task);
    task.result().expect("a glass").configuration.clone()
}

/// A short run of the liquid is sufficient where only the number of neighbours matters.
fn glass_of_liquid(preset: Preset, particles: usize, temperature: f64) -> Configuration {
    let equilibration = Equilibration { relaxation_times: 1.0, max_steps: 1000 };
    let method = PrepareMethod::Md;
    let settings = PrepareSettings { temperature, method, equilibration, ..PrepareSettings::defaults(preset) };
    let mut task = PrepareTask::new(preset, particles, settings, SEED, 0).expect("settings of the liquid");
    finish(&mut task);
    task.result().expect("a liquid").configuration.clone()
}

fn quenched(configuration: &Configuration, preset: Preset) -> Configuration {
    let positions = &configuration.positions;
    let mut sum = PairSum::<1>::new(preset.model(configuration), configuration.cell).ordered_if_large(positions);
    let minimum = quench(&mut sum, positions, &QuenchSettings::default());
    assert!(minimum.at_minimum(), "{:?} {:e}", minimum.stop, minimum.residual);
    Configuration { positions: minimum.positions, ..configuration.clone() }
}

/// `snapshot-K.data`: 500 steps apart at T_exp.
fn snapshots(folder: &Path, glass: &Configuration) {
    let explore = ExploreSettings::defaults(Preset::Tlj);
    let mut sum = PairSum::<1>::new(Preset::Tlj.model(glass), glass.cell);
    let random = stream(SEED, Purpose::Explore, 0, 0);
    let mut state = DynamicsState::start(&mut sum, glass.positions.clone(), explore.temperature, random);
    let settings = DynamicsSettings {
        time_step: explore.time_step,
        temperature: explore.temperature,
        thermostat: explore.thermostat,
        thermostat_time: explore.thermostat_time,
    };
    for k in 0..SNAPSHOTS {
        state.run(&mut sum, &settings, if k == 0 { 2000 } else { 500 }).expect("dynamics of the snapshots");
        let snapshot = Configuration { positions: state.positions.clone(), ..glass.clone() };
        save(&folder.join(format!("snapshot-{k}.data")), write_lammps_data(&snapshot, Preset::Tlj));
    }
}

/// `a.data`, `b.data` and `b.final`: two minima joined by an elementary path.
fn pair(folder: &Path, glass: &Configuration) {
    let model = Preset::Tlj.model(glass);
    let explore = ExploreSettings { quenches: 100, ..ExploreSettings::defaults(Preset::Tlj) };
    let mut task = ExplorationTask::start(&model, glass, &explore, SEED, 0, 0..8);
    finish(&mut task);
    let library = GlassLibrary::merge(&Identity::new(model.clone(), glass.cell), &task.records());
    let transitions: Vec<(usize, usize, u64)> =
        library.transitions.iter().map(|t| (t.from as usize, t.to as usize, t.count)).collect();
    let rule = ConnectSettings { visits: VisitRule::Sum, images: 24, ..ConnectSettings::defaults(Preset::Tlj) };
    let end = |index: usize| {
        let minimum = &library.minima[index];
        EndMinimum { index, positions: minimum.positions.clone(), energy: minimum.energy, residual: minimum.residual }
    };
    for candidate in candidates(&transition_counts(&transitions), &rule, None) {
        let (a, b) = (end(candidate.key.a), end(candidate.key.b));
        let mut task = ConnectTask::new(&model, &glass.cell, (&a, &b), &rule, &QuenchSettings::default());
        finish(&mut task);
        let outcome = task.into_outcome().expect("a path of the inputs");
        // from both ends: a saddle next to the upper one is hidden between two images of a coarse band
        let good = outcome.double_well.as_ref().is_some_and(|well| well.activation - well.asymmetry > 0.05);
        if outcome.status != PathStatus::Converged || !good {
            continue;
        }
        let near = bring_near(&glass.cell, &a.positions, &b.positions);
        let mut text = format!("{}\n", near.len() / 3);
        for (k, r) in near.chunks_exact(3).enumerate() {
            let _ = writeln!(text, "{} {:?} {:?} {:?}", k + 1, r[0], r[1], r[2]);
        }
        save(&folder.join("b.final"), text);
        for (name, positions) in [("a", a.positions), ("b", near)] {
            let end = Configuration { positions, ..glass.clone() };
            save(&folder.join(format!("{name}.data")), write_lammps_data(&end, Preset::Tlj));
        }
        return;
    }
    panic!("no elementary path among the minima of the inputs");
}

/// `sparse-PRESET.{row,column}.u64` and `.f64`: the lower triangle of the Hessian, entry by entry.
fn sparse(folder: &Path, glass: &Configuration, preset: Preset) {
    let blocks = PairBlocks::new(&preset.model(glass), &glass.cell, &glass.positions, &[]);
    let matrix = blocks.sparse_lower(0.0, &[]).expect("the sparse Hessian");
    let (mut rows, mut columns, mut values) = (Vec::new(), Vec::new(), Vec::new());
    for entry in matrix.triplet_iter() {
        rows.extend((entry.row as u64).to_le_bytes());
        columns.extend((entry.col as u64).to_le_bytes());
        values.extend(entry.val.to_le_bytes());
    }
    let name = format!("sparse-{}", preset.name());
    save(&folder.join(format!("{name}.row.u64")), rows);
    save(&folder.join(format!("{name}.column.u64")), columns);
    save(&folder.join(format!("{name}.f64")), values);
}
