//! The files: identical from any number of ranks, complete or absent, readable by other programs, as docs/files.md
//! says.

use crate::support::ranks;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use glasswell::error::{Error, Result};
use glasswell::files::layout::{self, DataSet, Element};
use glasswell::files::{
    Attribute, Campaign, Header, RowRange, Rows, StageFile, StageReader, TaskCost, TaskKey, Timing, Transfer,
};
use glasswell::parallel::Ranks;
use glasswell::stage::Stage;
use glasswell::stages::work;

const DIRECTORY: &str = "GLASSWELL_TEST_DIRECTORY";

/// A child inherits the files that are open here when it starts, and the library's locks with them: tests that open files in
/// this process (writers of this lock) keep apart from those that start children (readers).
static OPEN_FILES: RwLock<()> = RwLock::new(());

fn with_children() -> RwLockReadGuard<'static, ()> {
    OPEN_FILES.read().unwrap_or_else(PoisonError::into_inner)
}

fn with_open_files() -> RwLockWriteGuard<'static, ()> {
    OPEN_FILES.write().unwrap_or_else(PoisonError::into_inner)
}

#[test]
fn rank_program() {
    let Some(program) = ranks::program() else { return };
    let world = if program.starts_with("alone") {
        Ranks::alone()
    } else {
        glasswell::files::start_ranks().expect("the ranks start")
    };
    let directory = PathBuf::from(std::env::var(DIRECTORY).expect("a directory"));
    match program.as_str() {
        "write" | "alone-write" => {
            Stage::ALL.into_iter().for_each(|stage| write(&world, &directory, stage, 37).unwrap())
        }
        "write-empty" | "alone-write-empty" => write_empty(&world, &directory),
        "write-many" => write_many(&world, &directory),
        "refused" => refused(&world, &directory),
        "full" | "alone-full" => full(&world, &directory),
        other => panic!("no program {other}"),
    }
}

fn header(stage: Stage) -> Header {
    Header::new((stage, 1), "[campaign]\nname = \"glass – ε\"\n", "5e1f", "{\"seed\":7}", u64::MAX - 7)
}

/// Distinguishes the numbers of data sets; once for each, because this code is not optimised.
fn salt(path: &str) -> u64 {
    path.bytes().fold(14695981039346656037u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(1099511628211))
}

/// A number that depends only on the salt of a path and the element.
fn element(salt: u64, index: u64) -> u64 {
    (salt ^ index).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 20
}

fn number(salt: u64, index: u64) -> f64 {
    if index % 11 == 5 { f64::NAN } else { element(salt, index) as f64 * 1e-9 - 3000.0 }
}

/// The lengths that stand for the letters of the layout.
fn shape(entry: &DataSet, rows: u64) -> Vec<u64> {
    let length = |(axis, word): (usize, &str)| match (word, axis) {
        ("N", _) => 5,
        ("Ng", _) => rows / 3,
        (word, 0) => rows + word.len() as u64 + u64::from(word.as_bytes()[0]),
        (word, _) => word.parse().unwrap_or(4),
    };
    layout::shape_words(entry.shape).into_iter().enumerate().map(length).collect()
}

/// The rows of this rank: pieces of unequal lengths in random order, sometimes none.
fn pieces(world: &Ranks, total: u64, shift: u64) -> Rows {
    let (mut first, mut ranges) = (0, Vec::new());
    let (piece, owner) = (salt("piece"), salt("owner"));
    while first < total {
        let count = (1 + element(piece, first + shift) % 5).min(total - first);
        if element(owner, first + shift) % world.size() as u64 == world.rank() as u64 {
            ranges.push(RowRange { first, count });
        }
        first += count;
    }
    ranges.reverse();
    Rows::new(world, total, ranges).unwrap()
}

fn write_entry(file: &mut StageFile, world: &Ranks, entry: &DataSet, path: &str, rows: u64) -> Result<()> {
    let shape = shape(entry, rows);
    let salt = salt(path);
    let rows = pieces(world, shape[0], element(salt, 0) % 7);
    let width: u64 = shape[1..].iter().product();
    let indices = || rows.ranges().iter().flat_map(|range| range.first * width..(range.first + range.count) * width);
    let trailing = &shape[1..];
    match entry.element {
        Element::F64 => file.write(path, &rows, trailing, indices().map(|i| number(salt, i)).collect::<Vec<f64>>()),
        Element::I64 => {
            file.write(path, &rows, trailing, indices().map(|i| element(salt, i) as i64 - 9).collect::<Vec<i64>>())
        }
        Element::U32 => {
            file.write(path, &rows, trailing, indices().map(|i| element(salt, i) as u32).collect::<Vec<u32>>())
        }
        Element::Bool => file.write(
            path,
            &rows,
            trailing,
            indices().map(|i| element(salt, i).is_multiple_of(3)).collect::<Vec<bool>>(),
        ),
        Element::Names(names) => {
            let name = |i| names[element(salt, i) as usize % names.len()].to_string();
            file.write(path, &rows, trailing, indices().map(name).collect::<Vec<String>>())
        }
        other => panic!("no test values for {other:?}"),
    }
}

fn timing(world: &Ranks) -> Timing {
    let costs = vec![("quench".into(), 1.5), ("writing".into(), 0.25)];
    // rank r has the tasks r, r + size, ... of 50 in two rounds, the last one first
    let key = |task: u64| TaskKey { round: (task / 30) as u32, task: task % 30 };
    let mine = (0..50).rev().filter(|task| *task as usize % world.size() == world.rank());
    let tasks = mine.map(|task| TaskCost { key: key(task), seconds: task as f64 });
    Timing { threads: 2, idle: world.rank() as f64, costs, tasks: tasks.collect() }
}

/// Writes every data set of the layout.
fn write(world: &Ranks, directory: &Path, stage: Stage, rows: u64) -> Result<()> {
    let mut file = StageFile::create(world, directory, &header(stage), work(stage).layout())?;
    for entry in work(stage).layout().data_sets() {
        let units: &[&str] = if entry.path.starts_with("/<unit>") { &["argon", "mine"] } else { &[""] };
        for unit in units {
            write_entry(&mut file, world, entry, &entry.path.replace("<unit>", unit), rows)?;
            let due = if world.size() > 1 { Transfer::Collective } else { Transfer::Plain };
            assert_eq!(file.last_transfer(), due, "{}", entry.path);
        }
    }
    for entry in work(stage).layout().attributes {
        let value = match (entry.element, entry.shape) {
            (Element::F64, "[]") => Attribute::F64(0.5),
            (Element::F64, _) => Attribute::F64List(vec![0.25; 4]),
            (Element::Text, _) => Attribute::Text("per atom".to_owned()),
            (Element::I64, "[]") => Attribute::I64(3),
            (Element::U64, "[]") => Attribute::U64(5),
            (Element::I64, "[4]") => Attribute::I64List(vec![3, 1, 0, 2]),
            _ => Attribute::I64List(vec![3, 1]),
        };
        file.attribute(&entry.path.replace("<unit>", "argon"), entry.name, &value)?;
    }
    assert_eq!(file.finish(true, &timing(world))?, directory.join(stage.file_name()));
    Ok(())
}

fn write_empty(world: &Ranks, directory: &Path) {
    for stage in Stage::ALL {
        let mut file = StageFile::create(world, directory, &header(stage), work(stage).layout()).unwrap();
        if stage == Stage::Tunnel {
            file.leave_empty("/argon").unwrap();
        }
        file.leave_empty("/").unwrap();
        file.finish(false, &timing(world)).unwrap();
    }
}

/// Many small ranges, and rows that do not fit one round.
fn write_many(world: &Ranks, directory: &Path) {
    let total = 60_000;
    let owner = salt("owner");
    let mine = |first: &u64| element(owner, *first) % world.size() as u64 == world.rank() as u64;
    let keys: Vec<((u64, u64), u64)> = (0..total / 3).filter(mine).map(|key| ((key / 100, key), 3)).collect();
    let rows = Rows::by_key(world, &keys).unwrap();
    assert_eq!(rows.total(), total);
    let indices = || rows.ranges().iter().flat_map(|range| range.first..range.first + range.count);
    let mut file = StageFile::create(world, directory, &header(Stage::Explore), work(Stage::Explore).layout()).unwrap();
    let energies: Vec<f64> = indices().map(|i| i as f64).collect();
    let start = std::time::Instant::now();
    file.write("/minima/energy", &rows, &[], &energies).unwrap();
    eprintln!("columns after {:.2} s", start.elapsed().as_secs_f64());
    let particles = 100;
    // the same numbers in each row but for the first, which is the row's: this code is not optimised
    let mut row: Vec<f64> = (0..3 * particles).map(|k| k as f64).collect();
    let mut positions = Vec::with_capacity(energies.len() * row.len());
    for energy in &energies {
        row[0] = *energy;
        positions.extend_from_slice(&row);
    }
    file.write("/minima/position", &rows, &[particles, 3], &positions).unwrap();
    eprintln!("positions after {:.2} s", start.elapsed().as_secs_f64());
    file.leave_empty("/").unwrap_err();
}

/// An invalid write is refused on all ranks together, and leaves nothing behind.
fn refused(world: &Ranks, directory: &Path) {
    let last = world.rank() == world.size() - 1;
    let rows = Rows::on_rank_zero(world, 2);
    let two = |value: f64| if world.rank() == 0 { vec![value; 2] } else { vec![] };
    let internal = |result: Result<()>, word: &str| match result {
        Err(Error::Internal(message)) if message.contains(word) => (),
        other => panic!("{word}: {other:?}"),
    };
    let mut file = StageFile::create(world, directory, &header(Stage::Connect), work(Stage::Connect).layout()).unwrap();
    internal(file.write("/candidates/colour", &rows, &[], two(1.0)), "/candidates/colour");
    internal(file.write("/candidates/glass", &rows, &[], two(1.0)), "u32");
    internal(file.write("/double_wells/barrier", &rows, &[3], two(1.0)), "axes");
    internal(file.write("/double_wells/saddle_position", &rows, &[7, 2], two(1.0)), "[P,N,3]");
    file.write("/double_wells/barrier", &rows, &[], two(1.0)).unwrap();
    internal(file.write("/double_wells/barrier", &rows, &[], two(1.0)), "twice");
    internal(file.write("/double_wells/length", &Rows::none(), &[], &[0.0; 0]), "P is 2");
    internal(file.write("/double_wells/length", &rows, &[], &[0.0; 5]), "values");
    let names = |name: &str| if world.rank() == 0 { vec![name.to_string(); 2] } else { vec![] };
    internal(file.write("/candidates/status", &rows, &[], names("perhaps")), "perhaps");
    internal(file.attribute("/double_wells", "colour", &Attribute::F64(1.0)), "colour");
    internal(file.finish(true, &timing(world)).map(|_| ()), "/double_wells/length");
    let twice = RowRange { first: 0, count: if last { 3 } else { 0 } };
    internal(Rows::new(world, 4, vec![twice]).map(|_| ()), "exactly once");
    internal(Rows::new(world, 4, vec![RowRange { first: 3, count: u64::from(last) * 2 }]).map(|_| ()), "beyond");
    let double = if last { vec![RowRange { first: 1, count: 1 }; 2] } else { vec![] };
    internal(Rows::new(world, 2, double).map(|_| ()), "exactly once");
    internal(Rows::by_key(world, &[(3u32, 1), (3u32, 1)]).map(|_| ()), "same key");
    assert!(std::fs::read_dir(directory).unwrap().next().is_none(), "nothing is left");
    let nowhere =
        StageFile::create(world, &directory.join("nowhere"), &header(Stage::Connect), work(Stage::Connect).layout())
            .map(|_| ());
    assert!(matches!(&nowhere, Err(Error::Storage { file, .. }) if file.ends_with("nowhere/paths.h5")), "{nowhere:?}");
}

/// Encounters a full disk while it writes a large file; an existing small file is unchanged.
fn full(world: &Ranks, directory: &Path) {
    let error = write(world, directory, Stage::Explore, 30_000).unwrap_err();
    assert_eq!(error.exit_code(), 3);
    let printed = error.to_string();
    assert!(printed.contains("landscape.h5") && printed.contains("free space"), "{printed}");
    world.barrier();
    let left: Vec<_> = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["landscape.h5"]);
    eprintln!("printed: {printed}");
    assert_eq!(StageReader::open(directory, Stage::Explore).unwrap().shape("/minima/energy").unwrap(), [37 + 1 + 77]);
}

fn scratch() -> tempfile::TempDir {
    tempfile::tempdir().expect("a scratch directory")
}

fn run(count: usize, program: &str, directory: &Path) -> String {
    let _children = with_children();
    std::fs::create_dir_all(directory).unwrap();
    ranks::both(&ranks::run(count, program, &[(DIRECTORY, directory.to_str().unwrap())]))
}

fn differences(left: &Path, right: &Path) {
    let _children = with_children();
    for stage in Stage::ALL {
        let files = [left.join(stage.file_name()), right.join(stage.file_name())];
        let output = Command::new("h5diff").args(["--exclude-path", "/timing"]).args(&files).output().expect("h5diff");
        assert!(output.status.success(), "{stage:?}: {}", ranks::both(&output));
    }
}

#[test]
fn every_number_of_ranks_writes_the_same_files() {
    let scratch = scratch();
    for program in ["write", "write-empty"] {
        let alone = scratch.path().join(format!("{program}-alone"));
        run(1, &format!("alone-{program}"), &alone);
        // what three ranks write is read in `what_is_read_is_what_was_written`
        let due: &[usize] = if program == "write" { &[1, 4] } else { &[2] };
        let counts = ranks::rank_counts().into_iter().filter(|count| due.contains(count));
        for count in counts {
            let together = scratch.path().join(format!("{program}-{count}"));
            let printed = run(count, program, &together);
            assert!(!printed.contains("HDF5"), "the library is silent: {printed}");
            differences(&alone, &together);
        }
    }
    // verifies that the comparison can fail
    let _children = with_children();
    let (left, right) = (scratch.path().join("write-alone"), scratch.path().join("write-empty-alone"));
    let output = Command::new("h5diff").args([left.join("glasses.h5"), right.join("glasses.h5")]).output().unwrap();
    assert!(!output.status.success());
}

#[test]
fn what_is_read_is_what_was_written() {
    let scratch = scratch();
    let directory = scratch.path();
    run(3, "write", directory);
    let _open = with_open_files();
    for stage in Stage::ALL {
        let reader = StageReader::open(directory, stage).unwrap();
        assert_eq!(*reader.header(), Header { complete: true, ..header(stage) });
        for entry in work(stage).layout().data_sets() {
            let path = entry.path.replace("<unit>", "mine");
            let (shape, salt) = (shape(entry, 37), salt(&path));
            assert_eq!(reader.shape(&path).unwrap(), shape, "{path}");
            let total: u64 = shape.iter().product();
            match entry.element {
                Element::F64 => {
                    let bits = reader.read::<f64>(&path).unwrap().into_iter().map(f64::to_bits);
                    assert!(bits.eq((0..total).map(|i| number(salt, i).to_bits())), "{path}");
                }
                Element::I64 => assert!(
                    reader.read::<i64>(&path).unwrap().into_iter().eq((0..total).map(|i| element(salt, i) as i64 - 9))
                ),
                Element::U32 => assert!(
                    reader.read::<u32>(&path).unwrap().into_iter().eq((0..total).map(|i| element(salt, i) as u32))
                ),
                Element::Bool => assert!(
                    reader
                        .read::<bool>(&path)
                        .unwrap()
                        .into_iter()
                        .eq((0..total).map(|i| element(salt, i).is_multiple_of(3)))
                ),
                Element::Names(names) => {
                    let due = (0..total).map(|i| names[element(salt, i) as usize % names.len()]);
                    assert!(reader.read_text(&path).unwrap().iter().map(String::as_str).eq(due), "{path}");
                }
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(reader.read::<u32>("/timing/ranks").unwrap(), [if cfg!(feature = "mpi") { 3 } else { 1 }]);
        assert_eq!(reader.read_text("/timing/created").unwrap()[0].len(), "2020-01-01T00:00:00Z".len());
        assert_eq!(reader.read::<f64>("/timing/costs/quench").unwrap()[0], 1.5);
        let seconds: Vec<f64> = reader.read("/timing/tasks/seconds").unwrap();
        assert!(seconds.into_iter().eq((0..50).map(f64::from)), "tasks by round and number");
    }
    let reader = StageReader::open(directory, Stage::Explore).unwrap();
    let rows = reader.read_rows::<f64>("/minima/position", 30, 2).unwrap();
    assert!(
        rows.iter().zip(450..480).all(|(x, i)| x.to_bits() == number(salt("/minima/position"), i).to_bits())
            && rows.len() == 30
    );
    let tunnelling = StageReader::open(directory, Stage::Tunnel).unwrap();
    assert_eq!(tunnelling.groups().unwrap(), ["argon", "mine", "timing"]);
    assert_eq!(tunnelling.attribute("/argon/density", "counts").unwrap(), Attribute::I64List(vec![3, 1]));
    assert_eq!(tunnelling.attribute("/argon", "kT_Q").unwrap(), Attribute::F64(0.5));
    assert!(tunnelling.attribute("/mine", "kT_Q").is_err());
}

#[test]
fn many_small_ranges_are_written_quickly() {
    let scratch = scratch();
    let start = std::time::Instant::now();
    run(2, "write-many", scratch.path());
    assert!(start.elapsed().as_secs() < 60);
}

#[test]
fn what_the_layout_does_not_allow_is_refused_on_all_ranks() {
    for count in ranks::rank_counts() {
        let printed = run(count, "refused", scratch().path());
        assert!(!printed.contains("HDF5-DIAG"), "{printed}");
    }
}

/// A limit on file sizes replaces a full disk: the same calls fail, and no privileges are needed to set it.
#[test]
fn a_full_disk_is_reported_and_leaves_what_was_there() {
    let mut programs: Vec<(usize, &str)> = ranks::rank_counts().into_iter().map(|count| (count, "full")).collect();
    programs.push((1, "alone-full"));
    for (count, program) in programs {
        let scratch = scratch();
        {
            let _open = with_open_files();
            write(&Ranks::alone(), scratch.path(), Stage::Explore, 37).unwrap();
        }
        let _children = with_children();
        let limit = ["bash", "-c", "trap '' XFSZ; ulimit -f 2048; exec \"$0\" \"$@\""];
        let mut command = ranks::command_through(&limit, count, program);
        let output = command.env(DIRECTORY, scratch.path()).output().unwrap();
        let printed = ranks::both(&output);
        assert!(output.status.success(), "{count} ranks: {} {printed}", output.status);
        assert!(!printed.contains("HDF5-DIAG"), "{printed}");
    }
}

#[test]
fn an_unusable_file_is_reported_by_name() {
    let _open = with_open_files();
    let scratch = scratch();
    let directory = scratch.path();
    let path = directory.join("glasses.h5");
    let printed = |word: &str| match StageReader::open(directory, Stage::Prepare).map(|_| ()) {
        Err(Error::Storage { file, message }) if file == path && message.contains(word) => (),
        other => panic!("{word}: {other:?}"),
    };
    printed("No such file");
    std::fs::write(&path, "no glasses here, only text").unwrap();
    printed("not an HDF5 file");
    assert!(matches!(StageReader::open_input(&path, Stage::Prepare).map(|_| ()), Err(Error::Input { .. })));
    std::fs::write(&path, "").unwrap();
    printed("not an HDF5 file");
    write(&Ranks::alone(), directory, Stage::Prepare, 37).unwrap();
    let whole = std::fs::read(&path).unwrap();
    std::fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    printed("truncated");
    std::fs::write(&path, &whole).unwrap();
    std::fs::copy(&path, directory.join("paths.h5")).unwrap();
    let other = StageReader::open(directory, Stage::Connect).map(|_| ()).unwrap_err().to_string();
    assert!(other.contains("written by the stage prepare"), "{other}");
    let file = hdf5::File::open_rw(&path).unwrap();
    file.attr("glasswell_layout").unwrap().write_scalar(&99i64).unwrap();
    file.close().unwrap();
    printed("layout 99");
    std::fs::write(&path, &whole).unwrap();
    let reader = StageReader::open(directory, Stage::Prepare).unwrap();
    let missing = reader.read::<f64>("/glasses/colour").unwrap_err().to_string();
    assert!(missing.contains("/glasses/colour") && missing.contains("glasses.h5"), "{missing}");
    assert!(!reader.has("/nothing/here/at/all") && reader.has("/glasses/box") && !reader.has("/glasses"));
    assert!(reader.read::<u32>("/glasses/box").unwrap_err().to_string().contains("not u32"));
    assert!(reader.read_rows::<f64>("/glasses/box", 10, 3).unwrap_err().to_string().contains("12 rows"));
    assert!(reader.read_rows::<f64>("/glasses/box", u64::MAX, 3).is_err());
}

#[test]
fn a_campaign_knows_its_stages() {
    let _open = with_open_files();
    let scratch = scratch();
    let directory = scratch.path().join("a/campaign");
    let world = Ranks::alone();
    assert!(Campaign::look(&directory).is_err());
    let campaign = Campaign::open(&world, &directory, None).unwrap();
    assert!(campaign.stages().is_empty() && directory.is_dir());
    write(&world, &directory, Stage::Explore, 37).unwrap();
    let unfinished =
        StageFile::create(&world, &directory, &header(Stage::Prepare), work(Stage::Prepare).layout()).unwrap();
    let parts = || std::fs::read_dir(&directory).unwrap().count();
    assert_eq!(parts(), 2);
    std::mem::forget(unfinished); // as a killed process does
    std::fs::write(directory.join(".glasses.h5.part.locktest.1"), "").unwrap(); // Open MPI, killed while it opens the file
    assert_eq!(parts(), 3);
    let campaign = Campaign::open(&world, &directory, None).unwrap();
    assert_eq!(parts(), 1);
    assert_eq!(campaign.stages().iter().map(|state| state.stage).collect::<Vec<_>>(), [Stage::Explore]);
    assert!(campaign.is_complete(Stage::Explore) && !campaign.is_complete(Stage::Prepare));
    assert_eq!(campaign.stage(Stage::Explore).unwrap().header.deck_keys, "{\"seed\":7}");
    assert_eq!(campaign.refuse(Stage::Explore, "explore.quenches").exit_code(), 3);
    let file = scratch.path().join("a/file");
    std::fs::write(&file, "").unwrap();
    assert!(matches!(Campaign::open(&world, &file, None), Err(Error::Storage { .. })));
}
