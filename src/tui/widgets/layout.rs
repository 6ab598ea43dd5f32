//! Where the parts of the screen are drawn, and how wide the columns of a table are.

use ratatui::layout::Rect;

use crate::tui::columns::view::View;
use crate::tui::columns::{Column, Field};

/// The smallest screen, in columns and rows.
const LEAST: (u16, u16) = (50, 9);
/// From this height on, the lines of the selected record are shown below the table.
const ROOMY: u16 = 30;
/// From this height on, failures have a second row in the timeline.
const TALL: u16 = 20;

/// The areas of the screen.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Areas {
    /// Program, feed, totals.
    pub top: Rect,
    /// The timeline.
    pub strip: Rect,
    /// The tab bar.
    pub tabs: Rect,
    /// A table's headings.
    pub heads: Rect,
    /// A table's rows.
    pub rows: Rect,
    /// A rule and the lines of the selected record.
    pub preview: Rect,
    /// The lines of view Log: headings, rows and preview together.
    pub log: Rect,
    /// A record's page.
    pub page: Rect,
    /// The filter or the prompt.
    pub bar: Rect,
    /// The keys, or completions.
    pub footer: Rect,
}

/// Divides the screen; all areas are empty if it is too small.
pub(crate) fn areas((width, height): (u16, u16), view: View) -> Areas {
    if width < LEAST.0 || height < LEAST.1 {
        return Areas::default();
    }
    let roomy = height >= ROOMY;
    let strip = if height >= TALL { 2 } else { 1 };
    // Computed by hand: ratatui's constraint solver took 1.0 ms of the 2.1 ms between a key and its
    // frame.
    let lines = |y: u16, height: u16| Rect::new(0, y, width, height);
    let [top, tabs] = [lines(0, 1), lines(1 + strip, 1)];
    let strip = lines(1, strip);
    let body = lines(tabs.bottom(), height - 2 - tabs.bottom());
    let [bar, footer] = [lines(body.bottom(), 1), lines(height - 1, 1)];
    let preview = match view {
        // The advice on a finding is shown on small screens too.
        // So are the hosts of a route.
        View::Findings | View::Routes | View::Sources if height >= TALL => {
            (body.height / 2).min(14)
        }
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

/// Columns of the marker before each row.
pub(crate) const SIGN: u16 = 2;

/// The indices of the columns that fit.
pub(crate) fn shown_columns(columns: &[&Column], width: u16) -> Vec<usize> {
    let widths = column_widths(columns, width, 0).into_iter();
    widths.map(|(at, _)| at).collect()
}

/// The columns shown and how wide each is. An id is never cut: its column takes at least `id` columns.
pub(crate) fn column_widths(columns: &[&Column], width: u16, id: u16) -> Vec<(usize, u16)> {
    let need = |at: usize| match columns[at].screen.field {
        Field::Id | Field::Mid => columns[at].screen.min.max(id),
        _ => columns[at].screen.min,
    };
    let mut shown: Vec<usize> = (0..columns.len()).collect();
    let room = width.saturating_sub(SIGN);
    let least = |shown: &[usize]| shown.iter().map(|at| need(*at) + 1).sum::<u16>();
    // At least one column stays.
    while least(&shown) > room + 1 && shown.len() > 1 {
        let may_go = shown.iter().copied();
        let may_go = may_go.filter(|at| columns[*at].priority > 0);
        let Some(weakest) = may_go.max_by_key(|at| columns[*at].priority) else {
            break;
        };
        shown.retain(|at| *at != weakest);
    }
    let mut widths: Vec<(usize, u16)> = shown.iter().map(|at| (*at, need(*at))).collect();
    let mut left = (room + 1).saturating_sub(least(&shown));
    // Round-robin, so that all grow evenly; names grow faster because they are the longest.
    while left > 0 {
        let before = left;
        for (at, width) in &mut widths {
            let step = match columns[*at].screen.field {
                Field::Summary => 8,
                Field::Login | Field::Why | Field::Route => 2,
                _ => 1,
            };
            let most = columns[*at].screen.max.saturating_sub(*width);
            let step = step.min(left).min(most);
            *width += step;
            left -= step;
        }
        if left == before {
            break;
        }
    }
    widths
}
