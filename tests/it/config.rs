//! Settings from the file, the environment and the command line.

use crate::run::{Place, tac};

fn settings(place: &Place, words: &[&str]) -> Vec<String> {
    let said = place.run(&[&["config"], words].concat());
    assert_eq!((said.status, said.err.as_str()), (0, ""));
    said.out.lines().map(str::to_owned).collect()
}

fn line(lines: &[String], name: &str) -> String {
    let found = lines
        .iter()
        .find(|line| line.starts_with(&format!("{name} =")));
    found
        .unwrap()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

#[test]
fn a_value_is_printed_with_where_it_came_from() {
    let place = Place::new();
    std::fs::create_dir_all(place.path(".config/mailscope")).unwrap();
    let file = place.write(
        ".config/mailscope/config.toml",
        "query = 'auth:failed'\ncolor = 'always'\n",
    );
    let lines = settings(&place, &["--color", "never"]);
    assert_eq!(line(&lines, "color"), "color = \"never\" # --color");
    assert_eq!(
        line(&lines, "query"),
        format!("query = \"auth:failed\" # {}:1", file.display())
    );
    assert_eq!(line(&lines, "follow"), "follow = true # default");

    // What is printed is a configuration itself.
    let printed = place.write("printed.toml", lines.join("\n"));
    let again = settings(&place, &["--config", printed.to_str().unwrap()]);
    assert!(line(&again, "query").starts_with("query = \"auth:failed\" # "));
    assert!(line(&again, "query").ends_with("printed.toml:2"));
}

#[test]
fn the_default_is_printed_to_begin_a_file_with() {
    let place = Place::new();
    let said = place.run(&["config", "--default"]);
    let file = place.write("mine.toml", &said.out);
    let lines = settings(&place, &["--config", file.to_str().unwrap()]);
    let at = said
        .out
        .lines()
        .position(|line| line.starts_with("color = "))
        .unwrap()
        + 1;
    assert!(
        line(&lines, "color").ends_with(&format!("mine.toml:{at}")),
        "{lines:?}"
    );
    // A file that cannot be taken does not stand in its own way.
    place.write("broken.toml", "colour = 1");
    assert_eq!(
        place
            .run(&["config", "--default", "--config", "broken.toml"])
            .status,
        0
    );
}

#[test]
fn a_file_that_cannot_be_taken_stops_every_command() {
    let place = Place::new();
    place.write("broken.toml", "\n[limits]\nlnes = 1\n");
    let path = tac();
    for words in [
        &["config"][..],
        &["query", "", path.to_str().unwrap()],
        &[path.to_str().unwrap()],
    ] {
        let said = place.run(&[words, &["--config", "broken.toml"]].concat());
        let line = "mailscope: broken.toml:3: unknown key `limits.lnes`; did you mean `lines`?\n";
        assert_eq!(
            (said.status, said.out.as_str(), said.err.as_str()),
            (2, "", line)
        );
    }
    let said = place.run(&["config", "--config", "missing.toml"]);
    assert_eq!(said.status, 2);
    assert!(said.err.contains("missing.toml") && said.err.contains("config --default"));
}

#[test]
fn the_paths_of_the_file_are_read_where_none_is_named() {
    let place = Place::new();
    place.write("c.toml", format!("paths = [{:?}]\n", tac()));
    let said = place.run(&["query", "icid:450", "--config", "c.toml", "--count"]);
    assert_eq!((said.status, said.out.as_str()), (0, "1\n"), "{}", said.err);
    let mut command = place.command();
    command
        .env("MAILSCOPE_PATHS", tac())
        .args(["query", "", "--count"]);
    assert_eq!(command.output().unwrap().stdout, b"4\n");
}

#[test]
fn a_saved_query_stands_for_its_text() {
    let place = Place::new();
    place.write(
        "c.toml",
        "[queries]\nbad = 'auth:failed OR code:554'\nout = 'dir:out @bad'\n",
    );
    let path = tac();
    let count = |query: &str| {
        let path = path.to_str().unwrap();
        place.run(&["query", query, path, "--config", "c.toml", "--count"])
    };
    assert_eq!(count("@bad").out, "2\n");
    assert_eq!(count("@out").out, "1\n");
    // As a whole: `dir:in auth:failed OR code:554` would hold for both.
    assert_eq!(count("dir:in @bad").out, "1\n");
    let said = count("dir:in @bda");
    assert_eq!(said.status, 2);
    let lines: Vec<&str> = said.err.lines().collect();
    assert!(lines[0].contains("no saved query `@bda`; did you mean `@bad`?"));
    assert_eq!(lines[2].trim_end(), "         ^^^^");
    // Text that is no name is looked for in the raw lines.
    assert_eq!(count("@example.com").status, 0);
}

#[test]
fn the_columns_of_the_file_are_those_of_printed_tables() {
    let place = Place::new();
    place.write("c.toml", "[columns]\nconnections = ['id', 'user', 'end']\n");
    let path = tac();
    let first = |words: &[&str]| {
        let path = path.to_str().unwrap();
        let said =
            place.run(&[&["query", "dcid:5640", path, "--config", "c.toml"], words].concat());
        said.out.lines().next().unwrap().to_owned()
    };
    let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(words(&first(&[])), "ID USER END");
    assert_eq!(words(&first(&["--fields", "dcid"])), "DCID");
    assert!(words(&first(&["--view", "deliveries"])).starts_with("TIME RESULT"));
    // Scripts get what they always got.
    assert!(first(&["--format", "csv"]).starts_with("direction,appliance,icid,dcid"));
}
