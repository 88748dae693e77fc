//! Plain tables of numbers: energy profiles and vectors.

use crate::error::{Error, Result};
use std::path::Path;

/// Reads a profile: two columns xi, V (separated by commas, semicolons or blanks), increasing xi, with the minima at 0
/// and 1; `#` starts a comment, one line of headings is allowed. Returns (xi [n], V [n] in epsilon).
///
/// # Errors
/// `Error::Input` with line, value and remedy.
pub fn read_profile(path: &Path) -> Result<(Vec<f64>, Vec<f64>)> {
    const WANTED: &str = "expected two columns xi, V";
    let text = read(path)?;
    let (mut xi, mut energy) = (Vec::new(), Vec::new());
    let mut headings = false;
    for (line, words) in filled_lines(&text) {
        let fault = |message: String| Error::input(path, format!("line {line}: {message}"));
        let is_heading = words.iter().all(|word| word.parse::<f64>().is_err());
        if is_heading && xi.is_empty() && !headings {
            headings = true;
            continue;
        }
        let [x, v] = words[..] else {
            return Err(fault(format!("{} columns; {WANTED}", words.len())));
        };
        let x = finite(x).map_err(|problem| fault(format!("xi {problem}; {WANTED}")))?;
        let v = finite(v).map_err(|problem| fault(format!("V {problem}; {WANTED}")))?;
        if let Some(&last) = xi.last()
            && x <= last
        {
            return Err(fault(format!("xi = {x:?} follows {last:?}; expected rising xi")));
        }
        xi.push(x);
        energy.push(v);
    }
    let (Some(&first), Some(&last)) = (xi.first(), xi.last()) else {
        return Err(Error::input(path, format!("holds no numbers; {WANTED}")));
    };
    if xi.len() < 5 {
        return Err(Error::input(path, format!("holds {} points; expected at least 5", xi.len())));
    }
    if first > 1e-9 || last < 1.0 - 1e-9 {
        let message =
            format!("xi runs from {first:?} to {last:?}; expected at least from 0 to 1, where the two minima are");
        return Err(Error::input(path, message));
    }
    Ok((xi, energy))
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
    std::fs::read_to_string(path).map_err(|fault| {
        Error::input(path, format!("cannot be read: {fault}; give the path of a text file with numbers"))
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
