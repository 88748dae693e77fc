//! Campaigns of imported glasses, by the program: files that must be refused, what is reported about the others, and glasses
//! with several starting configurations. About six seconds of a core.

use crate::support::{Campaign, both, glasswell, ranks_or_one, text};
use glasswell::formats::{read_configurations, write_extended_xyz};
use glasswell::landscape::{ExploreSettings, QuenchSettings, inherent_structure};
use glasswell::model::{Configuration, Preset};
use glasswell::stage::Stage;
use std::path::{Path, PathBuf};
use std::process::Command;

fn formats(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/formats").join(name)
}

fn deck(preset: &str, particles: usize, from: &str, more: &str) -> String {
    format!(
        "[campaign]\nname = \"import\"\n[model]\npreset = \"{preset}\"\nparticles = {particles}\n[prepare]\n\
         method = \"import\"\nfrom = {from}\ntemperature = 0.2\n{more}"
    )
}

/// A campaign that imports tlj216.xyz, run.
fn tlj() -> Campaign {
    let campaign = Campaign::with_deck(&deck("tlj", 216, &format!("{:?}", text(&formats("tlj216.xyz"))), ""));
    campaign.done(&[]);
    campaign
}

/// Exit code and output of `check`.
fn check(campaign: &Campaign) -> (Option<i32>, String) {
    let deck = campaign.deck();
    let output = glasswell(&["check", text(&deck), "--output", text(&campaign.output)]).output().unwrap();
    (output.status.code(), both(&output))
}

/// `check` and `run` end with exit code 3 and these words.
fn refused(campaign: &Campaign, words: &str) {
    let (code, printed) = check(campaign);
    assert!(code == Some(3) && printed.contains(words), "check: {code:?} {printed}");
    campaign.run(&[]).assert_message(words, 3, &[words]);
    assert!(!campaign.file("glasses.h5").exists());
}

/// The file with one piece of its bytes replaced by another.
fn patched(file: &[u8], old: &[u8], new: &[u8]) -> Vec<u8> {
    let places: Vec<usize> = (0..=file.len() - old.len()).filter(|&at| &file[at..at + old.len()] == old).collect();
    assert_eq!((places.len(), old.len()), (1, new.len()));
    [&file[..places[0]], new, &file[places[0] + old.len()..]].concat()
}

fn bytes_of(numbers: &[f64]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
}

#[test]
fn a_glasses_file_passes_the_checks_of_text() {
    let source = tlj();
    let whole = std::fs::read(source.file("glasses.h5")).unwrap();
    let glass = &read_configurations(&formats("tlj216.xyz"), Preset::Tlj).unwrap()[0];
    let campaign = Campaign::with_deck(&deck("tlj", 216, "\"any.name\"", ""));
    let write = |bytes: &[u8]| std::fs::write(campaign.folder.join("any.name"), bytes).unwrap();
    let first = &glass.positions[..3];
    let moved = |x: f64| patched(&whole, &bytes_of(first), &bytes_of(&[x, first[1], first[2]]));
    write(&moved(f64::NAN));
    refused(&campaign, "any.name: glass 0, particle 0: coordinate NaN is not finite");
    write(&moved(first[0] + 0.01));
    refused(&campaign, "any.name: /glasses/position fails its checksum");
    write(&patched(&whole, &bytes_of(&glass.cell.edges), &bytes_of(&[4.0; 3])));
    refused(&campaign, "any.name: glass 0: the shortest edge 4.0 is below two cutoffs, 5.0000");
    let numbers = |last: u32| {
        let species = glass.species.iter().map(|species| u32::from(*species));
        let mut species: Vec<u32> = species.collect();
        species[5] = last;
        species.iter().flat_map(|number| number.to_le_bytes()).collect::<Vec<u8>>()
    };
    for (species, words) in [(256, "particle 5: species number 257"), (7, "particle 5: species number 8")] {
        write(&patched(&whole, &numbers(u32::from(glass.species[5])), &numbers(species)));
        refused(&campaign, words);
    }
    // without checksums only the contents tell
    let script = "import h5py, sys\n\
                  file = h5py.File(sys.argv[1], 'r+')\n\
                  file.visititems(lambda name, item: item.attrs.pop('checksum', None))\n\
                  file['/glasses/position'][0, 1] = file['/glasses/position'][0, 0]\n";
    write(&whole);
    let python = |script: &str| {
        let mut python = Command::new("/usr/bin/python3");
        let output = python.args(["-c", script, text(&campaign.folder.join("any.name"))]).output().unwrap();
        assert!(output.status.success(), "{}", both(&output));
    };
    python(script);
    refused(&campaign, "any.name: glass 0: particles 0 and 1 overlap: r = 0.000000");
    campaign.change(&[("tlj", "pss")]);
    write(&whole);
    refused(&campaign, "any.name: was made with preset tlj, the deck says pss");
    campaign.change(&[("pss", "tlj")]);
    python(&script.replace("file['/glasses/position'][0, 1] = file['/glasses/position'][0, 0]\n", ""));
    let (code, printed) = check(&campaign);
    assert!(code == Some(0) && printed.contains("note: ") && printed.contains("has no checksum"), "{printed}");
    // whole, whatever its name
    write(&whole);
    let printed = campaign.done(&[]);
    assert!(!printed.contains("checksum"), "{printed}");
    let positions = |campaign: &Campaign| campaign.open(Stage::Prepare).read::<f64>("/glasses/position").unwrap();
    assert_eq!(positions(&campaign), positions(&source));
}

#[test]
fn what_is_unlike_the_deck_is_told() {
    let campaign = Campaign::with_deck(&deck("tlj", 216, "\"glass.xyz\"", ""));
    let mut glass = read_configurations(&formats("tlj216.xyz"), Preset::Tlj).unwrap().remove(0);
    let write = |glass: &Configuration| {
        std::fs::write(campaign.folder.join("glass.xyz"), write_extended_xyz(glass, Preset::Tlj)).unwrap();
    };
    write(&glass);
    assert!(!check(&campaign).1.contains("warning"), "{}", check(&campaign).1);
    glass.species.iter_mut().for_each(|species| *species = (*species).min(1));
    glass.cell.edges = [5.6459886425174055; 3];
    write(&glass);
    let wanted = ["density 1.2001 differs from model.density = 1.35", "composition A 144, B 72, C 0 differs"];
    let (code, checked) = check(&campaign);
    assert_eq!(code, Some(0), "{checked}");
    let ran = campaign.done(&[]);
    for words in wanted {
        assert!(checked.contains(words) && ran.contains(words), "{words}: {checked}{ran}");
    }
}

#[test]
fn radii_called_diameters_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let mut glass = read_configurations(&formats("pss125.data"), Preset::Pss).unwrap().remove(0);
    glass.diameters.iter_mut().for_each(|diameter| *diameter *= 0.5);
    let file = folder.path().join("radii.xyz");
    std::fs::write(&file, write_extended_xyz(&glass, Preset::Pss)).unwrap();
    let evaluate = |file: &Path, more: &[&str]| {
        let words = [&["evaluate", text(file), "--model", "pss"], more].concat();
        both(&glasswell(&words).output().unwrap())
    };
    let printed = evaluate(&file, &[]);
    for words in ["leave model.diameter_limits = [0.73, 1.62]; are they radii?", "no pair of particles interacts"] {
        assert!(printed.contains(words), "{printed}");
    }
    let named = std::fs::read_to_string(&file).unwrap().replace("diameter:R:1", "radius:R:1");
    std::fs::write(&file, named).unwrap();
    let printed = evaluate(&file, &[]);
    assert!(printed.contains("energy               100.7176") && printed.contains("half a diameter"), "{printed}");
    assert!(!printed.contains("warning"), "{printed}");
    assert!(evaluate(&file, &["--species", "A=Z"]).contains("--species A=Z: pss has the species A"), "{printed}");
}

/// Two files of one glass, one of them moved by half a box with a few particles elsewhere, and a file of another: two
/// glasses, of which the first is explored from both.
#[test]
fn one_glass_of_several_files_is_explored_from_all() {
    let explore = "[explore]\ntemperature = 0.2\nquenches = 4\nquench_every = 20\nequilibration_steps = 20\nruns = 2\n";
    let campaign = Campaign::with_deck(&deck("tlj", 216, "[\"a.xyz\", \"b.xyz\", \"c.xyz\"]", explore));
    let mut glass = read_configurations(&formats("tlj216.xyz"), Preset::Tlj).unwrap().remove(0);
    let settings = QuenchSettings::from(&ExploreSettings::defaults(Preset::Tlj));
    glass.positions = inherent_structure(&Preset::Tlj.model(&glass), &glass, &settings).positions;
    let write = |name: &str, glass: &Configuration| {
        std::fs::write(campaign.folder.join(name), write_extended_xyz(glass, Preset::Tlj)).unwrap();
    };
    write("a.xyz", &glass);
    let mut moved = glass.clone();
    moved.positions.iter_mut().step_by(3).for_each(|x| *x += 2.7);
    moved.positions[0] += 0.05;
    write("b.xyz", &moved);
    let mut other = glass.clone();
    let swapped = other.species.iter().position(|species| *species == 1).unwrap();
    other.species.swap(0, swapped);
    write("c.xyz", &other);
    let (code, printed) = check(&campaign);
    assert!(code == Some(0) && printed.contains("glass 0 has 2 starting configurations"), "{printed}");
    let printed = campaign.done(&[]);
    assert_eq!(printed.matches("starting configurations").count(), 2, "{printed}");
    let glasses = campaign.open(Stage::Prepare);
    assert_eq!(glasses.shape("/glasses/energy").unwrap(), [2]);
    assert_eq!(glasses.read::<u32>("/starts/glass").unwrap(), [0]);
    assert_eq!(glasses.read::<u32>("/starts/number").unwrap(), [1]);
    let start: Vec<f64> = glasses.read("/starts/position").unwrap();
    let off =
        |i: usize| glass.cell.minimum_image(std::array::from_fn(|k| start[3 * i + k] - glass.positions[3 * i + k]));
    for i in 0..216 {
        let due = if i == 0 { 0.05 } else { 0.0 };
        assert!((off(i)[0] - due).abs() < 1e-3 && off(i)[1].abs() < 1e-12, "particle {i}: {:?}", off(i));
    }
    let energies: (Vec<f64>, Vec<f64>) =
        (glasses.read("/glasses/inherent_energy").unwrap(), glasses.read("/starts/inherent_energy").unwrap());
    assert!((energies.0[0] - energies.1[0]).abs() < 1e-9, "{energies:?}");
    // two runs of each configuration
    let landscape = campaign.open(Stage::Explore);
    assert_eq!(landscape.read::<u32>("/runs/glass").unwrap(), [0, 0, 0, 0, 1, 1]);
    assert_eq!(landscape.read::<u32>("/runs/run").unwrap(), [0, 1, 2, 3, 0, 1]);
    assert_eq!(landscape.read::<u32>("/runs/start").unwrap(), [0, 1, 0, 1, 0, 0]);
    // the same on other ranks
    let again = Campaign::with_deck(&campaign.text_of_deck());
    for name in ["a.xyz", "b.xyz", "c.xyz"] {
        std::fs::copy(campaign.folder.join(name), again.folder.join(name)).unwrap();
    }
    again.start(ranks_or_one(3), &[]).wait().assert_code(0);
    again.assert_same_as(&campaign, &["glasses.h5", "landscape.h5"], "three ranks");
    // a glass that is added leaves the others as they are
    let mut third = other;
    let swapped = third.species.iter().rposition(|species| *species == 1).unwrap();
    third.species.swap(1, swapped);
    std::fs::write(again.folder.join("d.xyz"), write_extended_xyz(&third, Preset::Tlj)).unwrap();
    again.change(&[("\"c.xyz\"]", "\"c.xyz\", \"d.xyz\"]")]);
    again.done(&["--until", "prepare"]);
    let glasses = again.open(Stage::Prepare);
    assert_eq!(glasses.shape("/glasses/energy").unwrap(), [3]);
    assert_eq!(glasses.read::<f64>("/starts/position").unwrap(), start);
    // the file carries its starting configurations to another campaign
    let from = format!("{:?}", text(&campaign.file("glasses.h5")));
    for (more, held) in [("", 2), ("glasses = 1\n", 1)] {
        let next = Campaign::with_deck(&deck("tlj", 216, &from, more));
        next.done(&[]);
        let glasses = next.open(Stage::Prepare);
        assert_eq!(glasses.shape("/glasses/energy").unwrap(), [held]);
        assert_eq!(glasses.read::<u32>("/starts/glass").unwrap(), [0]);
    }
}

#[test]
fn a_frame_and_symbols_are_chosen_on_the_command_line() {
    let folder = tempfile::tempdir().unwrap();
    let base = std::fs::read_to_string(formats("tlj216.xyz")).unwrap();
    let elements = base.replace("\nA ", "\nNi ").replace("\nB ", "\nP ").replace("\nC ", "\nPd ");
    let file = folder.path().join("trajectory.xyz");
    let expanded = elements.replacen("5.428835233189813", "6.428835233189813", 1);
    std::fs::write(&file, format!("{expanded}{elements}")).unwrap();
    let evaluate = |more: &[&str]| {
        let words = [&["evaluate", text(&file), "--model", "tlj"], more].concat();
        let output = glasswell(&words).output().unwrap();
        (output.status.code(), both(&output))
    };
    let symbols = ["--species", "Ni=A,P=B,Pd=C"];
    let (code, printed) = evaluate(&[&symbols[..], &["--frame", "1"]].concat());
    assert!(code == Some(0) && printed.contains("1147.98"), "{printed}");
    for (more, code, words) in [
        (&[][..], 3, "holds 2 configurations; choose one by --frame, 0 to 1"),
        (&["--frame", "2"], 3, "there is no --frame 2"),
        (&["--species", "Ni=A,P=D"], 2, "--species P=D: tlj has the species A, B, C"),
        (&["--species", "Ni"], 2, "expected symbol=species"),
        (&["--frame", "0"], 3, "--species Ni=A"),
    ] {
        let more = if code == 3 && more != ["--frame", "0"] { [&symbols[..], more].concat() } else { more.to_vec() };
        let (found, printed) = evaluate(&more);
        assert!(found == Some(code) && printed.contains(words), "{more:?}: {found:?} {printed}");
    }
    // the same map in a deck
    let campaign =
        Campaign::with_deck(&deck("tlj", 216, "\"e.xyz\"", "species = { Ni = \"A\", P = \"B\", Pd = \"C\" }\n"));
    std::fs::write(campaign.folder.join("e.xyz"), &elements).unwrap();
    campaign.done(&[]);
    let species: Vec<u32> = campaign.open(Stage::Prepare).read("/glasses/species").unwrap();
    let due = &read_configurations(&formats("tlj216.xyz"), Preset::Tlj).unwrap()[0].species;
    assert!(species.iter().zip(due).all(|(a, b)| *a == u32::from(*b)));
    // a glasses.h5 is a file of configurations, too
    let output = glasswell(&["evaluate", text(&campaign.file("glasses.h5")), "--model", "tlj"]).output().unwrap();
    assert!(both(&output).contains("1147.98"), "{}", both(&output));
    campaign.change(&[("Pd = \"C\"", "Pd = \"D\"")]);
    let (code, printed) = check(&campaign);
    assert!(code == Some(2) && printed.contains("prepare.species.Pd = \"D\" is not accepted"), "{printed}");
}

/// Programs write edges that differ in the last bit.
#[test]
fn paths_join_boxes_that_differ_by_rounding() {
    let folder = tempfile::tempdir().unwrap();
    let base = std::fs::read_to_string(formats("tlj216.xyz")).unwrap();
    let (a, b, c) = (folder.path().join("a.xyz"), folder.path().join("b.xyz"), folder.path().join("c.xyz"));
    std::fs::write(&a, &base).unwrap();
    std::fs::write(&b, base.replace("5.428835233189813", "5.428835233189814")).unwrap();
    std::fs::write(&c, base.replace("5.428835233189813", "5.428835233")).unwrap();
    let path =
        |b: &Path| both(&glasswell(&["path", text(&a), text(b), "--model", "tlj", "--images", "5"]).output().unwrap());
    assert!(path(&b).contains("identical"), "{}", path(&b));
    assert!(path(&c).contains("its box differs"), "{}", path(&c));
}
