//! The kept results of campaigns (docs/results/) and the script that keeps them and prints the table of docs/validation.md. Two
//! seconds once the reference campaign is there.

use crate::support::{Campaign, both, text};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// What scripts/results.py prints, and whether it succeeds.
fn results(arguments: &[&str]) -> (bool, String) {
    let script = root().join("scripts/results.py");
    let output = Command::new("/usr/bin/python3").arg("-B").arg(script).args(arguments).output().unwrap();
    (output.status.success(), both(&output))
}

/// Glass and the columns of each double well of the papers' rule, over all seeds of a campaign; the number of glasses.
fn wells_of(name: &str, columns: [&str; 2]) -> (Vec<(usize, [f64; 2])>, usize) {
    let (mut wells, mut glasses) = (Vec::new(), 0);
    let mut folders: Vec<PathBuf> =
        std::fs::read_dir(root().join("docs/results")).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.retain(|folder| folder.file_name().unwrap().to_str().unwrap().starts_with(&format!("{name}-seed")));
    for folder in folders {
        let mut reader = csv::Reader::from_path(folder.join("wells.csv")).unwrap();
        for row in reader.deserialize::<BTreeMap<String, String>>() {
            let row = row.unwrap();
            if row["exchange"] == "0" && row["rule"] == "both_ways" && row["status"] == "converged" {
                let glass: usize = row["glass"].parse().unwrap();
                wells.push((glasses + glass, columns.map(|column| row[column].parse().unwrap())));
            }
        }
        glasses += csv::Reader::from_path(folder.join("glasses.csv")).unwrap().records().count();
    }
    (wells, glasses)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.retain(|value| value.is_finite());
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    if values.len() % 2 == 1 { values[middle] } else { (values[middle - 1] + values[middle]) / 2.0 }
}

/// "1.25 +- 0.03" of a line of the table.
fn value_and_error(line: &str) -> [f64; 2] {
    let ours = line.split('|').nth(4).unwrap();
    let (value, error) = ours.split_once("+-").unwrap_or((ours, "nan"));
    [value, error].map(|number| number.trim().parse().unwrap())
}

/// Equal to the digits of the table, where errors have two and most values three.
#[track_caller]
fn assert_close(shown: [f64; 2], due: [f64; 2], what: &str) {
    println!("{what}: {shown:?}, {due:?}");
    assert!((shown[0] - due[0]).abs() < 0.06 * due[1] + 0.006 * due[0].abs(), "{what}: {shown:?} {due:?}");
    assert!((shown[1] / due[1] - 1.0).abs() < 0.06, "{what}: {shown:?} {due:?}");
}

#[test]
fn the_table_of_the_documents_is_that_of_the_kept_results() {
    let (done, printed) = results(&["table"]);
    assert!(done, "{printed}");
    let page = std::fs::read_to_string(root().join("docs/validation.md")).unwrap();
    for line in printed.lines().filter(|line| !line.is_empty()) {
        assert!(page.contains(line), "docs/validation.md lacks a line of `scripts/results.py table`: {line}");
    }
}

/// Medians and counts of each campaign, with errors over glasses, from the rows.
#[test]
fn the_table_agrees_with_a_plain_recomputation() {
    let (done, printed) = results(&["table"]);
    assert!(done, "{printed}");
    let (mut name, mut compared) = (String::new(), 0);
    for line in printed.lines().filter(|line| line.starts_with('|')).skip(2) {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        if let Some((campaign, _)) = cells[1].split_once(':') {
            name = campaign.to_string();
        }
        let (wells, glasses) = wells_of(&name, ["distance", "splitting_argon"]);
        let per_glass = |glass: usize| wells.iter().filter(|(of, _)| *of == glass).count() as f64;
        let due = match cells[2] {
            "double wells per glass" => {
                let mean = wells.len() as f64 / glasses as f64;
                let spread: f64 = (0..glasses).map(|glass| (per_glass(glass) - mean).powi(2)).sum();
                [mean, (spread / (glasses * (glasses - 1)) as f64).sqrt()]
            }
            "distance, median" | "E, argon, median" => {
                let column = usize::from(cells[2].starts_with('E'));
                let of = |left_out: usize| {
                    let kept = wells.iter().filter(|(glass, _)| *glass != left_out);
                    median(kept.map(|(_, values)| values[column]).collect())
                };
                let there: Vec<usize> = (0..glasses).filter(|glass| per_glass(*glass) > 0.0).collect();
                let (n, parts) = (there.len() as f64, there.iter().map(|glass| of(*glass)).collect::<Vec<f64>>());
                let mean = parts.iter().sum::<f64>() / n;
                let squares: f64 = parts.iter().map(|part| (part - mean).powi(2)).sum();
                [of(usize::MAX), ((n - 1.0) / n * squares).sqrt()]
            }
            _ => continue,
        };
        assert_close(value_and_error(line), due, &format!("{name}, {}", cells[2]));
        compared += 1;
    }
    assert!(compared >= 3, "{printed}");
}

/// `keep` compares value and limits of n0 from its tables with those of the program, and refuses others.
#[test]
fn a_campaign_is_kept_with_its_n0() {
    let campaign = Campaign::reference("pss.toml", &[]).copy();
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("pss-seed1");
    let (done, printed) = results(&["keep", text(&campaign.output), text(&target)]);
    assert!(done, "{printed}");
    let (done, printed) = results(&["table", text(folder.path())]);
    assert!(done && printed.contains("| n0, light |"), "{printed}");
    let script = "import h5py, sys\n\
        with h5py.File(sys.argv[1], 'r+') as file:\n\
        \x20   for name in ('argon', 'light'):\n\
        \x20       n0 = file[name]['n0']\n\
        \x20       n0['upper'][n0['headline'][:] != 0] = 1.01 * n0['upper'][n0['headline'][:] != 0]\n";
    let file = campaign.file("tunnelling.h5");
    let changed = Command::new("/usr/bin/python3").args(["-c", script, text(&file)]).output().unwrap();
    assert!(changed.status.success(), "{}", both(&changed));
    let (done, printed) = results(&["keep", text(&campaign.output), text(&target)]);
    assert!(!done && printed.contains("results: n0 of argon from the tables is"), "{printed}");
}
