//! Damaged files of a campaign: every flipped byte is reported with exit code 3 by every command that reads it, and
//! nothing crashes.

use std::os::unix::fs::FileExt;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::support::{Campaign, both, glasswell, ranks_of_glasswell};
use glasswell::commands;
use glasswell::files;
use glasswell::parallel::Ranks;
use glasswell::stage::Stage;

const STAGES: [Stage; 4] = [Stage::Prepare, Stage::Explore, Stage::Connect, Stage::Tunnel];

/// A tiny finished campaign.
fn done() -> Campaign {
    // less data than other tests need
    Campaign::reference("pss.toml", &[]).copy()
}

fn file(campaign: &Campaign, stage: Stage) -> PathBuf {
    campaign.file(stage.file_name())
}

/// Start and length of every data set's values that has any.
fn places(path: &Path) -> Vec<(String, u64, u64)> {
    let file = hdf5::File::open(path).unwrap();
    let mut groups = vec![file.group("/").unwrap()];
    let mut places = Vec::new();
    while let Some(group) = groups.pop() {
        for dataset in group.datasets().unwrap().into_iter().filter(|dataset| dataset.storage_size() > 0) {
            places.push((dataset.name(), dataset.offset().unwrap(), dataset.storage_size()));
        }
        groups.extend(group.groups().unwrap());
    }
    places
}

/// Changes a byte for as long as `act` runs.
fn with_flip<T>(path: &Path, place: u64, mask: u8, act: impl FnOnce() -> T) -> T {
    let file = std::fs::OpenOptions::new().read(true).write(true).open(path).unwrap();
    let mut byte = [0u8];
    file.read_exact_at(&mut byte, place).unwrap();
    file.write_all_at(&[byte[0] ^ mask], place).unwrap();
    let result = act();
    file.write_all_at(&byte, place).unwrap();
    result
}

fn assert_message(output: &Output, stage: Stage, what: &str) {
    let printed = both(output);
    assert_eq!(output.status.code(), Some(3), "{what}: {printed}");
    assert!(printed.contains(stage.file_name()) && printed.contains(what), "{what}: {printed}");
    assert!(printed.contains(&format!("restore it, or give --redo {}", stage.name())), "{what}: {printed}");
    assert!(!printed.contains("HDF5-DIAG"), "{printed}");
}

fn modified(path: &Path) -> std::time::SystemTime {
    std::fs::metadata(path).unwrap().modified().unwrap()
}

/// Each data set in this process; of each file the first one, and every fifteenth, also by the command, and one on 2 ranks.
/// About ten seconds.
#[test]
fn a_flipped_byte_of_any_data_set_ends_the_run_with_exit_3() {
    let scene = done();
    let world = Ranks::alone();
    let mut number = 0;
    for stage in STAGES {
        let path = file(&scene, stage);
        for (place_in_file, (name, start, length)) in places(&path).into_iter().enumerate() {
            let place = start + (number * 7919) % length;
            let result = with_flip(&path, place, 4, || files::verify(&world, &scene.output, stage));
            let error = result.expect_err(&name);
            assert_eq!(error.exit_code(), 3, "{name}: {error}");
            assert!(error.to_string().contains(&name), "{name}: {error}");
            if place_in_file % 15 == 0 {
                let output = with_flip(&path, place, 4, || glasswell(&scene.words(&[])).output().unwrap());
                assert_message(&output, stage, &name);
            }
            if place_in_file == 1 {
                let again = || ranks_of_glasswell(2, &[], &scene.words(&[])).output().unwrap();
                assert_message(&with_flip(&path, place, 4, again), stage, &name);
            }
            number += 1;
        }
    }
    eprintln!("{number} data sets");
    assert!(number > 60);
    // restored, it is intact again; and a damaged file can be replaced
    assert!(glasswell(&scene.words(&[])).output().unwrap().status.success());
    let path = file(&scene, Stage::Tunnel);
    let kept = modified(&file(&scene, Stage::Connect));
    let (_, start, _) = places(&path)[0];
    let opened = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
    opened.write_all_at(&[0xff, 0xfe], start).unwrap();
    let mut arguments = scene.words(&[]);
    arguments.extend(["--redo".to_owned(), "tunnel".to_owned()]);
    let output = glasswell(&arguments).output().unwrap();
    assert!(output.status.success(), "{}", both(&output));
    assert_eq!(modified(&file(&scene, Stage::Connect)), kept);
    assert!(glasswell(&scene.words(&[])).output().unwrap().status.success());
}

/// Bytes all over the file, including names, shapes and attributes: in this process, where a crash would end the test.
#[test]
fn a_flipped_byte_anywhere_is_reported() {
    let scene = done();
    let world = Ranks::alone();
    for stage in STAGES {
        let path = file(&scene, stage);
        files::verify(&world, &scene.output, stage).unwrap();
        let length = std::fs::metadata(&path).unwrap().len();
        let ends = (0..250).chain(length - 250..length);
        let places = ends.chain((250..length - 250).step_by(length as usize / 300 + 1));
        let mut tried = 0;
        for place in places {
            let mask = 1 << (place % 8);
            let result = with_flip(&path, place, mask, || files::verify(&world, &scene.output, stage));
            let error = result.expect_err(&format!("{}: byte {place} ^ {mask}", path.display()));
            assert_eq!(error.exit_code(), 3, "{error}");
            assert!(error.to_string().contains(stage.file_name()), "{error}");
            tried += 1;
        }
        eprintln!("{}: {tried} of {length} bytes", stage.file_name());
        files::verify(&world, &scene.output, stage).unwrap();
    }
}

/// What `run` and `status` do with the files, in this process, where a crash would end the test; for two bytes of each file
/// also by the commands. Ten seconds.
#[test]
fn commands_do_not_crash_on_damaged_names_and_attributes() {
    let scene = done();
    let world = Ranks::alone();
    let output = &scene.output;
    let status = ["status", output.to_str().unwrap()];
    let mut tried = 0;
    for stage in STAGES {
        let path = file(&scene, stage);
        let bytes = std::fs::read(&path).unwrap();
        // texts of attributes are in objects that begin with this
        let heap = bytes.windows(4).position(|word| word == b"GCOL").expect("a global heap") as u64;
        for place in (heap + 8..heap + 1200).step_by(101).chain([9, 60]) {
            let in_process = || {
                let opened = files::Campaign::open(&world, output, None);
                let run = opened.and_then(|_| files::verify(&world, output, stage));
                [run, commands::status(output)].map(|result| result.map_err(|error| error.exit_code()))
            };
            assert_eq!(with_flip(&path, place, 0x80, in_process), [Err(3), Err(3)], "{stage}: byte {place}");
            tried += 1;
        }
        for place in [heap + 109, 60] {
            for arguments in [&status.map(str::to_owned)[..], &scene.words(&[])] {
                let printed = with_flip(&path, place, 0x80, || glasswell(arguments).output().unwrap());
                assert_eq!(
                    printed.status.code(),
                    Some(3),
                    "byte {place}: {:?} {}",
                    printed.status.signal(),
                    both(&printed)
                );
            }
        }
        let in_the_heap = || ranks_of_glasswell(2, &[], &scene.words(&[])).output().unwrap();
        assert_eq!(with_flip(&path, heap + 50, 0x80, in_the_heap).status.code(), Some(3));
    }
    assert_eq!(tried, 56);
}

/// A file changed by another program, or written by an earlier version.
#[test]
fn a_file_without_checksums_is_refused() {
    let scene = done();
    let path = file(&scene, Stage::Explore);
    let whole = std::fs::read(&path).unwrap();
    for length in [whole.len() - 1, whole.len() - 40] {
        std::fs::write(&path, &whole[..length]).unwrap();
        let output = glasswell(&scene.words(&[])).output().unwrap();
        assert_message(&output, Stage::Explore, "has no checksums");
        let status = glasswell(&["status", scene.output.to_str().unwrap()]).output().unwrap();
        assert!(status.status.success(), "{}", both(&status));
    }
    let missing =
        "import h5py, sys\nwith h5py.File(sys.argv[1], 'r+') as file: del file['minima/energy'].attrs['checksum']";
    std::fs::write(&path, &whole).unwrap();
    let edited = Command::new("/usr/bin/python3").args(["-c", missing, path.to_str().unwrap()]).output().unwrap();
    assert!(edited.status.success(), "{}", both(&edited));
    let output = glasswell(&scene.words(&[])).output().unwrap();
    assert_eq!(output.status.code(), Some(3), "{}", both(&output));
}
