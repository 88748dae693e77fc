//! Starts a test's own executable again under `mpirun`, so that `cargo test` runs real ranks.
//!
//! A test file has one test, `rank_program`, that does nothing unless the variable [`PROGRAM`] names what it should do.

use std::process::{Command, Output};

pub const PROGRAM: &str = "GLASSWELL_RANK_PROGRAM";

/// The numbers of ranks that this build can start.
pub fn rank_counts() -> Vec<usize> {
    if cfg!(feature = "mpi") { vec![1, 2, 3, 4] } else { vec![1] }
}

/// The program that this process should be, if it was started by [`command`].
pub fn program() -> Option<String> {
    std::env::var(PROGRAM).ok()
}

/// The command that runs `program` on `ranks` ranks; it ends by itself after two minutes.
pub fn command(ranks: usize, program: &str) -> Command {
    let executable = std::env::current_exe().expect("the test's own executable");
    let mut command = if cfg!(feature = "mpi") {
        let mut command = Command::new("mpirun");
        command.args(["-n", &ranks.to_string()]).arg(executable);
        command
    } else {
        Command::new(executable)
    };
    command
        .args(["--exact", "rank_program", "--nocapture", "--test-threads=1"])
        .env(PROGRAM, program)
        .env("MPIEXEC_TIMEOUT", "120")
        .env("OMPI_ALLOW_RUN_AS_ROOT", "1")
        .env("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1")
        .env("OMPI_MCA_rmaps_base_oversubscribe", "1")
        .env("OMPI_MCA_mpi_yield_when_idle", "1")
        .env("OMPI_MCA_hwloc_base_binding_policy", "none");
    command
}

/// Runs it and asserts that it succeeded; returns what it printed.
pub fn run(ranks: usize, program: &str, variables: &[(&str, &str)]) -> Output {
    let output = command(ranks, program).envs(variables.iter().copied()).output().expect("mpirun starts");
    assert!(output.status.success(), "{program} on {ranks} ranks: {}\n{}", output.status, both(&output));
    output
}

pub fn both(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}
