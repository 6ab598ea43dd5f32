//! Pieces that several views share: the text being edited, a line of the log.

pub mod line_editor;
pub mod log_line;
