//! Elastic moduli: reference vectors, derivatives, and linear response against quasi-static strain.

use crate::common;
use common::*;
use glasswell_physics::forces::PairSum;
use glasswell_physics::forces::deformation::{self, Gradient, IDENTITY};
use glasswell_physics::landscape::{QuenchSettings, quench};
use glasswell_physics::model::{Configuration, Model, PeriodicBox, Preset};
use glasswell_physics::modes::elasticity::{affine_response, strain_direction, strained};
use glasswell_physics::modes::{
    Curve, ElasticSettings, Event, PLANES, Point, QuasiStatic, STRAINS, Sound, elastic_slope, linear_moduli,
};
use std::f64::consts::PI;

const BYTES: u64 = 1 << 30;

/// The minimum of a vector file, quenched to the rounding of its coordinates.
fn minimum(name: &str, preset: Preset) -> (Model, PeriodicBox, Vec<f64>, f64) {
    let file = load(name);
    let (model, _) = model_of(&file, preset);
    let Configuration { cell, positions, .. } = configuration(&file, "minimum");
    let settings = QuenchSettings { force_tolerance: 1e-13, ..QuenchSettings::default() };
    let quench = quench(&mut PairSum::new(model.clone(), cell), &positions, &settings);
    assert!(quench.at_minimum(), "{name}: residual {:e}", quench.residual);
    (model, cell, quench.positions, quench.energy)
}

#[test]
fn born_nonaffine_and_shear_moduli_are_the_reference_s() {
    for (name, preset) in VECTORS {
        let file = load(name);
        let (model, cell, x, _) = minimum(name, preset);
        let moduli = linear_moduli(&model, &cell, &x, BYTES).unwrap();
        let shear = &file["minimum"]["shear"];
        assert_eq!(shear["planes"].as_array().unwrap().len(), 3);
        for (given, due) in [
            (moduli.shear_born, &shear["born"]),
            (moduli.shear_nonaffine, &shear["nonaffine"]),
            (moduli.shear(), &shear["G"]),
        ] {
            let off = largest_difference(&given, &numbers(due));
            println!("{name}: {off:e}");
            assert!(off < 1e-9 * largest(&moduli.shear_born), "{name}: {given:?} {due}");
        }
    }
}

/// The affine stiffness is the derivative of the stress, Xi that of the forces; both by strains of a box whose
/// particles move affinely.
#[test]
fn affine_response_is_a_derivative() {
    const STEP: f64 = 1e-6;
    for (name, preset) in VECTORS {
        let (model, configuration) = model_of(&load(name), preset);
        let (cell, x) = (configuration.cell, &configuration.positions);
        let response = affine_response(&model, &cell, x, &[]);
        let strained_sums = |gradient: &Gradient| {
            let (mut forces, mut virial) = (vec![0.0; x.len()], [[0.0; 3]; 3]);
            deformation::for_each_pair(&model, &cell, gradient, x, |pair| {
                for a in 0..3 {
                    let f = pair.slope_over_r * pair.d[a];
                    forces[3 * pair.i + a] -= f;
                    forces[3 * pair.j + a] += f;
                    (0..3).for_each(|b| virial[a][b] += f * pair.d[b]);
                }
            });
            (forces, virial)
        };
        let scale = largest(response.born.as_flattened());
        for (k, strain) in STRAINS.into_iter().enumerate() {
            let direction = strain_direction(strain);
            let (up, virial_up) = strained_sums(&strained(&direction, STEP));
            let (down, virial_down) = strained_sums(&strained(&direction, -STEP));
            let forces: Vec<f64> = up.iter().zip(&down).map(|(u, d)| (u - d) / (2.0 * STEP)).collect();
            let off = largest_difference(&forces, &response.forces[k]) / largest(&forces);
            assert!(off < 1e-6, "{name} Xi {strain:?}: off by {off:e}");
            for (other, (a, b)) in STRAINS.into_iter().enumerate() {
                let slope = (virial_up[a][b] - virial_down[a][b]) / (2.0 * STEP);
                let off = (slope - response.born[other][k]).abs() / scale;
                assert!(off < 1e-6, "{name} {strain:?} {:?}: off by {off:e}", (a, b));
            }
        }
    }
}

/// Without the pre-stress the forces under strain would be wrong by far more than any tolerance here.
#[test]
fn pre_stress_counts() {
    let (model, cell, x, _) = minimum("pss_a", Preset::Pss);
    let moduli = linear_moduli(&model, &cell, &x, BYTES).unwrap();
    let mut without = [0.0; 3];
    deformation::for_each_pair(&model, &cell, &IDENTITY, &x, |pair| {
        for (k, (a, b)) in PLANES.into_iter().enumerate() {
            without[k] += pair.second * (pair.d[a] * pair.d[b] / pair.r).powi(2) / cell.volume();
        }
    });
    let off = largest_difference(&without, &moduli.shear_born);
    assert!(off > 0.01 * largest(&without), "{without:?} {:?}", moduli.shear_born);
}

fn curves_of(name: &str, preset: Preset, settings: &ElasticSettings) -> (Vec<Curve>, f64) {
    let (model, cell, x, energy) = minimum(name, preset);
    let mut task = QuasiStatic::start(&model, &cell, (&x, energy), settings).unwrap();
    while !task.advance() {
        // interrupted everywhere: it continues from the serialised state only
        let state = task.state().clone();
        task = QuasiStatic::resume(&model, &cell, settings, state);
    }
    (task.curves().to_vec(), energy)
}

#[test]
fn both_routes_to_the_moduli_agree() {
    for (name, preset) in VECTORS {
        let settings = ElasticSettings { strain_step: 1e-5, steps: 2, smallest_strain: 1e-7, ..Default::default() };
        let (model, cell, x, _) = minimum(name, preset);
        let moduli = linear_moduli(&model, &cell, &x, BYTES).unwrap();
        let (curves, _) = curves_of(name, preset, &settings);
        for plane in 0..3 {
            let slope = elastic_slope(&curves[2 * plane], &curves[2 * plane + 1], 1e-5);
            let due = moduli.shear()[plane];
            println!("{name} {plane}: {} +- {:e} {due} ({} points)", slope.value, slope.error, slope.points);
            assert!((slope.value - due).abs() < 1e-4 * moduli.shear_born[plane], "{name} {plane}");
        }
        let slope = elastic_slope(&curves[6], &curves[7], 1e-5);
        println!("{name} K: {} +- {:e} {}", slope.value, slope.error, moduli.bulk());
        assert!((slope.value - moduli.bulk()).abs() < 1e-4 * moduli.bulk_born, "{name} bulk");
    }
}

/// G and K agree with the stiffness under shear and compression.
#[test]
fn stiffness_holds_the_moduli() {
    for (name, preset) in VECTORS {
        let (model, cell, x, _) = minimum(name, preset);
        let moduli = linear_moduli(&model, &cell, &x, BYTES).unwrap();
        let c = moduli.stiffness;
        let bulk = (0..3).map(|p| c[p][..3].iter().sum::<f64>()).sum::<f64>() / 9.0;
        assert!((bulk - moduli.bulk()).abs() < 1e-10 * moduli.bulk_born, "{name}: {bulk} {}", moduli.bulk());
        for (plane, (a, b)) in PLANES.into_iter().enumerate() {
            // half of a simple shear is a rotation, which turns the stress
            let turned = 0.5 * (moduli.stress[b][b] - moduli.stress[a][a]);
            let shear = c[5 - plane][5 - plane] + turned;
            let off = (shear - moduli.shear()[plane]).abs();
            assert!(off < 1e-10 * moduli.shear_born[plane], "{name} {plane}: {shear} {:?}", moduli.shear());
        }
    }
}

#[test]
fn sound_and_debye_frequency_hold_together() {
    let cell = PeriodicBox { edges: [4.0, 5.0, 6.0] };
    let (shear, bulk, held) = (7.0, 31.0, 150);
    let sound = Sound::new(shear, bulk, held, &cell);
    let density: f64 = 150.0 / 120.0;
    assert!((sound.transverse.powi(2) * density - shear).abs() < 1e-12);
    assert!((sound.longitudinal.powi(2) * density - bulk - 4.0 / 3.0 * shear).abs() < 1e-12);
    let debye = 18.0 * PI * PI * density / (2.0 * sound.transverse.powi(-3) + sound.longitudinal.powi(-3));
    assert!((sound.debye.powi(3) / debye - 1.0).abs() < 1e-13);
    assert!((sound.first_phonon - 2.0 * PI * sound.transverse / 6.0).abs() < 1e-13);
    assert!(Sound::new(-1.0, bulk, held, &cell).transverse.is_nan());
}

fn point(strain: f64, stress: f64, event: Event) -> Point {
    Point { strain, stress, event, ..Point::unconverged(strain) }
}

#[test]
fn slopes_are_those_of_the_elastic_branch() {
    let stress = |g: f64| 20.0 * g - 3e3 * g * g + 5e6 * g.powi(3);
    let curve = |sign: f64, last: usize| Curve {
        points: [1e-6, 1e-5, 1e-4, 2e-4, 3e-4]
            .iter()
            .enumerate()
            .map(|(k, g)| match k < last {
                true => point(sign * g, stress(sign * g), Event::None),
                false => point(sign * g, 0.0, Event::Rearrangement),
            })
            .collect(),
    };
    let slope = elastic_slope(&curve(1.0, 5), &curve(-1.0, 4), 2e-4);
    assert!((slope.value - 20.0).abs() < 1e-6 && slope.points == 8, "{slope:?}");
    assert_eq!(slope.elastic_strain, 2e-4);
    let slope = elastic_slope(&curve(1.0, 2), &curve(-1.0, 0), 2e-4);
    assert!((slope.value - 20.0).abs() < 1e-2 && slope.points == 2, "{slope:?}");
    let slope = elastic_slope(&curve(1.0, 0), &curve(-1.0, 0), 2e-4);
    assert!(slope.value.is_nan() && slope.points == 0);
}

/// A packing under large shear shows contact changes, a glass plastic events; both dissipate energy.
#[test]
fn plastic_events_are_found() {
    let settings = ElasticSettings { strain_step: 2e-3, steps: 40, ..Default::default() };
    let (curves, _) = curves_of("harm_a", Preset::Harmonic, &settings);
    let count = |event: Event| curves.iter().flat_map(|curve| &curve.points).filter(|p| p.event == event).count();
    println!("harm_a: {} {}", count(Event::ContactChange), count(Event::Rearrangement));
    assert!(count(Event::ContactChange) > 8);
    let settings = ElasticSettings { strain_step: 2e-3, steps: 30, ..Default::default() };
    let (curves, _) = curves_of("pss_b", Preset::Pss, &settings);
    let events: Vec<&Point> =
        curves.iter().flat_map(|curve| &curve.points).filter(|p| p.event == Event::Rearrangement).collect();
    for event in &events {
        println!("pss_b {:+.4}: energy drop {:.3e} distance {:.3}", event.strain, event.energy_drop, event.distance);
    }
    assert!(!events.is_empty());
    assert!(events.iter().all(|event| event.distance > 1e-3));
    assert!(events.iter().filter(|event| event.energy_drop > 0.0).count() * 2 > events.len());
}
