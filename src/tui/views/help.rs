//! The help: the keys that work in the current context.

use super::Canvas;
use crate::safe;
use crate::tui::keymap::{Binding, bindings};
use crate::tui::state::App;
use crate::tui::theme::Role;
use crate::tui::widgets::layout::Areas;

/// Columns for the keys' names.
const KEYS: usize = 22;

pub(super) fn draw(canvas: &mut Canvas<'_, '_>, areas: &Areas, app: &App) {
    let context = app.help_context();
    let area = areas.page;
    let title = format!(" Keys: {}   j k scroll  q Esc close", context.word());
    canvas.parts(area, &[(Role::Title, title)]);
    let height = usize::from(area.height.saturating_sub(1)).max(1);
    let all: Vec<&Binding> = bindings(context).collect();
    let columns = if area.width >= 150 { 2 } else { 1 };
    let each = all.len().div_ceil(columns);
    let width = area.width / columns as u16;
    let from = app.help.unwrap_or(0).min(each.saturating_sub(height));
    for column in 0..columns {
        let of_column = all.iter().skip(column * each).take(each);
        let rows = of_column.skip(from).take(height);
        for (n, binding) in (1..).zip(rows) {
            let mut row = Canvas::row(area, n);
            row.x += width * column as u16;
            row.width = width;
            let keys = safe::fit(&app.settings.keys.names(binding), KEYS);
            let help = safe::fit(binding.help, usize::from(width).saturating_sub(KEYS + 4));
            canvas.parts(row, &[(Role::Key, format!("  {keys}")), (Role::Text, help)]);
        }
    }
}
