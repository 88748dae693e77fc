//! The database of PATHSAMPLE: energies, products of eigenvalues and positions of minima and transition states.

use super::{export, output, refused};
use crate::support::{Campaign, both, text};
use glasswell::files::StageReader;
use glasswell::model::{Configuration, PeriodicBox, Preset};
use glasswell::modes::dense_spectrum;
use glasswell::stage::Stage;
use std::path::Path;

/// All frequencies of the minima of the deck `short`.
const MODES: &str = "[modes]\nnonlinear = false\nthird_order = false\npaths = \"none\"\n";

fn short() -> Campaign {
    Campaign::reference("short.toml", &[])
}

fn with_modes(section: &str) -> Campaign {
    short().reference_after(&format!("{}\n{section}", short().text_of_deck()))
}

fn lines(folder: &Path, name: &str) -> Vec<Vec<f64>> {
    let text = std::fs::read_to_string(folder.join(name)).unwrap();
    text.lines().map(|line| line.split(' ').map(|word| word.parse().unwrap()).collect()).collect()
}

fn points(folder: &Path, name: &str, particles: usize) -> Vec<Vec<f64>> {
    let bytes = std::fs::read(folder.join(name)).unwrap();
    let all: Vec<f64> = bytes.chunks_exact(8).map(|word| f64::from_le_bytes(word.try_into().unwrap())).collect();
    all.chunks_exact(3 * particles).map(<[f64]>::to_vec).collect()
}

fn list(folder: &Path, name: &str) -> Vec<Vec<u64>> {
    let text = std::fs::read_to_string(folder.join(name)).unwrap();
    text.lines().skip(1).map(|line| line.split(',').map(|word| word.parse().unwrap()).collect()).collect()
}

/// ln prod lambda over the positive eigenvalues, and the number of negative ones; translations are within 1e-6 of 0.
fn log_product(glasses: &StageReader, glass: u64, positions: &[f64]) -> (f64, usize) {
    let edges: Vec<f64> = glasses.read_rows("/glasses/box", glass, 1).unwrap();
    let diameters: Vec<f64> = glasses.read_rows("/glasses/diameter", glass, 1).unwrap();
    let configuration = Configuration {
        cell: PeriodicBox { edges: [edges[0], edges[1], edges[2]] },
        positions: positions.to_vec(),
        species: vec![0; diameters.len()],
        diameters,
    };
    let model = Preset::Pss.model(&configuration);
    let values = dense_spectrum(&model, &configuration.cell, positions).unwrap().eigenvalues;
    assert_eq!(values.iter().filter(|value| value.abs() < 1e-6).count(), 3);
    let positive = values.iter().filter(|value| **value > 1e-6);
    (positive.map(|value| value.ln()).sum(), values.iter().filter(|value| **value < -1e-6).count())
}

/// Four seconds for the spectra of the reference, two for those of the comparison.
#[test]
fn a_database_has_the_stationary_points_of_a_glass() {
    let campaign = with_modes(MODES);
    let (glasses, landscape, paths) =
        (campaign.open(Stage::Prepare), campaign.open(Stage::Explore), campaign.open(Stage::Connect));
    let glass = u64::from(paths.read::<u32>("/double_wells/glass").unwrap()[0]);
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().join("database");
    export(&campaign, &["--glass", &glass.to_string(), "--format", "pathsample", "--output", text(&folder)]);
    let (minima, saddles) = (lines(&folder, "min.data"), lines(&folder, "ts.data"));
    let (numbers, wells) = (list(&folder, "minima.csv"), list(&folder, "double_wells.csv"));
    let (at_minima, at_saddles) = (points(&folder, "points.min", 100), points(&folder, "points.ts", 100));
    assert_eq!((numbers.len(), at_minima.len()), (minima.len(), minima.len()));
    assert!(saddles.len() == wells.len() && saddles.len() == at_saddles.len() && !saddles.is_empty());
    let of_glass: Vec<u32> = landscape.read("/minima/glass").unwrap();
    let (first, explored) = (
        of_glass.iter().filter(|of| u64::from(**of) < glass).count() as u64,
        of_glass.iter().filter(|of| u64::from(**of) == glass).count() as u64,
    );
    for (place, (line, number)) in minima.iter().zip(&numbers).enumerate() {
        assert_eq!((number[0], number[1], line.len()), (place as u64 + 1, glass, 6));
        if number[2] < explored {
            assert_eq!(line[0], super::number(&landscape, "/minima/energy", first + number[2]));
            assert!(at_minima[place] == landscape.read_rows::<f64>("/minima/position", first + number[2], 1).unwrap());
        }
        let (product, negative) = log_product(&glasses, glass, &at_minima[place]);
        assert!(negative == 0 && (line[1] - product).abs() < 1e-6, "{} {product}", line[1]);
        assert_eq!(line[2..], [1.0; 4]);
    }
    for (place, (line, well)) in saddles.iter().zip(&wells).enumerate() {
        assert!(line[0] == super::number(&paths, "/double_wells/saddle_energy", well[1]) && line.len() == 8);
        let end =
            |name: &str| u64::from(paths.read_rows::<u32>(&format!("/double_wells/{name}"), well[1], 1).unwrap()[0]);
        let named = [3, 4].map(|column| numbers[line[column] as usize - 1][2]);
        assert_eq!(named, [end("a"), end("b")]);
        assert!(minima[line[3] as usize - 1][0] < line[0]);
        let (product, negative) = log_product(&glasses, glass, &at_saddles[place]);
        assert!(negative == 1 && (line[1] - product).abs() < 1e-6, "{} {product}", line[1]);
    }
    println!("{} minima, {} transition states", minima.len(), saddles.len());
    // existing files are kept, unless they are to be replaced
    let words = ["--glass", &glass.to_string(), "--format", "pathsample", "--output", text(&folder)];
    refused(&campaign.output, &words, 2, &["min.data exists", "--force"]);
    let again = output(&campaign.output, &[&words[..], &["--force"]].concat());
    assert!(again.status.success() && std::fs::read_dir(&folder).unwrap().count() == 6, "{}", both(&again));
}

#[test]
fn missing_frequencies_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("database");
    let words = ["--glass", "0", "--format", "pathsample", "--output", text(&target)];
    refused(&short().output, &words, 3, &["frequencies", "no modes.h5", "section [modes]"]);
    let few = with_modes("[modes]\ncount = 5\nnonlinear = false\nthird_order = false\npaths = \"none\"\n");
    refused(&few.output, &words, 3, &["the lowest 5 of 297", "count = \"all\"", "--redo modes"]);
    assert!(!target.exists());
}
