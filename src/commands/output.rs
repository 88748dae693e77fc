//! What the single-shot commands print.

use serde_json::{Map, Value};

/// One JSON object, or for people a line for each value with long arrays told by their length.
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
