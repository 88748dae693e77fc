//! Files of several configurations: which of them are read.

use super::frame::Frame;
use crate::error::{Error, Result};
use std::path::Path;

/// Which configurations of a file are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    All,
    /// The only one.
    Single,
    /// The one with this number, from 0.
    Number(usize),
}

/// A file in which configurations follow each other, as lines.
pub(super) trait Frames {
    fn path(&self) -> &Path;
    /// Where the next configuration begins, if there is one from line `from` on (from 0).
    fn next(&self, from: usize) -> Option<usize>;
    /// Where the configuration that begins at `start` ends, from its header; later than `start`.
    fn end(&self, start: usize, number: usize) -> Result<usize>;
    /// The configuration that begins at `start`.
    fn read(&self, start: usize, number: usize) -> Result<Frame>;

    /// The wanted configurations; what stands before them is not read.
    fn chosen(&self, choice: Choice) -> Result<Vec<Frame>> {
        let (mut frames, mut number, mut from) = (Vec::new(), 0, 0);
        while let Some(start) = self.next(from) {
            if choice == Choice::All || choice == Choice::Number(number) || number == 0 && choice == Choice::Single {
                frames.push(self.read(start, number)?);
            }
            if choice == Choice::Number(number) {
                return Ok(frames);
            }
            from = self.end(start, number)?;
            number += 1;
        }
        choice.agrees(self.path(), number).map(|()| frames)
    }
}

impl Choice {
    /// Whether a file of `count` configurations has what is wanted.
    ///
    /// # Errors
    /// `Error::Input` with the number and the remedy.
    pub fn agrees(self, path: &Path, count: usize) -> Result<()> {
        let last = count.saturating_sub(1);
        match self {
            Choice::Single if count != 1 => {
                let message = format!("holds {count} configurations; choose one by --frame, 0 to {last}");
                Err(Error::input(path, message))
            }
            Choice::Number(number) if number >= count => {
                let held = if count == 1 { "one configuration".to_string() } else { format!("{count} configurations") };
                let message = format!("holds {held}; there is no --frame {number}, they are numbered 0 to {last}");
                Err(Error::input(path, message))
            }
            _ => Ok(()),
        }
    }
}
