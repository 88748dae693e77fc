//! `glasswell report`: the numbers of the page are those of the files, and what cannot be reported is said.

use crate::support::{Campaign, both, glasswell, text};
use glasswell::report::FIGURES;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The promise for small campaigns [bytes].
const LARGEST_PAGE: u64 = 10_000_000;

fn report(words: &[&str]) -> Output {
    glasswell(&[&["report"], words].concat()).output().unwrap()
}

fn assert_done(output: &Output) {
    assert_eq!(output.status.code(), Some(0), "{}", both(output));
}

/// Refused with this code and these words, and nothing written.
fn assert_refused(output: &Output, code: i32, words: &[&str], page: &Path) {
    let printed = both(output);
    assert_eq!(output.status.code(), Some(code), "{printed}");
    assert!(words.iter().all(|word| printed.contains(word)), "{words:?}: {printed}");
    assert!(!printed.contains("HDF5-DIAG") && !page.exists(), "{printed}");
    let folder = page.parent().unwrap();
    if let Ok(entries) = std::fs::read_dir(folder) {
        let names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        assert!(!names.iter().any(|name| name.ends_with(".part")), "{names:?}");
    }
}

fn python(script: &str, words: &[&str]) {
    let output = Command::new("/usr/bin/python3").args(["-c", script]).args(words).output().unwrap();
    assert!(output.status.success(), "{}", both(&output));
}

/// A folder for pages.
fn desk() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let page = folder.path().join("page.html");
    (folder, page)
}

/// A second: an extension has been explored only, so the double wells in paths.h5 name minima of the landscape before.
#[test]
fn files_of_an_unfinished_extension_are_left_out() {
    let (_folder, page) = desk();
    let campaign = Campaign::with_files(4);
    campaign.change(&[("quenches = 60", "quenches = 64")]);
    campaign.done(&["--until", "explore"]);
    assert_done(&report(&[text(&campaign.output), "--output", text(&page)]));
    let words = std::fs::read_to_string(&page).unwrap();
    for file in ["paths.h5", "tunnelling.h5"] {
        assert!(words.contains(&format!("{file} was made with other settings")), "{file}");
    }
    assert!(words.contains("Not drawn: paths.h5 is missing") && words.contains("No levels: tunnelling.h5 is missing"));
    assert!(!words.contains("landscape.h5 was made with other settings"));
}

/// About two seconds of a core once the reference is there.
#[test]
fn the_numbers_of_the_page_are_those_of_the_files() {
    for deck in ["tlj.toml", "pss.toml"] {
        let campaign = Campaign::reference(deck, &[]).copy();
        assert_done(&report(&[text(&campaign.output)]));
        let page = campaign.file("report.html");
        assert!(std::fs::metadata(&page).unwrap().len() < LARGEST_PAGE);
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/campaign_decks/report.py");
        let output = Command::new("/usr/bin/python3").arg(script).arg(&campaign.output).arg(&page).output().unwrap();
        assert!(output.status.success(), "{deck}: {}", both(&output));
        let printed = both(&output);
        println!("{deck}: {printed}");
        let ids: Vec<&str> = printed.lines().last().unwrap().split(' ').collect();
        for figure in FIGURES {
            assert!(ids.contains(&format!("figure-{}", figure.id).as_str()), "{}", figure.id);
        }
        // drawn: every figure whose files exist
        let drawn = |id: &str| ids.contains(&format!("plot-{id}-0").as_str());
        for id in ["density", "well", "field", "barriers", "lengths", "participation", "growth", "candidates", "times"]
        {
            assert!(drawn(id), "{id}");
        }
        assert!(drawn("systems_in_time") && !drawn("stability"));
        assert!(drawn("matrices") && drawn("tree") && drawn("equilibration") && !drawn("spectra") && !drawn("strain"));
        let words = std::fs::read_to_string(&page).unwrap();
        assert!(words.contains("Not drawn: modes.h5 is missing. The stage modes makes it"));
        assert!(words.contains("glasses were not equilibrated") != all_equilibrated(&campaign));
    }
}

fn all_equilibrated(campaign: &Campaign) -> bool {
    let flags = campaign.open(glasswell::stage::Stage::Prepare).read::<bool>("/glasses/equilibrated").unwrap();
    flags.into_iter().all(|flag| flag)
}

#[test]
fn figures_of_the_other_stages_are_drawn() {
    for (deck, figures) in
        [("excite.toml", &["excitations"][..]), ("relax.toml", &["relaxation"]), ("elastic.toml", &["strain"])]
    {
        let campaign = Campaign::reference(deck, &[]);
        let (_folder, page) = desk();
        assert_done(&report(&[text(&campaign.output), "--output", text(&page)]));
        let words = std::fs::read_to_string(&page).unwrap();
        for id in figures {
            assert!(words.contains(&format!("id=\"plot-{id}-0\"")), "{deck}: {id}");
        }
    }
}

#[test]
fn an_incomplete_campaign_gives_the_page_without_the_missing_parts() {
    let (_folder, page) = desk();
    for (files, missing) in [(1, "landscape.h5"), (2, "paths.h5"), (3, "tunnelling.h5")] {
        let campaign = Campaign::with_files(files);
        assert_done(&report(&[text(&campaign.output), "--output", text(&page)]));
        let words = std::fs::read_to_string(&page).unwrap();
        assert!(words.contains(&format!("Not drawn: {missing} is missing")), "{files}: {missing}");
        assert!(words.contains("No levels: tunnelling.h5 is missing"));
        assert!(FIGURES.iter().all(|figure| words.contains(&format!("id=\"figure-{}\"", figure.id))));
    }
}

#[test]
fn what_is_no_campaign_or_damaged_is_refused() {
    let (folder, page) = desk();
    let to = ["--output", text(&page)];
    let empty = folder.path().join("empty");
    std::fs::create_dir(&empty).unwrap();
    assert_refused(&report(&[&[text(&empty)], &to[..]].concat()), 3, &["no file of a finished stage"], &page);
    assert_refused(&report(&[&["nowhere"], &to[..]].concat()), 3, &["nowhere", "is not a directory"], &page);
    assert_refused(&report(&to), 2, &["DIR"], &page);
    let campaign = Campaign::with_files(4);
    let out = text(&campaign.output);
    assert_refused(&report(&[&[out, out], &to[..]].concat()), 2, &["is given twice"], &page);
    let nowhere = folder.path().join("nowhere/page.html");
    assert_refused(&report(&[out, "--output", text(&nowhere)]), 3, &["cannot be written", "--output"], &nowhere);
    assert_refused(&report(&[out, "--output", text(&empty)]), 3, &["is a directory"], &page);
    // a value that was changed, names that were changed, another layout, half a file
    let paths = campaign.file("paths.h5");
    let whole = std::fs::read(&paths).unwrap();
    let restore = || std::fs::write(&paths, &whole).unwrap();
    python(
        "import h5py, sys\nwith h5py.File(sys.argv[1], 'r+') as f: f['double_wells/barrier'][0] *= 2",
        &[text(&paths)],
    );
    let refused = ["paths.h5", "/double_wells/barrier fails its checksum", "--redo connect"];
    assert_refused(&report(&[&[out], &to[..]].concat()), 3, &refused, &page);
    restore();
    python(
        "import h5py, sys\nwith h5py.File(sys.argv[1], 'r+') as f: f.attrs['glasswell_layout'] = 99",
        &[text(&paths)],
    );
    assert_refused(&report(&[&[out], &to[..]].concat()), 3, &["paths.h5", "layout 99"], &page);
    std::fs::write(&paths, &whole[..whole.len() / 2]).unwrap();
    assert_refused(&report(&[&[out], &to[..]].concat()), 3, &["paths.h5", "truncated or damaged"], &page);
    restore();
    // an earlier page stays when a new one fails
    assert_done(&report(&[&[out], &to[..]].concat()));
    let before = std::fs::read(&page).unwrap();
    std::fs::write(&paths, &whole[..100]).unwrap();
    assert_eq!(report(&[&[out], &to[..]].concat()).status.code(), Some(3));
    assert_eq!(std::fs::read(&page).unwrap(), before);
}

/// Words of a deck cannot become elements of the page or end its data.
#[test]
fn names_of_a_deck_are_escaped() {
    let name = "</script><b>&\\\"x";
    let changes = [
        ("name = \"pss\"", "name = '''</script><b>&\\\"x'''"),
        ("glasses = 3", "glasses = 1"),
        ("max_steps = 1000", "max_steps = 50"),
    ];
    let campaign = Campaign::of("pss.toml", &changes);
    campaign.done(&["--until", "prepare"]);
    assert_done(&report(&[text(&campaign.output)]));
    let words = std::fs::read_to_string(campaign.file("report.html")).unwrap();
    assert!(!words.contains(name) && words.contains("&lt;/script&gt;&lt;b&gt;&amp;"));
    // the parser of the page below ends every element that it begins
    let elements = "import sys, html.parser as p\nq = p.HTMLParser()\nn = []\nq.handle_starttag = lambda t, a: n.append(t)\n\
                    q.feed(open(sys.argv[1]).read())\nassert n.count('b') == 0 and n.count('html') == 1, n";
    python(elements, &[text(&campaign.file("report.html"))]);
}

#[test]
fn twenty_directories_are_compared() {
    let (folder, page) = desk();
    let short = Campaign::reference("short.toml", &[]);
    let mut directories = Vec::new();
    for number in 0..20 {
        let directory = folder.path().join(format!("c{number}"));
        std::fs::create_dir(&directory).unwrap();
        for name in crate::support::FILES {
            // some lack a stage
            if !(number % 5 == 4 && name == "tunnelling.h5") {
                std::os::unix::fs::symlink(short.file(name), directory.join(name)).unwrap();
            }
        }
        directories.push(text(&directory).to_owned());
    }
    let words: Vec<&str> = directories.iter().map(String::as_str).chain(["--output", text(&page)]).collect();
    assert_done(&report(&words));
    let text = std::fs::read_to_string(&page).unwrap();
    assert!(text.len() < 2 * LARGEST_PAGE as usize && text.contains("20 campaigns"));
    assert!(text.matches("No levels: tunnelling.h5 is missing").count() == 4);
    // campaigns of one name are distinguished
    assert!(directories.iter().all(|directory| text.contains(&format!("short ({directory})"))));
}
