//! Plain sums against independently computed reference numbers.

use crate::common;
use common::*;
use glasswell_physics::forces::{PairBlocks, hessian, sums};
use glasswell_physics::model::{Law, PairLaw};

#[test]
fn thermal_configurations() {
    for (name, preset) in VECTORS {
        let file = load(name);
        let (model, configuration) = model_of(&file, preset);
        let (cell, x) = (&configuration.cell, &configuration.positions);
        let thermal = &file["thermal"];
        let mut forces = vec![0.0; x.len()];
        let energy = sums::energy_and_forces(&model, cell, x, &mut forces);
        let reference = thermal["energy"].as_f64().unwrap();
        assert!(((energy - reference) / reference).abs() < 1e-12, "{name}: energy {energy} {reference}");
        let close = |what: &str, ours: &[f64], theirs: &[f64], tolerance: f64| {
            let off = largest_difference(ours, theirs) / largest(theirs);
            assert!(off < tolerance, "{name}: {what} off by {off:e} of its largest component");
        };
        close("forces", &forces, &numbers(&thermal["forces"]), 1e-11);
        let stress = sums::stress(&model, cell, x);
        close("stress", stress.as_flattened(), &numbers(&thermal["stress_conf"]), 1e-11);
        close("pressure", &[sums::pressure(&stress)], &numbers(&thermal["pressure_conf"]), 1e-11);
        let z = numbers(&thermal["z"]);
        let hz = sums::hessian_times(&model, cell, x, &z);
        close("Hz", &hz, &numbers(&thermal["Hz"]), 1e-11);
        let zhz: f64 = z.iter().zip(&hz).map(|(a, b)| a * b).sum();
        close("zHz", &[zhz], &numbers(&thermal["zHz"]), 1e-11);
        let (uzz, uzzz) = sums::third_order(&model, cell, x, &z);
        close("U:zz", &uzz, &numbers(&thermal["U_zz"]), 1e-11);
        close("U:zzz", &[uzzz], &numbers(&thermal["U_zzz"]), 1e-10);
        let matrix = hessian::dense(&model, cell, x);
        let trace: f64 = (0..x.len()).map(|i| matrix[(i, i)]).sum();
        close("trace", &[trace], &numbers(&thermal["hessian_trace"]), 1e-11);
        let values = matrix.self_adjoint_eigenvalues(faer::Side::Lower).unwrap();
        let scale = values[values.len() - 1];
        let off = largest_difference(&values[..10], &numbers(&thermal["hessian_lowest10"])) / scale;
        assert!(off < 1e-11, "{name}: eigenvalues off by {off:e} of the largest");
    }
}

#[test]
fn minima() {
    for (name, preset) in VECTORS {
        let file = load(name);
        let configuration = configuration(&file, "minimum");
        let model = preset.model(&configuration);
        let (cell, x) = (&configuration.cell, &configuration.positions);
        let mut forces = vec![0.0; x.len()];
        let energy = sums::energy_and_forces(&model, cell, x, &mut forces);
        let reference = file["minimum"]["energy"].as_f64().unwrap();
        assert!(((energy - reference) / reference).abs() < 1e-12, "{name}: energy {energy} {reference}");
        assert!(largest(&forces) < 1e-11, "{name}: residual {:e}", largest(&forces));
        let values = hessian::dense(&model, cell, x).self_adjoint_eigenvalues(faer::Side::Lower).unwrap();
        let theirs = numbers(&file["minimum"]["hessian_eigenvalues"]);
        let off = largest_difference(&values, &theirs) / largest(&theirs);
        assert!(off < 1e-11, "{name}: eigenvalues off by {off:e} of the largest");
    }
}

#[test]
fn the_sparse_hessian_is_the_dense_one() {
    let file = load("tlj_ka2_b");
    let (model, configuration) = model_of(&file, VECTORS[3].1);
    let dense = hessian::dense(&model, &configuration.cell, &configuration.positions);
    let blocks = PairBlocks::new(&model, &configuration.cell, &configuration.positions, &[]);
    let full = blocks.sparse_lower(-0.5, &[]).unwrap().to_dense();
    let coordinate = |row: usize| 3 * blocks.order()[row / 3] + row % 3;
    for row in 0..dense.nrows() {
        for column in 0..=row {
            let shift = if row == column { 0.5 } else { 0.0 };
            let off = (full[(row, column)] - dense[(coordinate(row), coordinate(column))] - shift).abs();
            assert!(off < 1e-9, "{row} {column}: {off:e}");
        }
    }
}

/// v, v', v'', v''' at sigma = epsilon = 1, computed elsewhere to ten digits.
#[test]
fn spot_values() {
    let close = |law: Law, x: f64, expected: [f64; 4]| {
        let phi = law.derivatives(x * x);
        let ours = [phi.value, phi.slope_over_x * x, phi.second, phi.third];
        for (a, b) in ours.iter().zip(expected) {
            assert!(((a - b) / b).abs() < 1e-9, "{law:?} at {x}: {ours:?} {expected:?}");
        }
    };
    close(Law::SoftSphereQuartic(Default::default()), 1.1, [0.0834451046, -1.978638271, 36.71906533, -538.4372085]);
    close(Law::LennardJonesQuartic(Default::default()), 1.5, [-0.2331320464, 1.075097032, -4.428232958, 15.09978391]);
    close(
        Law::LennardJonesForceShifted(Default::default()),
        1.5,
        [-0.2650202257, 1.119029354, -4.417594176, 15.01048575],
    );
    assert_eq!(glasswell_physics::model::Harmonic.derivatives(0.25_f64).value, 0.125);
}
