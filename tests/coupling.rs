//! The coupling of double wells to strain: linear response against strains of 1e-5 with minima, saddle and path found anew.

mod common;
use common::*;
use glasswell::forces::PairSum;
use glasswell::forces::deformation::{Frame, Gradient, IDENTITY, deformed};
use glasswell::landscape::{QuenchSettings, quench};
use glasswell::model::{Configuration, Model, PeriodicBox, Preset};
use glasswell::modes::elasticity::{strain_direction, strained};
use glasswell::modes::{CoupledWell, CouplingStatus, CouplingTask, STRAINS, StrainCoupling};
use glasswell::paths::krylov::{HessianAt, softest_mode_along};
use glasswell::paths::points::path_points_with;
use glasswell::paths::{PathPoints, SaddleSearch, SaddleStop};
use glasswell::task::{Progress, Task};
use glasswell::tunnelling::{Profile, TunnelSettings, solve};

const MASSES: [f64; 3] = [200.0, 1200.0, 5250.0];

/// Minima and saddle [3N] of a file, continuous with each other.
struct Triple {
    model: Model,
    cell: PeriodicBox,
    a: Vec<f64>,
    b: Vec<f64>,
    saddle: Vec<f64>,
}

fn triple(name: &str) -> Triple {
    let file = load(name);
    let edges = numbers(&file["box"]);
    let species: Vec<u8> = numbers(&file["species"]).into_iter().map(|s| s as u8).collect();
    let cell = PeriodicBox { edges: [edges[0], edges[1], edges[2]] };
    let at = |key: &str| numbers(&file[key]);
    let configuration = Configuration { cell, positions: at("A"), diameters: vec![1.0; species.len()], species };
    let model = Preset::Tlj.model(&configuration);
    Triple { model, cell, a: at("A"), b: at("B"), saddle: at("saddle") }
}

fn times(gradient: &Gradient, x: &[f64]) -> Vec<f64> {
    x.chunks_exact(3).flat_map(|x| deformed(gradient, [x[0], x[1], x[2]])).collect()
}

/// What a strain makes of a double well.
struct Found {
    asymmetry: f64,
    path: PathPoints,
    profile: Profile,
    triple: [Vec<f64>; 3],
}

/// Everything anew in the box under F, in true coordinates.
fn find(well: &Triple, gradient: &Gradient) -> Found {
    let mut sum =
        PairSum::<1>::new(well.model.clone(), well.cell).deformed_by(std::slice::from_ref(gradient), Frame::Deformed);
    let settings = QuenchSettings { force_tolerance: 1e-12, ..QuenchSettings::default() };
    let mut ends = [&well.a, &well.b].map(|x| quench(&mut sum, &times(gradient, x), &settings).positions);
    let start = times(gradient, &well.saddle);
    let tangent: Vec<f64> = ends[1].iter().zip(&ends[0]).map(|(b, a)| b - a).collect();
    let mut search = SaddleSearch::new(&start, &tangent, well.model.law);
    while search.stop == SaddleStop::Running {
        search.iterate(&mut sum, 1e-11);
    }
    assert_eq!(search.stop, SaddleStop::Converged);
    let saddle = search.positions;
    for end in &mut ends {
        let mut mean = [0.0; 3];
        let n = (saddle.len() / 3) as f64;
        (0..saddle.len()).for_each(|k| mean[k % 3] += (saddle[k] - end[k]) / n);
        (0..saddle.len()).for_each(|k| end[k] += mean[k % 3]);
    }
    let [a, b] = ends;
    let path = path_points_with(&mut sum, (&a, &b), &saddle, [0.27 / 24.0; 2]).unwrap();
    let last = path.positions.len() - 1;
    let mut curvature = |end: usize, inner: usize| {
        let tangent: Vec<f64> = path.positions[inner].iter().zip(&path.positions[end]).map(|(x, y)| x - y).collect();
        softest_mode_along(&mut HessianAt::new(&mut sum, &path.positions[end]), &tangent, 80).unwrap().0
    };
    let curvature = [Some(curvature(0, 1)), Some(curvature(last, last - 1))];
    let energy: Vec<f64> = path.energy.iter().map(|energy| energy - path.energy[0]).collect();
    let profile = Profile::from_arc_length(&path.arc_length, &energy, curvature);
    Found { asymmetry: energy[last], path, profile, triple: [a, b, saddle] }
}

fn splitting(profile: &Profile, mass: f64) -> f64 {
    let settings = TunnelSettings { points: 4000, ..TunnelSettings::default() };
    solve(profile, None, mass, &settings).unwrap().splitting
}

fn coupling(well: &Triple, found: &Found) -> StrainCoupling {
    let [a, b, saddle] = found.triple.clone();
    let coupled = CoupledWell { a, b, saddle, profile: found.profile.clone() };
    let start = || {
        let settings = TunnelSettings::default();
        CouplingTask::new(&well.model, &well.cell, coupled.clone(), &MASSES, &settings, 1 << 30)
    };
    let mut task = start();
    // cut everywhere: what is gone on with is the record alone
    while task.advance(1).unwrap() == Progress::Pending {
        let state = task.state();
        task = start().resume(state);
    }
    let mut whole = start();
    assert_eq!(whole.advance(u64::MAX).unwrap(), Progress::Done);
    let (cut, whole) = (task.into_coupling().unwrap(), whole.into_coupling().unwrap());
    assert!(cut == whole, "where a task is cut changes its result");
    cut
}

#[test]
fn linear_response_is_the_limit_of_finite_strain() {
    for name in ["path_tlj_a", "path_tlj_a2"] {
        let well = triple(name);
        let rest = find(&well, &IDENTITY);
        let coupling = coupling(&well, &rest);
        assert_eq!(coupling.status, CouplingStatus::Converged);
        println!(
            "{name}: {} points, d {}, E {:?}",
            rest.path.arc_length.len(),
            rest.path.length(),
            MASSES.map(|m| splitting(&rest.profile, m))
        );
        for (p, strain) in STRAINS.into_iter().enumerate() {
            let direction = strain_direction(strain);
            let of = |step: f64| find(&well, &strained(&direction, step));
            let slope = |step: f64| {
                let (up, down) = (of(step), of(-step));
                let half = |up: f64, down: f64| (up - down) / (4.0 * step);
                let length = 2.0 * half(up.path.length(), down.path.length());
                let splittings = MASSES.map(|m| half(splitting(&up.profile, m), splitting(&down.profile, m)));
                let curvature = [0, 1].map(|k| {
                    let of = |f: &Found| f.profile.curvature[k].unwrap() / f.path.length().powi(2);
                    (of(&up), of(&down), 2.0 * half(of(&up), of(&down)))
                });
                println!("   k {curvature:?} {} {}", coupling.curvature[0][p], coupling.curvature[1][p]);
                (half(up.asymmetry, down.asymmetry), length, splittings)
            };
            let (asymmetry, length, splittings) = slope(1e-5);
            let (_, length4, splittings4) = slope(1e-4);
            println!(
                "{name} {p}: dV {} {asymmetry}  d {} {length} {length4}",
                coupling.asymmetry[p], coupling.length[p]
            );
            for (u, splitting) in splittings.into_iter().enumerate() {
                println!("    E {} {splitting} {}", coupling.splitting[u][p], splittings4[u]);
            }
        }
    }
}
