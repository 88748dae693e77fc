//! The points of a known double well's path, against an independently computed path.

use crate::common;

use common::*;
use glasswell_physics::forces::PairSum;
use glasswell_physics::landscape::{QuenchSettings, quench};
use glasswell_physics::model::{Configuration, Model, PeriodicBox, Preset};
use glasswell_physics::paths::{PathPoints, PathPointsSettings, PathPointsTask, PathStatus, path_points};
use glasswell_physics::task::{Progress, Task};

struct Known {
    model: Model,
    cell: PeriodicBox,
    a: Vec<f64>,
    b: Vec<f64>,
    saddle: Vec<f64>,
    length: f64,
    activation: f64,
    asymmetry: f64,
    softest_a: f64,
    profile: Vec<f64>,
}

fn known(name: &str) -> Known {
    let file = load(&format!("path_{name}"));
    let edges = numbers(&file["box"]);
    let cell = PeriodicBox { edges: [edges[0], edges[1], edges[2]] };
    let species: Vec<u8> = numbers(&file["species"]).into_iter().map(|s| s as u8).collect();
    let a = numbers(&file["A"]);
    let diameters = vec![1.0; species.len()];
    let model = Preset::Tlj.model(&Configuration { cell, positions: a.clone(), species, diameters });
    let number = |key: &str| file[key].as_f64().unwrap();
    Known {
        model,
        cell,
        a,
        b: numbers(&file["B"]),
        saddle: numbers(&file["saddle"]),
        length: number("length"),
        activation: number("activation"),
        asymmetry: number("asymmetry"),
        softest_a: number("softest_a"),
        profile: numbers(&file["profile"]),
    }
}

fn points(known: &Known, settings: &PathPointsSettings) -> PathPoints {
    path_points(&known.model, &known.cell, &known.a, &known.b, &known.saddle, settings).unwrap()
}

fn norm(v: &[f64]) -> f64 {
    v.iter().map(|x| x * x).sum::<f64>().sqrt()
}

fn apart(a: &[f64], b: &[f64]) -> f64 {
    norm(&a.iter().zip(b).map(|(a, b)| a - b).collect::<Vec<_>>())
}

#[test]
fn points_lie_on_the_known_path() {
    for name in ["tlj_a", "tlj_a2"] {
        let known = known(name);
        let path = points(&known, &PathPointsSettings::default());
        assert_eq!(path.status, PathStatus::Converged);
        let n = path.count();
        println!("{name}: {n} points, {} evaluations, length {} ({})", path.evaluations, path.length(), known.length);
        assert!((path.length() / known.length - 1.0).abs() < 5e-4, "{}", path.length());
        assert!((path.energy[path.saddle] - known.activation).abs() < 1e-9);
        assert!((path.energy[n - 1] - known.asymmetry).abs() < 1e-9 && path.energy[0] == 0.0);
        assert!(largest_difference(path.position(0), &known.a) < 1e-12);
        let spline = path.energy_spline().unwrap();
        for (k, theirs) in known.profile.iter().enumerate() {
            let mine = spline.value(path.length() * k as f64 / 40.0);
            assert!((mine - theirs).abs() < 2e-3 * known.activation, "{k}: {mine} {theirs}");
        }
        // first and last pieces are fine enough for 600 images
        let piece = path.length() / 600.0;
        assert!(path.arc_length[1] < 0.5 * piece && path.length() - path.arc_length[n - 2] < 0.5 * piece);
        assert!((0..n).all(|k| (norm(path.tangent(k)) - 1.0).abs() < 1e-12));
        // beyond the minima: straight on
        let out = path.at(-0.1);
        assert!((apart(&out, path.position(0)) - 0.1).abs() < 1e-12);
        assert!(apart(&path.at(path.length() + 0.1), path.position(n - 1)) > 0.1 - 1e-12);
        let bend = apart(&out, &path.at(1e-6)) - 0.1 - 1e-6;
        assert!(bend.abs() < 1e-9 && path.tangent_at(-0.1) == path.tangent_at(0.0));
        let profile = path.profile(101).unwrap();
        let top = profile.energy.iter().copied().fold(0.0, f64::max);
        assert!((top - known.activation).abs() < 1e-9 && profile.arc_length.len() == 101);
    }
}

/// The path is steepest descent: the force is along the tangent, and near the minimum along the path V = k s^2 / 2.
#[test]
fn tangents_are_along_the_force() {
    let known = known("tlj_a");
    let path = points(&known, &PathPointsSettings::default());
    let mut sum = PairSum::<1>::new(known.model.clone(), known.cell);
    let mut worst: f64 = 1.0;
    for k in 1..60 {
        let s = path.length() * k as f64 / 60.0;
        let (x, t) = (path.at(s), path.tangent_at(s));
        let mut force = vec![0.0; x.len()];
        sum.forces(glasswell_physics::forces::as_lanes(&x), glasswell_physics::forces::as_lanes_mut(&mut force));
        let along: f64 = force.iter().zip(&t).map(|(f, t)| f * t).sum::<f64>().abs() / norm(&force);
        if (s - path.arc_length[path.saddle]).abs() > 0.05 * path.length() {
            worst = worst.min(along);
        }
    }
    assert!(worst > 0.999, "{worst}");
    let s = path.arc_length[2];
    let stiffness = 2.0 * path.energy[2] / (s * s);
    assert!((stiffness / known.softest_a - 1.0).abs() < 0.02, "{stiffness} {}", known.softest_a);
}

/// Finer steps and a finer approach move no point by a noticeable part of its distance from the minimum.
#[test]
fn first_segments_of_600_images_are_settled() {
    for name in ["tlj_a", "tlj_a2"] {
        let known = known(name);
        let coarse = points(&known, &PathPointsSettings::default());
        let finer = PathPointsSettings {
            first_steps: 80.0,
            length_change: 1e-4,
            nearing: 0.1,
            closest: 1e-4,
            ..PathPointsSettings::default()
        };
        let fine = points(&known, &finer);
        for images in [40, 160, 600] {
            let s = |path: &PathPoints| path.length() / (images - 1) as f64;
            let (x, y) = (coarse.at(s(&coarse)), fine.at(s(&fine)));
            let off = apart(&x, &y) / s(&fine);
            println!("{name} {images}: {off:.2e}");
            assert!(off < 5e-3, "{off}");
        }
    }
}

#[test]
fn slices_change_nothing() {
    let known = known("tlj_a2");
    let settings = PathPointsSettings::default();
    let whole = points(&known, &settings);
    let mut sliced = PathPointsTask::new(&known.model, &known.cell, &known.a, &known.b, &known.saddle, &settings);
    while sliced.advance(1).unwrap() == Progress::Pending {
        let bytes = postcard::to_stdvec(&sliced.state()).unwrap();
        sliced = PathPointsTask::resume(&known.model, &known.cell, &settings, postcard::from_bytes(&bytes).unwrap());
    }
    assert_eq!(whole, sliced.into_points().unwrap());
}

/// Wrapped and shifted as a whole: the points start at a as given.
#[test]
fn any_images_of_the_three_do() {
    let known = known("tlj_a");
    let settings = PathPointsSettings::default();
    let moved = |positions: &[f64], by: f64| {
        let mut moved: Vec<f64> = positions.iter().map(|x| x + by).collect();
        known.cell.wrap(&mut moved);
        moved
    };
    let (a, b, saddle) = (moved(&known.a, 0.4), moved(&known.b, 1.9), moved(&known.saddle, -3.1));
    let path = path_points(&known.model, &known.cell, &a, &b, &saddle, &settings).unwrap();
    assert_eq!(path.status, PathStatus::Converged);
    assert!(largest_difference(path.position(0), &a) < 1e-12);
    assert!((path.length() / known.length - 1.0).abs() < 5e-4);
    let steps = (1..path.count()).map(|k| apart(path.position(k), path.position(k - 1)));
    assert!(steps.fold(0.0, f64::max) < 0.05 * path.length());
    // b first
    let back = path_points(&known.model, &known.cell, &b, &a, &saddle, &settings).unwrap();
    assert!((back.length() / path.length() - 1.0).abs() < 1e-6 && (back.energy[0]).abs() < 1e-12);
    assert!((back.energy[back.count() - 1] + known.asymmetry).abs() < 1e-9);
}

#[test]
fn other_minima_and_no_saddle_are_reported() {
    let (known, other) = (known("tlj_a"), known("tlj_a2"));
    let settings = PathPointsSettings::default();
    let wrong = path_points(&known.model, &known.cell, &known.a, &other.b, &known.saddle, &settings).unwrap();
    assert_eq!((wrong.status, wrong.count()), (PathStatus::WrongMinima, 0));
    assert!(wrong.profile(11).is_err());
    let mut sum = PairSum::<1>::new(known.model.clone(), known.cell);
    let minimum = quench(&mut sum, &known.a, &QuenchSettings::default()).positions;
    let none = path_points(&known.model, &known.cell, &known.a, &known.b, &minimum, &settings).unwrap();
    assert_eq!(none.status, PathStatus::NegativeModes);
}
