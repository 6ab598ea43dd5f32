//! Thousands of files: weeks of fast rotation, and a folder whose old files are never deleted.

use super::*;

/// The time in the name of the first rolled file.
const FIRST: usize = 1_772_409_600;

/// A line; all have the same timestamp.
fn same_second(number: usize) -> String {
    format!("Mon Mar  2 00:00:00 2026 Info: ICID {number:05} close\n")
}

#[test]
fn of_files_of_one_second_each_is_read_once_and_its_copy_not_again() {
    let dir = folder();
    let mut wanted = String::new();
    for number in 0..500 {
        let text = same_second(number) + &same_second(number + 10_000);
        let name = format!("mail.log-{}", FIRST + number);
        fs::write(dir.path().join(&name), &text).expect("writes");
        if number % 5 == 0 {
            gzip(&dir.path().join(name + ".gz"), &text);
        }
        wanted += &text;
    }
    Reader::open(&[dir.path()], Follow::Once).expect(&wanted);
    Reader::open(&[dir.path()], Follow::Live).expect(&wanted);
}

#[test]
fn what_is_known_of_files_that_are_gone_does_not_grow_with_each_rotation() {
    for followed in ["mail.log", ""] {
        let dir = folder();
        let path = dir.path().join("mail.log");
        fs::write(&path, line(0)).expect("writes");
        let mut reader = Reader::open(&[&dir.path().join(followed)], Follow::Live);
        reader.reader.settings.timeouts.nameless = Duration::ZERO;
        reader.reader.settings.timeouts.renamed = Duration::ZERO;
        reader.expect(&line(0));
        let rolled = |turn: usize, form: &str| {
            let name = format!("mail.log-{}{form}", FIRST + turn);
            dir.path().join(name)
        };
        for turn in 1..60 {
            fs::rename(&path, rolled(turn, "")).expect("renames");
            append(&path, &line(turn));
            reader.expect(&lines(0..turn + 1));
            if turn > 1 {
                gzip(&rolled(turn - 1, ".gz"), &line(turn - 2));
                fs::remove_file(rolled(turn - 1, "")).expect("removes");
            }
            if turn > 2 {
                fs::remove_file(rolled(turn - 2, ".gz")).expect("removes");
            }
        }
        reader.expect(&lines(0..60));
        let tracked = reader.reader.tracker.len();
        assert!(tracked < 12, "{followed:?}: {tracked}");
    }
}

#[test]
fn of_sources_that_nobody_speaks_of_any_more_the_numbers_stay() {
    let dir = folder();
    let path = dir.path().join("mail.log");
    fs::write(&path, line(0)).expect("writes");
    let mut reader = Reader::open(&[&path], Follow::Live);
    reader.reader.settings.timeouts.nameless = Duration::ZERO;
    reader.expect(&line(0));
    for turn in 1..100 {
        fs::remove_file(&path).expect("removes");
        append(&path, &line(turn));
        reader.expect(&lines(0..turn + 1));
    }
    let sources = reader.reader.sources();
    while !sources.should_reap() {
        reader.look();
    }
    sources.reap_ended(&std::collections::HashSet::from([SourceId::new(2)]));
    assert!(!sources.should_reap());
    let known = sources.statuses();
    assert!(known.len() < 100 - 60, "{}", known.len());
    let mut numbers = known.iter().filter_map(|status| status.source);
    assert!(numbers.clone().any(|source| source == SourceId::new(2)));
    assert_eq!(numbers.next_back(), Some(SourceId::new(99)));
    assert_eq!(sources.len(), 100);
    let mut bytes = [0; 10];
    let forgotten = sources.read_at(Position::new(SourceId::new(0), 0), &mut bytes);
    assert_eq!(forgotten.expect("no error"), 0);
    let newest = sources.read_at(Position::new(SourceId::new(99), 0), &mut bytes);
    assert_eq!(newest.expect("no error"), 10);
}
