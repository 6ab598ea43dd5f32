//! Failing and wrong notifications, and a slow reader.

use super::*;

#[test]
fn case_24_without_watches_the_files_are_polled_and_it_is_told_once() {
    let dir = folder();
    let path = dir.path().join("mail.current");
    append(&path, &line(0));
    let mut reader = Reader::notified(&[&path]);
    reader.expect(&line(0));
    let sources = reader.reader.sources();
    assert_eq!(sources.statuses()[0].state, SourceState::Following);
    reader.reader.schedule.interval = Duration::from_millis(20);
    reader.reader.notifications.watch = DirectoryWatch::off(&reader.reader.notifications.waker);
    for _ in 0..2 {
        let full = |wake: &mut Wakeup| wake.failed = Some("no space left".into());
        reader.reader.notifications.waker.wake(full);
        reader.look();
    }
    append(&path, &line(1));
    reader.expect(&lines(0..2));
    let polling = reader.notices.iter().filter(|kind| **kind == "polling");
    assert_eq!(polling.count(), 1);
    assert_eq!(sources.statuses()[0].state, SourceState::Polling);
}

#[test]
fn case_25_when_notifications_were_dropped_everything_is_looked_at() {
    let dir = folder();
    let path = dir.path().join("mail.current");
    append(&path, &line(0));
    let mut reader = Reader::notified(&[dir.path()]);
    reader.expect(&line(0));
    // The reader knows that some were dropped, not which.
    reader.reader.notifications.watch = DirectoryWatch::off(&reader.reader.notifications.waker);
    reader.reader.schedule.next += Duration::from_secs(3600);
    fs::rename(&path, dir.path().join("mail.@20260302T000001.s")).expect("renames");
    append(&path, &line(1));
    reader
        .reader
        .notifications
        .waker
        .wake(|wake| wake.scan = true);
    reader.expect(&lines(0..2));
}

#[test]
fn case_26_without_any_notification_the_timer_finds_all() {
    let dir = folder();
    let path = dir.path().join("mail.current");
    append(&path, &line(0));
    let mut reader = Reader::notified(&[dir.path()]);
    reader.reader.notifications.watch = DirectoryWatch::off(&reader.reader.notifications.waker);
    reader.reader.schedule.interval = Duration::from_millis(20);
    reader.expect(&line(0));
    append(&path, &line(1));
    fs::rename(&path, dir.path().join("mail.@20260302T000001.s")).expect("renames");
    append(&path, &line(2));
    reader.expect(&lines(0..3));
}

#[test]
fn case_27_a_file_that_seems_shorter_for_a_moment_is_not_read_again() {
    let dir = folder();
    let path = dir.path().join("mail.current");
    append(&path, &lines(0..10));
    let mut reader = Reader::open(&[&path], Follow::Live);
    reader.expect(&lines(0..10));
    let file = OpenOptions::new().write(true).open(&path).expect("opens");
    file.set_len(lines(0..10).len() as u64 - 135).expect("cuts");
    fs::write(&path, lines(0..11)).expect("writes");
    reader.expect(&lines(0..11));
    assert!(!reader.notices.contains(&"truncated"));
}

#[test]
fn case_35_a_reader_who_is_slow_gets_all_in_the_end() {
    let (dir, path, mut reader) = followed("mail.current");
    for turn in 0..5 {
        append(&path, &lines(1 + turn * 4000..1 + (turn + 1) * 4000));
        fs::rename(
            &path,
            dir.path().join(format!("mail.@20260302T00000{turn}.s")),
        )
        .expect("renames");
        append(&path, "");
    }
    reader.expect(&lines(0..20_001));
}

#[test]
fn a_watcher_that_ends_is_told() {
    let dir = folder();
    let path = dir.path().join("mail.current");
    append(&path, &line(0));
    let mut reader = Reader::notified(&[&path]);
    reader.expect(&line(0));
    reader.reader.notifications.watch = DirectoryWatch::off(&reader.reader.notifications.waker);
    reader.expect_notice("polling");
    reader.reader.schedule.interval = Duration::from_millis(20);
    append(&path, &line(1));
    reader.expect(&lines(0..2));
}
