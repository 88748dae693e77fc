//! What a key accepts, in words, from its schema.

use serde_json::Value as Json;

/// "a whole number, 1 or more"; `None` for a schema that no key has.
pub(super) fn accepted(schema: &Json) -> Option<String> {
    if let Some(words) = schema.get("x-accepted").and_then(Json::as_str) {
        return Some(words.to_string());
    }
    if let Some(names) = schema.get("enum").and_then(Json::as_array) {
        return Some(
            names.iter().filter_map(Json::as_str).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "),
        );
    }
    if let Some(names) = named_values(schema).filter(|_| schema.get("items").is_none()) {
        return Some(names.join("; "));
    }
    if let Some(value) = schema.get("const") {
        return Some(value.to_string());
    }
    if let Some(choices) = schema.get("anyOf").and_then(Json::as_array) {
        let choices: Option<Vec<String>> = choices.iter().map(accepted).collect();
        return Some(choices?.join(", or "));
    }
    match schema.get("type")? {
        Json::String(kind) => of_kind(kind, schema),
        Json::Array(kinds) if kinds.iter().any(|kind| kind == "null") => {
            Some(format!("{}, or inf", of_kind(kinds.first()?.as_str()?, schema)?))
        }
        _ => None,
    }
}

fn of_kind(kind: &str, schema: &Json) -> Option<String> {
    Some(match kind {
        "boolean" => "true or false".to_string(),
        "integer" => format!("a whole number{}", range(schema)),
        "number" => format!("a number{}", range(schema)),
        "string" => "a string".to_string(),
        "object" => format!("a table: a name = {} for each", accepted(schema.get("additionalProperties")?)?),
        "array" => list(schema)?,
        _ => return None,
    })
}

/// "a list of numbers above 0", "2 numbers, 0 or more"
fn list(schema: &Json) -> Option<String> {
    let items = schema.get("items")?;
    let length = |key: &str| schema.get(key).and_then(Json::as_u64);
    let many = match length("minItems") {
        Some(count) if length("maxItems") == Some(count) => count.to_string(),
        _ => "a list of".to_string(),
    };
    let kinds = match items.get("type").and_then(Json::as_str) {
        Some("integer") => format!("whole numbers{}", range(items)),
        Some("number") => format!("numbers{}", range(items)),
        Some("array") => format!("lists of numbers{}", range(items.get("items")?)),
        _ => match named_values(items) {
            Some(names) => return Some(format!("{many} names: {}", names.join("; "))),
            None => "strings".to_string(),
        },
    };
    Some(format!("{many} {kinds}"))
}

/// ", 1 to 3", " above 0", " above 0 and at most 1"; nothing where every number is accepted.
fn range(schema: &Json) -> String {
    let number = |key: &str| schema.get(key).filter(|value| value.is_number()).map(plain);
    match (number("minimum"), number("exclusiveMinimum"), number("maximum")) {
        (_, Some(least), Some(most)) => format!(" above {least} and at most {most}"),
        (_, Some(least), None) => format!(" above {least}"),
        (Some(least), None, Some(most)) => format!(", {least} to {most}"),
        (Some(least), None, None) => format!(", {least} or more"),
        (None, None, Some(most)) => format!(", at most {most}"),
        (None, None, None) => String::new(),
    }
}

/// A number without the decimals of a whole one.
fn plain(number: &Json) -> String {
    match number.as_f64() {
        Some(whole) if whole.fract() == 0.0 && !number.is_u64() && whole.abs() < 1e15 => format!("{whole:.0}"),
        _ => number.to_string(),
    }
}

/// "`neb`: nudged elastic band", "`string`: simplified string": the names that a key, or its list, accepts.
pub(super) fn named_values(schema: &Json) -> Option<Vec<String>> {
    let choices = schema.get("items").unwrap_or(schema).get("oneOf")?.as_array()?;
    choices
        .iter()
        .map(|choice| {
            let name = choice.get("const")?.as_str()?;
            let meaning = choice.get("description")?.as_str()?;
            let meaning = meaning.split_whitespace().collect::<Vec<_>>().join(" ");
            Some(format!("`{name}`: {}", inside_a_sentence(meaning.trim_end_matches('.'))))
        })
        .collect()
}

/// Without the capital at the beginning, but for an abbreviation.
fn inside_a_sentence(text: &str) -> String {
    let mut letters = text.chars();
    match (letters.next(), letters.next()) {
        (Some(first), Some(second)) if !second.is_uppercase() => {
            first.to_lowercase().chain(text.chars().skip(1)).collect()
        }
        _ => text.to_string(),
    }
}
