//! Below the table: the first and the newest lines of the selected record, or the newest logins of a
//! user.

use ratatui::layout::Rect;

use super::Canvas;
use crate::humanize;
use crate::index::{Index, Symbol};
use crate::present;
use crate::safe;
use crate::tui::columns::record::Record;
use crate::tui::state::page;
use crate::tui::state::{App, RecordLines};
use crate::tui::theme::Role;
use crate::tui::widgets::layout::Areas;
use crate::tui::widgets::log_line::{self, HeaderFormat};

pub(super) fn draw(canvas: &mut Canvas<'_, '_>, areas: &Areas, app: &App, index: &Index) {
    if areas.preview.height < 2 {
        return;
    }
    let rule = "─".repeat(usize::from(areas.preview.width));
    canvas.parts(areas.preview, &[(Role::Dim, rule)]);
    let area = Rect {
        y: areas.preview.y + 1,
        height: areas.preview.height - 1,
        ..areas.preview
    };
    if let Some(Record::User(name)) = app.current() {
        return canvas.rows(area, logins(index, name));
    }
    if let Some(record) = app.current().filter(|record| record.subject().is_none()) {
        let rows = page::preview(app.known(index), record, area.width);
        let lines = app.preview.lines.as_ref();
        let lines = lines.filter(|lines| lines.record == record);
        let lines = lines.and_then(RecordLines::known).unwrap_or_default();
        let lines = lines.iter();
        let width = usize::from(area.width);
        let lines = lines.map(|line| {
            let parts = super::page::raw(line, HeaderFormat::Short);
            log_line::without_middle(parts, width)
        });
        return canvas.rows(area, rows.into_iter().map(|row| row.parts).chain(lines));
    }
    let preview = app.preview.lines.as_ref();
    let Some(preview) = preview.filter(|preview| app.current() == Some(preview.record)) else {
        return;
    };
    let lines = match &preview.read {
        None => return,
        Some(Err(error)) => {
            let text = format!("  cannot read its lines again: {}", safe::text(error));
            return canvas.parts(area, &[(Role::Failed, text)]);
        }
        Some(Ok(lines)) => lines,
    };
    let room = usize::from(area.height);
    let raw = |line| super::page::raw(line, HeaderFormat::Short);
    if lines.len() <= room {
        return canvas.rows(area, lines.iter().map(raw));
    }
    let skipped = lines.len() - room + 1;
    let more = vec![(Role::Dim, format!("  … {skipped} more; Enter shows all"))];
    let rest = lines.iter().skip(1 + skipped).map(raw);
    canvas.rows(
        area,
        lines.iter().take(1).map(raw).chain([more]).chain(rest),
    );
}

/// ```text
///   2009-04-22 11:47:47  ✗ failed     ICID 451  172.16.155.102  PLAIN  IncomingAuthentication
/// ```
fn logins(index: &Index, name: Symbol) -> impl Iterator<Item = Vec<(Role, String)>> {
    let attempts = index.attempts.by_user.records(name, &index.attempts.user);
    attempts.map(|id| {
        let attempt = index.attempt(id);
        let connection = attempt.connection();
        let (role, word) = if attempt.succeeded() {
            (Role::Ok, "✓ succeeded")
        } else {
            (Role::Failed, "✗ failed   ")
        };
        let time = attempt.time().map_or_else(String::new, humanize::date_time);
        let with = [attempt.mechanism(), attempt.profile()];
        let with = with.into_iter().flatten();
        let with: String = with.map(|text| format!("  {}", safe::text(text))).collect();
        vec![
            (Role::Dim, format!("  {time}  ")),
            (role, word.to_owned()),
            (Role::Id, format!("  ICID {}", connection.number())),
            (Role::Text, format!("  {}", present::peer(&connection))),
            (Role::Dim, with),
        ]
    })
}
