//! Reads real files in a temporary folder through [`LogReader`]; `cases` and `model` go further.

use std::fs::{self, OpenOptions};
use std::io::{Read, Write};
use std::path::Path;
use std::thread;

use super::*;
use crate::position::{Position, SourceId};

mod cases;
mod many;
mod model;
mod preview;
mod registry;

impl From<fs::File> for super::registry::Spool {
    fn from(file: fs::File) -> Self {
        Self {
            file: std::sync::Arc::new(file),
            begins: 0,
        }
    }
}

/// A unique line.
fn line(number: usize) -> String {
    format!(
        "Mon Mar  2 {:02}:{:02}:{:02} 2026 Info: ICID {number} close\n",
        number / 3600,
        number / 60 % 60,
        number % 60
    )
}

fn lines(numbers: std::ops::Range<usize>) -> String {
    numbers.map(line).collect()
}

fn append(path: &Path, text: &str) {
    let mut file = OpenOptions::new()
        .create(true)
        .append(true)
        .open(path)
        .expect("opens");
    file.write_all(text.as_bytes()).expect("writes");
}

fn gzip(path: &Path, text: &str) {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packer.write_all(text.as_bytes()).expect("packs");
    fs::write(path, packer.finish().expect("packs")).expect("writes");
}

fn is_mail_log(head: &[u8]) -> bool {
    head.split(|byte| *byte == b'\n')
        .any(|line| line.starts_with(b"Mon Mar  2"))
}

fn mark_of(line: &[u8]) -> Option<Marker> {
    match &line[line.len().min(31)..] {
        b"Begin Logfile" => Some(Marker::Begin),
        b"End Logfile" => Some(Marker::End),
        body => body.starts_with(b"Status: ").then_some(Marker::Heartbeat),
    }
}

const LIVENESS: Liveness = Liveness {
    marker: mark_of,
    is_final_name: |name| name.ends_with(".s"),
    silence: Duration::from_secs(180),
};

fn request(paths: &[&Path], follow: Follow) -> Request {
    Request {
        paths: paths
            .iter()
            .map(|path| path.as_os_str().to_owned())
            .collect(),
        follow,
        poll: Some(Duration::from_millis(20)),
        is_mail_log,
        liveness: LIVENESS,
        empty_folder: if follow == Follow::Live {
            EmptyFolder::Wait
        } else {
            EmptyFolder::Refuse
        },
        raw_lines: RawLines::Needed,
        stop: Stop::new(),
    }
}

/// A reader and what it emitted.
struct Reader {
    reader: LogReader,
    told: String,
    notices: Vec<&'static str>,
    given: Vec<Notice>,
    caught_up: bool,
    first: Option<Position>,
}

impl Reader {
    fn open(paths: &[&Path], follow: Follow) -> Self {
        Self::of(&request(paths, follow))
    }

    /// A reader with notifications, whose timer only scans after its usual interval.
    fn notified(paths: &[&Path]) -> Self {
        let mut request = request(paths, Follow::Live);
        request.poll = None;
        Self::of(&request)
    }

    fn of(request: &Request) -> Self {
        let stop = request.stop.clone();
        // A missing event fails the test instead of blocking it.
        thread::spawn(move || {
            thread::sleep(Duration::from_secs(300));
            stop.stop();
        });
        let reader = LogReader::open(request).expect("opens");
        Self {
            reader,
            told: String::new(),
            notices: Vec::new(),
            given: Vec::new(),
            caught_up: false,
            first: None,
        }
    }

    /// Handles the next event; returns whether it is the end.
    fn hear(&mut self, told: SourceEvent) -> bool {
        match told {
            SourceEvent::Block(block) => {
                self.caught_up = false;
                let place = Position::new(block.source, block.offset);
                self.first = self.first.or(Some(place));
                for line in block.lines() {
                    self.told.push_str(&String::from_utf8_lossy(line.bytes));
                    self.told.push('\n');
                }
            }
            SourceEvent::Notice(notice) => {
                self.notices.push(notice.kind.word());
                self.given.push(notice);
            }
            SourceEvent::CaughtUp => self.caught_up = true,
            SourceEvent::End => return true,
            SourceEvent::Opened(_) => {}
        }
        false
    }

    /// Reads until exactly these lines came, in this order, and the reader has caught up.
    fn expect(&mut self, wanted: &str) {
        while self.told.len() < wanted.len() || !self.caught_up {
            let told = self.reader.next();
            if self.hear(told) {
                break;
            }
        }
        let differ = self
            .told
            .lines()
            .zip(wanted.lines())
            .position(|(told, wanted)| told != wanted);
        let differ = differ.unwrap_or(self.told.lines().count().min(wanted.lines().count()));
        assert!(
            self.told == wanted,
            "at line {differ}: {:?} where {:?} was written; {} of {} lines, notices {:?}",
            self.told.lines().nth(differ),
            wanted.lines().nth(differ),
            self.told.lines().count(),
            wanted.lines().count(),
            self.notices
        );
    }

    /// Scans once more and handles the new events.
    fn look(&mut self) {
        self.reader.schedule.next = std::time::Instant::now();
        while let Some(told) = self.reader.poll() {
            if self.hear(told) {
                break;
            }
        }
    }

    /// Reads to the end.
    fn drain(&mut self) {
        loop {
            let told = self.reader.next();
            if matches!(told, SourceEvent::End) {
                return;
            }
            self.hear(told);
        }
    }

    fn expect_notice(&mut self, kind: &str) {
        while !self.notices.contains(&kind) {
            let told = self.reader.next();
            assert!(
                !matches!(told, SourceEvent::End),
                "no {kind} among {:?}",
                self.notices
            );
            self.hear(told);
        }
    }

    /// The details of the notices of a kind.
    fn details(&self, kind: &str) -> Vec<&str> {
        let of_kind = self
            .given
            .iter()
            .filter(|notice| notice.kind.word() == kind);
        of_kind.map(|notice| &*notice.detail).collect()
    }
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

#[test]
fn without_following_an_unfinished_last_line_is_a_line() {
    let dir = folder();
    let path = dir.path().join("mail.current");
    fs::write(&path, lines(0..3).trim_end()).expect("writes");
    Reader::open(&[&path], Follow::Once).expect(&lines(0..3));
}

#[test]
fn a_followed_line_comes_with_its_newline() {
    let dir = folder();
    let path = dir.path().join("mail.current");
    fs::write(&path, line(0) + &line(1)[..20]).expect("writes");
    let mut reader = Reader::open(&[&path], Follow::Live);
    reader.expect(&line(0));
    append(&path, &line(1)[20..]);
    reader.expect(&lines(0..2));
}

#[test]
fn a_rename_is_followed_and_a_late_writer_heard() {
    let dir = folder();
    let path = dir.path().join("mail.current");
    append(&path, &line(0));
    let mut reader = Reader::open(&[&path], Follow::Live);
    reader.expect(&line(0));
    let rolled = dir.path().join("mail.@20260302T000000.s");
    append(&path, &line(1));
    fs::rename(&path, &rolled).expect("renames");
    append(&rolled, &line(2));
    append(&path, &line(3));
    reader.expect(&lines(0..4));
    append(&rolled, &line(4));
    reader.expect(&lines(0..5));
    reader.expect_notice("rotated");
}

#[test]
fn files_rolled_between_two_looks_are_read_in_their_order() {
    let dir = folder();
    for followed in ["mail.log", ""] {
        let path = dir.path().join("mail.log");
        fs::write(&path, line(0)).expect("writes");
        let mut reader = Reader::open(&[&dir.path().join(followed)], Follow::Live);
        reader.expect(&line(0));
        for turn in 0..3 {
            for old in (1..3).rev() {
                let _ = fs::rename(
                    dir.path().join(format!("mail.log.{old}")),
                    dir.path().join(format!("mail.log.{}", old + 1)),
                );
            }
            fs::rename(&path, dir.path().join("mail.log.1")).expect("renames");
            append(&path, &line(turn + 1));
        }
        reader.expect(&lines(0..4));
        for name in ["mail.log", "mail.log.1", "mail.log.2", "mail.log.3"] {
            fs::remove_file(dir.path().join(name)).expect("removes");
        }
    }
}

#[test]
fn of_a_copied_and_truncated_log_each_line_comes_once() {
    let dir = folder();
    for followed in ["mail.log", ""] {
        let path = dir.path().join("mail.log");
        let copy = dir.path().join("mail.log.1");
        fs::write(&path, lines(0..50)).expect("writes");
        let mut reader = Reader::open(&[&dir.path().join(followed)], Follow::Live);
        reader.expect(&lines(0..50));
        append(&path, &lines(50..60));
        fs::copy(&path, &copy).expect("copies");
        fs::write(&path, lines(60..65)).expect("writes");
        reader.expect(&lines(0..65));
        reader.expect_notice("truncated");
        fs::remove_file(&path).expect("removes");
        fs::remove_file(&copy).expect("removes");
    }
}

#[test]
fn a_file_rewritten_longer_is_read_from_its_start() {
    let dir = folder();
    let path = dir.path().join("mail.log");
    fs::write(&path, lines(0..10)).expect("writes");
    let mut reader = Reader::open(&[&path], Follow::Live);
    reader.expect(&lines(0..10));
    fs::write(&path, lines(10..60)).expect("writes");
    reader.expect(&lines(0..60));
}

#[test]
fn a_compressed_copy_adds_only_what_is_new_and_keeps_positions_readable() {
    let dir = folder();
    let path = dir.path().join("mail.@20260301T000000.s");
    fs::write(&path, lines(0..3000)).expect("writes");
    let mut reader = Reader::open(&[dir.path()], Follow::Live);
    reader.expect(&lines(0..3000));
    gzip(
        &dir.path().join("mail.@20260301T000000.s.gz"),
        &lines(0..3010),
    );
    fs::remove_file(&path).expect("removes");
    reader.expect(&lines(0..3010));
    let sources = reader.reader.sources();
    sources.close_all();
    let mut bytes = vec![0; line(0).len()];
    let count = sources
        .read_at(reader.first.expect("a line"), &mut bytes)
        .expect("reads the copy");
    assert_eq!(&bytes[..count], line(0).as_bytes());
}

#[test]
fn a_link_that_moves_on_is_followed() {
    let dir = folder();
    let (first, second, link) = (
        dir.path().join("a"),
        dir.path().join("b"),
        dir.path().join("mail.current"),
    );
    fs::write(&first, line(0)).expect("writes");
    std::os::unix::fs::symlink("a", &link).expect("links");
    let mut reader = Reader::open(&[&link], Follow::Live);
    reader.expect(&line(0));
    fs::write(&second, line(1)).expect("writes");
    std::os::unix::fs::symlink("b", dir.path().join("next")).expect("links");
    fs::rename(dir.path().join("next"), &link).expect("renames");
    reader.expect(&lines(0..2));
    append(&first, &line(2));
    reader.expect(&lines(0..3));
}

#[test]
fn a_folder_is_read_in_time_order_and_each_file_once() {
    let dir = folder();
    fs::write(dir.path().join("mail.current"), line(3)).expect("writes");
    fs::write(
        dir.path().join("mail.@20260302T000000.s"),
        line(1) + &line(2),
    )
    .expect("writes");
    gzip(
        &dir.path().join("mail.@20260302T000000.s.gz"),
        &(line(1) + &line(2)),
    );
    gzip(&dir.path().join("mail.@20260301T000000.s.gz"), &line(0));
    fs::write(dir.path().join("notes"), "nothing of interest\n").expect("writes");
    std::os::unix::fs::symlink("mail.current", dir.path().join("a-link")).expect("links");
    fs::hard_link(dir.path().join("mail.current"), dir.path().join("z-link")).expect("links");
    Reader::open(
        &[dir.path(), &dir.path().join("mail.current")],
        Follow::Once,
    )
    .expect(&lines(0..4));
}

#[test]
fn an_empty_folder_is_waited_for_when_followed() {
    let dir = folder();
    let mut reader = Reader::open(&[dir.path()], Follow::Live);
    reader.expect("");
    assert_eq!(reader.notices, ["waiting"]);
    fs::write(dir.path().join("mail.current"), line(0)).expect("writes");
    reader.expect(&line(0));
}

#[test]
fn a_damaged_archive_tells_what_stands_before_the_damage() {
    let dir = folder();
    let path = dir.path().join("mail.gz");
    gzip(&path, &lines(0..3000));
    let whole = fs::read(&path).expect("reads");
    fs::write(&path, &whole[..whole.len() - 40]).expect("writes");
    let mut reader = Reader::open(&[&path], Follow::Once);
    let mut severity = None;
    loop {
        match reader.reader.next() {
            SourceEvent::Block(block) => block.lines().for_each(|line| {
                reader.told.push_str(&String::from_utf8_lossy(line.bytes));
                reader.told.push('\n');
            }),
            SourceEvent::Notice(notice) => severity = Some(notice.kind.severity()),
            SourceEvent::End => break,
            _ => {}
        }
    }
    assert_eq!(severity, Some(NoticeLevel::Error));
    assert!(reader.told.len() > 1000 && lines(0..3000).starts_with(&reader.told));
}

#[test]
fn of_a_followed_name_the_files_rolled_before_are_none_of_it() {
    let dir = folder();
    let (path, old) = (
        dir.path().join("mail.current"),
        dir.path().join("mail.@20260301T000000.s"),
    );
    append(&old, &lines(0..5));
    append(&path, &line(10));
    let mut reader = Reader::open(&[&path], Follow::Live);
    reader.expect(&line(10));
    // Its writer was late.
    append(&old, &line(5));
    reader.look();
    append(&path, &line(11));
    reader.expect(&lines(10..12));
}

#[test]
fn stopping_ends_a_waiting_reader() {
    let dir = folder();
    let path = dir.path().join("mail.log");
    fs::write(&path, line(0)).expect("writes");
    let mut request = request(&[&path], Follow::Live);
    request.poll = Some(Duration::from_secs(3600));
    let mut reader = LogReader::open(&request).expect("opens");
    while !matches!(reader.next(), SourceEvent::CaughtUp) {}
    let stop = request.stop.clone();
    let stopper = thread::spawn(move || stop.stop());
    assert!(matches!(reader.next(), SourceEvent::End));
    stopper.join().expect("ends");
}

#[test]
fn notifications_tell_of_appended_lines_and_of_rotation() {
    let dir = folder();
    let path = dir.path().join("mail.current");
    append(&path, &line(0));
    let mut reader = Reader::notified(&[dir.path()]);
    reader.expect(&line(0));
    append(&path, &line(1));
    reader.expect(&lines(0..2));
    fs::rename(&path, dir.path().join("mail.@20260301T000000.s")).expect("renames");
    append(&path, &line(2));
    reader.expect(&lines(0..3));
}

#[test]
fn a_file_deleted_before_its_turn_is_read_to_its_end() {
    let dir = folder();
    for day in 0..3 {
        let path = dir
            .path()
            .join(format!("mail.@2026030{}T000000.s", day + 1));
        fs::write(path, lines(day * 10..day * 10 + 10)).expect("writes");
    }
    let mut reader = Reader::open(&[dir.path()], Follow::Live);
    fs::remove_file(dir.path().join("mail.@20260302T000000.s")).expect("removes");
    fs::remove_file(dir.path().join("mail.@20260303T000000.s")).expect("removes");
    reader.expect(&lines(0..30));
}
