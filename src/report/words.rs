//! Words for a shell.

/// A word as a shell takes it.
pub fn for_shell(word: &str) -> String {
    let harmless = |c: char| c.is_ascii_alphanumeric() || "-_./+,=@%:".contains(c);
    match !word.is_empty() && word.chars().all(harmless) {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', r"'\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::for_shell;

    #[test]
    fn directories_are_quoted_for_the_shell() {
        assert_eq!(for_shell("a/b-1.out"), "a/b-1.out");
        assert_eq!(for_shell("my glass; rm"), "'my glass; rm'");
        assert_eq!(for_shell("it's"), r"'it'\''s'");
    }
}
