//! Tables and pairs of minima.

use super::{export, number, numbers, output, table, tlj};
use crate::support::both;
use glasswell::stage::Stage;

#[test]
fn columns_are_those_of_the_files() {
    let campaign = tlj();
    let paths = campaign.open(Stage::Connect);
    let wells = table(&export(&campaign, &["--table", "double_wells"]));
    for name in ["barrier", "length", "curvature_saddle", "first_seen"] {
        let due: Vec<f64> = paths.read(&format!("/double_wells/{name}")).unwrap();
        let bits = |values: &[f64]| values.iter().map(|x| x.to_bits()).collect::<Vec<u64>>();
        assert_eq!(bits(&numbers(&wells[name])), bits(&due), "{name}");
    }
    assert_eq!(wells["status"], paths.read_text("/double_wells/status").unwrap());
    let exchange: Vec<bool> = paths.read("/double_wells/exchange").unwrap();
    assert_eq!(wells["exchange"], exchange.iter().map(bool::to_string).collect::<Vec<String>>());
    assert!(wells["row"].iter().enumerate().all(|(row, field)| row.to_string() == *field));
    assert!(!wells.contains_key("saddle_position") && !wells.contains_key("saddle_position_0"));
    // five levels in five columns
    let levels: Vec<f64> = campaign.open(Stage::Tunnel).read("/light/levels").unwrap();
    let unit = table(&export(&campaign, &["--table", "light"]));
    for level in 0..5 {
        let due: Vec<f64> = levels.iter().skip(level).step_by(5).copied().collect();
        assert_eq!(numbers(&unit[&format!("levels_{level}")]), due);
    }
    for name in ["tunnelling/light", "light/density", "transitions", "glasses/equilibration", "paths/timing/tasks"] {
        assert!(table(&export(&campaign, &["--table", name])).len() > 1, "{name}");
    }
    let explained = export(&campaign, &["--table", "double_wells", "--explain"]);
    assert!(explained.contains("\n# barrier [epsilon]: V_b = V_a - asymmetry/2\n"), "{explained}");
    let left_out = both(&output(&campaign.output, &["--table", "minima"]));
    assert!(left_out.contains("note: left out") && left_out.contains("/minima/position"), "{left_out}");
}

/// The minima of landscape.h5, then those of paths.h5: every minimum once.
#[test]
fn minima_are_those_of_both_files() {
    let campaign = tlj();
    let minima = table(&export(&campaign, &["--table", "minima"]));
    let mut due: Vec<(u32, u32, f64)> = Vec::new();
    for stage in [Stage::Explore, Stage::Connect] {
        let reader = campaign.open(stage);
        let glass: Vec<u32> = reader.read("/minima/glass").unwrap();
        let index: Vec<u32> = reader.read("/minima/index").unwrap();
        let energy: Vec<f64> = reader.read("/minima/energy").unwrap();
        due.extend(glass.into_iter().zip(index).zip(energy).map(|((glass, index), energy)| (glass, index, energy)));
    }
    let of = |name: &str| minima[name].iter().map(|field| field.parse::<u32>().unwrap()).collect::<Vec<u32>>();
    let found: Vec<(u32, u32, f64)> = of("glass")
        .into_iter()
        .zip(of("index"))
        .zip(numbers(&minima["energy"]))
        .map(|((glass, index), energy)| (glass, index, energy))
        .collect();
    assert_eq!(found, due);
    let split = minima["file"].iter().filter(|file| *file == "paths.h5").count();
    assert!(split > 0 && minima["visits"].iter().filter(|visits| visits.is_empty()).count() == split);
    assert_eq!(minima["row"].last().unwrap(), &(split - 1).to_string());
}

/// All pairs, with the distances and energy differences that the double wells have.
#[test]
fn pairs_of_minima_have_the_distances_of_double_wells() {
    let campaign = tlj();
    let paths = campaign.open(Stage::Connect);
    let [glass, a, b]: [Vec<u32>; 3] =
        ["glass", "a", "b"].map(|name| paths.read(&format!("/double_wells/{name}")).unwrap());
    let minima = table(&export(&campaign, &["--table", "minima"]));
    let mut compared = 0;
    for name in ["0", "1"] {
        let count = minima["glass"].iter().filter(|glass| *glass == name).count();
        let pairs = table(&export(&campaign, &["--pairs", name]));
        assert_eq!(pairs["a"].len(), count * (count - 1) / 2);
        assert!(numbers(&pairs["energy_difference"]).iter().all(|difference| *difference >= 0.0));
        for row in (0..glass.len()).filter(|row| glass[*row].to_string() == name) {
            let ends = (a[row].to_string(), b[row].to_string());
            let place = (0..pairs["a"].len()).find(|&k| (&pairs["a"][k], &pairs["b"][k]) == (&ends.0, &ends.1));
            let place = place.unwrap_or_else(|| panic!("{ends:?} is missing"));
            let of = |column: &str| pairs[column][place].parse::<f64>().unwrap();
            let due = |column: &str| number(&paths, &format!("/double_wells/{column}"), row as u64);
            assert!((of("distance") / due("distance") - 1.0).abs() < 1e-12);
            assert!((of("participation_ratio") / due("participation_ratio") - 1.0).abs() < 1e-10);
            assert!((of("energy_difference") - due("asymmetry")).abs() < 1e-9);
            compared += 1;
        }
    }
    assert_eq!(compared, glass.len());
}
