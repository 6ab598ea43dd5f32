//! A record's page.
//!
//! ```text
//!  DCID 5640  outbound  172.16.155.102:25  close 11:19:46
//!   opened     2009-04-22 11:19:39, 7 s
//!
//!  Authentication
//!   11:19:41 ✗ failed  profile OutboundAuthentication  535 5.7.8 Error: authentication failed
//!
//!  Deliveries (tried without authentication, which had failed)
//! ▸ 11:19:41 MID 448  RID 0 postmaster@example.com  ✗ bounced  554 5.7.1 … Relay access denied
//!
//!  Log lines (5)
//!   11:19:39 New SMTP DCID 5640 interface 172.16.155.16 address 172.16.155.102 port 25
//! ```

use super::Canvas;
use crate::safe;
use crate::search::RawLine;
use crate::tui::state::App;
use crate::tui::state::page::Page;
use crate::tui::theme::Role;
use crate::tui::widgets::layout::Areas;
use crate::tui::widgets::log_line::{self, HeaderFormat};

pub(super) fn draw(canvas: &mut Canvas<'_, '_>, areas: &Areas, app: &App) {
    let Some(page) = app.pages.last() else { return };
    let format = HeaderFormat::of_width(areas.page.width);
    for n in 0..areas.page.height {
        let at = page.scroll.offset + usize::from(n);
        if at >= page.len() {
            break;
        }
        let area = Canvas::row(areas.page, n);
        let mut parts = match page.scroll.sideways {
            0 if page.shows_evidence(at) => {
                let width = usize::from(area.width).saturating_sub(1);
                log_line::without_middle(line(page, at, format), width)
            }
            columns => log_line::sideways(line(page, at, format), columns),
        };
        let leads = page.leads(at);
        let sign = match (at == page.scroll.cursor, leads) {
            (true, _) => "▸",
            (false, true) => "›",
            (false, false) => " ",
        };
        parts.insert(0, (Role::Id, sign.into()));
        canvas.parts(area, &parts);
        if at == page.scroll.cursor {
            canvas.style(area, Role::Selected);
        }
    }
}

fn line(page: &Page, at: usize, format: HeaderFormat) -> Vec<(Role, String)> {
    if let Some(row) = page.head.get(at) {
        return row.parts.clone();
    }
    match &page.lines.read {
        None => vec![(Role::Dim, "  reading …".into())],
        Some(Err(error)) => {
            let text = format!("  cannot read its lines again: {}", safe::text(error));
            vec![(Role::Failed, text)]
        }
        Some(Ok(lines)) => {
            let line = lines.get(at - page.head.len());
            line.map_or_else(Vec::new, |line| raw(line, format))
        }
    }
}

/// A raw line, as the preview and the page show it.
pub(super) fn raw(line: &RawLine, format: HeaderFormat) -> Vec<(Role, String)> {
    let bytes = &line.bytes[..line.bytes.len().min(16 * 1024)];
    let mut parts = log_line::parts(&line.frame, bytes, format);
    parts.insert(0, (Role::Text, "  ".into()));
    parts
}
