//! The rows of atoms in LAMMPS data files, by atom style.

use super::frame::{Diameters, Row, Symbol, finite, shortened};

/// The supported atom styles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// id type x y z
    Atomic,
    /// id type q x y z
    Charge,
    /// id type diameter density x y z
    Sphere,
    /// id molecule type x y z: also bond and angle
    Molecular,
    /// id molecule type q x y z
    Full,
}

pub(super) const WANTED: &str = "expected atom_style atomic (id type x y z), charge (id type q x y z), sphere (id type diameter density x y z), \
     molecular, bond or angle (id molecule type x y z) or full (id molecule type q x y z), optionally followed by image \
     flags";

/// Image flags at the end of a row.
const FLAGS: usize = 3;

impl Style {
    const ALL: [Style; 5] = [Style::Atomic, Style::Charge, Style::Sphere, Style::Molecular, Style::Full];

    /// The style of this name in a hint `Atoms # full`.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "atomic" => Some(Style::Atomic),
            "charge" => Some(Style::Charge),
            "sphere" => Some(Style::Sphere),
            "molecular" | "bond" | "angle" => Some(Style::Molecular),
            "full" => Some(Style::Full),
            _ => None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Style::Atomic => "atomic",
            Style::Charge => "charge",
            Style::Sphere => "sphere",
            Style::Molecular => "molecular",
            Style::Full => "full",
        }
    }

    /// Column of the type.
    fn kind(self) -> usize {
        if matches!(self, Style::Molecular | Style::Full) { 2 } else { 1 }
    }

    /// Column of x.
    fn position(self) -> usize {
        match self {
            Style::Atomic => 2,
            Style::Charge | Style::Molecular => 3,
            Style::Sphere | Style::Full => 4,
        }
    }

    /// Column of the diameter of a model that has diameters.
    fn diameter(self) -> Option<usize> {
        match self {
            Style::Atomic | Style::Molecular => None,
            Style::Charge | Style::Sphere => Some(2),
            Style::Full => Some(3),
        }
    }

    fn fits(self, columns: usize) -> bool {
        columns == self.position() + 3 || columns == self.position() + 3 + FLAGS
    }
}

/// The style of a row without a hint: only one that its number of columns leaves no doubt about.
fn only_style(columns: usize) -> std::result::Result<Style, String> {
    let fitting: Vec<Style> = Style::ALL.into_iter().filter(|style| style.fits(columns)).collect();
    match fitting[..] {
        [style] => Ok(style),
        [] => Err(format!("{columns} columns do not match any atom_style; {WANTED}")),
        _ => {
            let names: Vec<&str> = fitting.iter().map(|style| style.name()).collect();
            Err(format!(
                "{columns} columns may be atom_style {}; write the style after the name of the section: `Atoms # {}`",
                names.join(" or "),
                names[names.len() - 1]
            ))
        }
    }
}

/// Id and contents of one row; the type as written.
pub(super) fn row(
    text: &str,
    line: usize,
    hinted: Option<Style>,
    with_diameters: bool,
) -> std::result::Result<(u64, Row), String> {
    let words: Vec<&str> = text.split('#').next().unwrap_or_default().split_whitespace().collect();
    let shown = || shortened(text);
    let style = match hinted {
        None => only_style(words.len()).map_err(|fault| format!("`{}`: {fault}", shown()))?,
        Some(style) if style.fits(words.len()) => style,
        Some(_) => {
            let count = words.len();
            return Err(format!("`{}`: {count} columns do not match the atom_style; {WANTED}", shown()));
        }
    };
    let id = words[0].parse::<u64>().map_err(|_| format!("atom id `{}` is not a whole number", words[0]))?;
    let mut position = [0.0; 3];
    for (x, word) in position.iter_mut().zip(&words[style.position()..]) {
        *x = finite(word).map_err(|fault| format!("coordinate {fault}; expected a finite number"))?;
    }
    if let Some(flag) = words[style.position() + 3..].iter().find(|flag| flag.parse::<i64>().is_err()) {
        return Err(format!("`{}`: image flag `{flag}` is not a whole number; {WANTED}", shown()));
    }
    let diameter = match style.diameter().filter(|_| with_diameters) {
        None => None,
        Some(column) => {
            let diameter = finite(words[column]);
            Some(diameter.map_err(|fault| format!("{} {fault}; expected a number above 0", Diameters::Lammps.name()))?)
        }
    };
    Ok((id, Row { line, symbol: Symbol::Name(words[style.kind()].to_string()), position, diameter }))
}

/// Rows in increasing order of their ids.
///
/// # Errors
/// Two rows of one id: what is wrong.
pub(super) fn by_id(mut rows: Vec<(u64, Row)>) -> std::result::Result<Vec<Row>, String> {
    rows.sort_by_key(|(id, row)| (*id, row.line));
    for pair in rows.windows(2) {
        let [(id, first), (next, second)] = pair else { continue };
        if id == next {
            let (first, second) = (first.line, second.line);
            return Err(format!("line {second}: atom id {id} is already on line {first}; give each atom its own id"));
        }
    }
    Ok(rows.into_iter().map(|(_, row)| row).collect())
}
