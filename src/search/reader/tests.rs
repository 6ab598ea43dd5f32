use std::path::Path;

use super::*;
use crate::position::SourceId;

fn sources(text: &[u8]) -> (Sources, SourceId) {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), text).unwrap();
    let sources = Sources::default();
    let opened = std::fs::File::open(file.path()).unwrap();
    let id = sources.add_stream(Path::new("-"), false, Some(opened.into()));
    sources.set_emitted(id, text.len() as u64);
    (sources, id)
}

/// Offset, kept bytes and length of each line.
fn lines(reader: &mut LineReader<'_>) -> Vec<(u64, usize, u64)> {
    let mut lines = Vec::new();
    while let Some(line) = reader.line().unwrap() {
        lines.push((line.position.offset(), line.bytes.len(), line.length));
    }
    lines
}

#[test]
fn lines_are_cut_at_the_limit_and_none_is_lost() {
    const MAX: usize = MAX_LINE;
    type Lines = &'static [(u64, usize, u64)];
    let long = |length: usize| [b"a\n", vec![b'x'; length].as_slice(), b"\nb"].concat();
    let cases: [(Vec<u8>, Lines); 7] = [
        (b"".to_vec(), &[]),
        (
            b"one\r\ntwo\n\nend".to_vec(),
            &[(0, 3, 3), (5, 3, 3), (9, 0, 0), (10, 3, 3)],
        ),
        (b"a\rb\n".to_vec(), &[(0, 3, 3)]),
        (
            long(MAX),
            &[(0, 1, 1), (2, MAX, MAX as u64), (MAX as u64 + 3, 1, 1)],
        ),
        (
            long(MAX + 1),
            &[(0, 1, 1), (2, MAX, MAX as u64 + 1), (MAX as u64 + 4, 1, 1)],
        ),
        (
            long(3 * MAX),
            &[
                (0, 1, 1),
                (2, MAX, 3 * MAX as u64),
                (3 * MAX as u64 + 3, 1, 1),
            ],
        ),
        (vec![b'x'; MAX + 7], &[(0, MAX, MAX as u64 + 7)]),
    ];
    for (text, expected) in cases {
        let (sources, id) = sources(&text);
        let begin = Position::new(id, 0);
        let mut reader = LineReader::forward(&sources, begin);
        assert_eq!(lines(&mut reader), expected, "{} bytes", text.len());
        let mut blocks = LineReader::forward(&sources, begin);
        let (mut kept, mut read) = (0, 0);
        while let Some((at, block)) = blocks.block().unwrap() {
            assert!(at.offset() >= read || block.is_empty());
            read = at.offset();
            kept += block.iter().filter(|byte| !b"\r\n".contains(byte)).count();
        }
        let all: usize = expected.iter().map(|(_, kept, _)| kept).sum();
        let returns = text.windows(2).filter(|two| two == b"\rb").count();
        assert_eq!(kept, all - returns, "{} bytes", text.len());
        assert_eq!(blocks.position().offset(), text.len() as u64);
    }
}

#[test]
fn the_reader_goes_back_by_lines_across_reads() {
    let text: Vec<u8> = (0..50_000)
        .flat_map(|at| format!("line {at:05}\n").into_bytes())
        .collect();
    let (sources, id) = sources(&text);
    let line = |number: u64| Position::new(id, number * 11);
    for (from, count, expected) in [
        (0, 5, 0),
        (3, 5, 0),
        (5, 5, 0),
        (6, 5, 1),
        (50_000, 1, 49_999),
        (50_000, 40_000, 10_000),
    ] {
        let reader = LineReader::backward(&sources, line(from), count).unwrap();
        assert_eq!(reader.position(), line(expected), "{from} {count}");
    }
}

#[test]
fn reading_resumes_at_the_unfinished_line() {
    let (sources, id) = sources(b"one\ntwo\nthr");
    let mut reader = LineReader::forward(&sources, Position::new(id, 0));
    while reader.block().unwrap().is_some() {}
    assert_eq!(reader.resume, 8);
    assert_eq!(reader.position().offset(), 11);
}
