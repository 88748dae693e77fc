//! The rules of the source tree that can be checked from the text: imports go inwards, `unsafe` is restricted to some
//! modules, nothing ends the process from inside, files and functions are short.

use crate::source_text::{
    PACKAGES, Text, assert_none, end_of_item, root, rust_files, sources, test_lines, text, without_comments_and_quotes,
};

/// Where `unsafe` is allowed, relative to the sources of a package.
const UNSAFE_ALLOWED: [&str; 3] = ["forces/lanes/", "files/", "parallel/mpi.rs"];
/// Expressions that end the process; permitted on a line with `// proof:` and the reason why it cannot happen.
const ENDINGS: [&str; 7] =
    [".unwrap()", ".expect(", "panic!(", "todo!(", "unimplemented!(", "unreachable!(", "process::abort("];
const PROOF: &str = "// proof:";
const LONGEST_FILE: usize = 499;
const LONGEST_FUNCTION: usize = 59;

/// The top-level modules of one package in the order of its lib.rs.
fn modules_of(package: &str) -> Vec<String> {
    let lib = text(&root().join(package).join("lib.rs"));
    let module = |line: &String| Some(line.trim().strip_prefix("pub mod ")?.strip_suffix(';')?.to_string());
    lib.code.iter().filter_map(module).collect()
}

/// The top-level modules of both, the inner ones first.
fn modules() -> Vec<String> {
    PACKAGES.iter().flat_map(|package| modules_of(package)).collect()
}

/// `landscape/settings.rs` and `landscape.rs` belong to the module landscape.
fn module_of(name: &str) -> String {
    name.split('/').next().unwrap().trim_end_matches(".rs").to_string()
}

/// The first names after every `crate::` (and after a `super::` that leaves the module), with their line.
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

#[test]
fn the_reader_reads_rust() {
    let content = "use crate::{a, b::{c, d}}; // crate::x\nlet s = \"crate::y\\\"\"; let c = '\"'; r#\"crate::z \"\"#; fn f<'a>() {}\n#[cfg(test)]\nmod tests {\n  { }\n}\nfn after() {}\n";
    let code: Vec<String> = without_comments_and_quotes(content).lines().map(str::to_string).collect();
    assert_eq!(code.len(), 7);
    assert!(code.iter().all(|line| !line.contains('x') && !line.contains('z')) && code[1].contains("fn f<"));
    let test = test_lines(&code);
    assert_eq!(test, [false, false, true, true, true, true, false]);
    let text = Text { name: "module/file.rs".into(), path: String::new(), lines: code.clone(), code, test };
    let names: Vec<String> = imports(&text).into_iter().map(|(_, name)| name).collect();
    assert_eq!(names, ["a", "b"]);
    let climbing = Text {
        name: "module/mod.rs".into(),
        path: String::new(),
        code: vec!["use super::other::x;".into()],
        lines: vec![],
        test: vec![],
    };
    assert_eq!(imports(&climbing), [(1, "other".to_string())]);
}

#[test]
fn an_inner_module_never_names_an_outer_one() {
    let modules = modules();
    let place = |module: &str| modules.iter().position(|name| name == module);
    assert!(place("model") < place("commands") && place("error") == Some(0), "{modules:?}");
    let mut faults = Vec::new();
    for text in sources() {
        let module = module_of(&text.name);
        if module == "lib" || module == "main" {
            continue;
        }
        let Some(own) = place(&module) else {
            faults.push(format!("{}: the module `{module}` is not in lib.rs", text.path));
            continue;
        };
        for (line, named) in imports(&text) {
            if let Some(other) = place(&named)
                && other > own
            {
                faults.push(format!("{}:{line}: `{module}` names the outer module `{named}`", text.path));
            }
        }
    }
    assert_none(faults);
}

#[test]
fn physics_modules_know_nothing_of_the_world() {
    const WORLD: [&str; 6] = ["mpi::", "hdf5::", "hdf5_sys::", "clap::", "indicatif::", "toml::"];
    let modules = modules_of(PACKAGES[0]);
    let mut faults = Vec::new();
    for text in sources() {
        let module = module_of(&text.name);
        if !modules.contains(&module) {
            continue;
        }
        for (k, line) in text.code.iter().enumerate() {
            for name in WORLD.iter().chain(&["println!", "eprintln!", "print!(", "dbg!"]) {
                if !text.test[k]
                    && line.split(|c: char| c.is_whitespace() || "({<&".contains(c)).any(|word| word.starts_with(name))
                {
                    faults.push(format!("{}:{}: `{name}` in a physics module", text.path, k + 1));
                }
            }
        }
    }
    assert_none(faults);
}

#[test]
fn unsafe_stays_in_its_modules_and_says_why() {
    let mut faults = Vec::new();
    for text in sources() {
        let allowed = UNSAFE_ALLOWED.iter().any(|place| text.name.starts_with(place));
        for (k, line) in text.code.iter().enumerate() {
            let is_word = |word: &str| word == "unsafe";
            if !line.split(|c: char| !(c.is_alphanumeric() || c == '_')).any(is_word) {
                continue;
            }
            // one reason may cover the rest of its file: "SAFETY (of every intrinsic below): ..."
            let of_all = text.lines[..k].iter().any(|line| line.contains("SAFETY (of every"));
            let reasons = &text.lines[k.saturating_sub(12)..=k];
            if !allowed {
                faults.push(format!("{}:{}: unsafe outside of {UNSAFE_ALLOWED:?}", text.path, k + 1));
            } else if !of_all && !reasons.iter().any(|line| line.contains("SAFETY") || line.contains("# Safety")) {
                faults.push(format!("{}:{}: unsafe without a SAFETY line above it", text.path, k + 1));
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
                    faults.push(format!("{}:{}: `{ending}` without `{PROOF}`", text.path, k + 1));
                }
            }
            if !text.test[k] && line.contains("allow(") && line.trim().starts_with("#") {
                faults.push(format!("{}:{}: a lint is allowed: {}", text.path, k + 1, line.trim()));
            }
        }
    }
    assert_none(faults);
}

#[test]
fn files_and_functions_stay_short() {
    let mut files = Vec::new();
    for folder in PACKAGES.into_iter().chain(["tests", "physics/tests", "benches"]) {
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
                    "{}:{}: a function of {length} lines, at most {LONGEST_FUNCTION}",
                    text.path,
                    k + 1
                ));
            }
        }
    }
    assert_none(faults);
}
