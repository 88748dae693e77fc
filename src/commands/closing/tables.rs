//! The results and the times of the stages.

use crate::error::Result;
use crate::files::{Campaign, StageReader};
use crate::runtime::rounded;
use crate::stages::work;
use comfy_table::{CellAlignment, ContentArrangement, Table};
use comfy_table::{LineStyle, TableStyle};

/// Lines above and below the headings and the last row; the names of the stages divide the others.
const LINES: TableStyle = TableStyle::new()
    .top_border(LineStyle::none().fill('─').junction('─'))
    .header_separator(LineStyle::none().fill('─').junction('─'))
    .bottom_border(LineStyle::none().fill('─').junction('─'));

/// The results of each stage.
///
/// # Errors
/// `Storage` when a file cannot be read.
pub fn results(campaign: &Campaign, width: usize) -> Result<Vec<String>> {
    let mut table = table(["stage", "found", ""], width);
    for state in campaign.stages() {
        let reader = StageReader::open(campaign.directory(), state.stage)?;
        let mut rows = work(state.stage).summary(&reader)?;
        if !state.header.complete {
            rows.push(("complete".to_owned(), "no".to_owned()));
        }
        for (number, (name, value)) in rows.into_iter().enumerate() {
            let stage = if number == 0 { state.stage.name() } else { "" };
            table.add_row([stage.to_owned(), name, value]);
        }
    }
    Ok(table.lines().map(|line| line.trim_end().to_owned()).collect())
}

/// Where the time of a stage went, in the mean over its ranks [s].
#[derive(Clone, Copy, Debug, PartialEq)]
struct Spent {
    /// From the beginning of the stage to its file, in the run that finished it.
    all: f64,
    /// For work, or messages of other ranks.
    waiting: f64,
    /// Checkpoints, the file, and reading it back.
    writing: f64,
}

impl Spent {
    fn read(reader: &StageReader) -> Result<Self> {
        let mean = |name: &str| -> Result<f64> {
            let path = format!("/timing/{name}");
            if !reader.has(&path) {
                return Ok(0.0);
            }
            let seconds: Vec<f64> = reader.read(&path)?;
            Ok(seconds.iter().sum::<f64>() / seconds.len().max(1) as f64)
        };
        let verify = mean("costs/verify")?;
        Ok(Self {
            all: mean("costs/stage")? + verify,
            waiting: mean("idle")?,
            writing: mean("costs/checkpoints")? + mean("costs/write")? + verify,
        })
    }

    /// Per cent of the time: work, waiting, writing. Ranks wait for each other while they write, too.
    fn shares(&self) -> [f64; 3] {
        let share = |seconds: f64| (100.0 * seconds / self.all.max(1e-9)).clamp(0.0, 100.0);
        let writing = share(self.writing);
        let waiting = share(self.waiting).min(100.0 - writing);
        [100.0 - waiting - writing, waiting, writing]
    }
}

/// The time of each stage, and where it went.
///
/// # Errors
/// `Storage` when a file cannot be read.
pub fn times(campaign: &Campaign, width: usize) -> Result<Vec<String>> {
    if campaign.stages().is_empty() {
        return Ok(Vec::new());
    }
    let mut table = table(["stage", "time", "work", "waiting", "writing"], width);
    let mut sum = Spent { all: 0.0, waiting: 0.0, writing: 0.0 };
    let mut add = |name: &str, spent: &Spent| {
        let shares = spent.shares().map(|share| format!("{share:.0} %"));
        let row = [name.to_owned(), seconds(spent.all)].into_iter().chain(shares);
        table.add_row(row.collect::<Vec<String>>());
    };
    for state in campaign.stages() {
        let spent = Spent::read(&StageReader::open(campaign.directory(), state.stage)?)?;
        add(state.stage.name(), &spent);
        sum = Spent {
            all: sum.all + spent.all,
            waiting: sum.waiting + spent.waiting,
            writing: sum.writing + spent.writing,
        };
    }
    if campaign.stages().len() > 1 {
        add("all", &sum);
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    Ok(table.lines().map(|line| line.trim_end().to_owned()).collect())
}

fn seconds(seconds: f64) -> String {
    if seconds < 100.0 { format!("{seconds:.1} s") } else { rounded(seconds) }
}

fn table<const N: usize>(headings: [&str; N], width: usize) -> Table {
    let mut table = Table::new();
    table.load_style(LINES).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(u16::try_from(width).unwrap_or(u16::MAX)).set_header(headings);
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shares_are_those_of_the_time() {
        let spent = Spent { all: 10.0, waiting: 2.0, writing: 1.0 };
        assert_eq!(spent.shares().map(f64::round), [70.0, 20.0, 10.0]);
        // ranks that wait while others write
        let spent = Spent { all: 10.0, waiting: 9.0, writing: 4.0 };
        assert_eq!(spent.shares().map(f64::round), [0.0, 60.0, 40.0]);
        assert_eq!(Spent { all: 0.0, waiting: 0.0, writing: 0.0 }.shares(), [100.0, 0.0, 0.0]);
    }
}
