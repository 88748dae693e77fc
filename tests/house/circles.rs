//! No file imports itself in a circle, through any number of others: what belongs together is in one file, and
//! everything else can be read on its own.

use crate::source_text::{Text, assert_none, sources};
use std::collections::{BTreeMap, BTreeSet};

/// Circles that are permitted, each with its reason.
const ALLOWED: [(&[&str], &str); 0] = [];

/// What a stage may use of another stage: readers of its file, and constants of its cost.
const OPEN_TO_OTHER_STAGES: [&str; 2] = ["reader.rs", "cost.rs"];

/// A path of modules: ["stages", "connect"].
type Path = Vec<String>;

/// The files as modules of the crate.
struct Crate {
    texts: Vec<Text>,
    /// Module path to the number of its file.
    modules: BTreeMap<Path, usize>,
    /// The names that a file re-exports: (file, name) to the path it stands for.
    doors: BTreeMap<(usize, String), Path>,
}

/// A `use` statement, or a path within the code.
struct Mention {
    line: usize,
    path: Path,
    /// The name that it has in this file.
    alias: String,
    /// `pub use`: others take the name from here.
    hands_on: bool,
}

fn module_path(name: &str) -> Path {
    let stem = name.trim_end_matches(".rs");
    let stem = stem.strip_suffix("/mod").unwrap_or(stem);
    if stem == "lib" { Vec::new() } else { stem.split('/').map(str::to_string).collect() }
}

/// The paths of the tree behind `use`: `a::{b, c::{d as e}}` gives a::b and a::c::d with their names here.
fn leaves(tree: &str, before: &[String], found: &mut Vec<(Path, String)>) {
    let tree = tree.trim();
    if let Some((head, rest)) = tree.split_once("::").filter(|(head, _)| !head.contains('{')) {
        let path: Path = before.iter().cloned().chain([head.trim().to_string()]).collect();
        return leaves(rest, &path, found);
    }
    if let Some(group) = tree.strip_prefix('{') {
        let group = group.trim_end().trim_end_matches('}');
        let (mut depth, mut start) = (0, 0);
        for (k, c) in group.char_indices() {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                ',' if depth == 0 => {
                    leaves(&group[start..k], before, found);
                    start = k + 1;
                }
                _ => {}
            }
        }
        // an outer brace may have been removed with the last group
        let missing: String = std::iter::repeat_n('}', usize::try_from(depth).unwrap_or(0)).collect();
        return leaves(&format!("{}{missing}", &group[start..]), before, found);
    }
    if tree.is_empty() {
        return;
    }
    let (name, alias) = tree.split_once(" as ").unwrap_or((tree, tree));
    let (name, alias) = (name.trim(), alias.trim());
    match name {
        "self" => found.push((before.to_vec(), before.last().cloned().unwrap_or_default())),
        _ => found.push((before.iter().cloned().chain([name.to_string()]).collect(), alias.to_string())),
    }
}

/// Absolute from the crate's root, without `super` and `self`.
fn absolute(path: &[String], own: &[String]) -> Option<Path> {
    let (first, rest) = path.split_first()?;
    let mut from: Path = match first.as_str() {
        "crate" => Vec::new(),
        "self" => own.to_vec(),
        "super" => own[..own.len().checked_sub(1)?].to_vec(),
        _ => return None,
    };
    let mut rest = rest.iter();
    for name in rest.by_ref() {
        match name.as_str() {
            "super" => {
                from.pop();
            }
            _ => {
                from.push(name.clone());
                break;
            }
        }
    }
    from.extend(rest.cloned());
    Some(from)
}

impl Crate {
    fn read() -> Self {
        let texts: Vec<Text> = sources().into_iter().filter(|text| text.name != "main.rs").collect();
        let modules = texts.iter().enumerate().map(|(k, text)| (module_path(&text.name), k)).collect();
        let mut all = Self { texts, modules, doors: BTreeMap::new() };
        for file in 0..all.texts.len() {
            for Mention { path, alias, hands_on, .. } in all.uses(file) {
                if hands_on {
                    all.doors.insert((file, alias), path);
                }
            }
        }
        all
    }

    /// Whether a name of a path stands for a child of the module of a file.
    fn is_child(&self, file: usize, name: &str) -> bool {
        let mut path = module_path(&self.texts[file].name);
        path.push(name.to_string());
        self.modules.contains_key(&path)
    }

    fn uses(&self, file: usize) -> Vec<Mention> {
        let text = &self.texts[file];
        let own = module_path(&text.name);
        let kept: Vec<&str> =
            text.code.iter().zip(&text.test).map(|(line, test)| if *test { "" } else { line.as_str() }).collect();
        let joined = kept.join("\n");
        let mut found = Vec::new();
        for (at, _) in joined.match_indices("use ") {
            let begin = joined[..at].rfind('\n').map_or(0, |k| k + 1);
            let before = joined[begin..at].trim();
            let is_public = before == "pub" || before.starts_with("pub(");
            if !(before.is_empty() || is_public) {
                continue;
            }
            let Some(end) = joined[at..].find(';') else { continue };
            let mut paths = Vec::new();
            leaves(&joined[at + 4..at + end], &[], &mut paths);
            let line = joined[..at].matches('\n').count() + 1;
            for (path, alias) in paths {
                // a child can be named without `self::`
                let path = match path.first() {
                    Some(first) if self.is_child(file, first) => {
                        Some(own.iter().cloned().chain(path).collect::<Path>())
                    }
                    _ => absolute(&path, &own),
                };
                found.extend(path.map(|path| Mention { line, path, alias, hands_on: is_public }));
            }
        }
        found
    }

    /// The paths with `::` in the code, by the names that modules have in this file.
    fn inline(&self, file: usize, modules_here: &BTreeMap<String, Path>) -> Vec<(usize, Path)> {
        let text = &self.texts[file];
        let own = module_path(&text.name);
        let mut found = Vec::new();
        let mut in_use = false;
        for (k, line) in text.code.iter().enumerate().filter(|(k, _)| !text.test[*k]) {
            let words = line.trim_start();
            in_use |= words.starts_with("use ") || (words.starts_with("pub") && words.contains(" use "));
            if in_use {
                in_use = !line.contains(';');
                continue;
            }
            for word in line.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':')) {
                let parts: Path =
                    word.split("::").map(|part| part.trim_matches(':').to_string()).collect::<Vec<String>>();
                if parts.len() < 2 || parts.iter().any(String::is_empty) {
                    continue;
                }
                let path = match modules_here.get(&parts[0]) {
                    Some(module) => Some(module.iter().cloned().chain(parts[1..].iter().cloned()).collect()),
                    None if self.is_child(file, &parts[0]) => Some(own.iter().cloned().chain(parts).collect()),
                    None => absolute(&parts, &own),
                };
                found.extend(path.map(|path| (k + 1, path)));
            }
        }
        found
    }

    /// The file in which the item named by a path is defined; none for a module itself, and for items outside this
    /// crate.
    fn defining_file(&self, path: &[String]) -> Option<usize> {
        let mut path = path.to_vec();
        for _ in 0..8 {
            let depth = (0..=path.len()).rev().find(|depth| self.modules.contains_key(&path[..*depth]))?;
            let file = self.modules[&path[..depth]];
            let name = path.get(depth)?;
            match self.doors.get(&(file, name.clone())) {
                Some(door) => path = door.iter().cloned().chain(path[depth + 1..].iter().cloned()).collect(),
                None if depth == 0 => return None,
                None => return Some(file),
            }
        }
        None
    }

    /// The files that a file needs, with the line of the first mention.
    fn imports(&self, file: usize) -> BTreeMap<usize, usize> {
        let uses = self.uses(file);
        let modules_here: BTreeMap<String, Path> = uses
            .iter()
            .filter(|mention| self.modules.contains_key(&mention.path))
            .map(|mention| (mention.alias.clone(), mention.path.clone()))
            .collect();
        let named = uses.into_iter().filter(|mention| !mention.hands_on).map(|mention| (mention.line, mention.path));
        let mut found = BTreeMap::new();
        for (line, path) in named.chain(self.inline(file, &modules_here)) {
            if let Some(other) = self.defining_file(&path).filter(|other| *other != file) {
                found.entry(other).or_insert(line);
            }
        }
        found
    }
}

fn reachable(from: usize, arrows: &[BTreeMap<usize, usize>]) -> BTreeSet<usize> {
    let (mut seen, mut open) = (BTreeSet::new(), vec![from]);
    while let Some(file) = open.pop() {
        open.extend(arrows[file].keys().filter(|next| seen.insert(**next)));
    }
    seen
}

#[test]
fn the_reader_resolves_paths() {
    let mut found = Vec::new();
    leaves("crate::{a::{b, c as d, self}, e}", &[], &mut found);
    let found: Vec<String> = found.iter().map(|(path, alias)| format!("{} {alias}", path.join("::"))).collect();
    assert_eq!(found, ["crate::a::b b", "crate::a::c d", "crate::a a", "crate::e e"]);
    let words = |text: &str| text.split("::").map(str::to_string).collect::<Path>();
    assert_eq!(absolute(&words("super::super::x"), &words("a::b::c")), Some(words("a::x")));
    let all = Crate::read();
    let file = |path: &str| all.defining_file(&words(path)).map(|file| all.texts[file].name.as_str());
    assert_eq!(file("files::StageReader"), Some("files/read.rs"));
    assert_eq!(file("stages::prepare::configuration"), Some("stages/prepare/reader.rs"));
    assert_eq!(file("stages::Context"), Some("stages/context.rs"));
    let prepare = all.modules[&words("stages::prepare::run")];
    let imports = all.imports(prepare);
    let names: Vec<&str> = imports.keys().map(|other| all.texts[*other].name.as_str()).collect();
    for needed in ["stages/prepare/task.rs", "stages/context.rs", "error.rs", "forces/sums.rs"] {
        assert!(names.contains(&needed), "{needed} is not among {names:?}");
    }
}

#[test]
fn no_file_imports_itself_in_a_circle() {
    let all = Crate::read();
    let arrows: Vec<BTreeMap<usize, usize>> = (0..all.texts.len()).map(|file| all.imports(file)).collect();
    let reach: Vec<BTreeSet<usize>> = (0..all.texts.len()).map(|file| reachable(file, &arrows)).collect();
    let mut faults = Vec::new();
    for (file, other) in (0..all.texts.len()).flat_map(|file| arrows[file].keys().map(move |other| (file, *other))) {
        let names = [&all.texts[file].name, &all.texts[other].name];
        let allowed = ALLOWED.iter().any(|(circle, _)| names.iter().all(|name| circle.contains(&name.as_str())));
        if reach[other].contains(&file) && !allowed {
            let (path, line) = (&all.texts[file].path, arrows[file][&other]);
            faults.push(format!("{path}:{line} names {}, which leads back to it", names[1]));
        }
    }
    assert_none(faults);
}

#[test]
fn a_stage_names_of_another_only_what_reads_its_file() {
    let all = Crate::read();
    let stage_of = |file: usize| match all.texts[file].name.split('/').collect::<Vec<&str>>()[..] {
        ["stages", stage, inner] => Some((stage, inner)),
        _ => None,
    };
    let mut faults = Vec::new();
    for file in 0..all.texts.len() {
        let Some((own, _)) = stage_of(file) else { continue };
        for (other, line) in all.imports(file) {
            if let Some((stage, inner)) = stage_of(other)
                && stage != own
                && !OPEN_TO_OTHER_STAGES.contains(&inner)
            {
                faults.push(format!("{}:{line} names stages/{stage}/{inner}", all.texts[file].path));
            }
        }
    }
    assert_none(faults);
}
