//! `glasswell export`: configurations, tables and stationary points of a campaign for other programs.

use super::output::check_output;
use crate::error::{Error, Result};
use crate::export::{self, Content, DATABASE_FILES, Folder, Format, Part, Subject, Text};
use crate::files::write_h5md;
use crate::formats::{Symbols, parse_symbols};
use crate::runtime;
use clap::{ArgGroup, Args};
use std::io::{BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

const EXAMPLES: &str = "Examples:
  glasswell export tlj.out --glass 0 --species Ni=A,P=B,Pd=C --output glass.xyz
  glasswell export tlj.out --minimum 0:17 --format lammps --output minimum.data
  glasswell export tlj.out --well 3 --format extxyz --output well.xyz
  glasswell export tlj.out --well 3 --format csv --output profile.csv
  glasswell export tlj.out --well 3 --part path --format h5md --output path.h5
  glasswell export tlj.out --table double_wells > double_wells.csv
  glasswell export tlj.out --pairs 0 --output pairs.csv
  glasswell export tlj.out --glass 0 --format pathsample --output database

docs/export.md describes the formats.";

/// The arguments of `export`.
#[derive(Args)]
#[command(group(ArgGroup::new("subject").required(true)), after_help = EXAMPLES)]
pub struct ExportArguments {
    /// Directory of the campaign.
    directory: PathBuf,
    /// A glass as it was prepared, by its number from 0.
    #[arg(long, value_name = "K", group = "subject")]
    glass: Option<u64>,
    /// A minimum, by glass and index within the glass: 0:17.
    #[arg(long, value_name = "G:I", group = "subject", value_parser = minimum)]
    minimum: Option<(u64, u64)>,
    /// A double well, by its row in /double_wells of paths.h5: a, saddle and b, with displacements from a.
    #[arg(long, value_name = "ROW", group = "subject")]
    well: Option<u64>,
    /// Columns of the campaign's files, e.g. double_wells, minima, transitions, argon; a wrong name lists all.
    #[arg(long, value_name = "NAME", group = "subject")]
    table: Option<String>,
    /// Distances and energy differences of all pairs of minima of a glass.
    #[arg(long, value_name = "G", group = "subject")]
    pairs: Option<u64>,
    /// With --well: one part, a, saddle, b, or path (the images of the band).
    #[arg(long, value_parser = part)]
    part: Option<Part>,
    /// extxyz, lammps, h5md, csv or pathsample [default: csv for --table and --pairs, else extxyz].
    #[arg(long, value_parser = format)]
    format: Option<Format>,
    /// What the file calls the species, e.g. Ni=A,P=B.
    #[arg(long, value_parser = parse_symbols)]
    species: Option<Symbols>,
    /// With --table: comments before the names of the columns say their units and meaning.
    #[arg(long)]
    explain: bool,
    /// File to write (pathsample: folder) [default for extxyz, lammps and csv: standard output].
    #[arg(long)]
    output: Option<PathBuf>,
    /// Replaces an existing file.
    #[arg(long, requires = "output")]
    force: bool,
}

fn minimum(text: &str) -> std::result::Result<(u64, u64), String> {
    let numbers = text.split_once(':').and_then(|(glass, index)| Some((glass.parse().ok()?, index.parse().ok()?)));
    numbers.ok_or_else(|| "expected the glass and the index within the glass, e.g. 0:17".to_owned())
}

fn part(name: &str) -> std::result::Result<Part, String> {
    let known = || Part::ALL.map(Part::name).join(", ");
    Part::ALL.into_iter().find(|part| part.name() == name).ok_or_else(|| format!("parts are {}", known()))
}

fn format(name: &str) -> std::result::Result<Format, String> {
    let known = || Format::ALL.map(Format::name).join(", ");
    Format::ALL.into_iter().find(|format| format.name() == name).ok_or_else(|| format!("formats are {}", known()))
}

impl ExportArguments {
    fn subject(&self) -> Result<Subject> {
        // clap does not ask for an argument whose group has another one
        for (is_given, option, with) in [
            (self.part.is_some() && self.well.is_none(), "part", "well"),
            (self.explain && self.table.is_none(), "explain", "table"),
        ] {
            if is_given {
                return Err(Error::Usage(format!("--{option} goes with --{with}")));
            }
        }
        let Self { glass, minimum, well, table, pairs, .. } = self;
        let subjects = [
            glass.map(Subject::Glass),
            minimum.map(|(glass, index)| Subject::Minimum { glass, index }),
            well.map(|row| Subject::Well { row, part: self.part }),
            table.clone().map(Subject::Table),
            pairs.map(Subject::Pairs),
        ];
        subjects.into_iter().flatten().next().ok_or_else(|| Error::Usage("nothing to export is named".to_owned()))
    }
}

/// Writes a part of a campaign for other programs. What cannot be written leaves no file under its final name.
///
/// # Errors
/// `Usage` for what does not exist, a format that cannot hold it, or an existing file without --force; `Storage` when a file
/// of the campaign is missing or damaged, or the output cannot be written.
pub fn export(arguments: &ExportArguments) -> Result<()> {
    // of several processes under a launcher, one writes
    if runtime::is_a_further_rank() {
        return Ok(());
    }
    let subject = arguments.subject()?;
    let is_table = matches!(subject, Subject::Table(_) | Subject::Pairs(_));
    let format = arguments.format.unwrap_or(if is_table { Format::Csv } else { Format::ExtendedXyz });
    let target = Target::new(arguments, format)?;
    let symbols = arguments.species.clone().unwrap_or_default();
    let product = export::prepare(&arguments.directory, &subject, format, &symbols, arguments.explain)?;
    product.notes.iter().for_each(|note| eprintln!("note: {note}"));
    match (product.content, target) {
        (Content::Text(text), Target::StandardOutput) => print(text),
        (Content::Text(text), Target::File(path)) => write_file(&path, |out| text(out)),
        (Content::H5md(trajectory), Target::File(path)) => write_h5md(&path, &trajectory).map(|_| ()),
        (Content::Folder(folder), Target::Folder(path)) => write_folder(&path, folder),
        _ => Err(Error::Internal("an export has another target than its format".to_owned())),
    }
}

/// Where it goes.
enum Target {
    StandardOutput,
    File(PathBuf),
    Folder(PathBuf),
}

impl Target {
    fn new(arguments: &ExportArguments, format: Format) -> Result<Self> {
        let Some(path) = arguments.output.clone() else {
            return match format {
                Format::H5md => Err(Error::Usage("--format h5md is a binary file: give --output FILE".to_owned())),
                Format::Pathsample => {
                    Err(Error::Usage("--format pathsample is several files: give --output FOLDER".to_owned()))
                }
                _ => Ok(Target::StandardOutput),
            };
        };
        let files: Vec<PathBuf> = match format {
            Format::Pathsample => DATABASE_FILES.iter().map(|name| path.join(name)).collect(),
            _ => vec![path.clone()],
        };
        for file in &files {
            check_output(file, std::slice::from_ref(&arguments.directory), arguments.force)?;
        }
        Ok(if format == Format::Pathsample { Target::Folder(path) } else { Target::File(path) })
    }
}

fn print(text: Text) -> Result<()> {
    let mut out = BufWriter::new(std::io::stdout().lock());
    match text(&mut out).and_then(|()| out.flush()) {
        // nobody reads any more
        Err(error) if error.kind() == ErrorKind::BrokenPipe => {
            // what is left must not be written when the buffer is dropped
            let _ = out.into_parts();
            Ok(())
        }
        Err(error) => Err(unwritable(Path::new("standard output"), &error)),
        Ok(()) => Ok(()),
    }
}

/// Writes a file under a temporary name beside its final one, which it gets when it is complete.
fn write_file(path: &Path, write: impl FnOnce(&mut dyn Write) -> std::io::Result<()>) -> Result<()> {
    let written = temporary(path).and_then(|file| {
        let mut out = BufWriter::new(file);
        write(&mut out)?;
        out.into_inner().map_err(std::io::IntoInnerError::into_error)
    });
    let named = written.and_then(|file| {
        file.as_file().sync_all()?;
        file.persist(path).map_err(|error| error.error)
    });
    named.map(|_| ()).map_err(|error| unwritable(path, &error))
}

/// All files are complete before the first gets its name.
fn write_folder(path: &Path, folder: Folder) -> Result<()> {
    let contents = folder()?;
    std::fs::create_dir_all(path).map_err(|error| unwritable(path, &error))?;
    let mut complete = Vec::new();
    for (name, bytes) in contents {
        let path = path.join(name);
        let written = temporary(&path).and_then(|mut file| {
            file.write_all(&bytes)?;
            file.as_file().sync_all()?;
            Ok(file)
        });
        complete.push((written.map_err(|error| unwritable(&path, &error))?, path));
    }
    for (file, path) in complete {
        file.persist(&path).map_err(|error| unwritable(&path, &error.error))?;
    }
    Ok(())
}

/// A file beside another, which everybody may read as far as the process allows it.
fn temporary(path: &Path) -> std::io::Result<tempfile::NamedTempFile> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    tempfile::Builder::new()
        .prefix(".glasswell-")
        .make_in(folder, |name| std::fs::File::options().write(true).create_new(true).open(name))
}

fn unwritable(path: &Path, error: &std::io::Error) -> Error {
    Error::storage(path, format!("cannot be written: {error}"))
}
