//! Logs that are rolled and deleted.

use super::*;

#[test]
fn case_04_an_appliance_rolls_its_log() {
    let dir = folder();
    let path = dir.path().join("mail.current");
    append(&path, &lines(0..5));
    let mut reader = Reader::open(&[&path], Follow::Live);
    reader.expect(&lines(0..5));
    append(&path, &lines(5..10));
    fs::rename(&path, dir.path().join("mail.@20090422T114359.s")).expect("renames");
    append(&path, &lines(10..20));
    reader.expect(&lines(0..20));
    assert!(reader.notices.contains(&"rotated"));
}

#[test]
fn case_05_a_late_writer_and_the_new_log_take_turns() {
    let dir = folder();
    let (path, rolled) = (
        dir.path().join("mail.current"),
        dir.path().join("mail.@1.s"),
    );
    append(&path, &line(0));
    let mut reader = Reader::open(&[dir.path()], Follow::Live);
    reader.expect(&line(0));
    fs::rename(&path, &rolled).expect("renames");
    for turn in 0..10 {
        append(&rolled, &line(2 * turn + 1));
        append(&path, &line(2 * turn + 2));
        reader.expect(&lines(0..2 * turn + 3));
    }
}

#[test]
fn case_06_a_line_cut_by_the_roll_is_two_unfinished_ones_and_none_is_lost() {
    let dir = folder();
    let path = dir.path().join("mail.current");
    let (first, rest) = (line(1)[..20].to_owned(), line(1)[20..].to_owned());
    append(&path, &(line(0) + &first));
    let mut reader = Reader::open(&[&path], Follow::Live);
    reader.expect(&line(0));
    fs::rename(&path, dir.path().join("mail.@20260302T000001.s")).expect("renames");
    append(&path, &(rest.clone() + &line(2)));
    reader.expect(&(line(0) + &rest + &line(2)));
    reader.reader.settings.timeouts = no_timeouts();
    // The unfinished line is emitted when its file is closed: its writer might have been late.
    reader.expect(&(line(0) + &rest + &line(2) + &first + "\n"));
}

#[test]
fn case_07_a_hundred_rotations_none_deleted() {
    let (dir, path, mut reader) = followed("mail.current");
    let mut next = 1;
    for turn in 0..100 {
        append(&path, &lines(next..next + 50));
        next += 50;
        let rolled = format!("mail.@20260302T00{:02}{:02}.s", turn / 60, turn % 60);
        fs::rename(&path, dir.path().join(rolled)).expect("renames");
        append(&path, "");
        if turn % 7 == 0 {
            reader.expect(&lines(0..next));
        }
    }
    reader.expect(&lines(0..next));
}

#[test]
fn case_08_what_was_rolled_and_deleted_unread_is_missed_never_repeated_and_told() {
    let (dir, path, mut reader) = followed("mail.log");
    let name = |number: usize| dir.path().join(format!("mail.log.{number}"));
    fs::rename(&path, name(2)).expect("renames");
    append(&path, &line(1));
    fs::rename(&path, name(1)).expect("renames");
    fs::remove_file(name(1)).expect("deletes");
    append(&path, &line(2));
    reader.expect(&(line(0) + &line(2)));
    reader.expect_notice("gap");
    // Without rolled files no number is missing.
    fs::rename(name(2), name(3)).expect("renames");
    fs::rename(&path, name(1)).expect("renames");
    append(&path, &line(3));
    reader.expect(&(line(0) + &lines(2..4)));
    assert_eq!(
        reader.notices.iter().filter(|kind| **kind == "gap").count(),
        1
    );
}

#[test]
fn case_08_nothing_is_missed_where_what_was_read_is_deleted_by_hand() {
    let (dir, path, mut reader) = followed("mail.log");
    let rolled = |number: usize| dir.path().join(format!("mail.log.{number}"));
    fs::rename(&path, rolled(1)).expect("renames");
    append(&path, &line(1));
    reader.expect(&lines(0..2));
    // Rolled once more, and the file read last is deleted before the next scan.
    fs::rename(rolled(1), rolled(2)).expect("renames");
    fs::rename(&path, rolled(1)).expect("renames");
    append(&path, &line(2));
    fs::remove_file(rolled(1)).expect("removes");
    for _ in 0..3 {
        reader.look();
    }
    reader.expect(&lines(0..3));
    assert!(!reader.notices.contains(&"gap"), "{:?}", reader.given);
}

#[test]
fn case_08_nothing_is_missed_where_what_was_read_expires() {
    let (dir, path, mut reader) = followed("mail.log");
    let name = |number: usize| dir.path().join(format!("mail.log.{number}"));
    fs::rename(&path, name(2)).expect("renames");
    append(&name(1), &line(1));
    reader.expect(&lines(0..2));
    fs::remove_file(name(2)).expect("deletes");
    fs::remove_file(name(1)).expect("deletes");
    append(&path, &line(2));
    reader.expect(&lines(0..3));
    reader.look();
    reader.look();
    assert!(
        !reader.notices.contains(&"gap"),
        "{:?}",
        reader.details("gap")
    );
}

#[test]
fn case_08_files_that_come_and_go_while_the_reader_is_busy_are_read_in_their_order() {
    for followed in ["mail.current", ""] {
        let dir = folder();
        let path = dir.path().join("mail.current");
        let rolled = |number: usize| dir.path().join(format!("mail.@2026030{number}T000000.s"));
        append(&path, &line(0));
        let mut reader = Reader::notified(&[&dir.path().join(followed)]);
        reader.expect(&line(0));
        let heard = reader.reader.notifications.pending.clone();
        let wait_for = |name: &Path| {
            while heard.names().iter().all(|held| held != name) {
                thread::sleep(Duration::from_millis(1));
            }
        };
        fs::rename(&path, rolled(1)).expect("renames");
        for number in 1..5 {
            append(&path, &line(number));
            wait_for(&path);
            fs::rename(&path, rolled(number + 1)).expect("renames");
            wait_for(&rolled(number + 1));
            fs::remove_file(rolled(number + 1)).expect("deletes");
        }
        append(&path, &line(5));
        reader.expect(&lines(0..6));
        assert!(!reader.notices.contains(&"gap"), "{:?}", reader.given);
    }
}

#[test]
fn case_09_a_deleted_file_is_read_to_its_end_and_closed() {
    let (dir, path, mut reader) = followed("mail.current");
    append(&path, &lines(1..1001));
    fs::remove_file(&path).expect("deletes");
    reader.expect(&lines(0..1001));
    reader.expect_notice("gone");
    reader.reader.settings.timeouts = no_timeouts();
    reader.look();
    reader.look();
    assert_eq!(open_files(dir.path()), 0);
}

#[test]
fn case_23_a_log_rolled_while_it_is_opened() {
    for turn in 0..40_u64 {
        let dir = folder();
        let path = dir.path().join("mail.current");
        append(&path, &lines(0..20));
        let (from, to) = (path.clone(), dir.path().join("mail.@20260302T000001.s"));
        let roller = thread::spawn(move || {
            thread::sleep(Duration::from_micros(turn * 20));
            fs::rename(&from, &to).expect("renames");
            append(&from, &lines(20..30));
        });
        let mut reader = Reader::open(&[dir.path()], Follow::Live);
        roller.join().expect("ends");
        reader.expect(&lines(0..30));
    }
}
