//! A campaign whose disk is full, read-only or gone, or whose files are damaged: the error names the file and the
//! remedy, no intact data is lost, and after the repair the same command gives the data of an undisturbed run. Parts
//! that mount a file system need root, and are skipped without; never when CI is set.

use crate::support::{Campaign, Ended, FILES, rank_counts, ranks_of_glasswell, text, wait_until};
use std::path::{Path, PathBuf};
use std::process::Command;

fn assert_success(command: &mut Command, what: &str) {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{what}: {}", String::from_utf8_lossy(&output.stderr));
}

/// A small separate file system in memory.
struct Disk {
    folder: tempfile::TempDir,
}

impl Disk {
    /// `None`, with a message, where mounting is not permitted.
    fn new(size: &str) -> Option<Self> {
        let disk = Self { folder: tempfile::tempdir().unwrap() };
        let options = format!("size={size}");
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &options, "none"]).arg(disk.path()).output();
        if mounted.is_ok_and(|output| output.status.success()) {
            return Some(disk);
        }
        assert!(std::env::var_os("CI").is_none(), "CI is set, and mounting is not permitted");
        println!("skipped: a small disk (mounting is not permitted)");
        None
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn mount(&self, options: &str) {
        assert_success(Command::new("mount").args(["-o", options]).arg(self.path()), options);
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.path()).output();
    }
}

/// Makes a directory read-only from now on, as after an error of its disk.
struct ReadOnly(PathBuf);

impl ReadOnly {
    fn new(directory: &Path) -> Self {
        assert_success(Command::new("mount").arg("--bind").args([directory, directory]), "bind");
        assert_success(Command::new("mount").args(["-o", "remount,bind,ro"]).arg(directory), "read-only");
        Self(directory.to_path_buf())
    }
}

impl Drop for ReadOnly {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(&self.0).output();
    }
}

fn run(campaign: &Campaign, ranks: usize) -> Ended {
    campaign.start(ranks, &[]).wait()
}

/// (checkpoint interval, size of the disk for the program alone and on two ranks, which reserve 4 MB before they
/// complete a file, what does not fit)
const FULL: [(&str, [&str; 2], &str); 2] =
    [("200 ms", ["120k", "4240k"], "/checkpoint/explore."), ("1 h", ["200k", "4300k"], "/checkpoint/explore.")];

#[test]
fn a_full_disk_is_reported_and_the_run_goes_on_when_there_is_room() {
    for (interval, sizes, file) in FULL {
        for &ranks in rank_counts() {
            let Some(disk) = Disk::new(sizes[ranks - 1]) else { return };
            let what = format!("a disk of {} on {ranks} ranks", sizes[ranks - 1]);
            let mut campaign = Campaign::with_checkpoints_every(interval);
            campaign.output = disk.path().join("out");
            let ended = run(&campaign, ranks);
            ended.assert_message(&what, 3, &[file, "No space left on device", "free space", "--output", "run again"]);
            campaign.assert_no_half_file(&what);
            assert!(!campaign.file("landscape.h5").exists(), "{what}");
            campaign.assert_same(&FILES[..1], &what);
            let used = |name: &String| std::fs::metadata(campaign.output.join(name)).unwrap().len();
            let held: u64 = campaign.listing().iter().map(used).sum();
            println!("{what}: {held} bytes are held by {:?}", campaign.listing());
            disk.mount("remount,size=20m");
            campaign.finish_until("explore", 3 - ranks, &what);
        }
    }
}

#[test]
fn a_limit_on_the_size_of_files_is_reported() {
    for &ranks in rank_counts() {
        let campaign = Campaign::with_checkpoints_every("1 h");
        let limit = format!("ulimit -f {}; exec \"$0\" \"$@\"", if ranks == 1 { 100 } else { 4250 });
        let command = ranks_of_glasswell(ranks, &["bash", "-c", &limit], &campaign.words(&[]));
        let ended = campaign.spawn(command, ranks).wait();
        let what = format!("a limit on the size of files on {ranks} ranks");
        // at its end, explore hands its results to a checkpoint
        ended.assert_message(&what, 3, &["/checkpoint/explore.", "File too large"]);
        campaign.assert_no_half_file(&what);
        assert!(!campaign.file("landscape.h5").exists(), "{what}");
        campaign.assert_same(&FILES[..1], &what);
        let glasses = campaign.bytes();
        campaign.finish_until("explore", 1, &what);
        assert!(campaign.bytes()[0] == glasses[0], "{what}: the glasses were written again");
    }
}

#[test]
fn a_read_only_directory_is_reported() {
    for &ranks in rank_counts() {
        let Some(disk) = Disk::new("20m") else { return };
        let mut campaign = Campaign::short();
        campaign.output = disk.path().join("out");
        disk.mount("remount,ro");
        let words = ["/out", "Read-only file system", "choose another --output"];
        run(&campaign, ranks).assert_message(&format!("read-only, no directory, {ranks} ranks"), 3, &words);
        disk.mount("remount,rw");
        std::fs::create_dir(&campaign.output).unwrap();
        disk.mount("remount,ro");
        run(&campaign, ranks).assert_message(&format!("read-only before, {ranks} ranks"), 3, &words);
        disk.mount("remount,rw");
        let what = format!("read-only in the middle, {ranks} ranks");
        let running = campaign.start(ranks, &[]);
        wait_until("the first glasses", || campaign.file("glasses.h5").exists());
        let cover = ReadOnly::new(&campaign.output);
        running.wait().assert_message(&what, 3, &["/out/", "Read-only file system", "choose another --output"]);
        drop(cover);
        campaign.finish_until("explore", 1, &what);
    }
}

#[test]
fn a_directory_that_vanishes_is_reported_and_not_made_again() {
    for &ranks in rank_counts() {
        let campaign = Campaign::short();
        let running = campaign.start(ranks, &[]);
        let printed = || std::fs::read_to_string(campaign.file("progress.json")).unwrap_or_default();
        wait_until("the exploration has begun", || printed().contains("\"explore\""));
        std::fs::rename(&campaign.output, campaign.folder.join("away")).unwrap();
        let what = format!("vanished, {ranks} ranks");
        running.wait().assert_message(&what, 3, &["/out/", "No such file or directory"]);
        assert!(!campaign.output.exists(), "{what}: {:?}", campaign.listing());
        std::fs::rename(campaign.folder.join("away"), &campaign.output).unwrap();
        campaign.finish_until("explore", ranks, &what);
    }
}

/// The offset of a data set's values in a file.
fn place(file: &Path, path: &str) -> u64 {
    let script = "import h5py, sys; print(h5py.File(sys.argv[1])[sys.argv[2]].id.get_offset())";
    let output = Command::new("/usr/bin/python3").args(["-c", script, text(file), path]).output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().parse().unwrap()
}

fn flip(file: &Path, place: u64) {
    let mut bytes = std::fs::read(file).unwrap();
    bytes[place as usize] ^= 0x10;
    std::fs::write(file, bytes).unwrap();
}

fn cut(file: &Path) {
    let length = std::fs::metadata(file).unwrap().len();
    std::fs::File::options().write(true).open(file).unwrap().set_len(length / 2).unwrap();
}

/// One glass whose exploration takes several slices of work, so that checkpoints contain it as a task in progress.
const ONE_GLASS: [(&str, &str); 2] = [("glasses = 3", "glasses = 1"), ("quenches = 60", "quenches = 1000")];

/// The checkpoints that hold states of the exploration, by number.
fn states(campaign: &Campaign) -> Vec<String> {
    let state = |name: &String| name.starts_with("checkpoint/explore.") && name.ends_with(".running.h5");
    campaign.listing().into_iter().filter(state).collect()
}

/// A campaign that was killed when it had written two checkpoints of its exploration.
fn killed() -> Campaign {
    let campaign = Campaign::of("short.toml", &ONE_GLASS);
    let mut running = campaign.start(1, &[]);
    let members = running.members();
    wait_until("two checkpoints", || states(&campaign).len() >= 2);
    running.signal("KILL", &members);
    assert_eq!(running.wait().code, 137);
    assert!(!campaign.file("landscape.h5").exists());
    campaign
}

/// A name, the damage, and the words of the warning.
type Damage<'d> = (&'d str, &'d dyn Fn(&Campaign), [&'d str; 2]);

fn copy_of(campaign: &Campaign) -> Campaign {
    let copy = Campaign::of("short.toml", &ONE_GLASS);
    assert_success(Command::new("cp").arg("-r").args([&campaign.output, &copy.output]), "cp");
    copy
}

#[test]
fn damaged_checkpoints_give_way_to_earlier_ones_aloud() {
    let until = ["--until", "explore"];
    let whole = Campaign::of("short.toml", &ONE_GLASS);
    let ended = whole.start(1, &until).wait();
    assert_eq!(ended.code, 0, "{}", ended.printed);
    let killed = killed();
    let newest = states(&killed).last().unwrap().clone();
    let name = newest.trim_start_matches("checkpoint/");
    let flipped = |campaign: &Campaign| flip(&campaign.file(&newest), place(&campaign.file(&newest), "/bytes") + 40);
    let all = |campaign: &Campaign| {
        let listing = campaign.listing();
        listing.iter().filter(|name| name.starts_with("checkpoint/")).for_each(|name| cut(&campaign.file(name)));
    };
    let damages: [Damage; 3] = [
        ("a checkpoint cut short", &|campaign| cut(&campaign.file(&newest)), ["truncated", "is used"]),
        ("a checkpoint with a flipped byte", &flipped, ["fails its checksum", "is used"]),
        ("all checkpoints cut short", &all, ["truncated", "start again"]),
    ];
    for ((what, damage, words), &ranks) in damages.into_iter().zip(rank_counts().iter().cycle()) {
        let campaign = copy_of(&killed);
        damage(&campaign);
        let ended = campaign.start(ranks, &until).wait();
        assert_eq!(ended.code, 0, "{what}: {}", ended.printed);
        let meant =
            |line: &&str| line.contains("WARN") && line.contains(name) && words.iter().all(|w| line.contains(w));
        let warned = ended.printed.lines().find(meant);
        println!("{what}: {}", warned.unwrap_or_else(|| panic!("{what}: no {words:?}: {}", ended.printed)));
        campaign.assert_same_as(&whole, &FILES[..2], what);
        assert!(!campaign.output.join("checkpoint").exists(), "{what}: checkpoints are left over");
    }
}

#[test]
fn a_flipped_byte_in_a_finished_file_stops_what_builds_on_it() {
    let data_sets = ["/glasses/position", "/minima/position", "/double_wells/saddle_position", "/light/levels"];
    for (number, (file, path)) in FILES.into_iter().zip(data_sets).enumerate() {
        let campaign = Campaign::with_files(number + 1);
        let start = place(&campaign.file(file), path);
        flip(&campaign.file(file), start + 11);
        for &ranks in rank_counts() {
            let what = format!("a flipped byte in {file}, {ranks} ranks");
            run(&campaign, ranks).assert_message(&what, 3, &[file, path, "fails its checksum", "--redo"]);
            let files = campaign.listing().into_iter().filter(|name| name.ends_with(".h5")).count();
            assert_eq!(files, number + 1, "{what}: {:?}", campaign.listing());
        }
    }
}

const NO_LOCKS: &str = "#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
static int refuse(void) { errno = atoi(getenv(\"LOCK_ERRNO\")); return -1; }
int flock(int file, int what) { return refuse(); }
static int control(const char *name, int file, int what, void *argument) {
    if (what == F_SETLK || what == F_SETLKW || what == F_OFD_SETLK || what == F_OFD_SETLKW) return refuse();
    return ((int (*)(int, int, void *))dlsym(RTLD_NEXT, name))(file, what, argument);
}
#define ARGUMENT(what) va_list list; va_start(list, what); void *argument = va_arg(list, void *); va_end(list)
int fcntl(int file, int what, ...) { ARGUMENT(what); return control(\"fcntl\", file, what, argument); }
int fcntl64(int file, int what, ...) { ARGUMENT(what); return control(\"fcntl64\", file, what, argument); }
";

/// A library that replaces calls of the system.
fn preloadable(folder: &Path, code: &str) -> PathBuf {
    let (source, library) = (folder.join("calls.c"), folder.join("calls.so"));
    std::fs::write(&source, code).unwrap();
    let mut compiler = Command::new("cc");
    assert_success(compiler.args(["-shared", "-fPIC", "-o"]).args([&library, &source]).arg("-ldl"), "cc");
    library
}

#[test]
fn a_file_system_without_locks_is_no_obstacle() {
    let folder = tempfile::tempdir().unwrap();
    let library = preloadable(folder.path(), NO_LOCKS);
    // ENOLCK, ENOSYS, EOPNOTSUPP
    for (number, &ranks) in ["37", "38", "95"].into_iter().zip(rank_counts().iter().cycle()) {
        let what = format!("no locks (error {number}), {ranks} ranks");
        let campaign = Campaign::with_files(1);
        let (preload, number) = (format!("LD_PRELOAD={}", text(&library)), format!("LOCK_ERRNO={number}"));
        let words = campaign.words(&["--until", "explore"]);
        let command = ranks_of_glasswell(ranks, &["env", &preload, &number], &words);
        let ended = campaign.spawn(command, ranks).wait();
        assert_eq!(ended.code, 0, "{what}: {}", ended.printed);
        let warned: Vec<&str> =
            ended.printed.lines().filter(|line| line.contains("the file system has no locks")).collect();
        assert_eq!(warned.len(), 1, "{what}: {}", ended.printed);
        println!("{what}: {}", warned[0]);
        campaign.assert_same(&FILES[..2], &what);
    }
}

/// One byte of the first long write to a file whose name contains `SPOILT_FILE` is changed on its way, on one rank.
const SPOILT_WRITE: &str = "
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>
static int spoilt;
static int is_due(int file, size_t length) {
    char link[64], name[1024] = {0};
    const char *rank = getenv(\"OMPI_COMM_WORLD_RANK\");
    snprintf(link, sizeof link, \"/proc/self/fd/%d\", file);
    if (spoilt || length < 10000 || (rank && strcmp(rank, \"0\")) || readlink(link, name, sizeof name - 1) < 0) return 0;
    return spoilt = strstr(name, getenv(\"SPOILT_FILE\")) != NULL;
}
static const void *changed(const void *bytes, size_t length) {
    char *copy = memcpy(malloc(length), bytes, length);
    // HDF5 writes the end of a long piece again with what follows
    copy[length / 8] ^= 4;
    return copy;
}
#define NEXT(name, type) ((type)dlsym(RTLD_NEXT, name))
ssize_t pwrite64(int file, const void *bytes, size_t length, off64_t place) {
    if (is_due(file, length)) bytes = changed(bytes, length);
    return NEXT(\"pwrite64\", ssize_t (*)(int, const void *, size_t, off64_t))(file, bytes, length, place);
}
ssize_t pwrite(int file, const void *bytes, size_t length, off_t place) { return pwrite64(file, bytes, length, place); }
ssize_t write(int file, const void *bytes, size_t length) {
    if (file > 2 && is_due(file, length)) bytes = changed(bytes, length);
    return NEXT(\"write\", ssize_t (*)(int, const void *, size_t))(file, bytes, length);
}
static ssize_t all(int file, const struct iovec *parts, int count, off64_t place) {
    ssize_t done = 0;
    for (int k = 0; k < count; k++) done += pwrite64(file, parts[k].iov_base, parts[k].iov_len, place + done);
    return done;
}
ssize_t pwritev(int file, const struct iovec *parts, int count, off_t place) { return all(file, parts, count, place); }
ssize_t pwritev64(int file, const struct iovec *parts, int count, off64_t place) { return all(file, parts, count, place); }
";

/// Five seconds.
#[test]
fn a_byte_that_changes_on_its_way_to_the_disk_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let preload = format!("LD_PRELOAD={}", text(&preloadable(folder.path(), SPOILT_WRITE)));
    for ranks in [1, 2] {
        let what = format!("a changed byte, {ranks} ranks");
        let campaign = Campaign::with_files(1);
        let run = |campaign: &Campaign| {
            let command = ranks_of_glasswell(
                ranks,
                &["env", &preload, "SPOILT_FILE=.landscape.h5.part"],
                &campaign.words(&["--until", "explore"]),
            );
            campaign.spawn(command, ranks).wait()
        };
        let ended = run(&campaign);
        assert_eq!(ended.code, 3, "{what}: {}", ended.printed);
        let said = |words: &str| ended.printed.contains(words);
        assert!(said("landscape.h5") && said("differs from what was written"), "{what}: {}", ended.printed);
        assert!(!campaign.file("landscape.h5").exists() && campaign.file("checkpoint").exists(), "{what}");
        // the checkpoints are whole
        campaign.finish_until("explore", ranks, &what);
        // what the deck does not ask for is not done
        let trusting = Campaign::with_files(1);
        trusting.change(&[("checkpoint_interval", "verify_writes = false\ncheckpoint_interval")]);
        let ended = run(&trusting);
        assert_eq!(ended.code, 0, "{what}: {}", ended.printed);
    }
}
