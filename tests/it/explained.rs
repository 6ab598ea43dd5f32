//! `--explain`, completions and the manual page.

use crate::run::{Place, tac};

#[test]
fn explain_says_how_each_term_was_answered_and_leaves_the_results_alone() {
    let (place, path) = (Place::new(), tac());
    let ask = |query: &str| {
        place.run(&[
            "query",
            query,
            path.to_str().unwrap(),
            "--count",
            "--explain",
        ])
    };
    let said = ask("dir:out \"relay access denied\" -code:1");
    assert_eq!((said.status, said.out.as_str()), (0, "1\n"));
    let way = |term: &str| {
        let line = said.err.lines().find(|line| line.contains(term));
        line.unwrap_or_else(|| panic!("{term}: {}", said.err))
            .to_owned()
    };
    assert!(way("dir:outbound").contains("column"));
    assert!(way("\"relay access denied\"").contains("raw lines"));
    assert!(way("raw text searched in").contains("ms"));
    assert!(said.err.lines().last().unwrap().contains("1 records match"));

    // What fields rule out is not looked for in the log.
    let said = ask("icid:99 subject:x");
    assert!(said.err.contains("not asked"), "{}", said.err);
}

#[test]
fn every_shell_gets_completions_and_man_a_page_with_all_commands_and_fields() {
    let place = Place::new();
    for shell in ["bash", "zsh", "fish", "powershell"] {
        let said = place.run(&["completions", shell]);
        assert_eq!((said.status, said.err.as_str()), (0, ""));
        for word in ["query", "trace", "check", "view", "explain"] {
            assert!(said.out.contains(word), "{shell}: {word}");
        }
    }
    assert_eq!(place.run(&["completions", "tcsh"]).status, 2);
    let page = place.run(&["man"]).out;
    for word in [
        "COMMAND QUERY",
        "COMMAND TRACE",
        "COMMAND CHECK",
        "QUERY FIELDS",
        "fBsbrs",
        "\\-\\-explain",
        "\\-\\-only",
    ] {
        assert!(page.contains(word), "{word}");
    }
}
