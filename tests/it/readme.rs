//! The README says what the program does: its tables are the program's own.

use std::path::Path;

fn readme() -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap()
}

/// What stands between a pair of marks.
fn section(name: &str) -> String {
    let readme = readme();
    let (_, rest) = readme.split_once(&format!("<!-- {name} -->\n")).unwrap();
    rest.split_once(&format!("<!-- /{name} -->"))
        .unwrap()
        .0
        .trim()
        .to_owned()
}

#[test]
fn the_fields_are_those_of_the_query_language() {
    assert_eq!(
        section("fields"),
        mailscope::query::field::markdown().trim()
    );
}

#[test]
fn the_keys_are_those_of_the_interface() {
    assert_eq!(section("keys"), mailscope::tui::keymap::markdown().trim());
}
