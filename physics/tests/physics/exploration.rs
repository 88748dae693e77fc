//! Exploration of a small glass: slices, checkpoints, lanes, and the resulting library.

use glasswell_physics::forces::PairSum;
use glasswell_physics::landscape::{
    ExplorationState, ExplorationTask, ExploreSettings, GlassLibrary, Identity, QuenchSettings, Recognition, RunRecord,
    Schedule, quench, run_groups,
};
use glasswell_physics::model::{Configuration, Model, PeriodicBox, Preset};
use glasswell_physics::task::{Progress, Task};
use std::collections::BTreeSet;

fn flat(value: &serde_json::Value) -> Vec<f64> {
    match value {
        serde_json::Value::Array(items) => items.iter().flat_map(flat).collect(),
        other => vec![other.as_f64().unwrap()],
    }
}

/// The ternary mixture with 174 particles at its reference minimum.
fn glass() -> (Model, Configuration) {
    let path = format!("{}/../tests/data/tlj_ka2_b.json", env!("CARGO_MANIFEST_DIR"));
    let json: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let edges = flat(&json["system"]["box"]);
    let species: Vec<u8> = flat(&json["system"]["species"]).iter().map(|&s| s as u8).collect();
    let configuration = Configuration {
        cell: PeriodicBox { edges: [edges[0], edges[1], edges[2]] },
        positions: flat(&json["minimum"]["positions"]),
        diameters: vec![1.0; species.len()],
        species,
    };
    (Preset::Tlj.model(&configuration), configuration)
}

fn settings(quenches: u64, runs: usize) -> ExploreSettings {
    ExploreSettings { quenches, runs, equilibration_steps: 1500, ..ExploreSettings::defaults(Preset::Tlj) }
}

fn explore(settings: &ExploreSettings, runs: std::ops::Range<u64>, budget: u64) -> Vec<RunRecord> {
    let (model, glass) = glass();
    let mut task = ExplorationTask::start(&model, &glass, settings, 5, 2, runs);
    while task.advance(budget).unwrap() == Progress::Pending {}
    assert_eq!(task.fraction(), 1.0);
    task.records()
}

#[test]
fn slices_checkpoints_and_extension_change_nothing() {
    let (model, glass) = glass();
    let whole = explore(&settings(40, 2), 0..2, u64::MAX);
    assert_eq!(whole, explore(&settings(40, 2), 0..2, 1));
    // a round trip of the state through bytes in every slice, and fewer quenches at first
    let mut task = ExplorationTask::start(&model, &glass, &settings(25, 2), 5, 2, 0..2);
    for wanted in [25, 40] {
        loop {
            let bytes = postcard::to_stdvec(&task.state()).unwrap();
            let state: ExplorationState = postcard::from_bytes(&bytes).unwrap();
            task = ExplorationTask::resume(&model, &glass, &settings(wanted, 2), state);
            if task.advance(997).unwrap() == Progress::Done {
                break;
            }
        }
    }
    // the savings of recognition depend on which snapshots wait together, the results do not
    let found = |runs: &[RunRecord]| -> Vec<_> {
        runs.iter().map(|run| (run.minima().to_vec(), places(run), run.mean_squared_displacement)).collect()
    };
    assert_eq!(found(&whole), found(&task.records()));
}

/// Large enough for a space-filling order: the reference glass, 18 times.
fn large_glass() -> (Model, Configuration) {
    let (_, small) = glass();
    let edges = small.cell.edges;
    let mut large = Configuration {
        cell: PeriodicBox { edges: [3.0 * edges[0], 3.0 * edges[1], 2.0 * edges[2]] },
        positions: Vec::new(),
        species: small.species.repeat(18),
        diameters: small.diameters.repeat(18),
    };
    for copy in 0..18 {
        let corner = [copy % 3, copy / 3 % 3, copy / 9];
        large
            .positions
            .extend(small.positions.iter().enumerate().map(|(k, x)| x + corner[k % 3] as f64 * edges[k % 3]));
    }
    (Preset::Tlj.model(&large), large)
}

/// The order is determined by the glass: results are bitwise identical when a run is resumed or other runs share the
/// lanes.
#[test]
fn the_order_of_a_large_glass_leaves_no_trace() {
    let (model, glass) = large_glass();
    let settings = ExploreSettings { equilibration_steps: 30, quench_every: 7, ..settings(2, 2) };
    let mut whole = ExplorationTask::start(&model, &glass, &settings, 5, 2, 0..1);
    while whole.advance(u64::MAX).unwrap() == Progress::Pending {}
    let mut sliced = ExplorationTask::start(&model, &glass, &settings, 5, 2, 0..2);
    while sliced.advance(11).unwrap() == Progress::Pending {
        let bytes = postcard::to_stdvec(&sliced.state()).unwrap();
        sliced = ExplorationTask::resume(&model, &glass, &settings, postcard::from_bytes(&bytes).unwrap());
    }
    let (whole, sliced) = (whole.records(), sliced.records());
    assert_eq!(whole[0].mean_squared_displacement, sliced[0].mean_squared_displacement);
    assert_eq!(whole[0].minima(), sliced[0].minima());
    assert_eq!(places(&whole[0]), places(&sliced[0]));
}

/// The step and the minimum of every quench.
fn places(run: &RunRecord) -> Vec<(u64, Option<u32>)> {
    run.visits.iter().map(|visit| (visit.step, visit.minimum)).collect()
}

#[test]
fn recognition_changes_no_visit() {
    let all = |recognition: Recognition, audit: f64| {
        let settings = ExploreSettings { recognition, audit, temperature: 0.5, ..settings(80, 2) };
        explore(&settings, 0..2, 100_000)
    };
    let plain = all(Recognition::None, 0.0);
    let (recognising, audited) = (all(Recognition::Minima, 0.0), all(Recognition::Minima, 1.0));
    let (following, followed) = (all(Recognition::Waypoints, 0.0), all(Recognition::Waypoints, 1.0));
    let calls = |runs: &[RunRecord]| runs.iter().map(|run| run.force_evaluations).sum::<u64>();
    for run in 0..2 {
        assert!(plain[run].minima().len() > 3, "{} minima", plain[run].minima().len());
        assert_eq!(plain[run].recognition.recognised, 0);
        for (ended, audited) in [(&recognising[run], &audited[run]), (&following[run], &followed[run])] {
            assert_eq!(places(&plain[run]), places(ended));
            assert_eq!(places(&plain[run]), places(audited));
            // the first visits have run to their ends
            assert_eq!(plain[run].minima(), ended.minima());
            assert_eq!(audited.recognition.disagreed, 0);
            assert_eq!(audited.recognition.audited, audited.recognition.recognised);
            assert!(ended.recognition.recognised > 50, "{:?}", ended.recognition);
        }
    }
    println!(
        "{:?} {:?} calls {} {} {}",
        recognising[0].recognition,
        following[1].recognition,
        calls(&plain),
        calls(&recognising),
        calls(&following)
    );
    assert_eq!(calls(&plain), calls(&audited));
    assert_eq!(calls(&plain), calls(&followed));
    assert!(2 * calls(&recognising) < calls(&plain) + calls(&plain) / 3);
    assert!(calls(&following) < calls(&recognising));
}

#[test]
fn runs_do_not_depend_on_their_group() {
    let together = explore(&settings(12, 3), 0..3, u64::MAX);
    for run in 0..3 {
        let alone = &explore(&settings(12, 3), run..run + 1, 5000)[0];
        assert_eq!((alone.minima(), places(alone)), (together[run as usize].minima(), places(&together[run as usize])));
    }
    assert_ne!(together[0].visits, together[1].visits);
    assert_eq!(run_groups(19), vec![0..8, 8..16, 16..19]);
}

#[test]
fn a_run_visits_minima_at_its_quenches() {
    let settings = settings(60, 4);
    let runs = explore(&settings, 0..4, 20_000);
    let (model, glass) = glass();
    let identity = Identity::new(model.clone(), glass.cell);
    for run in &runs {
        let steps: Vec<u64> = run.visits.iter().map(|visit| visit.step).collect();
        let expected: Vec<u64> = (0..60).map(|k| 1500 + 11 * k).collect();
        assert_eq!(steps, expected);
        assert!(run.visits.iter().all(|visit| visit.minimum.is_some()), "an unconverged quench");
        assert!((run.temperature() - 0.4).abs() < 0.06, "T = {}", run.temperature());
        let msd = run.mean_squared_displacement;
        assert!(msd > 1e-3 && msd < 0.3, "mean squared displacement {msd}");
        assert_eq!(run.force_evaluations, run.visits.iter().map(|visit| visit.force_evaluations).sum::<u64>());
        for minimum in run.minima() {
            assert!(minimum.residual < 1e-9);
            let again =
                quench(&mut PairSum::new(model.clone(), glass.cell), &minimum.positions, &QuenchSettings::default());
            assert_eq!(again.force_evaluations, 1);
            assert!((again.energy - minimum.energy).abs() < 1e-9);
        }
    }
    check_library(&GlassLibrary::merge(&identity, &runs), &runs, &settings);
}

fn check_library(library: &GlassLibrary, runs: &[RunRecord], settings: &ExploreSettings) {
    let quench_every = settings.quench_every;
    let minima = &library.minima;
    println!("{} minima, {} transitions", minima.len(), library.transitions.len());
    assert!(minima.len() > 1, "the exploration never left its first minimum");
    assert!(minima.windows(2).all(|pair| pair[0].energy <= pair[1].energy + 1e-7));
    assert_eq!(minima.iter().map(|minimum| minimum.visits).sum::<u64>(), 240);
    assert_eq!(library.visits.len(), 240);
    assert!(minima.len() <= runs.iter().map(|run| run.minima().len()).sum());
    for visit in &library.visits {
        // every visit names a minimum of the energy found in its run
        let run = &runs[visit.run as usize];
        let own = run.visits.iter().find(|own| own.step == visit.step).unwrap();
        let energy = run.minima()[own.minimum.unwrap() as usize].energy;
        assert!((minima[visit.minimum.unwrap() as usize].energy - energy).abs() < 1e-6);
    }
    let changes = library.visits.windows(2).filter(|w| w[0].run == w[1].run && w[0].minimum != w[1].minimum).count();
    assert_eq!(library.transitions.iter().map(|transition| transition.count).sum::<u64>(), changes as u64);
    let growth = library.growth(quench_every);
    let end = growth.last().unwrap();
    // four runs of 60 quenches
    assert_eq!((end.steps, end.minima), (4 * 60 * quench_every, minima.len() as u64));
    assert_eq!(end.transitions, library.transitions.len() as u64);
    assert_eq!((growth[0].steps, growth[0].minima, growth[0].transitions), (quench_every, 1, 0));
    assert!(growth.windows(2).all(|w| w[0].steps < w[1].steps && w[0].minima <= w[1].minima));
    let stays = library.persistence();
    assert_eq!(stays.len(), changes);
    assert!(stays.iter().all(|stay| stay.steps >= quench_every && stay.steps % quench_every == 0));
    // when the first residence of each run began is not known
    let censored: Vec<u64> = stays.iter().filter(|stay| stay.left_censored).map(|stay| stay.run).collect();
    let mut runs: Vec<u64> = stays.iter().map(|stay| stay.run).collect();
    runs.dedup();
    assert_eq!(censored, runs);
}

/// The expected result of bisection for a sequence of minima that is fully known: the minimum of each snapshot, and
/// whether it was inferred.
fn bisected(known: &[u32], stride: usize) -> Vec<(u32, bool)> {
    fn halve(known: &[u32], (left, right): (usize, usize), reported: &mut [(u32, bool)]) {
        if known[left] == known[right] {
            reported[left + 1..right].fill((known[left], true));
        } else if right - left > 1 {
            let middle = (left + right) / 2;
            halve(known, (left, middle), reported);
            halve(known, (middle, right), reported);
        }
    }
    let mut reported: Vec<(u32, bool)> = known.iter().map(|minimum| (*minimum, false)).collect();
    for left in (0..known.len() - 1).step_by(stride) {
        halve(known, (left, (left + stride).min(known.len() - 1)), &mut reported);
    }
    reported
}

/// Final trajectories, streams and thermostats.
fn explored(settings: &ExploreSettings, runs: std::ops::Range<u64>) -> (Vec<RunRecord>, serde_json::Value) {
    let (model, glass) = glass();
    let mut task = ExplorationTask::start(&model, &glass, settings, 5, 2, runs);
    while task.advance(50_000).unwrap() == Progress::Pending {}
    assert_eq!(task.fraction(), 1.0);
    (task.records(), serde_json::to_value(task.state()).unwrap()["dynamics"].take())
}

#[test]
fn bisection_misses_only_what_lies_between_equal_ends() {
    const SNAPSHOTS: u64 = 250;
    let every = ExploreSettings { temperature: 0.5, ..settings(SNAPSHOTS, 3) };
    let bisect = ExploreSettings { schedule: Schedule::Bisect, stride: 8, ..every.clone() };
    let ((all, moved), (some, moved_alike)) = (explored(&every, 0..3), explored(&bisect, 0..3));
    assert!(moved.is_array() && moved == moved_alike);
    let (model, glass) = glass();
    let per_particle = 1e-10 * glass.particles() as f64;
    let identity = Identity::new(model, glass.cell);
    let (mut missed, mut inferred) = (0, 0);
    for (all, some) in all.iter().zip(&some) {
        assert_eq!(all.mean_squared_displacement.to_bits(), some.mean_squared_displacement.to_bits());
        let known: Vec<u32> = all.visits.iter().map(|visit| visit.minimum.unwrap()).collect();
        let expected = bisected(&known, 8);
        assert_eq!((all.inferred, some.visits.len()), (0, SNAPSHOTS as usize));
        for ((visit, before), (minimum, inferred)) in some.visits.iter().zip(&all.visits).zip(&expected) {
            assert_eq!((visit.step, visit.inferred), (before.step, *inferred));
            assert_eq!(visit.force_evaluations == 0, *inferred);
            let found = &some.minima()[visit.minimum.unwrap() as usize];
            assert!((found.energy - all.minima()[*minimum as usize].energy).abs() < per_particle);
        }
        // a minimum is missed exactly where no snapshot of it is left
        let left: BTreeSet<u32> = expected.iter().map(|(minimum, _)| *minimum).collect();
        assert_eq!(some.minima().len(), left.len());
        missed += all.minima().len() - left.len();
        inferred += some.inferred;
        assert_eq!(some.inferred, expected.iter().filter(|(_, inferred)| *inferred).count() as u64);
        for (index, minimum) in some.minima().iter().enumerate() {
            let first = some.visits.iter().find(|visit| visit.minimum == Some(index as u32)).unwrap();
            assert_eq!(minimum.first_step, first.step);
        }
    }
    let calls = |runs: &[RunRecord]| runs.iter().map(|run| run.force_evaluations).sum::<u64>();
    println!("{missed} minima missed, {inferred} of 750 inferred, calls {} {}", calls(&all), calls(&some));
    assert!(inferred > 370 && calls(&some) < calls(&all));
    let library = GlassLibrary::merge(&identity, &some);
    assert_eq!(library.visits.iter().filter(|visit| visit.inferred).count() as u64, inferred);
    assert_eq!(library.minima.iter().map(|minimum| minimum.visits).sum::<u64>(), 3 * SNAPSHOTS);
}

#[test]
fn bisection_does_not_depend_on_slices_groups_or_recognition() {
    let bisect = ExploreSettings { schedule: Schedule::Bisect, stride: 16, temperature: 0.5, ..settings(200, 3) };
    let found = |runs: &[RunRecord]| -> Vec<_> {
        let visits = |run: &RunRecord| run.visits.iter().map(|v| (v.step, v.minimum, v.inferred)).collect::<Vec<_>>();
        runs.iter().map(|run| (run.minima().to_vec(), visits(run), run.mean_squared_displacement)).collect()
    };
    let whole = explore(&bisect, 0..3, u64::MAX);
    assert!(whole.iter().all(|run| run.inferred > 50 && run.recognition.recognised > 10));
    let (model, glass) = glass();
    let mut task = ExplorationTask::start(&model, &glass, &bisect, 5, 2, 0..3);
    while task.advance(997).unwrap() == Progress::Pending {
        let bytes = postcard::to_stdvec(&task.state()).unwrap();
        task = ExplorationTask::resume(&model, &glass, &bisect, postcard::from_bytes(&bytes).unwrap());
    }
    assert_eq!(whole, task.records());
    let alone: Vec<RunRecord> = (0..3).flat_map(|run| explore(&bisect, run..run + 1, 5000)).collect();
    assert_eq!(found(&whole), found(&alone));
    let plain = explore(&ExploreSettings { recognition: Recognition::None, ..bisect.clone() }, 0..3, 5000);
    assert_eq!(found(&whole), found(&plain));
    // intervals of two: most of a queue is ends
    let short = ExploreSettings { stride: 2, ..bisect };
    assert!(explore(&short, 0..1, 5000)[0].inferred < whole[0].inferred);
}
