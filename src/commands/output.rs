//! Output of the single-shot commands.

use serde_json::{Map, Value};

/// Prints one JSON object, or a line for each value, where long arrays are replaced by their length.
pub fn print_values(values: &Map<String, Value>, json: bool) {
    if json {
        println!("{}", Value::Object(values.clone()));
        return;
    }
    let width = values.keys().map(String::len).max().unwrap_or(0);
    for (name, value) in values {
        match value {
            Value::Array(items) if items.len() > 12 => {
                println!("{name:width$}  [{} rows; --json prints them]", items.len())
            }
            Value::String(text) => println!("{name:width$}  {text}"),
            other => println!("{name:width$}  {other}"),
        }
    }
}
