//! Scans: compares what inputs lead to with what is tracked, and applies the difference.
//!
//! Names are looked up again and again; device and inode show which file a name leads to. A file
//! that lost its name stays open until it is quiet for a while, because its writer may be late.

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::{Instant, SystemTime};

use super::fs;
use super::fs::FileId;
use super::input::Input;
use super::notice::NoticeKind;
use super::reader::LogReader;
use super::registry::SourceState;
use super::rotation_order::RotationKey;
use super::scan::{self, FoundFile};
use super::tail::TailedFile;
use super::tracker::{FileKey, Listed, Name, PathChange};

/// A shorter file may not contain its first line yet.
pub(super) const SHORT: u64 = 256;

/// Which bytes of the rolled files beside a followed path can be new.
#[derive(Clone, Copy, Default)]
pub(super) struct RolledScan {
    /// The file that has the path now.
    pub newest: Option<FileId>,
    /// A file written before this time can only be a copy of content already read.
    pub since: Option<SystemTime>,
    /// The file that has just lost the path to another.
    pub replaced: Option<FileKey>,
}

fn file_name(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

impl LogReader {
    pub(super) fn scan_all(&mut self, now: Instant) {
        self.schedule.wanted = false;
        let (arrived, dropped) = self.notifications.pending.take();
        self.notifications.arrived = arrived;
        let targets = &self.targets;
        self.tracker
            .reap(|key| targets.iter().any(|target| target.refers_to(key)));
        for at in 0..self.targets.len() {
            self.scan(at);
        }
        self.notifications.arrived.clear();
        if let Some(path) = dropped.filter(|path| !path.exists()) {
            let detail = "more files came and went than can be held open";
            self.notice(NoticeKind::Gap, &path, detail);
        }
        self.close_quiet();
        self.check_stale();
        self.schedule.scanned(now, Instant::now());
    }

    pub(super) fn scan(&mut self, at: usize) {
        self.keep_watch(at);
        match self.list(at) {
            Ok(found) => {
                self.reconcile(at, found);
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                self.reconcile(at, Vec::new());
            }
            Err(error) if !self.targets[at].away => {
                self.targets[at].away = true;
                let path = self.targets[at].path().to_path_buf();
                self.notice(NoticeKind::Unreadable, &path, error.to_string());
            }
            Err(_) => {}
        }
    }

    /// Watches the directories of a target, and those to which links of files lead.
    pub(super) fn keep_watch(&mut self, at: usize) {
        if !self.settings.is_live() {
            return;
        }
        let (input, notifications) = (&self.targets[at].input, &mut self.notifications);
        for folder in input.folders() {
            notifications.pending.register(&folder, input);
            notifications.watch.keep(&folder);
        }
        for &key in self.tracker.order() {
            let path = &self.tracker[key].path;
            if let Ok(target) = std::fs::read_link(path) {
                let target = scan::folder_of(path).join(target);
                notifications.watch.keep(&scan::folder_of(&target));
            }
        }
    }

    /// The files of a target. A listing is not atomic: if it has new files, it is repeated until
    /// two agree.
    pub(super) fn list(&self, at: usize) -> io::Result<Vec<FoundFile>> {
        let input = &self.targets[at].input;
        let mut found = scan::list(input)?;
        for _ in 0..3 {
            let is_known = |found: &FoundFile| self.tracker.find(found.stat.id).is_some();
            if found.iter().all(is_known) {
                break;
            }
            let again = scan::list(input)?;
            let key = |found: &FoundFile| (found.path.clone(), found.stat.id);
            let same = again.iter().map(key).eq(found.iter().map(key));
            found = again;
            if same {
                break;
            }
        }
        Ok(found)
    }

    /// Compares what was found with what is tracked; returns how many logs the target has.
    pub(super) fn reconcile(&mut self, at: usize, found: Vec<FoundFile>) -> usize {
        match &self.targets[at].input {
            Input::File(path) => {
                let path = path.clone();
                self.reconcile_path(at, &path, found.first());
                found.len()
            }
            _ => self.reconcile_directory(at, found),
        }
    }

    fn reconcile_path(&mut self, at: usize, path: &Path, found: Option<&FoundFile>) {
        let target = &mut self.targets[at];
        let (current, former) = (target.current, target.current.or(target.former));
        target.away = found.is_none() && (target.away || current.is_some());
        if let Some(found) = found {
            self.on_known_file(found);
        }
        let known = found.map(|found| self.tracker.find(found.stat.id));
        let change = PathChange::of(current, known);
        let newest = found.map(|found| found.stat.id);
        match change {
            PathChange::Absent => {}
            PathChange::Lost(old) => {
                self.targets[at].current = None;
                self.targets[at].former = Some(old);
                self.tracker[old].name = Name::Replaced;
                match self.find_renamed(old) {
                    Some(name) => self.notice(NoticeKind::Rotated, path, name),
                    None => {
                        self.tracker[old].name = Name::Unlinked;
                        self.set_state(old, SourceState::Gone);
                        self.notice(NoticeKind::Gone, path, "");
                    }
                }
            }
            PathChange::Known(file) | PathChange::Switched { file, .. } => {
                self.tracker[file].name = Name::Current;
                self.targets[at].current = Some(file);
                if let PathChange::Switched { old, .. } = change {
                    self.on_replaced(at, old, path);
                }
            }
            PathChange::New { old } => {
                if let Some(old) = old {
                    self.on_replaced(at, old, path);
                }
                if let Some(former) = former {
                    self.find_renamed(former);
                }
            }
        }
        if let Some(former) = former.or(self.targets[at].current)
            && self.settings.is_live()
        {
            let is_new = matches!(change, PathChange::New { .. });
            let rolled = RolledScan {
                newest,
                since: self.tracker[former].modified_at,
                replaced: is_new.then_some(former),
            };
            self.scan_rotated(at, rolled);
        }
        if let (PathChange::New { .. }, Some(found)) = (change, found) {
            let file = self.open_found(found).ok();
            let key = self.track(found, file, false);
            self.targets[at].current = Some(key);
        }
    }

    /// The path leads to another file than before.
    fn on_replaced(&mut self, at: usize, old: FileKey, path: &Path) {
        let mut targets = self.targets.iter().enumerate();
        if targets.any(|(other, target)| other != at && target.current == Some(old)) {
            return;
        }
        self.tracker[old].name = Name::Replaced;
        match self.find_renamed(old) {
            Some(name) => return self.notice(NoticeKind::Rotated, path, name),
            None => self.tracker[old].name = Name::Unlinked,
        }
        if path.is_symlink() {
            self.notice(NoticeKind::Rotated, path, "");
        } else {
            self.notice(NoticeKind::Replaced, path, "");
        }
    }

    pub(super) fn find_renamed(&mut self, key: FileKey) -> Option<String> {
        let file = &self.tracker[key];
        let path = scan::name_of(file.stat.id, &scan::folder_of(&file.path))?;
        self.rename(key, &path);
        Some(file_name(&path))
    }

    fn rename(&mut self, key: FileKey, path: &Path) {
        self.tracker[key].rename_to(path);
        if let Some(source) = self.tracker[key].tail.known.source {
            self.sources.renamed(source, path);
        }
    }

    /// A file was found that may be tracked already, perhaps under another name or changed.
    pub(super) fn on_known_file(&mut self, found: &FoundFile) {
        let Some(key) = self.tracker.find(found.stat.id) else {
            return;
        };
        let old = &self.tracker[key].path;
        if *old != found.path && !found.path.is_symlink() && !fs::leads_to(old, found.stat.id) {
            let old = old.clone();
            self.rename(key, &found.path);
            if self.settings.is_live() && RotationKey::of_path(&old) == RotationKey::Newest {
                self.notice(NoticeKind::Rotated, &old, file_name(&found.path));
            }
        }
        let settle = self.settings.timeouts.settled;
        let file = &mut self.tracker[key];
        match file.on_listed(found.stat, Instant::now(), settle) {
            Listed::Unchanged => {}
            Listed::Reopen => self.reopen(key, found),
            Listed::Changing => {
                // Nothing is known of a file that was put aside because it is no copy.
                let put_aside = file.only_new_bytes && file.tail.known.content.head().is_empty();
                if put_aside || !file.starts_as_before(&found.path) {
                    self.read_again(key, found);
                }
            }
            Listed::Reread => self.read_again(key, found),
        }
    }

    fn reopen(&mut self, key: FileKey, found: &FoundFile) {
        match self.tracker[key].reopen() {
            Ok(true) => {
                self.tracker[key].stat = found.stat;
                self.tracker.reopened(key);
            }
            // Its inode is another file's now, or its content was rewritten.
            Ok(false) => {
                if let Some(source) = self.tracker[key].tail.known.source {
                    self.sources.overwritten(source);
                }
                self.notice(NoticeKind::Truncated, &found.path, "");
                self.read_again(key, found);
            }
            Err(_) => {}
        }
    }

    /// Reads a file from its start. Its former content stays known, so only new bytes are emitted.
    fn read_again(&mut self, key: FileKey, found: &FoundFile) {
        self.close(key);
        self.add(TailedFile::found(&found.path, found.stat, None));
    }

    /// Tracks a file that was found for the first time; `gone` if its name was removed.
    pub(super) fn track(
        &mut self,
        found: &FoundFile,
        file: Option<Arc<File>>,
        gone: bool,
    ) -> FileKey {
        self.sources.expect(found.stat.size);
        let mut file = TailedFile::found(&found.path, found.stat, file);
        if gone {
            file.short_lived = true;
            file.name = Name::Unlinked;
        }
        self.add(file)
    }

    fn add(&mut self, file: TailedFile) -> FileKey {
        let id = file.stat.id;
        let key = self.tracker.add(file);
        for target in &mut self.targets {
            // A path follows its file when that is rewritten.
            let current = target
                .current
                .filter(|&key| self.tracker[key].stat.id == id);
            if current.is_some() {
                target.current = Some(key);
            }
        }
        key
    }

    /// Bytes already read were overwritten: the file is read from its start, after any copy made of
    /// it.
    pub(super) fn on_rewritten(&mut self, key: FileKey) {
        let file = &mut self.tracker[key];
        let (path, since) = (file.path.clone(), file.modified_at);
        if let Some(source) = file.tail.known.source {
            self.sources.overwritten(source);
        }
        self.notice(NoticeKind::Truncated, &path, "");
        self.set_state(key, SourceState::Gone);
        let head = self.restart(key);
        self.tracker.dequeue(key);
        if !self.settings.is_live() {
            return self.tracker[key].finish();
        }
        for at in 0..self.targets.len() {
            if self.targets[at].current == Some(key) {
                let rolled = RolledScan {
                    since,
                    ..RolledScan::default()
                };
                self.scan_rotated(at, rolled);
            } else if !matches!(self.targets[at].input, Input::File(_)) {
                self.scan(at);
            }
        }
        self.tracker
            .enqueue_rewritten(key, &head, |file| scan::first_bytes(file.tail.file()));
    }
}
