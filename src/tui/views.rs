//! The screen, drawn from the state; drawing changes nothing.
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

pub use help::length as help_length;
pub use table::shown_columns;
pub use timeline::{Scale, scale};

/// The least a screen needs.
const LEAST: (u16, u16) = (50, 9);
/// With so many rows there is room for the selected record's lines.
const ROOMY: u16 = 30;
/// With so many rows failures have a row of their own in the time strip.
const TALL: u16 = 20;

/// Where everything stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Areas {
    /// Program, feed, totals.
    pub top: Rect,
    /// The log's time.
    pub strip: Rect,
    /// The tab bar.
    pub tabs: Rect,
    /// A table's headings.
    pub heads: Rect,
    /// A table's rows.
    pub rows: Rect,
    /// The selected record's lines with a rule above them.
    pub preview: Rect,
    /// The log's lines: headings, rows and preview together.
    pub log: Rect,
    /// A record's page.
    pub page: Rect,
    /// The filter, or what is typed.
    pub bar: Rect,
    /// The keys, or completions.
    pub footer: Rect,
}

/// Divides the screen. All areas are empty where it is too small.
pub fn areas((width, height): (u16, u16), view: View) -> Areas {
    if width < LEAST.0 || height < LEAST.1 {
        return Areas::default();
    }
    let roomy = height >= ROOMY;
    let strip = if height >= TALL { 2 } else { 1 };
    // Lines are counted here: ratatui's solver of constraints took 1.0 of the 2.1 ms that a key's frame costs.
    let lines = |y: u16, height: u16| Rect::new(0, y, width, height);
    let [top, tabs] = [lines(0, 1), lines(1 + strip, 1)];
    let strip = lines(1, strip);
    let body = lines(tabs.bottom(), height - 2 - tabs.bottom());
    let [bar, footer] = [lines(body.bottom(), 1), lines(height - 1, 1)];
    let preview = match view {
        // A finding is nothing without what to do about it.
        View::Findings | View::Sources if height >= TALL => (body.height / 2).min(14),
        View::Routes if roomy => (body.height / 3).min(14),
        _ if roomy => (body.height / 3).min(12),
        _ => 0,
    };
    let heads = lines(body.y, 1);
    let preview = lines(body.bottom() - preview, preview);
    let rows = lines(heads.bottom(), preview.y - heads.bottom());
    Areas {
        top,
        strip,
        tabs,
        heads,
        rows,
        preview,
        log: body,
        page: body,
        bar,
        footer,
    }
}

/// Draws everything.
pub fn draw(frame: &mut Frame<'_>, app: &App, index: &Index, theme: Theme) {
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

/// What is drawn on.
struct Canvas<'c, 'f> {
    frame: &'c mut Frame<'f>,
    theme: Theme,
}

impl Canvas<'_, '_> {
    /// Writes texts one behind the other, cut at the area's end.
    fn parts(&mut self, area: Rect, parts: &[(Role, String)]) {
        let spans: Vec<Span<'_>> = parts
            .iter()
            .map(|(role, text)| Span::styled(text.as_str(), self.theme.style(*role)))
            .collect();
        self.line(area, Line::from(spans));
    }

    fn line(&mut self, area: Rect, line: Line<'_>) {
        let area = area.intersection(self.frame.area());
        if !area.is_empty() {
            line.render(Rect { height: 1, ..area }, self.frame.buffer_mut());
        }
    }

    /// Gives a whole area a look.
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
