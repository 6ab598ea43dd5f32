//! Lines shortened to the width of one side.

use super::*;

#[test]
fn the_verdict_is_shown_however_long_the_text_before_it() {
    let line = vec![
        (Role::Dim, "11:19:41 ".to_owned()),
        (
            Role::Text,
            "DCID: 5640 IP: 172.16.155.102 SMTP authentication using the profile Out ".to_owned(),
        ),
        (Role::Failed, "✗ failed".to_owned()),
        (
            Role::Text,
            ": ('535', ['5.7.8 Error: authentication failed'])".to_owned(),
        ),
    ];
    let text = |parts: Vec<(Role, String)>| -> String {
        parts.into_iter().map(|(_, part)| part).collect()
    };
    let shown = text(cut(verdict_first(line.clone(), 40), 40));
    assert_eq!(shown, "11:19:41 …ofile Out ✗ failed: ('535', […");
    let whole = text(cut(verdict_first(line.clone(), 200), 200));
    assert_eq!(whole.trim_end(), text(line));
}
