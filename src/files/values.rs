//! Values to be written to a file.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::layout::Element;
use crate::error::{Error, Result};

/// The values of a data set that this rank holds, row after row.
#[derive(Clone, Debug)]
pub enum Values<'v> {
    F64(Cow<'v, [f64]>),
    I64(Cow<'v, [i64]>),
    U32(Cow<'v, [u32]>),
    U64(Cow<'v, [u64]>),
    U8(Cow<'v, [u8]>),
    Bool(Cow<'v, [bool]>),
    /// Names of an enum, or text.
    Text(Cow<'v, [String]>),
}

macro_rules! values_from {
    ($($variant:ident $of:ty),*) => {$(
        impl<'v> From<&'v [$of]> for Values<'v> {
            fn from(values: &'v [$of]) -> Self {
                Values::$variant(values.into())
            }
        }
        impl<'v> From<&'v Vec<$of>> for Values<'v> {
            fn from(values: &'v Vec<$of>) -> Self {
                Values::$variant(values.into())
            }
        }
        impl From<Vec<$of>> for Values<'_> {
            fn from(values: Vec<$of>) -> Self {
                Values::$variant(values.into())
            }
        }
        impl<'v, const K: usize> From<&'v [$of; K]> for Values<'v> {
            fn from(values: &'v [$of; K]) -> Self {
                Values::$variant(values.as_slice().into())
            }
        }
    )*};
}

values_from!(F64 f64, I64 i64, U32 u32, U64 u64, U8 u8, Bool bool, Text String);

/// The value of an attribute.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Attribute {
    F64(f64),
    I64(i64),
    U64(u64),
    Text(String),
    F64List(Vec<f64>),
    I64List(Vec<i64>),
}

impl Attribute {
    /// Element and number of values; `None` for a scalar.
    pub(super) fn kind(&self) -> (Element, Option<usize>) {
        match self {
            Attribute::F64(_) => (Element::F64, None),
            Attribute::I64(_) => (Element::I64, None),
            Attribute::U64(_) => (Element::U64, None),
            Attribute::Text(_) => (Element::Text, None),
            Attribute::F64List(list) => (Element::F64, Some(list.len())),
            Attribute::I64List(list) => (Element::I64, Some(list.len())),
        }
    }
}

impl Values<'_> {
    /// No values, of the kind that an element holds.
    pub(super) fn of(element: Element) -> Values<'static> {
        match element {
            Element::F64 => Values::F64(Cow::Borrowed(&[])),
            Element::I64 => Values::I64(Cow::Borrowed(&[])),
            Element::U32 => Values::U32(Cow::Borrowed(&[])),
            Element::U64 => Values::U64(Cow::Borrowed(&[])),
            Element::U8 => Values::U8(Cow::Borrowed(&[])),
            Element::Bool => Values::Bool(Cow::Borrowed(&[])),
            Element::Names(_) | Element::Text => Values::Text(Cow::Borrowed(&[])),
        }
    }

    /// No values of the same kind.
    pub(super) fn none(&self) -> Values<'static> {
        match self {
            Values::F64(_) => Values::F64(Cow::Borrowed(&[])),
            Values::I64(_) => Values::I64(Cow::Borrowed(&[])),
            Values::U32(_) => Values::U32(Cow::Borrowed(&[])),
            Values::U64(_) => Values::U64(Cow::Borrowed(&[])),
            Values::U8(_) => Values::U8(Cow::Borrowed(&[])),
            Values::Bool(_) => Values::Bool(Cow::Borrowed(&[])),
            Values::Text(_) => Values::Text(Cow::Borrowed(&[])),
        }
    }

    /// Number of values.
    pub fn len(&self) -> usize {
        match self {
            Values::F64(v) => v.len(),
            Values::I64(v) => v.len(),
            Values::U32(v) => v.len(),
            Values::U64(v) => v.len(),
            Values::U8(v) => v.len(),
            Values::Bool(v) => v.len(),
            Values::Text(v) => v.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes of the longest text; 0 for other values.
    pub(super) fn longest_text(&self) -> usize {
        match self {
            Values::Text(texts) => texts.iter().map(|text| text.len()).max().unwrap_or(0),
            _ => 0,
        }
    }

    /// The bytes as stored in the file. They are converted here, because a conversion inside HDF5 would silently turn a
    /// collective write into independent ones. `text_length`: the fixed length of texts.
    pub(super) fn bytes(&self, path: &str, element: Element, text_length: usize) -> Result<Vec<u8>> {
        let bytes = match (self, element) {
            (Values::F64(v), Element::F64) => v.iter().flat_map(|x| x.to_ne_bytes()).collect(),
            (Values::I64(v), Element::I64) => v.iter().flat_map(|x| x.to_ne_bytes()).collect(),
            (Values::U32(v), Element::U32) => v.iter().flat_map(|x| x.to_ne_bytes()).collect(),
            (Values::U64(v), Element::U64) => v.iter().flat_map(|x| x.to_ne_bytes()).collect(),
            (Values::U8(v), Element::U8) => v.to_vec(),
            (Values::Bool(v), Element::Bool) => v.iter().map(|x| u8::from(*x)).collect(),
            (Values::Text(v), Element::Text) => {
                let mut bytes = vec![0u8; v.len() * text_length];
                for (slot, text) in bytes.chunks_mut(text_length.max(1)).zip(v.iter()) {
                    slot[..text.len()].copy_from_slice(text.as_bytes());
                }
                bytes
            }
            (Values::Text(v), Element::Names(names)) => {
                v.iter().map(|name| number(path, names, name)).collect::<Result<_>>()?
            }
            _ => return Err(Error::Internal(format!("{path} takes {}, not these values", element.words()))),
        };
        Ok(bytes)
    }
}

fn number(path: &str, names: &[&str], name: &str) -> Result<u8> {
    let position = names.iter().position(|known| *known == name);
    position
        .and_then(|position| u8::try_from(position).ok())
        .ok_or_else(|| Error::Internal(format!("{path} takes one of {}, not {name:?}", names.join(", "))))
}
