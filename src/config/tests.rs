//! The layers, their precedence, and the errors of wrong values.

use std::path::Path;
use std::time::Duration;

use super::*;

impl EffectiveSetting {
    /// Its name with that of its table.
    pub(crate) fn key(&self) -> String {
        joined(&self.table, &self.name)
    }
}

fn layers(text: &str) -> Result<Layers, ConfigError> {
    let mut layers = Layers::default();
    layers.read_file(Path::new("config.toml"), text)?;
    Ok(layers)
}

fn read(text: &str) -> Result<Config, String> {
    let config = layers(text).and_then(Layers::merge);
    config.map_err(|error| error.to_string())
}

#[test]
fn the_default_file_has_the_defaults_of_the_parts() {
    let config = Config::default();
    assert_eq!(config.triage, Thresholds::default());
    assert_eq!(config.logins, LoginLimits::default());
    assert_eq!(config.color, Color::Auto);
    assert_eq!(config.limits.copy, Some(100 << 10));
    assert!(config.saved().iter().next().is_none());
}

#[test]
fn a_file_that_repeats_the_defaults_changes_nothing_but_their_origin() {
    let config = read(DEFAULT).unwrap();
    for (setting, default) in config.settings().iter().zip(Config::default().settings()) {
        assert_eq!(
            (setting.key(), &setting.value),
            (default.key(), &default.value)
        );
        assert!(
            matches!(setting.origin, Origin::File(..)),
            "{}",
            setting.key()
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
    assert_eq!(config.poll, Some(Duration::from_millis(500)));
    assert_eq!(config.color, Color::Never);
    assert_eq!(config.limits.copy, Some(2048));
    let mut printed = String::new();
    let mut section = String::new();
    for line in config.settings() {
        if line.table != section {
            section = line.table.clone();
            printed.push_str(&format!("[{section}]\n"));
        }
        printed.push_str(&format!("{} = {}\n", line.name, line.value));
    }
    let again = read(&printed).unwrap();
    for (a, b) in config.settings().iter().zip(again.settings()) {
        assert_eq!((a.key(), &a.value), (b.key(), &b.value));
    }
}

/// Text of a file and its error.
const ERRORS: &[(&str, &str)] = &[
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
        "zzzzzzzz = 1",
        "config.toml:1: unknown key `zzzzzzzz`; `mailscope config` prints all there are",
    ),
    ("limits = 1", "config.toml:1: unknown key `limits`;"),
    (
        "color = 'red'",
        "config.toml:1: `color`: unknown variant `red`, expected one of `auto`, `always`, `never`",
    ),
    ("color = 1", "config.toml:1: `color`: "),
    (
        "follow = 'yes'",
        "config.toml:1: `follow`: invalid type: string \"yes\", expected true or false",
    ),
    (
        "query = 1",
        "config.toml:1: `query`: invalid type: integer `1`, expected a string",
    ),
    (
        "paths = 'x'",
        "config.toml:1: `paths`: a list of paths is expected",
    ),
    (
        "paths = [1]",
        "config.toml:1: `paths`: a list of paths is expected",
    ),
    (
        "poll = 0",
        "config.toml:1: `poll`: 0.05 to 3600 seconds are expected",
    ),
    (
        "poll = 4000",
        "config.toml:1: `poll`: 0.05 to 3600 seconds are expected",
    ),
    (
        "poll = 'soon'",
        "config.toml:1: `poll`: a duration (seconds",
    ),
    ("poll = true", "config.toml:1: `poll`: a duration (seconds"),
    (
        "[limits]\nlines = -1",
        "config.toml:2: `limits.lines`: a whole number is expected",
    ),
    (
        "[limits]\nlines = 'x'",
        "config.toml:2: `limits.lines`: invalid type: string \"x\", expected a whole number",
    ),
    (
        "[limits]\nkeep = 0",
        "`limits.keep`: at least a second is expected",
    ),
    (
        "[limits]\ncopy = 'many'",
        "config.toml:2: `limits.copy`: a size (bytes",
    ),
    (
        "[limits]\nhistory = 1\nmax-memory = '1M'",
        "config.toml:3: `limits.max-memory`: at least 8M are expected",
    ),
    (
        "[triage]\nstale-seconds = -1",
        "config.toml:2: `triage.stale-seconds`: a whole number is expected",
    ),
    (
        "[triage]\nlimit-refusals = 1\ntls-percent = 101",
        "config.toml:3: `triage.tls-percent`: 0 to 100 is expected",
    ),
    (
        "[triage]\nheld-second = 1",
        "config.toml:2: unknown key `triage.held-second`; did you mean `held-seconds`?",
    ),
    (
        "[columns]\nusers = 'user'",
        "config.toml:2: `columns.users`: invalid type: string \"user\", expected a list",
    ),
    (
        "[columns]\nuser = ['user']",
        "config.toml:2: unknown key `columns.user`; did you mean `users`?",
    ),
    (
        "[keys]\nopne = ['o']",
        "config.toml:2: unknown key `keys.opne`; did you mean `open`?",
    ),
    ("[colors]\nok = 1", "config.toml:2: `colors.ok`: "),
    (
        "[queries]\na = 'usr:x'",
        "config.toml:2: `queries.a`: unknown field `usr`; did you mean `user`?",
    ),
    (
        "[queries]\n'a b' = 'x'",
        "a name of letters, digits, - and _",
    ),
    ("[queries]\na = ''", "expected a query"),
    ("[queries]\na = '@b'\nb = '-@a'", "refers to itself"),
    (
        "[queries]\nnear = 'x'\na = '@naer'",
        "did you mean `@near`?",
    ),
    ("paths = [", "config.toml:1: "),
    (
        "color = 'never'\ncolor = 'auto'",
        "config.toml:2: duplicate key",
    ),
];

#[test]
fn errors_name_the_line_the_key_and_what_was_expected() {
    for (text, expected) in ERRORS {
        let error = read(text).unwrap_err();
        assert!(error.contains(expected), "{text}: {error}");
        assert_eq!(error.lines().count(), 1, "{error}");
    }
}

#[test]
fn errors_of_variables_and_flags_name_them() {
    for (name, value, expected) in [
        ("MAILSCOPE_FOLLOW", "perhaps", "true or false is expected"),
        (
            "MAILSCOPE_LIMITS_LINES",
            "many",
            "a whole number is expected",
        ),
        ("MAILSCOPE_LIMITS_LINES", "-1", "a whole number is expected"),
        ("MAILSCOPE_COLOR", "red", "unknown variant `red`"),
        ("MAILSCOPE_POLL", "soon", "a duration (seconds"),
    ] {
        let mut layers = Layers::default();
        let set = |asked: &str| (asked == name).then(|| value.into());
        let read = layers.read_environment(&set);
        let error = read.and_then(|()| layers.merge()).unwrap_err().to_string();
        let expected = format!("the variable {name}: {expected}");
        assert!(error.starts_with(&expected), "{error}");
    }
    let mut layers = Layers::default();
    let keep = [("limits.keep", "--keep", "long".to_owned())];
    layers.read_flags(&keep).unwrap();
    let error = layers.merge().unwrap_err().to_string();
    assert!(error.starts_with("--keep: a duration (seconds"), "{error}");
}

#[test]
fn a_refusal_by_a_part_of_the_program_names_the_line_that_caused_it() {
    let config = read("\n[keys]\nopen = ['j']\n").unwrap();
    let refuse = |key: &str| {
        config
            .refuse(&(key.to_owned(), "why".to_owned()))
            .to_string()
    };
    assert_eq!(refuse("keys.open"), "config.toml:3: `keys.open`: why");
    // The default of `down` is wrong only because of `open`.
    assert_eq!(refuse("keys.down"), "config.toml:3: `keys.down`: why");
    assert_eq!(refuse("colors.ok"), "default: `colors.ok`: why");
}

#[test]
fn the_environment_goes_before_the_file() {
    let mut layers = layers("color = 'never'\n[limits]\nhistory = 3").unwrap();
    let set = |name: &str| match name {
        "MAILSCOPE_COLOR" => Some("always".into()),
        "MAILSCOPE_PATHS" => Some("/a:/b".into()),
        "MAILSCOPE_LIMITS_COPY" => Some("5M".into()),
        "MAILSCOPE_COLUMNS_USERS" => Some("user, ok".into()),
        "MAILSCOPE_KEYS_OPEN" => Some("Enter o".into()),
        "MAILSCOPE_QUERY" => Some("".into()),
        _ => None,
    };
    layers.read_environment(&set).unwrap();
    let config = layers.merge().unwrap();
    assert_eq!(config.color, Color::Always);
    assert_eq!(config.paths, ["/a", "/b"]);
    assert_eq!(config.limits.copy, Some(5 << 20));
    let of = |key: &str| {
        let lines = config.settings();
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
}
