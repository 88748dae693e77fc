//! A list of pairs of minima that another program has chosen.

use super::PairKey;
use crate::error::{Error, Result};
use crate::formats::Table;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Pairs of minima by glass, from a file.
#[derive(Clone, Debug, PartialEq)]
pub struct PairList {
    file: PathBuf,
    /// Each pair (glass, key) with its line in the file.
    pairs: BTreeMap<(usize, PairKey), usize>,
}

impl PairList {
    /// Reads comma-separated values with the columns glass, a and b: whole numbers from 0, a and b the indices of two minima
    /// of the glass in either order. Further columns are ignored.
    ///
    /// # Errors
    /// `Error::Input` with the line: no table, a missing column, no whole number, a minimum with itself, a pair twice, no pair.
    pub fn read(file: &Path) -> Result<Self> {
        Self::of(&Table::read(file)?)
    }

    fn of(table: &Table) -> Result<Self> {
        let fault = |message: String| Error::input(table.file(), message);
        let column = |name: &str| {
            let cells = table.cells(name, "a whole number, 0 or more", |cell| cell.parse::<usize>().ok())?;
            cells.ok_or_else(|| fault(format!("has no column `{name}`; expected the columns glass, a and b")))
        };
        let (glass, a, b) = (column("glass")?, column("a")?, column("b")?);
        let mut pairs = BTreeMap::new();
        for (row, ((glass, a), b)) in glass.into_iter().zip(a).zip(b).enumerate() {
            let line = table.line(row);
            if a == b {
                return Err(fault(format!("line {line}: minimum {a} with itself; expected two different minima")));
            }
            if let Some(first) = pairs.insert((glass, PairKey::new(a, b)), line) {
                let message = format!(
                    "line {line}: the pair {a}, {b} of glass {glass} stands in line {first} too; leave one out"
                );
                return Err(fault(message));
            }
        }
        if pairs.is_empty() {
            return Err(fault("holds no pair; expected at least one row below glass, a, b".to_owned()));
        }
        Ok(Self { file: table.file().to_path_buf(), pairs })
    }

    /// Number of pairs.
    pub fn count(&self) -> usize {
        self.pairs.len()
    }

    /// The pairs of a glass, by increasing (a, b).
    pub fn of_glass(&self, glass: usize) -> Vec<PairKey> {
        let first = (glass, PairKey { a: 0, b: 0 });
        self.pairs
            .range(first..)
            .map(|((of, key), _)| (*of, *key))
            .take_while(|(of, _)| *of == glass)
            .map(|(_, key)| key)
            .collect()
    }

    /// What the results depend on: the number of pairs, and a hash that neither the order of the rows nor that of a and b
    /// nor a comment changes.
    pub fn fingerprint(&self) -> String {
        let mut digest = Sha256::new();
        for (glass, key) in self.pairs.keys() {
            digest.update(format!("{glass},{},{}\n", key.a, key.b));
        }
        let hash: String = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        format!("{} pairs, sha256 {hash}", self.pairs.len())
    }

    /// Refuses pairs of glasses and minima that do not exist; `minima` is the number of minima of each glass.
    ///
    /// # Errors
    /// `Error::Input` with the line of the first one.
    pub fn check(&self, minima: &[usize]) -> Result<()> {
        let unknown = |(glass, key): &(usize, PairKey)| minima.get(*glass).is_none_or(|known| key.b >= *known);
        let Some(((glass, key), line)) =
            self.pairs.iter().filter(|(pair, _)| unknown(pair)).min_by_key(|(_, line)| **line)
        else {
            return Ok(());
        };
        let message = match minima.get(*glass) {
            None => {
                format!("line {line}: there is no glass {glass}; the campaign has {}, numbered from 0", minima.len())
            }
            Some(known) => format!(
                "line {line}: glass {glass} has no minimum {}; it has {known}, numbered from 0 by rising energy in landscape.h5",
                key.b
            ),
        };
        Err(Error::input(&self.file, message))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(text: &str) -> Result<PairList> {
        PairList::of(&Table::parse(Path::new("pairs.csv"), text)?)
    }

    #[test]
    fn pairs_are_read_by_glass_in_either_order() {
        let pairs = list("b,a,glass,score\n4,1,0,0.5\n0,3,2,\n2,1,0,0.1\n").unwrap();
        let key = |a, b| PairKey { a, b };
        assert_eq!(pairs.of_glass(0), [key(1, 2), key(1, 4)]);
        assert_eq!((pairs.of_glass(1), pairs.of_glass(2)), (vec![], vec![key(0, 3)]));
        let same = list("glass,a,b\n# by energy\n0,1,2\n2,3,0\n0,1,4\n").unwrap();
        assert_eq!(pairs.fingerprint(), same.fingerprint());
        assert_ne!(pairs.fingerprint(), list("glass,a,b\n0,1,2\n2,3,0\n0,1,5\n").unwrap().fingerprint());
    }

    #[test]
    fn a_wrong_list_is_refused_with_its_line() {
        for (text, due) in [
            ("glass,a\n0,1\n", "has no column `b`"),
            ("glass,a,b\n0,1,x\n", "line 2: b = `x`; expected a whole number"),
            ("glass,a,b\n0,1,-2\n", "line 2: b = `-2`; expected a whole number"),
            ("glass,a,b\n0,1,1\n", "line 2: minimum 1 with itself"),
            ("glass,a,b\n0,1,2\n1,1,2\n0,2,1\n", "line 4: the pair 2, 1 of glass 0 stands in line 2 too"),
            ("glass,a,b\n", "holds no pair"),
        ] {
            let message = list(text).unwrap_err().to_string();
            assert!(message.contains(due), "{text:?}: {message}");
        }
        let pairs = list("glass,a,b\n0,7,2\n1,0,1\n").unwrap();
        assert!(pairs.check(&[8, 2]).is_ok());
        assert!(pairs.check(&[7, 2]).unwrap_err().to_string().contains("line 2: glass 0 has no minimum 7; it has 7"));
        assert!(pairs.check(&[8]).unwrap_err().to_string().contains("line 3: there is no glass 1; the campaign has 1"));
    }
}
