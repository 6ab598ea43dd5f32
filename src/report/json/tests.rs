//! What JSON escapes.

#[test]
fn nothing_that_a_terminal_acts_on_is_written_and_nothing_is_lost() {
    let text = "a\u{1b}[31m\u{7f}\u{9b}\u{202e}\u{200b}\u{e0041}\n\"\\ü漢";
    let mut out = Vec::new();
    super::write(&mut out, text).unwrap();
    let line = String::from_utf8(out).unwrap();
    assert!(!line.chars().any(crate::safe::is_control_like), "{line}");
    assert_eq!(serde_json::from_str::<String>(&line).unwrap(), text);
}
