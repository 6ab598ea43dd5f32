//! The events that the reader emits.

use std::path::PathBuf;
use std::time::SystemTime;

use super::blocks::Block;
use super::notice::Notice;
use crate::position::SourceId;

#[derive(Debug)]
pub(crate) enum SourceEvent {
    /// A source begins; its blocks follow, between those of others.
    Opened(SourceOpened),
    Block(Block),
    /// Everything that exists now was emitted. The first one ends the initial load; another follows
    /// whenever the reader has caught up again.
    CaughtUp,
    Notice(Notice),
    /// Everything was read, standard input ended, or the reader was stopped.
    End,
}

#[derive(Clone, Debug)]
pub(crate) struct SourceOpened {
    pub source: SourceId,
    /// As on disk: to be sanitized before it is shown. `-` is standard input.
    pub path: PathBuf,
    /// The first bytes, decompressed, at most 64 KiB.
    pub head: Vec<u8>,
    /// The last bytes, at most 64 KiB; empty if they cannot be had without reading everything.
    pub tail: Vec<u8>,
    /// When the file was last written; `None` of a pipe.
    pub modified: Option<SystemTime>,
}
