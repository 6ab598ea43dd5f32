//! The events that the reader emits.

use std::path::PathBuf;
use std::time::SystemTime;

use super::blocks::Block;
use super::notice::Notice;
use crate::position::SourceId;

/// The next thing that the reader has to pass on.
#[derive(Debug)]
pub enum SourceEvent {
    /// A source begins; its blocks follow, between those of others.
    Opened(SourceOpened),
    /// Lines, in the order of their source.
    Block(Block),
    /// Everything that is there now was emitted. Once whenever this becomes true; the first one
    /// ends the initial load.
    CaughtUp,
    /// Something that a person may want to know.
    Notice(Notice),
    /// Nothing more comes: all is read, or standard input ended, or the reader was stopped.
    End,
}

/// A source that begins.
#[derive(Clone, Debug)]
pub struct SourceOpened {
    /// Its number.
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
