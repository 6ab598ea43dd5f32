//! Archives and pipes: incomplete, damaged, truncated, too large.

use super::*;

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
    reader.reader.settings.timeouts.settled = Duration::ZERO;
    for end in (0..whole.len()).step_by(97) {
        fs::write(&path, &whole[..end]).expect("writes");
        reader.look();
        reader.look();
    }
    fs::write(&path, &whole).expect("writes");
    reader.look();
    reader.reader.settings.timeouts.damaged = Duration::ZERO;
    reader.expect(&(line(500) + &lines(0..500)));
    reader.look();
    assert!(reader.notices.is_empty(), "{:?}", reader.given);
    // An archive that stays unchanged is reported.
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
    reader.reader.settings.max_unpacked = 2 << 20;
    reader.drain();
    assert!(reader.told.starts_with(&line(0)) && !reader.told.contains(&line(1)));
    assert_eq!(reader.details("limit"), ["2.0 MB"]);
    // Only one layer of compression is removed: the content is no log.
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
    // The reader may close the pipe before everything is written.
    thread::spawn(move || drop(fs::write(path, bytes)))
}

#[test]
fn case_32_a_pipe_that_unpacks_to_far_too_much() {
    let dir = folder();
    let (path, packed) = (dir.path().join("pipe"), dir.path().join("mail.log.gz"));
    gzip(&packed, &(line(0) + &"\n".repeat(4 << 20) + &line(1)));
    let writer = pipe(&path, fs::read(&packed).expect("reads"));
    let mut reader = Reader::open(&[&path], Follow::Once);
    reader.reader.settings.max_unpacked = 2 << 20;
    reader.drain();
    assert!(reader.told.starts_with(&line(0)) && !reader.told.contains(&line(1)));
    assert_eq!(reader.details("limit"), ["2.0 MB"]);
    let statuses = reader.reader.sources().statuses();
    assert_eq!(statuses[0].state, SourceState::Damaged);
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
    let statuses = reader.reader.sources().statuses();
    assert_eq!(statuses[0].state, SourceState::Damaged);
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
        let sources = reader.reader.sources();
        let again = sources.read_at(reader.first.expect("told"), &mut read);
        match raw_lines {
            RawLines::Needed => assert!(again.is_ok() && read == reader.told.as_bytes()),
            RawLines::Unneeded => assert!(again.is_err()),
        }
        assert_eq!(sources.statuses()[0].state, SourceState::Finished);
        writer.join().expect("ends");
    }
}
