//! Checkpoints: written on any number of ranks and read on any other, never a wrong byte whatever happens to the files.

use crate::support::ranks;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use glasswell::error::Error;
use glasswell::files::{CheckpointHeader, CheckpointRecord, Checkpoints, Program, TaskKey};
use glasswell::parallel::Ranks;
use glasswell::stage::Stage;

const DIRECTORY: &str = "GLASSWELL_TEST_DIRECTORY";
const STAGE: Stage = Stage::Explore;
const PROGRAM: Program = Program { schema: 0xfedc_ba98_7654_3210, algorithm: 3 };

#[test]
fn rank_program() {
    let Some(program) = ranks::program() else { return };
    let world = glasswell::files::start_ranks().expect("the ranks start");
    let directory = PathBuf::from(std::env::var(DIRECTORY).expect("a directory"));
    match program.as_str() {
        "write" => (1..=3).for_each(|number| write(&world, &directory, number)),
        "read" => read(&world, &directory),
        "flip" => flip(&world, &directory),
        "cut" => cut(&world, &directory),
        "life" => life(&world, &directory),
        "full" => full(&world, &directory),
        "double" => double(&world, &directory),
        "updated" => updated(&world, &directory),
        "large" => large(&world, &directory),
        other => panic!("no program {other}"),
    }
}

fn header() -> CheckpointHeader {
    CheckpointHeader {
        stage: STAGE,
        program: PROGRAM,
        deck_keys: "explore.quenches = 7 – ε\n".repeat(3),
        seed: u64::MAX - 3,
        built_on: 1 << 63,
    }
}

fn mixed(number: u64) -> u64 {
    let z = number.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (z ^ (z >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9) >> 17
}

/// The state of a task at a checkpoint, of 0 to 90 bytes.
fn bytes(key: TaskKey, number: u64) -> Vec<u8> {
    let seed = mixed(key.task * 1000 + u64::from(key.round) * 100 + number);
    (0..seed % 91).map(|place| mixed(seed + place) as u8).collect()
}

/// At checkpoint n, tasks up to 4 n are finished, four of these since the checkpoint before, and five more are running.
fn key(task: u64) -> TaskKey {
    TaskKey { round: (task / 6) as u32, task }
}

const DONE: u64 = 77;

fn finished_at(number: u64) -> std::ops::Range<u64> {
    4 * (number - 1)..4 * number
}

fn running_at(number: u64) -> std::ops::Range<u64> {
    4 * number..4 * number + 5
}

fn mine(world: &Ranks, tasks: std::ops::Range<u64>, number: u64) -> Vec<CheckpointRecord> {
    let held = tasks.rev().filter(|task| (mixed(*task) % world.size() as u64) == world.rank() as u64);
    held.map(|task| CheckpointRecord { key: key(task), bytes: bytes(key(task), number) }).collect()
}

fn open(world: &Ranks, directory: &Path) -> Checkpoints {
    Checkpoints::open(world, directory, STAGE, PROGRAM).unwrap()
}

fn write(world: &Ranks, directory: &Path, number: u64) {
    let mut checkpoints = open(world, directory);
    write_to(&mut checkpoints, world, number);
}

fn write_to(checkpoints: &mut Checkpoints, world: &Ranks, number: u64) {
    let results = mine(world, finished_at(number), DONE);
    let states = mine(world, running_at(number), number);
    let written = checkpoints.write(world, &header(), &results, &states).unwrap();
    let all = finished_at(number).map(|task| bytes(key(task), DONE).len());
    let due: usize = all.chain(running_at(number).map(|task| bytes(key(task), number).len())).sum();
    assert_eq!(written, due as u64);
}

/// The contents after three checkpoints.
fn whole() -> BTreeMap<TaskKey, Vec<u8>> {
    let results = (0..12).map(|task| (key(task), bytes(key(task), DONE)));
    results.chain(running_at(3).map(|task| (key(task), bytes(key(task), 3)))).collect()
}

fn names(directory: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(directory.join("checkpoint")) else { return Vec::new() };
    let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

const AFTER_THREE: [&str; 5] = [
    "explore.000001.finished.h5",
    "explore.000002.finished.h5",
    "explore.000002.running.h5",
    "explore.000003.finished.h5",
    "explore.000003.running.h5",
];

fn read(world: &Ranks, directory: &Path) {
    let checkpoints = open(world, directory);
    assert_eq!(checkpoints.header(), Some(&header()));
    assert!(checkpoints.damage().is_empty(), "{:?}", checkpoints.damage());
    assert_eq!(checkpoints.finished(), (0..12).map(key).collect::<Vec<_>>());
    assert_eq!(checkpoints.running(), running_at(3).map(key).collect::<Vec<_>>());
    for (key, due) in whole() {
        assert_eq!(checkpoints.read(key).unwrap(), Some(due));
    }
    assert_eq!(checkpoints.read(key(99)).unwrap(), None);
    let other = Checkpoints::open(world, directory, Stage::Connect, PROGRAM).unwrap();
    assert!(other.header().is_none() && other.finished().is_empty() && other.damage().is_empty());
}

/// Everything read was written by some checkpoint, and what is missing or old is reported.
fn never_wrong(world: &Ranks, directory: &Path, what: &str) -> bool {
    let checkpoints = open(world, directory);
    let printed = world.all_gather(&checkpoints.damage().to_vec()).unwrap();
    assert!(printed.iter().all(|damage| *damage == printed[0]), "{what}");
    assert!(checkpoints.header().is_none_or(|found| *found == header()), "{what}");
    let mut found = BTreeMap::new();
    for key in checkpoints.finished() {
        found.insert(key, checkpoints.read(key).unwrap().unwrap());
        assert_eq!(found[&key], bytes(key, DONE), "{what}: result of {key}");
    }
    for key in checkpoints.running() {
        let state = checkpoints.read(key).unwrap().unwrap();
        assert!([2, 3].iter().any(|number| bytes(key, *number) == state), "{what}: state of {key}");
        found.insert(key, state);
    }
    if printed[0].is_empty() {
        assert!(found == whole(), "{what}: lost without a word");
    }
    !printed[0].is_empty()
}

/// A bit of every byte of the three newest files, or of every `GLASSWELL_TEST_STRIDE`th.
fn flip(world: &Ranks, directory: &Path) {
    let stride: usize = std::env::var("GLASSWELL_TEST_STRIDE").unwrap().parse().unwrap();
    // the three files have the same structure: other bytes in each
    for (file, name) in AFTER_THREE[2..].iter().enumerate() {
        let path = directory.join("checkpoint").join(name);
        let good = std::fs::read(&path).unwrap();
        world.barrier();
        let (mut seen, mut tried) = (0, 0);
        for position in (file * stride / 3..good.len()).step_by(stride) {
            let mask = 1u8 << (mixed(position as u64) % 8);
            if world.rank() == 0 {
                let mut bad = good.clone();
                bad[position] ^= mask;
                std::fs::write(&path, bad).unwrap();
            }
            world.barrier();
            seen += usize::from(never_wrong(world, directory, &format!("{name}, byte {position} ^ {mask:#x}")));
            tried += 1;
            world.barrier();
        }
        if world.rank() == 0 {
            std::fs::write(&path, &good).unwrap();
            eprintln!("{name}: {seen} of {tried} flips in {} bytes were seen, the others did nothing", good.len());
        }
        assert!(seen > 0);
        world.barrier();
    }
    read(world, directory);
}

fn cut(world: &Ranks, directory: &Path) {
    for name in AFTER_THREE {
        let path = directory.join("checkpoint").join(name);
        let good = std::fs::read(&path).unwrap();
        world.barrier();
        for length in (0..good.len()).step_by(101).chain([1, 7, 8, 9, good.len() - 1]) {
            if world.rank() == 0 {
                std::fs::write(&path, &good[..length]).unwrap();
            }
            world.barrier();
            assert!(never_wrong(world, directory, &format!("{name} cut at {length}")));
            world.barrier();
        }
        if world.rank() == 0 {
            std::fs::write(&path, &good).unwrap();
        }
        world.barrier();
    }
    read(world, directory);
}

/// The names that all ranks see before any rank continues.
fn together(world: &Ranks, directory: &Path) -> Vec<String> {
    world.barrier();
    let names = names(directory);
    world.barrier();
    names
}

/// Numbers always increase, and two files of states are kept.
fn life(world: &Ranks, directory: &Path) {
    let first = world.rank() == 0;
    assert!(open(world, directory).header().is_none() && together(world, directory).is_empty());
    let mut checkpoints = open(world, directory);
    (1..=3).for_each(|number| write_to(&mut checkpoints, world, number));
    // the instance that wrote knows the same as one that reads
    assert_eq!(checkpoints.running(), running_at(3).map(key).collect::<Vec<_>>());
    whole().into_iter().for_each(|(key, due)| assert_eq!(checkpoints.read(key).unwrap(), Some(due)));
    assert_eq!(together(world, directory), AFTER_THREE);
    read(world, directory);
    // nothing was finished: no file of results; remains of an interrupted write are removed
    world.barrier();
    let left = directory.join("checkpoint/.explore.000009.running.h5.part");
    // what Open MPI makes while a rank opens a file
    let of_library = directory.join("checkpoint/.explore.000009.running.h5.part.locktest.2");
    let of_another = directory.join("checkpoint/.connect.000009.running.h5.part");
    if first {
        std::fs::write(&left, "torn").unwrap();
        std::fs::write(&of_library, "").unwrap();
        std::fs::write(&of_another, "torn").unwrap();
    }
    world.barrier();
    read(world, directory);
    checkpoints.write(world, &header(), &[], &mine(world, running_at(3), 4)).unwrap();
    assert!(!left.exists() && !of_library.exists() && of_another.exists());
    world.barrier();
    if first {
        std::fs::remove_file(of_another).unwrap();
        // an unreadable file keeps its number
        std::fs::write(directory.join("checkpoint/explore.000041.running.h5"), "no file").unwrap();
        let renamed = directory.join("checkpoint/explore.000003.running.h5");
        std::fs::copy(renamed, directory.join("checkpoint/explore.000040.running.h5")).unwrap();
    }
    world.barrier();
    let mut checkpoints = open(world, directory);
    let printed = checkpoints.damage().join("\n");
    assert!(
        printed.contains("explore.000041.running.h5: is truncated") && printed.contains("checkpoint 4 is used"),
        "{printed}"
    );
    assert!(printed.contains("explore.000040.running.h5: ") && printed.contains("renamed"), "{printed}");
    checkpoints.write(world, &header(), &[], &mine(world, running_at(3), 5)).unwrap();
    assert_eq!(together(world, directory).last().unwrap(), "explore.000042.running.h5");
    checkpoints.write(world, &header(), &[], &mine(world, running_at(3), 6)).unwrap();
    let states: Vec<String> = together(world, directory).into_iter().filter(|name| name.contains("running")).collect();
    assert_eq!(states, ["explore.000042.running.h5", "explore.000043.running.h5"]);
    // another deck: the existing records are reported and left out
    let other = CheckpointHeader { seed: 5, ..header() };
    checkpoints.write(world, &other, &[], &[]).unwrap();
    assert!(checkpoints.finished().is_empty() && checkpoints.running().is_empty());
    let checkpoints = open(world, directory);
    assert_eq!(checkpoints.header(), Some(&other));
    assert_eq!(checkpoints.damage().len(), 5, "{:?}", checkpoints.damage());
    let foreign = CheckpointHeader { stage: Stage::Connect, ..header() };
    let refused = open(world, directory).write(world, &foreign, &[], &[]);
    assert!(matches!(refused, Err(Error::Internal(_))));
    // removed files are gone, those of other stages are kept
    let mut others = Checkpoints::open(world, directory, Stage::Connect, PROGRAM).unwrap();
    others.write(world, &foreign, &[], &mine(world, 0..3, 1)).unwrap();
    if first {
        for name in [".explore.000044.finished.h5.part.locktest.0", ".explore.shared.h5.part.locktest.1"] {
            std::fs::write(directory.join("checkpoint").join(name), "").unwrap();
        }
    }
    world.barrier();
    Checkpoints::remove(world, directory, STAGE).unwrap();
    assert_eq!(together(world, directory), ["connect.000001.running.h5"]);
    Checkpoints::remove(world, directory, Stage::Connect).unwrap();
    assert!(!directory.join("checkpoint").exists());
    world.barrier();
    Checkpoints::remove(world, directory, Stage::Connect).unwrap();
}

/// The message of a program that cannot use the checkpoint.
fn refusal(world: &Ranks, directory: &Path, program: Program) -> String {
    let before = together(world, directory);
    let error = Checkpoints::open(world, directory, STAGE, program).unwrap_err();
    assert_eq!(error.exit_code(), 3);
    assert_eq!(together(world, directory), before, "nothing is removed");
    error.to_string()
}

/// A program with other data or other steps uses nothing and removes nothing.
fn updated(world: &Ranks, directory: &Path) {
    let (data, steps) = (
        "keeps other data (schema fedcba9876543210, here 0000000000000001)",
        "takes other steps (algorithm 3, here 4)",
    );
    for (program, due) in [
        (Program { schema: 1, ..PROGRAM }, data.to_owned()),
        (Program { algorithm: 4, ..PROGRAM }, steps.to_owned()),
        (Program { schema: 1, algorithm: 4 }, format!("{data} and {steps}")),
    ] {
        let message = refusal(world, directory, program);
        let version = glasswell::version::with_commit();
        let by = format!("explore.000003.running.h5: was written by glasswell {version}, whose stage {due}; ");
        assert!(message.contains(&by) && message.contains("--redo explore"), "{message}");
        // a damaged file does not decide
        let newest = directory.join("checkpoint/explore.000003.running.h5");
        let good = std::fs::read(&newest).unwrap();
        world.barrier();
        if world.rank() == 0 {
            std::fs::write(&newest, "torn").unwrap();
        }
        world.barrier();
        assert!(refusal(world, directory, program).contains("explore.000003.finished.h5: was written"));
        if world.rank() == 0 {
            std::fs::write(&newest, good).unwrap();
        }
        world.barrier();
    }
    read(world, directory);
    world.barrier();
    // nothing else can be known about another layout
    let set_layout = |names: &[&str], change: i64| {
        if world.rank() == 0 {
            for name in names {
                let file = hdf5::File::open_rw(directory.join("checkpoint").join(name)).unwrap();
                let layout = file.attr("checkpoint_layout").unwrap();
                layout.write_scalar(&(layout.read_scalar::<i64>().unwrap() + change)).unwrap();
            }
        }
        world.barrier();
    };
    set_layout(&AFTER_THREE, 1);
    let message = refusal(world, directory, PROGRAM);
    assert!(message.contains("explore.000003.running.h5: was written by glasswell"), "{message}");
    assert!(message.contains("in checkpoint layout ") && message.contains("--redo explore"), "{message}");
    // another layout in a single file counts as damage
    set_layout(&AFTER_THREE[..4], -1);
    assert!(never_wrong(world, directory, "another layout in the newest file"));
    assert_eq!(open(world, directory).running(), running_at(2).filter(|task| *task >= 12).map(key).collect::<Vec<_>>());
}

/// Errors for a task given by two ranks, and twice by one rank.
fn double(world: &Ranks, directory: &Path) {
    let record = CheckpointRecord { key: key(3), bytes: vec![1, 2] };
    let twice = if world.size() == 1 { vec![record.clone(), record] } else { vec![record] };
    let refused = open(world, directory).write(world, &header(), &[], &twice);
    assert!(matches!(&refused, Err(Error::Internal(message)) if message.contains("two records")), "{refused:?}");
    assert!(together(world, directory).is_empty());
}

fn full(world: &Ranks, directory: &Path) {
    let mut checkpoints = open(world, directory);
    let large = |task| CheckpointRecord { key: key(task), bytes: vec![7; (20 << 20) / world.size()] };
    let task = 50 + world.rank() as u64;
    for (results, states) in [(vec![], vec![large(task)]), (vec![large(task)], vec![])] {
        let error = checkpoints.write(world, &header(), &results, &states).unwrap_err();
        assert_eq!(error.exit_code(), 3);
        let printed = error.to_string();
        let file = if results.is_empty() { "explore.000004.running.h5" } else { "explore.000004.finished.h5" };
        assert!(printed.contains(file) && printed.contains("free space"), "{printed}");
        assert_eq!(together(world, directory), AFTER_THREE);
        read(world, directory);
    }
    // with less to write it succeeds
    checkpoints.write(world, &header(), &[], &mine(world, running_at(3), 3)).unwrap();
    assert_eq!(together(world, directory).last().unwrap(), "explore.000004.running.h5");
}

/// Records longer than what is written at once, uneven, one rank with nothing.
fn large(world: &Ranks, directory: &Path) {
    let size = world.size() as u64;
    let length = |task: u64| if task == 0 { 150 << 20 } else { (task % 7) << 18 };
    // each piece begins with its place and task and continues at random: bytes that were moved, by whatever number, differ;
    // in pieces, because this code is not optimised
    const PIECE: usize = 1 << 16;
    let random: Vec<u8> = (0..PIECE as u64 / 8).flat_map(|place| mixed(place).to_le_bytes()).collect();
    let content = |task: u64| {
        let mut bytes = vec![0u8; length(task) as usize];
        for (place, piece) in bytes.chunks_mut(PIECE).enumerate() {
            piece.copy_from_slice(&random[..piece.len()]);
            piece[..8].copy_from_slice(&(mixed(place as u64) ^ task).to_le_bytes());
        }
        bytes
    };
    let held = (0..40).filter(|task| task % size == world.rank() as u64 && (size < 3 || task % size != 1));
    let states: Vec<CheckpointRecord> =
        held.map(|task| CheckpointRecord { key: key(task), bytes: content(task) }).collect();
    let start = std::time::Instant::now();
    let written = open(world, directory).write(world, &header(), &[], &states).unwrap();
    let wrote = start.elapsed().as_secs_f64();
    let checkpoints = open(world, directory);
    let opened = start.elapsed().as_secs_f64() - wrote;
    if world.rank() == 0 {
        let megabytes = written as f64 / 1e6;
        eprintln!("{size} ranks, {megabytes:.0} MB: written in {wrote:.2} s, verified in {opened:.2} s");
    }
    assert!(checkpoints.damage().is_empty());
    for key in checkpoints.running().into_iter().filter(|key| key.task < 3) {
        assert!(checkpoints.read(key).unwrap().unwrap() == content(key.task));
    }
}

fn run(count: usize, program: &str, directory: &Path, variables: &[(&str, &str)]) -> String {
    let mut all = vec![(DIRECTORY, directory.to_str().unwrap())];
    all.extend(variables);
    ranks::both(&ranks::run(count, program, &all))
}

fn scratch() -> tempfile::TempDir {
    tempfile::tempdir().expect("a scratch directory")
}

#[test]
fn any_number_of_ranks_reads_what_any_other_wrote() {
    for writers in ranks::rank_counts() {
        let scratch = scratch();
        let printed = run(writers, "write", scratch.path(), &[]);
        assert!(!printed.contains("HDF5"), "the library is silent: {printed}");
        assert_eq!(names(scratch.path()), AFTER_THREE);
        ranks::rank_counts().into_iter().for_each(|readers| _ = run(readers, "read", scratch.path(), &[]));
    }
}

#[test]
fn a_flipped_byte_is_harmless_or_reported() {
    for (count, stride) in [(1, "23"), (2, "101")].into_iter().filter(|(count, _)| ranks::rank_counts().contains(count))
    {
        let scratch = scratch();
        run(2, "write", scratch.path(), &[]);
        let printed = run(count, "flip", scratch.path(), &[("GLASSWELL_TEST_STRIDE", stride)]);
        printed.lines().filter(|line| line.contains("flips")).for_each(|line| eprintln!("{count} ranks: {line}"));
        assert!(!printed.contains("HDF5-DIAG"), "the library is silent");
    }
}

#[test]
fn a_file_that_was_cut_is_not_used() {
    let scratch = scratch();
    run(1, "write", scratch.path(), &[]);
    for count in [1, 3].into_iter().filter(|count| ranks::rank_counts().contains(count)) {
        run(count, "cut", scratch.path(), &[]);
    }
}

#[test]
fn numbers_go_on_and_old_states_go() {
    for count in ranks::rank_counts() {
        run(count, "life", scratch().path(), &[]);
        run(count, "double", scratch().path(), &[]);
    }
}

/// A limit on the size of files stands for a full disk.
#[test]
fn a_full_disk_leaves_earlier_checkpoints() {
    for count in ranks::rank_counts() {
        let scratch = scratch();
        run(1, "write", scratch.path(), &[]);
        let limit = ["bash", "-c", "trap '' XFSZ; ulimit -f 8192; exec \"$0\" \"$@\""];
        let mut command = ranks::command_through(&limit, count, "full");
        let output = command.env(DIRECTORY, scratch.path()).output().unwrap();
        let printed = ranks::both(&output);
        assert!(output.status.success(), "{count} ranks: {} {printed}", output.status);
        assert!(!printed.contains("HDF5-DIAG"), "{printed}");
    }
}

#[test]
fn what_another_program_wrote_is_left_alone() {
    for count in ranks::rank_counts() {
        let scratch = scratch();
        run(1, "write", scratch.path(), &[]);
        run(count, "updated", scratch.path(), &[]);
    }
}

#[test]
fn large_records_are_written_in_pieces() {
    for count in ranks::rank_counts() {
        let printed = run(count, "large", scratch().path(), &[]);
        printed.lines().filter(|line| line.contains("verified")).for_each(|line| eprintln!("{line}"));
    }
}
