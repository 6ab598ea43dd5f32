use super::*;

#[test]
fn terms_are_quoted_if_necessary_and_narrow_a_filter() {
    let cases = [
        (FilterTerm::is(Field::User, "bob"), "user:bob"),
        (FilterTerm::is(Field::User, ""), "user:\"\""),
        (FilterTerm::is(Field::User, "a b"), "user:\"a b\""),
        (
            FilterTerm::Text("limit \"x\"".to_owned()),
            "\"limit \\\"x\\\"\"",
        ),
    ];
    for (term, expected) in &cases {
        assert_eq!(term.to_string(), *expected);
        assert!(crate::query::parse(expected).is_ok(), "{expected}");
    }
    let terms = [cases[0].0.clone(), FilterTerm::is(Field::Auth, "failed")];
    assert_eq!(filter_text(&terms), "user:bob auth:failed");
    assert_eq!(and("", "x:1"), "x:1");
    assert_eq!(and(" a ", "x:1"), "a x:1");
    assert_eq!(and("a or b", "x:1"), "(a or b) x:1");
}
