//! Stored texts come back as they were.

use super::*;

#[test]
fn a_text_of_any_length_comes_back_as_it_was() {
    let mut texts = TextStore::default();
    let all: Vec<String> = (0..300).map(|length| "~".repeat(length)).collect();
    let ids: Vec<TextId> = all
        .iter()
        .filter_map(|text| texts.push(text.as_bytes()))
        .collect();
    assert!(
        ids.iter()
            .map(|id| texts.full(*id))
            .eq(all.iter().map(String::as_str))
    );
}

#[test]
fn texts_that_share_an_affix_come_back_as_they_were() {
    let (mut texts, mut copies) = (TextStore::default(), TextStore::default());
    let long = "x".repeat(200);
    let all: Vec<String> = (0..20_000)
        .map(|n| match n % 5 {
            0 => format!("<{n}@mail.example.com>"),
            1 => format!("<{n}@host{n}.example.com>"),
            2 => format!("2.0.0 Ok: queued as {n}"),
            3 => format!("2.0.0 Ok {long} {n} ü{long}"),
            _ => ["", " ", "@", "2.0.0", "<a@b>"][n / 5 % 5].to_owned(),
        })
        .collect();
    let push = |(n, text): (usize, &String)| match n % 5 {
        0 | 1 => texts.push_message_id(text.as_bytes()),
        _ => texts.push_reply(text.as_bytes()),
    };
    let ids: Vec<TextId> = all.iter().enumerate().filter_map(push).collect();
    for (id, text) in ids.iter().zip(&all) {
        assert_eq!(texts.full(*id), *text);
        assert!(texts.full(*id).starts_with(texts.prefix(*id)));
        let copy = copies.copy(&texts, *id).unwrap();
        assert_eq!(copies.full(copy), *text);
    }
    assert_eq!(texts.prefix(ids[2]), "2.0.0 Ok: queued as ");
    let endless = format!("<{}@{}>", "x".repeat(MAX_LENGTH), "y".repeat(20));
    let cut = texts.push_message_id(endless.as_bytes()).unwrap();
    assert_eq!(texts.full(cut), endless[..MAX_LENGTH]);
}

#[test]
fn bytes_that_are_no_text_are_replaced_and_endless_ones_cut() {
    let mut texts = TextStore::default();
    let odd = texts.push(b"a\xffb").unwrap();
    let long = texts.push(&vec![b'x'; 3 << 20]).unwrap();
    let wide = texts.push("ü".repeat(1 << 20).as_bytes()).unwrap();
    assert_eq!(texts.full(odd), "a\u{fffd}b");
    assert_eq!(texts.full(long).len(), MAX_LENGTH);
    assert_eq!(texts.full(wide).len(), MAX_LENGTH);
}
