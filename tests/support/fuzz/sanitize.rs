//! Text made safe holds nothing that a terminal obeys, stays as it is when it is made safe again, and fits where it must.

use crate::safe;

pub fn check(bytes: &[u8]) {
    let text = safe::bytes(bytes);
    assert!(!text.chars().any(char::is_control), "{text:?}");
    let mut before = '\0';
    for c in text.chars() {
        // Behind a symbol a variation selector chooses its picture.
        let picture = matches!(c, '\u{fe0e}' | '\u{fe0f}') && !before.is_ascii();
        assert!(picture || !safe::is_control_like(c), "{c:?} in {text:?}");
        before = c;
    }
    assert_eq!(safe::text(&text), text, "made safe twice");
    if bytes.iter().all(|b| (b' '..=b'~').contains(b)) {
        assert_eq!(text.as_bytes(), bytes, "plain text is left alone");
    }
    for width in [0, 1, 2, 7, 40] {
        assert_eq!(safe::width(&safe::fit(&text, width)), width, "{text:?}");
    }
}
