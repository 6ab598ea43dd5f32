//! Names, links and folders: empty, missing, unreadable or full; pipes and devices in them.

use super::*;

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
    use crate::source::{fs::Stat, scan::FoundFile};
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
    let stat = Stat::of(&metadata);
    let refused = io::Error::from(io::ErrorKind::PermissionDenied);
    for name in ["passwords", "mail.current", "mail.current"] {
        if may_all {
            // Root can read everything: report the file as if it could not.
            let path = dir.path().join(name);
            reader
                .reader
                .on_unreadable(&FoundFile { path, stat }, &refused);
        }
    }
    if !may_all {
        fs::rename(&hidden, &path).expect("renames");
        append(&dir.path().join("passwords"), "secret\n");
        let other = dir.path().join("passwords");
        fs::set_permissions(&other, PermissionsExt::from_mode(0o000)).expect("sets");
        (0..3).for_each(|_| reader.look());
    }
    while let Some(told) = reader.reader.output.events.pop_front() {
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
