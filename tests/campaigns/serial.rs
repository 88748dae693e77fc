//! The builds without MPI, and without optimisation, write the data of the usual one, bit for bit.

use crate::support::{Campaign, FILES, program};

/// Colon-separated programs, built by scripts/serial-build.sh; with CI set there must be at least one.
const BUILDS: &str = "GLASSWELL_SERIAL_BUILDS";

fn check(deck: &str, changes: &[(&str, &str)]) {
    let Ok(builds) = std::env::var(BUILDS) else {
        assert!(std::env::var_os("CI").is_none(), "CI is set, and {BUILDS} is not");
        println!("skipped: {BUILDS} is not set");
        return;
    };
    let usual = Campaign::reference(deck, changes);
    for build in builds.split(':') {
        let campaign = Campaign::of(deck, changes);
        campaign.spawn(program(build, &campaign.words(&["--quiet"])), 1).wait().assert_code(0);
        campaign.assert_same_with_deck(&usual, &FILES, &format!("{deck} by {build}"));
    }
}

/// Double wells, one of them from a path that splits.
#[test]
fn soft_spheres_without_mpi_are_the_same() {
    check("pss.toml", &[("glasses = 3", "glasses = 2"), ("quenches = 60", "quenches = 30")]);
}

/// Species.
#[test]
fn a_ternary_mixture_without_mpi_is_the_same() {
    let changes = [("glasses = 2", "glasses = 1"), ("quenches = 40", "quenches = 14"), ("runs = 2", "runs = 1")];
    check("tlj.toml", &changes);
}
