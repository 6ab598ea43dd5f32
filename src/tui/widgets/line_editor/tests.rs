//! Editing, pasting and scrolling of a line.

use super::*;

#[test]
fn a_line_is_edited_as_in_a_shell() {
    let mut line = Line::new("user:müller auth:failed");
    assert!(line.edit(Edit::Word));
    assert_eq!(line.text(), "user:müller ");
    line.edit(Edit::Backspace);
    line.edit(Edit::Left);
    line.edit(Edit::Backspace);
    line.edit(Edit::Insert('x'));
    assert_eq!(line.text(), "user:müllxr");
    line.edit(Edit::Start);
    line.edit(Edit::Delete);
    line.edit(Edit::End);
    assert!(line.edit(Edit::Clear));
    assert_eq!((line.text(), line.cursor()), ("", 0));
}

#[test]
fn pasted_text_is_one_line_and_bounded() {
    let mut line = Line::default();
    line.insert("user:a\nauth:failed\x1b");
    assert_eq!(line.text(), "user:a auth:failed ");
    line.insert(&"ü".repeat(1 << 20));
    assert!(line.text().len() <= LONGEST);
    assert!(line.shown(10).1 <= 10);
}
