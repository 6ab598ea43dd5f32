//! The log's whole time: what succeeded and failed when, and the part that is shown.
//!
//! ```text
//!  09:00 ▁▁▂▃▂▂▅▇▆▅▃▂▂▁▁▂✗▃▂▁▁▁▂▃▄▅▆▇█▇ 12:04          one row: ✗ where much failed
//!  ✗ 412             ▁▁▁▇█                             a second row for what failed, where there is room
//! ```

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::{Areas, Canvas};
use crate::header::Timestamp;
use crate::humanize;
use crate::index::Index;
use crate::index::records::timeline::Slot;
use crate::tui::state::{App, View};
use crate::tui::theme::Role;

const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// Stands under the moment that is chosen.
const CHOSEN: char = '▲';
/// A column with at least one failure in so many outcomes is marked as failed where there is no second row.
const MARKED: u64 = 4;

/// How the log's time lies on the strip.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Scale {
    /// Seconds since 1970 at which it begins.
    from: i64,
    /// The first second behind it.
    to: i64,
    /// Columns of bars.
    columns: usize,
    /// Columns before them.
    label: usize,
}

impl Scale {
    /// The column of a moment.
    pub fn column(&self, time: Timestamp) -> usize {
        let columns = i64::try_from(self.columns).unwrap_or(0);
        let at = (time.seconds() - self.from) * columns / (self.to - self.from).max(1);
        usize::try_from(at).unwrap_or(0)
    }

    /// The first second of a column.
    pub fn start(&self, column: usize) -> i64 {
        let columns = i64::try_from(self.columns).unwrap_or(1).max(1);
        let column = i64::try_from(column).unwrap_or(columns);
        self.from + (column * (self.to - self.from) + columns - 1) / columns
    }

    /// Where the column begins that stands so many beside that of a moment; at least a second away.
    pub fn beside(&self, time: Timestamp, by: isize) -> i64 {
        let start = self.start(self.column(time).saturating_add_signed(by));
        if by > 0 {
            start.max(time.seconds() + 1)
        } else {
            start.min(time.seconds() - 1)
        }
    }

    /// The log's first second.
    pub fn first(&self) -> i64 {
        self.from
    }

    /// The log's newest second.
    pub fn last(&self) -> i64 {
        self.to - 1
    }

    /// Whole seconds of a column.
    pub fn seconds(&self) -> i64 {
        (self.to - self.from) / i64::try_from(self.columns).unwrap_or(1).max(1)
    }

    /// What went well and what failed, column by column.
    pub fn strip(&self, index: &Index) -> Vec<Slot> {
        index.timeline().strip(self.from, self.to, self.columns)
    }
}

/// How the log's time lies on the strip of a screen of that size; `None` without a time or a strip.
pub fn scale(size: (u16, u16), index: &Index) -> Option<Scale> {
    let areas = super::areas(size, View::Connections);
    let (oldest, newest) = index.oldest().zip(index.newest())?;
    let (first, last) = ends(oldest, newest);
    let two = areas.strip.height > 1;
    let label = first.chars().count().max(if two { 9 } else { 0 });
    let columns = usize::from(areas.strip.width).saturating_sub(label + last.chars().count() + 4);
    (columns > 0).then_some(Scale {
        from: oldest.seconds(),
        to: newest.seconds() + 1,
        columns,
        label,
    })
}

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
    let mut spans = vec![Span::styled(
        format!(" {first:>label$} "),
        canvas.theme.style(Role::Dim),
    )];
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
    spans.push(Span::styled(
        format!(" {last} "),
        canvas.theme.style(Role::Dim),
    ));
    canvas.line(areas.strip, Line::from(spans));
    if two {
        let row = Canvas::row(areas.strip, 1);
        failures(canvas, row, &strip, label);
        if let Some(at) = chosen {
            mark(canvas, row, label + 2 + at);
        }
    }
}

/// Shows the moment that is chosen.
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
    let word = format!("✗ {}", humanize::grouped(all));
    let role = if all > 0 { Role::Failed } else { Role::Dim };
    canvas.parts(
        area,
        &[(role, format!(" {word:>label$} ")), (Role::Failed, bars)],
    );
}

/// The first and last moment, with dates where they are of different days.
fn ends(oldest: Timestamp, newest: Timestamp) -> (String, String) {
    let (a, b) = (oldest.date_time(), newest.date_time());
    let time = |c: crate::header::DateTime| format!("{:02}:{:02}", c.hour, c.minute);
    if (a.year, a.month, a.day) == (b.year, b.month, b.day) {
        return (time(a), time(b));
    }
    let date = |c: crate::header::DateTime| format!("{:02}-{:02} {}", c.month, c.day, time(c));
    (date(a), date(b))
}

/// The times of the rows that are shown.
pub(super) fn shown_span(
    app: &App,
    index: &Index,
    areas: &Areas,
) -> Option<(Timestamp, Timestamp)> {
    let table = app.table()?;
    let rows = table
        .rows
        .iter()
        .skip(table.scroll.offset)
        .take(usize::from(areas.rows.height));
    let times = rows.filter_map(|row| row.time(index));
    times.fold(None, |span, time| {
        let (from, to) = span.unwrap_or((time, time));
        Some((time.min(from), time.max(to)))
    })
}
