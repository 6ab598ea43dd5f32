//! Stale and incomplete files by their markers; the reader never changes a file.

use super::*;

#[test]
fn case_66_a_saved_file_without_its_end_is_incomplete_until_the_rest_comes() {
    let dir = folder();
    let path = dir.path().join("mail.@20260302T000001.s");
    let begin = "Mon Mar  2 00:00:00 2026 Info: Begin Logfile\n".to_owned();
    let end = "Mon Mar  2 00:00:09 2026 Info: End Logfile\n";
    append(&path, &(begin.clone() + &lines(0..5)));
    let mut reader = Reader::open(&[dir.path()], Follow::Live);
    reader.expect(&(begin.clone() + &lines(0..5)));
    reader.reader.settings.timeouts.damaged = Duration::ZERO;
    reader.expect_notice("incomplete");
    assert_eq!(
        reader.reader.sources().statuses()[0].state,
        SourceState::Incomplete
    );
    // The complete file is transferred again under its name.
    let fetched = dir.path().join(".fetched");
    fs::write(&fetched, begin.clone() + &lines(0..9) + end).expect("writes");
    fs::rename(&fetched, &path).expect("renames");
    reader.expect(&(begin + &lines(0..9) + end));
    reader.expect_notice("complete");
    assert_eq!(
        reader
            .notices
            .iter()
            .filter(|kind| **kind == "incomplete")
            .count(),
        1
    );
}

#[test]
fn case_69_a_log_that_writes_each_minute_and_does_not_is_stale_until_it_does() {
    let dir = folder();
    let path = dir.path().join("mail.current");
    let beat = "Mon Mar  2 00:00:00 2026 Info: Status: CPULd 3 DskIO 0\n";
    append(&path, &(beat.to_owned() + &line(0)));
    let mut reader = Reader::open(&[&path], Follow::Live);
    reader.expect(&(beat.to_owned() + &line(0)));
    reader.look();
    assert!(!reader.notices.contains(&"stale"));
    reader.reader.settings.timeouts.silent = Duration::ZERO;
    reader.expect_notice("stale");
    assert_eq!(
        reader.reader.sources().statuses()[0].state,
        SourceState::Stale
    );
    reader.reader.settings.timeouts.silent = Duration::from_secs(180);
    append(&path, &line(1));
    reader.expect_notice("resumed");
    reader.expect(&(beat.to_owned() + &lines(0..2)));
    assert_eq!(
        reader.reader.sources().statuses()[0].state,
        SourceState::Polling
    );
    assert_eq!(reader.notices, ["stale", "resumed"]);
}

#[test]
fn what_is_followed_is_left_as_it_was() {
    let dir = folder();
    let path = dir.path().join("mail.current");
    append(&path, &lines(0..50));
    gzip(
        &dir.path().join("mail.@20260301T000000.s.gz"),
        &lines(50..60),
    );
    let state = || {
        let mut files: Vec<_> = fs::read_dir(dir.path())
            .expect("lists")
            .flatten()
            .map(|entry| {
                let data = entry.metadata().expect("is there");
                (
                    entry.file_name(),
                    data.len(),
                    data.mtime_nsec(),
                    data.ctime_nsec(),
                    data.mode(),
                )
            })
            .collect();
        files.sort();
        files
    };
    let before = state();
    let mut reader = Reader::open(&[dir.path()], Follow::Live);
    reader.expect(&(lines(50..60) + &lines(0..50)));
    assert_eq!(state(), before);
}
