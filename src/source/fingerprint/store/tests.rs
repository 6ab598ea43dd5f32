//! Which known contents a new file is compared with, and which are evicted.

use std::path::PathBuf;

use super::*;
use crate::position::SourceId;
use crate::source::blocks::LineSplitter;

fn known(folder: &str, text: &str) -> TrackedContent {
    let mut known = TrackedContent {
        number: None,
        folder: PathBuf::from(folder),
        content: Default::default(),
        splitter: LineSplitter::default(),
        source: Some(SourceId::new(0)),
    };
    known.content.add(text.as_bytes());
    known
}

fn candidates(contents: &FingerprintStore, folder: &str, text: &str) -> Vec<Location> {
    contents.candidates(Path::new(folder), &PrefixHashes::of(text.as_bytes()))
}

/// A text of this length; all begin alike.
fn text(number: usize, length: usize) -> String {
    let mut text = format!("Mon Mar  2 00:00:00 2026 Info: New SMTP ICID {number:06} ");
    while text.len() < length {
        text += "interface ";
    }
    text.truncate(length);
    text
}

#[test]
fn of_many_files_that_begin_alike_only_those_that_go_on_alike_are_compared() {
    let mut contents = FingerprintStore::default();
    for number in 0..300 {
        contents.note(number, &mut known("logs", &text(number, 200 + number)));
    }
    for number in [0, 7, 299] {
        let found = candidates(&contents, "logs", &text(number, 5000));
        assert_eq!(found, [Location::Live(number)]);
        // Any prefix of it.
        let found = candidates(&contents, "logs", &text(number, 65));
        assert_eq!(found, [Location::Live(number)]);
        assert_eq!(candidates(&contents, "logs", &text(number, 40)).len(), 300);
        assert!(candidates(&contents, "other", &text(number, 5000)).is_empty());
    }
    assert!(candidates(&contents, "logs", &text(300, 5000)).is_empty());
    assert!(candidates(&contents, "logs", &text(7, 31)).is_empty());
}

#[test]
fn a_content_is_found_while_it_grows_and_once_it_was_release() {
    let mut contents = FingerprintStore::default();
    let whole = text(1, 200_000);
    let mut growing = known("logs", "");
    for piece in whole.as_bytes().chunks(33) {
        growing.content.add(piece);
        contents.note(4, &mut growing);
        let found = candidates(&contents, "logs", &whole[..8000]);
        let is_there = growing.content.len() >= 32;
        assert_eq!(found, [Location::Live(4)][..usize::from(is_there)]);
    }
    contents.release(growing);
    let [Location::Deleted(number)] = candidates(&contents, "logs", &whole)[..] else {
        panic!("it is known");
    };
    assert_eq!(contents.deleted(number).unwrap().content.len(), 200_000);
}

#[test]
fn what_is_gone_for_good_is_forgotten_the_oldest_first() {
    let mut contents = FingerprintStore::default();
    for number in 0..3 * MAX_DELETED {
        contents.release(known("logs", &text(number, 10_000)));
    }
    assert_eq!(contents.deleted.len(), MAX_DELETED);
    assert!(contents.by_start.len() <= 6 * MAX_DELETED);
    assert!(candidates(&contents, "logs", &text(0, 10_000)).is_empty());
    assert_eq!(
        candidates(&contents, "logs", &text(3 * MAX_DELETED - 1, 10_000)).len(),
        1
    );
    let recent = contents
        .deleted
        .values()
        .map(|known| known.content.recent());
    assert!(recent.sum::<usize>() <= RECENT);
}
