//! Configurations as other programs write them: whatever the dialect, the same glass is read, and what is doubtful is
//! refused. All of it takes a second.

use crate::common::{data, numbers};
use glasswell_physics::error::Result;
use glasswell_physics::forces::sums;
use glasswell_physics::formats::{Choice, Reading, Symbols, parse_symbols, read_configurations, read_frames};
use glasswell_physics::model::{Configuration, Potential, Preset};
use std::path::Path;

/// Energy of tlj216.xyz for `tlj` and of pss125.data for `pss`.
const TLJ: f64 = 1147.985825;
const PSS: f64 = 100.718;

fn text(name: &str) -> String {
    std::fs::read_to_string(data(&format!("formats/{name}"))).unwrap()
}

fn read(contents: impl AsRef<[u8]>, preset: Preset) -> Result<Configuration> {
    read_with(contents, preset, "")
}

fn read_with(contents: impl AsRef<[u8]>, preset: Preset, symbols: &str) -> Result<Configuration> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    std::fs::write(&path, contents).unwrap();
    let symbols = if symbols.is_empty() { Symbols::new() } else { parse_symbols(symbols).unwrap() };
    let reading = Reading { potential: &preset.into(), symbols: &symbols };
    let frames = read_frames(&path, &reading, Choice::Single)?;
    reading.configuration(&path, &frames[0])
}

fn energy(configuration: &Configuration, preset: Preset) -> f64 {
    let model = Potential::from(preset).model(configuration);
    let mut forces = vec![0.0; configuration.positions.len()];
    sums::energy_and_forces(&model, &configuration.cell, &configuration.positions, &mut forces)
}

#[track_caller]
fn is_tlj(configuration: Result<Configuration>) {
    let found = energy(&configuration.unwrap_or_else(|fault| panic!("{fault}")), Preset::Tlj);
    assert!((found - TLJ).abs() < 1e-3, "{found}");
}

#[track_caller]
fn is_pss(configuration: Result<Configuration>) {
    let found = energy(&configuration.unwrap_or_else(|fault| panic!("{fault}")), Preset::Pss);
    assert!((found - PSS).abs() < 1e-3, "{found}");
}

#[track_caller]
fn refused(configuration: Result<Configuration>, words: &str) {
    let fault = configuration.expect_err("accepted");
    assert!(fault.exit_code() == 3 && fault.to_string().contains(words), "{fault}");
}

/// tlj216.xyz with another second line, `L` standing for an edge of the box.
fn with_header(header: &str) -> String {
    let base = text("tlj216.xyz");
    let mut lines: Vec<&str> = base.lines().collect();
    let header = header.replace('L', "5.428835233189813").replace("@attice", "Lattice");
    lines[1] = &header;
    lines.join("\n")
}

#[test]
fn extended_xyz_of_every_dialect_is_one_glass() {
    for header in [
        "@attice=\"L 0 0 0 L 0 0 0 L\" Properties=species:S:1:pos:R:3",
        "@attice='L 0 0 0 L 0 0 0 L' Properties=species:S:1:pos:R:3",
        "@attice={L 0 0 0 L 0 0 0 L} Properties=species:S:1:pos:R:3",
        "@attice=[[L, 0, 0], [0, L, 0], [0, 0, L]] Properties=species:S:1:pos:R:3",
        "@attice = \"L 0 0 0 L 0 0 0 L\" Properties = species:S:1:pos:R:3",
        "Properties=species:S:1:pos:R:3 @attice=\"L,0.,0.,0.,L,0.,0.,0.,L\"",
        "@attice=\"L 0 0 0 L 0 0 0 L\" Properties=:species:S:1:pos:R:3",
        "@attice=\"L 0 0 0 L 0 0 0 L\" pbc='T T T' Properties=species:S:1:pos:R:3",
        "@attice=\"L 0 0 0 L 0 0 0 L\"  pbc=[T, T, T] Properties=species:S:1:pos:R:3",
        "@attice=\"L 0 0 1e-17 L 0 0 0 L\" Properties=species:S:1:pos:R:3",
        "@attice=\"L 3.4e-16 0 0 L -8.8e-16 0 0 L\"",
    ] {
        is_tlj(read(with_header(header), Preset::Tlj));
    }
    is_tlj(read(format!("\u{feff}{}", text("tlj216.xyz")), Preset::Tlj));
    is_tlj(read(text("tlj216.xyz").replace('\n', "\r\n"), Preset::Tlj));
    let doubled = "@attice=\"L 0 0 0 L 0 0 0 L\" @attice=\"9 0 0 0 9 0 0 0 9\" Properties=species:S:1:pos:R:3";
    refused(read(with_header(doubled), Preset::Tlj), "line 2: `Lattice` stands twice");
    refused(read(with_header("@attice=\"L 0 0 1e-9 L 0 0 0 L\""), Preset::Tlj), "is not orthorhombic");
    let utf16: Vec<u8> = text("tlj216.xyz").encode_utf16().flat_map(u16::to_le_bytes).collect();
    refused(read([b"\xff\xfe".to_vec(), utf16].concat(), Preset::Tlj), "is UTF-16; save it as UTF-8");
}

#[test]
fn symbols_of_elements_are_species_when_told() {
    let elements = text("tlj216.xyz").replace("\nA ", "\nNi ").replace("\nB ", "\nP ").replace("\nC ", "\nPd ");
    is_tlj(read_with(&elements, Preset::Tlj, "Ni=A,P=B,Pd=C"));
    refused(read_with(&elements, Preset::Tlj, "Ni=A,P=B"), "species `Pd` is not in the model tlj; expected A, B, C");
    refused(read(&elements, Preset::Tlj), "--species Ni=A");
}

#[test]
fn a_radius_is_half_a_diameter() {
    let rows = data_rows("pss125.data");
    let xyz = |column: &str, factor: f64| {
        let mut xyz =
            format!("{}\nLattice=\"5 0 0 0 5 0 0 0 5\" Properties=species:S:1:pos:R:3:{column}:R:1\n", rows.len());
        for row in &rows {
            let diameter: f64 = row[2].parse().unwrap();
            xyz.push_str(&format!("A {} {} {} {:?}\n", row[3], row[4], row[5], factor * diameter));
        }
        xyz
    };
    is_pss(read(xyz("diameter", 1.0), Preset::Pss));
    is_pss(read(xyz("radius", 0.5), Preset::Pss));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("radii.xyz");
    std::fs::write(&path, xyz("radius", 0.5)).unwrap();
    let note = |preset: Preset| {
        let (potential, symbols) = (preset.into(), Symbols::new());
        let reading = Reading { potential: &potential, symbols: &symbols };
        reading.note(&read_frames(&path, &reading, Choice::Single).unwrap()[0])
    };
    assert_eq!(note(Preset::Pss), Some("the column `radius` is read as half a diameter"));
    assert_eq!(note(Preset::Lj), None);
}

/// 32 particles that other programs have written (tests/data/formats/README).
#[test]
fn files_of_other_programs_hold_the_known_configuration() {
    let known: serde_json::Value = serde_json::from_str(&text("known.json")).unwrap();
    let (edges, species, positions) =
        (numbers(&known["edges"]), numbers(&known["species"]), numbers(&known["positions"]));
    let elements = parse_symbols("Ni=A,P=B,Pd=C").unwrap();
    let (none, potential) = (Symbols::new(), Preset::Tlj.into());
    // the number of frames, a common translation, and what the species are called
    let centred = edges.iter().map(|edge| -0.5 * edge).collect::<Vec<f64>>();
    let files: [(&str, usize, &[f64], &Symbols); 12] = [
        ("ase.xyz", 1, &[0.0; 3], &elements),
        ("ase.data", 1, &[0.0; 3], &none),
        ("ase_full.data", 1, &[0.0; 3], &none),
        ("atooms.xyz", 1, &centred, &none),
        ("ovito.xyz", 1, &[0.0; 3], &none),
        ("ovito.data", 1, &[0.0; 3], &none),
        ("ovito.dump", 1, &[0.0; 3], &none),
        ("particlesmc.xyz", 1, &[0.0; 3], &none),
        ("lammps_full.data", 1, &[0.0; 3], &none),
        ("lammps_charge.data", 1, &[0.0; 3], &none),
        ("lammps_vectors.data", 1, &[0.0; 3], &none),
        ("lammps.dump", 2, &[0.0; 3], &none),
    ];
    let check = |name: &str, number: usize, of: usize, translation: &[f64], symbols: &Symbols| {
        let path = data(&format!("formats/{name}"));
        let reading = Reading { potential: &potential, symbols };
        assert_eq!(read_frames(&path, &reading, Choice::All).unwrap().len(), of, "{name}");
        let frame = &read_frames(&path, &reading, Choice::Number(number)).unwrap()[0];
        let found = reading.configuration(&path, frame).unwrap();
        assert_eq!(found.cell.edges[..], edges, "{name}");
        assert!(found.species.iter().zip(&species).all(|(a, b)| f64::from(*a) == *b), "{name}");
        let off =
            found.positions.iter().zip(&positions).enumerate().map(|(k, (x, known))| x - known - translation[k % 3]);
        let off = off.fold(0.0, |largest: f64, x| largest.max(x.abs()));
        assert!(off < 1e-12, "{name}: off by {off:e}");
    };
    for (name, of, translation, symbols) in files {
        check(name, 0, of, translation, symbols);
    }
    check("lammps_labels.data", 0, 1, &[0.0; 3], &none);
    check("lammps.dump", 1, 2, &[0.5, 0.0, 0.0], &none);
}

/// The words of the rows of Atoms.
fn data_rows(name: &str) -> Vec<Vec<String>> {
    let file = text(name);
    let rows = file.split("Atoms # charge\n").nth(1).unwrap().lines().filter(|line| !line.trim().is_empty());
    rows.map(|line| line.split_whitespace().map(str::to_string).collect()).collect()
}

/// tlj216 as LAMMPS data: `row` gives what stands between the id and the coordinates, from the type.
fn lammps(title: &str, section: &str, row: impl Fn(usize) -> String) -> String {
    let base = text("tlj216.xyz");
    let bounds = ["x", "y", "z"].map(|axis| format!("0 5.428835233189813 {axis}lo {axis}hi\n")).concat();
    let mut data =
        format!("{title}\n\n216 atoms\n3 atom types\n\n{bounds}\nMasses\n\n1 1.0\n2 1.0\n3 1.0\n\n{section}\n\n");
    for (k, line) in base.lines().skip(2).enumerate() {
        let words: Vec<&str> = line.split_whitespace().collect();
        let kind = 1 + ["A", "B", "C"].iter().position(|name| *name == words[0]).unwrap();
        data.push_str(&format!("{} {} {} {} {}\n", k + 1, row(kind), words[1], words[2], words[3]));
    }
    data
}

#[test]
fn atom_styles_are_read_when_they_are_named() {
    let atomic = |kind: usize| kind.to_string();
    let charge = |kind: usize| format!("{kind} 0.0");
    let molecular = |kind: usize| format!("1 {kind}");
    let full = |kind: usize| format!("1 {kind} 0.0");
    let sphere = |kind: usize| format!("{kind} 1.0 1.5");
    is_tlj(read(lammps("a", "Atoms # atomic", atomic), Preset::Tlj));
    is_tlj(read(lammps("a", "Atoms", atomic), Preset::Tlj));
    is_tlj(read(lammps("a", "Atoms # charge", charge), Preset::Tlj));
    is_tlj(read(lammps("a", "Atoms # sphere", sphere), Preset::Tlj));
    is_tlj(read(lammps("a", "Atoms # full", full), Preset::Tlj));
    for style in ["molecular", "bond", "angle"] {
        is_tlj(read(lammps("a", &format!("Atoms # {style}"), molecular), Preset::Tlj));
    }
    // with image flags
    let with_flags = |section: &str| {
        let file = lammps("a", section, atomic);
        let (head, rows) = file.split_once(&format!("{section}\n\n")).unwrap();
        format!("{head}{section}\n\n{}", rows.lines().map(|row| format!("{row} 0 -1 0\n")).collect::<String>())
    };
    is_tlj(read(with_flags("Atoms"), Preset::Tlj));
    refused(read(with_flags("Atoms").replace(" 0 -1 0", " 0 0.5 0"), Preset::Tlj), "image flag `0.5`");
    // what may be several styles is not guessed
    let ambiguous = "write the style after the name of the section: `Atoms # ";
    refused(read(lammps("a", "Atoms", full), Preset::Tlj), "7 columns may be atom_style sphere or full");
    refused(read(lammps("a", "Atoms", full), Preset::Tlj), ambiguous);
    refused(read(lammps("a", "Atoms", sphere), Preset::Tlj), ambiguous);
    refused(read(lammps("a", "Atoms", molecular), Preset::Tlj), "6 columns may be atom_style charge or molecular");
    refused(read(lammps("a", "Atoms", charge), Preset::Tlj), ambiguous);
    refused(read(lammps("a", "Atoms # dipole", full), Preset::Tlj), "atom_style `dipole` is not supported");
    refused(read(lammps("a", "Atoms # full", charge), Preset::Tlj), "6 columns do not match the atom_style");
}

#[test]
fn diameters_stand_in_the_column_of_the_style() {
    let charge = text("pss125.data");
    is_pss(read(&charge, Preset::Pss));
    let rows = data_rows("pss125.data");
    let (head, _) = charge.split_once("Atoms # charge").unwrap();
    let with = |section: &str, row: &dyn Fn(&[String]) -> String| {
        let rows: String = rows.iter().map(|words| row(words) + "\n").collect();
        format!("{head}{section}\n\n{rows}")
    };
    let full = |w: &[String]| format!("{} 1 {} {} {} {} {}", w[0], w[1], w[2], w[3], w[4], w[5]);
    let sphere = |w: &[String]| format!("{} {} {} 1.0 {} {} {}", w[0], w[1], w[2], w[3], w[4], w[5]);
    let molecular = |w: &[String]| format!("{} 1 {} {} {} {}", w[0], w[1], w[3], w[4], w[5]);
    is_pss(read(with("Atoms # full", &full), Preset::Pss));
    is_pss(read(with("Atoms # sphere", &sphere), Preset::Pss));
    refused(read(with("Atoms", &full), Preset::Pss), "7 columns may be atom_style sphere or full");
    refused(read(with("Atoms", &molecular), Preset::Pss), "6 columns may be atom_style charge or molecular");
    refused(read(with("Atoms # molecular", &molecular), Preset::Pss), "no diameter, which pss needs");
}

#[test]
fn titles_labels_and_boxes_of_lammps_are_understood() {
    let atomic = |kind: usize| kind.to_string();
    is_tlj(read(lammps("2024", "Atoms # atomic", atomic), Preset::Tlj));
    is_tlj(read(lammps("216 atoms", "Atoms # atomic", atomic), Preset::Tlj));
    let latin = [b"Glas von M\xfcller, 5 \xb0\n".to_vec(), lammps("a", "Atoms # atomic", atomic)[2..].into()].concat();
    is_tlj(read(latin, Preset::Tlj));
    let untitled = lammps("", "Atoms # atomic", atomic).trim_start().to_string();
    refused(read(untitled, Preset::Tlj), "line 1, `216 atoms`, is a title and not read");
    // type 1 is B, 2 is C, 3 is A; rows may have numbers or labels
    let labels = "Atom Type Labels\n\n1 B\n2 C\n3 A\n\nAtoms # atomic";
    is_tlj(read(lammps("a", labels, |kind| [3, 1, 2][kind - 1].to_string()), Preset::Tlj));
    is_tlj(read(lammps("a", labels, |kind| ["A", "B", "C"][kind - 1].to_string()), Preset::Tlj));
    let elements = labels.replace("1 B", "1 P").replace("2 C", "2 Ti").replace("3 A", "3 Ni");
    let written = lammps("a", &elements, |kind| [3, 1, 2][kind - 1].to_string());
    is_tlj(read_with(&written, Preset::Tlj, "Ni=A,P=B,Ti=C"));
    refused(read(&written, Preset::Tlj), "species `Ni` is not in the model tlj");
    let missing = lammps("a", &labels.replace("3 A\n", ""), |kind| [3, 1, 2][kind - 1].to_string());
    refused(read(missing, Preset::Tlj), "type `3` is not in the section `Atom Type Labels`");
    let file = lammps("a", "Atoms # atomic", atomic);
    let bounds = ["x", "y", "z"].map(|axis| format!("0 5.428835233189813 {axis}lo {axis}hi\n"));
    let vectors =
        "5.428835233189813 0 0 avec\n0 5.428835233189813 1e-16 bvec\n0 0 5.428835233189813 cvec\n0 0 0 abc origin\n";
    is_tlj(read(file.replace(&bounds.concat(), vectors), Preset::Tlj));
    let turned = vectors.replace("0 5.428835233189813 1e-16 bvec", "0 -5.428835233189813 0 bvec");
    refused(read(file.replace(&bounds.concat(), &turned), Preset::Tlj), "tilted or turned");
    is_tlj(read(file.replace(&bounds[2], &format!("{}0 1e-16 0 xy xz yz\n", bounds[2])), Preset::Tlj));
    refused(read(file.replace(&bounds[2], &bounds.concat()), Preset::Tlj), "stands twice in the header");
    refused(read(file.replace("216 atoms", "216 atoms\n217 atoms"), Preset::Tlj), "stands twice in the header");
    refused(read(format!("{file}\n{}", &file[file.find("Atoms").unwrap()..]), Preset::Tlj), "`Atoms` stands twice");
}

#[test]
fn nothing_is_allocated_for_what_a_header_promises() {
    let count = "99999999999";
    let data = lammps("a", "Atoms # atomic", |kind| kind.to_string()).replace("216 atoms", &format!("{count} atoms"));
    refused(read(data, Preset::Tlj), "truncated: section Atoms has 216 of 99999999999 atoms");
    let xyz = text("tlj216.xyz").replacen("216", count, 1);
    refused(read(xyz, Preset::Tlj), "truncated: 216 of 99999999999 particles");
    let most = usize::MAX.to_string();
    let both = format!("{}{}", text("tlj216.xyz").replacen("216", &most, 1), text("tlj216.xyz"));
    refused(read(both, Preset::Tlj), "has 1 columns");
    // a box without end makes no cells without end
    let flat = "@attice=\"1e12 0 0 0 1e12 0 0 0 L\" Properties=species:S:1:pos:R:3";
    assert!(read(with_header(flat), Preset::Tlj).is_ok());
}

#[test]
fn a_dump_is_read() {
    let base = text("tlj216.xyz");
    let frame = |step: usize, columns: &str, row: &dyn Fn(usize, usize, &[&str]) -> String| {
        let mut dump = format!("ITEM: TIMESTEP\n{step}\nITEM: NUMBER OF ATOMS\n216\nITEM: BOX BOUNDS pp pp pp\n");
        dump.push_str(&"0 5.428835233189813\n".repeat(3));
        dump.push_str(&format!("ITEM: ATOMS {columns}\n"));
        let rows: Vec<&str> = base.lines().skip(2).collect();
        // in any order
        for k in (0..216).map(|k| (k * 7) % 216) {
            let words: Vec<&str> = rows[k].split_whitespace().collect();
            let kind = 1 + ["A", "B", "C"].iter().position(|name| *name == words[0]).unwrap();
            dump.push_str(&(row(k + 1, kind, &words) + "\n"));
        }
        dump
    };
    let plain = |id: usize, kind: usize, w: &[&str]| format!("{id} {kind} {} {} {}", w[1], w[2], w[3]);
    is_tlj(read(frame(1000, "id type x y z", &plain), Preset::Tlj));
    let scaled = |id: usize, kind: usize, w: &[&str]| {
        let [x, y, z] = [1, 2, 3].map(|k| w[k].parse::<f64>().unwrap() / 5.428835233189813);
        format!("{kind} {x:?} {y:?} {z:?} {id}")
    };
    is_tlj(read(frame(1000, "type xs ys zs id", &scaled), Preset::Tlj));
    let elements =
        |id: usize, kind: usize, w: &[&str]| format!("{id} {} {} {} {}", ["Ni", "P", "Ti"][kind - 1], w[1], w[2], w[3]);
    let dump = frame(1000, "id element xu yu zu", &elements);
    is_tlj(read_with(&dump, Preset::Tlj, "Ni=A,P=B,Ti=C"));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("dump");
    std::fs::write(&path, format!("{0}{0}", frame(1000, "id type x y z", &plain))).unwrap();
    assert_eq!(read_configurations(&path, Preset::Tlj).unwrap().len(), 2);
    refused(read(std::fs::read(&path).unwrap(), Preset::Tlj), "holds 2 configurations; choose one by --frame, 0 to 1");
}

#[test]
fn one_frame_of_a_trajectory_is_chosen() {
    let base = text("tlj216.xyz");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("trajectory.xyz");
    let second = base.replacen("0.4418329019891408", "0.4318329019891408", 1);
    // the third is still being written
    std::fs::write(&path, format!("{base}{second}{}", &base[..500])).unwrap();
    let (potential, symbols) = (Preset::Tlj.into(), Symbols::new());
    let reading = Reading { potential: &potential, symbols: &symbols };
    let frame = |choice| read_frames(Path::new(&path), &reading, choice);
    assert_eq!(frame(Choice::Number(1)).unwrap()[0].rows[0].position[0], 0.4318329019891408);
    for (choice, words) in [
        (Choice::Single, "holds 3 configurations; choose one by --frame, 0 to 2"),
        (Choice::Number(3), "holds 3 configurations; there is no --frame 3"),
        (Choice::Number(2), "or the count of particles if the frame ends here"),
    ] {
        let fault = frame(choice).unwrap_err().to_string();
        assert!(fault.contains(words), "{fault}");
    }
}
