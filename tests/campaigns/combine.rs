//! `glasswell combine`: three campaigns of two temperatures against h5py; refusals. 12 s for the campaigns, 6 s for the rest.

use crate::support::{Campaign, both, glasswell, text};
use std::path::Path;
use std::process::{Command, Output};

/// The unit `heavy` divides the splittings of these glasses.
const UNITS: (&str, &str) = ("{ light = 1.0 }", "{ light = 1.0, heavy = 20.0 }");

/// Two campaigns of one temperature with different seeds, and one of another temperature.
fn campaigns() -> [Campaign; 3] {
    [
        Campaign::reference("short.toml", &[UNITS]),
        Campaign::reference("short.toml", &[UNITS, ("seed = 3", "seed = 5")]),
        Campaign::reference("short.toml", &[UNITS, ("temperature = 0.2", "temperature = 0.25")]),
    ]
}

/// One glass of the first is not equilibrated, all others are; the first has a relaxation.h5 without its T_f, the last one with
/// it; two have elasticity.h5 and modes.h5, of which combine needs little.
const FURTHER: &str = r#"
import sys
import h5py
import numpy as np

for number, directory in enumerate(sys.argv[1:]):
    with h5py.File(f"{directory}/glasses.h5", "r+") as file:
        equilibrated = file["glasses/equilibrated"]
        equilibrated[:] = [True, number > 0, True]
        del equilibrated.attrs["checksum"]
        root = dict(file.attrs)
    if number == 1:
        continue
    def stage(name, of):
        file = h5py.File(f"{directory}/{of}.h5", "w")
        file.attrs.update({**root, "stage": name})
        return file
    with stage("relax", "relaxation") as file:
        t = np.array([1.4, 1.2, 1.0, 0.97, 0.94, 0.9, 0.87, 0.84]) + (0.001 if number == 0 else 0)
        tau = np.where(t > 1, 3 * np.exp(1 / t), 8 * np.exp((5.1 * (1 / t - 1 / 1.01)) ** 2))
        group = file.create_group("relaxation")
        for key, value in dict(temperature=t, tau_alpha=tau, tau_alpha_error=0.02 * tau).items():
            group[key] = value
        group["status"] = np.array(["converged"] * len(t), "S9")
        group.attrs.update(dict(dynamics="md", tau_onset=8.0, window=1.0, parabolic_temperature=1.01, parabolic_energy=5.1))
        group.attrs.update(dict(t_g_parabolic=0.4949, vft_temperature=np.nan, vft_strength=np.nan, t_g_vft=np.nan))
    with stage("elastic", "elasticity") as file:
        file["moduli/glass"] = np.arange(3, dtype="u4")
        file["moduli/shear"], file["moduli/bulk"] = [20.5 + number, 25.0, np.nan], [90.0, 93.5, 95.0 + number]
    with stage("modes", "modes") as file:
        file["density_of_states/glass"] = np.array([0, 2], "u4")
        file["density_of_states"].attrs["a4_reduced"] = 280.0 + number
"#;

fn python(script: &str, words: &[&str]) {
    let output = Command::new("/usr/bin/python3").args(["-c", script]).args(words).output().expect("python3 with h5py");
    assert!(output.status.success(), "{}", both(&output));
}

fn combine(words: &[&str]) -> Output {
    glasswell(&[&["combine"], words].concat()).output().unwrap()
}

/// Combines and compares; returns what is printed.
#[track_caller]
fn compared(directories: &[&str], output: &Path, time: Option<&str>, equilibrated: bool) -> String {
    let mut words = [directories, &["--output", text(output)]].concat();
    words.extend(time.iter().flat_map(|time| ["--at-time", time]));
    words.extend(equilibrated.then_some("--equilibrated-only"));
    let ended = combine(&words);
    assert!(ended.status.success(), "{words:?}: {}", both(&ended));
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/campaign_decks/combine.py");
    let arguments = [text(&script), text(output), time.unwrap_or("nan"), if equilibrated { "1" } else { "0" }];
    let python = Command::new("/usr/bin/python3").args(arguments).args(directories).output().unwrap();
    assert!(python.status.success(), "{words:?}: {}", both(&python));
    println!("{}", both(&python));
    String::from_utf8(ended.stdout).unwrap()
}

#[test]
fn the_table_is_what_h5py_gives() {
    let campaigns = campaigns().map(|campaign| campaign.copy());
    let directories = campaigns.each_ref().map(|campaign| text(&campaign.output));
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name);
    compared(&directories, &file("plain.h5"), None, false);
    python(FURTHER, &directories);
    let printed = compared(&directories, &file("all.h5"), None, false);
    assert!(printed.lines().all(|line| line.chars().count() <= 80), "{printed}");
    assert!(
        printed.contains("N_TLS") && printed.contains("nickel-phosphorus") && printed.contains("3 campaigns, 8 rows")
    );
    // the sum of all snapshots, a time of /growth, and one between two snapshots
    for (number, time) in ["72", "64", "35.4"].into_iter().enumerate() {
        let printed = compared(&directories, &file(&format!("{number}.h5")), Some(time), number == 1);
        assert!(printed.contains(&format!("until t = {time}")), "{printed}");
    }
    compared(&directories, &file("equilibrated.h5"), None, true);
    // the order of the directories does not matter
    let reversed = [directories[2], directories[1], directories[0]];
    compared(&reversed, &file("reversed.h5"), None, false);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/campaign_decks/same.py");
    let same =
        Command::new("/usr/bin/python3").arg(script).args([file("all.h5"), file("reversed.h5")]).output().unwrap();
    assert!(same.status.success(), "{}", both(&same));
    compared(&directories[2..], &file("one.h5"), None, false);
}

/// Combining must end with this code and these words, and leave nothing.
#[track_caller]
fn refused(directories: &[&str], options: &[&str], code: i32, wanted: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("all.h5");
    let ended = combine(&[directories, &["--output", text(&file)], options].concat());
    let message = both(&ended);
    assert_eq!(ended.status.code(), Some(code), "{directories:?} {options:?}: {message}");
    for word in wanted {
        assert!(message.contains(word) && !message.contains("panicked"), "{options:?}: no {word:?} in {message}");
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "{message}");
}

#[test]
fn what_cannot_be_combined_is_named() {
    let [first, second, _] = campaigns();
    let (a, b) = (text(&first.output), text(&second.output));
    refused(&[a, a], &[], 2, &["the same directory", "counted twice"]);
    let again = first.copy();
    refused(&[a, text(&again.output)], &[], 2, &[a, text(&again.output), "the same seed 3", "counted twice"]);
    refused(&[a, b], &["--at-time", "80"], 2, &["explored until t = 72", "--at-time 80", "glass 0"]);
    refused(&[a], &["--at-time", "-1"], 2, &["above 0"]);
    refused(&[a, "/nowhere"], &[], 3, &["/nowhere", "not a directory"]);
    // settings that differ are named with both values
    let hotter =
        [("temperature = 0.08", "temperature = 0.07"), ("quenches = 60", "quenches = 4"), ("seed = 3", "seed = 6")];
    let other = Campaign::reference("short.toml", &[&[UNITS][..], &hotter].concat());
    refused(&[a, text(&other.output)], &[], 2, &["explore.quenches = 60 and 4", text(&other.output)]);
    // nothing of a campaign is left out silently
    let unequilibrated = "import h5py,sys\nd = h5py.File(sys.argv[1], 'r+')['glasses/equilibrated']\nd[:] = False\ndel d.attrs['checksum']";
    python(unequilibrated, &[text(&again.file("glasses.h5"))]);
    refused(&[text(&again.output)], &["--equilibrated-only"], 2, &["no glass that was equilibrated"]);
    let damaged = "import h5py,sys; h5py.File(sys.argv[1], 'r+')['double_wells/first_seen'][0] = 0.1";
    python(damaged, &[text(&again.file("paths.h5"))]);
    refused(&[text(&again.output)], &[], 3, &["/double_wells/first_seen fails its checksum"]);
    std::fs::copy(second.file("paths.h5"), again.file("paths.h5")).unwrap();
    refused(&[text(&again.output)], &[], 3, &["paths.h5", "other settings", "campaign.seed"]);
    let bytes = std::fs::read(first.file("landscape.h5")).unwrap();
    std::fs::write(again.file("landscape.h5"), &bytes[..bytes.len() / 2]).unwrap();
    refused(&[text(&again.output)], &[], 3, &["landscape.h5", "damaged"]);
    std::fs::remove_file(again.file("tunnelling.h5")).unwrap();
    refused(&[text(&again.output)], &[], 3, &["no tunnelling.h5", "stage tunnel", "[tunnel]"]);
}

#[test]
fn layout_1_has_no_local_systems_and_no_times() {
    let campaign = campaigns()[0].copy();
    let directory = text(&campaign.output);
    python(crate::layouts::EARLIER, &[directory]);
    refused(&[directory], &["--at-time", "1"], 2, &["paths.h5", "not in this file", "layout 2"]);
    let file = campaign.folder.join("all.h5");
    let ended = combine(&[directory, "--output", text(&file)]);
    assert!(ended.status.success(), "{}", both(&ended));
    let script = "import h5py,sys\nwith h5py.File(sys.argv[1]) as file:\n    rows = file['campaigns']\n    assert (rows['local_systems'][:] == -1).all() and rows['n0'][:].max() > 0 and file['sources/layout'][0] == 1";
    python(script, &[text(&file)]);
}

/// A limit on file sizes stands for a full disk.
#[test]
fn an_output_is_whole_or_not_there() {
    let [first, ..] = campaigns();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("all.h5");
    let words = ["combine", text(&first.output), "--output", text(&file)];
    let mut limited = Command::new("bash");
    limited.args(["-c", "ulimit -f 2; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_glasswell")]).args(words);
    let ended = limited.output().unwrap();
    assert_eq!(ended.status.code(), Some(3), "{}", both(&ended));
    assert!(both(&ended).contains("too large") && both(&ended).contains(text(&file)), "{}", both(&ended));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    std::fs::write(&file, "mine").unwrap();
    let ended = glasswell(&words).output().unwrap();
    assert!(ended.status.code() == Some(2) && both(&ended).contains("--force"), "{}", both(&ended));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "mine");
    assert!(glasswell(&[&words[..], &["--force"]].concat()).status().unwrap().success());
    assert!(std::fs::read(&file).unwrap().starts_with(b"\x89HDF"));
    // a file of the campaign is never replaced
    let ended = combine(&[text(&first.output), "--force", "--output", text(&first.file("paths.h5"))]);
    assert!(ended.status.code() == Some(2) && both(&ended).contains("is a file of the campaign"), "{}", both(&ended));
    // under a launcher one process writes
    let ended = glasswell(&words).env("OMPI_COMM_WORLD_RANK", "1").output().unwrap();
    assert!(ended.status.success() && both(&ended).is_empty(), "{}", both(&ended));
}
