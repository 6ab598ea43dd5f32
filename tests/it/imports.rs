//! The flow of `src/lib.rs`: a module imports only from the modules before it in [`FLOW`].

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The modules of the crate, in the order of the flow. Those of one row do not import each other.
const FLOW: &[&[&str]] = &[
    &["words", "position", "safe", "humanize", "signal", "memory"],
    &["source"],
    &["lines"],
    &["header"],
    &["event"],
    &["judge"],
    &["index"],
    &["pipeline", "search"],
    &["query"],
    &["triage"],
    &["trace"],
    &["config"],
    &["present"],
    &["report", "tui"],
    &["demo"],
    &["cli"],
    &["command"],
    &["api"],
    &["testing"],
];

/// An import against the flow.
#[derive(PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Arrow {
    file: PathBuf,
    line: usize,
    module: String,
}

/// The place of a module in the flow, and whether the flow has it at all.
fn rank(module: &str) -> Option<usize> {
    FLOW.iter().position(|row| row.contains(&module))
}

/// The module of the crate that a file of `src` belongs to: `source` for `source.rs` and all below `source/`.
fn module_of(file: &Path) -> String {
    let first = file.components().next().unwrap();
    Path::new(first.as_os_str())
        .with_extension("")
        .to_string_lossy()
        .into_owned()
}

/// The modules that each line names behind `crate::`, also in the braces of a `use crate::{…}` over several lines.
fn named(text: &str) -> Vec<(usize, String)> {
    let code = without_comments(text);
    let mut found = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        let line = code[..at].matches('\n').count() + 1;
        match rest.strip_prefix('{') {
            None => found.push((line, leading_word(rest))),
            Some(group) => {
                let (mut depth, mut begins) = (0, true);
                for (offset, character) in group.char_indices() {
                    match character {
                        '{' => depth += 1,
                        '}' if depth == 0 => break,
                        '}' => depth -= 1,
                        ',' if depth == 0 => begins = true,
                        _ if begins && character.is_alphabetic() => {
                            begins = false;
                            let line = line + group[..offset].matches('\n').count();
                            found.push((line, leading_word(&group[offset..])));
                        }
                        _ => {}
                    }
                }
            }
        }
    }
    found
}

fn leading_word(text: &str) -> String {
    text.chars()
        .take_while(|character| character.is_alphanumeric() || *character == '_')
        .collect()
}

fn without_comments(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    for line in text.lines() {
        code.push_str(line.split("//").next().unwrap_or_default());
        code.push('\n');
    }
    code
}

/// The imports of one file that go against the flow. A name that is no module of the crate, as a macro, is none.
fn against_the_flow(file: &Path, text: &str) -> Vec<Arrow> {
    let own = module_of(file);
    let Some(own_rank) = rank(&own) else {
        return Vec::new();
    };
    named(text)
        .into_iter()
        .filter(|(_, module)| *module != own)
        .filter(|(_, module)| rank(module).is_some_and(|rank| rank >= own_rank))
        .map(|(line, module)| Arrow {
            file: file.to_owned(),
            line,
            module,
        })
        .collect()
}

/// The files of `src` that ship: paths below it and their texts.
fn sources() -> Vec<(PathBuf, String)> {
    fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                collect(&path, files);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    collect(&src, &mut files);
    files
        .into_iter()
        .map(|path| {
            let text = std::fs::read_to_string(&path).unwrap();
            (path.strip_prefix(&src).unwrap().to_owned(), text)
        })
        // Tests may use anything.
        .filter(|(path, _)| {
            !path
                .iter()
                .any(|part| part == "tests" || part == "tests.rs")
        })
        .collect()
}

#[test]
fn every_import_follows_the_flow() {
    let arrows: BTreeSet<Arrow> = sources()
        .iter()
        .flat_map(|(path, text)| against_the_flow(path, text))
        .collect();
    assert!(arrows.is_empty(), "imports against the flow: {arrows:#?}");
}

#[test]
fn every_module_has_a_place_in_the_flow() {
    let missing: BTreeSet<String> = sources()
        .iter()
        .map(|(path, _)| module_of(path))
        .filter(|module| !["lib", "main"].contains(&module.as_str()) && rank(module).is_none())
        .collect();
    assert_eq!(missing, BTreeSet::new());
}

/// The folders directly below a module import each other in one direction only.
#[test]
fn no_folders_import_each_other_in_a_circle() {
    let mut arrows: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
    let sources = sources();
    let folders: BTreeSet<PathBuf> = sources
        .iter()
        .filter(|(path, _)| path.components().count() > 2)
        .map(|(path, _)| path.iter().take(2).collect())
        .collect();
    for (path, text) in &sources {
        let own: PathBuf = path.iter().take(2).collect();
        if !folders.contains(&own) {
            continue;
        }
        let module = module_of(path);
        let code = without_comments(text);
        for folder in folders.iter().filter(|folder| **folder != own) {
            let name = folder.file_name().unwrap().to_string_lossy();
            if module_of(folder) == module && code.contains(&format!("crate::{module}::{name}")) {
                let own = own.file_name().unwrap().to_string_lossy().into_owned();
                arrows
                    .entry((module.clone(), own))
                    .or_default()
                    .insert(name.into_owned());
            }
        }
    }
    for ((module, from), targets) in &arrows {
        for target in targets {
            let mut seen = BTreeSet::new();
            let mut open = vec![target.clone()];
            while let Some(folder) = open.pop() {
                assert_ne!(
                    &folder, from,
                    "{module}/{from} and {module}/{target} import each other, directly or not"
                );
                if seen.insert(folder.clone())
                    && let Some(next) = arrows.get(&(module.clone(), folder))
                {
                    open.extend(next.iter().cloned());
                }
            }
        }
    }
}

#[test]
fn a_planted_import_against_the_flow_is_found() {
    let planted = [
        ("source/tail.rs", "use crate::index::Index;\n", 1, "index"),
        (
            "event.rs",
            "// a comment\nuse crate::query::{Query, plan};\n",
            2,
            "query",
        ),
        (
            "tui/app.rs",
            "fn f() {\n    crate::report::print();\n}\n",
            2,
            "report",
        ),
        (
            "triage.rs",
            "use crate::{\n    index::Index,\n    tui::App,\n};\n",
            3,
            "tui",
        ),
    ];
    for (file, text, line, module) in planted {
        let arrow = Arrow {
            file: file.into(),
            line,
            module: module.into(),
        };
        assert_eq!(against_the_flow(Path::new(file), text), [arrow]);
    }
    let allowed = "use crate::source::Source;\n// use crate::tui::App;\nuse crate::index;\n";
    assert_eq!(against_the_flow(Path::new("query/plan.rs"), allowed), []);
}

/// The interface asks other modules for lines and reports: it names no source and no file.
#[test]
fn the_interface_reads_and_writes_no_file() {
    let forbidden = ["std::fs", "File::", "crate::source", "OpenOptions"];
    for (path, text) in sources() {
        let code = without_comments(&text);
        for name in forbidden {
            let is_interface = module_of(&path) == "tui";
            assert!(
                !is_interface || !code.contains(name),
                "{} names {name}",
                path.display()
            );
        }
    }
}
