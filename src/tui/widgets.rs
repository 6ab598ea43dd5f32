//! What state and views share: the layout of the screen, the scale of the timeline, the text being
//! edited, a line of the log.

pub(super) mod layout;
pub(super) mod line_editor;
pub(super) mod log_line;
pub(super) mod scale;
