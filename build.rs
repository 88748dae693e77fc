//! Tells the program what the HDF5 library that it is linked with can do, and what it was built from.

use std::path::Path;
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-check-cfg=cfg(hdf5_file_locking)");
    // H5Pset_file_locking came with 1.10.7 and, on the next branch, with 1.12.1
    let has = |version: &str| std::env::var_os(format!("DEP_HDF5_VERSION_{version}")).is_some();
    if (has("1_10_7") && !has("1_12_0")) || has("1_12_1") {
        println!("cargo::rustc-cfg=hdf5_file_locking");
    }
    // for packages that are built outside of a checkout; to be built anew after every commit costs a developer time
    println!("cargo::rerun-if-env-changed=GLASSWELL_COMMIT");
    let commit = std::env::var("GLASSWELL_COMMIT").ok().or_else(commit).or_else(packaged_commit);
    let commit = commit.unwrap_or_else(|| "unknown".into());
    println!("cargo::rustc-env=GLASSWELL_COMMIT={commit}");
    let rustc = std::env::var("RUSTC").ok().and_then(|rustc| output(Command::new(rustc).arg("--version")));
    println!("cargo::rustc-env=GLASSWELL_RUSTC={}", rustc.unwrap_or_else(|| "unknown".into()));
}

/// The commit of this checkout, which is asked for again when HEAD moves.
fn commit() -> Option<String> {
    // in a checkout of something else that has a copy of this package the prefix is not empty
    if !git(&["rev-parse", "--show-prefix"])?.is_empty() {
        return None;
    }
    let branch = git(&["symbolic-ref", "--quiet", "HEAD"]);
    for name in ["HEAD", "logs/HEAD", "packed-refs"].into_iter().chain(branch.as_deref()) {
        // a path that is not there would ask for a new build every time
        if let Some(path) = git(&["rev-parse", "--git-path", name]).filter(|path| Path::new(path).exists()) {
            println!("cargo::rerun-if-changed={path}");
        }
    }
    git(&["rev-parse", "--short=12", "HEAD"])
}

/// The commit from which `cargo package` has made the sources, as it notes beside Cargo.toml.
fn packaged_commit() -> Option<String> {
    let notes = std::fs::read_to_string(".cargo_vcs_info.json").ok()?;
    let (_, behind) = notes.split_once("\"sha1\"")?;
    Some(behind.split('"').nth(1)?.get(..12)?.to_owned())
}

fn git(arguments: &[&str]) -> Option<String> {
    output(Command::new("git").args(arguments))
}

/// What a command prints when it succeeds. It runs in the package's directory.
fn output(command: &mut Command) -> Option<String> {
    let output = command.output().ok().filter(|output| output.status.success())?;
    Some(String::from_utf8(output.stdout).ok()?.trim().to_owned())
}
