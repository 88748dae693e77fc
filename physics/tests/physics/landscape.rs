//! Minimisers and recognition on small glasses.

use glasswell_physics::forces::{LANES, PairSum, sums};
use glasswell_physics::landscape::{
    Candidate, Displacement, Identity, InherentSearch, Minimiser, Quench, QuenchSettings, Same, StopReason,
    inherent_structure, quench, quench_batch, rattlers, same_displacement,
};
use glasswell_physics::model::{Configuration, Model, PeriodicBox, Preset};
use glasswell_physics::random::{Purpose, stream};
use glasswell_physics::task::{Progress, Task};
use rand::RngExt;

/// A reference configuration: its model, thermal and minimum positions, and the energy of the minimum.
struct Vector {
    preset: Preset,
    configuration: Configuration,
    minimum: Vec<f64>,
    minimum_energy: f64,
}

fn flat(value: &serde_json::Value) -> Vec<f64> {
    match value {
        serde_json::Value::Array(items) => items.iter().flat_map(flat).collect(),
        other => vec![other.as_f64().unwrap()],
    }
}

fn vector(name: &str, preset: Preset) -> Vector {
    let text = std::fs::read_to_string(format!("{}/../tests/data/{name}.json", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    let system = &json["system"];
    let edges = flat(&system["box"]);
    let positions = flat(&json["thermal"]["positions"]);
    let n = positions.len() / 3;
    let species = if system["species"].is_array() {
        flat(&system["species"]).iter().map(|&s| s as u8).collect()
    } else {
        vec![0; n]
    };
    let diameters = if system["diameters"].is_array() { flat(&system["diameters"]) } else { vec![1.0; n] };
    let cell = PeriodicBox { edges: [edges[0], edges[1], edges[2]] };
    Vector {
        preset,
        configuration: Configuration { cell, positions, species, diameters },
        minimum: flat(&json["minimum"]["positions"]),
        minimum_energy: json["minimum"]["energy"].as_f64().unwrap(),
    }
}

impl Vector {
    fn model(&self) -> Model {
        self.preset.model(&self.configuration)
    }
    fn sum<const L: usize>(&self) -> PairSum<L> {
        PairSum::new(self.model(), self.configuration.cell)
    }
    fn shaken(&self, from: &[f64], amplitude: f64, run: u64) -> Vec<f64> {
        let mut random = stream(7, Purpose::Explore, 0, run);
        from.iter().map(|x| x + amplitude * (random.random::<f64>() - 0.5)).collect()
    }
}

fn all() -> Vec<Vector> {
    vec![
        vector("tlj_ka2_b", Preset::Tlj),
        vector("pss_b", Preset::Pss),
        vector("harm_b", Preset::Harmonic),
        vector("ljfs_b", Preset::Lj),
    ]
}

fn settings(force_tolerance: f64, minimiser: Minimiser) -> QuenchSettings {
    QuenchSettings { force_tolerance, minimiser, ..QuenchSettings::default() }
}

fn report(what: &str, q: &Quench) {
    println!("{what}: calls {} residual {:.2e} energy {:.12} {:?}", q.force_evaluations, q.residual, q.energy, q.stop);
}

#[test]
fn every_minimiser_finds_the_reference_minimum_from_nearby() {
    for v in all() {
        for &minimiser in Minimiser::ALL {
            let start = v.shaken(&v.minimum, 0.02, 1);
            let q = quench(&mut v.sum(), &start, &settings(1e-9, minimiser));
            report(&format!("{:?} {minimiser:?}", v.preset), &q);
            assert!(q.converged() && q.residual < 1e-9);
            assert!((q.energy - v.minimum_energy).abs() < 1e-9 * v.minimum_energy.abs().max(1.0), "{}", q.energy);
            let distance = Displacement::between(&v.configuration.cell, &v.minimum, &q.positions).distance;
            assert!(distance < 1e-5, "{:?} {minimiser:?}: {distance}", v.preset);
            assert!(q.force_evaluations < 2000);
            let mut forces = vec![0.0; start.len()];
            let energy = sums::energy_and_forces(&v.model(), &v.configuration.cell, &q.positions, &mut forces);
            let residual = forces.iter().fold(0.0, |largest: f64, f| largest.max(f.abs()));
            assert!((energy - q.energy).abs() < 1e-9 && (residual - q.residual).abs() < 1e-11);
        }
    }
}

#[test]
fn thermal_configurations_go_downhill_to_the_tolerance() {
    for v in all() {
        let mut forces = vec![0.0; v.minimum.len()];
        let cell = v.configuration.cell;
        let thermal = sums::energy_and_forces(&v.model(), &cell, &v.configuration.positions, &mut forces);
        let q = quench(&mut v.sum(), &v.configuration.positions, &QuenchSettings::default());
        assert!(q.converged() && q.energy < thermal - 0.05);
        let limited = QuenchSettings { max_evaluations: 10, ..QuenchSettings::default() };
        let q = quench(&mut v.sum(), &v.configuration.positions, &limited);
        assert_eq!((q.stop, q.force_evaluations), (StopReason::StepLimit, 10));
    }
}

#[test]
fn the_rounding_floor_is_reported() {
    for v in all() {
        let q = quench(&mut v.sum(), &v.configuration.positions, &settings(1e-13, Minimiser::Lbfgs));
        report(&format!("{:?} to 1e-13", v.preset), &q);
        let reached = if v.preset == Preset::Harmonic { 1e-13 } else { 1e-12 };
        assert!(q.residual < reached && q.at_minimum());
        assert_eq!(q.stop == StopReason::Converged, q.residual < 1e-13);
        let never = quench(&mut v.sum(), &q.positions, &settings(1e-30, Minimiser::Lbfgs));
        assert!(never.stop == StopReason::Stalled && never.residual < 2e-12 && never.force_evaluations < 1000);
    }
    // two particles at one position: no finite energy, no endless loop
    let v = vector("ljfs_b", Preset::Lj);
    let mut start = v.minimum.clone();
    start.copy_within(0..3, 3);
    let q = quench(&mut v.sum(), &start, &QuenchSettings::default());
    assert!(q.stop == StopReason::Stalled && !q.at_minimum());
}

#[test]
fn minima_are_recognised() {
    let v = vector("tlj_ka2_b", Preset::Tlj);
    let identity = Identity::new(v.model(), v.configuration.cell);
    let edge = v.configuration.cell.edges[0];
    let energy = v.minimum_energy;
    let at = |positions: &[f64], energy| {
        identity.compare(
            &Candidate { positions: &v.minimum, energy: v.minimum_energy, rattlers: &[] },
            &Candidate { positions, energy, rattlers: &[] },
            &v.minimum,
        )
    };
    // a translation of the whole glass and another periodic image are the same minimum
    let moved: Vec<f64> =
        v.minimum.iter().enumerate().map(|(k, x)| x + 0.3 + if k == 7 { edge } else { 0.0 }).collect();
    assert_eq!(at(&moved, energy), Same::Identical);
    assert_eq!(at(&moved, energy + 1.2e-7), Same::Different);
    assert_eq!(at(&moved, energy + 0.9e-7), Same::Identical);
    let mut displaced = v.minimum.clone();
    displaced[30] += 2e-3;
    assert_eq!(at(&displaced, energy), Same::Different);
    displaced[30] -= 1.2e-3;
    assert_eq!(at(&displaced, energy), Same::Identical);
    // a ring of three A particles is a permutation; an A and a B exchanged are not
    let of = |kind: u8| (0..174).filter(|&i| v.configuration.species[i] == kind).collect::<Vec<usize>>();
    let (a, b) = (of(0), of(1));
    let mut ring = moved.clone();
    for (from, to) in [(a[0], a[5]), (a[5], a[9]), (a[9], a[0])] {
        ring[3 * to..3 * to + 3].copy_from_slice(&moved[3 * from..3 * from + 3]);
    }
    assert_eq!(at(&ring, energy), Same::Permuted);
    let mut alloy = v.minimum.clone();
    for k in 0..3 {
        alloy.swap(3 * a[0] + k, 3 * b[0] + k);
    }
    assert_eq!(at(&alloy, energy), Same::Different);
}

#[test]
fn displacements_are_measured_as_the_papers_do() {
    let cell = PeriodicBox { edges: [10.0; 3] };
    let n = 100;
    let a = vec![9.9; 3 * n];
    let mut b = a.clone();
    // two atoms move in opposite directions, one across the boundary, on top of a translation
    b.iter_mut().for_each(|x| *x += 0.05);
    (b[0], b[4]) = (b[0] + 0.3 - 10.0, b[4] - 0.3);
    let d = Displacement::between(&cell, &a, &b);
    assert!((d.distance - (2.0_f64 * 0.09 * (1.0 - 1.0 / n as f64)).sqrt()).abs() < 1e-12);
    let of = Displacement::of(&[0.3, 0.0, 0.0, 0.0, -0.3, 0.0, 0.0, 0.0, 0.0]);
    assert!((of.participation_ratio - 2.0).abs() < 1e-12 && (of.participation_ratio_components - 2.0).abs() < 1e-12);
    let diagonal = Displacement::of(&[0.3, 0.3, 0.3, 0.0, 0.0, 0.0]);
    assert!((diagonal.participation_ratio - 1.0).abs() < 1e-12);
    assert!((diagonal.participation_ratio_components - 3.0).abs() < 1e-12);
    assert_eq!(Displacement::of(&[0.0; 6]).participation_ratio, 0.0);
    assert!(same_displacement(&[1e-3, 0.0, 0.0], &[1.05e-3, 0.0, 0.0]));
    assert!(!same_displacement(&[0.1, 0.0, 0.0], &[0.1015, 0.0, 0.0]));
    assert!(same_displacement(&[0.1, 0.0, 0.0], &[0.1005, 0.0, 0.0]));
}

#[test]
fn rattlers_are_found_recursively() {
    // a face-centred cube of touching spheres has 12 contacts each; one sphere is freed in a cage
    let (cells, a) = (3, 0.95 * 2.0_f64.sqrt());
    let mut positions = Vec::new();
    for index in 0..cells * cells * cells {
        let corner = [index % cells, index / cells % cells, index / cells / cells];
        for base in [[0.0, 0.0, 0.0], [0.0, 0.5, 0.5], [0.5, 0.0, 0.5], [0.5, 0.5, 0.0]] {
            positions.extend((0..3).map(|k| (corner[k] as f64 + base[k]) * a));
        }
    }
    let cell = PeriodicBox { edges: [cells as f64 * a; 3] };
    let model = |n: usize| {
        Preset::Harmonic.model(&Configuration {
            cell,
            positions: Vec::new(),
            species: vec![0; n],
            diameters: vec![1.0; n],
        })
    };
    let n = positions.len() / 3;
    assert!(rattlers(&model(n), &cell, &positions).iter().all(|&loose| !loose));
    // of a chain of 3 spheres in empty space each has at most 2 contacts
    let chain = [1.0, 1.0, 1.0, 1.9, 1.0, 1.0, 2.8, 1.0, 1.0];
    assert_eq!(rattlers(&model(3), &cell, &chain), [true; 3]);
    // five spheres in mutual contact hold each other; a sixth with contacts to three of these does not matter
    let s = 0.9 / 2.0_f64.sqrt();
    let mut cluster: Vec<f64> =
        [[s, 0.0, 0.0], [-s, 0.0, 0.0], [0.0, s, 0.0], [0.0, -s, 0.0], [0.0, 0.0, s], [0.0, 0.0, -s]]
            .iter()
            .flatten()
            .map(|x| x + 2.0)
            .collect();
    assert_eq!(rattlers(&model(6), &cell, &cluster), [false; 6]);
    // without one corner the octahedron falls apart: four have 3 contacts left, then the last has none
    cluster.truncate(15);
    assert_eq!(rattlers(&model(5), &cell, &cluster), [true; 5]);
    assert!(rattlers(&vector("tlj_ka2_b", Preset::Tlj).model(), &cell, &cluster).iter().all(|&loose| !loose));
}

#[test]
fn a_batch_is_bit_identical_to_its_members() {
    for v in all() {
        for minimiser in [Minimiser::Lbfgs, Minimiser::Fire] {
            let settings = settings(1e-9, minimiser);
            // different distances from the minimum: lanes end at different times and are refilled
            let starts: Vec<Vec<f64>> = (0..19).map(|k| v.shaken(&v.minimum, 0.02 * (1 + k % 7) as f64, k)).collect();
            let slices: Vec<&[f64]> = starts.iter().map(Vec::as_slice).collect();
            let batch = quench_batch(&mut v.sum::<LANES>(), &slices, &settings);
            assert_eq!(batch.len(), starts.len());
            for (start, of_batch) in starts.iter().zip(&batch) {
                let alone = quench(&mut v.sum::<1>(), start, &settings);
                assert_eq!(alone.stop, StopReason::Converged);
                assert_eq!(&alone, of_batch, "{:?} {minimiser:?}", v.preset);
            }
        }
    }
}

#[test]
fn a_descent_that_is_left_goes_on_bit_for_bit() {
    let vector = vector("pss_a", Preset::Pss);
    let (model, glass) = (vector.model(), &vector.configuration);
    let settings = QuenchSettings { force_tolerance: 1e-10, ..QuenchSettings::default() };
    let search = || InherentSearch::new(&model, glass, &settings).restarted_every(40);
    let mut whole = search();
    assert_eq!(whole.advance(u64::MAX).unwrap(), Progress::Done);
    let whole = whole.into_quench();
    let (mut cut, mut cuts) = (search(), 0);
    while cut.advance(1).unwrap() == Progress::Pending {
        cuts += 1;
        // at the next point that is lower than all before
        let evaluations = cut.state().force_evaluations;
        assert!(evaluations >= 40 * cuts && evaluations < 44 * cuts, "{evaluations}");
        let bytes = crate::common::encode(&cut.state()).unwrap();
        cut = search().resume(crate::common::decode(&bytes).unwrap());
    }
    assert_eq!(cut.into_quench(), whole);
    assert!(cuts >= 3, "{cuts}");
    assert!(whole.stop == StopReason::Converged && whole.residual < 1e-10);
    let mut forces = vec![0.0; whole.positions.len()];
    let energy = sums::energy_and_forces(&model, &glass.cell, &whole.positions, &mut forces);
    assert!((whole.energy / energy - 1.0).abs() < 1e-12, "{} {energy}", whole.energy);
    // a small glass is never restarted: the plain quench
    let mut sum = PairSum::<1>::new(model.clone(), glass.cell);
    assert_eq!(inherent_structure(&model, glass, &settings), quench(&mut sum, &glass.positions, &settings));
    // the bound on the evaluations holds over all restarts
    let few = QuenchSettings { max_evaluations: 100, ..settings.clone() };
    let mut bounded = InherentSearch::new(&model, glass, &few).restarted_every(40);
    assert_eq!(bounded.advance(u64::MAX).unwrap(), Progress::Done);
    let bounded = bounded.into_quench();
    assert!(bounded.stop == StopReason::StepLimit && bounded.force_evaluations == 100, "{}", bounded.force_evaluations);
}
