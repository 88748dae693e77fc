//! A configuration as read from a file, before it is checked.

/// One particle as read from its line.
pub(super) struct Row {
    /// Line in the file, from 1.
    pub line: usize,
    pub species: String,
    pub position: [f64; 3],
    pub diameter: Option<f64>,
}

/// One configuration as read, in the order in which particles are numbered.
pub(super) struct Frame {
    /// First line of the configuration.
    pub line: usize,
    pub edges: [f64; 3],
    pub rows: Vec<Row>,
    /// How the user can add diameters in this format.
    pub diameter_remedy: &'static str,
}

/// A finite number, or the reason why it is not.
pub(super) fn finite(text: &str) -> std::result::Result<f64, String> {
    match text.parse::<f64>() {
        Ok(x) if x.is_finite() => Ok(x),
        Ok(_) => Err(format!("`{text}` is not finite")),
        Err(_) => Err(format!("`{text}` is not a number")),
    }
}
