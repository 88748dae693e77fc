//! The data of the builds without MPI are bitwise identical to those of the usual build.

use crate::support::{Campaign, FILES, program};

/// Colon-separated programs, built by scripts/serial-build.sh; with CI set there must be at least one.
const BUILDS: &str = "GLASSWELL_SERIAL_BUILDS";

#[test]
fn builds_without_mpi_write_the_same_data() {
    let Ok(builds) = std::env::var(BUILDS) else {
        assert!(std::env::var_os("CI").is_none(), "CI is set, and {BUILDS} is not");
        println!("skipped: {BUILDS} is not set");
        return;
    };
    for deck in ["tlj.toml", "pss.toml"] {
        let usual = Campaign::reference(deck, &[]);
        for build in builds.split(':') {
            let campaign = Campaign::of(deck, &[]);
            campaign.spawn(program(build, &campaign.words(&["--quiet"])), 1).wait().assert_code(0);
            campaign.assert_same_with_deck(&usual, &FILES, &format!("{deck} by {build}"));
        }
    }
}
