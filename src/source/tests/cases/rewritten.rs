//! Logs that are copied and truncated, or rewritten.

use super::*;

#[test]
fn case_12_a_copied_and_truncated_log_in_a_folder_that_holds_the_copies() {
    let dir = folder();
    let path = dir.path().join("mail.log");
    append(&path, &line(0));
    let mut reader = Reader::open(&[dir.path()], Follow::Live);
    for turn in 0..4 {
        append(&path, &lines(1 + turn * 10..11 + turn * 10));
        reader.expect(&lines(0..11 + turn * 10));
        for old in (1..turn + 1).rev() {
            let name = |number| dir.path().join(format!("mail.log.{number}"));
            fs::rename(name(old), name(old + 1)).expect("renames");
        }
        fs::copy(&path, dir.path().join("mail.log.1")).expect("copies");
        OpenOptions::new()
            .write(true)
            .truncate(true)
            .open(&path)
            .expect("cuts");
    }
    reader.expect(&lines(0..41));
}

#[test]
fn case_13_a_writer_goes_on_at_his_old_place_after_the_cut() {
    let dir = folder();
    let path = dir.path().join("mail.log");
    append(&path, &lines(0..10));
    let mut reader = Reader::open(&[&path], Follow::Live);
    reader.expect(&lines(0..10));
    let mut writer = OpenOptions::new().write(true).open(&path).expect("opens");
    writer.set_len(0).expect("cuts");
    // A hole of a terabyte: it must be skipped, not read.
    let place = (1 << 40) + 17;
    writer.seek(SeekFrom::Start(place)).expect("seeks");
    writer.write_all(lines(10..20).as_bytes()).expect("writes");
    reader.expect(&lines(0..20));
    assert_eq!(reader.details("hole"), [place.to_string()]);
    append(&path, &lines(20..25));
    reader.expect(&lines(0..25));
}

#[test]
fn case_14_a_log_cut_and_grown_beyond_its_old_length() {
    let dir = folder();
    let path = dir.path().join("mail.log");
    append(&path, &(lines(0..10) + &line(10)[..20]));
    let mut reader = Reader::open(&[&path], Follow::Live);
    reader.expect(&lines(0..10));
    fs::write(&path, lines(20..70)).expect("writes");
    reader.expect(&(lines(0..10) + &lines(20..70)));
    assert!(reader.notices.contains(&"truncated"));
}

#[test]
fn case_15_a_log_rewritten_to_the_same_length() {
    let dir = folder();
    let path = dir.path().join("mail.log");
    append(&path, &lines(0..10));
    let mut reader = Reader::open(&[&path], Follow::Live);
    reader.expect(&lines(0..10));
    let same = lines(0..10).replace("ICID", "DCID");
    assert_eq!(same.len(), lines(0..10).len());
    fs::write(&path, &same).expect("writes");
    reader.expect(&(lines(0..10) + &same));
}

#[test]
fn case_16_an_editor_writes_the_log_anew() {
    let dir = folder();
    let path = dir.path().join("mail.log");
    append(&path, &lines(0..10));
    let mut reader = Reader::open(&[&path], Follow::Live);
    reader.expect(&lines(0..10));
    // Its last line was deleted: the rest was read already.
    let new = dir.path().join(".swap");
    fs::write(&new, lines(0..9)).expect("writes");
    fs::rename(&new, &path).expect("renames");
    reader.look();
    reader.expect(&lines(0..10));
}
