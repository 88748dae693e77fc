//! Plain tables of numbers: energy profiles and vectors; texts in UTF-8.

use crate::error::{Error, Result};
use std::path::Path;

/// A profile as a file gives it.
#[derive(Clone, Debug, PartialEq)]
pub struct GivenProfile {
    /// [n], rising; the minima are at 0 and 1.
    pub xi: Vec<f64>,
    /// V [n] in epsilon.
    pub energy: Vec<f64>,
    /// Arc length between the minima, and d2V/ds2 at both; only the output of `glasswell path` holds them.
    pub length: Option<f64>,
    pub curvatures: [Option<f64>; 2],
}

/// Reads a profile: two columns xi, V (separated by commas, semicolons or blanks), increasing xi, with the minima at 0
/// and 1; `#` starts a comment, one line of headings is allowed. Or the JSON object that `glasswell path --json` prints.
///
/// # Errors
/// `Error::Input` with line, value and remedy.
pub fn read_profile(path: &Path) -> Result<GivenProfile> {
    let text = read(path)?;
    let profile = match text.trim_start_matches('\u{feff}').trim_start().starts_with('{') {
        true => of_path(path, &text)?,
        false => of_columns(path, &text)?,
    };
    let (Some(&first), Some(&last)) = (profile.xi.first(), profile.xi.last()) else {
        return Err(Error::input(path, format!("holds no numbers; {PROFILE}")));
    };
    if profile.xi.len() < 5 {
        return Err(Error::input(path, format!("holds {} points; expected at least 5", profile.xi.len())));
    }
    if first > 1e-9 || last < 1.0 - 1e-9 {
        return Err(Error::input(
            path,
            format!(
                "xi runs from {first:?} to {last:?}; expected at least from 0 to 1, where the two minima are: arc lengths \
                 must be divided by the length of the path"
            ),
        ));
    }
    Ok(profile)
}

/// What a table of a profile looks like.
const PROFILE: &str = "expected two columns xi, V";

fn of_columns(path: &Path, text: &str) -> Result<GivenProfile> {
    let (mut xi, mut energy) = (Vec::new(), Vec::new());
    let mut headings = false;
    for (line, words) in filled_lines(text) {
        let fault = |message: String| Error::input(path, format!("line {line}: {message}"));
        let is_heading = words.iter().all(|word| word.parse::<f64>().is_err());
        if is_heading && xi.is_empty() && !headings {
            headings = true;
            continue;
        }
        let [x, v] = words[..] else {
            return Err(fault(format!("{} columns; {PROFILE}", words.len())));
        };
        let x = finite(x).map_err(|problem| fault(format!("xi {problem}; {PROFILE}")))?;
        let v = finite(v).map_err(|problem| fault(format!("V {problem}; {PROFILE}")))?;
        if let Some(&last) = xi.last()
            && x <= last
        {
            return Err(fault(format!("xi = {x:?} follows {last:?}; expected rising xi")));
        }
        xi.push(x);
        energy.push(v);
    }
    Ok(GivenProfile { xi, energy, length: None, curvatures: [None, None] })
}

/// The path in the output of `glasswell path --json`.
fn of_path(path: &Path, text: &str) -> Result<GivenProfile> {
    let fault = |message: String| Error::input(path, message);
    let object: serde_json::Value = serde_json::from_str(text).map_err(|problem| {
        fault(format!("starts like JSON, but is not: {problem}; {PROFILE}, or the output of path --json"))
    })?;
    let status = object["status"].as_str().unwrap_or("missing");
    let numbers = |key: &str| -> Result<Vec<f64>> {
        let list = object[key].as_array().map(|list| list.iter().map(serde_json::Value::as_f64).collect());
        list.flatten().ok_or_else(|| {
            fault(format!(
                "holds no list of numbers `{key}`, as path --json prints it for a path between two minima (status: {status}); \
                 the parts of a split path stand in `parts`: give one of them alone"
            ))
        })
    };
    let (xi, energy) = (numbers("xi")?, numbers("energies")?);
    if xi.len() != energy.len() {
        return Err(fault(format!("holds {} numbers xi and {} energies", xi.len(), energy.len())));
    }
    if let Some(pair) = xi.windows(2).find(|pair| pair[1] <= pair[0]) {
        return Err(fault(format!("xi = {:?} follows {:?}; expected rising xi", pair[1], pair[0])));
    }
    let curvatures = ["curvature_a", "curvature_b"].map(|key| object[key].as_f64());
    Ok(GivenProfile { xi, energy, length: object["length"].as_f64(), curvatures })
}

/// Reads a vector of `length` numbers (3N), any number on a line; `#` starts a comment.
///
/// # Errors
/// `Error::Input` with line, value and remedy.
pub fn read_vector(path: &Path, length: usize) -> Result<Vec<f64>> {
    let text = read(path)?;
    let mut vector = Vec::with_capacity(length);
    for (line, words) in filled_lines(&text) {
        for word in words {
            let x = finite(word)
                .map_err(|problem| Error::input(path, format!("line {line}: {problem}; expected numbers only")))?;
            vector.push(x);
        }
    }
    if vector.len() != length {
        let message = format!("holds {} numbers; expected {length}, three for each particle", vector.len());
        return Err(Error::input(path, message));
    }
    Ok(vector)
}

fn read(path: &Path) -> Result<String> {
    let bytes = std::fs::read(path).map_err(|fault| {
        Error::input(path, format!("cannot be read: {fault}; give the path of a text file with numbers"))
    })?;
    utf8(bytes).map_err(|place| Error::input(path, place))
}

/// The text of bytes.
///
/// # Errors
/// A sentence with line, column and remedy, when they are not UTF-8.
pub fn utf8(bytes: Vec<u8>) -> std::result::Result<String, String> {
    String::from_utf8(bytes).map_err(|fault| {
        let valid = String::from_utf8_lossy(&fault.as_bytes()[..fault.utf8_error().valid_up_to()]).into_owned();
        let start = valid.rfind('\n').map_or(0, |newline| newline + 1);
        // the last column that can be read
        let (line, column) = (valid.matches('\n').count() + 1, valid[start..].chars().count().max(1));
        format!("line {line}, column {column}: what follows is not UTF-8: save as UTF-8 in your editor")
    })
}

/// Lines that contain more than a comment, split into words, with their number from 1.
fn filled_lines(text: &str) -> impl Iterator<Item = (usize, Vec<&str>)> {
    text.lines().enumerate().filter_map(|(k, line)| {
        let line = line.trim_start_matches('\u{feff}').split('#').next()?;
        let words: Vec<&str> =
            line.split(|c: char| c == ',' || c == ';' || c.is_whitespace()).filter(|word| !word.is_empty()).collect();
        (!words.is_empty()).then_some((k + 1, words))
    })
}

fn finite(text: &str) -> std::result::Result<f64, String> {
    match text.parse::<f64>() {
        Ok(x) if x.is_finite() => Ok(x),
        Ok(_) => Err(format!("`{text}` is not finite")),
        Err(_) => Err(format!("`{text}` is not a number")),
    }
}
