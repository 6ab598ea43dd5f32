//! What the reader has set for the interface.

use crate::query::Saved;
use crate::triage::Thresholds;
use crate::tui::columns::column_set::ColumnSet;
use crate::tui::keymap::Keymap;
use crate::tui::theme::Palette;

/// What the reader has set for the interface.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Which keys each command has.
    pub keys: Keymap,
    /// How each role looks.
    pub palette: Palette,
    /// The columns of tables; a table that is not among them shows all of its own.
    pub columns: Vec<ColumnSet>,
    /// Saved queries.
    pub saved: Saved,
    /// Raw lines of one record that are read at most.
    pub lines: usize,
    /// Bytes that are copied at most: terminals refuse more.
    pub copied: usize,
    /// From when on something is a finding.
    pub thresholds: Thresholds,
    /// Lines typed before that can be brought back.
    pub history: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            keys: Keymap::default(),
            palette: Palette::default(),
            columns: Vec::new(),
            saved: Saved::default(),
            lines: 100_000,
            copied: 100 * 1024,
            thresholds: Thresholds::default(),
            history: 200,
        }
    }
}
