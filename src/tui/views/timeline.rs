//! The timeline of the whole log: successes and failures, and the range of the rows shown.
//!
//! ```text
//!  09:00 ▁▁▂▃▂▂▅▇▆▅▃▂▂▁▁▂✗▃▂▁▁▁▂▃▄▅▆▇█▇ 12:04          one row: ✗ where much failed
//!  ✗ 412             ▁▁▁▇█                             a second row for what failed, where there is room
//! ```

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::Canvas;
use crate::header::Timestamp;
use crate::humanize;
use crate::index::Index;
use crate::index::records::timeline::Slot;
use crate::tui::state::App;
use crate::tui::theme::Role;
use crate::tui::widgets::layout::Areas;
use crate::tui::widgets::scale::{ends, scale};

const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// Marks the picked time.
const CHOSEN: char = '▲';
/// On a timeline of one row, a column is marked as failed from one failure in this many outcomes on.
const MARKED: u64 = 4;

pub(super) fn draw(canvas: &mut Canvas<'_, '_>, areas: &Areas, app: &App, index: &Index) {
    let Some((oldest, newest)) = index.oldest().zip(index.newest()) else {
        return;
    };
    let Some(scale) = scale(app.size, index) else {
        return;
    };
    let (first, last) = ends(oldest, newest);
    let (two, label) = (areas.strip.height > 1, scale.label);
    let strip = scale.strip(index);
    let shown = shown_span(app, index, areas).filter(|_| app.moment.is_none());
    let shown = shown.map(|(from, to)| (scale.column(from), scale.column(to)));
    let chosen = app.moment.map(|time| scale.column(time));
    let most = strip.iter().map(|slot| sum(*slot)).max().unwrap_or(0);
    let dim = canvas.theme.style(Role::Dim);
    let mut spans = vec![Span::styled(format!(" {first:>label$} "), dim)];
    for (at, slot) in strip.iter().enumerate() {
        let (mut bar, role) = bar(*slot, most, areas.strip.height);
        let mut style = canvas.theme.style(role);
        if shown.is_some_and(|(from, to)| (from..=to).contains(&at)) || chosen == Some(at) {
            style = style.patch(canvas.theme.style(Role::Shown));
        }
        if chosen == Some(at) && !two {
            bar = CHOSEN;
        }
        spans.push(Span::styled(bar.to_string(), style));
    }
    spans.push(Span::styled(format!(" {last} "), dim));
    canvas.line(areas.strip, Line::from(spans));
    if two {
        let row = Canvas::row(areas.strip, 1);
        failures(canvas, row, &strip, label);
        if let Some(at) = chosen {
            mark(canvas, row, label + 2 + at);
        }
    }
}

/// Marks the picked time on the second row.
fn mark(canvas: &mut Canvas<'_, '_>, row: Rect, at: usize) {
    let at = u16::try_from(at).unwrap_or(u16::MAX).min(row.width);
    let cell = Rect {
        x: row.x + at,
        width: 1,
        ..row
    };
    canvas.parts(cell, &[(Role::Title, CHOSEN.to_string())]);
}

fn sum(slot: Slot) -> u64 {
    u64::from(slot.succeeded) + u64::from(slot.failed)
}

fn level(value: u64, most: u64) -> char {
    if value == 0 {
        return ' ';
    }
    // A square root scale keeps quiet hours visible beside busy ones.
    let share = (value as f64 / most.max(1) as f64).sqrt() * (BARS.len() - 1) as f64;
    BARS[(share.round() as usize).min(BARS.len() - 1)]
}

fn bar(slot: Slot, most: u64, rows: u16) -> (char, Role) {
    let failed = u64::from(slot.failed);
    if rows < 2 && failed > 0 {
        let much = failed * MARKED >= sum(slot);
        let bar = if much { '✗' } else { level(sum(slot), most) };
        return (bar, Role::Failed);
    }
    (level(sum(slot), most), Role::Ok)
}

fn failures(canvas: &mut Canvas<'_, '_>, area: Rect, strip: &[Slot], label: usize) {
    let failed = || strip.iter().map(|slot| u64::from(slot.failed));
    let (most, all): (u64, u64) = (failed().max().unwrap_or(0), failed().sum());
    let bars: String = failed().map(|failed| level(failed, most)).collect();
    let word = format!("✗ {}", humanize::grouped(all));
    let role = if all > 0 { Role::Failed } else { Role::Dim };
    let word = (role, format!(" {word:>label$} "));
    canvas.parts(area, &[word, (Role::Failed, bars)]);
}

/// The first and last time of the rows shown.
pub(super) fn shown_span(
    app: &App,
    index: &Index,
    areas: &Areas,
) -> Option<(Timestamp, Timestamp)> {
    let table = app.table()?;
    let rows = table.rows_shown(areas.rows.height);
    let times = rows.filter_map(|row| row.time(index));
    times.fold(None, |span, time| {
        let (from, to) = span.unwrap_or((time, time));
        Some((time.min(from), time.max(to)))
    })
}
