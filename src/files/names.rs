//! The name of an enum variant as written to files.

use serde::Serialize;

use crate::error::{Error, Result};

/// The name of a unit variant in snake case, independent of the case that serde gives it: `NoBarrier` and "no-barrier"
/// are both `no_barrier`.
///
/// # Errors
/// `Internal` for a value that is not a unit variant or a string.
pub fn name_of<T: Serialize>(value: &T) -> Result<String> {
    let name = match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => name,
        _ => return Err(Error::Internal("a status column holds something that is not a plain name".into())),
    };
    let mut snake = String::with_capacity(name.len() + 4);
    for letter in name.chars() {
        if letter.is_uppercase() && !snake.is_empty() && !snake.ends_with('_') {
            snake.push('_');
        }
        match letter {
            '-' | ' ' => snake.push('_'),
            _ => snake.extend(letter.to_lowercase()),
        }
    }
    Ok(snake)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize)]
    enum Ending {
        StepLimit,
        #[serde(rename = "no-barrier")]
        NoBarrier,
        Whole(u32),
    }

    #[test]
    fn names_are_snake_case() {
        assert_eq!(name_of(&Ending::StepLimit).unwrap(), "step_limit");
        assert_eq!(name_of(&Ending::NoBarrier).unwrap(), "no_barrier");
        assert!(name_of(&Ending::Whole(1)).is_err());
    }
}
