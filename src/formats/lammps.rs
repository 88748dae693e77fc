//! LAMMPS data files: header, box bounds, the section Atoms of style atomic, charge or sphere.

use super::frame::{Frame, Row, finite};
use crate::error::{Error, Result};
use crate::model::Potential;
use std::path::Path;

/// The supported atom styles, with the columns of the diameter and of x.
#[derive(Clone, Copy, PartialEq)]
enum Style {
    /// id type x y z
    Atomic,
    /// id type q x y z
    Charge,
    /// id type diameter density x y z
    Sphere,
}

impl Style {
    fn named(name: &str) -> Option<Self> {
        match name {
            "atomic" => Some(Style::Atomic),
            "charge" => Some(Style::Charge),
            "sphere" => Some(Style::Sphere),
            _ => None,
        }
    }

    /// Without a style hint the number of columns decides: image flags add three.
    fn of_columns(columns: usize) -> Option<Self> {
        match columns {
            5 | 8 => Some(Style::Atomic),
            6 | 9 => Some(Style::Charge),
            7 | 10 => Some(Style::Sphere),
            _ => None,
        }
    }

    fn position_column(self) -> usize {
        match self {
            Style::Atomic => 2,
            Style::Charge => 3,
            Style::Sphere => 4,
        }
    }
}

const WANTED_STYLE: &str = "expected atom_style atomic (id type x y z), charge (id type q x y z) or sphere (id type \
                            diameter density x y z), optionally followed by image flags";
/// Sections that a data file can have.
const SECTIONS: [&str; 24] = [
    "Atoms",
    "Velocities",
    "Masses",
    "Bonds",
    "Angles",
    "Dihedrals",
    "Impropers",
    "Ellipsoids",
    "Lines",
    "Triangles",
    "Bodies",
    "Pair Coeffs",
    "PairIJ Coeffs",
    "Bond Coeffs",
    "Angle Coeffs",
    "Dihedral Coeffs",
    "Improper Coeffs",
    "BondBond Coeffs",
    "BondAngle Coeffs",
    "Atom Type Labels",
    "MiddleBondTorsion Coeffs",
    "EndBondTorsion Coeffs",
    "AngleTorsion Coeffs",
    "AngleAngle Coeffs",
];

/// The contents of the header.
#[derive(Default)]
struct Header {
    atoms: Option<usize>,
    /// Line, low, high.
    bounds: [Option<(usize, [f64; 2])>; 3],
}

pub(super) fn read(path: &Path, text: &str, potential: &Potential) -> Result<Frame> {
    // the first line is always a comment
    let lines: Vec<(usize, &str)> = text.lines().enumerate().skip(1).map(|(k, line)| (k + 1, line.trim())).collect();
    let filled: Vec<(usize, &str)> =
        lines.into_iter().filter(|(_, line)| !line.split('#').next().unwrap_or("").trim().is_empty()).collect();
    let first_section = filled.iter().position(|(_, line)| section_name(line).is_some()).unwrap_or(filled.len());
    let header = header(path, &filled[..first_section])?;
    let Some(count) = header.atoms else {
        return Err(Error::input(path, "no line `N atoms` in the header; add it"));
    };
    let mut edges = [0.0; 3];
    for (k, edge) in edges.iter_mut().enumerate() {
        let axis = ["x", "y", "z"][k];
        let (line, [low, high]) = header.bounds[k]
            .ok_or_else(|| Error::input(path, format!("no line `low high {axis}lo {axis}hi` in the header; add it")))?;
        *edge = high - low;
        if *edge <= 0.0 {
            return Err(Error::input(
                path,
                format!(
                    "line {line}: {axis}lo = {low:?}, {axis}hi = {high:?}: the box has no volume; expected {axis}hi above {axis}lo"
                ),
            ));
        }
    }
    let rows = atoms(path, &filled[first_section..], count, potential)?;
    let line = rows.first().map_or(1, |row| row.line);
    Ok(Frame {
        line,
        edges,
        rows,
        diameter_remedy: "put it into the charge column (atom_style charge) or the diameter column (sphere)",
    })
}

/// A section's name without its comment, if the line is one.
fn section_name(line: &str) -> Option<&'static str> {
    let name = line.split('#').next()?.trim();
    SECTIONS.into_iter().find(|section| *section == name)
}

fn header(path: &Path, lines: &[(usize, &str)]) -> Result<Header> {
    let mut header = Header::default();
    for (number, line) in lines {
        let words: Vec<&str> = line.split('#').next().unwrap_or_default().split_whitespace().collect();
        let fault = |message: String| Error::input(path, format!("line {number}: `{line}`: {message}"));
        match words[..] {
            [count, "atoms"] => {
                let count = count.parse::<usize>().ok().filter(|&count| count > 0);
                header.atoms =
                    Some(count.ok_or_else(|| fault("expected a whole number of atoms above 0".to_string()))?);
            }
            [low, high, a, b] if a.len() == 3 && a.ends_with("lo") && b.ends_with("hi") => {
                let bounds = [finite(low).map_err(&fault)?, finite(high).map_err(&fault)?];
                let axis = ["xlo", "ylo", "zlo"].iter().position(|name| *name == a);
                header.bounds[axis.ok_or_else(|| fault("expected xlo xhi, ylo yhi or zlo zhi".to_string()))?] =
                    Some((*number, bounds));
            }
            [xy, xz, yz, "xy", "xz", "yz"] => {
                if [xy, xz, yz].iter().any(|tilt| finite(tilt) != Ok(0.0)) {
                    return Err(fault("the box is tilted; expected an orthorhombic box".to_string()));
                }
            }
            [_, .., last] if words[0].parse::<f64>().is_ok() && last.chars().all(char::is_alphabetic) => {}
            _ => {
                return Err(fault(
                    "expected a header line such as `1500 atoms`, or a section such as `Atoms # charge`".to_string(),
                ));
            }
        }
    }
    Ok(header)
}

/// The rows of the section Atoms in increasing order of their ids.
fn atoms(path: &Path, lines: &[(usize, &str)], count: usize, potential: &Potential) -> Result<Vec<Row>> {
    let Some(start) = lines.iter().position(|(_, line)| section_name(line) == Some("Atoms")) else {
        return Err(Error::input(path, format!("no section `Atoms`; {WANTED_STYLE}")));
    };
    let (number, title) = lines[start];
    let hint = title.split_once('#').map(|(_, hint)| hint.trim()).filter(|hint| !hint.is_empty());
    let hinted = match hint.and_then(|hint| hint.split_whitespace().next()) {
        Some(name) => Some(Style::named(name).ok_or_else(|| {
            Error::input(path, format!("line {number}: atom_style `{name}` is not supported; {WANTED_STYLE}"))
        })?),
        None => None,
    };
    let body = &lines[start + 1..];
    let end = body.iter().position(|(_, line)| section_name(line).is_some()).unwrap_or(body.len());
    let mut rows: Vec<(u64, Row)> = Vec::with_capacity(count);
    for (number, line) in &body[..end] {
        let fault = |message: String| Error::input(path, format!("line {number}, particle {}: {message}", rows.len()));
        if rows.len() == count {
            return Err(Error::input(
                path,
                format!(
                    "line {number}: `{line}`: extra text after the {count} atoms of the header; correct the count or remove it"
                ),
            ));
        }
        rows.push(row(line, *number, hinted, potential).map_err(fault)?);
    }
    if rows.len() < count {
        return Err(Error::input(
            path,
            format!(
                "truncated: section Atoms has {} of {count} atoms; correct the count in the header or add the rest",
                rows.len()
            ),
        ));
    }
    rows.sort_by_key(|(id, row)| (*id, row.line));
    for pair in rows.windows(2) {
        if pair[0].0 == pair[1].0 {
            let (id, first, second) = (pair[0].0, pair[0].1.line, pair[1].1.line);
            return Err(Error::input(
                path,
                format!("line {second}: atom id {id} is already on line {first}; give each atom its own id"),
            ));
        }
    }
    Ok(rows.into_iter().map(|(_, row)| row).collect())
}

fn row(
    line: &str,
    number: usize,
    hinted: Option<Style>,
    potential: &Potential,
) -> std::result::Result<(u64, Row), String> {
    let words: Vec<&str> = line.split('#').next().unwrap_or_default().split_whitespace().collect();
    let style = Style::of_columns(words.len()).filter(|style| hinted.is_none_or(|hinted| hinted == *style));
    let style = style
        .ok_or_else(|| format!("`{line}`: {} columns do not match the atom_style; {WANTED_STYLE}", words.len()))?;
    let id = words[0].parse::<u64>().map_err(|_| format!("atom id `{}` is not a whole number", words[0]))?;
    let mut position = [0.0; 3];
    for (x, word) in position.iter_mut().zip(&words[style.position_column()..]) {
        *x = finite(word).map_err(|fault| format!("coordinate {fault}; expected a finite number"))?;
    }
    let diameter = match style {
        Style::Atomic => None,
        _ if !potential.has_diameters() => None,
        _ => Some(finite(words[2]).map_err(|fault| format!("diameter {fault}; expected a number above 0"))?),
    };
    Ok((id, Row { line: number, species: words[1].to_string(), position, diameter }))
}
