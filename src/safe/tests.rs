use super::*;
use proptest::prelude::*;

#[test]
fn ordinary_text_of_any_script_stays_as_it_is() {
    for plain in [
        "",
        "svc-01@corp.example",
        "Grüße aus Köln",
        "日本語",
        "naïve cafe\u{301}",
        "☎\u{fe0f} ✓",
        "a\u{fffd}b",
    ] {
        assert_eq!(text(plain), plain);
    }
    assert!(matches!(text("ascii"), Cow::Borrowed(_)));
}

#[test]
fn what_does_not_print_becomes_visible() {
    assert_eq!(
        text("\x1b]0;x\x07\x7f\u{9b}31m\t\r"),
        "\\x1b]0;x\\x07\\x7f\\x9b31m\\t\\x0d"
    );
    assert_eq!(text("red\u{202e}gnp\u{200b}"), "red‹U+202E›gnp‹U+200B›");
    assert_eq!(
        text("a\u{feff}\u{2028}\u{e0041}\u{e000}\u{ffff}x\u{fe0f}"),
        "a‹U+FEFF›‹U+2028›‹U+E0041›‹U+E000›‹U+FFFF›x‹U+FE0F›"
    );
    assert_eq!(bytes(b"a\xff\x1b"), "a\u{fffd}\\x1b");
    assert_eq!(path(Path::new("/var/\u{1b}[2J.log")), "/var/\\x1b[2J.log");
}

#[test]
fn marks_are_capped_on_each_base() {
    let safe = text("a\u{301}\u{301}\u{301}\u{301}\u{301}b\u{301}").into_owned();
    assert_eq!(safe, "a\u{301}\u{301}\u{301}\u{301}‹U+0301›b\u{301}");
    assert_eq!(text("\u{301}"), "‹U+0301›");
}

#[test]
fn text_is_cut_and_padded_by_columns() {
    assert_eq!(fit("abc", 5), "abc  ");
    assert_eq!(fit("abcdef", 4), "abc…");
    assert_eq!(fit("日本語", 4), "日… ");
    assert_eq!(fit("abc", 0), "");
}

proptest! {
    #[test]
    fn nothing_that_controls_gets_through(wild in any::<Vec<char>>()) {
        let wild: String = wild.into_iter().collect();
        let safe = text(&wild).into_owned();
        for (at, c) in safe.char_indices() {
            let before = safe[..at].chars().next_back().unwrap_or('\0');
            let is_picture = is_emoji(before) && (0xfe0e..=0xfe0f).contains(&u32::from(c));
            prop_assert!(!is_control_like(c) || is_picture);
        }
        prop_assert_eq!(text(&safe).into_owned(), safe.clone());
    }

    #[test]
    fn bytes_of_any_kind_become_safe(wild in any::<Vec<u8>>(), room in 0usize..40) {
        let safe = bytes(&wild).into_owned();
        prop_assert!(!safe.chars().any(char::is_control));
        prop_assert_eq!(width(&fit(&safe, room)), room);
    }
}
