//! Long facts are wrapped between words.

use super::*;

#[test]
fn text_is_broken_between_words() {
    assert_eq!(wrap("one two three", 7), ["one two", "three"]);
    assert_eq!(wrap("one", 7), ["one"]);
    assert_eq!(wrap("averylongword two", 4), ["averylongword", "two"]);
}
