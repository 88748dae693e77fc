//! Campaigns of an earlier layout are shown, and not continued. 15 s.

use crate::support::{Campaign, both, glasswell};
use std::process::Command;

/// Makes the files of a campaign those of layout 1: without what layout 2 has added.
pub const EARLIER: &str = r#"
import sys
import h5py
for name in ("glasses", "landscape", "paths", "tunnelling"):
    with h5py.File(f"{sys.argv[1]}/{name}.h5", "r+") as file:
        file.attrs.modify("glasswell_layout", 1)
        if name == "paths":
            for path in ("local", "rule", "first_run", "displacement"):
                del file[f"/double_wells/{path}"]
            for path in ("local_systems", "growth", "parts"):
                del file[path]
        if name == "tunnelling":
            for unit in set(file) - {"timing"}:
                for path in ("n0", "density_local", "local_systems", "growth", "specific_heat/local"):
                    del file[unit][path]
"#;

#[test]
fn an_earlier_layout_is_shown_and_not_continued() {
    let campaign = Campaign::reference("short.toml", &[]).copy();
    let output = campaign.output.to_str().unwrap().to_owned();
    let python = Command::new("/usr/bin/python3").args(["-c", EARLIER, &output]).output().expect("python3 with h5py");
    assert!(python.status.success(), "{}", both(&python));
    let before = campaign.bytes();
    let status = glasswell(&["status", &output]).output().unwrap();
    let shown = both(&status);
    assert_eq!(status.status.code(), Some(0), "{shown}");
    assert!(
        shown.contains("double wells") && shown.contains("n0 per atom") && !shown.contains("local systems"),
        "{shown}"
    );
    let refusal = format!(
        "{output} holds glasses.h5 of an earlier layout, which can be read (`glasswell status`) but not continued; give \
         another --output, or --redo prepare to replace it"
    );
    let check = glasswell(&["check", campaign.deck().to_str().unwrap(), "--output", &output]).output().unwrap();
    assert_eq!(check.status.code(), Some(2));
    assert!(both(&check).contains(&refusal), "{}", both(&check));
    for options in [&[][..], &["--redo", "connect"], &["--until", "explore"]] {
        let ended = campaign.run(options);
        ended.assert_code(2);
        assert!(ended.printed.contains(&refusal), "{}", ended.printed);
    }
    assert!(campaign.bytes() == before, "a refused campaign was changed");
    campaign.done(&["--redo", "prepare"]);
    campaign.assert_same(&crate::support::FILES, "begun again");
}
