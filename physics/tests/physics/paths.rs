//! Paths between minima against independently computed ones.

use glasswell_physics::forces::PairSum;
use glasswell_physics::landscape::{Identity, QuenchSettings, Same, StopReason};
use glasswell_physics::model::{Configuration, Mixture, Model, PeriodicBox, Preset};
use glasswell_physics::paths::{
    BandSearch, BandStop, Candidate, ConnectOutcome, ConnectRounds, ConnectSettings, ConnectTask, CubicSpline, Descent,
    DescentStop, DescentTask, EndMinimum, FoundMinimum, ImageSums, LengthMethod, MinimaLibrary, PairKey, PathMethod,
    PathStatus, SaddleSearch, SaddleStop, VisitRule, Waypoint, bring_near, candidates, compare, find_path, joined,
    negative_modes, transition_counts,
};
use glasswell_physics::task::{Alone, Progress, Task};

#[derive(serde::Deserialize, Clone)]
#[allow(non_snake_case)]
struct Reference {
    #[serde(rename = "box")]
    edges: [f64; 3],
    species: Vec<u8>,
    A: Vec<f64>,
    B: Vec<f64>,
    energy_a: f64,
    energy_b: f64,
    saddle: Vec<f64>,
    energy_saddle: f64,
    negative_eigenvalue: f64,
    length_a: f64,
    length_b: f64,
    length: f64,
    asymmetry: f64,
    barrier: f64,
    distance: f64,
    participation_ratio: f64,
    participation_ratio_components: f64,
    profile: Vec<f64>,
    softest_a: f64,
    softest_b: f64,
    k_left: f64,
    k_right: f64,
    activation: f64,
    neb_chord: f64,
    neb_energies: Vec<f64>,
}

impl Reference {
    fn read(name: &str) -> Self {
        let file = format!("{}/../tests/data/path_{name}.json", env!("CARGO_MANIFEST_DIR"));
        serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap()
    }

    fn system(&self) -> (Model, PeriodicBox) {
        let cell = PeriodicBox { edges: self.edges };
        let configuration = Configuration {
            cell,
            positions: self.A.clone(),
            species: self.species.clone(),
            diameters: vec![1.0; self.species.len()],
        };
        (Preset::Tlj.model(&configuration), cell)
    }

    fn ends(&self) -> (EndMinimum, EndMinimum) {
        let end = |index, positions: &Vec<f64>, energy| EndMinimum {
            index,
            positions: positions.clone(),
            energy,
            residual: 1e-12,
        };
        (end(0, &self.A, self.energy_a), end(1, &self.B, self.energy_b))
    }
}

fn settings(images: usize) -> ConnectSettings {
    ConnectSettings { images, ..ConnectSettings::defaults(Preset::Tlj) }
}

fn close(what: &str, got: f64, expected: f64, relative: f64) {
    assert!((got - expected).abs() <= relative * expected.abs(), "{what}: {got} instead of {expected}");
}

#[test]
fn a_band_of_17_images_meets_the_reference() {
    for name in ["tlj_a", "tlj_a2"] {
        let reference = Reference::read(name);
        let (model, cell) = reference.system();
        let settings = ConnectSettings { spring: 2.0, force_tolerance: 1e-4, max_iterations: 1000, ..settings(17) };
        let mut sum = PairSum::<1>::new(model.clone(), cell);
        let mut sums = ImageSums::new(&model, &cell);
        let b = bring_near(&cell, &reference.A, &reference.B);
        let ends = ((reference.A.as_slice(), reference.energy_a), (b.as_slice(), reference.energy_b));
        let mut band = BandSearch::new(&mut sum, ends.0, ends.1, &settings);
        while band.stop == BandStop::Running {
            band.iterate(&mut sums, &settings, &Alone).unwrap();
        }
        println!("{name}: {} iterations, {} evaluations", band.iterations, band.evaluations);
        assert_eq!(band.stop, BandStop::Converged);
        let top = band.energies.iter().copied().fold(f64::MIN, f64::max) - reference.energy_a;
        close("climbing image", top, reference.activation, 1e-8);
        close("chord", band.chord_length(), reference.neb_chord, 2e-5);
        // spacing is not converged to the reference's 1e-7, so that images lie a little along the path from theirs
        for (mine, theirs) in band.energies.iter().zip(&reference.neb_energies) {
            assert!((mine - reference.energy_a - theirs).abs() < 1e-3, "{mine} {theirs}");
        }
    }
}

#[test]
fn a_saddle_is_found_from_afar_and_descents_converge() {
    let reference = Reference::read("tlj_a2");
    let (model, cell) = reference.system();
    let mut sum = PairSum::<1>::new(model.clone(), cell);
    let b = bring_near(&cell, &reference.A, &reference.B);
    let tangent: Vec<f64> = reference.A.iter().zip(&b).map(|(a, b)| b - a).collect();
    // beyond the saddle on the chord, and shaken
    let start: Vec<f64> = (reference.A.iter().zip(&reference.saddle).enumerate())
        .map(|(i, (a, s))| s + 0.05 * (s - a) + 1e-3 * ((i * 7 % 5) as f64 - 2.0))
        .collect();
    let mut saddle = SaddleSearch::new(&start, &tangent, model.law);
    while saddle.stop == SaddleStop::Running {
        saddle.iterate(&mut sum, 1e-9);
    }
    assert_eq!(saddle.stop, SaddleStop::Converged);
    assert!((saddle.energy - reference.energy_saddle).abs() < 1e-9);
    assert!((saddle.curvature - reference.negative_eigenvalue).abs() < 1e-6);
    assert_eq!(negative_modes(&model, &cell, &saddle.positions).unwrap(), 1);
    assert_eq!(negative_modes(&model, &cell, &reference.A).unwrap(), 0);
    let length = |step: f64, sum: &mut PairSum<1>| {
        let sides = [-1.0, 1.0].map(|sign| {
            let mode: Vec<f64> = saddle.mode.iter().map(|m| sign * m).collect();
            let mut descent = Descent::new(&saddle.positions, &mode, step);
            while descent.stop == DescentStop::Running {
                descent.iterate(sum);
            }
            assert_eq!(descent.stop, DescentStop::Arrived);
            descent.length
        });
        close("side of A", sides[0], reference.length_a, 2e-3);
        close("side of B", sides[1], reference.length_b, 2e-3);
        sides[0] + sides[1]
    };
    let errors = [0.012, 0.006].map(|step| length(step, &mut sum) / reference.length - 1.0);
    assert!(errors[1].abs() < 2e-4, "{errors:?}");
}

fn run<T: Task>(task: &mut T, budget: u64) {
    while task.advance(budget).unwrap() == Progress::Pending {}
}

#[test]
fn a_double_well_agrees_with_the_reference_before_and_after_the_descent() {
    for name in ["tlj_a", "tlj_a2"] {
        let reference = Reference::read(name);
        let (model, cell) = reference.system();
        let (a, b) = reference.ends();
        let quench = QuenchSettings::default();
        // given in reverse: a must be the lower one
        let mut task = ConnectTask::new(&model, &cell, (&b, &a), &settings(33), &quench);
        run(&mut task, u64::MAX);
        let outcome = task.into_outcome().unwrap();
        assert_eq!(outcome.status, PathStatus::Converged);
        let well = outcome.double_well.unwrap();
        assert_eq!((well.a, well.b, well.negative_modes, well.exchange), (0, 1, 1, false));
        assert!((well.asymmetry - reference.asymmetry).abs() < 1e-9);
        assert!((well.activation - reference.activation).abs() < 1e-9);
        assert!((well.barrier - reference.barrier).abs() < 1e-9);
        assert!((well.saddle_energy - reference.energy_saddle).abs() < 1e-9);
        assert!(well.saddle_residual < 1e-9);
        close("distance", well.separation.distance, reference.distance, 1e-9);
        close("participation ratio", well.separation.participation_ratio, reference.participation_ratio, 1e-8);
        let components = well.separation.participation_ratio_components;
        close("of components", components, reference.participation_ratio_components, 1e-8);
        close("spline length", well.length, reference.length, 1e-2);
        close("softest mode at a", well.curvature_a, reference.softest_a, 1e-3);
        close("softest mode at b", well.curvature_b, reference.softest_b, 1e-3);
        close("curvature of the saddle", well.curvature_saddle, reference.negative_eigenvalue, 1e-7);

        let mut descent = DescentTask::new(&model, &cell, &well, (&a, &b), &quench);
        run(&mut descent, u64::MAX);
        let refined = descent.into_outcome().unwrap();
        assert_eq!(refined.status, PathStatus::Converged);
        let well = refined.double_well.unwrap();
        println!("{name}: {} evaluations, descent {}", well.force_evaluations, refined.force_evaluations);
        assert_eq!(well.length_method, LengthMethod::Descent);
        close("length", well.length, reference.length, 5e-4);
        let squared = reference.length.powi(2);
        close("curvature at a", well.curvature_a, reference.k_left / squared, 0.02);
        close("curvature at b", well.curvature_b, reference.k_right / squared, 0.02);
        let spline = CubicSpline::new(&well.profile.arc_length, &well.profile.energy).unwrap();
        let top = well.profile.energy.iter().copied().fold(0.0, f64::max);
        assert!((top - reference.activation).abs() < 1e-9);
        for (k, theirs) in reference.profile.iter().enumerate() {
            let mine = spline.value(well.length * k as f64 / 40.0);
            assert!((mine - theirs).abs() < 2e-3 * reference.activation, "{k}: {mine} {theirs}");
        }
    }
}

#[test]
fn a_descent_that_fails_or_leaves_is_reported_as_the_deck_asks() {
    let (reference, elsewhere) = (Reference::read("tlj_a"), Reference::read("tlj_a2"));
    let (model, cell) = reference.system();
    let (a, b) = reference.ends();
    let quench = QuenchSettings::default();
    let mut task = ConnectTask::new(&model, &cell, (&a, &b), &settings(17), &quench);
    run(&mut task, u64::MAX);
    let direct = task.into_outcome().unwrap();
    let well = direct.double_well.clone().unwrap();
    // a descent that failed: the band's double well, with the corresponding status
    let failed = ConnectOutcome { status: PathStatus::DescentFailed, force_evaluations: 1000, ..direct.clone() };
    let reported = joined(direct.clone(), failed);
    let kept = reported.double_well.unwrap();
    assert_eq!((reported.status, kept.status), (PathStatus::DescentFailed, PathStatus::DescentFailed));
    assert_eq!(
        (kept.length, kept.length_method, kept.profile),
        (well.length, LengthMethod::Spline, well.profile.clone())
    );
    assert_eq!(kept.force_evaluations, direct.force_evaluations + 1000);
    assert!(reported.status.is_double_well() && !PathStatus::WrongMinima.is_double_well());
    // a descent that arrives at a minimum other than the given end
    let other = EndMinimum { index: 1, ..elsewhere.ends().1 };
    for split in [true, false] {
        let mut descent = DescentTask::new(&model, &cell, &well, (&a, &other), &quench).splitting(split);
        run(&mut descent, u64::MAX);
        let outcome = descent.into_outcome().unwrap();
        let (status, found) = if split { (PathStatus::Split, 1) } else { (PathStatus::WrongMinima, 0) };
        assert_eq!((outcome.status, outcome.found.len()), (status, found));
        assert_eq!(outcome.double_well.is_none(), split);
        assert_eq!(outcome.chain.len(), if split { 3 } else { 0 });
    }
}

#[test]
fn ends_whose_quench_stops_early_are_reported() {
    let reference = Reference::read("tlj_a");
    let (model, cell) = reference.system();
    let shaken: Vec<f64> = reference.A.iter().enumerate().map(|(k, x)| x + 0.05 * (k as f64).sin()).collect();
    let quench = QuenchSettings { max_evaluations: 5, ..QuenchSettings::default() };
    let found = find_path(&model, &cell, (&shaken, &reference.B), &settings(9), &quench, true).unwrap();
    assert_eq!((found.status, found.wells.len()), (PathStatus::EndNotConverged, 0));
    assert_eq!(found.end_stops[0], StopReason::StepLimit);
    assert!(found.minima[0].residual > 1e-3, "{}", found.minima[0].residual);
    assert!(found.force_evaluations <= 12, "{}", found.force_evaluations);
}

#[test]
fn slices_and_round_trips_change_nothing() {
    let reference = Reference::read("tlj_a2");
    let (model, cell) = reference.system();
    let (a, b) = reference.ends();
    let (settings, quench) = (ConnectSettings { force_tolerance: 1e-2, ..settings(17) }, QuenchSettings::default());
    let mut whole = ConnectTask::new(&model, &cell, (&a, &b), &settings, &quench);
    let threads = rayon::ThreadPoolBuilder::new().num_threads(3).build().unwrap();
    threads.install(|| run(&mut whole, u64::MAX));
    let mut sliced = ConnectTask::new(&model, &cell, (&a, &b), &settings, &quench);
    while sliced.advance(1).unwrap() == Progress::Pending {
        let bytes = postcard::to_stdvec(&sliced.state()).unwrap();
        let state = postcard::from_bytes(&bytes).unwrap();
        sliced = ConnectTask::resume(&model, &cell, &settings, &quench, state);
    }
    let outcome = whole.into_outcome().unwrap();
    assert_eq!(outcome, sliced.into_outcome().unwrap());
    let well = outcome.double_well.unwrap();
    let mut whole = DescentTask::new(&model, &cell, &well, (&a, &b), &quench);
    run(&mut whole, u64::MAX);
    let mut sliced = DescentTask::new(&model, &cell, &well, (&a, &b), &quench);
    while sliced.advance(1).unwrap() == Progress::Pending {
        let bytes = postcard::to_stdvec(&sliced.state()).unwrap();
        sliced = DescentTask::resume(&model, &cell, &quench, postcard::from_bytes(&bytes).unwrap());
    }
    assert_eq!(whole.into_outcome().unwrap(), sliced.into_outcome().unwrap());
}

#[test]
fn a_string_finds_the_same_path() {
    let reference = Reference::read("tlj_a");
    let (model, cell) = reference.system();
    let settings = ConnectSettings { method: PathMethod::String, ..settings(17) };
    // both ends displaced from their minima and in other images
    let shift = |positions: &[f64], by: f64| -> Vec<f64> {
        positions.iter().enumerate().map(|(i, x)| x + by * ((i * 5 % 7) as f64 - 3.0) + 0.2 * by).collect()
    };
    let mut far = shift(&reference.B, 1e-3);
    cell.wrap(&mut far);
    let ends = (shift(&reference.A, 1e-3), far);
    let found = find_path(&model, &cell, (&ends.0, &ends.1), &settings, &QuenchSettings::default(), true).unwrap();
    assert_eq!(found.status, PathStatus::Converged);
    let well = &found.wells[0].double_well;
    assert!((well.activation - reference.activation).abs() < 1e-9);
    close("length", well.length, reference.length, 5e-4);
}

#[test]
fn candidates_follow_the_visit_rule() {
    let transitions = [(3, 1, 2), (1, 3, 1), (2, 2, 9), (0, 2, 4), (5, 4, 1), (4, 5, 4), (1, 3, 1)];
    let keys = |visits, minimum_visits| -> Vec<(usize, usize, u64, u64)> {
        let settings = ConnectSettings { visits, minimum_visits, ..settings(9) };
        let all = candidates(&transition_counts(&transitions), &settings, None);
        all.iter().map(|c| (c.key.a, c.key.b, c.count_ab, c.count_ba)).collect()
    };
    assert_eq!(keys(VisitRule::Each, 1), [(1, 3, 2, 2), (4, 5, 4, 1)]);
    assert_eq!(keys(VisitRule::Each, 2), [(1, 3, 2, 2)]);
    assert_eq!(keys(VisitRule::Sum, 4), [(0, 2, 4, 0), (1, 3, 2, 2), (4, 5, 4, 1)]);
    assert_eq!(keys(VisitRule::Sum, 5), [(4, 5, 4, 1)]);
}

/// A minimum of a glass of two particles, identified by the position of the second one.
fn place(x: f64) -> EndMinimum {
    EndMinimum { index: x as usize, positions: vec![1.0, 1.0, 1.0, 1.0 + x, 1.0, 1.0], energy: x, residual: 0.0 }
}

fn outcome(ends: (usize, usize), between: &[f64]) -> ConnectOutcome {
    let found: Vec<FoundMinimum> = (between.iter().map(|&x| place(x)))
        .map(|m| FoundMinimum { positions: m.positions, energy: m.energy, residual: 0.0 })
        .collect();
    let status = if found.is_empty() { PathStatus::NoBarrier } else { PathStatus::Split };
    let mut chain = vec![Waypoint::A];
    chain.extend((0..found.len()).map(Waypoint::Found));
    chain.push(Waypoint::B);
    ConnectOutcome { status, ends, double_well: None, found, chain, force_evaluations: 0 }
}

#[test]
fn rounds_number_new_minima_on_and_solve_each_pair_once() {
    let cell = PeriodicBox { edges: [100.0; 3] };
    let mut library = MinimaLibrary::new(cell, vec![place(0.0), place(1.0), place(2.0)]);
    let identity = Identity::new(Model { law: Preset::Lj.law(), mixture: Mixture::Uniform { particles: 2 } }, cell);
    let candidate = |a, b| Candidate { key: PairKey::new(a, b), count_ab: 1, count_ba: 1, status: None };
    let mut rounds = ConnectRounds::new(vec![candidate(2, 1), candidate(0, 2), candidate(0, 1)]);
    let keys = |rounds: &ConnectRounds| -> Vec<(usize, usize, usize)> {
        rounds.pairs().iter().map(|p| (p.key.a, p.key.b, p.parent)).collect()
    };
    assert_eq!(keys(&rounds), [(0, 1, 0), (0, 2, 1), (1, 2, 2)]);
    // 0-2 passes a new minimum and the known 1; 1-2 passes the same new one, its ends turned round
    let outcomes = [outcome((0, 1), &[]), outcome((0, 2), &[7.0, 1.0]), outcome((2, 1), &[7.0])];
    rounds.merge(&identity, &mut library, &outcomes).unwrap();
    assert_eq!(library.found().len(), 1);
    assert_eq!((library.found()[0].index, library.found()[0].energy), (3, 7.0));
    // 1-2 was a candidate already and 1-3 came first with the first parent
    assert_eq!(keys(&rounds), [(0, 3, 1), (1, 3, 1), (2, 3, 2)]);
    rounds.merge(&identity, &mut library, &[outcome((0, 3), &[]), outcome((1, 3), &[]), outcome((2, 3), &[])]).unwrap();
    assert!(rounds.pairs().is_empty());
    let statuses: Vec<_> = rounds.candidates().iter().map(|c| c.status).collect();
    assert_eq!(statuses, [Some(PathStatus::NoBarrier), Some(PathStatus::Split), Some(PathStatus::Split)]);
    // a later run solves the candidate 0-1 and the part 1-3 again: both split, over minima that are known or new
    let known = [(0, 1), (0, 2), (1, 2), (0, 3), (1, 3), (2, 3)].map(|(a, b)| PairKey::new(a, b));
    let pairs = [(PairKey::new(0, 1), 0), (PairKey::new(1, 3), 1)];
    let parts: Vec<(PairKey, PairKey)> = rounds.parts().collect();
    let of = |a, b| PairKey::new(a, b);
    assert_eq!(
        parts,
        [(of(0, 2), of(0, 3)), (of(0, 2), of(1, 2)), (of(0, 2), of(1, 3)), (of(1, 2), of(1, 3)), (of(1, 2), of(2, 3))]
    );
    // 1-2 is a candidate and a part of 0-2, and so its parts are parts of both
    let parents = rounds.parents();
    assert_eq!([(0, 1), (0, 2), (1, 2)].map(|(a, b)| parents[&of(a, b)].clone()), [vec![0], vec![1], vec![1, 2]]);
    assert_eq!([(0, 3), (1, 3), (2, 3)].map(|(a, b)| parents[&of(a, b)].clone()), [vec![1], vec![1, 2], vec![1, 2]]);
    let mut later = ConnectRounds::again(rounds.candidates().to_vec(), &pairs, known.into(), &parts);
    assert_eq!(keys(&later), [(0, 1, 0), (1, 3, 1)]);
    let mut library = MinimaLibrary::new(cell, library.minima()[..3].to_vec()).with_found(library.found().to_vec());
    later.merge(&identity, &mut library, &[outcome((0, 1), &[7.0]), outcome((1, 3), &[9.0])]).unwrap();
    assert_eq!(library.found().iter().map(|minimum| minimum.index).collect::<Vec<usize>>(), [3, 4]);
    assert_eq!(keys(&later), [(1, 4, 1), (3, 4, 1)]);
    assert_eq!(later.candidates()[0].status, Some(PathStatus::Split));
    assert_eq!(later.candidates()[1].status, statuses[1]);
    // 1-3 is a part of 0-1 now, too, and replaced by its own parts
    let parents = later.parents();
    assert_eq!(
        [(1, 4), (3, 4), (0, 3)].map(|(a, b)| parents[&of(a, b)].clone()),
        [vec![0, 1, 2], vec![0, 1, 2], vec![0, 1]]
    );
}

#[test]
fn a_pair_with_an_end_that_is_no_minimum_is_no_double_well() {
    let reference = Reference::read("tlj_a");
    let (model, cell) = reference.system();
    let (a, b) = reference.ends();
    for (index, status) in [(usize::MAX, PathStatus::Converged), (b.index, PathStatus::EndNotMinimum)] {
        let mut task = ConnectTask::new(&model, &cell, (&a, &b), &settings(9), &QuenchSettings::default())
            .with_counts(|end| Some(i64::from(end == index)));
        run(&mut task, u64::MAX);
        let outcome = task.into_outcome().unwrap();
        assert_eq!((outcome.status, outcome.double_well.is_some()), (status, status == PathStatus::Converged));
    }
}

#[test]
fn exchanged_and_identical_ends_are_recognised() {
    let reference = Reference::read("tlj_a");
    let (model, cell) = reference.system();
    let (a, b) = reference.ends();
    let swap = |i: usize, j: usize| {
        let mut positions = a.positions.clone();
        for k in 0..3 {
            positions.swap(3 * i + k, 3 * j + k);
        }
        positions
    };
    let kind = |s: u8| reference.species.iter().position(|&t| t == s).unwrap();
    let alike =
        |i: usize| (i + 1..reference.species.len()).find(|&j| reference.species[j] == reference.species[i]).unwrap();
    let energy = a.energy;
    let identity = Identity::new(model.clone(), cell);
    let is_exchange = |a: (&[f64], f64), b: (&[f64], f64)| compare(&identity, a, b) == Same::Permuted;
    let exchanged = swap(kind(0), alike(kind(0)));
    assert!(is_exchange((&a.positions, energy), (&exchanged, energy)));
    assert!(!is_exchange((&a.positions, energy), (&swap(kind(0), kind(1)), energy)));
    assert!(!is_exchange((&a.positions, energy), (&b.positions, b.energy)));
    // the same minimum moved as a whole and wrapped
    let mut moved: Vec<f64> = a.positions.iter().map(|x| x + 1.7).collect();
    cell.wrap(&mut moved);
    let moved = EndMinimum { index: 1, positions: moved, ..a.clone() };
    let mut task = ConnectTask::new(&model, &cell, (&a, &moved), &settings(9), &QuenchSettings::default());
    run(&mut task, u64::MAX);
    assert_eq!(task.into_outcome().unwrap().status, PathStatus::Identical);
}

#[test]
fn a_path_through_other_minima_is_split_into_elementary_ones() {
    // two double wells of the same glass, 2.7 sigma apart
    let (first, second) = (Reference::read("tlj_a"), Reference::read("tlj_a2"));
    let (model, cell) = first.system();
    let settings = ConnectSettings { force_tolerance: 1e-2, max_iterations: 2000, ..settings(17) };
    let quench = QuenchSettings::default();
    let found = find_path(&model, &cell, (&first.B, &second.B), &settings, &quench, false).unwrap();
    assert_eq!(found.status, PathStatus::Split);
    assert!(found.minima.len() > 2 && found.wells.len() > 1);
    let mut reached = vec![0];
    for _ in 0..found.wells.len() {
        for well in found.wells.iter().map(|w| &w.double_well) {
            for (from, to) in [(well.a, well.b), (well.b, well.a)] {
                if reached.contains(&from) && !reached.contains(&to) {
                    reached.push(to);
                }
            }
        }
    }
    assert!(reached.contains(&1), "the parts join the ends: {reached:?}");
    for well in found.wells.iter().map(|w| &w.double_well) {
        let rise = found.minima[well.b].energy - found.minima[well.a].energy;
        assert!(well.asymmetry >= 0.0 && (well.asymmetry - rise).abs() < 1e-9);
        if well.status.is_double_well() {
            assert!(well.negative_modes == 1 && well.curvature_saddle < 0.0 && well.barrier > 0.0);
        }
    }
}
