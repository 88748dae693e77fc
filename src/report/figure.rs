//! What a figure is: its name, what it needs, and the function that draws it.

use super::drawing::Drawing;
use super::source::Source;
use crate::error::Result;
use crate::stage::Stage;

/// One figure of the report; src/report/figures/ has a file for each.
pub struct Figure {
    /// In the page: `figure-ID`.
    pub id: &'static str,
    pub title: &'static str,
    /// What it shows and how to read it.
    pub caption: &'static str,
    /// The stages whose files it needs.
    pub needs: &'static [Stage],
    /// Draws it for all campaigns together; nothing when no campaign has the data.
    pub draw: fn(&[Source]) -> Result<Vec<Panel>>,
}

/// A part of a figure with its own axes: of a unit, or of a glass.
pub struct Panel {
    pub title: String,
    /// What is particular to it: counts, what is left out.
    pub note: String,
    pub drawing: Drawing,
}

impl Panel {
    pub fn new(title: impl Into<String>, note: impl Into<String>, drawing: Drawing) -> Self {
        Self { title: title.into(), note: note.into(), drawing }
    }
}
