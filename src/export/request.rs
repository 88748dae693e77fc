//! What can be exported, and in which formats.

use std::fmt;

/// What is exported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A glass as prepared; for PATHSAMPLE its minima and transition states.
    Glass(u64),
    /// A minimum by its index within its glass.
    Minimum { glass: u64, index: u64 },
    /// A row of /double_wells: a, saddle and b, or one part.
    Well { row: u64, part: Option<Part> },
    /// A group of data sets.
    Table(String),
    /// All pairs of minima of a glass.
    Pairs(u64),
}

/// A part of a double well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The lower minimum.
    A,
    Saddle,
    /// The upper minimum.
    B,
    /// The images of the band.
    Path,
}

/// How it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    ExtendedXyz,
    LammpsData,
    H5md,
    Csv,
    Pathsample,
}

impl Part {
    pub const ALL: [Part; 4] = [Part::A, Part::Saddle, Part::B, Part::Path];

    pub fn name(self) -> &'static str {
        match self {
            Part::A => "a",
            Part::Saddle => "saddle",
            Part::B => "b",
            Part::Path => "path",
        }
    }
}

impl Format {
    pub const ALL: [Format; 5] =
        [Format::ExtendedXyz, Format::LammpsData, Format::H5md, Format::Csv, Format::Pathsample];

    pub fn name(self) -> &'static str {
        match self {
            Format::ExtendedXyz => "extxyz",
            Format::LammpsData => "lammps",
            Format::H5md => "h5md",
            Format::Csv => "csv",
            Format::Pathsample => "pathsample",
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Subject::Glass(glass) => write!(f, "glass {glass}"),
            Subject::Minimum { glass, index } => write!(f, "minimum {glass}:{index}"),
            Subject::Well { row, part: None } => write!(f, "double well {row}"),
            Subject::Well { row, part: Some(part) } => write!(f, "double well {row}, {}", part.name()),
            Subject::Table(name) => write!(f, "table {name}"),
            Subject::Pairs(glass) => write!(f, "pairs of minima of glass {glass}"),
        }
    }
}
