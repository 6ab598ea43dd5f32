//! The end of the newest file is available before everything else is read.

use super::*;

/// The end of the newest file; the folder is not read.
fn tail_preview(folder: &Path) -> Option<(TailPreview, String)> {
    let reader = LogReader::open(&request(&[folder], Follow::Live)).expect("opens");
    let newest = reader.tail_preview()?;
    let text = String::from_utf8(newest.block.bytes.clone()).expect("text");
    Some((newest, text))
}

/// A sparse file of this length that begins with these lines.
fn lengthen(path: &Path, bytes: u64) {
    let file = OpenOptions::new().write(true).open(path).expect("opens");
    file.set_len(bytes).expect("grows");
}

#[test]
fn whole_lines_of_the_newest_file_are_had_and_can_be_read_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let old = folder.path().join("mail.@20260301T000000.s");
    let new = folder.path().join("mail.current");
    fs::write(&old, lines(0..100)).expect("writes");
    // More than is shown, and an unfinished line.
    fs::write(&new, lines(100..60_100) + "Mon Mar  2 23").expect("writes");
    assert!(
        tail_preview(folder.path()).is_none(),
        "so little is read at once"
    );
    lengthen(&old, 64 << 20);
    let (newest, text) = tail_preview(folder.path()).expect("a large log");
    assert!(lines(0..60_100).ends_with(&text) && text.ends_with(&line(60_099)));
    assert!(text.len() > 1_000_000 && text.starts_with("Mon Mar  2"));
    assert_eq!(newest.opened.path, new);
    let mut again = vec![0; text.len()];
    let at = Position::new(newest.block.source, newest.block.offset);
    let read = newest.sources.read_at(at, &mut again).expect("reads");
    assert_eq!(&again[..read], text.as_bytes());
}

#[test]
fn what_is_no_plain_mail_log_is_waited_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let old = folder.path().join("mail.@20260301T000000.s");
    fs::write(&old, lines(0..100)).expect("writes");
    lengthen(&old, 64 << 20);
    gzip(
        &folder.path().join("mail.@20260302T000000.s.gz"),
        &lines(100..200),
    );
    assert!(tail_preview(folder.path()).is_none());
}
