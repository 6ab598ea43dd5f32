//! The events of the log's entries: each kind with its count, and a sample of each unknown shape.

use std::io::{self, Write};

use super::MOST;
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

pub fn write(out: &mut dyn Write, index: &Index) -> io::Result<()> {
    let kinds = index.event_counts().kinds();
    if kinds.is_empty() {
        return Ok(());
    }
    let number = plural(kinds.len(), "kind");
    writeln!(
        out,
        "\nENTRIES      {} of {number}",
        grouped(index.totals().entries)
    )?;
    let words = kinds
        .iter()
        .map(|(kind, tally)| format!("{} {}", kind.name(), grouped(tally.count)));
    for line in lines(words) {
        writeln!(out, "{:MARGIN$}{line}", "")?;
    }
    unknown(out, index)
}

/// Wraps the words.
fn lines(words: impl Iterator<Item = String>) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in words {
        match lines.last_mut() {
            Some(line) if MARGIN + line.len() + word.len() + 3 <= WIDTH => {
                line.push_str(" · ");
                line.push_str(&word);
            }
            _ => lines.push(word),
        }
    }
    lines
}

fn unknown(out: &mut dyn Write, index: &Index) -> io::Result<()> {
    let census = index.event_counts();
    let all = census.of(EventKind::Unknown).count;
    if all == 0 {
        return Ok(());
    }
    let shapes = census.unknown();
    let more = match census.other_unknown().count {
        0 => "",
        _ => " and more",
    };
    writeln!(
        out,
        "\nUNKNOWN      {} entries of {}{more}; see them with: mailscope query event:unknown --view events",
        grouped(all),
        plural(shapes.len(), "shape"),
    )?;
    for shape in shapes.iter().take(MOST) {
        let sample = safe::bytes(&shape.sample);
        let sample = safe::fit(&sample, SAMPLE);
        let sample = sample.trim_end();
        let line = format!(
            "? {:>8} ×  {sample}  (first {})",
            grouped(shape.tally.count),
            date_time_or_unknown(shape.tally.first),
        );
        writeln!(out, "{line}")?;
    }
    super::left_out(out, shapes.len())
}
