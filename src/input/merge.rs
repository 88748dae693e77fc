//! Merges the deck's values into the defaults, key by key, so that an error is reported at its key.

use super::duration::parse_duration;
use super::findings::Findings;
use super::nearest_name::{listed, nearest_name};
use super::source::{Source, join, shortened};
use toml::{Table, Value};

/// Reads a section into its settings and writes it back.
pub(super) type Reread<'a> = &'a dyn Fn(Value) -> Result<Value, toml::de::Error>;

/// One section's effective table: `defaults` overlaid with what the deck gives; faults go to `findings`.
///
/// The table of defaults defines which keys exist; a table that is empty by default accepts any key.
pub(super) fn overlay(
    source: &Source,
    section: &str,
    defaults: &Table,
    reread: Reread,
    findings: &mut Findings,
) -> Table {
    let mut effective = defaults.clone();
    match source.values.get(section) {
        None => {}
        Some(Value::Table(given)) => {
            let mut merge = Merge { source, defaults, reread, findings };
            merge.table(section, &[], given, &mut effective);
        }
        Some(_) => findings.reject(section, "", &format!("a section: a line [{section}] with its keys below")),
    }
    effective
}

struct Merge<'a, 'b> {
    source: &'a Source,
    defaults: &'a Table,
    reread: Reread<'a>,
    findings: &'a mut Findings<'b>,
}

impl Merge<'_, '_> {
    /// Overlays the table at `path` (keys below the section).
    fn table(&mut self, prefix: &str, path: &[&str], given: &Table, effective: &mut Table) {
        let known = table_at(self.defaults, path).unwrap_or_default();
        for (key, value) in given {
            let dotted = join(prefix, key);
            let inner_path: Vec<&str> = path.iter().copied().chain([key.as_str()]).collect();
            match (known.get(key), value) {
                (None, _) if !known.is_empty() => self.unknown(&dotted, key, &known),
                (Some(Value::Table(inner)), Value::Table(inner_given))
                    if !inner.is_empty() || !inner_given.is_empty() =>
                {
                    self.table(&dotted, &inner_path, inner_given, effective);
                }
                // no key is a date, and serde would read one as a text
                (default, value) if has_date(value) => self.findings.reject(&dotted, "", &wanted(default, value, "")),
                (default, value) => {
                    let value = as_list(default, value);
                    let mut candidate = self.defaults.clone();
                    set(&mut candidate, &inner_path, value.clone());
                    match (self.reread)(Value::Table(candidate)) {
                        Ok(Value::Table(table)) => {
                            // as read back: 1 has become 1.0 where a number is expected
                            let value = value_at(&table, &inner_path).unwrap_or(value);
                            set(effective, &inner_path, value);
                        }
                        Ok(_) => set(effective, &inner_path, value),
                        Err(fault) => self.findings.reject(&dotted, "", &wanted(default, &value, fault.message())),
                    }
                }
            }
        }
    }

    fn unknown(&mut self, dotted: &str, key: &str, known: &Table) {
        let names = || known.keys().map(String::as_str);
        let hint = match nearest_name(key, names()) {
            Some(name) => format!("did you mean `{name}`? "),
            None => String::new(),
        };
        let section = dotted.rsplit_once('.').map_or("", |(section, _)| section);
        let (key, section) = (shortened(key), shortened(section));
        let message = format!("unknown key `{key}` in [{section}]: {hint}accepted are {}", listed(names()));
        self.findings.reject_key(self.source.place(dotted), &message);
    }
}

/// A single text where a list is expected is a list of one element.
fn as_list(default: Option<&Value>, value: &Value) -> Value {
    match (default, value) {
        (Some(Value::Array(_)), Value::String(_)) => Value::Array(vec![value.clone()]),
        _ => value.clone(),
    }
}

/// Whether a value is a date, or holds one.
fn has_date(value: &Value) -> bool {
    match value {
        Value::Datetime(_) => true,
        Value::Array(list) => list.iter().any(has_date),
        Value::Table(table) => table.values().any(has_date),
        _ => false,
    }
}

/// A number without decimals as TOML writes whole numbers, in groups of three digits.
fn as_whole(x: f64) -> Option<String> {
    if !(x.fract() == 0.0 && (0.0..=9e15).contains(&x)) {
        return None;
    }
    let digits = format!("{x:.0}");
    let grouped = digits.chars().enumerate().map(|(k, digit)| match k > 0 && (digits.len() - k) % 3 == 0 {
        true => format!("_{digit}"),
        false => digit.to_string(),
    });
    Some(grouped.collect())
}

/// What would be accepted, from the type of the default and serde's message.
fn wanted(default: Option<&Value>, given: &Value, complaint: &str) -> String {
    // serde lists the names of an enum as "unknown variant `x`, expected `a` or `b`" or "..., expected one of `a`, `b`, `c`"
    if let Some((_, names)) = complaint.split_once(", expected ").filter(|_| complaint.starts_with("unknown variant")) {
        let names: Vec<&str> = names.split('`').skip(1).step_by(2).collect();
        let hint = given.as_str().and_then(|given| nearest_name(given, names.iter().copied()));
        let hint = hint.map_or(String::new(), |name| format!(" (did you mean `{name}`?)"));
        return format!("one of {}{hint}", listed(names));
    }
    if let Some((_, wanted)) = complaint.split_once("expected ").filter(|_| complaint.starts_with("expected ")) {
        return shortened(wanted.trim());
    }
    match default {
        Some(Value::Float(_)) => "a number".to_string(),
        Some(Value::Integer(_)) => match given.as_float().and_then(as_whole) {
            Some(whole) => format!("a whole number without decimals and exponent: write {whole}"),
            None => "a whole number, 0 or more, without quotes and without decimals".to_string(),
        },
        Some(Value::Boolean(_)) => "true or false".to_string(),
        Some(Value::String(text)) if parse_duration(text).is_ok() => {
            "a duration in quotes, such as \"90 s\", \"10 min\" or \"2 h\"".to_string()
        }
        Some(Value::String(_)) => "a string in quotes".to_string(),
        Some(Value::Array(list)) if list.first().is_some_and(Value::is_float) => {
            format!("a list of {} numbers", list.len())
        }
        Some(Value::Array(_)) => "a string in quotes or a list of strings".to_string(),
        Some(Value::Table(table)) if table.is_empty() => "a table: { name = value }".to_string(),
        Some(Value::Table(table)) => format!("a table with the keys {}", listed(table.keys().map(String::as_str))),
        None if complaint.contains("expected a string") => "a string in quotes".to_string(),
        None => "a number".to_string(),
        Some(_) => shortened(complaint.trim()),
    }
}

fn table_at(table: &Table, path: &[&str]) -> Option<Table> {
    match path {
        [] => Some(table.clone()),
        _ => value_at(table, path)?.as_table().cloned(),
    }
}

fn value_at(table: &Table, path: &[&str]) -> Option<Value> {
    let (last, outer) = path.split_last()?;
    let mut inner = table;
    for key in outer {
        inner = inner.get(*key)?.as_table()?;
    }
    inner.get(*last).cloned()
}

fn set(table: &mut Table, path: &[&str], value: Value) {
    match path {
        [] => {}
        [key] => {
            table.insert(key.to_string(), value);
        }
        [key, rest @ ..] => {
            if let Value::Table(inner) = table.entry(key.to_string()).or_insert_with(|| Value::Table(Table::new())) {
                set(inner, rest, value);
            }
        }
    }
}
