//! The log's whole time: what succeeded and failed when, and the part that is shown.
//!
//! ```text
//!  09:00 ▁▁▂▃▂▂▅▇▆▅▃▂▂▁▁▂✗▃▂▁▁▁▂▃▄▅▆▇█▇ 12:04          one row: ✗ where much failed
//!  ✗ 412             ▁▁▁▇█                             a second row for what failed, where there is room
//! ```

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::{Areas, Canvas};
use crate::frame::Stamp;
use crate::index::Index;
use crate::index::timeline::Slot;
use crate::tui::app::App;
use crate::tui::columns::thousands;
use crate::tui::theme::Role;

const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// A column with at least one failure in so many outcomes is marked as failed where there is no second row.
const MARKED: u64 = 4;

pub(super) fn draw(canvas: &mut Canvas<'_, '_>, areas: &Areas, app: &App, index: &Index) {
    let (Some(oldest), Some(newest)) = (index.oldest(), index.newest()) else {
        return;
    };
    let (first, last) = ends(oldest, newest);
    let two = areas.strip.height > 1;
    let label = first.chars().count().max(if two { 9 } else { 0 });
    let bars = usize::from(areas.strip.width).saturating_sub(label + last.chars().count() + 4);
    let (from, to) = (oldest.seconds(), newest.seconds() + 1);
    let strip = index.timeline().strip(from, to, bars);
    let column = |time: Stamp| {
        let at = (time.seconds() - from) * i64::try_from(bars).unwrap_or(0) / (to - from);
        usize::try_from(at).unwrap_or(0)
    };
    let shown = shown_span(app, index, areas).map(|(from, to)| (column(from), column(to)));
    let most = strip.iter().map(|slot| sum(*slot)).max().unwrap_or(0);
    let mut spans = vec![Span::styled(
        format!(" {first:>label$} "),
        canvas.theme.style(Role::Dim),
    )];
    for (at, slot) in strip.iter().enumerate() {
        let (bar, role) = bar(*slot, most, areas.strip.height);
        let mut style = canvas.theme.style(role);
        if shown.is_some_and(|(from, to)| (from..=to).contains(&at)) {
            style = style.patch(canvas.theme.style(Role::Shown));
        }
        spans.push(Span::styled(bar.to_string(), style));
    }
    spans.push(Span::styled(
        format!(" {last} "),
        canvas.theme.style(Role::Dim),
    ));
    canvas.line(areas.strip, Line::from(spans));
    if two {
        failures(canvas, Canvas::row(areas.strip, 1), &strip, label);
    }
}

fn sum(slot: Slot) -> u64 {
    u64::from(slot.succeeded) + u64::from(slot.failed)
}

fn level(value: u64, most: u64) -> char {
    if value == 0 {
        return ' ';
    }
    // A single one is still seen; the square root keeps quiet hours from vanishing beside busy ones.
    let share = (value as f64 / most.max(1) as f64).sqrt() * (BARS.len() - 1) as f64;
    BARS[(share.round() as usize).min(BARS.len() - 1)]
}

fn bar(slot: Slot, most: u64, rows: u16) -> (char, Role) {
    let failed = u64::from(slot.failed);
    if rows < 2 && failed > 0 {
        let much = failed * MARKED >= sum(slot);
        return (
            if much { '✗' } else { level(sum(slot), most) },
            Role::Failed,
        );
    }
    (level(sum(slot), most), Role::Ok)
}

fn failures(canvas: &mut Canvas<'_, '_>, area: Rect, strip: &[Slot], label: usize) {
    let most = strip
        .iter()
        .map(|slot| u64::from(slot.failed))
        .max()
        .unwrap_or(0);
    let all: u64 = strip.iter().map(|slot| u64::from(slot.failed)).sum();
    let bars: String = strip
        .iter()
        .map(|slot| level(u64::from(slot.failed), most))
        .collect();
    let word = format!("✗ {}", thousands(all));
    let role = if all > 0 { Role::Failed } else { Role::Dim };
    canvas.parts(
        area,
        &[(role, format!(" {word:>label$} ")), (Role::Failed, bars)],
    );
}

/// The first and last moment, with dates where they are of different days.
fn ends(oldest: Stamp, newest: Stamp) -> (String, String) {
    let (a, b) = (oldest.civil(), newest.civil());
    let time = |c: crate::frame::Civil| format!("{:02}:{:02}", c.hour, c.minute);
    if (a.year, a.month, a.day) == (b.year, b.month, b.day) {
        return (time(a), time(b));
    }
    let date = |c: crate::frame::Civil| format!("{:02}-{:02} {}", c.month, c.day, time(c));
    (date(a), date(b))
}

/// The times of the rows that are shown.
pub(super) fn shown_span(app: &App, index: &Index, areas: &Areas) -> Option<(Stamp, Stamp)> {
    let table = app.table()?;
    let rows = table
        .rows
        .iter()
        .skip(table.offset)
        .take(usize::from(areas.rows.height));
    let times = rows.filter_map(|row| row.time(index));
    times.fold(None, |span, time| {
        let (from, to) = span.unwrap_or((time, time));
        Some((time.min(from), time.max(to)))
    })
}
