//! What became of the files since the last look: new ones, renamed, replaced, deleted, rewritten ones.
//!
//! Names are looked up again and again; the device and inode tell which file has one now. Whatever a file's name does, the
//! file itself stays open until it was quiet for a while, because its writer may be late.

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use super::notice::NoticeKind;
use super::reader::LogReader;
use super::registry::SourceState;
use super::rotation_order::RotationKey;
use super::scan::{self, FoundFile, Place};
use super::tail::{Body, TailedFile};
use super::{Follow, fs};

/// A file so short may not hold its first line yet.
pub(super) const SHORT: u64 = 256;
/// Listing folders takes at most this part of the time after a hint, and this part by the timer.
const HINTED: u32 = 4;
const TIMED: u32 = 20;

impl LogReader {
    /// Looks up names where the timer or a hint asks for it.
    pub(super) fn scan_when_due(&mut self) {
        let now = Instant::now();
        if now < self.next_scan && !(self.scan_wanted && now >= self.scan_from) {
            return;
        }
        self.scan_wanted = false;
        let (held, missed) = self.heard.take();
        self.held = held;
        self.reap();
        for at in 0..self.targets.len() {
            self.scan(at);
        }
        self.held.clear();
        if let Some(path) = missed.filter(|path| !path.exists()) {
            let detail = "more files came and short_lived than can be held open".to_owned();
            self.notice(NoticeKind::Gap, &path, detail);
        }
        self.let_go();
        self.check_stale();
        let took = now.elapsed();
        let end = Instant::now();
        self.scan_from = end + took * HINTED;
        self.next_scan = end + self.pace.max(took * TIMED);
    }

    fn scan(&mut self, at: usize) {
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
                let path = self.targets[at].place.path().to_path_buf();
                self.notice(NoticeKind::Unreadable, &path, error.to_string());
            }
            Err(_) => {}
        }
    }

    /// Watches the folders of a target.
    pub(super) fn keep_watch(&mut self, at: usize) {
        if self.follow == Follow::Live {
            for folder in self.targets[at].place.folders() {
                self.heard.want(&folder, &self.targets[at].place);
                self.watch.keep(&folder);
            }
            for file in &self.active {
                if let Ok(target) = std::fs::read_link(&self.files[*file].path) {
                    let folder = scan::folder_of(&self.files[*file].path).join(target);
                    self.watch.keep(&scan::folder_of(&folder));
                }
            }
        }
    }

    /// The files of a target. A listing is no picture of one moment: where it has new files it is made again until two agree.
    pub(super) fn list(&self, at: usize) -> io::Result<Vec<FoundFile>> {
        let place = &self.targets[at].place;
        let mut found = place.list()?;
        for _ in 0..3 {
            if found
                .iter()
                .all(|found| self.by_id.contains_key(&found.stat.id))
            {
                break;
            }
            let again = place.list()?;
            let same = again.len() == found.len()
                && again
                    .iter()
                    .zip(&found)
                    .all(|(a, b)| a.path == b.path && a.stat.id == b.stat.id);
            found = again;
            if same {
                break;
            }
        }
        Ok(found)
    }

    /// Compares what was found with what is tracked; returns how many files the target has.
    pub(super) fn reconcile(&mut self, at: usize, found: Vec<FoundFile>) -> usize {
        match &self.targets[at].place {
            Place::Name(path) => {
                let path = path.clone();
                self.reconcile_path(at, &path, found)
            }
            _ => self.reconcile_directory(at, found),
        }
    }

    fn reconcile_path(&mut self, at: usize, path: &Path, found: Vec<FoundFile>) -> usize {
        let Some(found) = found.into_iter().next() else {
            if let Some(old) = self.targets[at].current.take() {
                self.targets[at].away = true;
                self.targets[at].former = Some(old);
                self.files[old].replaced = true;
                match self.find_renamed(old) {
                    Some(name) => self.notice(NoticeKind::Rotated, path, name),
                    None => {
                        self.files[old].lost = true;
                        self.set_state(old, SourceState::Gone);
                        self.notice(NoticeKind::Gone, path, String::new());
                    }
                }
            }
            if let Some(former) = self.targets[at].former {
                let since = self.files[former].since;
                self.scan_rotated(at, None, since, None);
            }
            return 0;
        };
        self.targets[at].away = false;
        let current = self.targets[at].current;
        let known = self.by_id.get(&found.stat.id).copied();
        if let Some(file) = known {
            self.on_known_file(&found);
            // Waking it may have made it another.
            let file = self.by_id.get(&found.stat.id).copied().unwrap_or(file);
            self.files[file].replaced = false;
            self.targets[at].current = Some(file);
            if current.is_some_and(|old| old != file) {
                self.on_replaced(at, current, path);
            }
            if self.follow == Follow::Live {
                // Its inode may have been another file's, and it may not have been the one followed so far.
                let old = current.or(self.targets[at].former).unwrap_or(file);
                let since = self.files[old].since;
                self.scan_rotated(at, Some(found.stat.id), since, None);
            }
        } else {
            self.on_replaced(at, current, path);
            if let Some(old) = current.or(self.targets[at].former) {
                self.find_renamed(old);
                let since = self.files[old].since;
                self.scan_rotated(at, Some(found.stat.id), since, Some(old));
            }
            let file = self.open_found(&found).ok();
            let file = self.track(&found, file, false);
            self.targets[at].current = Some(file);
        }
        1
    }

    /// The name's former file gave way to another.
    fn on_replaced(&mut self, at: usize, old: Option<usize>, path: &Path) {
        let Some(old) = old else { return };
        let shared = self
            .targets
            .iter()
            .enumerate()
            .any(|(other, target)| other != at && target.current == Some(old));
        if shared {
            return;
        }
        self.files[old].replaced = true;
        let moved = self.find_renamed(old);
        self.files[old].lost = moved.is_none();
        match moved {
            Some(name) => self.notice(NoticeKind::Rotated, path, name),
            None if path.is_symlink() => self.notice(NoticeKind::Rotated, path, String::new()),
            None => self.notice(NoticeKind::Replaced, path, String::new()),
        }
    }

    /// Finds out what a file is called now that its name was given up; returns that name.
    pub(super) fn find_renamed(&mut self, file: usize) -> Option<String> {
        let path = scan::name_of(
            self.files[file].stat.id,
            &scan::folder_of(&self.files[file].path),
        )?;
        self.rename(file, &path);
        Some(
            path.file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned(),
        )
    }

    fn rename(&mut self, file: usize, path: &Path) {
        self.files[file].rename(path);
        if let Some(source) = self.files[file].known.source {
            self.sources.renamed(source, path);
        }
    }

    /// A file that was met before, perhaps under another name or changed.
    pub(super) fn on_known_file(&mut self, found: &FoundFile) {
        let Some(&at) = self.by_id.get(&found.stat.id) else {
            return;
        };
        let file = &mut self.files[at];
        if file.path != found.path && !found.path.is_symlink() {
            let old = file.path.clone();
            let links = !matches!(old.metadata(), Ok(metadata) if fs::Stat::of(&metadata).id == found.stat.id);
            if links {
                let name = found
                    .path
                    .file_name()
                    .unwrap_or_default()
                    .to_string_lossy()
                    .into_owned();
                self.rename(at, &found.path);
                if self.follow == Follow::Live && scan::age(&old) == RotationKey::TailPreview {
                    self.notice(NoticeKind::Rotated, &old, name);
                }
            }
        }
        if found.stat == self.files[at].stat {
            return;
        }
        match self.files[at].body {
            Body::Asleep => self.wake(at, found),
            Body::Done => self.archive_changed(at, found),
            _ => {}
        }
    }

    fn wake(&mut self, at: usize, found: &FoundFile) {
        match self.files[at].wake() {
            Ok(true) => {
                self.files[at].stat = found.stat;
                if !self.active.contains(&at) {
                    self.active.push_back(at);
                    let active = self.active.make_contiguous();
                    active.sort_by_key(|&at| self.files[at].turn);
                }
            }
            // Its inode is another file's now, or its content was rewritten: it is read as new.
            Ok(false) => {
                if let Some(source) = self.files[at].known.source {
                    self.sources.overwritten(source);
                }
                self.notice(NoticeKind::Truncated, &found.path, String::new());
                self.close(at);
                self.add(TailedFile::new(&found.path, found.stat, None));
            }
            Err(_) => {}
        }
    }

    /// An archive that was read to its end, or to its damage, is not what it was: once that lasts it is read again, and
    /// tells what it has more.
    fn archive_changed(&mut self, at: usize, found: &FoundFile) {
        let file = &mut self.files[at];
        if file.stat.size == found.stat.size && file.stat.modified == found.stat.modified {
            file.stat = found.stat;
            return;
        }
        let settled = match file.changing {
            Some((stat, since)) if stat == found.stat => since.elapsed() >= self.timeouts.settled,
            _ => false,
        };
        // Another file has its inode where it begins otherwise; of what was put aside as no copy that is not known.
        let put_aside = file.only_new_bytes && file.known.content.head().is_empty();
        if settled || put_aside || !file.starts_as_before(&found.path) {
            self.close(at);
            self.add(TailedFile::new(&found.path, found.stat, None));
        } else if file.changing.is_none_or(|(stat, _)| stat != found.stat) {
            file.changing = Some((found.stat, Instant::now()));
        }
    }

    /// Enters a file that was met for the first time; `gone` where it has no name any more.
    pub(super) fn track(
        &mut self,
        found: &FoundFile,
        file: Option<Arc<File>>,
        gone: bool,
    ) -> usize {
        self.sources.expect(found.stat.size);
        let mut file = TailedFile::new(&found.path, found.stat, file);
        file.short_lived = gone;
        file.lost = gone;
        file.replaced = gone;
        self.add(file)
    }

    fn add(&mut self, file: TailedFile) -> usize {
        let id = file.stat.id;
        let at = self.files.add(file);
        self.by_id.insert(id, at);
        self.queue_by_age(at);
        for target in &mut self.targets {
            // A name follows its file through its rewriting.
            if target
                .current
                .is_some_and(|current| self.files[current].stat.id == self.files[at].stat.id)
            {
                target.current = Some(at);
            }
        }
        at
    }

    /// Lets a file go: its content stays known, its inode may come back as another file.
    pub(super) fn close(&mut self, at: usize) {
        let id = self.files[at].stat.id;
        if self.by_id.get(&id) == Some(&at) {
            self.by_id.remove(&id);
        }
        let state = match self.files[at].stat.names {
            0 => SourceState::Gone,
            _ => SourceState::Finished,
        };
        self.set_state(at, state);
        let known = self.files[at].restart();
        if let Some(source) = known.source {
            self.sources.end(source);
            self.contents.let_go(known);
        } else {
            self.contents.forget(&known);
        }
        self.files[at].body = Body::Done;
        self.files[at].damage = None;
        self.files.let_go(at);
        self.dequeue(at);
        self.sources.close(id);
    }

    /// Forgets files that were let go, but those that had a followed name last.
    fn reap(&mut self) {
        let targets = &self.targets;
        self.files.forget(|at| {
            let at = Some(at);
            let mut targets = targets.iter();
            targets.any(|one| [one.current, one.former, one.unsure].contains(&at))
        });
    }

    /// Other bytes stand where read ones stood: the file begins anew, behind whatever copy was made of it.
    pub(super) fn rewritten(&mut self, at: usize) {
        let path = self.files[at].path.clone();
        if let Some(source) = self.files[at].known.source {
            self.sources.overwritten(source);
        }
        self.notice(NoticeKind::Truncated, &path, String::new());
        self.set_state(at, SourceState::Gone);
        let since = self.files[at].since;
        if let Some(file) = self.files[at].file().cloned() {
            // The new content may have been read already, of a copy.
            self.files[at].body = Body::New(Some(file));
        }
        let known = self.files[at].restart();
        if let Some(source) = known.source {
            self.sources.end(source);
        }
        let head = known.content.head().to_vec();
        self.contents.let_go(known);
        self.dequeue(at);
        if self.follow == Follow::Once {
            self.files[at].body = Body::Done;
            return;
        }
        for target in 0..self.targets.len() {
            if self.targets[target].current == Some(at) {
                self.scan_rotated(target, None, since, None);
            } else if !matches!(self.targets[target].place, Place::Name(_)) {
                self.scan(target);
            }
        }
        self.queue_rewritten(at, &head);
    }
}
