//! What an export writes.

use crate::error::Result;
use crate::files::Trajectory;
use std::io;

/// Writes a text.
pub type Text = Box<dyn FnOnce(&mut dyn io::Write) -> io::Result<()>>;

/// Computes the files of a folder.
pub type Folder = Box<dyn FnOnce() -> Result<Vec<DatabaseFile>>>;

/// What is written.
pub enum Content {
    Text(Text),
    H5md(Trajectory),
    Folder(Folder),
}

/// What is written, and what a user should know of it.
pub struct Product {
    pub notes: Vec<String>,
    pub content: Content,
}

impl From<Text> for Product {
    fn from(text: Text) -> Self {
        Self { notes: Vec::new(), content: Content::Text(text) }
    }
}

/// A file of a database: its name and contents.
pub type DatabaseFile = (&'static str, Vec<u8>);

/// The error of a table's writer.
pub(super) fn io_error(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}
