//! An input that is followed, and what was found there by the last scan.

use std::collections::HashMap;
use std::path::Path;
use std::time::SystemTime;

use super::fs::{FileId, Stat};
use super::input::Input;
use super::scan::{self, FoundFile};
use super::tracker::FileKey;

/// A directory with so many files is not listed by each scan.
const MANY: usize = 500;

pub(super) struct WatchTarget {
    pub input: Input,
    /// Of [`Input::File`]: the file to which the path leads.
    pub current: Option<FileKey>,
    /// The file to which it led last.
    pub former: Option<FileKey>,
    /// The file that lost the name during the last scan.
    pub just_replaced: Option<FileKey>,
    /// The files beside it at start, with their times of creation: they were not rolled since.
    beside: HashMap<FileId, Option<SystemTime>>,
    /// The directory's metadata at the last two listings, and how many files the last one had.
    listed: ([Option<Stat>; 2], usize),
    /// Its absence was reported.
    pub away: bool,
}

impl WatchTarget {
    pub(super) fn new(input: Input, live: bool) -> Self {
        let beside = match &input {
            Input::File(path) if live => scan::rotated_siblings(path),
            _ => Vec::new(),
        };
        let beside = beside
            .iter()
            .map(|found| (found.stat.id, found.stat.created()));
        Self {
            current: None,
            former: None,
            just_replaced: None,
            beside: beside.collect(),
            listed: ([None; 2], 0),
            away: false,
            input,
        }
    }

    pub(super) fn path(&self) -> &Path {
        self.input.path()
    }

    /// Whether a file was beside the followed one at start. An inode that comes back as another
    /// file has another time of creation.
    pub(super) fn is_beside(&self, found: &FoundFile) -> bool {
        self.beside.get(&found.stat.id) == Some(&found.stat.created())
    }

    pub(super) fn refers_to(&self, key: FileKey) -> bool {
        [self.current, self.former, self.just_replaced].contains(&Some(key))
    }

    pub(super) fn set_listed(&mut self, files: usize) {
        self.listed.1 = files;
    }

    /// Whether the directory of the path is one of many files and unchanged since it was listed
    /// twice: a change within the same tick of the clock does not show once.
    pub(super) fn is_unchanged(&mut self) -> bool {
        let metadata = scan::folder_of(self.path()).metadata();
        let now = metadata.ok().map(|metadata| Stat::of(&metadata));
        let same = now.is_some() && self.listed.0 == [now; 2];
        self.listed.0 = [now, self.listed.0[0]];
        same && self.listed.1 >= MANY && self.just_replaced.is_none()
    }
}
