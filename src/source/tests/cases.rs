//! What befalls logs in the field, each as a case with its number in the list that the reader is held to.
//!
//! | Situation | Cases |
//! |---|---|
//! | appended: at once, in pieces, half a line, half a character | 1 2 3, `lines::tests` |
//! | renamed and made anew, late writers, a line cut by the roll | 4 5 6 7 23, `model` |
//! | gone before it could be read | 8 |
//! | deleted while it is read | 9 |
//! | an inode that comes back | 10 11 |
//! | copied and truncated, sparse, rewritten | 12 13 14 15 16 |
//! | files that look alike, copies, the same by two names | 17 37 |
//! | empty, missing, appearing, replaced folders and links | 18 19 20 21 |
//! | not to be read for a while | 22 |
//! | notifications that fail or lie | 24 25 26 27 |
//! | uploads, archives, damage, bombs | 28 29 30 31 32 |
//! | clocks | 33, `ingest::clock` |
//! | thousands of files, slow readers, pipes | 34 35, `tests/it/following` (36) |
//! | pipes and devices in a folder | 44 |
//! | what the framing tells | 66 69, `ingest::framing` (68), `ingest::clock` (67) |

use std::io::{Seek, SeekFrom};
use std::os::unix::fs::MetadataExt;

use super::*;
use crate::source::feeder::Patience;
use crate::source::tail::Body;
use crate::source::watch::{Wake, Watch};

/// What of `dir` this process has open.
fn open_files(dir: &Path) -> usize {
    let links = fs::read_dir("/proc/self/fd").expect("lists").flatten();
    let targets = links.filter_map(|link| fs::read_link(link.path()).ok());
    targets.filter(|target| target.starts_with(dir)).count()
}

/// A log with one line that a reader follows by this name and has read.
fn followed(name: &str) -> (tempfile::TempDir, PathBuf, Reader) {
    let dir = folder();
    let path = dir.path().join(name);
    append(&path, &line(0));
    let mut reader = Reader::open(&[&path], Follow::Live);
    reader.expect(&line(0));
    (dir, path, reader)
}

fn no_patience() -> Patience {
    Patience {
        nameless: Duration::ZERO,
        renamed: Duration::ZERO,
        settled: Duration::ZERO,
        damaged: Duration::ZERO,
        silent: Duration::ZERO,
    }
}

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
        while reader.feeder.look().is_some_and(|told| {
            assert!(!matches!(told, Told::Block(_)) || at + 1 == text.len());
            if let Told::Block(block) = told {
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
    reader.feeder.patience = no_patience();
    for _ in 0..3 {
        reader.expect(&line(0));
        reader.look();
    }
    append(&path, &line(1)[30..]);
    reader.expect(&lines(0..2));
}

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
    reader.feeder.patience = no_patience();
    // The beginning comes when its file is finished, as its writer might have been late.
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
    // Nothing is missing where nothing is.
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
    // Rolled once more, and the file read last is deleted before anybody looks.
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
        let mut request = request(&[&dir.path().join(followed)], Follow::Live);
        request.poll = None;
        let mut reader = Reader::of(&request);
        reader.expect(&line(0));
        let heard = reader.feeder.heard.clone();
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
    reader.feeder.patience = no_patience();
    reader.look();
    reader.look();
    assert_eq!(open_files(dir.path()), 0);
}

/// Deletes a file and makes files until one has its inode.
fn take_inode(old: &Path, new: &Path, text: &str) -> bool {
    let inode = old.metadata().expect("is there").ino();
    fs::remove_file(old).expect("deletes");
    // Those that got another keep it meanwhile, or the next would get the same.
    let made = |number: usize| new.with_file_name(format!(".{number}"));
    let has_it = |&number: &usize| {
        fs::write(made(number), text).expect("writes");
        made(number).metadata().expect("is there").ino() == inode
    };
    let taken = (0..100).find(has_it);
    fs::rename(made(taken.unwrap_or(0)), new).expect("renames");
    for number in 0..100 {
        let _ = fs::remove_file(made(number));
    }
    taken.is_some()
}

#[test]
fn case_10_an_inode_that_comes_back_under_the_same_name_is_another_file() {
    let dir = folder();
    let path = dir.path().join("mail.current");
    append(&path, &lines(0..3));
    let mut reader = Reader::open(&[dir.path()], Follow::Live);
    reader.expect(&lines(0..3));
    for at in reader.feeder.active.clone() {
        // As when many files are read: it is closed, and only its name is looked at.
        reader.feeder.files[at].sleep(Body::Asleep);
    }
    reader.feeder.active.clear();
    reader.feeder.sources.close_all();
    take_inode(&path, &path, &lines(3..9));
    reader.expect(&lines(0..9));
}

#[test]
fn case_11_an_inode_that_comes_back_under_another_name_is_another_file() {
    let dir = folder();
    let (packed, path) = (
        dir.path().join("mail.@1.s.gz"),
        dir.path().join("mail.current"),
    );
    gzip(&packed, &lines(0..50));
    let mut reader = Reader::open(&[dir.path()], Follow::Live);
    reader.expect(&lines(0..50));
    reader.feeder.sources.close_all();
    take_inode(&packed, &path, &line(50));
    reader.expect(&lines(0..51));
    assert!(
        !reader.notices.contains(&"truncated"),
        "{:?}",
        reader.notices
    );
}

#[test]
fn case_11_what_came_between_is_read_where_the_new_log_has_the_inode_of_an_expired_archive() {
    let dir = folder();
    let name = |ending: &str| dir.path().join(format!("mail.log.{ending}"));
    let path = dir.path().join("mail.log");
    append(&path, &line(0));
    let mut reader = Reader::open(&[&path], Follow::Live);
    reader.expect(&line(0));
    gzip(&name("1.gz"), &line(0));
    fs::remove_file(&path).expect("deletes");
    reader.look();
    fs::rename(name("1.gz"), name("2.gz")).expect("renames");
    append(&name("1"), &line(1));
    reader.feeder.sources.close_all();
    take_inode(&name("2.gz"), &path, &line(2));
    // Later than what was rolled, by the clock of the file system.
    let later = name("1").metadata().and_then(|rolled| rolled.modified());
    let log = OpenOptions::new().append(true).open(&path).expect("opens");
    log.set_modified(later.expect("a time") + Duration::from_millis(4))
        .expect("sets");
    reader.expect(&lines(0..3));
}

#[test]
fn case_11_what_came_between_is_read_in_order_where_it_has_the_inode_of_what_is_no_part_of_the_log()
{
    let (dir, path, mut reader) = followed("mail.log");
    let rolled = |number: usize| dir.path().join(format!("mail.@20260302T00000{number}.s"));
    append(&rolled(1), &line(90));
    let other = OpenOptions::new().append(true).open(rolled(1));
    other
        .and_then(|other| other.set_modified(std::time::SystemTime::UNIX_EPOCH))
        .expect("sets");
    reader.look();
    fs::rename(&path, rolled(2)).expect("renames");
    take_inode(&rolled(1), &rolled(3), &line(1));
    append(&path, &line(2));
    reader.expect(&lines(0..3));
}

#[test]
fn case_17_another_log_that_begins_beside_a_followed_name_is_none_of_it() {
    let dir = folder();
    let (path, other) = (dir.path().join("mail.log"), dir.path().join("mail.err"));
    append(&path, &line(0));
    let mut reader = Reader::open(&[&path], Follow::Live);
    reader.expect(&line(0));
    reader.feeder.patience = no_patience();
    for number in 90..93 {
        append(&other, &line(number));
        reader.look();
        reader.look();
    }
    reader.expect(&line(0));
}

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
    // A terabyte further on: nobody reads that.
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
    // Its last line was deleted: what is left was read.
    let new = dir.path().join(".swap");
    fs::write(&new, lines(0..9)).expect("writes");
    fs::rename(&new, &path).expect("renames");
    reader.look();
    reader.expect(&lines(0..10));
}

#[test]
fn case_17_files_that_look_alike_are_read_and_copies_are_not() {
    let dir = folder();
    let head = lines(0..100);
    let (a, b) = (dir.path().join("mail.@1.s"), dir.path().join("mail.@2.s"));
    append(&a, &(head.clone() + &line(100)));
    append(&b, &(head.clone() + &line(200)));
    let mut reader = Reader::open(&[dir.path()], Follow::Live);
    let both = head.clone() + &line(100) + &head + &line(200);
    reader.expect(&both);
    // A backup, which goes its own way.
    fs::copy(&b, dir.path().join("mail.@2.s.bak")).expect("copies");
    reader.look();
    reader.expect(&both);
    append(&b, &line(201));
    append(&dir.path().join("mail.@2.s.bak"), &line(202));
    reader.expect(&(both + &line(201) + &line(202)));
}

#[test]
fn case_18_an_empty_log_gets_its_first_line() {
    let dir = folder();
    let path = dir.path().join("mail.current");
    append(&path, "");
    let mut reader = Reader::open(&[&path, dir.path()], Follow::Live);
    reader.expect("");
    reader.look();
    append(&path, &line(0));
    reader.expect(&line(0));
}

#[test]
fn case_19_a_folder_that_is_made_later() {
    let dir = folder();
    let pattern = dir.path().join("late/*.current");
    let mut reader = Reader::open(&[&pattern], Follow::Live);
    reader.expect("");
    assert_eq!(reader.notices, ["waiting"]);
    fs::create_dir(dir.path().join("late")).expect("makes");
    append(&dir.path().join("late/mail.current"), &line(0));
    reader.expect(&line(0));
}

#[test]
fn case_20_a_folder_that_is_made_anew() {
    let dir = folder();
    let logs = dir.path().join("logs");
    fs::create_dir(&logs).expect("makes");
    append(&logs.join("mail.current"), &line(0));
    let mut reader = Reader::open(&[&logs], Follow::Live);
    reader.expect(&line(0));
    fs::remove_dir_all(&logs).expect("deletes");
    reader.look();
    fs::create_dir(&logs).expect("makes");
    append(&logs.join("mail.current"), &line(1));
    reader.expect(&lines(0..2));
}

#[test]
fn case_21_a_link_that_leads_nowhere_for_a_while() {
    let dir = folder();
    let (link, data) = (dir.path().join("mail.current"), dir.path().join("data"));
    append(&data, &line(0));
    std::os::unix::fs::symlink("data", &link).expect("links");
    let mut reader = Reader::open(&[&link], Follow::Live);
    reader.expect(&line(0));
    fs::remove_file(&link).expect("deletes");
    std::os::unix::fs::symlink("next", &link).expect("links");
    append(&data, &line(1));
    reader.expect(&lines(0..2));
    append(&dir.path().join("next"), &line(2));
    reader.expect(&lines(0..3));
    append(&dir.path().join("next"), &line(3));
    reader.expect(&lines(0..4));
}

#[test]
fn case_22_a_file_that_may_not_be_read_for_a_while() {
    use std::os::unix::fs::PermissionsExt;
    let (_dir, path, mut reader) = followed("mail.current");
    let mut writer = OpenOptions::new().append(true).open(&path).expect("opens");
    fs::set_permissions(&path, PermissionsExt::from_mode(0o000)).expect("sets");
    writer.write_all(line(1).as_bytes()).expect("writes");
    reader.expect(&lines(0..2));
    fs::set_permissions(&path, PermissionsExt::from_mode(0o644)).expect("sets");
    writer.write_all(line(2).as_bytes()).expect("writes");
    reader.expect(&lines(0..3));
    assert!(reader.notices.len() <= 2, "{:?}", reader.notices);
}

#[test]
fn case_22_a_new_file_that_may_not_be_read_is_told_once_and_read_when_it_may() {
    use crate::source::{discover::Found, disk};
    use std::os::unix::fs::PermissionsExt;
    let dir = folder();
    append(&dir.path().join("mail.@20260301T000000.s"), &line(0));
    let mut reader = Reader::open(&[dir.path()], Follow::Live);
    reader.expect(&line(0));
    let path = dir.path().join("mail.current");
    let hidden = dir.path().join(".hidden");
    append(&hidden, &line(1));
    fs::set_permissions(&hidden, PermissionsExt::from_mode(0o000)).expect("sets");
    let metadata = hidden.metadata().expect("is there");
    let may_all = fs::File::open(&hidden).is_ok();
    let stat = disk::Stat::of(&metadata);
    let refused = io::Error::from(io::ErrorKind::PermissionDenied);
    for name in ["passwords", "mail.current", "mail.current"] {
        if may_all {
            // Who may read everything is told of it as if he might not.
            let path = dir.path().join(name);
            reader.feeder.cannot_read(&Found { path, stat }, &refused);
        }
    }
    if !may_all {
        fs::rename(&hidden, &path).expect("renames");
        append(&dir.path().join("passwords"), "secret\n");
        let other = dir.path().join("passwords");
        fs::set_permissions(&other, PermissionsExt::from_mode(0o000)).expect("sets");
        (0..3).for_each(|_| reader.look());
    }
    while let Some(told) = reader.feeder.queue.pop_front() {
        reader.hear(told);
    }
    assert_eq!(reader.notices, ["unreadable"]);
    assert_eq!(reader.given[0].path, path);
    if may_all {
        fs::rename(&hidden, &path).expect("renames");
    }
    fs::set_permissions(&path, PermissionsExt::from_mode(0o644)).expect("sets");
    reader.expect(&lines(0..2));
    assert_eq!(reader.notices, ["unreadable", "readable"]);
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

#[test]
fn case_24_without_watches_the_files_are_polled_and_it_is_told_once() {
    let dir = folder();
    let path = dir.path().join("mail.current");
    append(&path, &line(0));
    let mut request = request(&[&path], Follow::Live);
    request.poll = None;
    let mut reader = Reader::of(&request);
    reader.expect(&line(0));
    let sources = reader.feeder.sources();
    assert_eq!(sources.statuses()[0].state, State::Following);
    reader.feeder.pace = Duration::from_millis(20);
    reader.feeder.watch = Watch::off(&reader.feeder.signal);
    for _ in 0..2 {
        let full = |wake: &mut Wake| wake.failed = Some("no space left".into());
        reader.feeder.signal.tell(full);
        reader.look();
    }
    append(&path, &line(1));
    reader.expect(&lines(0..2));
    let polling = reader.notices.iter().filter(|kind| **kind == "polling");
    assert_eq!(polling.count(), 1);
    assert_eq!(sources.statuses()[0].state, State::Polling);
}

#[test]
fn case_25_when_notifications_were_dropped_everything_is_looked_at() {
    let dir = folder();
    let path = dir.path().join("mail.current");
    append(&path, &line(0));
    let mut request = request(&[dir.path()], Follow::Live);
    request.poll = None;
    let mut reader = Reader::of(&request);
    reader.expect(&line(0));
    // Only that some were dropped is known, not which.
    reader.feeder.watch = Watch::off(&reader.feeder.signal);
    reader.feeder.next_scan += Duration::from_secs(3600);
    fs::rename(&path, dir.path().join("mail.@20260302T000001.s")).expect("renames");
    append(&path, &line(1));
    reader.feeder.signal.tell(|wake| wake.scan = true);
    reader.expect(&lines(0..2));
}

#[test]
fn case_26_without_any_notification_the_timer_finds_all() {
    let dir = folder();
    let path = dir.path().join("mail.current");
    append(&path, &line(0));
    let mut request = request(&[dir.path()], Follow::Live);
    request.poll = None;
    let mut reader = Reader::of(&request);
    reader.feeder.watch = Watch::off(&reader.feeder.signal);
    reader.feeder.pace = Duration::from_millis(20);
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
fn case_28_a_file_that_is_still_uploaded() {
    let dir = folder();
    let path = dir.path().join("mail.@20260301T000000.s");
    append(&dir.path().join("mail.current"), &line(500));
    let mut reader = Reader::open(&[dir.path()], Follow::Live);
    reader.expect(&line(500));
    let text = lines(0..200);
    for piece in text.as_bytes().chunks(777) {
        append(&path, std::str::from_utf8(piece).expect("text"));
        reader.look();
    }
    let past = std::time::SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    OpenOptions::new()
        .append(true)
        .open(&path)
        .and_then(|file| file.set_modified(past))
        .expect("sets");
    reader.expect(&(line(500) + &text));
}

#[test]
fn case_29_a_file_and_its_archive_side_by_side() {
    let dir = folder();
    let path = dir.path().join("mail.@20260301T000000.s");
    append(&path, &lines(0..500));
    gzip(
        &dir.path().join("mail.@20260301T000000.s.gz"),
        &lines(0..500),
    );
    let mut reader = Reader::open(&[dir.path()], Follow::Live);
    reader.expect(&lines(0..500));
    fs::remove_file(&path).expect("deletes");
    reader.look();
    reader.expect(&lines(0..500));
}

#[test]
fn case_30_an_archive_with_ten_lines_more() {
    let dir = folder();
    let path = dir.path().join("mail.@20260301T000000.s");
    append(&path, &lines(0..500));
    let mut reader = Reader::open(&[dir.path()], Follow::Live);
    reader.expect(&lines(0..500));
    fs::remove_file(&path).expect("deletes");
    gzip(
        &dir.path().join("mail.@20260301T000000.s.gz"),
        &lines(0..510),
    );
    reader.expect(&lines(0..510));
}

#[test]
fn case_31_archives_in_a_bad_state_give_what_they_have() {
    let dir = folder();
    let packed = |range| {
        let path = dir.path().join("packed");
        gzip(&path, &lines(range));
        let bytes = fs::read(&path).expect("reads");
        fs::remove_file(path).expect("deletes");
        bytes
    };
    let whole = packed(0..50);
    let mut wrong_sum = whole.clone();
    let sum = wrong_sum.len() - 6;
    wrong_sum[sum] ^= 1;
    let two = [whole.clone(), packed(50..60)].concat();
    let trailing = [&whole[..], b"\0\0garbage"].concat();
    for (name, bytes, wanted, told) in [
        ("mail.a.gz", wrong_sum, lines(0..50), true),
        ("mail.b.gz", two, lines(0..60), false),
        ("mail.c.gz", trailing, lines(0..50), true),
        ("mail.d.s", whole, lines(0..50), false),
        ("mail.e.gz", lines(0..3).into_bytes(), lines(0..3), false),
    ] {
        let path = dir.path().join(name);
        fs::write(&path, bytes).expect("writes");
        let mut reader = Reader::open(&[&path], Follow::Once);
        reader.expect(&wanted);
        reader.drain();
        assert_eq!(
            reader.notices,
            if told { &["damaged"][..] } else { &[] },
            "{name}"
        );
    }
}

#[test]
fn case_31_an_archive_under_way_is_no_damage() {
    let dir = folder();
    append(&dir.path().join("mail.current"), &line(500));
    let path = dir.path().join("mail.@20260301T000000.s.gz");
    gzip(&path, &lines(0..500));
    let whole = fs::read(&path).expect("reads");
    fs::remove_file(&path).expect("deletes");
    let mut reader = Reader::open(&[dir.path()], Follow::Live);
    reader.expect(&line(500));
    reader.feeder.patience.settled = Duration::ZERO;
    for end in (0..whole.len()).step_by(97) {
        fs::write(&path, &whole[..end]).expect("writes");
        reader.look();
        reader.look();
    }
    fs::write(&path, &whole).expect("writes");
    reader.look();
    reader.feeder.patience.damaged = Duration::ZERO;
    reader.expect(&(line(500) + &lines(0..500)));
    reader.look();
    assert!(reader.notices.is_empty(), "{:?}", reader.given);
    // One that stays as it is is one.
    fs::write(
        dir.path().join("mail.@20260302T000000.s.gz"),
        &whole[..whole.len() / 2],
    )
    .expect("writes");
    reader.expect_notice("damaged");
}

#[test]
fn case_32_an_archive_that_unpacks_to_far_too_much() {
    let dir = folder();
    let path = dir.path().join("mail.log.gz");
    let blank = "\n".repeat(4 << 20);
    gzip(&path, &(line(0) + &blank + &line(1)));
    let mut reader = Reader::open(&[&path], Follow::Once);
    reader.feeder.unpack_at_most = 2 << 20;
    reader.drain();
    assert!(reader.told.starts_with(&line(0)) && !reader.told.contains(&line(1)));
    assert_eq!(reader.details("limit"), ["2 MiB"]);
    // One layer is taken off: what is inside is no log.
    let inner = fs::read(&path).expect("reads");
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packer.write_all(&inner).expect("packs");
    fs::write(&path, packer.finish().expect("packs")).expect("writes");
    let mut reader = Reader::open(&[&path], Follow::Once);
    reader.drain();
    assert!(!reader.told.contains(&line(0)));
}

/// Makes a named pipe and writes into it, once it is opened.
fn pipe(path: &Path, bytes: Vec<u8>) -> thread::JoinHandle<()> {
    let made = std::process::Command::new("mkfifo").arg(path).status();
    assert!(made.expect("runs").success());
    let path = path.to_path_buf();
    // The reader may have had enough before all is written.
    thread::spawn(move || drop(fs::write(path, bytes)))
}

#[test]
fn case_32_a_pipe_that_unpacks_to_far_too_much() {
    let dir = folder();
    let (path, packed) = (dir.path().join("pipe"), dir.path().join("mail.log.gz"));
    gzip(&packed, &(line(0) + &"\n".repeat(4 << 20) + &line(1)));
    let writer = pipe(&path, fs::read(&packed).expect("reads"));
    let mut reader = Reader::open(&[&path], Follow::Once);
    reader.feeder.unpack_at_most = 2 << 20;
    reader.drain();
    assert!(reader.told.starts_with(&line(0)) && !reader.told.contains(&line(1)));
    assert_eq!(reader.details("limit"), ["2 MiB"]);
    let statuses = reader.feeder.sources().statuses();
    assert_eq!(statuses[0].state, State::Damaged);
    writer.join().expect("ends");
}

#[test]
fn what_comes_damaged_through_a_pipe_is_said_to_be() {
    let dir = folder();
    let (path, packed) = (dir.path().join("pipe"), dir.path().join("mail.log.gz"));
    gzip(&packed, &lines(0..5000));
    let whole = fs::read(&packed).expect("reads");
    let writer = pipe(&path, whole[..whole.len() / 2].to_vec());
    let mut reader = Reader::open(&[&path], Follow::Once);
    reader.drain();
    assert!(reader.told.starts_with(&lines(0..1000)) && reader.told.len() < lines(0..5000).len());
    assert_eq!(reader.notices, ["damaged"]);
    let statuses = reader.feeder.sources().statuses();
    assert_eq!(statuses[0].state, State::Damaged);
    writer.join().expect("ends");
}

#[test]
fn what_comes_through_a_pipe_is_kept_where_raw_lines_are_asked_for() {
    for raw_lines in [RawLines::Needed, RawLines::Unneeded] {
        let dir = folder();
        let path = dir.path().join("pipe");
        let writer = pipe(&path, lines(0..5000).into_bytes());
        let mut asked = request(&[&path], Follow::Once);
        asked.raw_lines = raw_lines;
        let mut reader = Reader::of(&asked);
        reader.drain();
        assert_eq!(reader.told, lines(0..5000));
        let mut read = vec![0; reader.told.len()];
        let sources = reader.feeder.sources();
        let again = sources.read_at(reader.first.expect("told"), &mut read);
        match raw_lines {
            RawLines::Needed => assert!(again.is_ok() && read == reader.told.as_bytes()),
            RawLines::Unneeded => assert!(again.is_err()),
        }
        assert_eq!(sources.statuses()[0].state, State::Finished);
        writer.join().expect("ends");
    }
}

#[test]
fn case_33_the_order_is_that_of_the_files_whatever_clocks_say() {
    let dir = folder();
    let path = dir.path().join("mail.current");
    append(&path, &lines(100..110));
    let mut reader = Reader::open(&[&path], Follow::Live);
    reader.expect(&lines(100..110));
    append(&path, &lines(0..10));
    let future = std::time::SystemTime::now() + Duration::from_secs(86_400);
    OpenOptions::new()
        .append(true)
        .open(&path)
        .and_then(|file| file.set_modified(future))
        .expect("sets");
    fs::rename(&path, dir.path().join("mail.@20260302T000001.s")).expect("renames");
    append(&path, &lines(10..20));
    reader.expect(&(lines(100..110) + &lines(0..20)));
}

#[test]
fn case_34_thousands_of_files_and_few_descriptors() {
    let dir = folder();
    for number in 0..2000 {
        append(
            &dir.path().join(format!(
                "mail.@20260301T00{:02}{:02}.s",
                number / 60,
                number % 60
            )),
            &line(number),
        );
    }
    let path = dir.path().join("mail.current");
    append(&path, &line(2000));
    let mut reader = Reader::open(&[dir.path()], Follow::Live);
    reader.expect(&lines(0..2001));
    assert!(open_files(dir.path()) < 64, "{}", open_files(dir.path()));
    append(&path, &line(2001));
    reader.expect(&lines(0..2002));
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
fn case_37_the_same_file_by_several_names_is_read_once() {
    let dir = folder();
    let path = dir.path().join("mail.current");
    append(&path, &lines(0..3));
    let (link, hard) = (dir.path().join("link"), dir.path().join("hard"));
    std::os::unix::fs::symlink("mail.current", &link).expect("links");
    fs::hard_link(&path, &hard).expect("links");
    let dotted = dir.path().join("./mail.current");
    let mut reader = Reader::open(
        &[&path, &link, &hard, &dotted, &path, dir.path()],
        Follow::Live,
    );
    reader.expect(&lines(0..3));
    append(&hard, &line(3));
    reader.expect(&lines(0..4));
}

#[test]
fn case_44_pipes_and_devices_in_a_folder_are_not_opened() {
    let dir = folder();
    append(&dir.path().join("mail.current"), &line(0));
    let socket = dir.path().join("mail.@1.s");
    let _listener = std::os::unix::net::UnixListener::bind(&socket).expect("binds");
    std::os::unix::fs::symlink("/dev/zero", dir.path().join("mail.@2.s")).expect("links");
    let mut reader = Reader::open(&[dir.path()], Follow::Live);
    reader.expect(&line(0));
    let mut details = reader.details("ignored");
    details.sort_unstable();
    assert_eq!(details, ["a device", "a socket"]);
}

#[test]
fn case_66_a_saved_file_without_its_end_is_incomplete_until_the_rest_comes() {
    let dir = folder();
    let path = dir.path().join("mail.@20260302T000001.s");
    let begin = "Mon Mar  2 00:00:00 2026 Info: Begin Logfile\n".to_owned();
    let end = "Mon Mar  2 00:00:09 2026 Info: End Logfile\n";
    append(&path, &(begin.clone() + &lines(0..5)));
    let mut reader = Reader::open(&[dir.path()], Follow::Live);
    reader.expect(&(begin.clone() + &lines(0..5)));
    reader.feeder.patience.damaged = Duration::ZERO;
    reader.expect_notice("incomplete");
    assert_eq!(
        reader.feeder.sources().statuses()[0].state,
        State::Incomplete
    );
    // The whole file is fetched again under its name.
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
    reader.feeder.patience.silent = Duration::ZERO;
    reader.expect_notice("stale");
    assert_eq!(reader.feeder.sources().statuses()[0].state, State::Stale);
    reader.feeder.patience.silent = Duration::from_secs(180);
    append(&path, &line(1));
    reader.expect_notice("resumed");
    reader.expect(&(beat.to_owned() + &lines(0..2)));
    assert_eq!(reader.feeder.sources().statuses()[0].state, State::Polling);
    assert_eq!(reader.notices, ["stale", "resumed"]);
}

#[test]
fn a_watcher_that_ends_is_told() {
    let dir = folder();
    let path = dir.path().join("mail.current");
    append(&path, &line(0));
    let mut request = request(&[&path], Follow::Live);
    request.poll = None;
    let mut reader = Reader::of(&request);
    reader.expect(&line(0));
    reader.feeder.watch = Watch::off(&reader.feeder.signal);
    reader.expect_notice("polling");
    reader.feeder.pace = Duration::from_millis(20);
    append(&path, &line(1));
    reader.expect(&lines(0..2));
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
