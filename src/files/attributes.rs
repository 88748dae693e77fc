//! Reads and writes attributes of a group or data set.

use std::ffi::c_void;
use std::str::FromStr;

use hdf5::Location;
use hdf5::types::{TypeDescriptor, VarLenUnicode};
use hdf5_sys::h5a::{H5Aread, H5Awrite};

use super::transfer::check;
use super::values::Attribute;

/// Adds an attribute.
pub(super) fn attach(location: &Location, name: &str, value: &Attribute) -> hdf5::Result<()> {
    match value {
        Attribute::F64(value) => location.new_attr::<f64>().create(name)?.write_scalar(value),
        Attribute::I64(value) => location.new_attr::<i64>().create(name)?.write_scalar(value),
        Attribute::U64(value) => location.new_attr::<u64>().create(name)?.write_scalar(value),
        Attribute::F64List(list) => location.new_attr::<f64>().shape(list.len()).create(name)?.write_raw(list),
        Attribute::I64List(list) => location.new_attr::<i64>().shape(list.len()).create(name)?.write_raw(list),
        Attribute::Text(text) => {
            let text = VarLenUnicode::from_str(text).map_err(|error| hdf5::Error::from(error.to_string()))?;
            location.new_attr::<VarLenUnicode>().create(name)?.write_scalar(&text)
        }
    }
}

/// Gives an existing attribute another number.
pub(super) fn replace(location: &Location, name: &str, value: u64) -> hdf5::Result<()> {
    location.attr(name)?.write_scalar(&value)
}

/// Adds a text of fixed length. It is stored in the object's header, which the library protects by a checksum; a text
/// of variable length is stored in the global heap, which is not protected.
pub(super) fn attach_fixed_text(location: &Location, name: &str, text: &str) -> hdf5::Result<()> {
    let mut bytes = text.as_bytes().to_vec();
    // a type of length 0 does not exist
    bytes.resize(bytes.len().max(1), 0);
    let builder = location.new_attr_builder().empty_as(TypeDescriptor::FixedUnicode(bytes.len()));
    let attribute = builder.create(name)?;
    let kind = attribute.dtype()?;
    if kind.size() != bytes.len() {
        return Err(hdf5::Error::from("a text of another length"));
    }
    // SAFETY: `bytes` holds one element of the attribute's own type.
    let code = hdf5::sync::sync(|| unsafe { H5Awrite(attribute.id(), kind.id(), bytes.as_ptr().cast::<c_void>()) });
    check(code, "H5Awrite")
}

/// Reads an attribute; a text is returned as such, however it is stored.
pub(super) fn read(location: &Location, name: &str) -> hdf5::Result<Attribute> {
    let attribute = location.attr(name)?;
    let scalar = attribute.is_scalar();
    let kind = attribute.dtype()?;
    Ok(match kind.to_descriptor()? {
        TypeDescriptor::Float(_) if scalar => Attribute::F64(attribute.read_scalar()?),
        TypeDescriptor::Integer(_) if scalar => Attribute::I64(attribute.read_scalar()?),
        TypeDescriptor::Unsigned(_) if scalar => Attribute::U64(attribute.read_scalar()?),
        TypeDescriptor::Float(_) => Attribute::F64List(attribute.read_raw()?),
        TypeDescriptor::Integer(_) => Attribute::I64List(attribute.read_raw()?),
        TypeDescriptor::VarLenUnicode if scalar => {
            Attribute::Text(attribute.read_scalar::<VarLenUnicode>()?.to_string())
        }
        TypeDescriptor::FixedUnicode(_) if scalar => {
            let mut bytes = vec![0u8; kind.size()];
            // SAFETY: `bytes` has room for one element of the attribute's own type.
            let code =
                hdf5::sync::sync(|| unsafe { H5Aread(attribute.id(), kind.id(), bytes.as_mut_ptr().cast::<c_void>()) });
            check(code, "H5Aread")?;
            let text = String::from_utf8(bytes).map_err(|error| hdf5::Error::from(error.to_string()))?;
            Attribute::Text(text.trim_end_matches('\0').to_string())
        }
        other => return Err(hdf5::Error::from(format!("an attribute of type {other}"))),
    })
}
