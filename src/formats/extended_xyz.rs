//! Extended XYZ: a line with the number of particles, a line of `key=value`, then one line for each particle.

use super::frame::{Frame, Row, finite};
use crate::error::{Error, Result};
use std::path::Path;

/// The columns of the data.
struct Columns {
    species: usize,
    position: usize,
    diameter: Option<usize>,
    count: usize,
}

/// Every frame of the text.
pub(super) fn read(path: &Path, text: &str) -> Result<Vec<Frame>> {
    let lines: Vec<&str> = text.lines().collect();
    let mut frames = Vec::new();
    let mut next = 0;
    while let Some(start) = first_filled(&lines, next) {
        let (frame, end) = frame(path, &lines, start, frames.len())?;
        frames.push(frame);
        next = end;
    }
    Ok(frames)
}

/// The number of frames, from their first lines.
pub(super) fn count(path: &Path, text: &str) -> Result<usize> {
    let lines: Vec<&str> = text.lines().collect();
    let (mut next, mut frames) = (0, 0);
    while let Some(start) = first_filled(&lines, next) {
        next = start + 2 + particles(path, lines[start], start + 1, frames)?;
        frames += 1;
    }
    Ok(frames)
}

fn first_filled(lines: &[&str], from: usize) -> Option<usize> {
    (from..lines.len()).find(|&k| !lines[k].trim().is_empty())
}

fn particles(path: &Path, line: &str, number: usize, frames: usize) -> Result<usize> {
    let after = match frames {
        0 => "expected the number of particles".to_string(),
        _ => format!("extra text after frame {frames}; expected the next frame's number of particles, or the end"),
    };
    match line.trim().parse::<usize>() {
        Ok(count) if count > 0 => Ok(count),
        _ => Err(Error::input(path, format!("line {number}: `{}`: {after}", shortened(line)))),
    }
}

fn frame(path: &Path, lines: &[&str], start: usize, frames: usize) -> Result<(Frame, usize)> {
    let count = particles(path, lines[start], start + 1, frames)?;
    let header_line = start + 2;
    let Some(header) = lines.get(start + 1) else {
        return Err(Error::input(
            path,
            format!("line {header_line} is missing; expected Lattice=\"...\" Properties=..."),
        ));
    };
    let fault = |message: String| Error::input(path, format!("line {header_line}: {message}"));
    let pairs = key_values(header).map_err(fault)?;
    let edges = lattice(&pairs).map_err(fault)?;
    let columns = columns(&pairs).map_err(fault)?;
    periodic(&pairs).map_err(fault)?;
    let mut rows = Vec::with_capacity(count);
    for k in 0..count {
        let number = start + 3 + k;
        let line = lines.get(number - 1).filter(|line| !line.trim().is_empty()).ok_or_else(|| {
            let message = format!(
                "line {number}: truncated: {k} of {count} particles; correct the count on line {} or add the rest",
                start + 1
            );
            Error::input(path, message)
        })?;
        rows.push(
            row(line, number, &columns)
                .map_err(|fault| Error::input(path, format!("line {number}, particle {k}: {fault}")))?,
        );
    }
    let diameter_remedy = "add a column and `:diameter:R:1` to Properties";
    Ok((Frame { line: start + 1, edges, rows, diameter_remedy }, start + 2 + count))
}

fn row(line: &str, number: usize, columns: &Columns) -> std::result::Result<Row, String> {
    let words: Vec<&str> = line.split_whitespace().collect();
    if words.len() != columns.count {
        let shape = format!("`{}` has {} columns; Properties asks for {}", shortened(line), words.len(), columns.count);
        return Err(format!("{shape}; correct the line, or the count of particles if the frame ends here"));
    }
    let mut position = [0.0; 3];
    for (x, word) in position.iter_mut().zip(&words[columns.position..]) {
        *x = finite(word).map_err(|fault| format!("coordinate {fault}; expected a finite number"))?;
    }
    let diameter = match columns.diameter {
        Some(column) => {
            Some(finite(words[column]).map_err(|fault| format!("diameter {fault}; expected a number above 0"))?)
        }
        None => None,
    };
    Ok(Row { line: number, species: words[columns.species].to_string(), position, diameter })
}

/// `key=value` pairs; values may be in double quotes; a single word is a key without a value.
fn key_values(header: &str) -> std::result::Result<Vec<(String, String)>, String> {
    let mut pairs = Vec::new();
    let mut rest = header.trim();
    while !rest.is_empty() {
        let end = rest.find(|c: char| c == '=' || c.is_whitespace()).unwrap_or(rest.len());
        let key = rest[..end].to_string();
        rest = &rest[end..];
        let mut value = String::new();
        if let Some(after) = rest.strip_prefix('=') {
            (value, rest) = match after.strip_prefix('"') {
                Some(quoted) => {
                    let (value, rest) =
                        quoted.split_once('"').ok_or_else(|| format!("the quote after {key}= is not closed"))?;
                    (value.to_string(), rest)
                }
                None => {
                    let end = after.find(char::is_whitespace).unwrap_or(after.len());
                    (after[..end].to_string(), &after[end..])
                }
            };
        }
        pairs.push((key, value));
        rest = rest.trim_start();
    }
    Ok(pairs)
}

fn value_of<'a>(pairs: &'a [(String, String)], key: &str) -> Option<&'a str> {
    pairs.iter().find(|(name, _)| name.eq_ignore_ascii_case(key)).map(|(_, value)| value.as_str())
}

fn lattice(pairs: &[(String, String)]) -> std::result::Result<[f64; 3], String> {
    const WANTED: &str = "expected Lattice=\"Lx 0 0 0 Ly 0 0 0 Lz\"";
    let text = value_of(pairs, "Lattice").ok_or_else(|| format!("no Lattice; {WANTED}"))?;
    let numbers: Vec<f64> = text
        .split_whitespace()
        .map(finite)
        .collect::<std::result::Result<_, _>>()
        .map_err(|fault| format!("Lattice: {fault}; {WANTED}"))?;
    if numbers.len() != 9 {
        return Err(format!("Lattice has {} numbers; {WANTED}", numbers.len()));
    }
    for (k, &x) in numbers.iter().enumerate() {
        if k % 4 != 0 && x != 0.0 {
            return Err(format!("Lattice=\"{text}\" is not orthorhombic ({x:?} off the diagonal); {WANTED}"));
        }
    }
    let edges = [numbers[0], numbers[4], numbers[8]];
    match edges.iter().all(|&edge| edge > 0.0) {
        true => Ok(edges),
        false => Err(format!("Lattice=\"{text}\": the box has an edge that is not positive; {WANTED}")),
    }
}

fn columns(pairs: &[(String, String)]) -> std::result::Result<Columns, String> {
    const WANTED: &str = "expected Properties=species:S:1:pos:R:3[:diameter:R:1]";
    let text = value_of(pairs, "Properties").unwrap_or("species:S:1:pos:R:3");
    let words: Vec<&str> = text.split(':').collect();
    let (mut species, mut position, mut diameter, mut count) = (None, None, None, 0);
    for property in words.chunks(3) {
        let [name, kind, width] = property else {
            return Err(format!("Properties={text} is not a list of name:type:count; {WANTED}"));
        };
        let width = width.parse::<usize>().ok().filter(|&width| width > 0);
        let width =
            width.ok_or_else(|| format!("Properties={text}: the count of `{name}` is not a whole number; {WANTED}"))?;
        match (*name, *kind, width) {
            ("species" | "type", _, 1) if species.is_none() || *name == "species" => species = Some(count),
            ("pos", "R", 3) => position = Some(count),
            ("diameter", "R", 1) => diameter = Some(count),
            ("species" | "pos" | "diameter", ..) => {
                return Err(format!("Properties={text}: `{name}:{kind}:{width}` is not accepted; {WANTED}"));
            }
            _ => {}
        }
        count += width;
    }
    let species = species.ok_or_else(|| format!("Properties={text} has no species; {WANTED}"))?;
    let position = position.ok_or_else(|| format!("Properties={text} has no pos; {WANTED}"))?;
    Ok(Columns { species, position, diameter, count })
}

fn periodic(pairs: &[(String, String)]) -> std::result::Result<(), String> {
    match value_of(pairs, "pbc") {
        Some(text)
            if text
                .split_whitespace()
                .any(|word| !word.eq_ignore_ascii_case("T") && word != "1" && !word.eq_ignore_ascii_case("true")) =>
        {
            Err(format!("pbc=\"{text}\" is not periodic in every direction; expected pbc=\"T T T\""))
        }
        _ => Ok(()),
    }
}

/// The start of a line, for messages.
fn shortened(line: &str) -> String {
    let line = line.trim();
    match line.char_indices().nth(60) {
        Some((end, _)) => format!("{} ...", &line[..end]),
        None => line.to_string(),
    }
}
