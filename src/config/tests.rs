use std::path::Path;
use std::time::Duration;

use super::*;
use crate::cli::Color;

fn read(text: &str) -> Result<Config, String> {
    let mut config = Config::default();
    let read = config
        .read_file(Path::new("config.toml"), text)
        .and_then(|()| config.check());
    read.map(|()| config).map_err(|error| error.to_string())
}

#[test]
fn the_documented_default_is_the_default_and_names_every_key() {
    let config = read(DEFAULT).unwrap();
    for (line, default) in config.lines().iter().zip(Config::default().lines()) {
        assert_eq!((line.key(), &line.value), (default.key(), &default.value));
        assert!(
            matches!(line.origin, Origin::File(..)),
            "{} is not documented",
            line.key()
        );
    }
}

#[test]
fn what_is_printed_reads_as_the_same_configuration() {
    let text = "
        paths = ['/var/log/esa', 'mail.*']
        query = 'auth:failed'
        follow = false
        poll = 0.5
        color = 'never'
        [limits]
        copy = 2048
        [columns]
        users = ['user', 'failed']
        [queries]
        bad = 'auth:failed dir:in'
        [colors]
        ok = '#00ff00 bold on black'
        [keys]
        open = ['Enter', 'o', 'F5', 'Ctrl-o']
    ";
    let config = read(text).unwrap();
    assert_eq!(config.general.poll.0, Some(Duration::from_millis(500)));
    assert_eq!(config.general.color, Color::Never);
    assert_eq!(config.limits.copy.0, Some(2048));
    let mut printed = String::new();
    let mut section = "";
    for line in config.lines() {
        if line.section != section {
            section = line.section;
            printed.push_str(&format!("[{section}]\n"));
        }
        printed.push_str(&format!("{} = {}\n", line.name, line.value));
    }
    let again = read(&printed).unwrap();
    for (a, b) in config.lines().iter().zip(again.lines()) {
        assert_eq!((a.key(), &a.value), (b.key(), &b.value));
    }
}

#[test]
fn what_cannot_be_taken_is_refused_with_its_line_and_what_was_expected() {
    for (text, expected) in [
        (
            "\ncolr = 'never'",
            "config.toml:2: unknown key `colr`; did you mean `color`?",
        ),
        (
            "[colrs]",
            "config.toml:1: unknown table `colrs`; did you mean `colors`?",
        ),
        (
            "[limits]\n\ncpoy = 1",
            "config.toml:3: unknown key `limits.cpoy`; did you mean `copy`?",
        ),
        (
            "color = 'red'",
            "config.toml:1: `color`: \"auto\", \"always\" or \"never\" is expected",
        ),
        ("paths = 'x'", "a list of paths is expected"),
        ("poll = 0", "0.05 to 3600 seconds are expected"),
        ("poll = 'soon'", "a duration is expected"),
        (
            "[limits]\nlines = -1",
            "config.toml:2: `limits.lines`: a whole number is expected",
        ),
        (
            "[columns]\nusers = ['usr']",
            "no column `usr`; there are user, failed",
        ),
        ("[columns]\nusers = []", "a column is expected"),
        ("[colors]\nok = 'grene'", "a look is expected"),
        (
            "[keys]\nopen = ['Ctrl-Alt-Del']",
            "`Ctrl-Alt-Del` is no key",
        ),
        (
            "[keys]\nopen = ['j']",
            "config.toml:2: `keys.down`: j would also be `open` in Connections",
        ),
        ("[keys]\nquit = []\nleave = []", "no way out"),
        (
            "[keys]\nopne = ['o']",
            "config.toml:2: unknown key `keys.opne`; did you mean `open`?",
        ),
        (
            "[queries]\na = 'usr:x'",
            "`queries.a`: unknown field `usr`; did you mean `user`?",
        ),
        (
            "[queries]\n'a b' = 'x'",
            "a name of letters, digits, - and _",
        ),
        ("[queries]\na = ''", "a query is expected"),
        ("[queries]\na = '@b'\nb = '-@a'", "leads back to itself"),
        (
            "[queries]\nnear = 'x'\na = '@naer'",
            "did you mean `@near`?",
        ),
        ("paths = [", "config.toml:1: "),
        (
            "color = 'never'\ncolor = 'auto'",
            "config.toml:2: duplicate key",
        ),
    ] {
        let error = read(text).unwrap_err();
        assert!(error.contains(expected), "{text}: {error}");
        assert_eq!(error.lines().count(), 1, "{error}");
    }
}

#[test]
fn the_environment_goes_before_the_file() {
    let mut config = read("color = 'never'\n[limits]\nhistory = 3").unwrap();
    let set = |name: &str| match name {
        "MAILSCOPE_COLOR" => Some("always".into()),
        "MAILSCOPE_PATHS" => Some("/a:/b".into()),
        "MAILSCOPE_LIMITS_COPY" => Some("5M".into()),
        "MAILSCOPE_COLUMNS_USERS" => Some("user, ok".into()),
        "MAILSCOPE_KEYS_OPEN" => Some("Enter o".into()),
        "MAILSCOPE_QUERY" => Some("".into()),
        _ => None,
    };
    config.read_environment(&set).unwrap();
    assert_eq!(config.general.color, Color::Always);
    assert_eq!(config.general.paths, ["/a", "/b"]);
    assert_eq!(config.limits.copy.0, Some(5 << 20));
    let of = |key: &str| {
        let lines = config.lines();
        let line = lines.iter().find(|line| line.key() == key).unwrap();
        (line.value.to_string(), line.origin.to_string())
    };
    assert_eq!(of("limits.history"), ("3".into(), "config.toml:3".into()));
    assert_eq!(of("query"), ("\"\"".into(), "default".into()));
    assert_eq!(
        of("columns.users"),
        (
            "[\"user\", \"ok\"]".into(),
            "MAILSCOPE_COLUMNS_USERS".into()
        )
    );
    assert_eq!(of("keys.open").0, "[\"Enter\", \"o\"]");

    let wrong = |name: &str| (name == "MAILSCOPE_FOLLOW").then(|| "perhaps".into());
    let error = config.read_environment(&wrong).unwrap_err().to_string();
    assert_eq!(
        error,
        "the variable MAILSCOPE_FOLLOW: true or false is expected"
    );
}

#[test]
fn keys_are_read_as_they_are_named() {
    for binding in crate::tui::keymap::BINDINGS {
        for key in binding.keys {
            assert_eq!(crate::tui::Key::named(&key.name()), Some(*key));
        }
    }
}

#[test]
fn every_line_of_a_command_has_the_same_keys() {
    use crate::tui::keymap::BINDINGS;
    for binding in BINDINGS {
        let same = |other: &&crate::tui::keymap::Binding| other.command == binding.command;
        for other in BINDINGS.iter().filter(same) {
            assert_eq!(other.keys, binding.keys, "{:?}", binding.command);
        }
    }
}

#[test]
fn a_table_has_every_column_that_the_interface_has() {
    use crate::report::View;
    let views = <View as clap::ValueEnum>::value_variants().iter();
    let shown = views.filter(|view| !Config::default().columns.names(&view.name()).is_empty());
    assert_eq!(shown.clone().count(), 5);
    for view in shown {
        // What is summed up for the screen alone.
        let only_there = |name: &String| ["failing-since", "nets"].contains(&name.as_str());
        let mut names = Config::default().columns.names(&view.name());
        names.retain(|name| !only_there(name));
        let titles: Vec<String> = view
            .table(&names)
            .into_iter()
            .map(|(title, _)| title)
            .collect();
        let wanted: Vec<String> = names.iter().map(|name| name.replace('-', " ")).collect();
        assert_eq!(titles, wanted);
    }
}
