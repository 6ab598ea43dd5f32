//! Errors, raw lines, statuses and notices.

use super::*;

#[test]
fn what_cannot_be_read_is_said_in_one_line_that_names_it() {
    let dir = folder();
    let utf16 = dir.path().join("wide.log");
    fs::write(&utf16, b"\xff\xfeM\0o\0n\0").expect("writes");
    let damaged = dir.path().join("bad.gz");
    fs::write(&damaged, b"\x1f\x8b\x08\0garbage garbage garbage").expect("writes");
    let demanding = dir.path().join("wide.xz");
    let mut options = liblzma::stream::LzmaOptions::new_preset(0).expect("is there");
    options.dict_size(1 << 28);
    let mut filters = liblzma::stream::Filters::new();
    filters.lzma2(&options);
    let check = liblzma::stream::Check::Crc32;
    let packer = liblzma::stream::Stream::new_stream_encoder(&filters, check).expect("is there");
    let mut packed = Vec::new();
    liblzma::read::XzEncoder::new_stream(line(0).as_bytes(), packer)
        .read_to_end(&mut packed)
        .expect("packs");
    fs::write(&demanding, packed).expect("writes");
    let empty = dir.path().join("empty");
    fs::create_dir(&empty).expect("makes");
    for (path, wanted) in [
        (dir.path().join("nothing"), "no such file"),
        (utf16, "UTF-16"),
        (damaged, "damaged archive"),
        (demanding, "more than 128 MiB"),
        (empty, "no mail_logs"),
        (dir.path().join("*.nothing"), "no mail_logs"),
        (dir.path().join("[a"), "not a valid pattern"),
    ] {
        let error = LogReader::open(&request(&[&path], Follow::Once))
            .err()
            .expect("an error")
            .to_string();
        assert!(
            error.contains(wanted)
                && error.contains(&*path.to_string_lossy())
                && error.lines().count() == 1,
            "{error}"
        );
    }
}

#[test]
fn raw_lines_are_read_again_from_a_file_that_was_rolled_on_and_from_an_archive() {
    let dir = folder();
    let path = dir.path().join("mail.log");
    gzip(&dir.path().join("mail.log.2.gz"), &lines(0..5000));
    fs::write(&path, lines(5000..5010)).expect("writes");
    let mut reader = Reader::open(&[dir.path()], Follow::Once);
    reader.expect(&lines(0..5010));
    let sources = reader.reader.sources();
    sources.close_all();
    fs::rename(&path, dir.path().join("mail.log.1")).expect("renames");
    let length = line(0).len();
    let mut bytes = vec![0; length];
    let text = lines(0..5010);
    for number in [4000, 4001, 10, 5003, 4999] {
        let at = text.find(&line(number)).expect("there");
        let (source, offset) = if number < 5000 {
            (0, at)
        } else {
            (1, at - lines(0..5000).len())
        };
        let wanted = line(number);
        bytes.resize(wanted.len(), 0);
        let count = sources
            .read_at(
                Position::new(SourceId::new(source), offset as u64),
                &mut bytes,
            )
            .expect("reads");
        assert_eq!(&bytes[..count], wanted.as_bytes());
    }
    let progress = sources.progress();
    assert_eq!(progress.read, progress.total);
}

#[test]
fn the_registry_says_how_each_source_is_doing() {
    let dir = folder();
    let (path, late) = (dir.path().join("mail.current"), dir.path().join("late"));
    fs::create_dir(&late).expect("makes");
    append(&path, &lines(0..3));
    let mut reader = Reader::open(&[&path, &late], Follow::Live);
    reader.expect(&lines(0..3));
    let sources = reader.reader.sources();
    let [followed, awaited] = &sources.statuses()[..] else {
        panic!("two sources");
    };
    assert_eq!(followed.state, SourceState::Polling, "the tests poll");
    assert_eq!(followed.size, Some(followed.read));
    assert_eq!(followed.path, path);
    assert_eq!(
        (awaited.state, &*awaited.path),
        (SourceState::Waiting, &*late)
    );
    let rolled = dir.path().join("mail.@20260302T000000.s");
    fs::rename(&path, &rolled).expect("renames");
    append(&path, &line(3));
    fs::write(late.join("mail.current"), line(4)).expect("writes");
    reader.expect(&lines(0..5));
    let states: Vec<SourceState> = sources.statuses().iter().map(|s| s.state).collect();
    assert_eq!(
        states,
        [
            SourceState::Rotated,
            SourceState::Polling,
            SourceState::Polling
        ]
    );
    assert_eq!(sources.statuses()[0].path, rolled);
    let given = sources.notices();
    let rotated = given
        .iter()
        .find(|given| given.notice.kind == NoticeKind::Rotated);
    assert_eq!(
        rotated.and_then(|rotated| rotated.source),
        Some(SourceId::new(0))
    );
}

#[test]
fn each_kind_of_notice_has_a_word_of_its_own_and_one_clear_line() {
    let mut words = std::collections::HashSet::new();
    for kind in NoticeKind::ALL {
        assert!(words.insert(kind.word()), "{}", kind.word());
        let said = Notice::new(kind, "/logs/mail.current", "a detail").to_string();
        assert!(
            said.starts_with("/logs/mail.current: ") && said.lines().count() == 1,
            "{said}"
        );
    }
}
