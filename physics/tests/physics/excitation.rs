//! Pushes along modes: the search against the plain method (one push at a time, to its end, plain sums), the cubic
//! estimate, and the result of a task regardless of where it is interrupted.

use glasswell_physics::excitation::{
    Certainty, Excitation, ExciteSettings, Fate, GlassSpectrum, GlassStatus, Origin, PushSearch, PushStatus, PushTask,
    SpectrumState, SpectrumTask, cubic_amplitude,
};
use glasswell_physics::forces::{PairSum, sums};
use glasswell_physics::landscape::{QuenchSettings, StopReason, displacement_field, quench};
use glasswell_physics::model::{Configuration, Law, Model, Preset};
use glasswell_physics::modes::linear_moduli;
use glasswell_physics::random::{Purpose, stream};
use glasswell_physics::sampling::random_configuration;
use glasswell_physics::task::{Progress, Task};

fn settings(preset: Preset, modes: usize) -> ExciteSettings {
    ExciteSettings { modes, spectrum: modes, ..ExciteSettings::defaults(preset) }
}

fn run<T: Task>(task: &mut T) {
    while task.advance(u64::MAX).unwrap() == Progress::Pending {}
}

fn glass(preset: Preset, particles: usize, seed: u64) -> (Model, Configuration) {
    let configuration = random_configuration(preset, particles, &mut stream(seed, Purpose::Prepare, 0, 0));
    (preset.model(&configuration), configuration)
}

fn spectrum(preset: Preset, particles: usize, settings: &ExciteSettings) -> (Model, Configuration, GlassSpectrum) {
    let (model, configuration) = glass(preset, particles, 7);
    let mut task = SpectrumTask::new(0, configuration.clone(), model.clone(), settings);
    run(&mut task);
    (model, configuration, task.into_spectrum().unwrap())
}

/// The results, as text because NaN is not equal to itself. How many further pushes are started depends on how soon the
/// others end.
fn reported(excitation: &Excitation) -> String {
    format!("{:?}", Excitation { force_evaluations: 0, pushes: 0, overlaps: 0, ..excitation.clone() })
}

fn excitation(task: &mut PushTask) -> Excitation {
    run(task);
    task.excitations().unwrap()[0].clone()
}

/// Whether a push has put two Lennard-Jones particles nearer than 0.7 sigma, by all pairs.
fn overlapping(model: &Model, configuration: &Configuration, positions: &[f64]) -> bool {
    let particles = positions.len() / 3;
    let near = |i: usize, j: usize| {
        let d = configuration.cell.difference(positions, i, j);
        d.iter().map(|d| d * d).sum::<f64>() < 0.49
    };
    !matches!(model.law, Law::Harmonic(_)) && (0..particles).any(|i| (0..i).any(|j| near(i, j)))
}

/// One push by a signed amplitude, quenched to its end: its outcome and end point.
fn pushed_plainly(
    (model, configuration): (&Model, &Configuration),
    origin: &Origin,
    (mode, amplitude): (&[f64], f64),
    settings: &ExciteSettings,
) -> (Fate, Vec<f64>) {
    let cell = configuration.cell;
    let length = amplitude * (origin.positions.len() as f64 / 3.0).sqrt();
    let start: Vec<f64> = origin.positions.iter().zip(mode).map(|(x, e)| x + length * e).collect();
    if overlapping(model, configuration, &start) {
        return (Fate::Overlapping, Vec::new());
    }
    let mut sum = PairSum::<1>::new(model.clone(), cell);
    let end = quench(&mut sum, &start, &QuenchSettings::from(settings)).positions;
    let field = displacement_field(&cell, &origin.positions, &end, |i| !origin.rattlers[i]);
    let left = field.iter().map(|d| d * d).sum::<f64>().sqrt() > 1e-4;
    (if left { Fate::Left } else { Fate::Returned }, end)
}

/// A_c and its sign by the grid and bisection of a textbook: one push after the other, each quenched to its end.
fn plainly(
    glass: (&Model, &Configuration),
    origin: &Origin,
    mode: &[f64],
    settings: &ExciteSettings,
) -> Option<(f64, f64)> {
    let push = |amplitude: f64| pushed_plainly(glass, origin, (mode, amplitude), settings).0;
    let grid = settings.amplitudes.grid();
    let mut best: Option<(f64, f64)> = None;
    for sign in [1.0, -1.0] {
        let mut fates = grid.iter().map(|amplitude| push(sign * amplitude)).enumerate();
        let Some((place, Fate::Left)) = fates.find(|(_, fate)| *fate != Fate::Returned) else { continue };
        // the same points as the search: what is between two grid points may hold several crossings
        let (mut low, mut high) = (grid[place - 1], grid[place]);
        while high - low > settings.tolerance * high {
            let middle = (low * high).sqrt();
            if push(sign * middle) == Fate::Left { high = middle } else { low = middle }
        }
        if best.is_none_or(|(amplitude, _)| high < amplitude) {
            best = Some((high, sign));
        }
    }
    best
}

#[test]
fn the_search_finds_what_one_push_at_a_time_finds() {
    // (modes, of these transitions to be compared with the same crossing)
    for (preset, particles, modes, due) in [(Preset::Harmonic, 120, 3, 2), (Preset::Lj, 256, 3, 2)] {
        let mut settings = settings(preset, modes);
        settings.amplitudes.from = 1e-4;
        settings.tolerance = 1e-4;
        let (model, configuration, spectrum) = spectrum(preset, particles, &settings);
        let origin = &spectrum.origin;
        let (mut compared, mut without) = (0, 0);
        for (k, mode) in spectrum.vectors.iter().enumerate() {
            let task = || PushTask::new(&model, configuration.cell, origin.clone(), vec![mode.clone()], &settings);
            let found = excitation(&mut task());
            let to_the_end = excitation(&mut task().to_the_end());
            assert!(to_the_end.force_evaluations >= found.force_evaluations);
            assert_eq!(reported(&found), reported(&to_the_end), "{preset:?} mode {k}");
            let plain = plainly((&model, &configuration), origin, mode, &settings);
            println!(
                "{preset:?} mode {k}: {:?} A_c {:e} {:?}, {} overlaps, plainly {:?}",
                found.status,
                found.critical_amplitude,
                found.certainty,
                found.overlaps,
                plain.map(|plain| plain.0)
            );
            // overlapping particles end the plain search of a sign as they end that of the program
            assert_eq!(found.status == PushStatus::Transition, plain.is_some(), "{preset:?} mode {k}");
            let Some((amplitude, sign)) = plain else {
                without += 1;
                continue;
            };
            // the search examines more points of a bracket: it may find a crossing below the one that bisection finds
            assert!(found.critical_amplitude < amplitude * 1.0003, "{preset:?} mode {k}");
            if found.critical_amplitude < amplitude * 0.9997 {
                continue;
            }
            compared += 1;
            assert_eq!(found.sign, sign);
            // pushes a little apart may end in different minima
            let along = (mode.as_slice(), sign * found.critical_amplitude);
            let (fate, end) = pushed_plainly((&model, &configuration), origin, along, &settings);
            assert_eq!(fate, Fate::Left);
            check_measures((&model, &configuration), origin, mode, &found, &end);
        }
        println!("{preset:?}: {compared} of {modes} compared, {without} without a transition in both");
        assert!(compared >= due, "{preset:?}: {compared}");
    }
}

#[test]
fn stress_by_lists_is_that_of_all_pairs() {
    for preset in [Preset::Harmonic, Preset::Lj] {
        let (model, configuration) = glass(preset, 300, 3);
        let fast = glasswell_physics::forces::listed::stress(&model, &configuration.cell, &configuration.positions);
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
    let loose = glasswell_physics::landscape::rattlers(model, &cell, end);
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
fn a_task_that_is_cut_or_shared_is_the_task_in_one_go() {
    let settings = settings(Preset::Harmonic, 6);
    let (model, configuration, spectrum) = spectrum(Preset::Harmonic, 150, &settings);
    let task = |modes: &[Vec<f64>]| {
        PushTask::new(&model, configuration.cell, spectrum.origin.clone(), modes.to_vec(), &settings)
    };
    let mut whole = task(&spectrum.vectors);
    run(&mut whole);
    let (mut cut, mut cuts) = (task(&spectrum.vectors), 0);
    while cut.advance(1).unwrap() == Progress::Pending {
        cuts += 1;
        let bytes = crate::common::encode(&cut.state()).unwrap();
        cut = task(&spectrum.vectors).resume(crate::common::decode(&bytes).unwrap());
    }
    assert!(cuts >= 2, "{cuts}");
    // status, numbers and displacements, bitwise; as text, because NaN is not equal to itself
    assert_eq!(format!("{:?}", whole.excitations()), format!("{:?}", cut.excitations()));
    // and so is a mode that shares the lanes with others
    for (mode, shared) in spectrum.vectors.iter().zip(whole.excitations().unwrap()) {
        assert_eq!(reported(shared), reported(&excitation(&mut task(std::slice::from_ref(mode)))));
    }
    let whole = spectrum;
    let (model, configuration) = glass(Preset::Harmonic, 150, 7);
    let task = || SpectrumTask::new(0, configuration.clone(), model.clone(), &settings);
    let cut_always = |task: &dyn Fn() -> SpectrumTask| {
        let (mut cut, mut evaluations) = (task(), Vec::new());
        while cut.advance(1).unwrap() == Progress::Pending {
            let bytes = crate::common::encode(&cut.state()).unwrap();
            let state = crate::common::decode(&bytes).unwrap();
            if let SpectrumState::Quenching(quench) = &state {
                evaluations.push(quench.force_evaluations);
            }
            cut = task().resume(state);
        }
        (cut.into_spectrum().unwrap(), evaluations)
    };
    assert_eq!(cut_always(&task), (whole, Vec::new()));
    // within the descent, too
    let restarting = || task().restarted_every(60);
    let mut whole = restarting();
    run(&mut whole);
    let (cut, evaluations) = cut_always(&restarting);
    assert_eq!(cut, whole.into_spectrum().unwrap());
    assert!(evaluations.len() >= 3 && evaluations.is_sorted_by(|a, b| a < b), "{evaluations:?}");
}

/// The outcomes of pushes in a landscape whose first losses are known, regardless of the order in which the quenches
/// end.
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
        assert_eq!((search.first_side(), rounds), (Some(0), 5));
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

/// The search over a landscape in which the fate of a push depends on its sign and amplitude.
fn searched(fate: impl Fn(usize, f64) -> Fate) -> PushSearch {
    let mut search = PushSearch::new(&settings(Preset::Lj, 1));
    while let Some(probe) = search.draw() {
        search.settle(&probe, fate(probe.side, probe.amplitude));
    }
    loop {
        let probes = search.narrow();
        if probes.is_empty() {
            return search;
        }
        for probe in probes {
            search.settle(&probe, fate(probe.side, probe.amplitude));
        }
    }
}

#[test]
fn an_amplitude_that_may_not_be_the_smaller_of_both_signs_says_so() {
    // along e the glass leaves at 1e-2; against it something else ends the pushes from `end` on
    let ended = |end: f64, fate: Fate| {
        let search = searched(|side, amplitude| match side {
            0 if amplitude >= 1e-2 => Fate::Left,
            1 if amplitude >= end => fate,
            _ => Fate::Returned,
        });
        let high = search.bracket().unwrap().high;
        assert!(search.first_side() == Some(0) && (high - 1e-2).abs() <= 1e-5, "{high}");
        search.certainty()
    };
    for (fate, reported) in
        [(Fate::Overlapping, Certainty::OtherSignOverlapping), (Fate::Unsettled, Certainty::OtherSignUnsettled)]
    {
        assert_eq!(ended(3e-3, fate), reported);
        assert_eq!(ended(1e-7, fate), reported);
        // the last push that returned was below A_c
        assert_eq!(ended(9.9e-3, fate), reported);
        assert_eq!(ended(3e-2, fate), Certainty::Known);
    }
    assert_eq!(ended(3e-2, Fate::Left), Certainty::Known);
    assert_eq!(ended(f64::INFINITY, Fate::Returned), Certainty::Known);
    // both leave between the same amplitudes of the grid, but pushes against e do not settle there
    let unsettled = |side: usize| {
        searched(move |of, amplitude| match amplitude {
            a if a >= 1.2e-2 => Fate::Left,
            a if of == side && a > 1.01e-2 => Fate::Unsettled,
            a if a >= 1.15e-2 => Fate::Left,
            _ => Fate::Returned,
        })
    };
    assert_eq!(unsettled(1).certainty(), Certainty::OtherSignUnsettled);
    assert_eq!(unsettled(1).first_side(), Some(0));
    // a bracket in which nothing settles stays wide
    let wide = searched(|_, amplitude| match amplitude {
        a if a >= 1.3e-2 => Fate::Left,
        a if a > 1.01e-2 => Fate::Unsettled,
        _ => Fate::Returned,
    });
    assert_eq!(wide.certainty(), Certainty::Wide);
    assert_eq!(searched(|_, _| Fate::Returned).certainty(), Certainty::None);
    // nothing is known below the first amplitude
    assert_eq!(searched(|_, _| Fate::Left).certainty(), Certainty::Wide);
}

/// The spectrum task of a glass, entered after its quench with another `origin`.
fn spectrum_from(
    (model, configuration): (&Model, &Configuration),
    origin: Origin,
    settings: &ExciteSettings,
) -> GlassSpectrum {
    let state = SpectrumState::Quenched { origin, pressure: 0.0, force_evaluations: 0 };
    let mut task = SpectrumTask::new(0, configuration.clone(), model.clone(), settings).resume(state);
    run(&mut task);
    task.into_spectrum().unwrap()
}

#[test]
fn a_glass_with_zero_modes_is_pushed_along_the_others() {
    let settings = settings(Preset::Harmonic, 6);
    // the first glass with a rattler
    let found = (0..60).find_map(|seed| {
        let (model, configuration) = glass(Preset::Harmonic, 120, seed);
        let mut task = SpectrumTask::new(0, configuration.clone(), model.clone(), &settings);
        run(&mut task);
        let whole = task.into_spectrum().unwrap();
        let loose = 120 - whole.origin.held();
        (loose > 0).then_some((model, configuration, whole, loose))
    });
    let (model, configuration, whole, loose) = found.expect("a glass with a rattler");
    assert_eq!((whole.status, whole.zero_modes), (GlassStatus::Stable, 0));
    // omega_D^3 = 18 pi^2 rho / (2 c_t^-3 + c_l^-3), c_t^2 = G / rho, c_l^2 = (K + 4 G / 3) / rho
    let moduli = linear_moduli(&model, &configuration.cell, &whole.origin.positions, 1 << 30).unwrap();
    let (shear, density) =
        (moduli.shear().iter().sum::<f64>() / 3.0, whole.origin.held() as f64 / configuration.cell.volume());
    let slowness = 2.0 * (density / shear).powf(1.5) + (density / (moduli.bulk() + 4.0 * shear / 3.0)).powf(1.5);
    let debye = (18.0 * std::f64::consts::PI.powi(2) * density / slowness).cbrt();
    assert!((whole.debye_frequency / debye - 1.0).abs() < 1e-9, "{} {debye}", whole.debye_frequency);
    // a rattler that is not left out can move anywhere: three modes that rounding may make a little positive
    let origin = Origin { rattlers: vec![false; 120], ..whole.origin.clone() };
    let free = spectrum_from((&model, &configuration), origin, &settings);
    let zero = 3 * loose.min(2);
    assert_eq!((free.status, free.zero_modes), (GlassStatus::ZeroModes, zero));
    assert_eq!(free.pushable, (zero..6).collect::<Vec<usize>>());
    let frequencies = free.frequencies();
    assert!(frequencies[..zero].iter().all(|omega| *omega == 0.0) && frequencies.len() == free.eigenvalues.len());
    assert!((zero..frequencies.len()).all(|k| (frequencies[k] / free.eigenvalues[k].sqrt() - 1.0).abs() < 1e-14));
    assert_eq!(free.vectors.len(), 6 - zero);
    if zero < 6 {
        assert!((free.origin.softest / whole.origin.softest - 1.0).abs() < 1e-6, "{}", free.origin.softest);
        // the threshold of a transition depends on the softest mode with a restoring force
        let smallest = |glass: &GlassSpectrum| glass.origin.smallest_transition(&QuenchSettings::from(&settings));
        assert!(
            (smallest(&free) / smallest(&whole) - 1.0).abs() < 1e-6 && smallest(&free) < 1e-2,
            "{}",
            smallest(&free)
        );
    }
}

#[test]
fn a_glass_at_no_minimum_is_a_row_without_pushes() {
    let mut settings = settings(Preset::Harmonic, 6);
    let (model, configuration, whole) = spectrum(Preset::Harmonic, 120, &settings);
    let status = |origin: Origin| spectrum_from((&model, &configuration), origin, &settings);
    // random positions: many eigenvalues are negative
    let unstable = status(Origin { positions: configuration.positions.clone(), ..whole.origin.clone() });
    assert!(unstable.status == GlassStatus::Unstable && unstable.eigenvalues[0] < 0.0);
    assert!(unstable.pushable.is_empty() && unstable.vectors.is_empty() && unstable.eigenvalues.len() == 6);
    let without = status(Origin { stop: StopReason::StepLimit, ..whole.origin.clone() });
    assert!(without.status == GlassStatus::NoMinimum && without.eigenvalues.is_empty() && without.pushable.is_empty());
    // all particles are rattlers
    let failed = status(Origin { rattlers: vec![true; 120], ..whole.origin.clone() });
    assert!(failed.status == GlassStatus::Failed && failed.eigenvalues.is_empty());
    // numbers that are not finite are a numerical failure of the modes
    let mut positions = whole.origin.positions.clone();
    positions[7] = f64::NAN;
    let failed = status(Origin { positions, ..whole.origin.clone() });
    assert!(failed.status == GlassStatus::Failed && failed.pushable.is_empty(), "{:?}", failed.status);
    // more modes than exist
    settings.modes = 3 * 120 - 3;
    settings.push = false;
    let mut rattlers = whole.origin.rattlers.clone();
    rattlers.iter_mut().take(3).for_each(|rattler| *rattler = true);
    let origin = Origin { rattlers, ..whole.origin.clone() };
    let there = origin.modes();
    assert!(there < settings.modes);
    let fewer = spectrum_from((&model, &configuration), origin, &settings);
    assert_eq!((fewer.eigenvalues.len(), fewer.third_order.len(), fewer.vectors.len()), (there, there, 0));
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
        let reported = spectrum.third_order[k];
        assert!((third - reported).abs() < 1e-2 * reported.abs() + 0.05, "mode {k}: {third} {reported}");
        let amplitude = cubic_amplitude(spectrum.eigenvalues[k], reported, 150);
        let s = amplitude * 150_f64.sqrt() * -reported.signum();
        // slope of kappa s^2 / 2 + tau s^3 / 6
        let slope = spectrum.eigenvalues[k] * s + 0.5 * reported * s * s;
        assert!(slope.abs() < 1e-9 * (spectrum.eigenvalues[k] * s).abs() && amplitude > 0.0);
    }
}
