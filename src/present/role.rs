//! What a piece of text means. How a role looks is left to the interface's theme.

macro_rules! roles {
    ($($(#[$note:meta])* $role:ident = $name:literal,)*) => {
        /// The meaning of a piece of text.
        #[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
        pub(crate) enum Role {
            $($(#[$note])* $role,)*
        }

        impl Role {
            pub(crate) const ALL: [Self; [$($name),*].len()] = [$(Self::$role),*];

            /// Its name in the configuration.
            pub(crate) fn name(self) -> &'static str {
                match self {
                    $(Self::$role => $name,)*
                }
            }
        }
    };
}

roles! {
    #[default]
    Text = "text",
    Ok = "ok",
    Failed = "failed",
    /// It may still succeed.
    Pending = "pending",
    Warning = "warning",
    /// The selected row.
    Selected = "selected",
    /// The cell under the cursor.
    Cell = "cell",
    /// Of less weight.
    Dim = "dim",
    /// Headings, the selected tab.
    Title = "title",
    /// An id that can be followed.
    Id = "id",
    /// A key that can be pressed.
    Key = "key",
    /// A match of the search.
    Match = "match",
    /// The part of the timeline that is shown.
    Shown = "shown",
}
