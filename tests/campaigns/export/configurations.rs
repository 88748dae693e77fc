//! Glasses, minima and double wells: positions come back to the last bit, energies and displacements are those of the files.

use super::{columns, export, frames, keys, longest, number, pss, tlj};
use crate::support::{Campaign, text};
use glasswell::files::StageReader;
use glasswell::formats::{Choice, Reading, parse_symbols, read_configurations, read_frames};
use glasswell::landscape::Displacement;
use glasswell::model::{Configuration, PeriodicBox, Preset};
use glasswell::stage::Stage;
use std::path::Path;
use std::process::Command;

fn glass(reader: &StageReader, number: u64) -> Configuration {
    let edges: Vec<f64> = reader.read_rows("/glasses/box", number, 1).unwrap();
    let species: Vec<u32> = reader.read_rows("/glasses/species", number, 1).unwrap();
    Configuration {
        cell: PeriodicBox { edges: [edges[0], edges[1], edges[2]] },
        positions: reader.read_rows("/glasses/position", number, 1).unwrap(),
        species: species.into_iter().map(|species| species as u8).collect(),
        diameters: reader.read_rows("/glasses/diameter", number, 1).unwrap(),
    }
}

fn parsed(text: &str, preset: Preset) -> Vec<Configuration> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("configuration");
    std::fs::write(&path, text).unwrap();
    read_configurations(&path, preset).unwrap()
}

#[test]
fn glasses_come_back_to_the_last_bit() {
    for (campaign, preset) in [(tlj(), Preset::Tlj), (pss(), Preset::Pss)] {
        let reader = campaign.open(Stage::Prepare);
        for number in 0..2 {
            let due = glass(&reader, number);
            let name = number.to_string();
            let xyz = export(&campaign, &["--glass", &name]);
            let lammps = export(&campaign, &["--glass", &name, "--format", "lammps"]);
            for text in [&xyz, &lammps] {
                assert!(parsed(text, preset) == [due.clone()], "{}", text.lines().take(12).collect::<String>());
            }
            let energy: f64 = keys(&xyz)["energy"].parse().unwrap();
            let per_particle = super::number(&reader, "/glasses/energy", number);
            assert!((energy / due.particles() as f64 / per_particle - 1.0).abs() < 1e-15);
            assert_eq!((&keys(&xyz)["glass"], &keys(&xyz)["model"]), (&name, &preset.name().to_string()));
        }
    }
    // a sphere of mass 1
    let lammps = export(&pss(), &["--glass", "0", "--format", "lammps"]);
    let row: Vec<f64> = lammps.lines().last().unwrap().split(' ').map(|word| word.parse().unwrap()).collect();
    assert!((row[3] * std::f64::consts::PI / 6.0 * row[2].powi(3) - 1.0).abs() < 1e-15, "{row:?}");
}

#[test]
fn symbols_stand_for_species_in_both_directions() {
    let campaign = tlj();
    let due = glass(&campaign.open(Stage::Prepare), 1);
    let map = "Ni=A,P=B,Pd=C";
    let folder = tempfile::tempdir().unwrap();
    for format in ["extxyz", "lammps", "csv"] {
        let written = export(&campaign, &["--glass", "1", "--species", map, "--format", format]);
        if format == "csv" {
            let second = written.lines().nth(1).unwrap();
            let [x, y, z] = [0, 1, 2].map(|k| format!("{:?}", due.positions[k]));
            assert_eq!(second, format!("0,{},{x},{y},{z}", ["Ni", "P", "Pd"][due.species[0] as usize]));
            continue;
        }
        let path = folder.path().join(format);
        std::fs::write(&path, &written).unwrap();
        let symbols = parse_symbols(map).unwrap();
        let reading = Reading { potential: &Preset::Tlj.into(), symbols: &symbols };
        let frame = &read_frames(&path, &reading, Choice::Single).unwrap()[0];
        assert_eq!(reading.configuration(&path, frame).unwrap(), due);
        assert!(written.contains(if format == "lammps" { "\n2 1.0 # P\n" } else { "\nPd " }), "{written}");
    }
}

/// Explored minima and one that was found by splitting a path.
#[test]
fn minima_come_back_with_their_energies() {
    let campaign = tlj();
    let (landscape, paths) = (campaign.open(Stage::Explore), campaign.open(Stage::Connect));
    let mut seen = 0;
    for reader in [&landscape, &paths] {
        let glass: Vec<u32> = reader.read("/minima/glass").unwrap();
        let index: Vec<u32> = reader.read("/minima/index").unwrap();
        let Some(row) = glass.len().checked_sub(1) else { continue };
        let name = format!("{}:{}", glass[row], index[row]);
        let xyz = export(&campaign, &["--minimum", &name]);
        let positions: Vec<f64> = reader.read_rows("/minima/position", row as u64, 1).unwrap();
        assert!(parsed(&xyz, Preset::Tlj)[0].positions == positions && columns(&xyz, 1, 3) == positions, "{name}");
        let energy: f64 = keys(&xyz)["energy"].parse().unwrap();
        assert_eq!(energy, number(reader, "/minima/energy", row as u64));
        assert_eq!(format!("{}:{}", keys(&xyz)["glass"], keys(&xyz)["minimum"]), name);
        seen += 1;
    }
    assert_eq!(seen, 2, "the deck has no minimum of a split path");
}

fn length(field: &[f64]) -> f64 {
    field.iter().map(|x| x * x).sum::<f64>().sqrt()
}

#[test]
fn a_double_well_has_its_saddle_and_displacements() {
    for campaign in [tlj(), pss()] {
        let paths = campaign.open(Stage::Connect);
        let row = longest(&campaign);
        let name = row.to_string();
        let of = |column: &str| number(&paths, &format!("/double_wells/{column}"), row);
        let all = export(&campaign, &["--well", &name]);
        let frames = frames(&all);
        assert_eq!(frames.len(), 3);
        let keys: Vec<_> = frames.iter().map(|frame| keys(frame)).collect();
        assert_eq!(keys.iter().map(|keys| keys["part"].as_str()).collect::<Vec<_>>(), ["a", "saddle", "b"]);
        let energy = |k: usize| keys[k]["energy"].parse::<f64>().unwrap();
        assert!((energy(1) - energy(0) - of("activation")).abs() < 1e-9);
        assert!((energy(2) - energy(0) - of("asymmetry")).abs() < 1e-9);
        let with_diameters = usize::from(frames[0].contains("diameter"));
        let fields: Vec<Vec<f64>> = frames.iter().map(|frame| columns(frame, 4 + with_diameters, 3)).collect();
        assert_eq!(length(&fields[0]), 0.0);
        let moved = Displacement::of(&fields[2]);
        assert!((moved.distance / of("distance") - 1.0).abs() < 1e-12);
        assert!((moved.participation_ratio / of("participation_ratio") - 1.0).abs() < 1e-10);
        assert!(length(&fields[1]) > 0.0 && length(&fields[1]) < of("length"));
        let saddle: Vec<f64> = paths.read_rows("/double_wells/saddle_position", row, 1).unwrap();
        assert!(columns(&frames[1], 1, 3) == saddle);
        // one part alone is that frame
        let alone = export(&campaign, &["--well", &name, "--part", "saddle"]);
        assert_eq!(alone.trim_end(), frames[1]);
        let lammps = export(&campaign, &["--well", &name, "--part", "saddle", "--format", "lammps"]);
        let preset = if with_diameters == 1 { Preset::Pss } else { Preset::Tlj };
        assert!(parsed(&lammps, preset)[0].positions == saddle);
    }
}

/// The profile gives `levels` the splitting of tunnelling.h5.
#[test]
fn a_profile_gives_the_levels_of_the_campaign() {
    let campaign = tlj();
    let (paths, levels) = (campaign.open(Stage::Connect), campaign.open(Stage::Tunnel));
    let row = longest(&campaign);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("profile.csv");
    let well = row.to_string();
    export(&campaign, &["--well", &well, "--format", "csv", "--output", text(&file)]);
    let length = number(&paths, "/double_wells/length", row);
    let curvature = |end: &str| length * length * number(&paths, &format!("/double_wells/curvature_{end}"), row);
    let mut command = Command::new(env!("CARGO_BIN_EXE_glasswell"));
    command.args(["levels", text(&file), "--reduced-mass", "1", "--json", "--length", &format!("{length:?}")]);
    let output =
        command.args(["--curvatures", &format!("{:?},{:?}", curvature("a"), curvature("b"))]).output().unwrap();
    let values: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let (ours, due) = (values["splitting"].as_f64().unwrap(), number(&levels, "/light/splitting", row));
    assert!((ours / due - 1.0).abs() < 1e-9, "{ours} {due}");
}

/// The images of the band, from one minimum to the other. A campaign of three seconds.
#[test]
fn a_path_is_a_trajectory() {
    let changes = [("images = 9", "images = 9\nstore_images = true"), ("glasses = 3", "glasses = 1")];
    let campaign = Campaign::reference("short.toml", &changes);
    let paths = campaign.open(Stage::Connect);
    let row = longest(&campaign);
    let name = row.to_string();
    let images = frames(&export(&campaign, &["--well", &name, "--part", "path"]));
    let stored: Vec<f64> = paths.read_rows("/double_wells/images", row, 1).unwrap();
    assert!(images.len() == 9 && images.iter().flat_map(|image| columns(image, 1, 3)).eq(stored));
    let distances: Vec<f64> = images.iter().map(|image| length(&columns(image, 5, 3))).collect();
    assert!(distances[0] < 1e-12 && distances.is_sorted(), "{distances:?}");
    assert!((distances[8] / number(&paths, "/double_wells/distance", row) - 1.0).abs() < 1e-9);
    let energies: Vec<f64> = images.iter().map(|image| keys(image)["energy"].parse().unwrap()).collect();
    let rise = number(&paths, "/double_wells/activation", row);
    let highest = energies.iter().fold(f64::MIN, |most, energy| most.max(*energy)) - energies[0];
    assert!((highest / rise - 1.0).abs() < 0.05, "{highest} {rise}");
    let h5md = campaign_file(&campaign, &["--well", &name, "--part", "path", "--format", "h5md"]);
    check_h5md(&h5md.1, 9, &campaign.file("paths.h5"), &format!("double_wells/images:{row}"));
}

fn campaign_file(campaign: &Campaign, words: &[&str]) -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("export.h5");
    export(campaign, &[words, &["--output", text(&path)]].concat());
    (folder, path)
}

/// What the specification of H5MD 1.1 asks for, and the same numbers as in a data set of the campaign.
const H5MD: &str = r#"
import h5py, numpy, sys
path, frames, source, place = sys.argv[1:]
with h5py.File(path) as file:
    assert file["h5md"].attrs["version"].tolist() == [1, 1]
    assert file["h5md/creator"].attrs["name"] == "glasswell" and file["h5md/creator"].attrs["version"]
    assert isinstance(file["h5md/author"].attrs["name"], str)
    group = file["particles/all"]
    assert group["box"].attrs["dimension"] == 3
    assert list(group["box"].attrs["boundary"]) == ["periodic"] * 3
    position = group["position"]
    frames, particles = int(frames), group["species"].shape[0]
    assert position["value"].shape == (frames, particles, 3) and position["value"].dtype == "f8"
    assert position["step"][:].tolist() == list(range(frames)) and position["time"].shape == (frames,)
    edges = group["box/edges"]
    assert edges["value"].shape == (frames, 3) and edges["step"] == position["step"] and edges["time"] == position["time"]
    energy = file["observables/potential_energy"]
    assert energy["value"].shape == (frames,) and energy["step"] == position["step"]
    assert len(file["parameters"].attrs["frames"]) == frames and file["parameters"].attrs["model"]
    names = h5py.check_enum_dtype(group["species"].dtype)
    assert set(group["species"][:]) <= set(names.values()), names
    data, row = place.split(":")
    with h5py.File(source) as campaign:
        due = campaign[data][int(row)].reshape(frames, particles, 3)
        assert numpy.array_equal(position["value"][:], due)
    if "displacement" in group:
        field = group["displacement/value"][:]
        assert field.shape == (frames, particles, 3) and abs(field[0]).max() < 1e-12 < abs(field[-1]).max()
"#;

fn check_h5md(file: &Path, frames: usize, source: &Path, place: &str) {
    let mut python = Command::new("/usr/bin/python3");
    python.args(["-c", H5MD, text(file), &frames.to_string(), text(source), place]);
    let output = python.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn h5md_is_what_its_specification_asks_for() {
    for campaign in [tlj(), pss()] {
        let (_folder, file) = campaign_file(&campaign, &["--glass", "1", "--format", "h5md"]);
        check_h5md(&file, 1, &campaign.file("glasses.h5"), "glasses/position:1");
        let row = longest(&campaign);
        let (_folder, file) =
            campaign_file(&campaign, &["--well", &row.to_string(), "--part", "saddle", "--format", "h5md"]);
        let fields =
            "import h5py,sys; g = h5py.File(sys.argv[1])['particles/all']; print('diameter' in g, 'displacement' in g)";
        let output = Command::new("/usr/bin/python3").args(["-c", fields, text(&file)]).output().unwrap();
        let due = if campaign.output == pss().output { "True True\n" } else { "False True\n" };
        assert_eq!(String::from_utf8(output.stdout).unwrap(), due);
    }
}
