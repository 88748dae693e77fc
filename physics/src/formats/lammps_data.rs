//! LAMMPS data files: header, box, labels of types, the section Atoms.

use super::frame::{Diameters, Frame, Place, Row, Symbol, count, finite, shortened};
use super::frames::Frames;
use super::lammps_box;
use super::lammps_styles::{self, Style, WANTED};
use crate::error::{Error, Result};
use std::collections::BTreeMap;
use std::path::Path;

const ATOMS: &str = "Atoms";
const LABELS: &str = "Atom Type Labels";
/// Sections that a data file can have.
const SECTIONS: [&str; 30] = [
    ATOMS,
    LABELS,
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
    "Bond Type Labels",
    "Angle Type Labels",
    "Dihedral Type Labels",
    "Improper Type Labels",
    "Pair Coeffs",
    "PairIJ Coeffs",
    "Bond Coeffs",
    "Angle Coeffs",
    "Dihedral Coeffs",
    "Improper Coeffs",
    "BondBond Coeffs",
    "BondBond13 Coeffs",
    "BondAngle Coeffs",
    "MiddleBondTorsion Coeffs",
    "EndBondTorsion Coeffs",
    "AngleTorsion Coeffs",
    "AngleAngleTorsion Coeffs",
    "AngleAngle Coeffs",
];

/// A line with its number, from 1.
type Line<'t> = (usize, &'t str);

pub(super) struct LammpsData<'t> {
    path: &'t Path,
    /// The first line, which is a title whatever it contains.
    title: &'t str,
    /// The others that contain more than a comment.
    lines: Vec<Line<'t>>,
    with_diameters: bool,
}

/// The contents of the header.
#[derive(Default)]
struct Header {
    atoms: Option<usize>,
    /// Line, low, high.
    bounds: [Option<(usize, [f64; 2])>; 3],
    /// With the line and its text.
    tilts: Option<(String, [f64; 3])>,
    /// avec, bvec, cvec.
    vectors: [Option<(usize, [f64; 3])>; 3],
}

impl<'t> LammpsData<'t> {
    pub fn new(path: &'t Path, text: &'t str, with_diameters: bool) -> Self {
        let lines = text.lines().enumerate().skip(1).map(|(k, line)| (k + 1, line.trim()));
        let lines = lines.filter(|(_, line)| !without_comment(line).is_empty()).collect();
        Self { path, title: text.lines().next().unwrap_or_default().trim(), lines, with_diameters }
    }

    fn fault(&self, message: impl Into<String>) -> Error {
        Error::input(self.path, message)
    }

    /// The error for a line that the header lacks, with a hint if it stands in the title.
    fn lacks(&self, line: &str, end: &str) -> Error {
        let hint = match self.title.ends_with(end) {
            true => format!("; line 1, `{}`, is a title and not read: put a title above it", shortened(self.title)),
            false => "; add it".to_string(),
        };
        self.fault(format!("no line `{line}` in the header{hint}"))
    }

    fn header(&self, lines: &[Line]) -> Result<Header> {
        let mut header = Header::default();
        for (number, line) in lines {
            let words: Vec<&str> = without_comment(line).split_whitespace().collect();
            let is_new = header.take(*number, line, &words);
            let message = match is_new {
                Ok(true) => continue,
                Ok(false) => "stands twice in the header; remove the wrong line".to_string(),
                Err(fault) => fault,
            };
            return Err(self.fault(format!("line {number}: `{}`: {message}", shortened(line))));
        }
        Ok(header)
    }

    fn edges(&self, header: &Header) -> Result<[f64; 3]> {
        if let [Some((line, a)), Some((_, b)), Some((_, c))] = header.vectors {
            if header.bounds.iter().any(Option::is_some) {
                return Err(self.fault(format!("line {line}: the box is given twice, by avec and by xlo xhi")));
            }
            let edges = lammps_box::from_vectors([a, b, c]);
            return edges.map_err(|fault| self.fault(format!("line {line}: {fault}")));
        }
        let mut bounds = [[0.0; 2]; 3];
        for (k, place) in bounds.iter_mut().enumerate() {
            let axis = ["x", "y", "z"][k];
            let end = format!("{axis}lo {axis}hi");
            let (line, found) = header.bounds[k].ok_or_else(|| self.lacks(&format!("low high {end}"), &end))?;
            let mut alone = [[0.0, 1.0]; 3];
            alone[k] = found;
            lammps_box::from_bounds(alone, [0.0; 3]).map_err(|fault| self.fault(format!("line {line}: {fault}")))?;
            *place = found;
        }
        let (line, tilts) = header.tilts.clone().unwrap_or_default();
        lammps_box::from_bounds(bounds, tilts).map_err(|fault| self.fault(format!("{line}: {fault}")))
    }

    /// The title and the rows of a section, if the file has it.
    fn section(&self, name: &str) -> Result<Option<(Line<'t>, &[Line<'t>])>> {
        let mut found = self.lines.iter().enumerate().filter(|(_, (_, line))| section_name(line) == Some(name));
        let Some((start, title)) = found.next() else { return Ok(None) };
        if let Some((_, (line, _))) = found.next() {
            return Err(self.fault(format!("line {line}: the section `{name}` stands twice; remove the wrong one")));
        }
        let body = &self.lines[start + 1..];
        let end = body.iter().position(|(_, line)| section_name(line).is_some()).unwrap_or(body.len());
        Ok(Some((*title, &body[..end])))
    }

    /// Names of the types by number.
    fn labels(&self) -> Result<BTreeMap<&str, &str>> {
        let mut labels = BTreeMap::new();
        for (number, line) in self.section(LABELS)?.map_or(&[][..], |(_, rows)| rows) {
            let words: Vec<&str> = without_comment(line).split_whitespace().collect();
            let fault = |wanted: &str| self.fault(format!("line {number}: `{}`: {wanted}", shortened(line)));
            let [kind, label] = words[..] else { return Err(fault("expected a type and its label: `1 A`")) };
            if labels.insert(kind, label).is_some() {
                return Err(fault("the type has a label already; remove one"));
            }
        }
        Ok(labels)
    }

    /// The rows of the section Atoms in increasing order of their ids.
    fn atoms(&self, count: usize) -> Result<Vec<Row>> {
        let Some(((number, title), body)) = self.section(ATOMS)? else {
            return Err(self.fault(format!("no section `{ATOMS}`; {WANTED}")));
        };
        let hint = title.split_once('#').and_then(|(_, hint)| hint.split_whitespace().next());
        let hinted =
            match hint {
                Some(name) => Some(Style::named(name).ok_or_else(|| {
                    self.fault(format!("line {number}: atom_style `{name}` is not supported; {WANTED}"))
                })?),
                None => None,
            };
        let labels = self.labels()?;
        // no more than the file has, whatever the header promises
        let mut rows: Vec<(u64, Row)> = Vec::with_capacity(count.min(body.len()));
        for (number, line) in body {
            if rows.len() == count {
                let shown = shortened(line);
                return Err(self.fault(format!(
                    "line {number}: `{shown}`: extra text after the {count} atoms of the header; correct the count or remove it"
                )));
            }
            let read = lammps_styles::row(line, *number, hinted, self.with_diameters);
            let read = read.and_then(|(id, row)| Ok((id, labelled(row, &labels)?)));
            rows.push(read.map_err(|fault| self.fault(format!("line {number}, particle {}: {fault}", rows.len())))?);
        }
        if rows.len() < count {
            return Err(self.fault(format!(
                "truncated: section Atoms has {} of {count} atoms; correct the count in the header or add the rest",
                rows.len()
            )));
        }
        lammps_styles::by_id(rows).map_err(|fault| self.fault(fault))
    }
}

/// The row with the label of its type, if the file has labels.
fn labelled(row: Row, labels: &BTreeMap<&str, &str>) -> std::result::Result<Row, String> {
    let Symbol::Name(kind) = &row.symbol else { return Ok(row) };
    if labels.is_empty() || labels.values().any(|label| label == kind) {
        return Ok(row);
    }
    match labels.get(kind.as_str()) {
        Some(label) => Ok(Row { symbol: Symbol::Name((*label).to_string()), ..row }),
        None => Err(format!("type `{kind}` is not in the section `{LABELS}`; add its label")),
    }
}

impl Frames for LammpsData<'_> {
    fn path(&self) -> &Path {
        self.path
    }

    /// There is one configuration.
    fn next(&self, from: usize) -> Option<usize> {
        (from == 0).then_some(0)
    }

    fn end(&self, _start: usize, _number: usize) -> Result<usize> {
        Ok(usize::MAX)
    }

    fn read(&self, _start: usize, _number: usize) -> Result<Frame> {
        let lines = &self.lines;
        let first_section = lines.iter().position(|(_, line)| section_name(line).is_some()).unwrap_or(lines.len());
        let header = self.header(&lines[..first_section])?;
        let count = header.atoms.ok_or_else(|| self.lacks("N atoms", " atoms"))?;
        let edges = self.edges(&header)?;
        let rows = self.atoms(count)?;
        let place = Place::Line(rows.first().map_or(1, |row| row.line));
        Ok(Frame { place, edges, rows, diameters: Diameters::Lammps })
    }
}

fn without_comment(line: &str) -> &str {
    line.split('#').next().unwrap_or_default().trim()
}

/// A section's name without its comment, if the line is one.
fn section_name(line: &str) -> Option<&'static str> {
    let name = without_comment(line);
    SECTIONS.into_iter().find(|section| *section == name)
}

/// Puts a value into its place; whether it is the first.
fn put<T>(place: &mut Option<T>, value: T) -> bool {
    place.replace(value).is_none()
}

impl Header {
    /// Takes a line of the header; false when it stands twice.
    fn take(&mut self, number: usize, line: &str, words: &[&str]) -> std::result::Result<bool, String> {
        match words[..] {
            [atoms, "atoms"] => {
                let atoms = count(atoms).ok_or_else(|| "expected a whole number of atoms above 0".to_string())?;
                Ok(put(&mut self.atoms, atoms))
            }
            [low, high, a, b] if a.len() == 3 && a.ends_with("lo") && b.ends_with("hi") => {
                let axis = ["xlo", "ylo", "zlo"].iter().position(|name| *name == a);
                let axis = axis.ok_or_else(|| "expected xlo xhi, ylo yhi or zlo zhi".to_string())?;
                Ok(put(&mut self.bounds[axis], (number, [finite(low)?, finite(high)?])))
            }
            [xy, xz, yz, "xy", "xz", "yz"] => {
                let tilts = [finite(xy)?, finite(xz)?, finite(yz)?];
                Ok(put(&mut self.tilts, (format!("line {number}: `{}`", shortened(line)), tilts)))
            }
            [x, y, z, name @ ("avec" | "bvec" | "cvec")] => {
                let axis = ["avec", "bvec", "cvec"].iter().position(|other| *other == name).unwrap_or(0);
                Ok(put(&mut self.vectors[axis], (number, [finite(x)?, finite(y)?, finite(z)?])))
            }
            [first, .., last] if first.parse::<f64>().is_ok() && last.chars().all(char::is_alphabetic) => Ok(true),
            _ => Err("expected a header line such as `1500 atoms`, or a section such as `Atoms # charge`".to_string()),
        }
    }
}
