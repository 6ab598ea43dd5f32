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
fn the_tables_are_those_of_the_program() {
    for (document, section, text) in mailscope::testing::document_tables() {
        is_the_program_s(document, section, &text);
    }
}

#[test]
fn the_help_has_every_notice() {
    let help = crate::run::Place::new().run(&["query", "--help"]).out;
    for name in mailscope::testing::notice_names() {
        assert!(help.contains(&format!("  {name} ")), "{name}");
    }
}
