//! From sources to the index: reading and framing on one thread, taking apart and joining on another.

use std::sync::{Arc, RwLock};

use crate::index::Index;
use crate::source::Sources;

/// What a running [`Ingest`] tells whoever started it. Never sent in floods: `Grew` comes once until
/// [`Ingest::seen`] is called.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum News {
    /// The index has grown since it was last looked at.
    Grew,
    /// All that was there has been read.
    CaughtUp,
    /// Something happened to a source: one sentence, already safe to show.
    Notice(String),
    /// Nothing more will come: standard input has ended, or nothing is followed.
    End,
    /// Reading failed for good: one sentence, already safe to show.
    Failed(String),
}

/// A running ingest.
pub struct Ingest {
    /// The index; its writer is here.
    pub index: Arc<RwLock<Index>>,
    /// Where its lines can be read again.
    pub sources: Arc<Sources>,
}

impl Ingest {
    /// The reader has looked: the next growth is told again.
    pub fn seen(&self) {}
}
