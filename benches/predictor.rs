//! How well the predictor of pairs ranks a table of pairs whose outcome is known.
//!
//!     cargo bench --bench predictor -- FILE.csv [--splitting | --double-well] [--seed N]
//!
//! FILE.csv: a line of names, then a row for each pair (the columns are those of `PairTable::of`; transition counts are not
//! used). `--splitting` predicts the splitting E, `--double-well` whether a pair is a double well; without either, the
//! splitting if the table has it. The table is divided into five parts, by rows at random and by glasses, and each part
//! is predicted from the other four. `--seed` gives other parts.
//!
//! Prints the rank correlation, the area under the curve and the wanted pairs among the best 1, 2 and 5 %. Wanted are
//! the pairs with E < 0.0015 or the double wells. The last line is one JSON object; null is what the table does not define.

use glasswell::error::{Error, Result};
use glasswell::formats::Table;
use glasswell::screening::{PairGeometry, PairTable, Quantity, Ranking, by_group, by_row, cross_validate};
use serde_json::{Value, json};
use std::path::Path;
use std::time::Instant;

/// Splittings below are wanted: the energy that k_B T_Q of argon has in the papers' units.
const WANTED: f64 = 0.0015;
const PARTS: usize = 5;
const USAGE: &str = "cargo bench --bench predictor -- FILE.csv [--splitting | --double-well] [--seed N]";

struct Options {
    file: String,
    quantity: Option<Quantity>,
    seed: u64,
}

fn options() -> Result<Options> {
    let usage = |what: String| Error::Usage(format!("{what}; give {USAGE}"));
    let mut options = Options { file: String::new(), quantity: None, seed: 1 };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            // cargo gives it to every bench
            "--bench" => (),
            "--splitting" => options.quantity = Some(Quantity::Splitting),
            "--double-well" => options.quantity = Some(Quantity::DoubleWell),
            "--seed" => {
                let seed = words.next().and_then(|word| word.parse().ok());
                options.seed = seed.ok_or_else(|| usage("--seed needs a whole number".to_owned()))?;
            }
            file if !file.starts_with("--") && options.file.is_empty() => options.file = file.to_owned(),
            other => return Err(usage(format!("`{other}` is not understood"))),
        }
    }
    if options.file.is_empty() {
        return Err(usage("no table of pairs".to_owned()));
    }
    Ok(options)
}

/// The pairs whose outcome is known.
struct Known {
    quantity: Quantity,
    pairs: Vec<PairGeometry>,
    glass: Option<Vec<usize>>,
    outcome: Vec<f64>,
}

impl Known {
    fn of(table: PairTable, options: &Options) -> Result<Self> {
        let file = Path::new(&options.file);
        let quantity = match (options.quantity, &table.splitting, &table.double_well) {
            (Some(quantity), ..) => quantity,
            (None, Some(_), _) => Quantity::Splitting,
            (None, None, Some(_)) => Quantity::DoubleWell,
            (None, None, None) => {
                return Err(Error::input(file, "has no outcome; expected a column quantum_splitting or is_dw"));
            }
        };
        let (outcome, name) = match quantity {
            Quantity::Splitting => (table.splitting, "quantum_splitting"),
            Quantity::DoubleWell => (table.double_well, "is_dw"),
        };
        let outcome = outcome.ok_or_else(|| Error::input(file, format!("has no column {name}")))?;
        let is_known = |i: &usize| quantity == Quantity::DoubleWell || (outcome[*i] > 0.0 && outcome[*i].is_finite());
        let rows: Vec<usize> = (0..outcome.len()).filter(is_known).collect();
        if rows.len() < outcome.len() {
            println!("{} rows without a splitting are left out", outcome.len() - rows.len());
        }
        if rows.len() < 2 * PARTS {
            return Err(Error::input(
                file,
                format!("has {} rows with an outcome; expected at least {}", rows.len(), 2 * PARTS),
            ));
        }
        Ok(Self {
            quantity,
            pairs: rows.iter().map(|&i| table.pairs[i].clone()).collect(),
            glass: table.glass.map(|glass| rows.iter().map(|&i| glass[i]).collect()),
            outcome: rows.iter().map(|&i| outcome[i]).collect(),
        })
    }

    fn is_wanted(&self, outcome: f64) -> bool {
        match self.quantity {
            Quantity::Splitting => outcome < WANTED,
            Quantity::DoubleWell => outcome == 1.0,
        }
    }

    fn ranking(&self, part: &[usize]) -> Result<Ranking> {
        let predicted = cross_validate(&self.pairs, &self.outcome, part, self.quantity)?;
        let sign = if self.quantity == Quantity::Splitting { -1.0 } else { 1.0 };
        let rising = |values: &[f64]| values.iter().map(|x| sign * x).collect::<Vec<f64>>();
        let wanted: Vec<bool> = self.outcome.iter().map(|&outcome| self.is_wanted(outcome)).collect();
        Ranking::of(&rising(&predicted), &rising(&self.outcome), &wanted)
    }
}

fn line(name: &str, ranking: &Ranking, seconds: f64) -> Value {
    let text = |number: Option<f64>| number.map_or("-".to_owned(), |x| format!("{x:.4}"));
    let [one, two, five] = ranking.found;
    let wanted = ranking.wanted;
    println!(
        "| {name} | {} | {} | {one} of {wanted} | {two} of {wanted} | {five} of {wanted} | {seconds:.1} |",
        text(ranking.rank_correlation),
        text(ranking.auc)
    );
    let [one, two, five] = ranking.recall();
    json!({
        "rank_correlation": ranking.rank_correlation, "auc": ranking.auc,
        "recall_1": one, "recall_2": two, "recall_5": five,
    })
}

fn run() -> Result<()> {
    let options = options()?;
    let table = PairTable::of(&Table::read(Path::new(&options.file))?)?;
    if !table.unused.is_empty() {
        println!("columns that are not used: {}", table.unused.join(", "));
    }
    let known = Known::of(table, &options)?;
    let rows = known.pairs.len();
    let glasses = known.glass.as_ref().map(|glass| glass.iter().collect::<std::collections::BTreeSet<_>>().len());
    let wanted = if known.quantity == Quantity::Splitting { "E < 0.0015" } else { "double wells" };
    println!("{rows} pairs; wanted: {wanted}\n");
    println!("| parts | rank correlation | area under the curve | best 1 % | best 2 % | best 5 % | seconds |");
    println!("|---|---|---|---|---|---|---|");
    let start = Instant::now();
    let ranking = known.ranking(&by_row(rows, PARTS, options.seed))?;
    let by_rows = line("by rows", &ranking, start.elapsed().as_secs_f64());
    let start = Instant::now();
    let by_glass = match &known.glass {
        Some(glass) if glasses > Some(1) => {
            let ranking = known.ranking(&by_group(glass, PARTS, options.seed))?;
            line("by glass", &ranking, start.elapsed().as_secs_f64())
        }
        _ => Value::Null,
    };
    if by_glass.is_null() {
        println!("no parts by glass: the table has no column glass, or one glass only");
    }
    println!();
    let quantity = if known.quantity == Quantity::Splitting { "splitting" } else { "double-well" };
    let object = json!({
        "file": options.file, "quantity": quantity, "pairs": rows, "glasses": glasses, "wanted": ranking.wanted,
        "by_rows": by_rows, "by_glass": by_glass,
    });
    println!("{object}");
    Ok(())
}

fn main() {
    if let Err(problem) = run() {
        eprintln!("error: {problem}");
        std::process::exit(problem.exit_code());
    }
}
