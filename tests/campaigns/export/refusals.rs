//! Requests that cannot be answered, and outputs that cannot be written.

use super::{export, refused, tlj};
use crate::support::{Campaign, both, glasswell, text};
use std::path::Path;
use std::process::Command;

#[test]
fn requests_that_cannot_be_answered_say_what_can() {
    let campaign = tlj();
    let directory = &campaign.output;
    for (words, code, wanted) in [
        (&["--glass", "2"][..], 2, &["no glass 2", "0 to 1"][..]),
        (&["--minimum", "2:0"], 2, &["no glass 2"]),
        (&["--minimum", "0:99999"], 2, &["glass 0 has no minimum 99999", "numbered 0 to"]),
        (&["--minimum", "0"], 2, &["0:17"]),
        (&["--well", "99999"], 2, &["no double well 99999", "numbered 0 to"]),
        (&["--well", "-1"], 2, &[]),
        (&["--pairs", "7"], 2, &["no glass 7"]),
        (&["--table", "doublewells"], 2, &["no table `doublewells`", "`double_wells`", "`light/density`"]),
        (&["--table", "timing"], 2, &["several files", "`paths/timing`"]),
        (&["--table", "double_wells", "--format", "extxyz"], 2, &["cannot hold the table double_wells", "csv"]),
        (&["--minimum", "0:0", "--format", "pathsample", "--output", "x"], 2, &["cannot hold", "extxyz, lammps"]),
        (&["--pairs", "0", "--format", "lammps"], 2, &["cannot hold the pairs", "csv"]),
        (&["--well", "0", "--format", "lammps"], 2, &["one configuration", "--part saddle"]),
        (&["--well", "0", "--part", "path"], 3, &["no images", "store_images"]),
        (&["--well", "0", "--part", "c"], 2, &["a, saddle, b, path"]),
        (&["--glass", "0", "--part", "a"], 2, &["--part goes with --well"]),
        (&["--well", "0", "--explain"], 2, &["--explain goes with --table"]),
        (&["--glass", "0", "--format", "xyz"], 2, &["extxyz, lammps, h5md, csv, pathsample"]),
        (&["--glass", "0", "--format", "h5md"], 2, &["--output FILE"]),
        (&["--glass", "0", "--format", "pathsample"], 2, &["--output FOLDER"]),
        (&["--glass", "0", "--species", "Ni=D"], 2, &["the species A, B, C"]),
        (&["--glass", "0", "--species", "Ni=A,Fe=A"], 2, &["both stand for A"]),
        (&["--glass", "0", "--well", "0"], 2, &["cannot be used with"]),
        (&[], 2, &["--glass"]),
        (&["--glass", "0", "--output", "/nowhere/file"], 3, &["/nowhere/file", "No such file"]),
        (&["--glass", "0", "--output", "/dev/null", "--force"], 2, &["no plain file"]),
        (&["--glass", "0", "--format", "h5md", "--output", "/nowhere/file"], 3, &["/nowhere/file", "No such file"]),
    ] {
        refused(directory, words, code, wanted);
    }
    refused(Path::new("/nowhere"), &["--glass", "0"], 3, &["not a directory"]);
    refused(Path::new("/nowhere"), &["--table", "minima"], 3, &["not a directory"]);
    let empty = tempfile::tempdir().unwrap();
    refused(empty.path(), &["--glass", "0"], 3, &["no glasses.h5", "stage prepare", "section [prepare]"]);
    refused(empty.path(), &["--table", "minima"], 2, &["holds no file of a stage"]);
    let help = both(&glasswell(&["export", "--help"]).output().unwrap());
    for format in ["extxyz", "lammps", "h5md", "csv", "pathsample", "--species Ni=A,P=B"] {
        assert!(help.contains(format), "{help}");
    }
}

#[test]
fn missing_stages_and_files_of_other_campaigns_are_named() {
    let campaign = tlj().copy();
    std::fs::remove_file(campaign.file("tunnelling.h5")).unwrap();
    refused(&campaign.output, &["--table", "light"], 2, &["no table `light`", "`double_wells`"]);
    // other minima under the same numbers
    let short = Campaign::reference("short.toml", &[]).copy();
    std::fs::copy(campaign.file("landscape.h5"), short.file("landscape.h5")).unwrap();
    refused(&short.output, &["--well", "0"], 3, &["double well 0", "newer or of another campaign"]);
    std::fs::remove_file(campaign.file("paths.h5")).unwrap();
    refused(&campaign.output, &["--well", "0"], 3, &["no paths.h5", "stage connect", "section [connect]"]);
    export(&campaign, &["--minimum", "0:0"]);
    // positions that were changed
    let script = "import h5py,sys; h5py.File(sys.argv[1], 'r+')['glasses/position'][0, 3, 1] += 0.3";
    let damaged = campaign.file("glasses.h5");
    assert!(Command::new("/usr/bin/python3").args(["-c", script, text(&damaged)]).status().unwrap().success());
    refused(&campaign.output, &["--glass", "0"], 3, &["glass 0", "its energy is", "damaged"]);
    export(&campaign, &["--glass", "1"]);
    let script = "import h5py,sys; h5py.File(sys.argv[1], 'r+')['minima/energy'][0] = -1.0";
    let damaged = campaign.file("landscape.h5");
    assert!(Command::new("/usr/bin/python3").args(["-c", script, text(&damaged)]).status().unwrap().success());
    refused(&campaign.output, &["--table", "minima"], 3, &["/minima/energy fails its checksum"]);
    refused(&campaign.output, &["--minimum", "0:0"], 3, &["minimum 0:0"]);
}

#[test]
fn existing_files_are_kept() {
    let campaign = tlj().copy();
    let file = campaign.folder.join("glass.xyz");
    std::fs::write(&file, "mine").unwrap();
    let words = ["--glass", "0", "--output", text(&file)];
    refused(&campaign.output, &words, 2, &["exists", "--force"]);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "mine");
    export(&campaign, &[&words[..], &["--force"]].concat());
    assert_eq!(std::fs::read_to_string(&file).unwrap(), export(&campaign, &["--glass", "0"]));
    // the files of the campaign are never replaced
    let before = campaign.bytes();
    for name in ["paths.h5", "modes.h5"] {
        let words =
            ["--glass", "0", "--format", "h5md", "--output", text(&campaign.file(name)), "--force"].map(str::to_owned);
        refused(&campaign.output, &words.each_ref().map(String::as_str), 2, &["is a file of the campaign"]);
    }
    assert!(campaign.bytes() == before);
}

/// A limit on file sizes stands for a full disk; `/dev/full` is one for standard output.
#[test]
fn a_full_disk_leaves_no_part_of_a_file() {
    let campaign = tlj();
    let folder = tempfile::tempdir().unwrap();
    for (format, what) in [("extxyz", "--glass"), ("csv", "--pairs"), ("h5md", "--glass")] {
        let file = folder.path().join("file");
        let limit = "ulimit -f 2; exec \"$0\" \"$@\"";
        let mut command = Command::new("bash");
        command.args(["-c", limit, env!("CARGO_BIN_EXE_glasswell"), "export", text(&campaign.output), what, "0"]);
        let output = command.args(["--format", format, "--output", text(&file)]).output().unwrap();
        assert_eq!(output.status.code(), Some(3), "{format}: {}", both(&output));
        assert!(both(&output).contains("too large") && both(&output).contains(text(&file)), "{}", both(&output));
        let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
        assert!(left.is_empty(), "{format}: {left:?}");
    }
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let mut command = glasswell(&["export", text(&campaign.output), "--table", "visits"]);
    let output = command.stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(3), "{}", both(&output));
    assert!(both(&output).contains("standard output: cannot be written"), "{}", both(&output));
    // nobody reads
    let script =
        format!("{} export {} --table visits | head -n 1", env!("CARGO_BIN_EXE_glasswell"), text(&campaign.output));
    let output = Command::new("bash").args(["-o", "pipefail", "-c", &script]).output().unwrap();
    assert!(output.status.success() && both(&output).lines().count() == 1, "{}", both(&output));
}

/// Under a launcher one process writes.
#[test]
fn a_further_rank_writes_nothing() {
    let campaign = tlj();
    let words = ["export", text(&campaign.output), "--glass", "0"];
    let output = glasswell(&words).env("OMPI_COMM_WORLD_RANK", "1").output().unwrap();
    assert!(output.status.success() && both(&output).is_empty(), "{}", both(&output));
    assert!(super::output(&campaign.output, &words[2..]).status.success());
}
