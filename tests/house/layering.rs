//! The house rules that a reader of the text can check: imports go inwards, `unsafe` stays in its rooms, nothing ends the
//! process from inside, files and functions stay short.

use std::path::{Path, PathBuf};

/// Where `unsafe` is allowed, relative to src.
const UNSAFE_ALLOWED: [&str; 3] = ["forces/lanes/", "files/", "parallel/mpi.rs"];
/// What ends the process; a line that bears `// proof:` with the reason why it cannot happen may have it.
const ENDINGS: [&str; 7] =
    [".unwrap()", ".expect(", "panic!(", "todo!(", "unimplemented!(", "unreachable!(", "process::abort("];
const PROOF: &str = "// proof:";
const LONGEST_FILE: usize = 499;
const LONGEST_FUNCTION: usize = 59;

struct Text {
    /// Path relative to src: `landscape/mod.rs`.
    name: String,
    lines: Vec<String>,
    /// The lines without comments and without what stands in quotes.
    code: Vec<String>,
    /// Whether a line belongs to a `#[cfg(test)]` item.
    test: Vec<bool>,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_path_buf()
}

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
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

fn sources() -> Vec<Text> {
    let mut files = Vec::new();
    rust_files(&root().join("src"), &mut files);
    files.iter().map(|path| text(path)).collect()
}

fn text(path: &Path) -> Text {
    let name = path.strip_prefix(root().join("src")).unwrap().to_string_lossy().replace('\\', "/");
    let content = std::fs::read_to_string(path).unwrap();
    let code: Vec<String> = without_comments_and_quotes(&content).lines().map(str::to_string).collect();
    let test = test_lines(&code);
    Text { name, lines: content.lines().map(str::to_string).collect(), code, test }
}

/// Comments and the inside of quotes become blanks; lines stay lines.
fn without_comments_and_quotes(content: &str) -> String {
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

/// 'x' and '\n' are letters, 'a in a lifetime is not.
fn end_of_letter(rest: &[char]) -> usize {
    match rest {
        [_, '\\', _, tail @ ..] => tail.iter().position(|&c| c == '\'').map_or(1, |at| at + 4),
        [_, _, '\'', ..] => 3,
        _ => 1,
    }
}

/// The lines of every item that follows `#[cfg(test)]`.
fn test_lines(code: &[String]) -> Vec<bool> {
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
fn end_of_item(code: &[String], start: usize) -> usize {
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

/// The rooms in the order of lib.rs.
fn rooms() -> Vec<String> {
    let lib = text(&root().join("src/lib.rs"));
    let module = |line: &String| Some(line.trim().strip_prefix("pub mod ")?.strip_suffix(';')?.to_string());
    lib.code.iter().filter_map(module).collect()
}

/// `landscape/settings.rs` and `landscape.rs` are of the room landscape.
fn room_of(name: &str) -> String {
    name.split('/').next().unwrap().trim_end_matches(".rs").to_string()
}

/// The first names after every `crate::` (and after a `super::` that climbs out of the room), with their line.
fn imports(text: &Text) -> Vec<(usize, String)> {
    let joined = text.code.join("\n");
    let depth = text.name.trim_end_matches("/mod.rs").trim_end_matches(".rs").split('/').count();
    let climb = "super::".repeat(depth);
    let mut found = Vec::new();
    for prefix in ["crate::", climb.as_str()] {
        for (at, _) in joined.match_indices(prefix) {
            let before = joined[..at].chars().next_back().unwrap_or(' ');
            if before.is_alphanumeric() || before == '_' || before == ':' {
                continue;
            }
            let line = joined[..at].matches('\n').count() + 1;
            let rest = joined[at + prefix.len()..].trim_start();
            found.extend(first_names(rest).into_iter().map(|name| (line, name)));
        }
    }
    found
}

/// `a::b` gives a; `{a, b::{c, d}}` gives a and b.
fn first_names(rest: &str) -> Vec<String> {
    let name = |text: &str| text.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let Some(group) = rest.strip_prefix('{') else { return vec![name(rest)] };
    let (mut depth, mut names, mut start) = (0, Vec::new(), 0);
    for (k, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => {
                names.push(name(&group[start..k]));
                break;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                names.push(name(&group[start..k]));
                start = k + 1;
            }
            _ => {}
        }
    }
    names
}

fn assert_none(faults: Vec<String>) {
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn the_reader_reads_rust() {
    let content = "use crate::{a, b::{c, d}}; // crate::x\nlet s = \"crate::y\\\"\"; let c = '\"'; r#\"crate::z \"\"#; fn f<'a>() {}\n#[cfg(test)]\nmod tests {\n  { }\n}\nfn after() {}\n";
    let code: Vec<String> = without_comments_and_quotes(content).lines().map(str::to_string).collect();
    assert_eq!(code.len(), 7);
    assert!(code.iter().all(|line| !line.contains('x') && !line.contains('z')) && code[1].contains("fn f<"));
    let test = test_lines(&code);
    assert_eq!(test, [false, false, true, true, true, true, false]);
    let text = Text { name: "room/file.rs".into(), lines: code.clone(), code, test };
    let names: Vec<String> = imports(&text).into_iter().map(|(_, name)| name).collect();
    assert_eq!(names, ["a", "b"]);
    let climbing =
        Text { name: "room/mod.rs".into(), code: vec!["use super::other::x;".into()], lines: vec![], test: vec![] };
    assert_eq!(imports(&climbing), [(1, "other".to_string())]);
}

#[test]
fn an_inner_room_never_names_an_outer_one() {
    let rooms = rooms();
    let place = |room: &str| rooms.iter().position(|name| name == room);
    assert!(place("model") < place("driver") && place("error") == Some(0), "{rooms:?}");
    let mut faults = Vec::new();
    for text in sources() {
        let room = room_of(&text.name);
        if room == "lib" || room == "main" {
            continue;
        }
        let Some(own) = place(&room) else {
            faults.push(format!("src/{}: the room `{room}` is not in lib.rs", text.name));
            continue;
        };
        for (line, named) in imports(&text) {
            if let Some(other) = place(&named)
                && other > own
            {
                faults.push(format!("src/{}:{line}: `{room}` names the outer room `{named}`", text.name));
            }
        }
    }
    assert_none(faults);
}

#[test]
fn physics_rooms_know_nothing_of_the_world() {
    const WORLD: [&str; 6] = ["mpi::", "hdf5::", "hdf5_sys::", "clap::", "indicatif::", "toml::"];
    let rooms = rooms();
    let input = rooms.iter().position(|room| room == "input").unwrap();
    let mut faults = Vec::new();
    for text in sources() {
        let room = room_of(&text.name);
        if !rooms[..input].contains(&room) {
            continue;
        }
        for (k, line) in text.code.iter().enumerate() {
            for name in WORLD.iter().chain(&["println!", "eprintln!", "print!(", "dbg!"]) {
                if !text.test[k]
                    && line.split(|c: char| c.is_whitespace() || "({<&".contains(c)).any(|word| word.starts_with(name))
                {
                    faults.push(format!("src/{}:{}: `{name}` in a physics room", text.name, k + 1));
                }
            }
        }
    }
    assert_none(faults);
}

#[test]
fn unsafe_stays_in_its_rooms_and_says_why() {
    let mut faults = Vec::new();
    for text in sources() {
        let allowed = UNSAFE_ALLOWED.iter().any(|place| text.name.starts_with(place));
        for (k, line) in text.code.iter().enumerate() {
            let is_word = |word: &str| word == "unsafe";
            if !line.split(|c: char| !(c.is_alphanumeric() || c == '_')).any(is_word) {
                continue;
            }
            // one reason may stand for the rest of its file: "SAFETY (of every intrinsic below): ..."
            let of_all = text.lines[..k].iter().any(|line| line.contains("SAFETY (of every"));
            let reasons = &text.lines[k.saturating_sub(12)..=k];
            if !allowed {
                faults.push(format!("src/{}:{}: unsafe outside of {UNSAFE_ALLOWED:?}", text.name, k + 1));
            } else if !of_all && !reasons.iter().any(|line| line.contains("SAFETY") || line.contains("# Safety")) {
                faults.push(format!("src/{}:{}: unsafe without a SAFETY line above it", text.name, k + 1));
            }
        }
    }
    assert_none(faults);
}

#[test]
fn nothing_ends_the_process_from_inside() {
    let mut faults = Vec::new();
    for text in sources() {
        for (k, line) in text.code.iter().enumerate() {
            for ending in ENDINGS {
                if line.contains(ending) && !text.test[k] && !text.lines[k].contains(PROOF) {
                    faults.push(format!("src/{}:{}: `{ending}` without `{PROOF}`", text.name, k + 1));
                }
            }
            if !text.test[k] && line.contains("allow(") && line.trim().starts_with("#") {
                faults.push(format!("src/{}:{}: a lint is allowed: {}", text.name, k + 1, line.trim()));
            }
        }
    }
    assert_none(faults);
}

#[test]
fn files_and_functions_stay_short() {
    let mut files = Vec::new();
    for folder in ["src", "tests", "benches"] {
        rust_files(&root().join(folder), &mut files);
    }
    let mut faults = Vec::new();
    for path in files {
        let lines = std::fs::read_to_string(&path).unwrap().lines().count();
        if lines > LONGEST_FILE {
            faults.push(format!("{}: {lines} lines, at most {LONGEST_FILE}", path.display()));
        }
    }
    for text in sources() {
        for (k, line) in text.code.iter().enumerate() {
            let words: Vec<&str> = line.split_whitespace().collect();
            let is_function = words.iter().take(6).position(|word| *word == "fn").is_some_and(|at| {
                words[..at]
                    .iter()
                    .all(|word| ["pub", "const", "unsafe", "extern"].contains(word) || word.starts_with("pub("))
            });
            let length = end_of_item(&text.code, k) + 1 - k;
            if is_function && length > LONGEST_FUNCTION {
                faults.push(format!(
                    "src/{}:{}: a function of {length} lines, at most {LONGEST_FUNCTION}",
                    text.name,
                    k + 1
                ));
            }
        }
    }
    assert_none(faults);
}
