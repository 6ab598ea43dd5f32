//! What a reader sees of the files and pipes that are read.

use super::*;
use crate::source::{Notice, NoticeKind};

const HEADER: &str = "\
Wed Apr 22 11:00:00 2009 Info: Begin Logfile
Wed Apr 22 11:00:00 2009 Info: Version: 7.0.1-010 SN: 001143E32A3C-68BZ3F1
Wed Apr 22 11:00:00 2009 Info: Time offset from UTC: -14400 seconds
";

#[test]
fn a_source_says_what_it_is_how_far_it_is_read_and_what_befell_it() {
    for (width, height) in [(80, 24), (200, 50)] {
        let mut desk = Harness::new(&format!("{HEADER}{LOG}"), width, height);
        let path = desk.log.path().to_path_buf();
        let notice = Notice::new(NoticeKind::Truncated, &path, "");
        desk.sources.noticed(&notice);
        desk.does(Action::Notice("told".into()));
        desk.types("7");
        desk.settle();
        let screen = desk.screen();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        for word in [
            "[7 Sources]",
            name.as_str(),
            "26",
            "11:47:47",
            "serial number 001143E32A3C-68BZ3F1",
            "AsyncOS 7.0.1-010",
            "UTC-04:00",
            "26 entries, the last one 2009-04-22 11:47:47",
            "truncated or rewritten; reading it from its start",
        ] {
            assert!(screen.contains(word), "{word}:\n{screen}");
        }
    }
}

#[test]
fn a_source_leads_to_its_lines_and_back() {
    let mut desk = Harness::new(&format!("{HEADER}{LOG}"), 80, 24);
    desk.types("7");
    desk.settle();
    desk.key(KeyCode::Enter);
    assert!(
        desk.body()
            .lines()
            .any(|line| line.contains('▸') && line.contains("Begin Logfile")),
        "{}",
        desk.screen()
    );
    desk.key(KeyCode::Esc);
    assert_eq!(desk.app.view, View::Sources);
}

#[test]
fn what_a_stranger_calls_a_file_is_made_visible() {
    let mut desk = desk();
    let evil = std::path::Path::new("/logs/\u{1b}[2J\u{202e}mail.current");
    desk.sources.add_stream(evil, false, None);
    desk.types("7");
    desk.settle();
    let screen = desk.screen();
    assert!(screen.contains("\\x1b[2J‹U+202E›m"), "{screen}");
}
