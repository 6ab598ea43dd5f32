//! What a pipe or a cron job gets instead of the interface: the log at a glance.

use std::io::{self, Write};

use crate::index::Index;
use crate::query::{Hits, Query};

/// Writes the summary of the records that match.
///
/// # Errors
/// When the output cannot be written.
pub fn write(out: &mut dyn Write, index: &Index, query: &Query, hits: &Hits) -> io::Result<()> {
    let connections = query.connections(index, hits);
    writeln!(
        out,
        "{} entries, {} connections",
        index.totals().entries,
        connections.len()
    )
}
