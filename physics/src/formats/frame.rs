//! A configuration as read from a file, before it is checked.

/// Numbers off the diagonal of a cell that are smaller than this times the longest edge come from rounding.
pub(super) const ROUNDED_TILT: f64 = 1e-12;

/// The species of a particle as a file gives it.
#[derive(Clone, Debug, PartialEq)]
pub enum Symbol {
    /// A name, or a number from 1 as a text.
    Name(String),
    /// 0, 1, 2 in the order of the model.
    Index(u32),
}

/// One particle as read.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Line in the file, from 1; 0 where there are no lines.
    pub line: usize,
    pub symbol: Symbol,
    pub position: [f64; 3],
    pub diameter: Option<f64>,
}

/// Where in its file a configuration stands.
#[derive(Clone, Debug, PartialEq)]
pub enum Place {
    /// The number of its first line.
    Line(usize),
    /// "glass 3".
    Named(String),
}

/// How a file gives the diameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Diameters {
    /// A column of extended XYZ, or its lack.
    Xyz,
    /// A column `radius`, doubled.
    Radius,
    /// A column of LAMMPS data, or its lack.
    Lammps,
    /// A column of a LAMMPS dump, or its lack.
    Dump,
    /// A data set of glasses.h5.
    DataSet,
}

/// One configuration as read, in the order in which particles are numbered.
#[derive(Clone, Debug, PartialEq)]
pub struct Frame {
    pub place: Place,
    pub edges: [f64; 3],
    pub rows: Vec<Row>,
    pub diameters: Diameters,
}

impl Frame {
    /// "line 3", "glass 0".
    pub(super) fn start(&self) -> String {
        match &self.place {
            Place::Line(line) => format!("line {line}"),
            Place::Named(name) => name.clone(),
        }
    }

    /// "line 5, particle 2", "glass 0, particle 2".
    pub(super) fn particle(&self, k: usize) -> String {
        match &self.place {
            Place::Line(_) => format!("line {}, particle {k}", self.rows[k].line),
            Place::Named(name) => format!("{name}, particle {k}"),
        }
    }

    /// "lines 5 and 7: particles 2 and 4", "glass 0: particles 2 and 4".
    pub(super) fn pair(&self, i: usize, j: usize) -> String {
        let lines = match &self.place {
            Place::Line(_) => format!("lines {} and {}", self.rows[i].line, self.rows[j].line),
            Place::Named(name) => name.clone(),
        };
        format!("{lines}: particles {i} and {j}")
    }
}

impl Diameters {
    /// What the numbers of the file are called.
    pub(super) fn name(self) -> &'static str {
        if self == Diameters::Radius { "radius" } else { "diameter" }
    }

    /// The diameter, from the number in the file.
    pub(super) fn diameter(self, given: f64) -> f64 {
        if self == Diameters::Radius { 2.0 * given } else { given }
    }

    /// How the user can correct them.
    pub(super) fn remedy(self) -> &'static str {
        match self {
            Diameters::Xyz | Diameters::Radius => "add a column and `:diameter:R:1` to Properties",
            Diameters::Lammps => {
                "put it into the charge column (atom_style charge or full) or the diameter column (sphere)"
            }
            Diameters::Dump => "write a column `diameter` or `radius` into the dump",
            Diameters::DataSet => "import glasses of the same model",
        }
    }
}

/// A finite number, or the reason why it is not. The exponent may be written with a D, as Fortran does.
pub(super) fn finite(text: &str) -> std::result::Result<f64, String> {
    let fortran = || text.replace(['d', 'D'], "e").parse::<f64>();
    match text
        .parse::<f64>()
        .or_else(|fault| if text.starts_with(char::is_alphabetic) { Err(fault) } else { fortran() })
    {
        Ok(x) if x.is_finite() => Ok(x),
        Ok(_) => Err(format!("`{text}` is not finite")),
        Err(_) => Err(format!("`{text}` is not a number")),
    }
}

/// A whole number above 0, or none.
pub(super) fn count(text: &str) -> Option<usize> {
    text.parse::<usize>().ok().filter(|count| *count > 0)
}

/// The start of a line, for messages.
pub(super) fn shortened(line: &str) -> String {
    let line = line.trim();
    match line.char_indices().nth(60) {
        Some((end, _)) => format!("{} ...", &line[..end]),
        None => line.to_string(),
    }
}
