//! The second line of a frame of extended XYZ: `key=value` pairs after the grammar of libAtoms
//! (<https://github.com/libAtoms/extxyz>), with single quotes as ASE writes them.

use super::frame::{Diameters, ROUNDED_TILT, count, finite};

/// What the second line says.
pub(super) struct Header {
    pub edges: [f64; 3],
    pub columns: Columns,
}

/// The columns of the data.
pub(super) struct Columns {
    pub species: usize,
    pub position: usize,
    pub diameter: Option<usize>,
    pub kind: Diameters,
    pub count: usize,
}

type Pairs = Vec<(String, String)>;
type Parsed<T> = std::result::Result<T, String>;

/// Keys that are read, whatever their case.
const READ: [&str; 3] = ["Lattice", "Properties", "pbc"];
const CONTAINERS: [char; 4] = ['"', '\'', '{', '['];

pub(super) fn read(line: &str) -> Parsed<Header> {
    let pairs = key_values(line)?;
    let edges = lattice(&pairs)?;
    let columns = columns(&pairs)?;
    periodic(&pairs)?;
    Ok(Header { edges, columns })
}

/// `key=value` pairs, with or without blanks around `=`; a word alone has no value.
fn key_values(line: &str) -> Parsed<Pairs> {
    let mut pairs = Pairs::new();
    let mut rest = line.trim();
    while !rest.is_empty() {
        let (key, after) = key(rest);
        rest = after.trim_start();
        let Some(after) = rest.strip_prefix('=') else { continue };
        let (value, after) = value(&key, after)?;
        rest = after.trim_start();
        let is_read = READ.iter().any(|name| name.eq_ignore_ascii_case(&key));
        let same = |(other, _): &(String, String)| *other == key || is_read && other.eq_ignore_ascii_case(&key);
        if pairs.iter().any(same) {
            return Err(format!("`{key}` stands twice; remove the wrong one"));
        }
        pairs.push((key, value));
    }
    Ok(pairs)
}

/// A key, in quotes or not, and what follows.
fn key(text: &str) -> (String, &str) {
    if text.starts_with(['"', '\''])
        && let Some((key, rest)) = quoted(text)
    {
        return (key, rest);
    }
    let end = text.find(|c: char| c == '=' || c.is_whitespace()).unwrap_or(text.len());
    (text[..end].to_string(), &text[end..])
}

/// The value after `key=`, without its quotes or outermost brackets, and what follows.
fn value<'a>(key: &str, text: &'a str) -> Parsed<(String, &'a str)> {
    let start = text.trim_start();
    match start.chars().next() {
        Some('"' | '\'') => quoted(start).ok_or_else(|| format!("the quote after {key}= is not closed")),
        Some('{' | '[') => bracketed(start).ok_or_else(|| format!("the bracket after {key}= is not closed")),
        _ => {
            let end = start.find(char::is_whitespace).unwrap_or(start.len());
            // `comment= Lattice="..."`: the value is empty
            let is_next_pair = start.len() < text.len() && start[..end].contains('=') && !key.is_empty();
            Ok(if is_next_pair { (String::new(), start) } else { (start[..end].to_string(), &start[end..]) })
        }
    }
}

/// The text up to the quote that closes the first one; a backslash makes the next letter part of the text.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut letters = text.char_indices();
    let (_, quote) = letters.next()?;
    let mut value = String::new();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '\\' => match letters.next()?.1 {
                'n' => value.push('\n'),
                other => value.push(other),
            },
            _ if letter == quote => return Some((value, &text[at + letter.len_utf8()..])),
            _ => value.push(letter),
        }
    }
    None
}

/// The text up to the bracket that closes the first one.
fn bracketed(text: &str) -> Option<(String, &str)> {
    let mut depth = 0;
    for (at, letter) in text.char_indices() {
        match letter {
            '{' | '[' => depth += 1,
            '}' | ']' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some((text[1..at].to_string(), &text[at + 1..]));
        }
    }
    None
}

/// The elements of a value: commas and the brackets of nested lists count as blanks.
fn elements(value: &str) -> impl Iterator<Item = &str> {
    let parts = value.split(|c: char| c.is_whitespace() || c == ',' || c == '}' || c == ']' || CONTAINERS.contains(&c));
    parts.filter(|part| !part.is_empty())
}

fn value_of<'a>(pairs: &'a Pairs, key: &str) -> Option<&'a str> {
    pairs.iter().find(|(name, _)| name.eq_ignore_ascii_case(key)).map(|(_, value)| value.as_str())
}

fn lattice(pairs: &Pairs) -> Parsed<[f64; 3]> {
    const WANTED: &str = "expected Lattice=\"Lx 0 0 0 Ly 0 0 0 Lz\"";
    let text = value_of(pairs, "Lattice").ok_or_else(|| format!("no Lattice; {WANTED}"))?;
    let numbers: Vec<f64> =
        elements(text).map(finite).collect::<Parsed<_>>().map_err(|fault| format!("Lattice: {fault}; {WANTED}"))?;
    let [x, _, _, _, y, _, _, _, z] = numbers[..] else {
        return Err(format!("Lattice has {} numbers; {WANTED}", numbers.len()));
    };
    let edges = [x, y, z];
    let longest = edges.iter().fold(0.0, |longest: f64, edge| longest.max(edge.abs()));
    for (k, &x) in numbers.iter().enumerate() {
        if k % 4 != 0 && x.abs() > ROUNDED_TILT * longest {
            return Err(format!("Lattice=\"{text}\" is not orthorhombic ({x:?} off the diagonal); {WANTED}"));
        }
    }
    match edges.iter().all(|&edge| edge > 0.0) {
        true => Ok(edges),
        false => Err(format!("Lattice=\"{text}\": the box has an edge that is not positive; {WANTED}")),
    }
}

/// One entry of Properties.
struct Property<'a> {
    name: &'a str,
    kind: &'a str,
    width: usize,
    start: usize,
}

fn columns(pairs: &Pairs) -> Parsed<Columns> {
    const WANTED: &str = "expected Properties=species:S:1:pos:R:3[:diameter:R:1]";
    let text = value_of(pairs, "Properties").unwrap_or("species:S:1:pos:R:3");
    let properties = properties(text).map_err(|fault| format!("Properties={text}{fault}; {WANTED}"))?;
    let named = |name: &str| properties.iter().find(|property| property.name == name);
    let of_shape = |name: &str, kind: Option<&str>, width: usize| match named(name) {
        Some(found) if found.width == width && kind.is_none_or(|kind| kind == found.kind) => Ok(Some(found.start)),
        Some(Property { kind, width, .. }) => {
            Err(format!("Properties={text}: `{name}:{kind}:{width}` is not accepted; {WANTED}"))
        }
        None => Ok(None),
    };
    let species = match of_shape("species", None, 1)? {
        Some(column) => Some(column),
        None => named("type").filter(|found| found.width == 1).map(|found| found.start),
    };
    let species = species.ok_or_else(|| format!("Properties={text} has no species; {WANTED}"))?;
    // atooms writes `position`
    let position = match of_shape("pos", Some("R"), 3)? {
        Some(column) => Some(column),
        None => of_shape("position", Some("R"), 3)?,
    };
    let position = position.ok_or_else(|| format!("Properties={text} has no pos; {WANTED}"))?;
    let (diameter, kind) = match of_shape("diameter", Some("R"), 1)? {
        Some(column) => (Some(column), Diameters::Xyz),
        None => match named("radius").filter(|found| found.width == 1 && found.kind == "R") {
            Some(found) => (Some(found.start), Diameters::Radius),
            None => (None, Diameters::Xyz),
        },
    };
    let count = properties.last().map_or(0, |last| last.start + last.width);
    Ok(Columns { species, position, diameter, kind, count })
}

/// The entries `name:kind:width`. An empty name before the first or after the last is ignored.
fn properties(text: &str) -> Parsed<Vec<Property<'_>>> {
    let words: Vec<&str> = text.trim().trim_matches(':').split(':').map(str::trim).collect();
    let mut properties: Vec<Property> = Vec::new();
    let mut start = 0usize;
    for property in words.chunks(3) {
        let [name, kind, width] = *property else {
            return Err(" is not a list of name:type:count".to_string());
        };
        let width = count(width).ok_or_else(|| format!(": the count of `{name}` is not a whole number"))?;
        if properties.iter().any(|other| other.name == name) {
            return Err(format!(": `{name}` stands twice"));
        }
        properties.push(Property { name, kind, width, start });
        start = start.checked_add(width).ok_or_else(|| format!(": the count of `{name}` is too large"))?;
    }
    Ok(properties)
}

fn periodic(pairs: &Pairs) -> Parsed<()> {
    let is_true = |word: &str| word.eq_ignore_ascii_case("T") || word.eq_ignore_ascii_case("true") || word == "1";
    match value_of(pairs, "pbc") {
        Some(text) if !elements(text).all(is_true) => {
            Err(format!("pbc=\"{text}\" is not periodic in every direction; expected pbc=\"T T T\""))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CUBE: [f64; 3] = [5.5, 5.5, 5.5];

    #[test]
    fn every_container_means_the_same() {
        for line in [
            "Lattice=\"5.5 0 0 0 5.5 0 0 0 5.5\"",
            "Lattice='5.5 0 0 0 5.5 0 0 0 5.5' pbc='T T T'",
            "Lattice={5.5 0 0 0 5.5 0 0 0 5.5} pbc={T T T}",
            "pbc=[T, T, T] Lattice=[[5.5, 0, 0], [0, 5.5, 0], [0, 0, 5.5]]",
            "Lattice = \"5.5,0.,0.,0.,5.5,0.,0.,0.,5.5\"  Properties = species:S:1:pos:R:3",
            "Lattice=5.5,0,0,0,5.5,0,0,0,5.5 pbc=[\"T\", \"T\", \"T\"]",
            "lattice=\"5.5d0 0 0 0 5.5D+0 0 0 0 0.55E1\" energy=-3 virial=\"1 2\" free 'words of text'",
            "\"Lattice\"=\"5.5 0 0 1e-17 5.5 -5e-12 0 0 5.5\"",
            "comment= name=\"a \\\" b\" Lattice=\"5.5 0 0 0 5.5 0 0 0 5.5\" Properties=:species:S:1:pos:R:3",
        ] {
            let header = read(line).unwrap_or_else(|fault| panic!("{line}: {fault}"));
            assert_eq!((header.edges, header.columns.count), (CUBE, 4), "{line}");
        }
    }

    #[test]
    fn what_is_doubtful_is_refused() {
        for (line, fault) in [
            ("Lattice=\"5 0 0 0 5 0 0 0 5\" Lattice=\"9 0 0 0 9 0 0 0 9\"", "`Lattice` stands twice"),
            ("Lattice=\"5 0 0 0 5 0 0 0 5\" lattice=\"9 0 0 0 9 0 0 0 9\"", "`lattice` stands twice"),
            ("Lattice=\"5 0 0 0 5 0 0 0 5\" energy=1 energy=1", "`energy` stands twice"),
            ("Lattice={5 0 0 0 5 0 0 0 5", "the bracket after Lattice= is not closed"),
            ("Lattice='5 0 0 0 5 0 0 0 5", "the quote after Lattice= is not closed"),
            ("Lattice=\"5 0 0 1e-10 5 0 0 0 5\"", "not orthorhombic"),
            ("Lattice=\"5 0 0 0 5 0 0 0 5\" pbc=[T, F, T]", "not periodic"),
            ("Lattice=\"5 0 0 0 5 0 0 0 5\" Properties=species:S:1:pos:R:3:pos:R:3", "`pos` stands twice"),
            ("Lattice=\"5 0 0 0 5 0 0 0 5\" Properties=species:S:1:pos:R:3:x:R:18446744073709551615", "too large"),
        ] {
            let found = read(line).err().unwrap_or_default();
            assert!(found.contains(fault), "{line}: {found}");
        }
    }

    #[test]
    fn a_radius_is_no_diameter() {
        let columns =
            |properties: &str| read(&format!("Lattice=\"5 0 0 0 5 0 0 0 5\" Properties={properties}")).unwrap().columns;
        let radius = columns("species:S:1:pos:R:3:radius:R:1");
        assert_eq!((radius.diameter, radius.kind), (Some(4), Diameters::Radius));
        let both = columns("radius:R:1:species:S:1:pos:R:3:diameter:R:1");
        assert_eq!((both.diameter, both.kind), (Some(5), Diameters::Xyz));
    }
}
