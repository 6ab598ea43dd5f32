//! The events of the log's entries: each kind with its count, and a sample of each unknown shape.

use std::io::{self, Write};

use super::section;
use crate::event::EventKind;
use crate::humanize::{date_time_or_unknown, grouped, plural};
use crate::index::Index;
use crate::safe;

/// Columns of a line of counts.
const WIDTH: usize = 100;

/// Columns of the titles at the left.
const MARGIN: usize = 13;

/// Columns of a sample.
const SAMPLE: usize = 160;

pub(super) fn write(out: &mut dyn Write, index: &Index) -> io::Result<()> {
    let kinds = index.event_counts().kinds();
    if kinds.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "\nENTRIES      {} of {}",
        grouped(index.totals().entries),
        plural(kinds.len(), "kind")
    )?;
    let mut line = String::new();
    for (kind, tally) in kinds {
        let word = format!("{} {}", kind.name(), grouped(tally.count));
        if !line.is_empty() && MARGIN + line.len() + word.len() + 3 > WIDTH {
            writeln!(out, "{:MARGIN$}{line}", "")?;
            line.clear();
        }
        if !line.is_empty() {
            line.push_str(" · ");
        }
        line.push_str(&word);
    }
    writeln!(out, "{:MARGIN$}{line}", "")?;
    unknown(out, index)
}

fn unknown(out: &mut dyn Write, index: &Index) -> io::Result<()> {
    let counts = index.event_counts();
    let all = counts.of(EventKind::Unknown).count;
    if all == 0 {
        return Ok(());
    }
    let shapes = counts.unknown();
    let more = match counts.other_unknown().count {
        0 => "",
        _ => " and more",
    };
    let heading = format!(
        "UNKNOWN      {} of {}{more}; see them with: mailscope query event:unknown --view events",
        plural(all, "entry"),
        plural(shapes.len(), "shape"),
    );
    section(out, &heading, &shapes, |shape| {
        let sample = safe::bytes(&shape.sample);
        format!(
            "? {:>8} ×  {}  (first {})",
            grouped(shape.tally.count),
            safe::fit(&sample, SAMPLE).trim_end(),
            date_time_or_unknown(shape.tally.first),
        )
    })
}
