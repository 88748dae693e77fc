//! Starts the built program, alone or under `mpirun`; either is ended if it hangs.

use std::ffi::OsStr;
use std::process::{Command, Output};

/// Seconds after which a run counts as hanging: many times the usual duration, for busy machines.
pub const LIMIT: &str = "300";

/// The program alone.
pub fn glasswell<S: AsRef<OsStr>>(arguments: &[S]) -> Command {
    program(env!("CARGO_BIN_EXE_glasswell"), arguments)
}

/// Another build of the program, alone.
pub fn program<S: AsRef<OsStr>>(file: &str, arguments: &[S]) -> Command {
    let mut command = Command::new("timeout");
    command.args(["--kill-after=5", LIMIT, file]).args(arguments);
    alone(&mut command);
    with_environment(command)
}

/// Programs that scripts/test.sh starts without mpirun and without its daemon share one session directory, which each makes and
/// removes: one that starts while another ends may find it gone. They need none.
pub fn alone(command: &mut Command) -> &mut Command {
    command.env("OMPI_MCA_orte_create_session_dirs", "0")
}

/// The program on `ranks` ranks, each started through `wrapper` (a command that runs the command it is given).
pub fn ranks_of_glasswell<S: AsRef<OsStr>>(ranks: usize, wrapper: &[&str], arguments: &[S]) -> Command {
    let mut command = Command::new("timeout");
    command.args(["--kill-after=5", LIMIT]);
    if cfg!(feature = "mpi") {
        command.args(["mpirun", "-n", &ranks.to_string()]);
    }
    command.args(wrapper).arg(env!("CARGO_BIN_EXE_glasswell")).args(arguments);
    // with a limit on file sizes there is no space for shared memory
    if !wrapper.is_empty() {
        command.env("OMPI_MCA_btl", "self,tcp");
    }
    with_environment(command)
}

fn with_environment(mut command: Command) -> Command {
    command
        .env("OMPI_ALLOW_RUN_AS_ROOT", "1")
        .env("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1")
        .env("OMPI_MCA_rmaps_base_oversubscribe", "1")
        .env("OMPI_MCA_mpi_yield_when_idle", "1")
        .env("OMPI_MCA_hwloc_base_binding_policy", "none")
        .env_remove("GLASSWELL_THREADS");
    command
}

pub fn both(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}
