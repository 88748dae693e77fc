//! Starts the test executable again under `mpirun`, so that `cargo test` runs real ranks.
//!
//! A module has one test, `rank_program`, that does nothing unless the variable [`PROGRAM`] names what it should do.
//! The `rank_program` of the calling module is started.

use super::launch::LIMIT;
use std::panic::Location;
use std::process::{Command, Output};

const PROGRAM: &str = "GLASSWELL_RANK_PROGRAM";

/// The numbers of ranks that this build can start.
pub fn rank_counts() -> Vec<usize> {
    if cfg!(feature = "mpi") { vec![1, 2, 3, 4] } else { vec![1] }
}

/// The program that this process should run, if it was started by [`command`].
pub fn program() -> Option<String> {
    std::env::var(PROGRAM).ok()
}

/// The command that runs `program` on `ranks` ranks; it is ended if it hangs.
#[track_caller]
pub fn command(ranks: usize, program: &str) -> Command {
    command_through(&[], ranks, program)
}

/// The same, each rank being started through `wrapper` (a command that runs the command it is given).
#[track_caller]
pub fn command_through(wrapper: &[&str], ranks: usize, program: &str) -> Command {
    let ranks = ranks.to_string();
    let launcher: &[&str] = if cfg!(feature = "mpi") { &["mpirun", "-n", &ranks] } else { &[] };
    through(&[launcher, wrapper].concat(), program)
}

/// The command that runs `program` in one process, without mpirun.
#[track_caller]
pub fn alone(program: &str) -> Command {
    through(&[], program)
}

#[track_caller]
fn through(launcher: &[&str], program: &str) -> Command {
    let executable = std::env::current_exe().expect("the test's own executable");
    // tests/campaigns/alone/parallel.rs: alone::parallel
    let file = Location::caller().file();
    let module = file.strip_prefix("tests/campaigns/").and_then(|file| file.strip_suffix(".rs")).expect("a module");
    let program_test = format!("{}::rank_program", module.replace('/', "::"));
    let mut words = launcher.iter().map(|word| word.into()).chain([executable.into_os_string()]);
    let mut command = Command::new(words.next().expect("a program"));
    command.args(words).args(["--exact", &program_test, "--nocapture", "--test-threads=1"]);
    command
        .env(PROGRAM, program)
        .env("MPIEXEC_TIMEOUT", LIMIT)
        .env("OMPI_ALLOW_RUN_AS_ROOT", "1")
        .env("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1")
        .env("OMPI_MCA_rmaps_base_oversubscribe", "1")
        .env("OMPI_MCA_mpi_yield_when_idle", "1")
        .env("OMPI_MCA_hwloc_base_binding_policy", "none");
    command
}

/// Runs it and asserts that it succeeded; returns what it printed.
#[track_caller]
pub fn run(ranks: usize, program: &str, variables: &[(&str, &str)]) -> Output {
    let output = command(ranks, program).envs(variables.iter().copied()).output().expect("mpirun starts");
    assert!(output.status.success(), "{program} on {ranks} ranks: {}\n{}", output.status, both(&output));
    // a test of another name would succeed without having run
    assert!(both(&output).contains("1 passed"), "{program}: {}", both(&output));
    output
}

pub fn both(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}
