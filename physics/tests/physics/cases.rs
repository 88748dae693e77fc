//! Small configurations with known answers that an analysis by a slightly wrong rule misses: shifts, permutations, saddles,
//! crystals. Some ten seconds of a core.

use crate::common::{load, numbers};
use glasswell_physics::forces::PairSum;
use glasswell_physics::formats::read_configurations;
use glasswell_physics::landscape::{Displacement, Minimiser, QuenchSettings, StopReason, corresponding, quench};
use glasswell_physics::model::{Configuration, PeriodicBox, Potential, Preset};
use glasswell_physics::modes::{Completeness, lowest_modes};
use glasswell_physics::paths::{ConnectSettings, FoundPath, PathStatus, find_path, quench_to_minimum};
use rand::{RngExt, SeedableRng};

const SEED: u64 = 18;

fn read(name: &str, preset: Preset) -> Configuration {
    let file = format!("{}/../tests/data/cases/{name}.xyz", env!("CARGO_MANIFEST_DIR"));
    read_configurations(file.as_ref(), Potential::from(preset)).unwrap().remove(0)
}

fn path(a: &Configuration, b: &Configuration, preset: Preset, images: usize) -> FoundPath {
    let settings = ConnectSettings { images, ..ConnectSettings::defaults(preset) };
    let ends = (a.positions.as_slice(), b.positions.as_slice());
    find_path(&preset.model(a), &a.cell, ends, &settings, &QuenchSettings::default(), true).unwrap()
}

fn shifted(configuration: &Configuration, shift: [f64; 3]) -> Configuration {
    let mut moved = configuration.clone();
    moved.positions.chunks_exact_mut(3).for_each(|atom| (0..3).for_each(|k| atom[k] += shift[k]));
    moved.cell.wrap(&mut moved.positions);
    moved
}

/// fcc with one vacancy into which a neighbour hops.
const HOP_BARRIER: f64 = 2.0765994171561;
const HOP_DISTANCE: f64 = 1.2993459897;

#[test]
fn a_translation_of_all_particles_changes_no_path() {
    let (a, b) = (read("vacancy", Preset::Lj), read("vacancy_hop", Preset::Lj));
    let mut random = rand_chacha::ChaCha8Rng::seed_from_u64(SEED);
    let edge = a.cell.edges[0];
    for number in 0..100 {
        let shift = if number == 0 { [2.6, 0.0, 0.0] } else { std::array::from_fn(|_| edge * random.random::<f64>()) };
        let moved = shifted(&b, shift);
        let straight = Displacement::between(&a.cell, &a.positions, &b.positions);
        let measured = Displacement::between(&a.cell, &a.positions, &moved.positions);
        assert!((measured.distance - straight.distance).abs() < 1e-9, "seed {SEED}, {shift:?}");
        if number % 10 > 0 {
            continue;
        }
        let found = path(&a, &moved, Preset::Lj, 9);
        assert_eq!(found.status, PathStatus::Converged, "{shift:?}");
        let well = &found.wells[0].double_well;
        assert!((well.activation - HOP_BARRIER).abs() < 1e-9, "{shift:?}: {}", well.activation);
        assert!((well.separation.distance - HOP_DISTANCE).abs() < 1e-6, "{shift:?}: {}", well.separation.distance);
    }
    let packing = read("packing", Preset::Harmonic);
    let half = packing.cell.edges[0] / 2.0;
    let found = path(&packing, &shifted(&packing, [half, 0.0, 0.0]), Preset::Harmonic, 9);
    assert_eq!(found.status, PathStatus::Identical);
}

#[test]
fn like_particles_in_another_order_are_an_exchange() {
    let a = read("vacancy", Preset::Lj);
    let mut random = rand_chacha::ChaCha8Rng::seed_from_u64(SEED);
    for turn in 0..3 {
        let mut rows: Vec<[f64; 3]> = a.positions.as_chunks().0.to_vec();
        match turn {
            0 => rows.reverse(),
            _ => (1..rows.len()).for_each(|i| rows.swap(i, random.random_range(0..=i))),
        }
        let reordered = Configuration { positions: rows.concat(), ..a.clone() };
        let found = path(&a, &shifted(&reordered, [0.0, 1.3, -2.2]), Preset::Lj, 9);
        assert_eq!((found.status, found.exchanged > 50), (PathStatus::Identical, true), "{}", found.exchanged);
    }
}

/// The hop, and two distant neighbours exchanged: parts, or no figures; never two particles upon each other.
#[test]
fn hop_and_exchange() {
    let (a, b) = (read("vacancy", Preset::Lj), read("vacancy_exchange", Preset::Lj));
    let found = path(&a, &b, Preset::Lj, 9);
    assert!(!found.wells.is_empty(), "{:?}", found.status);
    // the ends are minima of one energy
    assert!((found.minima[0].energy - found.minima[1].energy).abs() < 1e-9, "{:?}", found.minima[1].energy);
    for well in found.wells.iter().map(|well| &well.double_well) {
        let measured = well.status.is_measured();
        assert!(measured || well.status == PathStatus::NotConverged, "{:?}", well.status);
        assert!(!measured || (0.0..100.0).contains(&well.activation), "{:?} {}", well.status, well.activation);
        let atoms: &[[f64; 3]] = well.saddle_position.as_chunks().0;
        let apart = |i: usize, j: usize| a.cell.minimum_image(std::array::from_fn(|k| atoms[i][k] - atoms[j][k]));
        let closest = (0..atoms.len()).flat_map(|i| (0..i).map(move |j| (i, j)));
        let closest = closest.map(|(i, j)| apart(i, j).iter().map(|x| x * x).sum::<f64>().sqrt());
        assert!(!measured || closest.fold(f64::INFINITY, f64::min) > 0.3, "{:?}", well.status);
    }
}

/// The other minimum of a double well, shuffled and moved.
#[test]
fn corresponding_particles_are_found() {
    let pair = load("path_tlj_a");
    let [first, second] = ["A", "B"].map(|key| numbers(&pair[key]));
    let kinds: Vec<u64> = pair["species"].as_array().unwrap().iter().map(|kind| kind.as_u64().unwrap()).collect();
    let edges = numbers(&pair["box"]);
    let cell = PeriodicBox { edges: [edges[0], edges[1], edges[2]] };
    let mut random = rand_chacha::ChaCha8Rng::seed_from_u64(SEED);
    let mut order: Vec<usize> = (0..kinds.len()).collect();
    (1..order.len()).for_each(|i| order.swap(i, random.random_range(0..=i)));
    let mut moved: Vec<f64> = order
        .iter()
        .flat_map(|&i| (0..3).map(move |k| (i, k)))
        .map(|(i, k)| second[3 * i + k] + [0.4, 1.9, -2.2][k])
        .collect();
    cell.wrap(&mut moved);
    let shuffled: Vec<u64> = order.iter().map(|&i| kinds[i]).collect();
    let map = corresponding(&cell, (&first, &kinds), (&moved, &shuffled));
    assert!(map.iter().enumerate().all(|(i, &j)| order[j] == i), "seed {SEED}");
}

#[test]
fn an_end_on_a_saddle_is_quenched_on() {
    let (a, saddle) = (read("vacancy", Preset::Lj), read("vacancy_saddle", Preset::Lj));
    let model = Preset::Lj.model(&saddle);
    let mut sum = PairSum::<1>::new(model.clone(), saddle.cell);
    let plain = quench(&mut sum, &saddle.positions, &QuenchSettings::default());
    assert_eq!(glasswell_physics::paths::negative_modes(&model, &saddle.cell, &plain.positions).unwrap(), 1);
    let (proven, negative) = quench_to_minimum(&mut sum, &saddle.positions, &QuenchSettings::default());
    assert_eq!(negative, 0);
    assert!((plain.energy - proven.energy - HOP_BARRIER).abs() < 1e-8, "{}", plain.energy - proven.energy);
    let found = path(&a, &saddle, Preset::Lj, 9);
    let barrier = found.wells.first().map(|well| well.double_well.activation);
    match found.status {
        PathStatus::Identical => {}
        status => {
            assert!(status == PathStatus::Converged && (barrier.unwrap() - HOP_BARRIER).abs() < 1e-8, "{status:?}")
        }
    }
}

#[test]
fn a_dimer_that_turns_has_no_barrier() {
    let (a, b) = (read("dimer", Preset::Lj), read("dimer_turned", Preset::Lj));
    for images in [9, 64] {
        let found = path(&a, &b, Preset::Lj, images);
        assert_eq!(found.status, PathStatus::NoBarrier, "{images} images");
        let well = &found.wells[0].double_well;
        // r_0 pi / (2 sqrt 2)
        assert!(
            (well.length - 1.24751).abs() < 2e-3 && well.activation.abs() < 1e-5,
            "{} {}",
            well.length,
            well.activation
        );
    }
}

#[test]
fn a_band_that_cuts_a_corner_is_tried_again() {
    let (a, b) = (read("sharp_a", Preset::Pss), read("sharp_b", Preset::Pss));
    let found = path(&a, &b, Preset::Pss, 40);
    let well = &found.wells[0].double_well;
    println!("{:?}: {} tries, activation {}, length {}", found.status, well.tries, well.activation, well.length);
    assert_eq!((found.status, well.negative_modes), (PathStatus::Converged, 1));
    assert!((well.activation - 0.0240439).abs() < 2e-7, "{}", well.activation);
    assert!((well.length - 0.5638).abs() < 1e-3, "{}", well.length);
    assert_eq!([well.negative_modes_a, well.negative_modes_b], [0, 0]);
    assert!(well.tries > 1);
}

#[test]
fn two_atoms_near_the_cutoff_are_quenched_in_few_steps() {
    for r in [2.0, 2.45, 2.495, 2.499] {
        let mut dimer = read("dimer", Preset::Lj);
        dimer.positions = vec![0.0, 0.0, 0.0, r, 0.0, 0.0];
        let mut sum = PairSum::<1>::new(Preset::Lj.model(&dimer), dimer.cell);
        for minimiser in [Minimiser::Lbfgs, Minimiser::ConjugateGradient, Minimiser::Fire] {
            let settings = QuenchSettings { minimiser, ..QuenchSettings::default() };
            let end = quench(&mut sum, &dimer.positions, &settings);
            let bond = (end.positions[3] - end.positions[0]).abs();
            println!("{minimiser:?}, r = {r}: {} evaluations, {:?}, bond {bond}", end.force_evaluations, end.stop);
            assert_eq!(end.stop, StopReason::Converged);
            // scipy's L-BFGS-B
            assert!((bond - 1.12314889355639).abs() < 1e-8 && (end.energy + 0.92997321316603).abs() < 1e-12);
            assert!(minimiser != Minimiser::Lbfgs || end.force_evaluations < 100);
        }
    }
}

#[test]
fn a_multiplet_that_fills_the_window_is_counted() {
    let crystal = read("fcc", Preset::Lj);
    let model = Preset::Lj.model(&crystal);
    for count in 1..=7 {
        let modes = lowest_modes(&model, &crystal.cell, &crystal.positions, &[], count, Completeness::Counted).unwrap();
        assert!(modes.counted);
        // the dynamical matrix D(q)
        for value in &modes.eigenvalues {
            assert!((value.sqrt() - 5.15263593).abs() < 1e-7, "{count} modes: {}", value.sqrt());
        }
    }
}
