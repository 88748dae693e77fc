//! Paths between minima against independently computed ones.

use glasswell::forces::PairSum;
use glasswell::model::{Configuration, Model, PeriodicBox, Preset};
use glasswell::paths::{
    BandSearch, BandStop, ConnectSettings, Descent, DescentStop, ImageSums, SaddleSearch, SaddleStop, bring_near, negative_modes,
};

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
    k_left: f64,
    k_right: f64,
    activation: f64,
    neb_chord: f64,
    neb_energies: Vec<f64>,
}

impl Reference {
    fn read(name: &str) -> Self {
        let file = format!("{}/tests/data/path_{name}.json", env!("CARGO_MANIFEST_DIR"));
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
}

#[test]
fn a_band_of_17_images_meets_the_reference() {
    for name in ["tlj_a", "tlj_a2"] {
        let reference = Reference::read(name);
        let (model, cell) = reference.system();
        let images: usize = std::env::var("IMAGES").map_or(17, |v| v.parse().unwrap());
        let tol: f64 = std::env::var("TOL").map_or(1e-4, |v| v.parse().unwrap());
        let settings = ConnectSettings {
            images,
            spring: 2.0,
            force_tolerance: tol,
            max_iterations: 3000,
            ..ConnectSettings::defaults(Preset::Tlj)
        };
        let mut sum = PairSum::<1>::new(model.clone(), cell);
        let mut sums = ImageSums::new(&model, &cell);
        let b = bring_near(&cell, &reference.A, &reference.B);
        let mut band =
            BandSearch::new(&mut sum, (&reference.A, reference.energy_a), (&b, reference.energy_b), &settings);
        while band.stop == BandStop::Running {
            band.iterate(&mut sums, &settings).unwrap();
            if band.iterations % 10 == 0 {
                eprintln!(
                    "{} {} {} {:?} {:.3e}",
                    band.iterations,
                    band.count(),
                    band.evaluations,
                    band.climbing,
                    band.residual
                );
            }
        }
        let top = band.energies.iter().copied().fold(f64::MIN, f64::max) - reference.energy_a;
        eprintln!(
            "{:?} {} {} {} {}",
            band.stop,
            band.iterations,
            band.evaluations,
            top - reference.activation,
            band.chord_length() - reference.neb_chord
        );
        if images == 17 {
            for (mine, theirs) in band.energies.iter().zip(&reference.neb_energies) {
                eprintln!("{:.8} {:.8}", mine - reference.energy_a, theirs);
            }
        }
    }
}

#[test]
fn saddle_and_descent() {
    for name in ["tlj_a", "tlj_a2"] {
        let reference = Reference::read(name);
        let (model, cell) = reference.system();
        let mut sum = PairSum::<1>::new(model.clone(), cell);
        // a start far from the saddle, on the straight line
        let b = bring_near(&cell, &reference.A, &reference.B);
        let tangent: Vec<f64> = reference.A.iter().zip(&b).map(|(a, b)| b - a).collect();
        let start: Vec<f64> = reference.A.iter().zip(&reference.saddle).enumerate().map(|(i, (a, s))| s + 0.05 * (s - a) + 1e-3 * ((i * 7 % 5) as f64 - 2.0)).collect();
        let mut saddle = SaddleSearch::new(&start, &tangent);
        while saddle.stop == SaddleStop::Running {
            saddle.iterate(&mut sum, 1e-9);
            eprintln!("{:.3e} {:.6} {} {:.4}", saddle.residual, saddle.energy, saddle.evaluations, saddle.curvature);
        }
        assert!((saddle.energy - reference.energy_saddle).abs() < 1e-9);
        assert!((saddle.curvature - reference.negative_eigenvalue).abs() < 1e-6);
        assert_eq!(negative_modes(&model, &cell, &saddle.positions).unwrap(), 1);
        assert_eq!(negative_modes(&model, &cell, &reference.A).unwrap(), 0);
        for step in [0.024, 0.012, 0.006] {
            let mut total = 0.0;
            for (sign, known) in [(-1.0, reference.length_a), (1.0, reference.length_b)] {
                let mode: Vec<f64> = saddle.mode.iter().map(|m| sign * m).collect();
                let mut descent = Descent::new(&saddle.positions, &mode, step);
                while descent.stop == DescentStop::Running {
                    descent.iterate(&mut sum);
                }
                total += descent.length;
                eprintln!("{step} {:?} {} {} {} {}", descent.stop, descent.points.len(), descent.evaluations, descent.length, known);
            }
            eprintln!("{:.2e}", total / reference.length - 1.0);
        }
    }
}
