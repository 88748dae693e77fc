//! Comments of a deck that fit a terminal.

use super::source::value_text;
use toml::Value;

/// Most columns of a line.
pub(super) const COLUMNS: usize = 80;

/// A text as comments of at most [`COLUMNS`] columns, where no word is longer.
pub(super) fn comment(text: &str) -> String {
    wrapped("#", "#", text)
}

/// The same for an entry of a list, which begins with a dash.
pub(super) fn entry(text: &str) -> String {
    wrapped("# -", "#  ", text)
}

/// The first line begins with `first`, the others with `next`.
fn wrapped(first: &str, next: &str, text: &str) -> String {
    let mut lines = String::new();
    let mut line = first.to_string();
    for word in text.split_whitespace() {
        if line.len() > next.len() && line.chars().count() + 1 + word.chars().count() > COLUMNS {
            lines.push_str(&line);
            lines.push('\n');
            line = next.to_string();
        }
        line.push(' ');
        line.push_str(word);
    }
    lines + &line + "\n"
}

/// The line `key = value # note`; a list that is too long for one line goes on below.
pub(super) fn assignment(key: &str, value: &Value, note: &str) -> String {
    let noted = |line: String| if note.is_empty() { line } else { format!("{line:<44} # {note}") };
    let line = noted(format!("{key} = {}", value_text(value)));
    let Value::Array(list) = value else { return line + "\n" };
    if line.chars().count() <= COLUMNS {
        return line + "\n";
    }
    let mut lines = vec![noted(format!("{key} = ["))];
    let mut row = String::from("   ");
    for element in list.iter().map(value_text) {
        if row.len() > 3 && row.chars().count() + 2 + element.chars().count() > COLUMNS {
            lines.push(std::mem::replace(&mut row, String::from("   ")));
        }
        row.push_str(&format!(" {element},"));
    }
    lines.extend([row, "]".to_string()]);
    lines.join("\n") + "\n"
}
