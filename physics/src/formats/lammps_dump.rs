//! LAMMPS dumps of atoms: `ITEM:` sections, one configuration after another.

use super::frame::{Diameters, Frame, Place, Row, Symbol, count, finite, shortened};
use super::frames::Frames;
use super::lammps_box;
use super::lammps_styles::by_id;
use super::species::Reading;
use crate::error::{Error, Result};
use std::path::Path;

const ITEM: &str = "ITEM:";

pub(super) struct LammpsDump<'t> {
    path: &'t Path,
    lines: Vec<&'t str>,
    reading: Reading<'t>,
}

/// What stands before the rows of a configuration.
struct Header<'t> {
    atoms: usize,
    low: [f64; 3],
    edges: [f64; 3],
    columns: Vec<&'t str>,
    /// The first row, from 0.
    rows: usize,
}

/// Where in a row what stands.
struct Columns {
    id: usize,
    /// The type, and an element or label where the dump has one.
    kind: Option<usize>,
    name: Option<usize>,
    position: [usize; 3],
    scaled: bool,
    diameter: Option<usize>,
    diameters: Diameters,
}

impl<'t> LammpsDump<'t> {
    pub fn new(path: &'t Path, text: &'t str, reading: &Reading<'t>) -> Self {
        Self { path, lines: text.lines().map(str::trim).collect(), reading: *reading }
    }

    fn fault(&self, line: usize, message: impl std::fmt::Display) -> Error {
        Error::input(self.path, format!("line {}: {message}", line + 1))
    }

    fn line(&self, line: usize) -> Result<&'t str> {
        let missing = || Error::input(self.path, format!("line {} is missing: the dump is truncated", line + 1));
        self.lines.get(line).copied().ok_or_else(missing)
    }

    fn header(&self, start: usize) -> Result<Header<'t>> {
        let (mut atoms, mut cell, mut at) = (None, None, start);
        loop {
            let line = self.line(at)?;
            let Some(item) = line.strip_prefix(ITEM).map(str::trim) else {
                let message =
                    format!("`{}`: expected a line `{ITEM} ...`; correct the number of atoms", shortened(line));
                return Err(self.fault(at, message));
            };
            let words: Vec<&str> = item.split_whitespace().collect();
            at += match words[..] {
                ["TIMESTEP" | "TIME"] => 2,
                ["UNITS"] => {
                    let units = self.line(at + 1)?;
                    if units != "lj" {
                        return Err(self.fault(at + 1, format!("units `{units}`; expected reduced units, `lj`")));
                    }
                    2
                }
                ["NUMBER", "OF", "ATOMS"] => {
                    let text = self.line(at + 1)?;
                    let wanted = || self.fault(at + 1, format!("`{}`: expected a number of atoms", shortened(text)));
                    atoms = Some(count(text).ok_or_else(wanted)?);
                    2
                }
                ["BOX", "BOUNDS", ..] => {
                    cell = Some(self.cell(at, &words[2..])?);
                    4
                }
                ["ATOMS", ..] => {
                    let missing = |what: &str| self.fault(at, format!("no `{ITEM} {what}` above it; add it"));
                    let atoms = atoms.ok_or_else(|| missing("NUMBER OF ATOMS"))?;
                    let (low, edges) = cell.ok_or_else(|| missing("BOX BOUNDS pp pp pp"))?;
                    return Ok(Header { atoms, low, edges, columns: words[1..].to_vec(), rows: at + 1 });
                }
                _ => return Err(self.fault(at, format!("`{}` is not read; expected a dump of atoms", shortened(line)))),
            };
        }
    }

    /// Lowest corner and edges from the three lines below BOX BOUNDS.
    fn cell(&self, at: usize, words: &[&str]) -> Result<([f64; 3], [f64; 3])> {
        let is_flag = |word: &&&str| word.len() == 2 && word.chars().all(|c| "pfsm".contains(c));
        if let Some(flag) = words.iter().filter(is_flag).find(|flag| **flag != "pp") {
            return Err(self.fault(at, format!("boundary `{flag}` is not periodic; expected pp pp pp")));
        }
        let mut rows = [[0.0; 4]; 3];
        let width = if words.starts_with(&["abc", "origin"]) {
            4
        } else if words.starts_with(&["xy"]) {
            3
        } else {
            2
        };
        for (k, row) in rows.iter_mut().enumerate() {
            let line = self.line(at + 1 + k)?;
            let numbers = line.split_whitespace().map(finite).collect::<std::result::Result<Vec<f64>, String>>();
            let numbers = numbers.map_err(|fault| self.fault(at + 1 + k, fault))?;
            if numbers.len() != width {
                return Err(self.fault(at + 1 + k, format!("`{}`: expected {width} numbers", shortened(line))));
            }
            row[..width].copy_from_slice(&numbers);
        }
        let edges = match width {
            4 => lammps_box::from_vectors(rows.map(|[x, y, z, _]| [x, y, z])),
            _ => lammps_box::from_bounds(rows.map(|[low, high, ..]| [low, high]), rows.map(|row| row[2])),
        };
        let low = rows.map(|row| if width == 4 { row[3] } else { row[0] });
        Ok((low, edges.map_err(|fault| self.fault(at, fault))?))
    }

    fn columns(&self, header: &Header) -> std::result::Result<Columns, String> {
        const WANTED: &str = "expected `ITEM: ATOMS id type x y z`";
        let named = |name: &str| header.columns.iter().position(|column| *column == name);
        let all = |names: [&str; 3]| Some([named(names[0])?, named(names[1])?, named(names[2])?]);
        let id = named("id").ok_or_else(|| format!("no column `id`, without which the order is lost; {WANTED}"))?;
        let (kind, name) = (named("type"), named("typelabel").or_else(|| named("element")));
        if kind.is_none() && name.is_none() {
            return Err(format!("no column `type`; {WANTED}"));
        }
        let plain = all(["x", "y", "z"]).or_else(|| all(["xu", "yu", "zu"]));
        let scaled = all(["xs", "ys", "zs"]).or_else(|| all(["xsu", "ysu", "zsu"]));
        let position =
            plain.or(scaled).ok_or_else(|| format!("no columns `x y z`, `xu yu zu` or `xs ys zs`; {WANTED}"))?;
        let with_diameters = self.reading.potential.has_diameters();
        let sizes = [("diameter", Diameters::Dump), ("radius", Diameters::Radius), ("q", Diameters::Dump)];
        let size = sizes.into_iter().filter(|_| with_diameters).find_map(|(name, kind)| Some((named(name)?, kind)));
        let (diameter, diameters) = size.map_or((None, Diameters::Dump), |(column, kind)| (Some(column), kind));
        Ok(Columns { id, kind, name, position, scaled: plain.is_none(), diameter, diameters })
    }

    fn row(&self, line: usize, header: &Header, columns: &Columns) -> std::result::Result<(u64, Row), String> {
        let text = self.line(line).map_err(|_| "the dump is truncated".to_string())?;
        let words: Vec<&str> = text.split_whitespace().collect();
        if words.len() != header.columns.len() {
            let (found, due) = (words.len(), header.columns.len());
            return Err(format!("`{}` has {found} columns; `{ITEM} ATOMS` names {due}", shortened(text)));
        }
        let id = words[columns.id];
        let id = id.parse::<u64>().map_err(|_| format!("atom id `{id}` is not a whole number"))?;
        let mut position = [0.0; 3];
        for (k, x) in position.iter_mut().enumerate() {
            let given = finite(words[columns.position[k]]);
            let given = given.map_err(|fault| format!("coordinate {fault}; expected a finite number"))?;
            *x = if columns.scaled { header.low[k] + given * header.edges[k] } else { given };
        }
        let kind = columns.diameters;
        let diameter = match columns.diameter {
            None => None,
            Some(column) => {
                let given = finite(words[column]);
                let given = given.map_err(|fault| format!("{} {fault}; expected a number above 0", kind.name()))?;
                Some(kind.diameter(given))
            }
        };
        let symbol = self.symbol(columns.kind.map(|column| words[column]), columns.name.map(|column| words[column]))?;
        Ok((id, Row { line: line + 1, symbol, position, diameter }))
    }

    /// The species by type, or by element. An element that means another species than the type is refused, unless
    /// the user has said what the elements are.
    fn symbol(&self, kind: Option<&str>, name: Option<&str>) -> std::result::Result<Symbol, String> {
        let symbol = |text: &str| Symbol::Name(text.to_string());
        let (kind, name) = match (kind, name) {
            (Some(kind), Some(name)) => (kind, name),
            (one, other) => return Ok(symbol(one.or(other).unwrap_or_default())),
        };
        let species = |text: &str| self.reading.species_of(&symbol(text));
        match (species(kind), species(name)) {
            (_, Ok(_)) if self.reading.symbols.contains_key(name) => Ok(symbol(name)),
            (Ok(of_kind), Ok(of_name)) if of_kind != of_name => Err(format!(
                "type `{kind}` and element `{name}` are different species; write the dump without one of the two \
                 columns, or say by --species what the elements are"
            )),
            (Err(_), Ok(_)) => Ok(symbol(name)),
            _ => Ok(symbol(kind)),
        }
    }
}

impl Frames for LammpsDump<'_> {
    fn path(&self) -> &Path {
        self.path
    }

    fn next(&self, from: usize) -> Option<usize> {
        (from..self.lines.len()).find(|&k| !self.lines[k].is_empty())
    }

    fn end(&self, start: usize, _number: usize) -> Result<usize> {
        let header = self.header(start)?;
        Ok(header.rows.saturating_add(header.atoms))
    }

    fn read(&self, start: usize, _number: usize) -> Result<Frame> {
        let header = self.header(start)?;
        let columns = self.columns(&header).map_err(|fault| self.fault(header.rows - 1, fault))?;
        // no more than the file has, whatever the header promises
        let mut rows = Vec::with_capacity(header.atoms.min(self.lines.len()));
        for k in 0..header.atoms {
            let line = header.rows + k;
            let row = self.row(line, &header, &columns);
            rows.push(row.map_err(|fault| self.fault(line, format!("particle {k}: {fault}")))?);
        }
        let rows = by_id(rows).map_err(|fault| Error::input(self.path, fault))?;
        Ok(Frame { place: Place::Line(start + 1), edges: header.edges, rows, diameters: columns.diameters })
    }
}

#[cfg(test)]
mod tests {
    use super::super::frames::Choice;
    use super::super::species::{Symbols, parse_symbols};
    use super::*;
    use crate::model::Preset;

    fn frames(text: &str, symbols: &Symbols, choice: Choice) -> Result<Vec<Frame>> {
        let potential = Preset::Tlj.into();
        let reading = Reading { potential: &potential, symbols };
        LammpsDump::new(Path::new("dump"), text, &reading).chosen(choice)
    }

    /// Two atoms in a box of edges 10, 20, 30 whose corner is at (1, 2, 3).
    fn dump(bounds: &str, columns: &str, rows: &str) -> String {
        format!(
            "ITEM: UNITS\nlj\nITEM: TIMESTEP\n0\nITEM: NUMBER OF ATOMS\n2\nITEM: BOX BOUNDS {bounds}\nITEM: ATOMS {columns}\n{rows}\n"
        )
    }

    const PLAIN: &str = "pp pp pp\n1 11\n2 22\n3 33";

    #[test]
    fn columns_and_boxes_of_every_kind_mean_the_same() {
        let none = Symbols::new();
        let plain = dump(PLAIN, "id type x y z", "2 3 6 12 18\n1 1 1 2 3");
        let due = &frames(&plain, &none, Choice::Single).unwrap()[0];
        assert_eq!(due.edges, [10.0, 20.0, 30.0]);
        assert_eq!((due.rows[0].position, due.rows[1].position), ([1.0, 2.0, 3.0], [6.0, 12.0, 18.0]));
        let tilted = "xy xz yz pp pp pp\n1 11 0\n2 22 1e-15\n3 33 0";
        let vectors = "abc origin pp pp pp\n10 0 0 1\n0 20 0 2\n0 0 30 3";
        for text in [
            dump(PLAIN, "xs ys zs type id", "0.5 0.5 0.5 3 2\n0 0 0 1 1"),
            dump(PLAIN, "id element xu yu zu vx", "1 A 1 2 3 0\n2 C 6 12 18 0"),
            dump(PLAIN, "id type element x y z", "1 1 A 1 2 3\n2 3 C 6 12 18"),
            dump(tilted, "id type x y z", "1 1 1 2 3\n2 3 6 12 18"),
            dump(vectors, "id type xsu ysu zsu", "1 1 0 0 0\n2 3 0.5 0.5 0.5"),
        ] {
            let found = &frames(&text, &none, Choice::Single).unwrap_or_else(|fault| panic!("{text}{fault}"))[0];
            let same = |a: &Row, b: &Row| a.position == b.position;
            assert!(found.edges == due.edges && found.rows.iter().zip(&due.rows).all(|(a, b)| same(a, b)), "{text}");
        }
    }

    #[test]
    fn one_frame_of_a_trajectory_is_read() {
        let none = Symbols::new();
        let frame = |x: f64| dump(PLAIN, "id type x y z", &format!("1 1 {x} 0 0\n2 2 0 0 0"));
        let text = format!("{}{}{}", frame(1.5), frame(2.5), frame(3.5));
        assert_eq!(frames(&text, &none, Choice::Number(2)).unwrap()[0].rows[0].position[0], 3.5);
        assert_eq!(frames(&text, &none, Choice::All).unwrap().len(), 3);
        for (choice, words) in [(Choice::Single, "0 to 2"), (Choice::Number(3), "no --frame 3")] {
            let fault = frames(&text, &none, choice).unwrap_err().to_string();
            assert!(fault.contains(words), "{fault}");
        }
        // a run that is still writing
        let cut = &text[..text.len() - "2 2 0 0 0\n".len()];
        assert!(frames(cut, &none, Choice::Number(1)).is_ok());
        assert!(frames(cut, &none, Choice::All).unwrap_err().to_string().contains("truncated"));
    }

    #[test]
    fn what_is_doubtful_is_refused() {
        let none = Symbols::new();
        let rows = "1 1 1 2 3\n2 3 6 12 18";
        for (text, words) in [
            (dump(PLAIN, "type id x y", "1 1 1 2\n3 2 6 12"), "no columns `x y z`"),
            (dump(PLAIN, "mol type x y z", rows), "no column `id`"),
            (dump(PLAIN, "id mol x y z", rows), "no column `type`"),
            (dump(&PLAIN.replace("pp pp pp", "pp ff pp"), "id type x y z", rows), "boundary `ff`"),
            (dump("xy xz yz pp pp pp\n1 11 0.5\n2 22 0\n3 33 0", "id type x y z", rows), "tilted"),
            (dump(PLAIN, "id type x y z", rows).replace("lj", "metal"), "units `metal`"),
            (dump(PLAIN, "id type x y z", rows).replace("\n2\n", "\n99999999999\n"), "truncated"),
            (dump(PLAIN, "id type x y z", "1 1 1 2 3\n1 3 6 12 18"), "already on line"),
            (dump(PLAIN, "id type element x y z", "1 1 C 1 2 3\n2 3 C 6 12 18"), "are different species"),
        ] {
            let fault = frames(&text, &none, Choice::Single).unwrap_err().to_string();
            assert!(fault.contains(words), "{text}{fault}");
        }
        let symbols = parse_symbols("Ni=B").unwrap();
        let text = dump(PLAIN, "id type element x y z", "1 1 Ni 1 2 3\n2 3 Ti 6 12 18");
        let rows = &frames(&text, &symbols, Choice::Single).unwrap()[0].rows;
        assert_eq!(rows[0].symbol, Symbol::Name("Ni".to_string()));
        assert_eq!(rows[1].symbol, Symbol::Name("3".to_string()));
    }
}
