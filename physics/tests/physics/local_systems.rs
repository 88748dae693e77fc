//! Distinct local systems: double wells that are one rearrangement in different surroundings. All by hand; 0.1 s in all.

use glasswell_physics::model::PeriodicBox;
use glasswell_physics::random::{Purpose, stream};
use glasswell_physics::statistics::Library;
use glasswell_physics::systems::{
    Linkage, LocalSystems, SIMILARITY, Sameness, WellField, WellOfGlass, classes, representatives, spread,
};
use rand::RngExt;
use std::f64::consts::SQRT_2;

const N: usize = 64;
const CELL: PeriodicBox = PeriodicBox { edges: [4.0; 3] };

/// A simple cubic crystal of lattice constant 1.
fn crystal() -> Vec<f64> {
    (0..N).flat_map(|i| [i % 4, i / 4 % 4, i / 16].map(|k| k as f64 + 0.5)).collect()
}

/// Sum of weighted fields on top of a configuration.
fn moved(start: &[f64], moves: &[(f64, &[f64])]) -> Vec<f64> {
    let mut x = start.to_vec();
    for (weight, field) in moves {
        x.iter_mut().zip(*field).for_each(|(x, d)| *x += weight * d);
    }
    x
}

/// b - a without its mean.
fn between(a: &[f64], b: &[f64]) -> Vec<f64> {
    let mut d: Vec<f64> = a.iter().zip(b).map(|(a, b)| b - a).collect();
    for k in 0..3 {
        let mean = d.iter().skip(k).step_by(3).sum::<f64>() / N as f64;
        d.iter_mut().skip(k).step_by(3).for_each(|d| *d -= mean);
    }
    d
}

/// A field of a few particles from `first` on, with a far field of random directions.
fn local_field(first: usize, random: &mut impl RngExt, far: f64) -> Vec<f64> {
    let mut field = vec![0.0; 3 * N];
    for i in 0..N {
        let size = if (first..first + 4).contains(&i) { 0.3 } else { far };
        (0..3).for_each(|k| field[3 * i + k] = size * random.random_range(-1.0..1.0));
    }
    field
}

/// The four minima of two two-state systems with the energies e1 s1 + e2 s2 + coupling s1 s2, and their four double wells
/// (a, b), a the lower one.
struct TwoSystems {
    /// By s1 + 2 s2.
    minima: Vec<(Vec<f64>, f64)>,
    wells: Vec<(usize, usize)>,
}

fn two_systems(e1: f64, e2: f64, coupling: f64) -> TwoSystems {
    let mut random = stream(5, Purpose::Audit, 0, 0);
    let (u, v) = (local_field(0, &mut random, 0.01), local_field(40, &mut random, 0.01));
    let minima: Vec<(Vec<f64>, f64)> = [(0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0)]
        .iter()
        // a little of the answer of the surroundings of one system to the other
        .map(|&(s1, s2)| {
            let answer = local_field(0, &mut stream(6, Purpose::Audit, 0, 0), 0.002);
            (
                moved(&crystal(), &[(s1, &u), (s2, &v), (0.02 * s1 * s2, &answer)]),
                e1 * s1 + e2 * s2 + coupling * s1 * s2,
            )
        })
        .collect();
    let lower = |(a, b): (usize, usize)| if minima[b].1 < minima[a].1 { (b, a) } else { (a, b) };
    let wells = [(0, 1), (0, 2), (1, 3), (2, 3)].map(lower).to_vec();
    TwoSystems { minima, wells }
}

impl TwoSystems {
    fn systems(&self, kinds: Vec<u64>, threshold: f64) -> LocalSystems {
        let sameness = Sameness::new(CELL, kinds);
        let field = |&(a, b): &(usize, usize)| {
            sameness.field(&self.minima[a].0, &between(&self.minima[a].0, &self.minima[b].0))
        };
        let fields: Vec<WellField> = self.wells.iter().map(field).collect();
        let well = |&(a, b): &(usize, usize)| WellOfGlass {
            energy: self.minima[a].1,
            asymmetry: self.minima[b].1 - self.minima[a].1,
            exchange: false,
        };
        let wells: Vec<WellOfGlass> = self.wells.iter().map(well).collect();
        LocalSystems::of(&wells, |i, j| sameness.cosine(&fields[i], &fields[j]), threshold)
    }
}

/// No two particles are alike.
fn distinct() -> Vec<u64> {
    (0..N as u64).collect()
}

#[test]
fn four_double_wells_of_four_minima_are_two_systems() {
    for threshold in [0.95, 0.97, SIMILARITY, 0.99] {
        let systems = two_systems(0.01, 0.03, 0.004).systems(distinct(), threshold);
        assert_eq!(systems.local, [0, 1, 1, 0], "{threshold}");
        assert_eq!(systems.systems.iter().map(|system| system.members).collect::<Vec<usize>>(), [2, 2]);
        // the lowest minimum is the lower one of the wells 0 and 1
        assert_eq!(systems.systems.iter().map(|system| system.representative).collect::<Vec<usize>>(), [0, 1]);
        // both asymmetries change by the coupling: 0.004 / sqrt(2)
        for system in systems.systems {
            assert!((system.asymmetry_spread * SQRT_2 - 0.004).abs() < 1e-12, "{}", system.asymmetry_spread);
        }
    }
}

#[test]
fn a_system_that_its_surroundings_turn_round_is_the_same_with_the_other_sign() {
    // with system 1 up, the minimum with system 2 up is the lower one: asymmetries 0.01 and -0.02
    let two = two_systems(0.05, 0.01, -0.03);
    assert_eq!(two.wells, [(0, 1), (0, 2), (3, 1), (2, 3)]);
    let systems = two.systems(distinct(), SIMILARITY);
    assert_eq!(systems.local, [0, 1, 1, 0]);
    for system in systems.systems {
        assert!((system.asymmetry_spread * SQRT_2 - 0.03).abs() < 1e-12, "{}", system.asymmetry_spread);
    }
}

#[test]
fn like_particles_at_each_others_sites_leave_the_system_the_same() {
    let mut two = two_systems(0.01, 0.03, 0.004);
    // in the minima with system 2 up, two particles of system 1 and two others have exchanged their sites
    for minimum in [2, 3] {
        for (i, j) in [(1, 2), (17, 60)] {
            (0..3).for_each(|k| two.minima[minimum].0.swap(3 * i + k, 3 * j + k));
        }
    }
    // only the double wells of system 1 are left: those of system 2 are exchanges now
    two.wells = vec![(0, 1), (2, 3)];
    let mut kinds = distinct();
    (kinds[2], kinds[60]) = (kinds[1], kinds[17]);
    assert_eq!(two.systems(kinds, SIMILARITY).local, [0, 0]);
    // what is not alike is another rearrangement
    assert_eq!(two.systems(distinct(), SIMILARITY).local, [0, 1]);
    let mut others_alike = distinct();
    others_alike[60] = others_alike[17];
    assert_eq!(two.systems(others_alike, SIMILARITY).local, [0, 1]);
}

#[test]
fn an_exchange_is_in_no_class_with_a_double_well() {
    let well = |exchange| WellOfGlass { energy: 0.0, asymmetry: 0.0, exchange };
    let systems = LocalSystems::of(&[well(false), well(true), well(false)], |_, _| 1.0, SIMILARITY);
    assert_eq!(systems.local, [0, 1, 0]);
    // no double wells, no systems
    assert_eq!(LocalSystems::of(&[], |_, _| f64::NAN, SIMILARITY), LocalSystems::default());
}

#[test]
fn the_lowest_allowed_member_stands_for_its_class() {
    let (class, energy) = ([1, 0, 1, 1, 0], [3.0, 5.0, 1.0, 1.0, 4.0]);
    assert_eq!(representatives(&class, &energy, |_| true), [false, false, true, false, true]);
    assert_eq!(representatives(&class, &energy, |i| i < 2), [true, true, false, false, false]);
    assert_eq!(representatives(&class, &energy, |i| i == 3), [false, false, false, true, false]);
    assert!(representatives(&[], &[], |_| true).is_empty());
    assert!(spread([0.3].into_iter()).is_nan());
    assert!((spread([0.1, 0.3, 0.2].into_iter()) - 0.1).abs() < 1e-15);
}

/// n0 by rows grows with the number of surroundings in which a system was seen; n0 by systems does not.
#[test]
fn rows_of_two_surroundings_count_twice_and_their_systems_once() {
    // systems of one glass of 100 particles, each in both states of a far one that shifts E by a tenth
    let splittings = [0.2, 0.5, 0.7, 1.5];
    let (mut splitting, mut class, mut energy) = (Vec::new(), Vec::new(), Vec::new());
    for (system, e) in splittings.iter().enumerate() {
        splitting.extend([*e, 0.9 * e]);
        class.extend([system; 2]);
        energy.extend([-4.0, -3.0]);
    }
    let (glass, all) = (vec![0; splitting.len()], vec![true; splitting.len()]);
    let one = representatives(&class, &energy, |_| true);
    let n0 = |counted: &[bool]| Library::new(&glass, &splitting, counted, 1, 100).unwrap().density(1.0);
    let (rows, local) = (n0(&all), n0(&one));
    assert_eq!((rows.count, local.count), (6, 3));
    assert!((local.density - 3.0 / 100.0).abs() < 1e-15 && (rows.density / local.density - 2.0).abs() < 1e-12);
}

/// Twelve systems in twenty surroundings each, as in an ultrastable glass: how many are found at each threshold.
#[test]
fn the_number_of_systems_hangs_on_the_threshold_only_where_their_surroundings_do() {
    let seed = 3;
    println!("seed {seed}");
    let mut random = stream(seed, Purpose::Audit, 0, 0);
    let sameness = Sameness::new(CELL, distinct());
    let mut fields = Vec::new();
    for system in 0..12 {
        let field = local_field(5 * system, &mut random, 0.01);
        for _ in 0..20 {
            // what the surroundings change: a hundredth of the squared displacement, so that cos is 0.99
            let change = local_field(5 * system, &mut random, 0.01);
            let member = moved(&field, &[(0.1, &change)]);
            fields.push(sameness.field(&crystal(), &between(&crystal(), &moved(&crystal(), &[(1.0, &member)]))));
        }
    }
    let cosine = |i: usize, j: usize| sameness.cosine(&fields[i], &fields[j]).abs().min(1.0);
    let mut counts = std::collections::BTreeMap::new();
    for linkage in [Linkage::Average, Linkage::Complete, Linkage::Single] {
        for threshold in [0.95, 0.96, 0.97, 0.98, 0.99] {
            let last = classes(fields.len(), cosine, threshold, linkage).into_iter().max().unwrap();
            println!("{linkage:?} {threshold}: {}", last + 1);
            counts.insert((format!("{linkage:?}"), (100.0 * threshold) as usize), last + 1);
        }
    }
    let of = |linkage: &str| [95, 96, 97, 98].map(|threshold| counts[&(linkage.to_owned(), threshold)]);
    assert_eq!(of("Average"), [12; 4]);
    assert_eq!(of("Single"), [12; 4]);
}
