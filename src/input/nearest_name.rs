//! The known name that is closest to a mistyped one.

/// The known name that starts with the given one, else the one at the smallest edit distance, if that is at most a
/// third of its length (or at most two letters).
pub fn nearest_name<'a>(given: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let known: Vec<&str> = known.into_iter().collect();
    if let Some(name) = known.iter().find(|name| given.len() >= 3 && name.starts_with(given)) {
        return Some(name);
    }
    known
        .into_iter()
        .map(|name| (distance(given, name), name))
        .filter(|(distance, name)| *distance <= (name.len() / 3).max(2) && *distance < name.len())
        .min()
        .map(|(_, name)| name)
}

/// Levenshtein's distance: insertions, deletions and replacements of one letter.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, letter) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for j in 0..b.len() {
            let replaced = diagonal + usize::from(letter != b[j]);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

/// "`a`, `b`, `c`"
pub fn listed<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    names.into_iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_found() {
        let known = ["temperature", "time_step", "quenches", "runs"];
        assert_eq!(nearest_name("temprature", known), Some("temperature"));
        assert_eq!(nearest_name("quench", known), Some("quenches"));
        assert_eq!(nearest_name("run", known), Some("runs"));
        assert_eq!(nearest_name("nose", ["none", "nose-hoover"]), Some("nose-hoover"));
        assert_eq!(nearest_name("colour", known), None);
        assert_eq!(distance("kitten", "sitting"), 3);
    }
}
