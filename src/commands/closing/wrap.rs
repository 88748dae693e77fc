//! Text at the width of the terminal.

use std::io::{IsTerminal, stdout};

/// Columns where nothing says how many there are, and the fewest and most that are used: longer lines are hard to read.
const USUAL: usize = 80;
const FEWEST: usize = 40;
const MOST: usize = 120;

/// Columns of standard output: those of the terminal, else of the variable COLUMNS.
pub fn width() -> usize {
    let terminal = stdout().is_terminal().then(terminal_size::terminal_size).flatten();
    let columns = match terminal {
        Some((terminal_size::Width(columns), _)) => Some(usize::from(columns)),
        None => std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok()),
    };
    columns.map_or(USUAL, |columns| columns.clamp(FEWEST, MOST))
}

/// Paragraphs and commands, wrapped.
pub struct Paragraphs {
    width: usize,
    pub lines: Vec<String>,
}

impl Paragraphs {
    pub fn new(width: usize) -> Self {
        Self { width, lines: Vec::new() }
    }

    /// An empty line between two parts.
    pub fn gap(&mut self) {
        self.lines.push(String::new());
    }

    pub fn say(&mut self, text: &str) {
        self.lines.extend(wrapped(text, self.width, "", ""));
    }

    /// A command, indented. Where it does not fit it goes on in the next line after a backslash, so that a shell can
    /// still take it.
    pub fn command(&mut self, text: &str) {
        self.lines.extend(wrapped(text, self.width, "    ", " \\"));
    }
}

/// Lines of whole words; `more` ends every line but the last. A word longer than a line stands alone.
fn wrapped(text: &str, width: usize, indent: &str, more: &str) -> Vec<String> {
    let length = |text: &str| text.chars().count();
    let room = width.saturating_sub(length(indent) + length(more));
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for word in words(text) {
        if !line.is_empty() && length(&line) + 1 + length(word) > room {
            lines.push(format!("{indent}{line}{more}"));
            line = String::new();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines.push(format!("{indent}{line}"));
    lines
}

/// The words of a text; what stands between single quotes is one.
fn words(text: &str) -> Vec<&str> {
    let mut quoted = false;
    let splits = |c: char| {
        quoted ^= c == '\'';
        c == ' ' && !quoted
    };
    text.split(splits).filter(|word| !word.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_stays_a_command() {
        let command = "glasswell export 'my glass/quick start.out' --well 12 --output well-12.xyz";
        for width in [40, 60, 80] {
            let mut said = Paragraphs::new(width);
            said.command(command);
            assert!(said.lines.iter().all(|line| line.chars().count() <= width), "{:?}", said.lines);
            let (last, others) = said.lines.split_last().unwrap();
            assert!(others.iter().all(|line| line.ends_with(" \\")) && !last.ends_with('\\'));
            let joined: Vec<&str> = said.lines.iter().map(|line| line.trim_end_matches('\\').trim()).collect();
            assert_eq!(joined.join(" "), command);
        }
        let mut said = Paragraphs::new(40);
        said.say(&"word ".repeat(17));
        assert_eq!(said.lines.iter().map(String::len).collect::<Vec<_>>(), [39, 39, 4]);
    }
}
