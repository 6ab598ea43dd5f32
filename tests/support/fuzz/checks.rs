//! The checks of the fuzz targets, compiled into the library for its unit tests and for fuzzing.

pub mod archive_stream;
pub mod chunked_reader;
pub mod parse_line;
pub mod query_parse;
pub mod sanitize;
pub mod session_index;

use std::io::Cursor;

use crate::event::Entry;
use crate::lines::{Block, MAX_LINE};
use crate::pipeline::{BlockParser, FirstYear, ParsedBlock};
use crate::position::SourceId;
use crate::source::LineSplitter;
use crate::source::decompress::{self, Compression};

/// Cuts a text into blocks of whole lines, given in pieces of these sizes and then of [`MAX_LINE`].
///
/// # Panics
/// If the blocks do not account for every byte.
pub(crate) fn blocks(text: &[u8], sizes: impl IntoIterator<Item = usize>) -> Vec<Block> {
    let source = SourceId::new(0);
    let mut sizes = sizes.into_iter();
    let mut splitter = LineSplitter::default();
    let mut blocks = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let size = sizes.next().unwrap_or(MAX_LINE).clamp(1, MAX_LINE);
        let (piece, deferred) = rest.split_at(size.min(rest.len()));
        let mut buffer = Vec::new();
        let at = splitter.prepare(&mut buffer, piece.len());
        buffer[at..].copy_from_slice(piece);
        let pieces = splitter.split(source, buffer, piece.len());
        blocks.extend(pieces.cut);
        blocks.extend(pieces.whole);
        rest = deferred;
        let told = splitter.consumed();
        assert!(told <= splitter.next_offset());
    }
    blocks.extend(splitter.finish(source));
    assert_eq!(splitter.consumed(), text.len() as u64);
    assert_eq!(splitter.next_offset(), text.len() as u64);
    blocks
}

/// Parses a text at once and in pieces of these sizes; returns the number of entries.
///
/// # Panics
/// If the entries differ.
pub(crate) fn check_entries(text: &[u8], sizes: impl IntoIterator<Item = usize>) -> usize {
    let (whole, pieces) = (parsed(text, []), parsed(text, sizes));
    let told = |entry: &Entry<'_>| (entry.position, entry.time, entry.level);
    let count = |all: &[ParsedBlock]| all.iter().map(|block| block.entries().len()).sum();
    let entries = whole.iter().flat_map(ParsedBlock::entries);
    for (one, other) in entries.zip(pieces.iter().flat_map(ParsedBlock::entries)) {
        assert_eq!(told(one), told(other));
        assert!(
            one.host == other.host && one.event == other.event,
            "at {:?}",
            one.position
        );
    }
    let entries = count(&whole);
    assert_eq!(entries, count(&pieces));
    entries
}

fn parsed(text: &[u8], sizes: impl IntoIterator<Item = usize>) -> Vec<ParsedBlock> {
    let mut parser = BlockParser::new(FirstYear::Is(2026));
    let blocks = blocks(text, sizes).into_iter();
    blocks
        .map(|block| parser.block(block).parse_entries())
        .collect()
}

/// The first `most` bytes of a decompressed file, and whether it is damaged.
fn unpack(packed: Vec<u8>, most: usize) -> (Vec<u8>, bool) {
    let form = Compression::of(&packed);
    let Ok(mut stream) = decompress::unpack(form, Cursor::new(packed)) else {
        return (Vec::new(), true);
    };
    let mut bytes = vec![0; most];
    let (count, error) = decompress::read_full(&mut stream, &mut bytes);
    bytes.truncate(count);
    (bytes, error.is_some())
}
