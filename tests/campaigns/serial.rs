//! The builds without MPI write the data of the usual one, bit for bit.

use crate::support::{Campaign, FILES, program};
use glasswell::stage::Stage;

/// Colon-separated programs, built by scripts/serial-build.sh; with CI set there must be at least one.
const BUILDS: &str = "GLASSWELL_SERIAL_BUILDS";

/// The builds share their code, but not HDF5: the first one runs all stages, and the others go on from the first files of the
/// usual build, `kept` of them. Returns how many double wells there are, and how many minima at which a path splits.
fn check(deck: &str, changes: &[(&str, &str)], kept: usize) -> [u64; 2] {
    let usual = Campaign::reference(deck, changes);
    let count = |path: &str| usual.open(Stage::Connect).shape(path).unwrap()[0];
    let found = [count("/double_wells/glass"), count("/minima/energy")];
    let Ok(builds) = std::env::var(BUILDS) else {
        assert!(std::env::var_os("CI").is_none(), "CI is set, and {BUILDS} is not");
        println!("skipped: {BUILDS} is not set");
        return found;
    };
    for (number, build) in builds.split(':').enumerate() {
        let campaign = usual.copy();
        let kept = if number == 0 { 0 } else { kept };
        FILES[kept..].iter().for_each(|name| std::fs::remove_file(campaign.file(name)).unwrap());
        campaign.spawn(program(build, &campaign.words(&["--quiet"])), 1).wait().assert_code(0);
        campaign.assert_same_with_deck(&usual, &FILES, &format!("{deck} by {build}"));
    }
    found
}

/// A double well from a path that splits.
#[test]
fn soft_spheres_without_mpi_are_the_same() {
    let one_glass = [("seed = 1", "seed = 5"), ("glasses = 3", "glasses = 1"), ("quenches = 40", "quenches = 24")];
    let [wells, minima] = check("pss.toml", &[&one_glass[..], &[("[\"argon\"]", "[]")]].concat(), 0);
    assert!(wells >= 1 && minima >= 1, "{wells} double wells, {minima} minima");
}

/// Species, and a double well.
#[test]
fn a_ternary_mixture_without_mpi_is_the_same() {
    let one_glass = [("glasses = 2", "glasses = 1"), ("quenches = 20", "quenches = 8")];
    let [wells, _] = check("tlj.toml", &[&one_glass[..], &[("[tunnel]\n", "[tunnel]\nunits = []\n")]].concat(), 2);
    assert!(wells >= 1, "no double well");
}
