//! The cursor and the scroll offset of a list; tables, pages and the log share them.

use crate::tui::keymap::Command;

/// Columns that one key scrolls sideways.
const SIDEWAYS: isize = 16;

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Scroll {
    /// The row under the cursor.
    pub cursor: usize,
    /// The first row shown.
    pub offset: usize,
    /// Columns scrolled off to the left.
    pub sideways: usize,
}

/// The movement of a key.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Motion {
    /// Rows down.
    By(isize),
    First,
    Last,
    /// One step to the right, or to the left.
    Sideways(isize),
}

impl Motion {
    /// The movement of a command in a list of that height.
    pub(crate) fn of(command: Command, height: u16) -> Option<Self> {
        let page = isize::try_from(height).unwrap_or(1).max(2) - 1;
        Some(match command {
            Command::Up => Self::By(-1),
            Command::Down => Self::By(1),
            Command::PageUp => Self::By(-page),
            Command::PageDown => Self::By(page),
            Command::HalfUp => Self::By(-(page / 2).max(1)),
            Command::HalfDown => Self::By((page / 2).max(1)),
            Command::First => Self::First,
            Command::Last => Self::Last,
            Command::Left => Self::Sideways(-1),
            Command::Right => Self::Sideways(1),
            _ => return None,
        })
    }
}

impl Scroll {
    pub(crate) fn step(&mut self, by: isize, length: usize) {
        let last = length.saturating_sub(1);
        self.cursor = self.cursor.saturating_add_signed(by).min(last);
    }

    pub(crate) fn step_sideways(&mut self, by: isize) {
        let to = self.sideways.saturating_add_signed(by * SIDEWAYS);
        self.sideways = to.min(1 << 20);
    }

    /// Moves the offset so that the cursor is seen. Room below the last row stays, for filling it would move the rows.
    pub(crate) fn settle(&mut self, height: usize, length: usize) {
        let height = height.max(1);
        self.cursor = self.cursor.min(length.saturating_sub(1));
        let least = (self.cursor + 1).saturating_sub(height);
        self.offset = self.offset.clamp(least, self.cursor);
    }

    /// Moves the offset so that no room is left below the last row.
    pub(crate) fn fill(&mut self, height: usize, length: usize) {
        self.offset = self.offset.min(length.saturating_sub(height));
    }
}

#[cfg(test)]
mod tests;
