use proptest::prelude::*;

use super::*;
use crate::position::SourceId;
use crate::source::{HOLE, LineSplitter};

/// A line as a test compares it: text, offset, number, cut.
type Seen = (Vec<u8>, u64, u64, bool);

fn feed(text: &[u8], mut sizes: impl Iterator<Item = usize>) -> Vec<Seen> {
    let source = SourceId::new(0);
    let mut splitter = LineSplitter::default();
    let mut blocks = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let size = sizes
            .next()
            .unwrap_or(MAX_LINE)
            .clamp(1, MAX_LINE)
            .min(rest.len());
        let mut buffer = Vec::new();
        let at = splitter.prepare(&mut buffer, size + 7);
        buffer[at..at + size].copy_from_slice(&rest[..size]);
        let pieces = splitter.split(source, buffer, size);
        blocks.extend(pieces.cut);
        blocks.extend(pieces.whole);
        rest = &rest[size..];
    }
    blocks.extend(splitter.finish(source));
    assert_eq!(splitter.next_offset(), text.len() as u64);
    assert_eq!(splitter.consumed(), text.len() as u64);
    let mut numbers = LineNumbers::after(0);
    let mut seen = Vec::new();
    for block in &blocks {
        for line in block.lines() {
            let number = numbers.at(block, line.offset);
            seen.push((line.bytes.to_vec(), line.offset, number, line.cut));
        }
        numbers.end_block(block);
    }
    seen
}

fn plain(text: &[u8]) -> Vec<Vec<u8>> {
    feed(text, std::iter::empty())
        .into_iter()
        .map(|line| line.0)
        .collect()
}

#[test]
fn a_line_loses_its_newline_and_one_carriage_return() {
    assert_eq!(
        plain(b"a\nb\r\nc\r\r\n\n\rd\re"),
        [&b"a"[..], b"b", b"c\r", b"", b"\rd\re"]
    );
}

#[test]
fn positions_count_every_byte_and_blank_line() {
    let seen = feed(b"one\r\n\ntwo", std::iter::empty());
    let places: Vec<_> = seen.iter().map(|line| (line.1, line.2)).collect();
    assert_eq!(places, [(0, 1), (5, 2), (6, 3)]);
}

#[test]
fn a_byte_order_mark_is_no_text() {
    let seen = feed(b"\xef\xbb\xbfone\n\xef\xbb\xbftwo\n", [1, 1, 2].into_iter());
    assert_eq!(seen[0], (b"one".to_vec(), 3, 1, false));
    assert_eq!(seen[1].0, b"\xef\xbb\xbftwo");
}

#[test]
fn of_an_overlong_line_the_head_stays_and_what_follows_is_whole() {
    for length in [
        MAX_LINE - 1,
        MAX_LINE,
        MAX_LINE + 1,
        MAX_LINE + 2,
        5 * MAX_LINE,
    ] {
        let mut text = b"first\n".to_vec();
        text.resize(6 + length, b'x');
        text.extend_from_slice(b"\r\nlast\n");
        let seen = feed(&text, std::iter::empty());
        assert_eq!(seen.len(), 3, "{length}");
        assert_eq!(seen[1].0.len(), length.min(MAX_LINE));
        assert_eq!(seen[1].3, length > MAX_LINE, "{length}");
        assert_eq!(seen[2], (b"last".to_vec(), 6 + length as u64 + 2, 3, false));
    }
}

#[test]
fn an_overlong_line_without_an_end_keeps_little() {
    let source = SourceId::new(0);
    let mut splitter = LineSplitter::default();
    for _ in 0..40 {
        let mut buffer = Vec::new();
        splitter.prepare(&mut buffer, MAX_LINE);
        splitter.split(source, buffer, MAX_LINE);
        assert!(splitter.unfinished().len() <= MAX_LINE + 1);
    }
}

proptest! {
    #[test]
    fn any_chunking_gives_the_same_lines(
        words in prop::collection::vec(prop_oneof![Just("\n"), Just("\r\n"), Just("\r"), Just("ab"), Just("\u{feff}")], 0..60),
        sizes in prop::collection::vec(1_usize..9, 1..9),
    ) {
        let text = words.concat();
        prop_assert_eq!(feed(text.as_bytes(), std::iter::empty()), feed(text.as_bytes(), sizes.into_iter().cycle()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn any_chunking_cuts_a_long_line_alike(
        lengths in prop::collection::vec(MAX_LINE - 2..MAX_LINE + 4, 1..3),
        sizes in prop::collection::vec(MAX_LINE / 3..MAX_LINE + 1, 1..5),
        end in prop_oneof![Just("\n"), Just("\r\n"), Just("")],
    ) {
        let mut text = Vec::new();
        for length in lengths {
            text.resize(text.len() + length, b'x');
            text.extend_from_slice(b"\r\nshort\n");
        }
        text.resize(text.len() + MAX_LINE + 1, b'y');
        text.extend_from_slice(end.as_bytes());
        prop_assert!(feed(&text, std::iter::empty()) == feed(&text, sizes.into_iter().cycle()));
    }
}

#[test]
fn zeros_before_a_line_are_no_part_of_it_however_many_they_are() {
    let line = b"Mon Mar  2 08:00:00 2026 Info: ICID 7 close";
    for zeros in [1, 4000, HOLE - 1, HOLE, MAX_LINE + 9, 5 * MAX_LINE] {
        let text = [b"one\n", &vec![0; zeros][..], line, b"\ntwo\n"].concat();
        for size in [1000, HOLE, MAX_LINE] {
            let seen = feed(&text, std::iter::repeat(size));
            let offsets: Vec<u64> = seen.iter().map(|line| line.1).collect();
            let zeros = zeros as u64;
            assert_eq!(offsets, [0, 4 + zeros, 4 + zeros + line.len() as u64 + 1]);
            assert_eq!(
                (&*seen[1].0, seen[1].3),
                (&line[..], false),
                "{zeros} in {size}"
            );
        }
    }
    assert_eq!(plain(b"\0\0\n\0a\0\n"), [&b"\0\0"[..], b"a\0"]);
}
