//! What the reader tells: sources that begin, blocks of lines, and what befell the files.

use std::path::PathBuf;
use std::time::SystemTime;

use super::blocks::Block;
use super::notice::Notice;
use crate::position::SourceId;

/// The next thing to know.
#[derive(Debug)]
pub enum SourceEvent {
    /// A source begins; its blocks follow, between those of others.
    Opened(SourceOpened),
    /// Lines, in the order of their source.
    Block(Block),
    /// Everything that is there now has been told. Comes once whenever this becomes true; the first one ends the initial load.
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
    /// What it is called, as on fs: to be made safe before it is shown. `-` is standard input.
    pub path: PathBuf,
    /// Its first bytes, unpacked, at most 64 KiB.
    pub head: Vec<u8>,
    /// Its last bytes, at most 64 KiB; empty where they cannot be had without reading all.
    pub tail: Vec<u8>,
    /// When the file was written last; `None` of a stream.
    pub modified: Option<SystemTime>,
    /// Whether its bytes are unpacked while they are read.
    pub compressed: bool,
    /// Where its blocks begin: behind what a file already read had in common with it, else 0.
    pub begins: u64,
}
