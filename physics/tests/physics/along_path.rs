//! The Hessian along a path and at its ends: analytic pairs, independent dense matrices, the tangent's turn into a mode.

use crate::common;

use common::*;
use glasswell_physics::forces::hessian;
use glasswell_physics::model::{Configuration, Model, PeriodicBox, Preset};
use glasswell_physics::modes::{
    Completeness, TANGENT_IMAGES, WellFields, ZeroPoint, dense_spectrum, lowest_modes, path_arc_lengths, path_rattlers,
    perpendicular_zero_point, point_modes, point_zero_point, tangent_study, zero_point, zero_point_arc_lengths,
    zero_point_difference,
};
use glasswell_physics::paths::{PathPoints, PathPointsSettings, path_points};
use serde_json::Value;

fn close(what: &str, got: f64, expected: f64, relative: f64) {
    assert!((got - expected).abs() <= relative * expected.abs(), "{what}: {got} instead of {expected}");
}

/// Particles of the force-shifted Lennard-Jones law in a wide box, at these places on the x axis.
fn lennard_jones(places: &[f64]) -> (Model, PeriodicBox, Vec<f64>) {
    let cell = PeriodicBox { edges: [20.0; 3] };
    let positions: Vec<f64> = places.iter().flat_map(|x| [1.0 + x, 1.0, 1.0]).collect();
    let n = places.len();
    let glass = Configuration { cell, positions: positions.clone(), species: vec![0; n], diameters: vec![1.0; n] };
    (Preset::Lj.model(&glass), cell, positions)
}

/// v' and v'' of phi(r) - phi(2.5) - (r - 2.5) phi'(2.5).
fn derivatives(r: f64) -> (f64, f64) {
    let first = |r: f64| -48.0 * r.powi(-13) + 24.0 * r.powi(-7);
    (first(r) - first(2.5), 624.0 * r.powi(-14) - 168.0 * r.powi(-8))
}

/// Two unit masses on a spring: omega^2 = 2 v'' along and 2 v'/r twice across, three translations.
#[test]
fn two_particles() {
    let r = 1.15;
    let (slope, second) = derivatives(r);
    assert!(slope > 0.0 && second > 0.0);
    let (model, cell, positions) = lennard_jones(&[0.0, r]);
    let across = (2.0 * slope / r).sqrt();
    let whole = zero_point(&model, &cell, &positions, &[]).unwrap();
    close("all modes", whole.energy, 0.5 * (2.0 * second).sqrt() + across, 1e-12);
    assert_eq!((whole.modes, whole.negative, whole.zero), (3, 0, 0));
    // along the bond, with any length and with a translation in it
    let bond = [3.0 + 0.5, 0.2, 0.0, -3.0 + 0.5, 0.2, 0.0];
    let left = perpendicular_zero_point(&model, &cell, &positions, &bond, &[]).unwrap();
    close("across", left.energy, across, 1e-12);
    assert_eq!((left.modes, left.negative, left.zero), (2, 0, 0));
    assert!(perpendicular_zero_point(&model, &cell, &positions, &[1.0, 0.0, 0.0, 1.0, 0.0, 0.0], &[]).is_err());
    // stretched beyond the inflexion: the bond is unstable; left out and counted, and absent once the bond is the path
    let (model, cell, positions) = lennard_jones(&[0.0, 1.5]);
    let across = (2.0 * derivatives(1.5).0 / 1.5).sqrt();
    let whole = zero_point(&model, &cell, &positions, &[]).unwrap();
    assert_eq!((whole.modes, whole.negative), (2, 1));
    close("without the unstable bond", whole.energy, across, 1e-12);
    let left = perpendicular_zero_point(&model, &cell, &positions, &bond, &[]).unwrap();
    assert_eq!((left.modes, left.negative), (2, 0));
    close("across the unstable bond", left.energy, across, 1e-12);
    // compressed: both transverse modes are unstable
    let (model, cell, positions) = lennard_jones(&[0.0, 1.05]);
    let pressed = perpendicular_zero_point(&model, &cell, &positions, &bond, &[]).unwrap();
    assert_eq!((pressed.energy, pressed.negative), (0.0, 2));
    let bound = zero_point_difference(&model, &cell, &positions, &lennard_jones(&[0.0, r]).2, &[]).unwrap();
    let expected = 0.5 * ((2.0 * second).sqrt() - (2.0 * derivatives(1.05).1).sqrt()) + (2.0 * slope / r).sqrt();
    close("difference", bound, expected, 1e-12);
}

#[test]
fn particles_without_contact() {
    let (model, cell, positions) = lennard_jones(&[0.0, 1.15, 8.0]);
    let pair = lennard_jones(&[0.0, 1.15]);
    let two = zero_point(&pair.0, &pair.1, &pair.2, &[]).unwrap();
    let three = zero_point(&model, &cell, &positions, &[]).unwrap();
    assert_eq!((three.modes, three.negative, three.zero), (3, 0, 3));
    close("zero modes add nothing", three.energy, two.energy, 1e-12);
    let left_out = zero_point(&model, &cell, &positions, &[false, false, true]).unwrap();
    assert_eq!((left_out.modes, left_out.zero), (3, 0));
    close("the same without it", left_out.energy, two.energy, 1e-12);
}

fn glass(file: &Value) -> (Model, PeriodicBox) {
    let edges = numbers(&file["box"]);
    let cell = PeriodicBox { edges: [edges[0], edges[1], edges[2]] };
    let species: Vec<u8> = numbers(&file["species"]).into_iter().map(|s| s as u8).collect();
    let diameters = vec![1.0; species.len()];
    (Preset::Tlj.model(&Configuration { cell, positions: numbers(&file["A"]), species, diameters }), cell)
}

fn known_path(file: &Value) -> (Model, PeriodicBox, PathPoints) {
    let (model, cell) = glass(file);
    let [a, b, saddle] = ["A", "B", "saddle"].map(|name| numbers(&file[name]));
    let path = path_points(&model, &cell, &a, &b, &saddle, &PathPointsSettings::default()).unwrap();
    (model, cell, path)
}

/// (1/2) sum lambda^1/2 over all but the three smallest in magnitude.
fn from_dense(model: &Model, cell: &PeriodicBox, positions: &[f64]) -> f64 {
    let mut values = dense_spectrum(model, cell, positions).unwrap().eigenvalues;
    values.sort_by(|a, b| a.abs().total_cmp(&b.abs()));
    assert!(values[2].abs() < 1e-9 && values[3] > 1e-2);
    0.5 * values[3..].iter().map(|value| value.sqrt()).sum::<f64>()
}

#[test]
fn zero_point_difference_of_two_minima() {
    let file = load("path_tlj_a");
    let (model, cell) = glass(&file);
    let (a, b) = (numbers(&file["A"]), numbers(&file["B"]));
    let expected = from_dense(&model, &cell, &b) - from_dense(&model, &cell, &a);
    let got = zero_point_difference(&model, &cell, &a, &b, &[]).unwrap();
    println!("{got}: {} and {}", from_dense(&model, &cell, &a), from_dense(&model, &cell, &b));
    assert!((got - expected).abs() < 1e-8 && got.abs() > 1e-3, "{got} {expected}");
    let at_a = zero_point(&model, &cell, &a, &[]).unwrap();
    assert_eq!((at_a.modes, at_a.negative, at_a.zero), (a.len() - 3, 0, 0));
    let spectrum = ZeroPoint::of(&dense_spectrum(&model, &cell, &a).unwrap().eigenvalues);
    assert_eq!((spectrum.modes, spectrum.zero), (a.len() - 3, 3));
    close("from a spectrum with its translations", spectrum.energy, at_a.energy, 1e-10);
}

/// (1 - t t - translations) H (1 - t t - translations) as full matrices, by another library.
#[test]
fn across_the_path_as_by_full_projectors() {
    use nalgebra::{DMatrix, DVector, SymmetricEigen};
    let (model, cell, path) = known_path(&load("path_tlj_a"));
    for s in [0.0, 0.3 * path.length(), path.arc_length[path.saddle]] {
        let (x, tangent) = (path.at(s), path.tangent_at(s));
        let size = x.len();
        let sparse = hessian::dense(&model, &cell, &x);
        let full = DMatrix::from_fn(size, size, |i, j| sparse[(i, j)]);
        let mut directions = vec![DVector::from_vec(tangent.clone())];
        directions.extend((0..3).map(|k| DVector::from_fn(size, |i, _| f64::from(u8::from(i % 3 == k)))));
        let mut projector = DMatrix::<f64>::identity(size, size);
        for direction in directions {
            let unit = direction.normalize();
            projector -= &unit * unit.transpose();
        }
        let mut values: Vec<f64> =
            SymmetricEigen::new(&projector * full * &projector).eigenvalues.iter().copied().collect();
        values.sort_by(|a, b| a.abs().total_cmp(&b.abs()));
        assert!(values[3].abs() < 1e-7 && values[4].abs() > 1e-3, "{:?}", &values[..6]);
        let expected = ZeroPoint::of(&values[4..]);
        let got = point_zero_point(&model, &cell, &path, s, &[]).unwrap();
        println!("{s}: {got:?}");
        assert_eq!((got.modes, got.negative, got.zero), (expected.modes, expected.negative, 0));
        assert!((got.energy - expected.energy).abs() < 1e-7, "{got:?} {expected:?}");
        assert_eq!(got.modes + got.negative, size - 4);
    }
}

#[test]
fn the_lowest_modes_along_a_path() {
    let file = load("path_tlj_a");
    let (model, cell, path) = known_path(&file);
    let places = path_arc_lengths(&path, 21).unwrap();
    assert!(places.len() == 21 && places[0] == 0.0 && (places[20] - path.length()).abs() < 1e-12);
    let wider = zero_point_arc_lengths(&path, 21).unwrap();
    assert!(wider.len() == 23 && wider[1..22] == places && wider[0] == -places[1] && wider[22] > path.length());
    let top = places.iter().position(|s| (s - path.arc_length[path.saddle]).abs() < 1e-12).unwrap();
    assert!(path_rattlers(&model, &cell, &path).iter().all(|loose| !loose));
    let at = |k: usize| point_modes(&model, &cell, &path, places[k], &[], Completeness::Counted).unwrap();
    let saddle = at(top);
    assert_eq!((saddle.eigenvalues.len(), saddle.projections.len()), (10, 6));
    close("unstable mode", saddle.eigenvalues[0], file["negative_eigenvalue"].as_f64().unwrap(), 1e-7);
    assert!(saddle.eigenvalues[1] > 0.0 && saddle.projections[0] > 1.0 - 1e-6, "{:?}", saddle.projections);
    assert!(saddle.projections[1..].iter().all(|p| *p < 1e-3));
    let a = at(0);
    let values = dense_spectrum(&model, &cell, path.position(0)).unwrap().eigenvalues;
    assert!(largest_difference(&a.eigenvalues, &values[3..13]) < 1e-8);
    let squares: f64 = a.projections.iter().map(|p| p * p).sum();
    assert!(squares < 1.0 + 1e-12 && squares > 0.9, "{:?}", a.projections);
}

/// With more images the first segment approaches a mode; the displacements to the saddle and to b do not.
#[test]
fn the_tangent_becomes_a_mode() {
    for name in ["path_tlj_a", "path_tlj_a2"] {
        let (model, cell, path) = known_path(&load(name));
        let a = path.position(0);
        let modes = lowest_modes(&model, &cell, a, &[], a.len() - 3, Completeness::Assumed).unwrap();
        let study = tangent_study(&path, &TANGENT_IMAGES, &modes.vectors).unwrap();
        let c: Vec<f64> = study.first_segments.iter().map(|best| best.scalar).collect();
        println!("{name}: {c:?} {} {}", study.to_saddle.scalar, study.to_b.scalar);
        assert!(c.is_sorted() && c[5] > 0.95 && c[5] > c[0]);
        assert!(study.to_saddle.scalar < c[5] && study.to_b.scalar < c[5]);
        let fields = WellFields::new(&path, &[2, 40]).unwrap();
        assert!(largest_difference(&fields.first_segments[0], &fields.to_b) < 1e-12);
        assert!(WellFields::new(&path, &[1]).is_err());
    }
}
