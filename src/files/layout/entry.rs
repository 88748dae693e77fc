//! One entry of a layout: a data set or an attribute.

/// The type of the elements of a data set or attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Element {
    F64,
    I64,
    U32,
    U64,
    U8,
    /// An HDF5 enum FALSE = 0, TRUE = 1, which h5py reads as `bool`.
    Bool,
    /// An HDF5 enum of one byte with these names, numbered from 0.
    Names(&'static [&'static str]),
    /// UTF-8 text; in data sets it has a fixed length, padded with zeros.
    Text,
}

impl Element {
    /// The type in words, as `docs/files.md` gives it.
    pub fn words(&self) -> String {
        match self {
            Element::F64 => "f64".into(),
            Element::I64 => "i64".into(),
            Element::U32 => "u32".into(),
            Element::U64 => "u64".into(),
            Element::U8 => "u8".into(),
            Element::Bool => "bool".into(),
            Element::Names(names) => format!("enum: {}", names.join(", ")),
            Element::Text => "text".into(),
        }
    }
}

/// One data set of a file.
#[derive(Clone, Copy, Debug)]
pub struct DataSet {
    pub path: &'static str,
    pub element: Element,
    pub shape: &'static str,
    pub units: &'static str,
    pub description: &'static str,
    /// Whether the file must have it (with zero rows if necessary); the others are present when they were requested.
    pub promised: bool,
}

/// One attribute of a group or data set, besides those of the root and `units` and `description`.
#[derive(Clone, Copy, Debug)]
pub struct AttributeEntry {
    pub path: &'static str,
    pub name: &'static str,
    pub element: Element,
    /// "[]", or "[k]" for a list of any length.
    pub shape: &'static str,
    pub description: &'static str,
}

/// A promised data set.
pub const fn set(
    path: &'static str,
    element: Element,
    shape: &'static str,
    units: &'static str,
    description: &'static str,
) -> DataSet {
    DataSet { path, element, shape, units, description, promised: true }
}

/// An optional data set, present when it was requested.
pub const fn asked(
    path: &'static str,
    element: Element,
    shape: &'static str,
    units: &'static str,
    description: &'static str,
) -> DataSet {
    DataSet { path, element, shape, units, description, promised: false }
}

pub const fn attribute(
    path: &'static str,
    name: &'static str,
    element: Element,
    shape: &'static str,
    description: &'static str,
) -> AttributeEntry {
    AttributeEntry { path, name, element, shape, description }
}
