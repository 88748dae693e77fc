//! The shape of a type as serde sees it: what postcard writes of it, with the names of fields and variants.
//!
//! The type's own `Deserialize` is run on a deserializer that answers every question with an empty value and notes what was
//! asked. A shape therefore cannot differ from what is decoded, whatever attributes a type has, and types of other crates
//! have one as well. A run meets one variant of every enum, and so the type is read again until all variants are known.
//! (The crate serde-reflection does the same, but looks only once into sequences and options: every enum inside of one
//! would have to be listed by hand.)

use std::fmt::{Display, Formatter};

use serde::Deserializer;
use serde::de::value::Error;
use serde::de::{
    DeserializeOwned, DeserializeSeed, EnumAccess, Error as _, IntoDeserializer, MapAccess, SeqAccess, VariantAccess,
    Visitor,
};

/// No persisted type is nested as deeply as this; a recursive type is.
const DEEPEST: usize = 64;

type Traced<V> = std::result::Result<V, Error>;

/// The shape of a type, as far as it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    depth: usize,
    form: Form,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Form {
    Unknown,
    /// A number, a text, a unit.
    Plain(&'static str),
    Option(Box<Shape>),
    Sequence(Box<Shape>),
    Map(Box<[Shape; 2]>),
    /// A tuple, or a struct with a name whose fields have none.
    Tuple(&'static str, Vec<Shape>),
    Struct(&'static str, Vec<(&'static str, Shape)>),
    /// The variants in the order of their numbers.
    Enum(&'static str, Vec<(&'static str, Shape)>),
}

impl Shape {
    /// The shape of `T`.
    ///
    /// # Errors
    /// A type that contains itself, or that refuses empty values.
    pub fn of<T: DeserializeOwned>() -> std::result::Result<Shape, String> {
        let mut shape = Shape { depth: 0, form: Form::Unknown };
        while !shape.is_known() {
            let before = shape.clone();
            T::deserialize(&mut shape).map_err(|error| error.to_string())?;
            if shape == before {
                return Err("a part of it is never read".into());
            }
        }
        Ok(shape)
    }

    fn is_known(&self) -> bool {
        match &self.form {
            Form::Unknown => false,
            Form::Plain(_) => true,
            Form::Option(inner) | Form::Sequence(inner) => inner.is_known(),
            Form::Map(inner) => inner.iter().all(Shape::is_known),
            Form::Tuple(_, parts) => parts.iter().all(Shape::is_known),
            Form::Struct(_, parts) | Form::Enum(_, parts) => parts.iter().all(|(_, part)| part.is_known()),
        }
    }

    /// The form, which is made on the first visit.
    fn form(&mut self, make: impl FnOnce(&dyn Fn() -> Shape) -> Form) -> Traced<&mut Form> {
        if self.form == Form::Unknown {
            let depth = self.depth + 1;
            if depth > DEEPEST {
                return Err(Error::custom("it contains itself"));
            }
            self.form = make(&|| Shape { depth, form: Form::Unknown });
        }
        Ok(&mut self.form)
    }

    fn plain(&mut self, name: &'static str) -> Traced<()> {
        self.form(|_| Form::Plain(name)).map(|_| ())
    }

    /// Parts without names.
    fn parts(&mut self, name: &'static str, count: usize) -> Traced<&mut [Shape]> {
        match self.form(|unknown| Form::Tuple(name, (0..count).map(|_| unknown()).collect()))? {
            Form::Tuple(_, parts) => Ok(parts),
            _ => Err(changed()),
        }
    }

    /// Parts with names.
    fn fields(&mut self, name: &'static str, fields: &'static [&'static str]) -> Traced<&mut [(&'static str, Shape)]> {
        match self.form(|unknown| Form::Struct(name, fields.iter().map(|field| (*field, unknown())).collect()))? {
            Form::Struct(_, parts) => Ok(parts),
            _ => Err(changed()),
        }
    }
}

/// A type that asks for one thing now and for another then.
fn changed() -> Error {
    Error::custom("it is not the same whenever it is read")
}

/// Answers with an empty value of the kind that is asked for.
macro_rules! plain {
    ($($method:ident, $visit:ident, $name:literal, $value:expr;)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Traced<V::Value> {
            self.plain($name)?;
            visitor.$visit($value)
        })*
    };
}

impl<'de> Deserializer<'de> for &mut Shape {
    type Error = Error;

    plain! {
        deserialize_bool, visit_bool, "bool", false;
        deserialize_i8, visit_i8, "i8", 0;
        deserialize_i16, visit_i16, "i16", 0;
        deserialize_i32, visit_i32, "i32", 0;
        deserialize_i64, visit_i64, "i64", 0;
        deserialize_i128, visit_i128, "i128", 0;
        deserialize_u8, visit_u8, "u8", 0;
        deserialize_u16, visit_u16, "u16", 0;
        deserialize_u32, visit_u32, "u32", 0;
        deserialize_u64, visit_u64, "u64", 0;
        deserialize_u128, visit_u128, "u128", 0;
        deserialize_f32, visit_f32, "f32", 0.0;
        deserialize_f64, visit_f64, "f64", 0.0;
        deserialize_char, visit_char, "char", ' ';
        deserialize_str, visit_str, "text", "";
        deserialize_string, visit_str, "text", "";
        deserialize_bytes, visit_bytes, "bytes", &[];
        deserialize_byte_buf, visit_bytes, "bytes", &[];
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Traced<V::Value> {
        self.plain("()")?;
        visitor.visit_unit()
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Traced<V::Value> {
        self.plain(name)?;
        visitor.visit_unit()
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Traced<V::Value> {
        match self.form(|unknown| Form::Option(Box::new(unknown())))? {
            Form::Option(inner) => visitor.visit_some(&mut **inner),
            _ => Err(changed()),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Traced<V::Value> {
        match self.form(|unknown| Form::Sequence(Box::new(unknown())))? {
            Form::Sequence(inner) => visitor.visit_seq(Parts([&mut **inner].into_iter())),
            _ => Err(changed()),
        }
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Traced<V::Value> {
        match self.form(|unknown| Form::Map(Box::new([unknown(), unknown()])))? {
            Form::Map(entry) => visitor.visit_map(Parts(entry.iter_mut())),
            _ => Err(changed()),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Traced<V::Value> {
        match self.parts(name, 1)? {
            [inner] => visitor.visit_newtype_struct(inner),
            _ => Err(changed()),
        }
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, count: usize, visitor: V) -> Traced<V::Value> {
        visitor.visit_seq(Parts(self.parts("", count)?.iter_mut()))
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        count: usize,
        visitor: V,
    ) -> Traced<V::Value> {
        visitor.visit_seq(Parts(self.parts(name, count)?.iter_mut()))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Traced<V::Value> {
        visitor.visit_seq(Parts(self.fields(name, fields)?.iter_mut().map(|(_, shape)| shape)))
    }

    /// Shows the first variant that is not known, or the first one.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Traced<V::Value> {
        match self.form(|unknown| Form::Enum(name, variants.iter().map(|variant| (*variant, unknown())).collect()))? {
            Form::Enum(_, parts) => {
                let number = parts.iter().position(|(_, part)| !part.is_known()).unwrap_or(0);
                let part = parts.get_mut(number).ok_or_else(|| Error::custom("an enum has no variants"))?;
                visitor.visit_enum(Variant { number: number as u32, shape: &mut part.1 })
            }
            _ => Err(changed()),
        }
    }

    fn deserialize_any<V: Visitor<'de>>(self, _visitor: V) -> Traced<V::Value> {
        Err(Error::custom("it does not say what it is made of"))
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Traced<V::Value> {
        self.deserialize_any(visitor)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Traced<V::Value> {
        self.deserialize_any(visitor)
    }

    /// As postcard.
    fn is_human_readable(&self) -> bool {
        false
    }
}

/// The parts of a value, one after the other.
struct Parts<I>(I);

impl<'de, 's, I: Iterator<Item = &'s mut Shape>> SeqAccess<'de> for Parts<I> {
    type Error = Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Traced<Option<S::Value>> {
        self.0.next().map(|shape| seed.deserialize(shape)).transpose()
    }
}

impl<'de, 's, I: Iterator<Item = &'s mut Shape>> MapAccess<'de> for Parts<I> {
    type Error = Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Traced<Option<S::Value>> {
        self.next_element_seed(seed)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Traced<S::Value> {
        self.next_element_seed(seed)?.ok_or_else(|| Error::custom("a key has no value"))
    }
}

/// A variant of an enum, by its number.
struct Variant<'s> {
    number: u32,
    shape: &'s mut Shape,
}

impl<'de> EnumAccess<'de> for Variant<'_> {
    type Error = Error;
    type Variant = Self;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Traced<(S::Value, Self)> {
        seed.deserialize(IntoDeserializer::<Error>::into_deserializer(self.number)).map(|value| (value, self))
    }
}

impl<'de> VariantAccess<'de> for Variant<'_> {
    type Error = Error;

    fn unit_variant(self) -> Traced<()> {
        self.shape.plain("")
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Traced<S::Value> {
        match self.shape.parts("", 1)? {
            [inner] => seed.deserialize(inner),
            _ => Err(changed()),
        }
    }

    fn tuple_variant<V: Visitor<'de>>(self, count: usize, visitor: V) -> Traced<V::Value> {
        visitor.visit_seq(Parts(self.shape.parts("", count)?.iter_mut()))
    }

    fn struct_variant<V: Visitor<'de>>(self, fields: &'static [&'static str], visitor: V) -> Traced<V::Value> {
        visitor.visit_seq(Parts(self.shape.fields("", fields)?.iter_mut().map(|(_, shape)| shape)))
    }
}

/// A line for every field and every variant.
impl Display for Shape {
    fn fmt(&self, to: &mut Formatter<'_>) -> std::fmt::Result {
        self.write(to, 0)
    }
}

impl Shape {
    fn write(&self, to: &mut Formatter<'_>, indent: usize) -> std::fmt::Result {
        match &self.form {
            Form::Unknown => write!(to, "?"),
            Form::Plain(name) => write!(to, "{name}"),
            Form::Option(inner) => {
                write!(to, "option of ")?;
                inner.write(to, indent)
            }
            Form::Sequence(inner) => {
                write!(to, "sequence of ")?;
                inner.write(to, indent)
            }
            Form::Map(entry) => {
                write!(to, "map of ")?;
                entry[0].write(to, indent)?;
                write!(to, " to ")?;
                entry[1].write(to, indent)
            }
            Form::Tuple(name, parts) => {
                write!(to, "{name}(")?;
                match parts.split_first() {
                    Some((first, others)) if !others.is_empty() && others.iter().all(|other| other == first) => {
                        write!(to, "{} of ", parts.len())?;
                        first.write(to, indent)?;
                    }
                    _ => {
                        for (place, part) in parts.iter().enumerate() {
                            write!(to, "{}", if place == 0 { "" } else { ", " })?;
                            part.write(to, indent)?;
                        }
                    }
                }
                write!(to, ")")
            }
            Form::Struct(name, parts) => write_lines(to, ("", name), (": ", parts), indent),
            Form::Enum(name, parts) => write_lines(to, ("enum ", name), (" ", parts), indent),
        }
    }
}

/// `sign` parts the name of a field or variant from its shape.
fn write_lines(
    to: &mut Formatter<'_>,
    (kind, name): (&str, &str),
    (sign, parts): (&str, &[(&str, Shape)]),
    indent: usize,
) -> std::fmt::Result {
    let inner = indent + 2;
    writeln!(to, "{kind}{name}{}{{", if name.is_empty() { "" } else { " " })?;
    for (part_name, part) in parts {
        write!(to, "{:inner$}{part_name}", "")?;
        if part.form != Form::Plain("") {
            write!(to, "{sign}")?;
            part.write(to, inner)?;
        }
        writeln!(to)?;
    }
    write!(to, "{:indent$}}}", "")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::{Deserialize, Serialize};
    use std::collections::BTreeMap;

    #[derive(Serialize, Deserialize)]
    enum Kind {
        Empty,
        Number(u64),
        Pair(f64, [f64; 3]),
        Named { text: String },
    }

    #[derive(Serialize, Deserialize)]
    struct Length(f64);

    #[derive(Serialize, Deserialize)]
    struct Whole {
        kinds: Vec<Option<Kind>>,
        #[serde(rename = "renamed")]
        length: Length,
        map: BTreeMap<u32, (bool, Kind)>,
        #[serde(skip)]
        _skipped: u8,
        random: crate::random::Stream,
    }

    #[test]
    fn a_shape_shows_every_field_and_every_variant_wherever_it_stands() {
        let shape = Shape::of::<Whole>().unwrap().to_string();
        let kind = "enum Kind {\n<Empty\n<Number (u64)\n<Pair (f64, (3 of f64))\n<Named {\n<  text: text\n<}";
        let in_field = kind.replace('<', "    ") + "\n  }";
        let due = format!(
            "Whole {{\n  kinds: sequence of option of {in_field}\n  renamed: Length(f64)\n  \
             map: map of u32 to (bool, {in_field})\n  random: "
        );
        assert!(shape.starts_with(&due), "{shape}\n{due}");
        for part in ["seed: (32 of u8)", "stream: u64", "word_pos: u128"] {
            assert!(shape.contains(part), "{shape}");
        }
    }

    mod changed {
        use super::*;

        #[derive(Serialize, Deserialize)]
        pub struct Plain {
            pub a: f64,
            pub b: u64,
        }
        pub mod order {
            #[derive(serde::Serialize, serde::Deserialize)]
            pub struct Plain {
                pub b: u64,
                pub a: f64,
            }
        }
        pub mod name {
            #[derive(serde::Serialize, serde::Deserialize)]
            pub struct Plain {
                pub a: f64,
                pub c: u64,
            }
        }
        pub mod kind {
            #[derive(serde::Serialize, serde::Deserialize)]
            pub struct Plain {
                pub a: f64,
                pub b: i64,
            }
        }
        pub mod variants {
            #[derive(serde::Serialize, serde::Deserialize)]
            pub enum Kind {
                Number(u64),
                Empty,
                Pair(f64, [f64; 3]),
                Named { text: String },
            }
        }
    }

    #[test]
    fn another_order_name_or_kind_is_another_shape() {
        let plain = Shape::of::<changed::Plain>().unwrap();
        assert_ne!(plain, Shape::of::<changed::order::Plain>().unwrap());
        assert_ne!(plain, Shape::of::<changed::name::Plain>().unwrap());
        assert_ne!(plain, Shape::of::<changed::kind::Plain>().unwrap());
        assert_ne!(Shape::of::<Kind>().unwrap(), Shape::of::<changed::variants::Kind>().unwrap());
    }

    #[derive(Serialize, Deserialize)]
    struct Tree {
        branches: Vec<Tree>,
    }

    #[test]
    fn a_type_that_contains_itself_is_refused() {
        assert!(Shape::of::<Tree>().unwrap_err().contains("contains itself"));
        assert!(Shape::of::<std::num::NonZeroU32>().is_err());
    }
}
