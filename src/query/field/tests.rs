use super::*;

#[test]
fn every_row_has_the_index_of_its_field_and_its_example_parses() {
    for (at, doc) in FIELDS.iter().enumerate() {
        assert_eq!(doc.field as usize, at, "{}", doc.name);
        assert!(doc.kind != ValueKind::Word || doc.words.len() <= 16);
        assert!(
            doc.example.starts_with(&format!("{}:", doc.name)),
            "{}",
            doc.name
        );
        crate::query::parse(doc.example).unwrap();
    }
}

#[test]
fn near_misses_are_named() {
    let cases = [
        ("usr", Some("user")),
        ("prot", Some("port")),
        ("mechansim", Some("mechanism")),
        ("sub", Some("subject")),
        ("x", None),
        ("http", None),
    ];
    for (typed, expected) in cases {
        assert_eq!(Field::nearest(typed), expected, "{typed}");
    }
}

#[test]
fn the_readme_table_has_a_row_for_every_field() {
    let table = markdown();
    assert_eq!(table.lines().count(), FIELDS.len() + 2);
    assert!(table.contains("| `sbrs` | score | connection |"));
}
