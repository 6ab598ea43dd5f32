//! Draws the screen from the state; drawing changes nothing.
//!
//! ```text
//!  mailscope  mail.current  ● following           in 34 open · out 7 open   logins ✓ 1,180 ✗ 37
//!      09:00 ▁▁▂▃▂▂▅▇▆▅▃▂▂▁▁▂▁▃▂▁▁▁▂▃▄▅▆▇█▇ 12:04
//!      ✗ 37                 ▁▇▃
//!  1 Connections  2 Messages  3 Users  6 Log                        1,126,409 of 1,126,409
//!  …                                                        the view, or a record's page
//!  ───────────────────────────────────────────────────────
//!  12:04:31 New SMTP ICID 451 interface mail …                    the selected record's lines
//!  filter user:ironport auth:failed                             1 of 1,126,409 · 2 ms
//!  Enter open  / filter  e next failure  …
//! ```

mod footer;
mod header;
mod help;
mod log;
mod page;
mod preview;
mod table;
mod timeline;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;

use crate::index::Index;
use crate::tui::state::{App, View};
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::layout::areas;

pub(super) fn draw(frame: &mut Frame<'_>, app: &App, index: &Index, theme: Theme) {
    let areas = areas(app.size, app.view);
    let whole = frame.area();
    let mut canvas = Canvas { frame, theme };
    if areas.top.height == 0 {
        too_small(&mut canvas, whole);
    } else {
        header::draw(&mut canvas, &areas, app, index);
        timeline::draw(&mut canvas, &areas, app, index);
        if app.help.is_some() {
            help::draw(&mut canvas, &areas, app);
        } else if !app.pages.is_empty() {
            page::draw(&mut canvas, &areas, app);
        } else if app.view == View::Log {
            log::draw(&mut canvas, &areas, app);
        } else {
            table::draw(&mut canvas, &areas, app, index);
            preview::draw(&mut canvas, &areas, app, index);
        }
        footer::draw(&mut canvas, &areas, app, index);
    }
    theme.finish(frame.buffer_mut());
}

fn too_small(canvas: &mut Canvas<'_, '_>, area: Rect) {
    let words = "too small";
    let middle = Rect {
        y: area.y + area.height / 2,
        height: area.height.min(1),
        ..area
    };
    canvas.parts(middle, &[(Role::Warning, words.to_owned())]);
}

struct Canvas<'c, 'f> {
    frame: &'c mut Frame<'f>,
    theme: Theme,
}

impl Canvas<'_, '_> {
    /// Writes texts one after the other, cut at the end of the area.
    fn parts(&mut self, area: Rect, parts: &[(Role, String)]) {
        let spans: Vec<Span<'_>> = parts
            .iter()
            .map(|(role, text)| Span::styled(text.as_str(), self.theme.style(*role)))
            .collect();
        self.line(area, Line::from(spans));
    }

    /// Writes texts at the right end of the area, before a blank, if there is room.
    fn right(&mut self, area: Rect, parts: &[(Role, String)]) {
        let taken = u16::try_from(width(parts) + 1).unwrap_or(u16::MAX);
        if taken < area.width {
            let x = area.right() - taken;
            let width = taken;
            self.parts(Rect { x, width, ..area }, parts);
        }
    }

    /// Writes each row of texts on a line of its own.
    fn rows(&mut self, area: Rect, rows: impl IntoIterator<Item = Vec<(Role, String)>>) {
        for (n, row) in (0..area.height).zip(rows) {
            self.parts(Self::row(area, n), &row);
        }
    }

    fn line(&mut self, area: Rect, line: Line<'_>) {
        let area = area.intersection(self.frame.area());
        if !area.is_empty() {
            line.render(Rect { height: 1, ..area }, self.frame.buffer_mut());
        }
    }

    fn style(&mut self, area: Rect, role: Role) {
        let area = area.intersection(self.frame.area());
        self.frame
            .buffer_mut()
            .set_style(area, self.theme.style(role));
    }

    /// The row `n` of an area.
    fn row(area: Rect, n: u16) -> Rect {
        Rect {
            y: area.y + n.min(area.height),
            height: u16::from(n < area.height),
            ..area
        }
    }
}

/// Columns that texts take.
fn width(parts: &[(Role, String)]) -> usize {
    parts.iter().map(|(_, text)| crate::safe::width(text)).sum()
}
