//! `glasswell export`: what other programs read of a campaign. Everything is read back, by the project's own readers or by
//! h5py, and compared with the files of the campaign. The references are those of other tests.

mod configurations;
mod databases;
mod refusals;
mod tables;

use crate::support::{Campaign, both, glasswell, text};
use glasswell::files::StageReader;
use glasswell::stage::Stage;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Output;

fn tlj() -> Campaign {
    Campaign::reference("tlj.toml", &[])
}

fn pss() -> Campaign {
    Campaign::reference("pss.toml", &[])
}

fn output(directory: &Path, words: &[&str]) -> Output {
    glasswell(&[&["export", text(directory)], words].concat()).output().unwrap()
}

/// What an export prints on standard output; it must succeed.
#[track_caller]
fn export(campaign: &Campaign, words: &[&str]) -> String {
    let output = output(&campaign.output, words);
    assert!(output.status.success(), "{words:?}: {}", both(&output));
    String::from_utf8(output.stdout).unwrap()
}

/// An export must end with this code and one message with these words; returns the message.
#[track_caller]
fn refused(directory: &Path, words: &[&str], code: i32, wanted: &[&str]) -> String {
    let output = output(directory, words);
    let message = String::from_utf8(output.stderr.clone()).unwrap();
    assert_eq!(output.status.code(), Some(code), "{words:?}: {}", both(&output));
    assert!(output.stdout.is_empty() && !message.contains("panicked"), "{words:?}: {}", both(&output));
    for word in wanted {
        assert!(message.contains(word), "{words:?}: no {word:?} in {message}");
    }
    message
}

/// The keys of the second line of extended XYZ, as they are written here.
fn keys(xyz: &str) -> BTreeMap<String, String> {
    let line = xyz.lines().nth(1).unwrap();
    let pairs = line.split(' ').filter_map(|word| word.split_once('='));
    pairs.map(|(key, value)| (key.to_string(), value.to_string())).collect()
}

/// Numbers of the particles' lines from a column on.
fn columns(xyz: &str, first: usize, count: usize) -> Vec<f64> {
    let lines = xyz.lines().skip(2);
    lines.flat_map(|line| line.split(' ').skip(first).take(count)).map(|word| word.parse().unwrap()).collect()
}

/// The frames of extended XYZ.
fn frames(text: &str) -> Vec<String> {
    let lines: Vec<&str> = text.lines().collect();
    let count: usize = lines[0].parse().unwrap();
    lines.chunks(count + 2).map(|frame| frame.join("\n")).collect()
}

/// The columns of a table by name.
fn table(csv: &str) -> BTreeMap<String, Vec<String>> {
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let names: Vec<String> = reader.headers().unwrap().iter().map(str::to_string).collect();
    let mut columns: BTreeMap<String, Vec<String>> = names.iter().map(|name| (name.clone(), Vec::new())).collect();
    for record in reader.records() {
        let record = record.unwrap();
        for (name, field) in names.iter().zip(&record) {
            columns.get_mut(name).unwrap().push(field.to_string());
        }
    }
    columns
}

fn numbers(fields: &[String]) -> Vec<f64> {
    fields.iter().map(|field| field.parse().unwrap()).collect()
}

fn number(reader: &StageReader, path: &str, row: u64) -> f64 {
    reader.read_rows::<f64>(path, row, 1).unwrap()[0]
}

/// The double well with the longest path.
fn longest(campaign: &Campaign) -> u64 {
    let length: Vec<f64> = campaign.open(Stage::Connect).read("/double_wells/length").unwrap();
    (0..length.len()).max_by(|&i, &j| length[i].total_cmp(&length[j])).unwrap() as u64
}
