//! What a piece of text means. How a role looks is left to the interface's theme.

/// The meaning of a piece of text.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Role {
    /// Ordinary text.
    #[default]
    Text,
    /// It worked.
    Ok,
    /// It failed.
    Failed,
    /// It may still work.
    Pending,
    /// Worth a look.
    Warning,
    /// The selected row.
    Selected,
    /// The cell under the cursor.
    Cell,
    /// Of less weight.
    Dim,
    /// Headings, the selected tab.
    Title,
    /// An id that can be followed.
    Id,
    /// A key that can be pressed.
    Key,
    /// A match of the search.
    Match,
    /// The part of the timeline that is shown.
    Shown,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::Text,
        Self::Ok,
        Self::Failed,
        Self::Pending,
        Self::Warning,
        Self::Selected,
        Self::Cell,
        Self::Dim,
        Self::Title,
        Self::Id,
        Self::Key,
        Self::Match,
        Self::Shown,
    ];

    /// Its name in the configuration.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Ok => "ok",
            Self::Failed => "failed",
            Self::Pending => "pending",
            Self::Warning => "warning",
            Self::Selected => "selected",
            Self::Cell => "cell",
            Self::Dim => "dim",
            Self::Title => "title",
            Self::Id => "id",
            Self::Key => "key",
            Self::Match => "match",
            Self::Shown => "shown",
        }
    }
}
