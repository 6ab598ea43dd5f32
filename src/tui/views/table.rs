//! A table: headings, then one row for each record. Only visible rows are formatted.
//!
//! ```text
//!    opened   age     dir id        peer                 interface · group  tls      login      user or profile  msgs end
//!  ▸ 12:04:31    3 s  in  ICID 451  172.16.155.102       mail · None        –        ✗ failed   ironport            0 open
//! ```

use ratatui::layout::Rect;

use super::Canvas;
use crate::index::Index;
use crate::index::records::timeline::Slot;
use crate::safe;
use crate::triage::GroupBy;
use crate::tui::columns::record::{Record, Tail};
use crate::tui::columns::{self, ColumnKind, Field};
use crate::tui::state::context::{RenderContext, cell};
use crate::tui::state::page::tail_sentence;
use crate::tui::state::rows::Order;
use crate::tui::state::{App, Table, View};
use crate::tui::theme::Role;
use crate::tui::widgets::layout::{Areas, SIGN, column_widths};

pub(super) fn draw(canvas: &mut Canvas<'_, '_>, areas: &Areas, app: &App, index: &Index) {
    let Some(table) = app.table() else { return };
    let seen = table.rows_shown(areas.rows.height);
    let ids = seen.filter(|row| row.subject().is_some());
    let id = ids.map(|row| row.title(index).len()).max();
    let id = u16::try_from(id.unwrap_or(0)).unwrap_or(0);
    let widths = column_widths(table.columns(), areas.rows.width, id);
    heads(canvas, areas, table, &widths, app.records.triage.wanted.by);
    let shown = table.rows.iter().enumerate().skip(table.scroll.offset);
    for (n, (at, record)) in (0..areas.rows.height).zip(shown) {
        let area = Canvas::row(areas.rows, n);
        let known = app.known(index);
        let sign = match app.records.marks.contains(record) {
            _ if at == table.scroll.cursor => "▸",
            true => "●",
            false => " ",
        };
        let cursor = row(canvas, area, sign, table, &widths, (known, *record));
        if at == table.scroll.cursor {
            canvas.style(area, Role::Selected);
            canvas.style(cursor, Role::Cell);
        }
    }
    if table.rows.is_empty() {
        let text = format!("   {}", empty_message(app));
        canvas.parts(Canvas::row(areas.rows, 1), &[(Role::Dim, text)]);
    }
}

fn heads(
    canvas: &mut Canvas<'_, '_>,
    areas: &Areas,
    table: &Table,
    widths: &[(usize, u16)],
    by: GroupBy,
) {
    let mut heads = vec![(Role::Text, " ".repeat(usize::from(SIGN)))];
    for (at, width) in widths {
        let column = &table.columns()[*at];
        let (role, arrow) = match (column.screen.field == table.sort.field, table.sort.order) {
            (false, _) => (Role::Dim, ""),
            (true, Order::Natural) => (Role::Title, "↓"),
            (true, Order::Reversed) => (Role::Title, "↑"),
        };
        let title = format!("{}{arrow}", columns::heading(column, by));
        heads.push((role, place(&title, *width, column.kind)));
        heads.push((Role::Text, " ".into()));
    }
    canvas.parts(areas.heads, &heads);
}

/// Draws one row; returns the area of the cell under the cursor.
fn row(
    canvas: &mut Canvas<'_, '_>,
    area: Rect,
    sign: &str,
    table: &Table,
    widths: &[(usize, u16)],
    (known, record): (RenderContext<'_>, Record),
) -> Rect {
    let mut parts = vec![(Role::Pending, format!("{sign} "))];
    if let Record::Tail(kind) = record {
        parts.extend(tail(known, kind));
        canvas.parts(area, &parts);
        return Rect::default();
    }
    let mut cursor = Rect::default();
    let mut x = area.x + SIGN;
    for (at, width) in widths {
        let column = &table.columns()[*at];
        if column.screen.field == Field::Rate {
            rates(&mut parts, known.triage.strip(record), *width);
        } else {
            let cell = cell(known, record, column);
            parts.push((cell.role, place(&cell.text, *width, column.kind)));
        }
        parts.push((Role::Text, " ".into()));
        if *at == table.column {
            let width = *width;
            cursor = Rect { x, width, ..area };
        }
        x += width + 1;
    }
    canvas.parts(area, &parts);
    cursor
}

/// Destinations of one kind in one row.
fn tail(known: RenderContext<'_>, kind: Tail) -> Option<(Role, String)> {
    let snapshot = known.triage.snapshot_of(Record::Tail(kind))?;
    let sign = if known.triage.is_unfolded(kind) {
        "-"
    } else {
        "+"
    };
    let sentence = tail_sentence(&snapshot.tail(kind), kind);
    Some((Role::Dim, format!("{sign} {sentence}")))
}

fn rates(parts: &mut Vec<(Role, String)>, strip: &[Slot], width: u16) {
    for (role, bar) in columns::rate(strip, usize::from(width)) {
        parts.push((role, bar.to_string()));
    }
}

fn empty_message(app: &App) -> &'static str {
    let looks = matches!(app.view, View::Routes | View::Findings);
    if looks && !app.records.triage.is_ready() {
        "analyzing routes …"
    } else if app.view == View::Findings {
        "nothing to report: no failing route, no guessed password"
    } else if app.is_searching() {
        "searching the log …"
    } else if app.moment.is_some() {
        match (app.filter.kept.is_empty(), app.view) {
            (true, View::Messages) => "no message was active then",
            (true, _) => "no connection was open then",
            (false, _) => "no matches at that time",
        }
    } else if !app.filter.active.is_empty() {
        "no matches; Esc clears the filter"
    } else {
        "nothing yet"
    }
}

fn place(text: &str, width: u16, kind: ColumnKind) -> String {
    let width = usize::from(width);
    match kind {
        ColumnKind::Number if safe::width(text) < width => {
            format!("{}{text}", " ".repeat(width - safe::width(text)))
        }
        _ => safe::fit(text, width),
    }
}
