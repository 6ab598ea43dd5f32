use super::*;
use proptest::prelude::*;

#[test]
fn case_is_ignored_beyond_ascii_too() {
    for (glob, text) in [
        ("GRÜN*", "grüner"),
        ("?", "Ä"),
        ("straße", "STRAßE"),
        ("k", "\u{212a}"),
    ] {
        assert!(Glob::new(glob).matches(text), "{glob} {text}");
    }
    assert!(!Glob::new("ab").matches("abc"));
}

proptest! {
    #[test]
    fn ascii_parts_match_like_characters(glob in "[abA?*]{0,8}", text in "[abB]{0,10}") {
        let glob = Glob::new(&glob);
        let chars: Vec<char> = lowercase(&text).collect();
        prop_assert_eq!(glob.matches(&text), glob.fits(&chars), "{:?} {:?}", glob, text);
    }
}
