//! Text of a log cannot leave its Markdown element.

use super::*;

#[test]
fn text_cannot_end_what_it_stands_in() {
    assert_eq!(code("plain"), "`plain`");
    assert_eq!(code("a`b``c"), "```a`b``c```");
    assert_eq!(code("`x`"), "`` `x` ``");
    assert_eq!(code(" "), "(empty)");
    let mut out = Vec::new();
    let lines = ["```", "# not a heading"].map(Cow::Borrowed);
    fenced(&mut out, lines.into_iter()).unwrap();
    assert_eq!(
        String::from_utf8(out).unwrap(),
        "````text\n```\n# not a heading\n````\n"
    );
}

#[test]
fn a_sentence_holds_no_markup() {
    assert_eq!(
        escaped("see [x](http://y) <img> \u{202e}"),
        "see \\[x\\](http:\\//y) \\<img> ‹U+202E›"
    );
}
