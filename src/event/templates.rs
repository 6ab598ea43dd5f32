//! The templates of rare lines, by family, as data; [`super::template`] reads lines by them. The
//! first template that matches a line wins, so the more specific one comes first.
//!
//! The origin of a template is named above it: Cisco's user guides and technotes, IronPort's own
//! analyser (spamtowho), published logs, or the product's message catalogue as quoted by public
//! test suites.

/// Declares the rows of a family: the kind, the effect on the message if any, the template.
macro_rules! rows {
    ($($kind:ident $($effect:ident)? $template:literal;)*) => {
        pub(super) const ROWS: &[super::TemplateRow] = &[
            $((super::EventKind::$kind, super::rows!(@ $($effect)?), $template),)*
        ];
    };
    (@) => { super::MessageEffect::Nothing };
    (@ $effect:ident) => { super::MessageEffect::$effect };
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

/// The effect of a line on its message, apart from being recorded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum MessageEffect {
    Nothing,
    Quarantined,
    /// No quarantine holds it any more.
    Released,
    Dropped,
    Bounced,
    /// Its recipients wait for a retry.
    Waits,
}

pub(super) type TemplateRow = (EventKind, MessageEffect, &'static str);

/// All rows, those of mail_logs before those of other logs.
pub(super) fn all() -> impl Iterator<Item = TemplateRow> {
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
