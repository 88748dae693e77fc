//! The coupling of double wells to strain: linear response against strains of 1e-5, with minima, saddle and path
//! computed again.

use crate::common;
use common::*;
use glasswell_physics::forces::deformation::{self, Frame, Gradient, IDENTITY, deformed};
use glasswell_physics::forces::{PairSum, as_lanes, as_lanes_mut, sums};
use glasswell_physics::landscape::{QuenchSettings, quench};
use glasswell_physics::model::{Configuration, Model, PeriodicBox, Preset};
use glasswell_physics::modes::coupling::{Strained, asymmetry_derivatives, work_at};
use glasswell_physics::modes::elasticity::{strain_direction, strained};
use glasswell_physics::modes::{CoupledWell, CouplingStatus, CouplingTask, STRAINS, StrainCoupling};
use glasswell_physics::paths::descent::{Descent, DescentStop};
use glasswell_physics::paths::{HessianAt, SaddleSearch, SaddleStop, softest_mode_along};
use glasswell_physics::task::{Progress, Task};
use glasswell_physics::tunnelling::{Profile, TunnelSettings, solve};

/// Arc step of the paths.
const STEP: f64 = 0.27 / 96.0;
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

/// A path as arc lengths from a, positions and energies above a.
struct Path {
    arc_length: Vec<f64>,
    positions: Vec<Vec<f64>>,
    energy: Vec<f64>,
}

impl Path {
    fn length(&self) -> f64 {
        self.arc_length[self.arc_length.len() - 1]
    }
}

/// Steepest descent on both sides of a saddle to minima that are continuous with it, in equal steps and in the coordinates of
/// the (deformed) box.
fn follow(sum: &mut PairSum<1>, [a, b]: [&Vec<f64>; 2], saddle: &[f64], mode: &[f64], step: f64) -> Path {
    let mut energy_at = |x: &[f64]| {
        let mut force = vec![0.0; x.len()];
        sum.forces(as_lanes(x), as_lanes_mut(&mut force))[0]
    };
    let energies = [energy_at(a), energy_at(saddle), energy_at(b)];
    let distance = |x: &[f64], y: &[f64]| x.iter().zip(y).map(|(x, y)| (x - y).powi(2)).sum::<f64>().sqrt();
    let sides = [-1.0, 1.0].map(|sense| {
        let mode: Vec<f64> = mode.iter().map(|m| sense * m).collect();
        let (mut descent, mut passed) = (Descent::new(saddle, &mode, step), Vec::new());
        while descent.stop == DescentStop::Running {
            passed.push((descent.length, descent.positions.clone()));
            descent.iterate(sum);
        }
        assert_eq!(descent.stop, DescentStop::Arrived);
        let end = if sense < 0.0 { a } else { b };
        let last = distance(&descent.positions, end);
        assert!(last < step, "arrived {last} from the minimum");
        let length = descent.length + last;
        let points = passed.into_iter().zip(descent.points).filter(|((s, _), _)| length - s > 0.05 * step);
        (length, points.map(|((s, x), (_, energy))| (s, x, energy)).collect::<Vec<_>>())
    });
    let [(length_a, to_a), (length_b, to_b)] = sides;
    let mut path = Path { arc_length: vec![0.0], positions: vec![a.clone()], energy: vec![0.0] };
    let mut push = |s: f64, x: &[f64], energy: f64| {
        path.arc_length.push(s);
        path.positions.push(x.to_vec());
        path.energy.push(energy - energies[0]);
    };
    to_a.iter().rev().for_each(|(s, x, energy)| push(length_a - s, x, *energy));
    push(length_a, saddle, energies[1]);
    to_b.iter().for_each(|(s, x, energy)| push(length_a + s, x, *energy));
    push(length_a + length_b, b, energies[2]);
    path
}

/// The properties of a double well under strain.
struct Found {
    asymmetry: f64,
    path: Path,
    profile: Profile,
    triple: [Vec<f64>; 3],
}

/// Computes everything again in the box under F, in true coordinates.
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
    let path = follow(&mut sum, [&a, &b], &saddle, &search.mode, STEP);
    let last = path.positions.len() - 1;
    let mut curvature = |end: usize, inner: usize| {
        let tangent: Vec<f64> = path.positions[inner].iter().zip(&path.positions[end]).map(|(x, y)| x - y).collect();
        softest_mode_along(&mut HessianAt::new(&mut sum, &path.positions[end]), &tangent, 80).unwrap().0
    };
    let curvature = [Some(curvature(0, 1)), Some(curvature(last, last - 1))];
    let profile = Profile::from_arc_length(&path.arc_length, &path.energy, curvature);
    Found { asymmetry: path.energy[last], path, profile, triple: [a, b, saddle] }
}

fn splitting(profile: &Profile, mass: f64) -> f64 {
    let settings = TunnelSettings { points: 1000, ..TunnelSettings::default() };
    solve(profile, None, mass, &settings).unwrap().splitting
}

fn coupling(well: &Triple, found: &Found) -> StrainCoupling {
    let [a, b, saddle] = found.triple.clone();
    let coupled = CoupledWell { a, b, saddle, profile: found.profile.clone(), origin: Vec::new() };
    let start = || {
        let settings = TunnelSettings::default();
        CouplingTask::new(&well.model, &well.cell, coupled.clone(), &MASSES, &settings, 1 << 30)
    };
    let mut task = start();
    // interrupted everywhere: it continues from the serialised state only
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

/// (1/2) d/d eps_ab by central differences: asymmetry, length (not halved), curvatures (not halved), splittings.
struct Slopes {
    asymmetry: f64,
    length: f64,
    curvature: [f64; 2],
    splitting: [f64; 3],
}

fn slopes(well: &Triple, strain: (usize, usize), step: f64) -> Slopes {
    let direction = strain_direction(strain);
    let [up, down] = [step, -step].map(|step| find(well, &strained(&direction, step)));
    let slope = |of: &dyn Fn(&Found) -> f64| (of(&up) - of(&down)) / (2.0 * step);
    let curvature = |k: usize| slope(&|f: &Found| f.profile.curvature[k].unwrap() / f.profile.length.powi(2));
    Slopes {
        asymmetry: 0.5 * slope(&|found: &Found| found.asymmetry),
        length: slope(&|found: &Found| found.path.length()),
        curvature: [curvature(0), curvature(1)],
        splitting: MASSES.map(|mass| 0.5 * slope(&|found: &Found| splitting(&found.profile, mass))),
    }
}

/// To 1e-5 of the largest coupling for the asymmetry, 1e-3 for curvatures, 5 % for the length, 1 % for splittings, and 5 % for that
/// of the heaviest mass: the spacing of levels in one well, whose coupling is twenty times smaller.
#[test]
fn linear_response_is_the_limit_of_finite_strain() {
    for name in ["path_tlj_a", "path_tlj_a2"] {
        let well = triple(name);
        let rest = find(&well, &IDENTITY);
        let coupling = coupling(&well, &rest);
        assert_eq!(coupling.status, CouplingStatus::Converged);
        let found: Vec<Slopes> = STRAINS.into_iter().map(|strain| slopes(&well, strain, 1e-5)).collect();
        let compare = |what: String, given: [f64; 6], due: &dyn Fn(&Slopes) -> f64, tolerance: f64| {
            let due: Vec<f64> = found.iter().map(due).collect();
            let off = largest_difference(&given, &due) / largest(&due);
            println!("{name} {what}: off by {off:.1e} of the largest {given:?} {due:?}");
            assert!(off < tolerance, "{name} {what}: {given:?} {due:?}");
        };
        compare("dV".into(), coupling.asymmetry, &|s| s.asymmetry, 1e-5);
        compare("d".into(), coupling.length, &|s| s.length, 6e-2);
        for k in 0..2 {
            compare(format!("k {k}"), coupling.curvature[k], &|s| s.curvature[k], 1e-3);
        }
        for u in 0..3 {
            compare(format!("E {}", MASSES[u]), coupling.splitting[u], &|s| s.splitting[u], [1e-2, 1e-2, 6e-2][u]);
        }
    }
}

/// A tension along x, of a strain eps: the asymmetry grows by 2 gamma_xx eps; a shear of both places by 4 gamma_xy eps.
#[test]
fn sign_and_factors_of_two() {
    const STRAIN: f64 = 1e-6;
    let well = triple("path_tlj_a");
    let derivatives = asymmetry_derivatives(&well.model, &well.cell, &well.a, &well.b);
    let energy = |gradient: &Gradient, x: &[f64]| {
        let mut energy = 0.0;
        sums::for_each_deformed_pair(&well.model, &well.cell, gradient, x, |pair| energy += pair.energy);
        energy
    };
    let change = |gradient: &Gradient| {
        let asymmetry = |gradient: &Gradient| energy(gradient, &well.b) - energy(gradient, &well.a);
        asymmetry(gradient) - asymmetry(&IDENTITY)
    };
    let mut longer = IDENTITY;
    longer[0][0] += STRAIN;
    let mut sheared = IDENTITY;
    (sheared[0][1], sheared[1][0]) = (STRAIN, STRAIN);
    // gamma = (1/2) of the derivative with respect to a single component
    let (gamma_xx, gamma_xy) = (0.5 * derivatives[0], 0.5 * derivatives[5]);
    for (change, due) in [(change(&longer), 2.0 * gamma_xx * STRAIN), (change(&sheared), 4.0 * gamma_xy * STRAIN)] {
        println!("{change:e} {due:e}");
        assert!((change - due).abs() < 1e-3 * largest(&derivatives) * STRAIN);
    }
    // in a larger box the stress of both minima is that of tension
    let stress = deformation::stress(&well.model, &well.cell, &IDENTITY, &well.b);
    let work = work_at(&well.model, &well.cell, &well.b);
    assert!(
        (work[0] - stress[0][0] * well.cell.volume()).abs() < 1e-9
            && (work[5] - stress[0][1] * well.cell.volume()).abs() < 1e-9
    );
}

/// Where the Hessian across the path has a negative mode there is no solution: the point reports it, and keeps W, which
/// needs none.
#[test]
fn a_point_across_which_the_hessian_is_not_positive_says_so() {
    let well = triple("path_tlj_a");
    let mut sum = PairSum::<1>::new(well.model.clone(), well.cell);
    let mut strained =
        Strained { model: &well.model, cell: &well.cell, sum: &mut sum, left_out: &[], most_bytes: 1 << 30 };
    let saddle = strained.stationary(&well.saddle).unwrap();
    assert!(saddle.converged);
    // the step from the point before is so long that its term adds nothing to the Hessian
    let before: Vec<f64> = well.saddle.iter().map(|x| x + 1e4).collect();
    let mut hot = well.saddle.clone();
    for (k, x) in hot.iter_mut().enumerate() {
        *x += 0.08 * (1.7 * k as f64).sin();
    }
    let model = &well.model;
    let lowest = glasswell_physics::modes::dense_spectrum(model, &well.cell, &hot).unwrap().eigenvalues;
    assert!(lowest[1] < -1.0, "{:?}", &lowest[..4]);
    let point = strained.point(&hot, (&before, &saddle), None);
    assert!(!point.converged);
    assert_eq!(point.work, work_at(model, &well.cell, &hot));
    assert!(point.displacements.iter().flatten().all(|u| u.is_finite()));
    // a point without a solution makes those after it uncertain
    let unsure = glasswell_physics::modes::coupling::PointResponse { converged: false, ..saddle.clone() };
    let near: Vec<f64> = well.saddle.iter().zip(&well.b).map(|(s, b)| s + 1e-2 * (b - s)).collect();
    assert!(strained.point(&near, (&well.saddle, &saddle), None).converged);
    assert!(!strained.point(&near, (&well.saddle, &unsure), None).converged);
}

/// A coupling is approximate when one of its points is, regardless of its numbers.
#[test]
fn a_coupling_with_a_doubtful_point_is_approximate() {
    let well = triple("path_tlj_a");
    let found = find(&well, &IDENTITY);
    let known = coupling(&well, &found);
    let [a, b, saddle] = found.triple.clone();
    let coupled = CoupledWell { a, b, saddle, profile: found.profile.clone(), origin: Vec::new() };
    let start =
        || CouplingTask::new(&well.model, &well.cell, coupled.clone(), &MASSES, &TunnelSettings::default(), 1 << 30);
    let mut task = start();
    let state = loop {
        assert_eq!(task.advance(1).unwrap(), Progress::Pending);
        let record = serde_json::to_value(task.state()).unwrap();
        if record["Strain"]["last"].is_object() {
            break record;
        }
    };
    let mut doubtful = state.clone();
    doubtful["Strain"]["last"]["converged"] = false.into();
    for (record, status) in [(state, CouplingStatus::Converged), (doubtful, CouplingStatus::Approximate)] {
        let mut task = start().resume(serde_json::from_value(record).unwrap());
        assert_eq!(task.advance(u64::MAX).unwrap(), Progress::Done);
        let coupling = task.into_coupling().unwrap();
        assert_eq!(coupling, StrainCoupling { status, ..known.clone() });
    }
}
