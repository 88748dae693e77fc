//! Rust sources as text: lines without comments and strings, and which lines are tests.

use std::path::{Path, PathBuf};

/// The sources of the two packages, the inner one first.
pub const PACKAGES: [&str; 2] = ["physics/src", "src"];

pub struct Text {
    /// Path relative to the sources of its package: `landscape/mod.rs`.
    pub name: String,
    /// Path relative to the repository: `physics/src/landscape/mod.rs`.
    pub path: String,
    pub lines: Vec<String>,
    /// The lines without comments and without the contents of strings.
    pub code: Vec<String>,
    /// Whether a line belongs to a `#[cfg(test)]` item.
    pub test: Vec<bool>,
}

pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_path_buf()
}

pub fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
    found.sort();
}

pub fn sources() -> Vec<Text> {
    let mut files = Vec::new();
    PACKAGES.iter().for_each(|package| rust_files(&root().join(package), &mut files));
    files.iter().map(|path| text(path)).collect()
}

pub fn text(path: &Path) -> Text {
    let path_of = |base: &Path| Some(path.strip_prefix(base).ok()?.to_string_lossy().replace('\\', "/"));
    let name = PACKAGES.iter().find_map(|package| path_of(&root().join(package))).unwrap();
    let content = std::fs::read_to_string(path).unwrap();
    let code: Vec<String> = without_comments_and_quotes(&content).lines().map(str::to_string).collect();
    let test = test_lines(&code);
    let path_here = path_of(&root()).unwrap();
    Text { name, path: path_here, lines: content.lines().map(str::to_string).collect(), code, test }
}

/// Comments and the contents of strings become blanks; line breaks are kept.
pub fn without_comments_and_quotes(content: &str) -> String {
    let letters: Vec<char> = content.chars().collect();
    let mut out = String::with_capacity(content.len());
    let mut k = 0;
    let blank = |c: char| if c == '\n' { '\n' } else { ' ' };
    while k < letters.len() {
        let rest = &letters[k..];
        let end = if rest.starts_with(&['/', '/']) {
            rest.iter().position(|&c| c == '\n').unwrap_or(rest.len())
        } else if rest.starts_with(&['/', '*']) {
            end_of_block_comment(rest)
        } else if rest[0] == '"' {
            end_of_quote(rest)
        } else if let Some(length) = raw_quote(&letters, k) {
            length
        } else if rest[0] == '\'' {
            end_of_letter(rest)
        } else {
            out.push(rest[0]);
            k += 1;
            continue;
        };
        out.extend(rest[..end].iter().map(|&c| blank(c)));
        k += end;
    }
    out
}

fn end_of_block_comment(rest: &[char]) -> usize {
    let (mut depth, mut k) = (0, 0);
    while k < rest.len() {
        match rest[k..] {
            ['/', '*', ..] => (depth, k) = (depth + 1, k + 2),
            ['*', '/', ..] if depth == 1 => return k + 2,
            ['*', '/', ..] => (depth, k) = (depth - 1, k + 2),
            _ => k += 1,
        }
    }
    rest.len()
}

fn end_of_quote(rest: &[char]) -> usize {
    let mut k = 1;
    while k < rest.len() {
        match rest[k] {
            '\\' => k += 2,
            '"' => return k + 1,
            _ => k += 1,
        }
    }
    rest.len()
}

/// The length of r"..." or r#"..."# at k.
fn raw_quote(letters: &[char], k: usize) -> Option<usize> {
    let part_of_name = k > 0 && (letters[k - 1].is_alphanumeric() || letters[k - 1] == '_') && letters[k - 1] != 'b';
    if letters[k] != 'r' || part_of_name {
        return None;
    }
    let hashes = letters[k + 1..].iter().take_while(|&&c| c == '#').count();
    let start = k + 1 + hashes;
    if letters.get(start) != Some(&'"') {
        return None;
    }
    let closing: Vec<char> = std::iter::once('"').chain(std::iter::repeat_n('#', hashes)).collect();
    let end = (start + 1..letters.len()).find(|&at| letters[at..].starts_with(&closing))?;
    Some(end + closing.len() - k)
}

/// 'x' and '\n' are characters, 'a in a lifetime is not.
fn end_of_letter(rest: &[char]) -> usize {
    match rest {
        [_, '\\', _, tail @ ..] => tail.iter().position(|&c| c == '\'').map_or(1, |at| at + 4),
        [_, _, '\'', ..] => 3,
        _ => 1,
    }
}

/// The lines of every item after `#[cfg(test)]`.
pub fn test_lines(code: &[String]) -> Vec<bool> {
    let mut test = vec![false; code.len()];
    let mut k = 0;
    while k < code.len() {
        if code[k].trim().starts_with("#[cfg(test)]") {
            let end = end_of_item(code, k);
            test[k..=end].fill(true);
            k = end;
        }
        k += 1;
    }
    test
}

/// The line of the closing brace (or of the semicolon before any brace) of the item that begins at line `start`.
pub fn end_of_item(code: &[String], start: usize) -> usize {
    let (mut depth, mut brackets) = (0i64, 0i64);
    for (k, line) in code.iter().enumerate().skip(start) {
        for c in line.chars() {
            match c {
                '(' | '[' => brackets += 1,
                ')' | ']' => brackets -= 1,
                '{' => depth += 1,
                '}' => depth -= 1,
                ';' if depth == 0 && brackets == 0 => return k,
                _ => {}
            }
            if c == '}' && depth == 0 {
                return k;
            }
        }
    }
    code.len() - 1
}

pub fn assert_none(faults: Vec<String>) {
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}
