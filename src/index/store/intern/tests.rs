//! Interned names come back as they were.

use super::*;

#[test]
fn a_name_is_kept_once_and_comes_back_as_it_was() {
    let mut names = Interner::default();
    let all: Vec<String> = (0..5000)
        .map(|n| format!("user{n}@example.com").repeat(n % 30))
        .collect();
    let ids: Vec<Symbol> = all
        .iter()
        .map(|text| names.intern(text.as_bytes()))
        .collect();
    for (text, id) in all.iter().zip(&ids) {
        assert_eq!(names.get(*id), text.as_str());
        assert_eq!(names.intern(text.as_bytes()), *id);
        assert_eq!(names.find(text), Some(*id));
    }
    assert_eq!(names.find("nobody"), None);
}
