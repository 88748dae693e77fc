//! A group of data sets as a table: one row for each row of the data sets, one column for each of their numbers.

use super::product::{Text, io_error};
use crate::error::{Error, Result};
use crate::files::{Attribute, StageReader, Values, matches_checksum};
use crate::input::listed;
use crate::stage::Stage;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;

/// Data sets with more numbers in a row are left out: positions, profiles, spectra.
const MOST_NUMBERS: u64 = 64;
/// The table that continues in paths.h5.
const MINIMA: &str = "minima";
/// Groups that are not listed: they say how long the work took.
const TIMING: &str = "timing";

/// A group of data sets in the file of a stage.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Group {
    stage: Stage,
    /// Without the first slash; empty for the root.
    path: String,
}

impl Group {
    /// "paths", for paths.h5.
    fn file(&self) -> &'static str {
        self.stage.file_name().trim_end_matches(".h5")
    }

    /// With the name of the file, which no other table has.
    fn full_name(&self) -> String {
        if self.path.is_empty() { self.file().to_string() } else { format!("{}/{}", self.file(), self.path) }
    }
}

/// A column of a table.
struct Column {
    name: String,
    units: String,
    description: String,
    values: Values<'static>,
    /// Which of how many numbers of a row.
    place: (usize, usize),
}

impl Column {
    fn field(&self, row: usize) -> String {
        let k = row * self.place.1 + self.place.0;
        match &self.values {
            Values::F64(v) => format!("{:?}", v[k]),
            Values::I64(v) => v[k].to_string(),
            Values::U32(v) => v[k].to_string(),
            Values::U64(v) => v[k].to_string(),
            Values::U8(v) => v[k].to_string(),
            Values::Bool(v) => v[k].to_string(),
            Values::Text(v) => v[k].clone(),
        }
    }
}

/// The columns of a group, with the names of what was left out.
#[derive(Default)]
struct Columns {
    file: &'static str,
    rows: usize,
    columns: Vec<Column>,
    left_out: Vec<String>,
}

/// A table of the campaign's files by its name: a group (`double_wells`), or the file and the group (`paths/minima`).
/// `minima` are the rows of landscape.h5, then those of paths.h5. With `explained`, comments before the names of the columns
/// say what they are. Also gives the names of data sets that do not fit into columns.
///
/// # Errors
/// `Usage` when there is no such table, or several: the message lists what exists; `Storage` when a file is damaged.
pub fn table(directory: &Path, name: &str, explained: bool) -> Result<(Text, Vec<String>)> {
    if !directory.is_dir() {
        return Err(Error::storage(directory, "is not a directory; give the --output of a campaign"));
    }
    let mut readers = BTreeMap::new();
    for stage in Stage::ALL.into_iter().filter(|stage| directory.join(stage.file_name()).exists()) {
        readers.insert(stage, StageReader::open(directory, stage)?);
    }
    let mut groups = BTreeSet::new();
    for (stage, reader) in &readers {
        for path in reader.data_sets()? {
            let path = path.trim_start_matches('/').rsplit_once('/').map_or("", |(group, _)| group).to_string();
            groups.insert(Group { stage: *stage, path });
        }
    }
    let chosen = choose(directory, name.trim_matches('/'), &groups)?;
    let parts = chosen.iter().map(|group| columns(&readers[&group.stage], group)).collect::<Result<Vec<Columns>>>()?;
    let left_out = parts.iter().flat_map(|part| part.left_out.clone()).collect();
    Ok((Box::new(move |out| write(out, &parts, explained)), left_out))
}

fn choose(directory: &Path, name: &str, groups: &BTreeSet<Group>) -> Result<Vec<Group>> {
    if let Some(group) = groups.iter().find(|group| group.full_name() == name && !group.path.is_empty()) {
        return Ok(vec![group.clone()]);
    }
    let named: Vec<Group> = groups
        .iter()
        .filter(|group| if group.path.is_empty() { group.file() == name } else { group.path == name })
        .cloned()
        .collect();
    if named.len() == 1 || (name == MINIMA && !named.is_empty()) {
        return Ok(named);
    }
    let shown = |names: Vec<String>| listed(names.iter().map(String::as_str));
    let message = match named.is_empty() {
        false => {
            let names = named.iter().map(Group::full_name).collect();
            format!("several files have a table `{name}`: give one of {}", shown(names))
        }
        true if groups.is_empty() => format!("there is no table `{name}`: the directory holds no file of a stage"),
        true => {
            let is_unique = |group: &Group| groups.iter().filter(|other| other.path == group.path).count() == 1;
            let listed = groups.iter().filter(|group| !group.path.split('/').any(|part| part == TIMING));
            let short = |group: &Group| {
                let is_short = !group.path.is_empty() && (is_unique(group) || group.path == MINIMA);
                if is_short { group.path.clone() } else { group.full_name() }
            };
            let names: BTreeSet<String> = listed.map(short).collect();
            format!("there is no table `{name}`; the campaign has {}", shown(names.into_iter().collect()))
        }
    };
    Err(Error::Usage(format!("{}: {message}", directory.display())))
}

fn columns(reader: &StageReader, group: &Group) -> Result<Columns> {
    let prefix = if group.path.is_empty() { "/".to_string() } else { format!("/{}/", group.path) };
    let mut found = Columns { file: group.stage.file_name(), ..Columns::default() };
    let mut rows = None;
    for path in reader.data_sets()? {
        let Some(name) = path.strip_prefix(&prefix).filter(|name| !name.contains('/')) else { continue };
        let shape = reader.shape(&path)?;
        let Some((length, row)) = shape.split_first() else {
            found.left_out.push(path);
            continue;
        };
        let numbers: u64 = row.iter().product();
        if numbers > MOST_NUMBERS {
            found.left_out.push(path);
            continue;
        }
        if *rows.get_or_insert(*length) != *length {
            return Err(Error::Usage(format!("/{} is no table: its data sets have different lengths", group.path)));
        }
        matches_checksum(reader, &path)?;
        let text = |name: &str| match reader.attribute(&path, name) {
            Ok(Attribute::Text(text)) => text,
            _ => String::new(),
        };
        let values = reader.values(&path)?;
        for place in 0..numbers as usize {
            found.columns.push(Column {
                name: column_name(name, row, place),
                units: text("units"),
                description: text("description"),
                values: values.clone(),
                place: (place, numbers as usize),
            });
        }
    }
    // what identifies a row stands first
    let rank = |name: &str| ["glass", "run", "index", "a", "b", "from", "to"].iter().position(|first| *first == name);
    found.columns.sort_by_key(|column| rank(&column.name).unwrap_or(usize::MAX));
    found.rows = rows.unwrap_or(0) as usize;
    if found.columns.is_empty() {
        return Err(Error::Usage(format!("/{} of {} holds nothing that fits into columns", group.path, found.file)));
    }
    Ok(found)
}

/// "levels_2"; "stiffness_0_5".
fn column_name(name: &str, row: &[u64], place: usize) -> String {
    let mut rest = place as u64;
    let mut indices: Vec<String> = row
        .iter()
        .rev()
        .map(|length| {
            let index = rest % length;
            rest /= length;
            format!("_{index}")
        })
        .collect();
    indices.reverse();
    format!("{name}{}", indices.concat())
}

/// The parts one after another, with the columns of all; what a part does not have is empty. One part has its rows' numbers,
/// several have those within their files.
fn write(out: &mut dyn io::Write, parts: &[Columns], explained: bool) -> io::Result<()> {
    let mut names: Vec<&str> = Vec::new();
    for column in parts.iter().flat_map(|part| &part.columns) {
        if names.contains(&column.name.as_str()) {
            continue;
        }
        names.push(&column.name);
        if explained {
            writeln!(out, "# {} [{}]: {}", column.name, column.units, column.description)?;
        }
    }
    let several = parts.len() > 1;
    let mut writer = csv::Writer::from_writer(out);
    let mut header = vec!["row"];
    header.extend(several.then_some("file"));
    header.extend(&names);
    writer.write_record(&header).map_err(io_error)?;
    for part in parts {
        let places: Vec<Option<&Column>> =
            names.iter().map(|name| part.columns.iter().find(|column| column.name == *name)).collect();
        for row in 0..part.rows {
            let mut record = vec![row.to_string()];
            record.extend(several.then(|| part.file.to_string()));
            record.extend(places.iter().map(|column| column.map_or(String::new(), |column| column.field(row))));
            writer.write_record(&record).map_err(io_error)?;
        }
    }
    writer.flush()
}
