//! Fits a table's columns into the terminal: their widths, and which are left out.

use std::ops::RangeInclusive;

use unicode_width::UnicodeWidthStr;

/// Blanks between two columns.
pub(super) const GAP: usize = 2;

/// The width of each column; `None` if it is left out.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Layout(pub Vec<Option<usize>>);

/// The widths that a column could have.
pub(super) struct ColumnWidth {
    /// The width of its widest cell, within limits.
    pub width: usize,
    /// The width that it needs.
    pub least: usize,
    /// Whether all of its cells are empty.
    pub is_empty: bool,
    pub priority: u8,
}

impl ColumnWidth {
    /// Measures a title and cells.
    pub(super) fn of<'c>(
        title: &str,
        cells: impl Iterator<Item = &'c String>,
        limits: RangeInclusive<usize>,
        priority: u8,
    ) -> Self {
        let widest = cells.map(|cell| cell.width()).max().unwrap_or(0);
        let width = widest.min(*limits.end()).max(title.width());
        Self {
            width,
            least: (*limits.start()).max(title.width()).min(width),
            is_empty: widest == 0,
            priority,
        }
    }
}

/// Fits columns into `room`. The widest become narrower; if that is not enough, columns are left
/// out: empty ones first, then by priority, then those at the right. One always stays.
pub(super) fn lay_out(columns: &[ColumnWidth], room: usize) -> Layout {
    let mut shown: Vec<usize> = (0..columns.len()).collect();
    while shown.len() > 1 && taken(shown.iter().map(|at| columns[*at].least)) > room {
        let ranked = shown.iter().copied();
        let goes = ranked.max_by_key(|at| (columns[*at].is_empty, columns[*at].priority, *at));
        shown.retain(|at| Some(*at) != goes);
    }
    let mut widths: Vec<Option<usize>> = vec![None; columns.len()];
    for at in &shown {
        widths[*at] = Some(columns[*at].width);
    }
    while taken(shown.iter().filter_map(|at| widths[*at])) > room {
        let can_give = |at: &&usize| widths[**at] > Some(columns[**at].least);
        let Some(widest) = shown.iter().filter(can_give).max_by_key(|at| widths[**at]) else {
            break;
        };
        widths[*widest] = widths[*widest].map(|width| width - 1);
    }
    Layout(widths)
}

fn taken(widths: impl Iterator<Item = usize>) -> usize {
    let all = widths.map(|width| width + GAP).sum::<usize>();
    all.saturating_sub(GAP)
}

#[cfg(test)]
mod tests;
