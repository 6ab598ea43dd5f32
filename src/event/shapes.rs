//! The rows of the table of shapes (see [`super::shape`]), by family. The first row that fits a line wins: the one that
//! says more stands first.
//!
//! Where a shape comes from stands above its rows: Cisco's user guides and technotes, IronPort's own analyser
//! (spamtowho), published logs, or the product's message catalogue as public test suites quote it.

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
pub fn rows() -> impl Iterator<Item = Row> {
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
