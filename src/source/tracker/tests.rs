//! Each transition of the tracker, without files.

use std::sync::atomic::{AtomicU64, Ordering};

use super::*;
use crate::source::{Liveness, settings::ReaderSettings};

impl<T> Tracker<T> {
    pub(crate) fn len(&self) -> usize {
        self.files.len() - self.free.len()
    }
}

const NONE: [u32; 0] = [];
const SECOND: Duration = Duration::from_secs(1);

/// Metadata of one more file.
fn stat(size: u64) -> Stat {
    static INODES: AtomicU64 = AtomicU64::new(0);
    Stat::with_inode(INODES.fetch_add(1, Ordering::Relaxed), size)
}

fn file(path: &str) -> TrackedFile<&'static str> {
    TrackedFile::new(Path::new(path), stat(100), Instant::now(), "")
}

fn tracker(paths: &[&str]) -> Tracker<&'static str> {
    let mut tracker = Tracker::default();
    for path in paths {
        tracker.add(file(path));
    }
    tracker
}

fn paths(tracker: &Tracker<&str>) -> Vec<String> {
    let order = tracker.order().iter();
    order
        .map(|&key| tracker[key].path.display().to_string())
        .collect()
}

fn timeouts() -> Timeouts {
    let liveness = Liveness {
        marker: |_| None,
        is_final_name: |_| false,
        silence: SECOND,
    };
    ReaderSettings::new(crate::source::Follow::Live, |_| true, liveness, true).timeouts
}

#[test]
fn a_new_name_keeps_a_file_current_or_shows_where_a_replaced_one_went() {
    for (before, after) in [
        (Name::Current, Name::Renamed),
        (Name::Renamed, Name::Renamed),
        (Name::Replaced, Name::Replaced),
        (Name::Unlinked, Name::Replaced),
    ] {
        let mut file = file("/logs/mail.log");
        file.name = before;
        file.rename(Path::new("/logs/mail.log.1"));
        assert_eq!(file.name, after, "{before:?}");
        assert_eq!(file.path, Path::new("/logs/mail.log.1"));
    }
}

#[test]
fn a_followed_path_leads_to_no_file_the_same_another_or_a_new_one() {
    for (current, found, wanted) in [
        (None, None, PathChange::Absent),
        (Some(1), None, PathChange::Lost(1)),
        (Some(1), Some(Some(1)), PathChange::Known(1)),
        (None, Some(Some(1)), PathChange::Known(1)),
        (
            Some(1),
            Some(Some(2)),
            PathChange::Switched { old: 1, file: 2 },
        ),
        (Some(1), Some(None), PathChange::New { old: Some(1) }),
        (None, Some(None), PathChange::New { old: None }),
    ] {
        assert_eq!(PathChange::of(current, found), wanted);
    }
}

#[test]
fn what_a_listing_lacks_is_reported_once_and_only_if_lines_may_be_missing() {
    use Loss::{Expected, Gone, Replaced, Unread};
    use Name::{Current, Renamed, Unlinked};
    let log = "/logs/mail.current";
    let rolled = "/logs/mail.@20260301T000000.s";
    for (path, name, phase, successor, held, wanted) in [
        (log, Current, ReadPhase::Open, false, true, Gone),
        (log, Current, ReadPhase::Parked, false, false, Gone),
        (log, Current, ReadPhase::Open, true, true, Replaced),
        (log, Name::Replaced, ReadPhase::Open, false, true, Expected),
        (log, Unlinked, ReadPhase::Open, false, true, Expected),
        (rolled, Renamed, ReadPhase::Open, false, true, Expected),
        (rolled, Current, ReadPhase::Done, false, false, Expected),
        (rolled, Current, ReadPhase::Queued, false, false, Unread),
        (rolled, Current, ReadPhase::Queued, false, true, Expected),
        (rolled, Current, ReadPhase::Queued, true, false, Replaced),
    ] {
        let mut file = file(path);
        (file.name, file.phase) = (name, phase);
        let loss = file.on_unlinked(Path::new(path), successor, held);
        assert_eq!(loss, wanted, "{path} {name:?} {phase:?} {successor}");
        assert_eq!(file.name, Unlinked);
    }
    let mut empty = file(rolled);
    empty.stat.size = 0;
    assert_eq!(empty.on_unlinked(Path::new(rolled), false, false), Expected);
}

#[test]
fn changed_metadata_reopens_a_parked_file_and_rereads_a_finished_one_that_settled() {
    let now = Instant::now();
    for (phase, wanted) in [
        (ReadPhase::Unclassified, Listed::Unchanged),
        (ReadPhase::Queued, Listed::Unchanged),
        (ReadPhase::Duplicate, Listed::Unchanged),
        (ReadPhase::Open, Listed::Unchanged),
        (ReadPhase::Parked, Listed::Reopen),
        (ReadPhase::Done, Listed::Changing),
    ] {
        let mut file = file("/logs/mail.1.gz");
        file.phase = phase;
        let grown = Stat {
            size: 200,
            ..file.stat
        };
        assert_eq!(file.on_listed(file.stat, now, SECOND), Listed::Unchanged);
        assert_eq!(file.on_listed(grown, now, SECOND), wanted, "{phase:?}");
    }
    let mut done = file("/logs/mail.1.gz");
    done.phase = ReadPhase::Done;
    let sized = |size| Stat { size, ..done.stat };
    let (first, second) = (sized(200), sized(300));
    let at = |seconds: u32| now + seconds * SECOND;
    for (found, seconds, wanted) in [
        (first, 0, Listed::Changing),
        // It still grows: the time starts again.
        (second, 2, Listed::Changing),
        (second, 2, Listed::Changing),
        (second, 3, Listed::Reread),
    ] {
        assert_eq!(done.on_listed(found, at(seconds), SECOND), wanted);
    }
    // Another name or mode changes no content.
    let linked = Stat {
        names: 2,
        ..done.stat
    };
    assert_eq!(done.on_listed(linked, now, SECOND), Listed::Unchanged);
    assert_eq!(done.stat, linked);
}

#[test]
fn an_idle_file_is_followed_until_its_name_or_its_lines_show_otherwise() {
    use SourceState::{Following, Gone, Incomplete, Rotated, Stale};
    for (name, names, stale, incomplete, wanted) in [
        (Name::Current, 1, false, false, Following),
        (Name::Current, 1, true, false, Stale),
        (Name::Current, 1, true, true, Incomplete),
        (Name::Renamed, 1, true, false, Rotated),
        (Name::Replaced, 1, false, false, Rotated),
        (Name::Unlinked, 0, false, false, Gone),
        (Name::Unlinked, 0, false, true, Incomplete),
    ] {
        let mut file = file("/logs/mail.log");
        (file.name, file.stat.names) = (name, names);
        assert_eq!(file.idle_state(stale, incomplete), wanted, "{name:?}");
    }
}

#[test]
fn a_file_is_closed_once_it_lost_its_name_and_its_writer_has_another() {
    let timeouts = timeouts();
    let (nameless, renamed) = (Some(timeouts.nameless), Some(timeouts.renamed));
    for (name, linked, waiting, wanted) in [
        (Name::Current, true, false, None),
        (Name::Renamed, true, false, None),
        (Name::Replaced, true, false, renamed),
        (Name::Unlinked, true, false, renamed),
        // The new log was not created yet: the writer may still use this file.
        (Name::Replaced, true, true, None),
        (Name::Unlinked, false, true, nameless),
        (Name::Unlinked, false, false, nameless),
    ] {
        let mut file = file("/logs/mail.log");
        file.name = name;
        assert_eq!(file.release_after(linked, waiting, &timeouts), wanted);
    }
}

#[test]
fn files_are_queued_by_the_age_in_their_names_but_those_without_a_name_are_not_passed() {
    let mut queue = tracker(&[
        "/l/mail.log",
        "/l/mail.log.1",
        "/l/mail.log.3",
        "/l/mail.log.2",
    ]);
    let wanted = [
        "/l/mail.log.3",
        "/l/mail.log.2",
        "/l/mail.log.1",
        "/l/mail.log",
    ];
    assert_eq!(paths(&queue), wanted);
    // Another directory is another appliance.
    queue.add(file("/other/mail.log.9"));
    assert_eq!(queue.order().len(), 5);
    assert_eq!(paths(&queue)[4], "/other/mail.log.9");
    let mut queue = tracker(&["/l/mail.log"]);
    queue[0].name = Name::Unlinked;
    queue.add(file("/l/mail.log.1"));
    assert_eq!(paths(&queue), ["/l/mail.log", "/l/mail.log.1"]);
    // It came and went before the present log.
    let mut queue = tracker(&["/l/mail.log"]);
    let mut short_lived = file("/l/mail.log");
    short_lived.short_lived = true;
    let key = queue.add(short_lived);
    assert_eq!(*queue.order(), [key, 0]);
}

#[test]
fn a_rewritten_file_comes_behind_the_copies_of_its_former_content() {
    let first_bytes = |file: &TrackedFile<&str>| file.tail.as_bytes().to_vec();
    // The copy of the log, and the log with new content.
    let mut queue = tracker(&["/l/mail.log", "/l/mail.log.1"]);
    queue[1].tail = "old";
    queue[0].tail = "new";
    queue.dequeue(0);
    queue.enqueue_rewritten(0, b"old", first_bytes);
    assert_eq!(paths(&queue), ["/l/mail.log.1", "/l/mail.log"]);
    // A file without a name comes before a copy of its new content, and before all that came since.
    for (tail, wanted) in [("new", [0, 1]), ("another", [0, 1]), ("old", [1, 0])] {
        let mut queue = tracker(&["/l/mail.log", "/l/mail.log.1"]);
        queue[1].tail = tail;
        queue[0].tail = "new";
        queue[0].name = Name::Unlinked;
        queue.dequeue(0);
        queue.enqueue_rewritten(0, b"old", first_bytes);
        assert_eq!(*queue.order(), wanted, "{tail}");
    }
}

#[test]
fn a_reopened_file_has_its_old_rank() {
    let mut queue = tracker(&["/l/mail.log.3", "/l/mail.log.2", "/l/mail.log.1"]);
    queue.dequeue(1);
    assert_eq!(*queue.order(), [0, 2]);
    queue.reopened(1);
    queue.reopened(1);
    assert_eq!(*queue.order(), [0, 1, 2]);
}

#[test]
fn a_closed_file_is_dropped_once_nothing_refers_to_it_and_its_key_is_used_again() {
    let mut files = tracker(&["/l/mail.log", "/l/mail.log.1"]);
    let id = files[0].stat.id;
    files.close(0);
    assert_eq!((files.find(id), files[0].phase), (None, ReadPhase::Done));
    files.reap(|key| key == 0);
    assert_eq!(files.len(), 2);
    files.reap(|_| false);
    assert_eq!(files.len(), 1);
    assert_eq!(files.add(file("/l/mail.log")), 0);
}

#[test]
fn numbers_are_missing_if_fewer_files_were_read_than_the_log_was_rolled() {
    let listed = |numbers: &[u32]| {
        let keys = numbers.iter().map(|n| RotationKey::Rolled(Reverse(*n)));
        keys.collect::<HashSet<_>>()
    };
    let mut files = tracker(&["/l/mail.log.3", "/l/mail.log.1"]);
    let missing = |files: &Tracker<&str>, numbers: &[u32]| {
        files.missing_numbers(0, &listed(numbers), |_| true)
    };
    assert_eq!(missing(&files, &[1, 2, 3]), NONE);
    assert_eq!(missing(&files, &[1, 3]), [2]);
    // One was read and deleted since.
    files[1].name = Name::Unlinked;
    assert_eq!(missing(&files, &[2, 3]), NONE);
    assert_eq!(missing(&files, &[3]), [1, 2]);
    // It expired, perhaps with those after it.
    files[0].name = Name::Unlinked;
    assert_eq!(missing(&files, &[3]), NONE);
    files[0].name = Name::Replaced;
    files[0].path = "/l/mail.log".into();
    assert_eq!(missing(&files, &[]), NONE, "it was not rolled by number");
}

#[test]
fn rolled_files_that_a_listing_lacks_are_those_of_the_same_log() {
    let files = tracker(&[
        "/l/mail.log.1",
        "/l/mail.log",
        "/l/auth.log.1",
        "/m/mail.log.1",
    ]);
    let path = Path::new("/l/mail.log");
    let listed = HashSet::from([files[1].stat.id]);
    assert_eq!(files.missing_rolled(path, &listed), [0]);
}
