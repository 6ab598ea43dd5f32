//! The README says what the program does: its tables are the program's own.

use std::path::Path;

/// What a document has between a pair of marks must be what the program says. `MAILSCOPE_BLESS=1 cargo test` writes it.
fn is_the_program_s(document: &str, section: &str, said: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(document);
    let text = std::fs::read_to_string(&path).unwrap();
    let (open, close) = (
        format!("<!-- {section} -->"),
        format!("<!-- /{section} -->"),
    );
    let (before, rest) = text.split_once(&open).unwrap();
    let (written, after) = rest.split_once(&close).unwrap();
    if written.trim() != said.trim() && std::env::var_os("MAILSCOPE_BLESS").is_some() {
        let text = format!("{before}{open}\n\n{}\n\n{close}{after}", said.trim());
        std::fs::write(&path, text).unwrap();
        return;
    }
    assert_eq!(
        written.trim(),
        said.trim(),
        "{document}: MAILSCOPE_BLESS=1 cargo test writes it"
    );
}

#[test]
fn the_fields_are_those_of_the_query_language() {
    let said = mailscope::query::field::markdown();
    is_the_program_s("README.md", "fields", &said);
}

#[test]
fn the_first_commands_are_those_of_the_help() {
    use mailscope::cli::examples::{HelpTopic, markdown};
    is_the_program_s("README.md", "examples", &markdown(HelpTopic::Program));
}

#[test]
fn the_keys_are_those_of_the_interface() {
    is_the_program_s("README.md", "keys", &mailscope::keys_markdown());
}

#[test]
fn the_notices_are_those_that_are_given() {
    let said = mailscope::source::NoticeKind::markdown();
    is_the_program_s("README.md", "notices", &said);
    let help = crate::run::Place::new().run(&["query", "--help"]).out;
    for kind in mailscope::source::NoticeKind::ALL {
        assert!(
            help.contains(&format!("  {} ", kind.word())),
            "{}",
            kind.word()
        );
    }
}

#[test]
fn the_events_are_those_that_are_told() {
    is_the_program_s(
        "assets/events.md",
        "events",
        &mailscope::event::EventKind::markdown(),
    );
}
