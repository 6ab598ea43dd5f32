//! View Log: the raw lines.

use super::Canvas;
use crate::header::{HeaderParser, YearResolver};
use crate::humanize;
use crate::tui::state::App;
use crate::tui::theme::Role;
use crate::tui::widgets::layout::Areas;
use crate::tui::widgets::log_line::{self, HeaderFormat};

/// Bytes of a line that are laid out; more than any screen shows at once.
const LAID_OUT: usize = 4096;

pub(super) fn draw(canvas: &mut Canvas<'_, '_>, areas: &Areas, app: &App) {
    let log = &app.log;
    let format = HeaderFormat::of_width(areas.log.width);
    let mut parser = HeaderParser::new(YearResolver::starting(2000));
    for (n, (at, line)) in
        (0..areas.log.height).zip(log.lines.iter().enumerate().skip(log.scroll.offset))
    {
        let area = Canvas::row(areas.log, n);
        let end = line.bytes.len().min(LAID_OUT + log.scroll.sideways);
        let bytes = &line.bytes[..end];
        let mut parts = log_line::parts(&parser.parse(bytes), bytes, format);
        if line.length > end as u64 {
            let left = humanize::grouped(line.length - end as u64);
            parts.push((Role::Warning, format!(" … {left} more bytes")));
        }
        if let Some(search) = &log.search {
            parts = log_line::mark(parts, search);
        }
        parts = log_line::sideways(parts, log.scroll.sideways);
        let mark = match app.log.marks.contains(&line.position) {
            true => "●",
            false => " ",
        };
        let sign = if at == log.scroll.cursor { "▸" } else { " " };
        parts.insert(0, (Role::Pending, format!("{mark}{sign}")));
        canvas.parts(area, &parts);
        if at == log.scroll.cursor {
            canvas.style(area, Role::Selected);
        }
    }
    if let Some(error) = &log.error {
        let text = format!(" cannot read the log again: {}", crate::safe::text(error));
        canvas.parts(areas.log, &[(Role::Failed, text)]);
    }
}
