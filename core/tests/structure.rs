//! The order of modules that CONTRIBUTING.md shows, held against the sources.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test reports what is wrong by failing"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src");

/// The names in the picture of CONTRIBUTING.md that begins with one, from what all may use.
fn pictured_from(start: &str) -> Vec<String> {
    let text = fs::read_to_string(Path::new(ROOT).join("../../CONTRIBUTING.md")).unwrap();
    let (_, picture) = text.split_once(&format!("```text\n{start} ")).unwrap();
    let (picture, _) = picture.split_once("```").unwrap();
    let first = |line: &str| line.split_whitespace().next().unwrap().to_owned();
    std::iter::once(start.to_owned())
        .chain(picture.lines().skip(1).map(first))
        .collect()
}

/// The modules.
fn pictured() -> Vec<String> {
    pictured_from("error")
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        let is_test = name == "tests" || name.ends_with("tests.rs");
        if path.is_dir() && !is_test {
            sources(&path, found);
        } else if name.ends_with(".rs") && !is_test {
            found.push(path);
        }
    }
}

/// A source without comments and without its tests.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
    let lines = code
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

/// The modules of the crate that some code names.
fn used(code: &str) -> BTreeSet<String> {
    let name = |rest: &str| {
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        rest.split_at(end.unwrap_or(rest.len())).0.to_owned()
    };
    code.split("crate::").skip(1).map(name).collect()
}

#[test]
fn modules_use_only_those_above_them() {
    let order = pictured();
    let place = |module: &str| order.iter().position(|name| name == module);
    let mut files = Vec::new();
    sources(Path::new(ROOT), &mut files);
    assert!(files.len() > 150, "{}", files.len());
    let mut wrong = Vec::new();
    let mut seen = BTreeSet::new();
    for file in files {
        let inside = file.strip_prefix(ROOT).unwrap().to_str().unwrap();
        let module = inside.split('/').next().unwrap().trim_end_matches(".rs");
        // what joins the modules, and is none of them
        if module == "lib" || module == "testing" {
            continue;
        }
        let Some(own) = place(module) else {
            panic!("{inside} is in no module of CONTRIBUTING.md");
        };
        seen.insert(own);
        for other in used(&code(&file)) {
            match place(&other) {
                Some(above) if above <= own => {}
                _ => wrong.push(format!("{inside} uses {other}")),
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(
        seen.len(),
        order.len(),
        "every module of the picture is there"
    );
}

/// What is stored of samples and of all who are in a dataset, whoever may be seen.
const OF_ALL: [&str; 14] = [
    "Opened",
    "page_sets(",
    "columns.ac.",
    "columns.an_short",
    "columns.carriers",
    "columns.haploid",
    "columns.hemi",
    "columns.het_excess",
    "columns.hom",
    "columns.missing",
    "columns.outside",
    "columns.polyploid",
    "columns.recorded",
    "columns.unphased",
];

/// Who asks goes through what a view shows: its counters, sets and records.
#[test]
fn genotypes_are_reached_through_a_view() {
    let mut files = Vec::new();
    sources(Path::new(ROOT), &mut files);
    let (mut wrong, mut inside) = (Vec::new(), 0);
    for file in files {
        let name = file.strip_prefix(ROOT).unwrap().to_str().unwrap();
        let code = code(&file);
        let found = OF_ALL.iter().filter(|word| code.contains(**word));
        match name.split('/').next().unwrap() {
            "format" | "store" | "cohort" | "maintain" => inside += found.count(),
            _ => wrong.extend(found.map(|word| format!("{name}: {word}"))),
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(inside > 20, "{inside}");
}

/// Questions read datasets, through what has opened them, and lists that a host's loader gives: no text of a
/// stranger names a file that is opened for it.
#[test]
fn no_question_opens_a_file() {
    let mut files = Vec::new();
    for module in ["model", "set", "cohort", "query"] {
        sources(&Path::new(ROOT).join(module), &mut files);
    }
    assert!(files.len() > 60, "{}", files.len());
    let opens = |code: &str| {
        let words = ["fs::", "File::open", "OpenOptions", "on_disk("];
        words.iter().any(|word| code.contains(word))
    };
    files.retain(|file| opens(&code(file)));
    let opening = ["cohort/open.rs", "cohort/snapshots.rs"];
    assert_eq!(files, opening.map(|file| Path::new(ROOT).join(file)));
}

/// A file of `query`, as the path of its module.
type Module = Vec<String>;

fn module_of(file: &Path) -> Module {
    let inside = file.strip_prefix(ROOT).unwrap().with_extension("");
    let mut path: Module = inside
        .iter()
        .map(|name| name.to_str().unwrap().to_owned())
        .collect();
    path.pop_if(|last| last == "mod");
    path
}

/// The paths that a tree of `use` names.
fn paths_of(tree: &str, paths: &mut Vec<String>) {
    let Some((start, rest)) = tree.split_once('{') else {
        paths.push(tree.split(" as ").next().unwrap().trim().to_owned());
        return;
    };
    let inner = rest.rsplit_once('}').unwrap().0;
    let (mut depth, mut from) = (0, 0);
    for (at, c) in inner.char_indices().chain([(inner.len(), ',')]) {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                let item = inner[from..at].trim();
                if !item.is_empty() {
                    paths_of(&format!("{}{item}", start.trim()), paths);
                }
                from = at + 1;
            }
            _ => {}
        }
    }
}

/// The files that a file of `query` uses, by `use` lines and by paths from `crate` or `super` in between.
fn files_used(module: &Module, code: &str, known: &BTreeSet<Module>) -> BTreeSet<Module> {
    let mut paths = Vec::new();
    let mut rest = String::new();
    for statement in code.split_inclusive(';') {
        match statement.rsplit_once("use ") {
            Some((before, tree))
                if before.trim_end().is_empty() || before.ends_with(['\n', ' ']) =>
            {
                paths_of(tree.trim_end_matches(';'), &mut paths);
                rest.push_str(before);
            }
            _ => rest.push_str(statement),
        }
    }
    let of_path = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    let words = rest.split(|c| !of_path(c));
    // `in crate::query` says who may see something, not what is used
    let words = words.filter(|word| *word != "crate::query" && word.contains("::"));
    paths.extend(words.map(str::to_owned));
    let mut used = BTreeSet::new();
    for path in paths {
        let mut parts: Vec<&str> = path.split("::").map(str::trim).collect();
        let mut full = match parts.first() {
            Some(&"crate") => Vec::new(),
            Some(&"super" | &"self") => {
                let ups = parts.iter().take_while(|part| **part == "super").count();
                module[..module.len() - ups].to_vec()
            }
            _ => module.clone(),
        };
        parts.retain(|part| !matches!(*part, "crate" | "super" | "self"));
        full.extend(parts.iter().map(|part| (*part).to_owned()));
        while !full.is_empty() && !known.contains(&full) {
            full.pop();
        }
        if !full.is_empty() && full != *module {
            used.insert(full);
        }
    }
    used
}

/// The files of questions, and what each uses of the others.
fn questions() -> BTreeMap<Module, BTreeSet<Module>> {
    let mut files = Vec::new();
    sources(&Path::new(ROOT).join("query"), &mut files);
    let known: BTreeSet<Module> = files.iter().map(|file| module_of(file)).collect();
    let uses = |file: &PathBuf| {
        let module = module_of(file);
        let used = files_used(&module, &code(file), &known);
        (module, used)
    };
    files.iter().map(uses).collect()
}

/// Files that use each other, directly or through others: what is left when those are taken out that use
/// nothing, again and again, and then those that nothing uses.
fn circles(mut uses: BTreeMap<Module, BTreeSet<Module>>) -> Vec<Module> {
    loop {
        let before = uses.len();
        let left: BTreeSet<Module> = uses.keys().cloned().collect();
        uses.values_mut()
            .for_each(|used| used.retain(|other| left.contains(other)));
        let all: BTreeSet<Module> = uses.values().flatten().cloned().collect();
        uses.retain(|file, used| !used.is_empty() && all.contains(file));
        if uses.len() == before {
            return uses.into_keys().collect();
        }
    }
}

#[test]
fn no_file_of_questions_uses_one_that_uses_it() {
    let uses = questions();
    assert!(uses.len() > 50, "{}", uses.len());
    let all: usize = uses.values().map(BTreeSet::len).sum();
    assert!(all > 150, "{all}");
    assert_eq!(circles(uses), Vec::<Module>::new());
}

/// `query` has folders in an order, and beside them what users call.
#[test]
fn folders_of_questions_use_only_those_above_them() {
    let order = pictured_from("expr");
    let place = |module: &Module| {
        let folder = order.iter().position(|name| module.get(1) == Some(name));
        folder.unwrap_or(order.len())
    };
    let uses = questions();
    let folders: BTreeSet<usize> = uses.keys().map(place).collect();
    assert_eq!(folders.len(), order.len() + 1);
    let mut wrong = Vec::new();
    for (file, used) in &uses {
        wrong.extend(
            used.iter()
                .filter(|other| place(other) > place(file))
                .map(|other| (file, other)),
        );
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Every plan is admitted before it runs: what runs plans takes none that is not, in one file alone, and that
/// file is where runs begin.
#[test]
fn a_plan_runs_only_where_it_was_admitted() {
    let mut files = Vec::new();
    sources(&Path::new(ROOT).join("query"), &mut files);
    let with = |word: &str| -> Vec<String> {
        let found = files.iter().filter(|file| code(file).contains(word));
        found.map(|file| module_of(file)[1..].join("/")).collect()
    };
    // only the door makes them
    assert_eq!(with("Admitted("), ["plan/admit"]);
    // only runs take them
    assert_eq!(with("into_plan("), ["exec/run", "plan/admit"]);
    // what is to be walked is made there and nowhere else
    assert_eq!(
        with("Question {"),
        ["exec/question", "exec/run", "exec/walk"]
    );
    // plans come from binding, and no file that binds reads genotypes
    assert_eq!(with("BoundPlan {"), ["plan/bind"]);
    for word in ["RowCounter", "Counting", "Union", "Scattered"] {
        let found = with(word);
        assert!(
            !found.is_empty() && found.iter().all(|file| !file.starts_with("plan/")),
            "{found:?}"
        );
    }
}

#[test]
fn a_module_below_is_noticed() {
    let order = pictured();
    assert_eq!(order.first().unwrap(), "error");
    assert_eq!(order.last().unwrap(), "beacon");
    let found = used("use crate::query::Group;\nlet x = crate::error::Place::File;");
    assert_eq!(found.into_iter().collect::<Vec<_>>(), ["error", "query"]);
    let of = |names: &[&str]| -> Module { names.iter().map(|&name| name.to_owned()).collect() };
    let known: BTreeSet<Module> = [["query", "exec", "walk"], ["query", "exec", "rows"]]
        .map(|names| of(&names))
        .into();
    let found = |code: &str| files_used(&of(&["query", "exec", "walk"]), code, &known);
    let rows = BTreeSet::from([of(&["query", "exec", "rows"])]);
    assert_eq!(found("use super::rows::Rows;"), rows);
    assert_eq!(
        found("pub use crate::{error::Error, query::exec::{rows as r}};"),
        rows
    );
    assert_eq!(found("let x = super::rows::Rows::all();"), rows);
    assert_eq!(found("pub(in crate::query) use std::fmt;"), BTreeSet::new());
    let [a, b, c] = ["a", "b", "c"].map(|name| of(&[name]));
    let uses = [
        (a.clone(), b.clone()),
        (b.clone(), a.clone()),
        (c, a.clone()),
    ];
    let uses = uses.map(|(file, used)| (file, BTreeSet::from([used])));
    assert_eq!(circles(uses.into()), [a, b]);
}
