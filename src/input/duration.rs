//! Durations in decks and arguments: "90 s", "10 min", "2 h", "1 h 30 min".

use std::time::Duration;

/// Reads "90 s", "10 min", "2 h", "1 day 12 h".
///
/// # Errors
/// A sentence that states what is accepted.
pub fn parse_duration(text: &str) -> Result<Duration, String> {
    humantime::parse_duration(text.trim()).map_err(|_| "a duration such as \"90 s\", \"10 min\" or \"2 h\"".to_string())
}

/// The shortest text that `parse_duration` reads back: whole hours, minutes or seconds where possible.
pub fn duration_text(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match seconds {
        _ if duration.subsec_nanos() != 0 => humantime::format_duration(duration).to_string(),
        _ if seconds > 0 && seconds.is_multiple_of(3600) => format!("{} h", seconds / 3600),
        _ if seconds > 0 && seconds.is_multiple_of(60) => format!("{} min", seconds / 60),
        _ => format!("{seconds} s"),
    }
}

/// For `#[serde(with = "...")]`: a duration as its text.
pub(super) mod as_text {
    use super::{Duration, duration_text, parse_duration};
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub fn serialize<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&duration_text(*duration))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
        let text = String::deserialize(deserializer)?;
        parse_duration(&text).map_err(|wanted| D::Error::custom(format!("expected {wanted}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_and_written_back() {
        for (text, seconds) in [("10 min", 600), ("2 h", 7200), ("90 s", 90), ("1h 30min", 5400), ("1 day", 86400)] {
            let duration = parse_duration(text).unwrap();
            assert_eq!(duration.as_secs(), seconds);
            assert_eq!(parse_duration(&duration_text(duration)), Ok(duration));
        }
        assert_eq!(duration_text(Duration::from_secs(7200)), "2 h");
        assert!(parse_duration("10").unwrap_err().contains("10 min"));
    }
}
