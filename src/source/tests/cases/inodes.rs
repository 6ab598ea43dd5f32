//! Identity: reused inodes, similar files, copies, several names.

use super::*;

/// Deletes a file and makes files until one has its inode.
fn take_inode(old: &Path, new: &Path, text: &str) -> bool {
    let inode = old.metadata().expect("is there").ino();
    fs::remove_file(old).expect("deletes");
    // The others are kept until then, so that each new file gets another inode.
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
    for key in reader.reader.tracker.order().clone() {
        // As if many files are read: it is parked, and only its name is checked.
        reader.reader.tracker[key].park(ReadPhase::Parked);
        reader.reader.tracker.dequeue(key);
    }
    reader.reader.sources.close_all();
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
    reader.reader.sources.close_all();
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
    reader.reader.sources.close_all();
    take_inode(&name("2.gz"), &path, &line(2));
    // Modified later than the rolled file, by the file system's clock.
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
    reader.reader.settings.timeouts = no_timeouts();
    for number in 90..93 {
        append(&other, &line(number));
        reader.look();
        reader.look();
    }
    reader.expect(&line(0));
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
    // A backup, which changes independently.
    fs::copy(&b, dir.path().join("mail.@2.s.bak")).expect("copies");
    reader.look();
    reader.expect(&both);
    append(&b, &line(201));
    append(&dir.path().join("mail.@2.s.bak"), &line(202));
    reader.expect(&(both + &line(201) + &line(202)));
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
