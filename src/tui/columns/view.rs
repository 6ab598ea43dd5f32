//! The views on the tab bar.

use crate::present::columns::on_screen;
use crate::tui::columns::{self, Column};
use crate::tui::keymap::Context;

/// A view; the same words name it in the configuration and on the command line of the interface.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum View {
    Connections,
    Messages,
    Users,
    Routes,
    Findings,
    Log,
    Sources,
}

impl View {
    /// Every view with its key, in the order of the tab bar.
    pub(crate) const ALL: [(u8, Self); 7] = [
        (1, Self::Connections),
        (2, Self::Messages),
        (3, Self::Users),
        (4, Self::Routes),
        (5, Self::Findings),
        (6, Self::Log),
        (7, Self::Sources),
    ];

    pub(crate) fn title(self) -> &'static str {
        self.context().word()
    }

    /// The context in which its keys are looked up.
    pub(crate) fn context(self) -> Context {
        Context::ALL[self as usize]
    }

    /// Its name in the configuration.
    pub(crate) fn name(self) -> String {
        self.title().to_lowercase()
    }

    /// The columns of its table; the log has none.
    pub(crate) fn columns(self) -> impl Iterator<Item = &'static Column> + Clone {
        on_screen(match self {
            Self::Connections => columns::CONNECTIONS,
            Self::Messages => columns::MESSAGES,
            Self::Users => columns::USERS,
            Self::Routes => columns::ROUTES,
            Self::Findings => columns::FINDINGS,
            Self::Log => &[],
            Self::Sources => columns::SOURCES,
        })
    }

    /// Whether its rows are connections or messages, which a filter selects one by one.
    pub(crate) fn is_of_mail(self) -> bool {
        matches!(self, Self::Connections | Self::Messages)
    }

    /// Whether its rows cannot be filtered by a cell's value.
    pub(crate) fn is_unfiltered(self) -> bool {
        matches!(self, Self::Findings | Self::Sources)
    }
}
