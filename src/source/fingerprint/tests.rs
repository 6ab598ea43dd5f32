//! Copies are recognised by their content, whatever the sizes of reads.

use super::*;

fn text(length: usize) -> Vec<u8> {
    (0..length)
        .map(|n| (n % 251) as u8 ^ (n >> 13) as u8)
        .collect()
}

fn content(bytes: &[u8], step: usize) -> Fingerprint {
    let mut content = Fingerprint::default();
    for piece in bytes.chunks(step) {
        content.add(piece);
    }
    assert_eq!(content.len(), bytes.len() as u64);
    content
}

fn judge(content: &Fingerprint, file: &[u8]) -> Match {
    let known = TrackedContent {
        content: content.clone(),
        ..TrackedContent::default()
    };
    let file = std::io::Cursor::new(file.to_vec());
    match find_copy(vec![&known], || Some(Box::new(file))) {
        CopyMatch::CopyOf(_) => Match::Whole,
        CopyMatch::Part => Match::Part,
        CopyMatch::New => Match::Other,
    }
}

#[test]
fn a_copy_is_known_however_the_original_was_read() {
    for length in [40, 1000, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK + 77] {
        let bytes = text(length);
        for step in [7, 1000, CHUNK, 5 * CHUNK] {
            let mut known = content(&bytes, step);
            for _ in 0..2 {
                assert_eq!(judge(&known, &bytes), Match::Whole, "{length} {step}");
                assert_eq!(judge(&known, &[&bytes[..], b"more"].concat()), Match::Whole);
                let mut other = bytes.clone();
                other[length - 1] ^= 1;
                assert_eq!(judge(&known, &other), Match::Other, "{length} {step}");
                known.forget_recent();
            }
        }
    }
}

#[test]
fn a_hole_is_known_by_its_length() {
    for hole in [1, CHUNK - 40, CHUNK, 3 * CHUNK + 5] {
        let whole = [&text(40)[..], &vec![0; hole], b"more than that"].concat();
        let mut known = content(&whole[..40], 7);
        known.add_zeros(hole as u64);
        known.add(b"more");
        assert_eq!(known.len(), (40 + hole + 4) as u64);
        for _ in 0..2 {
            assert_eq!(judge(&known, &whole), Match::Whole, "{hole}");
            let longer = [&text(40)[..], &vec![0; hole + 1], b"more"].concat();
            assert_eq!(judge(&known, &longer), Match::Other, "{hole}");
            known.forget_recent();
        }
    }
}

#[test]
fn a_file_that_stops_short_is_a_part() {
    let bytes = text(2 * CHUNK + 500);
    let known = content(&bytes, 999);
    for short in [CHUNK, CHUNK + 5, 2 * CHUNK, 2 * CHUNK + 499] {
        assert_eq!(judge(&known, &bytes[..short]), Match::Part, "{short}");
    }
    let mut other = bytes[..CHUNK + 50].to_vec();
    other[CHUNK + 49] ^= 1;
    assert_eq!(judge(&known, &other), Match::Other);
}
