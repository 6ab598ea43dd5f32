//! Appended lines: whole, in pieces, unfinished.

use super::*;

#[test]
fn case_01_a_thousand_lines_in_one_write() {
    let (_dir, path, mut reader) = followed("mail.current");
    append(&path, &lines(1..1001));
    reader.expect(&lines(0..1001));
}

#[test]
fn case_02_a_byte_at_a_time_and_characters_of_several() {
    let dir = folder();
    let path = dir.path().join("mail.current");
    append(&path, &line(0));
    let text = "Mon Mar  2 00:00:01 2026 Info: MID 1 Subject 'é 漢 🙂'\n";
    let mut reader = Reader::open(&[&path], Follow::Live);
    reader.expect(&line(0));
    for at in 0..text.len() {
        let mut file = OpenOptions::new().append(true).open(&path).expect("opens");
        file.write_all(&text.as_bytes()[at..=at]).expect("writes");
        while reader.reader.poll().is_some_and(|told| {
            assert!(!matches!(told, SourceEvent::Block(_)) || at + 1 == text.len());
            if let SourceEvent::Block(block) = told {
                reader.told += &String::from_utf8(block.bytes).expect("whole characters");
            }
            true
        }) {}
    }
    reader.expect(&(line(0) + text));
}

#[test]
fn case_03_half_a_line_is_held() {
    let dir = folder();
    let path = dir.path().join("mail.current");
    append(&path, &(line(0) + &line(1)[..30]));
    let mut reader = Reader::open(&[&path], Follow::Live);
    reader.reader.settings.timeouts = no_timeouts();
    for _ in 0..3 {
        reader.expect(&line(0));
        reader.look();
    }
    append(&path, &line(1)[30..]);
    reader.expect(&lines(0..2));
}
