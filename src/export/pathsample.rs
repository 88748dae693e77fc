//! The stationary points of a glass as a database of PATHSAMPLE (D. J. Wales, <https://www-wales.ch.cam.ac.uk/PATHSAMPLE/>).
//!
//! min.data has a line for each minimum: energy, ln prod lambda over the positive eigenvalues lambda of the Hessian (m = 1:
//! lambda = omega^2), order of the point group, three moments of inertia. ts.data has a line for each transition state:
//! the same, with the numbers of the two minima (from 1) between the order and the moments. points.min and points.ts hold
//! the positions [3N] of each as numbers of 8 bytes without anything between them.
//!
//! Disordered configurations have point groups of order 1; moments of inertia have no meaning in a periodic box and are 1.

use super::product::{Content, DatabaseFile, Product};
use super::source::{Found, Source, Well, Wells, open};
use crate::error::{Error, Result};
use crate::files::{GlassRows, Keys, StageReader};
use crate::modes::positive_eigenvalues;
use crate::parallel::Ranks;
use crate::stage::Stage;
use std::collections::BTreeMap;
use std::fmt::Write;

/// Order of the point group, and moments of inertia.
const ORDER: u32 = 1;
const MOMENTS: &str = "1.0 1.0 1.0";

/// The names of all files.
pub const FILES: [&str; 6] = ["min.data", "ts.data", "points.min", "points.ts", "minima.csv", "double_wells.csv"];

/// The database of a glass: the double wells with a proven transition state, and their minima, whose frequencies are those of
/// modes.h5. The eigenvalues at the transition states, which no file has, are computed when the contents are asked for.
///
/// # Errors
/// `Usage` when there is no such glass; `Storage` when a file is missing or damaged, when modes.h5 lacks a frequency of a
/// minimum, or when there are rattlers, which have none.
pub fn database(source: &Source, glass: u64) -> Result<Product> {
    source.check_glass(glass)?;
    let (minima, wells) = (source.minima()?, source.wells()?);
    let (chosen, left_out) = transition_states(source, &wells, glass)?;
    let mut numbers: BTreeMap<u64, usize> =
        chosen.iter().flat_map(|well| well.ends).map(|minimum| (minimum, 0)).collect();
    for (number, place) in (1..).zip(numbers.values_mut()) {
        *place = number;
    }
    let spectra = Spectra::open(source)?;
    let mut ends = Vec::new();
    for &minimum in numbers.keys() {
        ends.push((minima.get(glass, minimum)?, spectra.log_product(source, glass, minimum)?));
    }
    let mut saddles = Vec::new();
    for well in &chosen {
        // the minima must be those of the path
        wells.end(&minima, well, 0)?;
        saddles.push(wells.saddle(well)?);
    }
    let mut notes = Vec::new();
    if left_out > 0 {
        notes.push(format!(
            "{left_out} double wells of glass {glass} are left out: the descent from their saddle has failed, or it does not have \
             exactly one negative mode"
        ));
    }
    if !chosen.is_empty() {
        notes.push(format!("computes the eigenvalues of the Hessian at {} transition states", chosen.len()));
    }
    let lists = Lists::new(glass, &chosen, &numbers);
    let potential = source.potential;
    let contents = move || {
        let mut products = Vec::new();
        for Found { configuration, .. } in &saddles {
            let model = potential.model(configuration);
            let product = positive_eigenvalues(&model, &configuration.cell, &configuration.positions)?;
            if product.negative != 1 || product.zero != 0 {
                return Err(Error::Numerical(format!(
                    "a transition state of glass {glass} has {} negative and {} zero eigenvalues besides the translations",
                    product.negative, product.zero
                )));
            }
            products.push(product.log_product);
        }
        Ok(lists.files(&ends, &saddles, &products))
    };
    Ok(Product { notes, content: Content::Folder(Box::new(contents)) })
}

/// The double wells of a glass with a proven transition state, and how many have none.
fn transition_states(source: &Source, wells: &Wells, glass: u64) -> Result<(Vec<Well>, usize)> {
    let rows = GlassRows::look(&Ranks::alone(), &wells.reader, "/double_wells/glass", source.glasses as usize)?;
    let (first, count) = rows.of(glass as usize);
    let status = wells.reader.read_text_rows("/double_wells/status", first, count)?;
    let negative: Vec<u32> = wells.reader.read_rows("/double_wells/negative_modes", first, count)?;
    let proven = |place: &u64| status[*place as usize] == "converged" && negative[*place as usize] == 1;
    let chosen = (0..count).filter(proven).map(|place| wells.get(first + place)).collect::<Result<Vec<Well>>>()?;
    let left_out = count as usize - chosen.len();
    match chosen.is_empty() {
        true => {
            Err(wells.reader.unusable(format!("has no double well of glass {glass} with a proven transition state")))
        }
        false => Ok((chosen, left_out)),
    }
}

/// modes.h5.
struct Spectra {
    reader: StageReader,
    /// Rows by (glass, minimum).
    rows: BTreeMap<(u64, i64), u64>,
    modes: u64,
}

impl Spectra {
    fn open(source: &Source) -> Result<Self> {
        let reader = open(source.directory(), Stage::Modes).map_err(|error| match error {
            Error::Storage { file, message } => {
                Error::Storage { file, message: format!("PATHSAMPLE needs the frequencies of the minima: {message}") }
            }
            other => other,
        })?;
        // an index within the glass is another minimum after the exploration was extended
        let keys = Keys::read(&reader.header().deck_keys);
        for stage in [Stage::Explore, Stage::Connect] {
            let other = open(source.directory(), stage)?;
            if let Some((key, then, now)) = keys.changed(&Keys::read(&other.header().deck_keys)) {
                let message = format!(
                    "was made with other settings than {} ({key} = {then}, not {now}): run the deck to its end",
                    stage.file_name()
                );
                return Err(Error::storage(reader.path(), message));
            }
        }
        let glass: Vec<u32> = reader.read("/spectra/glass")?;
        let minimum: Vec<i64> = reader.read("/spectra/minimum")?;
        let keys = glass.iter().map(|glass| u64::from(*glass)).zip(minimum);
        let rows = keys.zip(0..).collect();
        let modes = reader.shape("/spectra/frequency")?.get(1).copied().unwrap_or(0);
        Ok(Self { reader, rows, modes })
    }

    /// ln prod omega^2 over all 3N - 3 modes of a minimum.
    fn log_product(&self, source: &Source, glass: u64, minimum: u64) -> Result<f64> {
        let lacks = |what: String| {
            let message = format!(
                "PATHSAMPLE needs all frequencies of minimum {glass}:{minimum}, but {what}; give [modes] with count = \"all\" \
                 and of = \"double-wells\", and --redo modes"
            );
            Error::storage(self.reader.path(), message)
        };
        let all = 3 * source.particles as u64 - 3;
        if self.modes < all {
            return Err(lacks(format!("there are the lowest {} of {all}", self.modes)));
        }
        let row = self.rows.get(&(glass, minimum as i64));
        let row = *row.ok_or_else(|| lacks("there is no spectrum of it".to_string()))?;
        let status = self.reader.read_text_rows("/spectra/status", row, 1)?.concat();
        if status != "converged" {
            return Err(lacks(format!("its spectrum has the status {status}")));
        }
        let rattlers: Vec<u32> = self.reader.read_rows("/spectra/rattlers", row, 1)?;
        if rattlers.iter().any(|count| *count > 0) {
            let message = format!(
                "minimum {glass}:{minimum} has rattlers, whose frequencies are 0: products of frequencies cannot be compared"
            );
            return Err(Error::storage(self.reader.path(), message));
        }
        let frequencies: Vec<f64> = self.reader.read_rows("/spectra/frequency", row, 1)?;
        match frequencies.iter().all(|omega| *omega > 0.0) {
            true => Ok(frequencies.iter().map(|omega| 2.0 * omega.ln()).sum()),
            false => Err(lacks("not all are positive".to_string())),
        }
    }
}

/// Which minimum and double well of the campaign each line is.
struct Lists {
    minima: String,
    double_wells: String,
    /// Numbers of the two minima of each transition state, from 1.
    ends: Vec<[usize; 2]>,
}

impl Lists {
    fn new(glass: u64, wells: &[Well], numbers: &BTreeMap<u64, usize>) -> Self {
        let mut minima = "number,glass,minimum\n".to_string();
        for (minimum, number) in numbers {
            let _ = writeln!(minima, "{number},{glass},{minimum}");
        }
        let mut double_wells = "number,double_well\n".to_string();
        for (number, well) in (1..).zip(wells) {
            let _ = writeln!(double_wells, "{number},{}", well.row);
        }
        let ends = wells.iter().map(|well| well.ends.map(|end| numbers[&end])).collect();
        Self { minima, double_wells, ends }
    }

    fn files(&self, minima: &[(Found, f64)], saddles: &[Found], products: &[f64]) -> Vec<DatabaseFile> {
        let (mut of_minima, mut of_saddles) = (String::new(), String::new());
        for (Found { energy, .. }, product) in minima {
            let _ = writeln!(of_minima, "{energy:?} {product:?} {ORDER} {MOMENTS}");
        }
        for ((Found { energy, .. }, product), [a, b]) in saddles.iter().zip(products).zip(&self.ends) {
            let _ = writeln!(of_saddles, "{energy:?} {product:?} {ORDER} {a} {b} {MOMENTS}");
        }
        let points = |found: &mut dyn Iterator<Item = &Found>| -> Vec<u8> {
            found.flat_map(|found| &found.configuration.positions).flat_map(|x| x.to_le_bytes()).collect()
        };
        let texts = [of_minima, of_saddles].map(String::into_bytes);
        let lists = [&self.minima, &self.double_wells].map(|list| list.clone().into_bytes());
        let positions = [points(&mut minima.iter().map(|(found, _)| found)), points(&mut saddles.iter())];
        FILES.into_iter().zip(texts.into_iter().chain(positions).chain(lists)).collect()
    }
}
