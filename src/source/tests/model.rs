//! Tests the reader against a model of the file system. Whatever happens to the files between two
//! scans, each line that could be read is emitted once and in order; if lines were destroyed
//! unread, a notice reports it.
//!
//! `MAILSCOPE_SEQUENCES` sets the number of random operation sequences for each way of following
//! (default 10).

use std::path::Path;
use std::time::{Duration, Instant};

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use super::{LIVENESS, is_mail_log, line};
use crate::lines::BlockLine;

use crate::source::pending::PendingFiles;
use crate::source::settings::Timeouts;
use crate::source::{EmptyFolder, Follow, LogReader, Notice, RawLines, Request, SourceEvent, Stop};

use world::{Manner, Naming, World};

mod world;

#[derive(Clone, Debug)]
enum Op {
    /// Appends whole lines, after the rest of an unfinished one.
    Write(usize),
    /// Appends the beginning of a line.
    Half(usize),
    /// Renames the log; the next write creates a new one.
    Rename,
    /// Renames the log and creates a new one; a link is changed to a new file.
    Rotate,
    /// Truncates the log to 0 bytes.
    Truncate,
    /// Deletes the log; its writer keeps it open.
    Delete,
    /// Compresses the newest rolled file.
    Compress,
    /// Deletes the oldest rolled file.
    Expire,
    /// The former log's writer, which still has it open, writes more.
    Late(usize),
    /// The reader scans.
    Look,
    /// The reader scans after files were quiet for so long that it closes those without the log's
    /// name.
    Quiet,
}

fn ops() -> impl Strategy<Value = Vec<Op>> {
    let op = prop_oneof![
        6 => (1..4_usize).prop_map(Op::Write),
        2 => (1..40_usize).prop_map(Op::Half),
        1 => Just(Op::Rename),
        3 => Just(Op::Rotate),
        1 => Just(Op::Truncate),
        1 => Just(Op::Delete),
        2 => Just(Op::Compress),
        1 => Just(Op::Expire),
        2 => (1..3_usize).prop_map(Op::Late),
        5 => Just(Op::Look),
        1 => Just(Op::Quiet),
    ];
    proptest::collection::vec(op, 1..40)
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Way {
    Polled,
    Notified,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Followed {
    Name,
    Folder,
}

/// The number of a line; `None` if the line was never finished.
fn number_of(reported: BlockLine<'_>) -> Option<usize> {
    let text = String::from_utf8_lossy(reported.bytes);
    let number = text
        .strip_suffix(" close")
        .and_then(|text| text.rsplit(' ').next());
    let number: Option<usize> = number.and_then(|number| number.parse().ok());
    let begins = |number| line(number).starts_with(&*text);
    assert!(
        number.is_some() || (0..200).any(begins),
        "never written: {text:?}"
    );
    number
}

/// The reader under test.
struct Subject {
    reader: LogReader,
    reported: Vec<usize>,
    notices: Vec<Notice>,
}

impl Subject {
    fn open(path: &Path, way: Way) -> Self {
        let request = Request {
            paths: vec![path.into()],
            follow: Follow::Live,
            poll: (way == Way::Polled).then_some(Duration::from_secs(3600)),
            is_mail_log,
            liveness: LIVENESS,
            empty_folder: EmptyFolder::Wait,
            raw_lines: RawLines::Needed,
            stop: Stop::new(),
        };
        let mut reader = LogReader::open(&request).expect("opens");
        // Only `quiet` lets time pass, however busy the machine is.
        let long = Duration::from_secs(3600);
        reader.settings.timeouts = Timeouts {
            nameless: long,
            renamed: long,
            settled: Duration::ZERO,
            damaged: long,
            silent: long,
        };
        // New files are opened immediately, where the watcher thread would need a moment.
        reader.notifications.pending = PendingFiles::default();
        Self {
            reader,
            reported: Vec::new(),
            notices: Vec::new(),
        }
    }

    /// Reads everything; scans as often as the timer or notifications would.
    fn look(&mut self) {
        let mut quiet = 0;
        while quiet < 3 {
            let before = self.reported.len();
            self.reader.schedule.next = Instant::now();
            while let Some(reported) = self.reader.poll() {
                match reported {
                    SourceEvent::Block(block) => {
                        self.reported.extend(block.lines().filter_map(number_of));
                    }
                    SourceEvent::Notice(notice) => self.notices.push(notice),
                    SourceEvent::Opened(_) | SourceEvent::CaughtUp => {}
                    SourceEvent::End => panic!("the end"),
                }
            }
            quiet = if self.reported.len() == before {
                quiet + 1
            } else {
                0
            };
        }
    }

    fn quiet(&mut self) {
        self.look();
        let timeouts = self.reader.settings.timeouts;
        self.reader.settings.timeouts = Timeouts {
            nameless: Duration::ZERO,
            renamed: Duration::ZERO,
            settled: Duration::ZERO,
            damaged: Duration::ZERO,
            ..timeouts
        };
        self.look();
        self.reader.settings.timeouts = timeouts;
    }
}

/// A way to keep a log and a way to follow it.
#[derive(Clone, Copy, Debug)]
struct Case(Naming, Manner, Followed, Way);

fn check(case: Case, ops: &[Op]) -> Result<(), TestCaseError> {
    let Case(naming, manner, followed, way) = case;
    let mut world = World::new(naming, manner);
    let path = match followed {
        Followed::Name => world.name(),
        Followed::Folder => world.dir.path().to_path_buf(),
    };
    let mut subject = Subject::open(&path, way);
    if way == Way::Notified {
        world.tell(subject.reader.notifications.pending.clone());
    }
    subject.look();
    let mut wanted = world.look();
    for op in ops.iter().chain([&Op::Look]) {
        match *op {
            Op::Write(count) => world.write(count),
            Op::Half(length) => world.half(length),
            Op::Rename if world.manner == Manner::Rename => world.roll(),
            Op::Rotate if world.manner == Manner::Rename => {
                world.roll();
                world.begin();
            }
            Op::Rename | Op::Rotate => world.copy_truncate(),
            Op::Truncate => world.truncate(),
            Op::Delete if world.manner == Manner::Copy => world.truncate(),
            Op::Delete => world.delete(),
            Op::Compress => world.compress(),
            Op::Expire => world.expire(),
            Op::Late(count) => world.late(count),
            Op::Look => {
                subject.look();
                wanted.extend(world.look());
            }
            Op::Quiet => {
                subject.quiet();
                wanted.extend(world.look());
                world.quiet();
            }
        }
        prop_assert_eq!(
            &subject.reported,
            &wanted,
            "after {:?}: {:?}",
            op,
            subject.notices
        );
    }
    let of_kind = |kinds: &[&str]| {
        let notices = subject.notices.iter();
        notices
            .filter(|notice| kinds.contains(&notice.kind.word()))
            .count()
    };
    prop_assert!(
        world.lost() > 0 || of_kind(&["gap"]) == 0,
        "{:?}",
        subject.notices
    );
    let reported = of_kind(&["gap", "gone", "truncated", "replaced"]);
    prop_assert!(
        world.lost() <= reported,
        "of {} files lines were lost: {:?}",
        world.lost(),
        subject.notices
    );
    Ok(())
}

/// The default number of sequences.
const FEW: u32 = 10;

fn sequences() -> u32 {
    let asked = std::env::var("MAILSCOPE_SEQUENCES").ok();
    asked.and_then(|text| text.parse().ok()).unwrap_or(FEW)
}

fn hold(naming: Naming, manner: Manner, followed: Followed) {
    for way in [Way::Polled, Way::Notified] {
        let case = Case(naming, manner, followed, way);
        let config = Config {
            cases: sequences(),
            failure_persistence: None,
            max_shrink_time: 20_000,
            ..Config::default()
        };
        // The default ones are always the same; more are random.
        let mut runner = if config.cases > FEW {
            TestRunner::new(config)
        } else {
            let seed = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
            TestRunner::new_with_rng(config, seed)
        };
        if let Err(error) = runner.run(&ops(), |ops| check(case, &ops)) {
            panic!("{case:?}: {error}");
        }
    }
}

#[test]
fn a_name_rolled_by_number() {
    hold(Naming::Numbered, Manner::Rename, Followed::Name);
}

#[test]
fn a_folder_rolled_by_number() {
    hold(Naming::Numbered, Manner::Rename, Followed::Folder);
}

#[test]
fn a_name_rolled_by_date() {
    hold(Naming::Dated, Manner::Rename, Followed::Name);
}

#[test]
fn a_folder_rolled_by_date() {
    hold(Naming::Dated, Manner::Rename, Followed::Folder);
}

#[test]
fn a_name_copied_and_truncated() {
    hold(Naming::Numbered, Manner::Copy, Followed::Name);
    hold(Naming::Dated, Manner::Copy, Followed::Name);
}

#[test]
fn a_folder_copied_and_truncated() {
    hold(Naming::Numbered, Manner::Copy, Followed::Folder);
    hold(Naming::Dated, Manner::Copy, Followed::Folder);
}

#[test]
fn a_link_that_moves_on() {
    hold(Naming::Linked, Manner::Rename, Followed::Name);
    hold(Naming::Linked, Manner::Rename, Followed::Folder);
}
