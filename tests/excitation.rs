//! Pushes along modes: the search against the plain way (one push at a time, to its end, plain sums), the cubic estimate, and what
//! a task gives wherever it is cut.

use glasswell::excitation::{Excitation, ExciteSettings, Fate, Origin, PushSearch, PushStatus, PushTask, SpectrumTask};
use glasswell::excitation::{GlassSpectrum, cubic_amplitude};
use glasswell::forces::{PairSum, sums};
use glasswell::landscape::{QuenchSettings, displacement_field, quench};
use glasswell::model::{Configuration, Model, Preset};
use glasswell::random::{Stage, stream};
use glasswell::sampling::random_configuration;
use glasswell::task::{Progress, Task};

fn settings(preset: Preset, modes: usize) -> ExciteSettings {
    ExciteSettings { modes, spectrum: modes, ..ExciteSettings::defaults(preset) }
}

fn run<T: Task>(task: &mut T) {
    while task.advance(u64::MAX).unwrap() == Progress::Pending {}
}

fn glass(preset: Preset, particles: usize, seed: u64) -> (Model, Configuration) {
    let configuration = random_configuration(preset, particles, &mut stream(seed, Stage::Prepare, 0, 0));
    (preset.model(&configuration), configuration)
}

fn spectrum(preset: Preset, particles: usize, settings: &ExciteSettings) -> (Model, Configuration, GlassSpectrum) {
    let (model, configuration) = glass(preset, particles, 7);
    let mut task = SpectrumTask::new(0, configuration.clone(), model.clone(), settings);
    run(&mut task);
    (model, configuration, task.into_spectrum().unwrap())
}

fn excitation(task: &mut PushTask) -> Excitation {
    run(task);
    task.excitation().unwrap().clone()
}

/// The grid and bisection of a textbook: one push after the other, each quenched to its end. (A_c, its sign, where it leads)
fn plainly(
    (model, configuration): (&Model, &Configuration),
    origin: &Origin,
    mode: &[f64],
    settings: &ExciteSettings,
) -> Option<(f64, f64, Vec<f64>)> {
    let cell = configuration.cell;
    let root = (origin.positions.len() as f64 / 3.0).sqrt();
    let mut sum = PairSum::<1>::new(model.clone(), cell);
    let mut leaves = |amplitude: f64| {
        let start: Vec<f64> = origin.positions.iter().zip(mode).map(|(x, e)| x + amplitude * root * e).collect();
        let end = quench(&mut sum, &start, &QuenchSettings::from(settings)).positions;
        let field = displacement_field(&cell, &origin.positions, &end, |i| !origin.rattlers[i]);
        (field.iter().map(|d| d * d).sum::<f64>().sqrt() > 1e-4).then_some(end)
    };
    let grid = settings.amplitudes.grid();
    let mut best: Option<(f64, f64, Vec<f64>)> = None;
    for sign in [1.0, -1.0] {
        let Some(place) = grid.iter().position(|amplitude| leaves(sign * amplitude).is_some()) else { continue };
        // the same points as the search: what is between two grid points may hold several crossings
        let (mut low, mut high) = (grid[place - 1], grid[place]);
        let mut end = leaves(sign * high).unwrap();
        while high - low > settings.tolerance * high {
            let middle = (low * high).sqrt();
            match leaves(sign * middle) {
                Some(there) => (high, end) = (middle, there),
                None => low = middle,
            }
        }
        if best.as_ref().is_none_or(|(amplitude, ..)| high < *amplitude) {
            best = Some((high, sign, end));
        }
    }
    best
}

#[test]
fn the_search_finds_what_one_push_at_a_time_finds() {
    for (preset, particles) in [(Preset::Harmonic, 120), (Preset::Lj, 150)] {
        let mut settings = settings(preset, 5);
        settings.amplitudes.from = 1e-4;
        settings.tolerance = 1e-4;
        let (model, configuration, spectrum) = spectrum(preset, particles, &settings);
        let origin = &spectrum.origin;
        let mut compared = 0;
        for (k, mode) in spectrum.vectors.iter().enumerate() {
            let task = || PushTask::new(&model, configuration.cell, origin.clone(), mode.clone(), &settings);
            let found = excitation(&mut task());
            let to_the_end = excitation(&mut task().to_the_end());
            assert!(to_the_end.force_evaluations > found.force_evaluations);
            let costless = |e: &Excitation| Excitation { force_evaluations: 0, pushes: 0, ..e.clone() };
            // as text: what does not exist is NaN in both
            let told = |e: &Excitation| format!("{:?}", costless(e));
            assert_eq!(told(&found), told(&to_the_end), "{preset:?} mode {k}");
            if found.status != PushStatus::Transition || found.overlaps > 0 {
                println!("{preset:?} mode {k}: {:?}", found.status);
                continue;
            }
            let (amplitude, sign, end) = plainly((&model, &configuration), origin, mode, &settings).unwrap();
            println!("{preset:?} mode {k}: A_c {:e}, plainly {amplitude:e}", found.critical_amplitude);
            // the search looks at more points of a bracket: a crossing below the one that halving meets is its own
            assert!(found.critical_amplitude < amplitude * 1.0003, "{preset:?} mode {k}");
            if found.critical_amplitude < amplitude * 0.9997 {
                continue;
            }
            compared += 1;
            assert_eq!(found.sign, sign);
            check_measures((&model, &configuration), origin, mode, &found, &end);
        }
        // most pushes of so small a Lennard-Jones glass press particles into each other and are discarded
        let due = if preset == Preset::Harmonic { 3 } else { 0 };
        assert!(compared >= due, "{preset:?}: {compared}");
    }
}

#[test]
fn stress_by_lists_is_that_of_all_pairs() {
    for preset in [Preset::Harmonic, Preset::Lj] {
        let (model, configuration) = glass(preset, 300, 3);
        let fast = glasswell::forces::listed::stress(&model, &configuration.cell, &configuration.positions);
        let plain = sums::stress(&model, &configuration.cell, &configuration.positions);
        let scale = plain.as_flattened().iter().fold(0.0_f64, |scale, s| scale.max(s.abs()));
        for (fast, plain) in fast.as_flattened().iter().zip(plain.as_flattened()) {
            assert!((fast - plain).abs() <= 1e-12 * scale, "{preset:?}: {fast} {plain}");
        }
    }
}

/// The measures of a transition against plain sums, to far less than a factor of two.
fn check_measures(
    (model, configuration): (&Model, &Configuration),
    origin: &Origin,
    mode: &[f64],
    found: &Excitation,
    end: &[f64],
) {
    let cell = configuration.cell;
    let loose = glasswell::landscape::rattlers(model, &cell, end);
    let counted = |i: usize| !origin.rattlers[i] && !loose[i];
    let field = displacement_field(&cell, &origin.positions, end, counted);
    let squares: Vec<f64> = field.chunks(3).map(|d| d.iter().map(|d| d * d).sum()).collect();
    let distance = squares.iter().sum::<f64>().sqrt();
    let near = |a: f64, b: f64| assert!((a - b).abs() < 1e-4 * b.abs(), "{a} {b}");
    near(found.distance, distance);
    let fourths: f64 = squares.iter().map(|s| s * s).sum();
    near(found.rearranging_particles, distance.powi(4) / fourths);
    let along: f64 = field.iter().zip(mode).map(|(d, e)| d * e).sum();
    assert!((found.alignment - (along / distance).abs()).abs() < 1e-5);
    let difference = sums::energy_difference(model, &cell, &origin.positions, end);
    assert!((found.energy_difference - difference).abs() < 1e-9 + 1e-4 * difference.abs());
    let length = found.sign * found.critical_amplitude * (origin.positions.len() as f64 / 3.0).sqrt();
    let pushed: Vec<f64> = origin.positions.iter().zip(mode).map(|(x, e)| x + length * e).collect();
    near(found.barrier, sums::energy_difference(model, &cell, &origin.positions, &pushed));
    assert!(found.returning_amplitude < found.critical_amplitude);
    assert!(found.critical_amplitude - found.returning_amplitude <= 1e-4 * found.critical_amplitude);
    let stored: f64 = found.displacement.iter().map(|d| f64::from(*d).powi(2)).sum::<f64>().sqrt();
    assert!((stored / found.distance - 1.0).abs() < 1e-6);
}

#[test]
fn a_task_that_is_cut_and_resumed_is_the_task_in_one_go() {
    let settings = settings(Preset::Harmonic, 3);
    let (model, configuration, spectrum) = spectrum(Preset::Harmonic, 150, &settings);
    for mode in &spectrum.vectors {
        let task = || PushTask::new(&model, configuration.cell, spectrum.origin.clone(), mode.clone(), &settings);
        let whole = excitation(&mut task());
        let mut cut = task();
        while cut.advance(1).unwrap() == Progress::Pending {
            let bytes = glasswell::parallel::encode(&cut.state()).unwrap();
            cut = task().resume(glasswell::parallel::decode(&bytes).unwrap());
        }
        // status, numbers and displacements, to the last bit; NaN is not equal to itself
        assert_eq!(format!("{whole:?}"), format!("{:?}", cut.excitation().unwrap()));
    }
    let whole = spectrum;
    let (model, configuration) = glass(Preset::Harmonic, 150, 7);
    let task = || SpectrumTask::new(0, configuration.clone(), model.clone(), &settings);
    let mut cut = task();
    while cut.advance(1).unwrap() == Progress::Pending {
        let state = cut.state();
        cut = task().resume(state);
    }
    assert_eq!(cut.into_spectrum().unwrap(), whole);
}

/// What becomes of pushes in a landscape whose first losses are known, whatever the order in which the quenches end.
#[test]
fn the_first_crossing_from_below_is_found_in_any_order() {
    // along e pushes return below 3e-3, between 5e-3 and 8e-3, and nowhere else; against it below 2e-2
    let fate = |side: usize, amplitude: f64| match side {
        0 if amplitude < 3e-3 || (5e-3..8e-3).contains(&amplitude) => Fate::Returned,
        1 if amplitude < 2e-2 => Fate::Returned,
        _ => Fate::Left,
    };
    for turn in 0..7 {
        let mut search = PushSearch::new(&settings(Preset::Harmonic, 1));
        let mut flying = Vec::new();
        let mut next = 0;
        loop {
            while flying.len() < 8 {
                let Some(probe) = search.draw() else { break };
                flying.push(probe);
            }
            if flying.is_empty() {
                break;
            }
            next = (next * 5 + turn) % flying.len();
            let probe = flying.swap_remove(next);
            if search.matters(&probe) {
                search.settle(&probe, fate(probe.side, probe.amplitude));
            }
        }
        let mut rounds = 0;
        loop {
            let probes = search.narrow();
            if probes.is_empty() {
                break;
            }
            rounds += 1;
            for probe in probes.into_iter().rev() {
                if search.matters(&probe) {
                    search.settle(&probe, fate(probe.side, probe.amplitude));
                }
            }
        }
        let bracket = search.bracket().unwrap();
        assert_eq!((search.first_side(), rounds), (Some(0), 3));
        assert!(bracket.low < 3e-3 && bracket.high >= 3e-3 && bracket.high - bracket.low <= 1e-3 * bracket.high);
    }
}

#[test]
fn ends_of_the_grid_have_their_names() {
    let status = |fate: fn(f64) -> Fate| {
        let mut search = PushSearch::new(&settings(Preset::Lj, 1));
        while let Some(probe) = search.draw() {
            search.settle(&probe, fate(probe.amplitude));
        }
        assert!(search.narrow().is_empty() && search.bracket().is_none());
        PushStatus::without_transition(search.losses())
    };
    assert_eq!(status(|_| Fate::Returned), PushStatus::None);
    assert_eq!(status(|a| if a > 0.1 { Fate::Overlapping } else { Fate::Returned }), PushStatus::Discarded);
    assert_eq!(status(|a| if a > 0.1 { Fate::Unsettled } else { Fate::Returned }), PushStatus::StepLimit);
    // the first amplitude leaves: there is nothing to bisect
    let mut search = PushSearch::new(&settings(Preset::Lj, 1));
    while let Some(probe) = search.draw() {
        search.settle(&probe, Fate::Left);
    }
    assert!(search.narrow().is_empty());
    assert_eq!(search.bracket().map(|bracket| (bracket.low, bracket.high)), Some((0.0, 1e-7)));
}

/// Two wells along one direction, V = kappa x^2 / 2 + tau x^3 / 6 + ...: the cubic estimate is the saddle of the expansion.
#[test]
fn the_cubic_estimate_is_the_saddle_of_the_expansion_along_the_mode() {
    let settings = settings(Preset::Lj, 4);
    let (model, configuration, spectrum) = spectrum(Preset::Lj, 150, &settings);
    let origin = &spectrum.origin;
    for (k, mode) in spectrum.vectors.iter().enumerate() {
        let at = |s: f64| {
            let moved: Vec<f64> = origin.positions.iter().zip(mode).map(|(x, e)| x + s * e).collect();
            sums::energy_difference(&model, &configuration.cell, &origin.positions, &moved)
        };
        // third derivative by differences, against U:eee
        let h = 2e-3;
        let third = (at(2.0 * h) - 2.0 * at(h) + 2.0 * at(-h) - at(-2.0 * h)) / (2.0 * h.powi(3));
        let told = spectrum.third_order[k];
        assert!((third - told).abs() < 1e-2 * told.abs() + 0.05, "mode {k}: {third} {told}");
        let amplitude = cubic_amplitude(spectrum.eigenvalues[k], told, 150);
        let s = amplitude * 150_f64.sqrt() * -told.signum();
        // slope of kappa s^2 / 2 + tau s^3 / 6
        let slope = spectrum.eigenvalues[k] * s + 0.5 * told * s * s;
        assert!(slope.abs() < 1e-9 * (spectrum.eigenvalues[k] * s).abs() && amplitude > 0.0);
    }
}
