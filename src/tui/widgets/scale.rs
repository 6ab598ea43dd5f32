//! The scale of the timeline: the part of the log's time that each column shows.

use super::layout;
use crate::header::{DateTime, Timestamp};
use crate::index::Index;
use crate::index::records::timeline::Slot;
use crate::tui::columns::view::View;

/// Maps times to columns of the timeline.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Scale {
    /// Seconds since 1970 at which it begins.
    from: i64,
    /// The first second behind it.
    to: i64,
    /// Columns of bars.
    columns: usize,
    /// Columns before them.
    pub label: usize,
}

impl Scale {
    pub(crate) fn column(&self, time: Timestamp) -> usize {
        let columns = i64::try_from(self.columns).unwrap_or(0);
        let at = (time.seconds() - self.from) * columns / (self.to - self.from).max(1);
        usize::try_from(at).unwrap_or(0)
    }

    /// The first second of a column.
    pub(crate) fn start(&self, column: usize) -> i64 {
        let columns = i64::try_from(self.columns).unwrap_or(1).max(1);
        let column = i64::try_from(column).unwrap_or(columns);
        self.from + (column * (self.to - self.from) + columns - 1) / columns
    }

    /// The first second of the column that is `by` columns from that of `time`; at least a second away.
    pub(crate) fn beside(&self, time: Timestamp, by: isize) -> i64 {
        let start = self.start(self.column(time).saturating_add_signed(by));
        if by > 0 {
            start.max(time.seconds() + 1)
        } else {
            start.min(time.seconds() - 1)
        }
    }

    pub(crate) fn first(&self) -> i64 {
        self.from
    }

    /// The log's newest second.
    pub(crate) fn last(&self) -> i64 {
        self.to - 1
    }

    /// Whole seconds of a column.
    pub(crate) fn seconds(&self) -> i64 {
        (self.to - self.from) / i64::try_from(self.columns).unwrap_or(1).max(1)
    }

    pub(crate) fn strip(&self, index: &Index) -> Vec<Slot> {
        index.timeline().strip(self.from, self.to, self.columns)
    }
}

/// The scale on a screen of that size; `None` if no entry has a time or no column fits.
pub(crate) fn scale(size: (u16, u16), index: &Index) -> Option<Scale> {
    let areas = layout::areas(size, View::Connections);
    let (oldest, newest) = index.oldest().zip(index.newest())?;
    let (first, last) = ends(oldest, newest);
    let two = areas.strip.height > 1;
    let label = first.chars().count().max(if two { 9 } else { 0 });
    let columns = usize::from(areas.strip.width).saturating_sub(label + last.chars().count() + 4);
    (columns > 0).then_some(Scale {
        from: oldest.seconds(),
        to: newest.seconds() + 1,
        columns,
        label,
    })
}

/// Labels of the first and last time, with dates if the days differ.
pub(crate) fn ends(oldest: Timestamp, newest: Timestamp) -> (String, String) {
    let (a, b) = (oldest.date_time(), newest.date_time());
    let time = |c: DateTime| format!("{:02}:{:02}", c.hour, c.minute);
    if (a.year, a.month, a.day) == (b.year, b.month, b.day) {
        return (time(a), time(b));
    }
    let date = |c: DateTime| format!("{:02}-{:02} {}", c.month, c.day, time(c));
    (date(a), date(b))
}
