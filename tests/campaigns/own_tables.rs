//! Models with tables of the user's own, as the program is run with them.

use crate::common;
use crate::support;
use common::*;
use glasswell::formats::write_extended_xyz;
use glasswell::model::Preset;
use std::process::{Command, Output};
use support::{both, glasswell};

/// The tables of the preset tlj, with its density.
const TERNARY: &str = "[model]\nlaw = \"lennard-jones-quartic\"\ncomposition = [4, 1, 1]\n\
    epsilon = [[1, 1.5, 1.25], [1.5, 0.5, 1], [1.25, 1, 0.75]]\n\
    sigma = [[1, 0.8, 0.9], [0.8, 0.88, 0.84], [0.9, 0.84, 0.94]]\nparticles = 200\ndensity = 1.35\n";

/// The deck of the ternary mixture by its preset.
const PRESET: &str = "[model]\npreset = \"tlj\"\nparticles = 200\n";

/// Stages whose defaults depend on the model, with every such key given.
const STAGES: &str = "[prepare]\nglasses = 2\ntemperature = 0.9\nmethod = \"hybrid-swap\"\ntime_step = 0.005\n\
    equilibration = { relaxation_times = 10, max_steps = 1_000 }\n\
    [explore]\ntemperature = 0.4\ntime_step = 0.0025\nquench_every = 11\nquenches = 12\nequilibration_steps = 100\n";

fn run(arguments: &[&str]) -> Output {
    glasswell(arguments).output().unwrap()
}

#[test]
fn tables_of_a_preset_give_its_data_bit_for_bit() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_string();
    let campaign = |model: &str, output: &str| {
        std::fs::write(path("deck.toml"), format!("{model}{STAGES}")).unwrap();
        run(&["run", &path("deck.toml"), "--output", &path(output), "--threads", "1", "--quiet"])
    };
    for (model, output) in [(PRESET, "preset"), (TERNARY, "tables")] {
        let done = campaign(model, output);
        assert!(done.status.success(), "{}", both(&done));
    }
    let of_landscape = ["/minima", "/visits", "/transitions"];
    for (file, groups) in [("glasses.h5", &["/glasses"][..]), ("landscape.h5", &of_landscape)] {
        let files = ["preset", "tables"].map(|output| path(&format!("{output}/{file}")));
        // the text of the deck stands in attributes of the root
        for group in groups {
            let compared = Command::new("h5diff").args(&files).arg(group).output().unwrap();
            assert!(compared.status.success(), "{file} {group}: {}", both(&compared));
        }
    }
    // another table is another campaign, and so is the preset of the same numbers
    let before = std::fs::read(path("tables/glasses.h5")).unwrap();
    for model in [TERNARY.replace("0.94", "0.95"), PRESET.to_string()] {
        let refused = campaign(&model, "tables");
        assert_eq!(refused.status.code(), Some(2), "{}", both(&refused));
        assert!(both(&refused).contains("model."), "{}", both(&refused));
    }
    assert!(before == std::fs::read(path("tables/glasses.h5")).unwrap());
}

#[test]
fn commands_take_the_model_of_a_deck() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_string();
    let glass = configuration(&load("tlj_ka2_a"), "thermal");
    std::fs::write(path("glass.xyz"), write_extended_xyz(&glass, Preset::Tlj)).unwrap();
    // what the deck's other sections ask for does not matter
    std::fs::write(path("deck.toml"), format!("{TERNARY}[prepare]\nmethod = \"import\"\nfrom = \"none.xyz\"\n"))
        .unwrap();
    let evaluate = |model: &str| run(&["evaluate", &path("glass.xyz"), "--model", model, "--json"]);
    let values = |model: &str| {
        let output = evaluate(model);
        assert!(output.status.success(), "{}", both(&output));
        serde_json::from_slice::<serde_json::Value>(&output.stdout).unwrap()
    };
    let (mut ours, theirs) = (values(&path("deck.toml")), values("tlj"));
    assert_eq!((&ours["model"], &theirs["model"]), (&"lennard-jones-quartic".into(), &"tlj".into()));
    ours["model"] = theirs["model"].clone();
    assert_eq!(ours, theirs);
    // a name that is neither, and a deck with a fault
    let unknown = evaluate("tjl");
    assert!(unknown.status.code() == Some(2) && both(&unknown).contains("no model `tjl`"), "{}", both(&unknown));
    std::fs::write(path("faulty.toml"), TERNARY.replace("[1.5, 0.5, 1]", "[1.4, 0.5, 1]")).unwrap();
    let faulty = evaluate(&path("faulty.toml"));
    assert!(faulty.status.code() == Some(2) && both(&faulty).contains("a symmetric table"), "{}", both(&faulty));
}
