//! Line numbers of positions: a report names a line by its file and number.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use crate::position::{Position, SourceId};
use crate::safe;
use crate::source::Sources;

/// Bytes read at once while lines are counted.
const CHUNK: usize = 1 << 20;

#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct LineLocation {
    /// Safe to show.
    pub file: String,
    /// From 1.
    pub line: u64,
}

pub(crate) type LineLocations = BTreeMap<Position, LineLocation>;

/// Counts the lines before each position. Each file is read once, up to its last position.
pub(crate) fn locate(
    sources: &Sources,
    positions: impl IntoIterator<Item = Position>,
) -> io::Result<LineLocations> {
    let mut by_source: BTreeMap<SourceId, BTreeSet<u64>> = BTreeMap::new();
    for position in positions {
        let offsets = by_source.entry(position.source()).or_default();
        offsets.insert(position.offset());
    }
    let mut locations = LineLocations::new();
    let mut buffer = vec![0; CHUNK];
    for (source, offsets) in by_source {
        let file = safe::path(&sources.path(source));
        let (mut at, mut line) = (0u64, 1u64);
        for offset in offsets {
            while at < offset {
                let want = usize::try_from(offset - at).unwrap_or(CHUNK).min(CHUNK);
                let read = sources.read_at(Position::new(source, at), &mut buffer[..want])?;
                if read == 0 {
                    break;
                }
                line += memchr::memchr_iter(b'\n', &buffer[..read]).count() as u64;
                at += read as u64;
            }
            let file = file.clone();
            locations.insert(Position::new(source, offset), LineLocation { file, line });
        }
    }
    Ok(locations)
}
