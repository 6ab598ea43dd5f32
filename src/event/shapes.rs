//! The rows of the table of shapes (see [`super::shape`]), by family. The first row that fits a line wins: the one that
//! says more stands first.
//!
//! Where a shape comes from stands above its rows: Cisco's user guides and technotes, IronPort's own analyser
//! (spamtowho), published logs, or the product's message catalogue as public test suites quote it.

/// Declares the rows of a family: the kind, what the line says of its message where it says something, the template.
macro_rules! rows {
    ($($kind:ident $($says:ident)? $template:literal;)*) => {
        pub const ROWS: &[super::Row] = &[
            $((crate::event::Kind::$kind, super::rows!(@ $($says)?), $template),)*
        ];
    };
    (@) => { crate::event::Says::Nothing };
    (@ $says:ident) => { crate::event::Says::$says };
}
use rows;

mod connection;
mod delivery;
mod engine;
mod foreign;
mod message;
mod quarantine;
mod system;

use super::Kind;
use super::shape::Says;

/// A row: the kind, what it says of its message, and the template.
pub type Row = (Kind, Says, &'static str);

/// All rows. What begins like a line of mail_logs is looked for among those first.
pub fn all() -> impl Iterator<Item = Row> {
    [
        message::ROWS,
        engine::ROWS,
        quarantine::ROWS,
        connection::ROWS,
        delivery::ROWS,
        system::ROWS,
        foreign::ROWS,
    ]
    .into_iter()
    .flatten()
    .copied()
}
