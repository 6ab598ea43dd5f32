//! The rows of the table of shapes (see [`super::template`]), by family. The first row that fits a line wins: the one that
//! says more stands first.
//!
//! Where a shape comes from stands above its rows: Cisco's user guides and technotes, IronPort's own analyser
//! (spamtowho), published logs, or the product's message catalogue as public test suites quote it.

/// Declares the rows of a family: the kind, what the line says of its message where it says something, the template.
macro_rules! rows {
    ($($kind:ident $($effect:ident)? $template:literal;)*) => {
        pub const ROWS: &[super::TemplateRow] = &[
            $((crate::event::EventKind::$kind, super::rows!(@ $($effect)?), $template),)*
        ];
    };
    (@) => { crate::event::MessageEffect::Nothing };
    (@ $effect:ident) => { crate::event::MessageEffect::$effect };
}
use rows;

mod connection;
mod delivery;
mod engine;
mod foreign;
mod message;
mod quarantine;
mod system;

use super::EventKind;
use super::template::MessageEffect;

/// A row: the kind, what it says of its message, and the template.
pub type TemplateRow = (EventKind, MessageEffect, &'static str);

/// All rows. What begins like a line of mail_logs is looked for among those first.
pub fn all() -> impl Iterator<Item = TemplateRow> {
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
