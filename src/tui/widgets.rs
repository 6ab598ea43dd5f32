//! What state and views share: the layout of the screen, the scale of the timeline, the text being
//! edited, a line of the log.

pub mod layout;
pub mod line_editor;
pub mod log_line;
pub mod scale;
