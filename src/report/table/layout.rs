//! Fits a table's columns into the terminal: their widths, and which are left out.

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
}

impl ColumnWidth {
    /// Measures a title and cells; `width` is at most `most`.
    pub fn of<'c>(
        title: &str,
        cells: impl Iterator<Item = &'c String>,
        least: usize,
        most: usize,
    ) -> Self {
        let widest = cells.map(|cell| cell.width()).max().unwrap_or(0);
        let width = widest.min(most).max(title.width());
        Self {
            width,
            least: least.max(title.width()).min(width),
            is_empty: widest == 0,
        }
    }
}

/// Fits columns into `room`. The widest become narrower; if that is not enough, columns are left out:
/// empty ones first, then those of `priority` in that order, then those at the right. One always stays.
pub(super) fn lay_out(wishes: &[ColumnWidth], priority: &[usize], room: usize) -> Layout {
    let mut shown: Vec<usize> = (0..wishes.len()).collect();
    while shown.len() > 1 && taken(shown.iter().map(|at| wishes[*at].least)) > room {
        let empty = shown.iter().rev().find(|at| wishes[**at].is_empty);
        let next = empty.or_else(|| priority.iter().find(|at| shown.contains(at)));
        let goes = next.or(shown.last()).copied();
        shown.retain(|at| Some(*at) != goes);
    }
    let mut widths: Vec<Option<usize>> = vec![None; wishes.len()];
    for at in &shown {
        widths[*at] = Some(wishes[*at].width);
    }
    while taken(shown.iter().filter_map(|at| widths[*at])) > room {
        let can_give = |at: &&usize| widths[**at] > Some(wishes[**at].least);
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
