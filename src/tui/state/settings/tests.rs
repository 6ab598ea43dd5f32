use std::path::PathBuf;

use super::*;
use crate::config::CliOverrides;
use crate::tui::keymap::BINDINGS;

/// The settings of a file with this text.
fn read(text: &str) -> Result<Settings, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("c.toml");
    std::fs::write(&path, text).unwrap();
    let overrides = CliOverrides {
        file: Some(PathBuf::from(&path)),
        flags: Vec::new(),
    };
    let config = Config::load(&overrides).unwrap();
    Settings::from_config(&config).map_err(|error| {
        let error = error.to_string();
        error.rsplit_once("c.toml:").unwrap().1.to_owned()
    })
}

#[test]
fn the_default_file_has_every_key_style_and_column() {
    let config = Config::default();
    let set = Settings::from_config(&config).unwrap();
    let own = Settings::default();
    assert_eq!((&set.keys, &set.palette), (&own.keys, &own.palette));
    assert_eq!((set.lines, set.copied), (own.lines, own.copied));
    assert_eq!((set.history, set.thresholds), (own.history, own.thresholds));
    let tables = View::ALL.iter().map(|(_, view)| *view);
    let tables = tables.filter(|view| view.columns().next().is_some());
    let all: Vec<ColumnSet> = tables.map(ColumnSet::all).collect();
    assert_eq!(set.columns, all);
    assert_eq!(config.columns.len(), all.len());
    assert_eq!(config.keys.len(), own.keys.commands().count());
    assert_eq!(config.colors.len(), Role::ALL.len());
}

#[test]
fn errors_name_the_line_and_what_was_expected() {
    for (text, expected) in [
        (
            "[columns]\nusers = ['usr']",
            "2: `columns.users`: no column `usr`; there are user, failed",
        ),
        (
            "[columns]\nusers = []",
            "2: `columns.users`: a column is expected",
        ),
        (
            "\n[colors]\nok = 'grene'",
            "3: `colors.ok`: a style is expected",
        ),
        (
            "[keys]\nopen = ['Ctrl-Alt-Del']",
            "2: `keys.open`: `Ctrl-Alt-Del` is no key",
        ),
        (
            "[keys]\nopen = ['j']",
            "2: `keys.down`: j would also be `open` in Connections",
        ),
        ("[keys]\nquit = []\nleave = []", "no way out"),
    ] {
        let error = read(text).unwrap_err();
        assert!(error.contains(expected), "{text}: {error}");
    }
}

#[test]
fn keys_are_read_as_they_are_named() {
    for key in BINDINGS.iter().flat_map(|binding| binding.keys) {
        assert_eq!(Key::named(&key.name()), Some(*key));
    }
    let set = read("[keys]\nopen = ['Enter', 'o', 'F5', 'Ctrl-o']").unwrap();
    let of = |name: &str| set.keys.commands().find(|(command, _)| command == name);
    let (_, keys) = of("open").unwrap();
    let names: Vec<String> = keys.iter().map(|key| key.name()).collect();
    assert_eq!(names, ["Enter", "o", "F5", "Ctrl-o"]);
}

#[test]
fn every_line_of_a_command_has_the_same_keys() {
    for binding in BINDINGS {
        let same = |other: &&crate::tui::keymap::Binding| other.command == binding.command;
        for other in BINDINGS.iter().filter(same) {
            assert_eq!(other.keys, binding.keys, "{:?}", binding.command);
        }
    }
}
