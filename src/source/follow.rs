//! What became of the files since the last look: new ones, renamed, replaced, deleted, rewritten ones.
//!
//! Names are looked up again and again; the device and inode tell which file has one now. Whatever a file's name does, the
//! file itself stays open until it was quiet for a while, because its writer may be late.

use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::discover::{self, Found, Place};
use super::disk::FileId;
use super::feeder::Feeder;
use super::notice::NoticeKind;
use super::order::Age;
use super::sources::State;
use super::tail::{Body, Tracked};
use super::{Follow, disk};

/// How long a file without a name must be quiet before it is let go, and one that was renamed.
const LINGER: Duration = Duration::from_secs(4);
const LINGER_RENAMED: Duration = Duration::from_secs(60);
/// How long an archive must stay as it is before it is read again, and before it is called damaged.
const SETTLED: Duration = Duration::from_millis(900);
const DAMAGED: Duration = Duration::from_secs(5);
/// How many files that say nothing are kept open.
const IDLE_OPEN: usize = 4;
/// How many new files are held open until it is their turn.
const HELD: usize = 16;
/// Listing folders takes at most this part of the time after a hint, and this part by the timer.
const HINTED: u32 = 10;
const TIMED: u32 = 500;

impl Feeder {
    /// Looks up names where the timer or a hint asks for it.
    pub(super) fn scan_when_due(&mut self) {
        let now = Instant::now();
        if now < self.next_scan && !(self.scan_wanted && now >= self.scan_from) {
            return;
        }
        self.scan_wanted = false;
        for at in 0..self.targets.len() {
            self.scan(at);
        }
        self.let_go();
        let took = now.elapsed();
        let end = Instant::now();
        self.scan_from = end + took * HINTED;
        self.next_scan = end + self.pace.max(took * TIMED);
    }

    fn scan(&mut self, at: usize) {
        self.keep_watch(at);
        match self.list(at) {
            Ok(found) => {
                self.take_in(at, found);
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                self.take_in(at, Vec::new());
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
                self.watch.keep(&folder);
            }
            for file in &self.active {
                if let Ok(target) = std::fs::read_link(&self.files[*file].path) {
                    let folder = discover::folder_of(&self.files[*file].path).join(target);
                    self.watch.keep(&discover::folder_of(&folder));
                }
            }
        }
    }

    /// The files of a target. A listing is no picture of one moment: where it has new files it is made again until two agree.
    pub(super) fn list(&self, at: usize) -> io::Result<Vec<Found>> {
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
    pub(super) fn take_in(&mut self, at: usize, found: Vec<Found>) -> usize {
        match &self.targets[at].place {
            Place::Name(path) => {
                let path = path.clone();
                self.take_in_name(at, &path, found)
            }
            _ => self.take_in_folder(at, found),
        }
    }

    fn take_in_folder(&mut self, at: usize, found: Vec<Found>) -> usize {
        let there: HashSet<FileId> = found.iter().map(|found| found.stat.id).collect();
        let before: Vec<(FileId, PathBuf)> = self.of_target(at);
        let mut held = 0;
        let mut fresh = Vec::new();
        self.refused.keep_only(&found);
        for found in found {
            if self.by_id.contains_key(&found.stat.id) {
                held += 1;
                self.meet_again(&found);
            } else if !self.refused.holds(&found.stat) {
                match discover::qualifies(&found, self.is_mail_log) {
                    Ok(Some(file)) => {
                        held += 1;
                        // Held open, as its name may be taken from it before it is its turn; but not hundreds of them.
                        fresh.push((found, (fresh.len() < HELD).then_some(file)));
                    }
                    Ok(None) => self.refused.add(found.stat),
                    // It may be readable, or whole, next time.
                    Err(_) => {}
                }
            }
        }
        if held > 0 {
            self.sources
                .await_first(self.targets[at].place.path(), false);
        }
        for (id, path) in before {
            if there.contains(&id) {
                continue;
            }
            let successor = fresh.iter().any(|(found, _)| found.path == path);
            self.lost_name(id, &path, successor);
        }
        for (found, file) in fresh {
            self.track(&found, file);
        }
        held
    }

    /// The files tracked that stand under a folder or pattern.
    fn of_target(&self, at: usize) -> Vec<(FileId, PathBuf)> {
        let place = &self.targets[at].place;
        let within = |path: &Path| match place {
            Place::Folder(folder) => path.parent() == Some(folder),
            Place::Glob(pattern) => {
                glob::Pattern::new(pattern).is_ok_and(|pattern| pattern.matches_path(path))
            }
            Place::Name(_) | Place::Stream(_) => false,
        };
        self.by_id
            .iter()
            .filter(|&(_, &file)| within(&self.files[file].path))
            .map(|(&id, &file)| (id, self.files[file].path.clone()))
            .collect()
    }

    fn take_in_name(&mut self, at: usize, path: &Path, found: Vec<Found>) -> usize {
        let Some(found) = found.into_iter().next() else {
            if let Some(old) = self.targets[at].current.take() {
                self.targets[at].away = true;
                self.targets[at].former = Some(old);
                self.files[old].replaced = true;
                match self.find_new_name(old) {
                    Some(name) => self.notice(NoticeKind::Rotated, path, name),
                    None => {
                        self.set_state(old, State::Gone);
                        self.notice(NoticeKind::Gone, path, String::new());
                    }
                }
            }
            return 0;
        };
        self.targets[at].away = false;
        let current = self.targets[at].current;
        let known = self.by_id.get(&found.stat.id).copied();
        if let Some(file) = known {
            self.meet_again(&found);
            // Waking it may have made it another.
            let file = self.by_id.get(&found.stat.id).copied().unwrap_or(file);
            self.files[file].replaced = false;
            self.targets[at].current = Some(file);
            if current.is_some_and(|old| old != file) {
                self.succeeded(at, current, path);
            }
        } else {
            self.succeeded(at, current, path);
            if let Some(old) = current.or(self.targets[at].former) {
                self.read_between(at, old, found.stat.id, path);
            }
            let file = disk::open(path)
                .ok()
                .filter(|(_, stat)| stat.id == found.stat.id)
                .map(|(file, _)| Arc::new(file));
            let file = self.track(&found, file);
            self.targets[at].current = Some(file);
            self.targets[at].is_new_beside(&found);
        }
        1
    }

    /// The name's former file gave way to another.
    fn succeeded(&mut self, at: usize, old: Option<usize>, path: &Path) {
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
        let moved = self.find_new_name(old);
        match moved {
            Some(name) => self.notice(NoticeKind::Rotated, path, name),
            None if path.is_symlink() => self.notice(NoticeKind::Rotated, path, String::new()),
            None => self.notice(NoticeKind::Replaced, path, String::new()),
        }
    }

    /// Finds out what a file is called now that its name was given up; returns that name.
    pub(super) fn find_new_name(&mut self, file: usize) -> Option<String> {
        let path = discover::name_of(
            self.files[file].stat.id,
            &discover::folder_of(&self.files[file].path),
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

    /// Reads the files that had a followed name between two looks: those that were rolled after `old`.
    fn read_between(&mut self, at: usize, old: usize, newest: FileId, path: &Path) {
        self.find_new_name(old);
        let old = &self.files[old];
        let (written, old_age) = (
            old.stat.modified,
            Age::of(old.path.file_name().unwrap_or_default()),
        );
        for found in discover::siblings(path) {
            let id = found.stat.id;
            if id == newest {
                // It was rolled already: what is younger comes after it, with the next scan.
                self.scan_wanted = true;
                break;
            }
            if self.by_id.contains_key(&id) || !self.targets[at].is_new_beside(&found) {
                continue;
            }
            let age = Age::of(found.path.file_name().unwrap_or_default());
            // Where the old file is still there its name tells what is younger, else only the times can.
            let younger = if old_age == Age::Newest {
                found.stat.modified >= written
            } else {
                age > old_age
            };
            if age == Age::Newest || !younger {
                continue;
            }
            if let Ok(Some(file)) = discover::qualifies(&found, self.is_mail_log) {
                self.track(&found, Some(file));
            }
        }
    }

    /// A file that was met before, perhaps under another name or changed.
    fn meet_again(&mut self, found: &Found) {
        let Some(&at) = self.by_id.get(&found.stat.id) else {
            return;
        };
        let file = &mut self.files[at];
        if file.path != found.path && !found.path.is_symlink() {
            let old = file.path.clone();
            let links = !matches!(old.metadata(), Ok(metadata) if disk::Stat::of(&metadata).id == found.stat.id);
            if links {
                let name = found
                    .path
                    .file_name()
                    .unwrap_or_default()
                    .to_string_lossy()
                    .into_owned();
                self.rename(at, &found.path);
                if self.follow == Follow::Live
                    && Age::of(old.file_name().unwrap_or_default()) == Age::Newest
                {
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

    fn wake(&mut self, at: usize, found: &Found) {
        match self.files[at].wake() {
            Ok(true) => {
                self.files[at].stat = found.stat;
                if !self.active.contains(&at) {
                    self.active.push(at);
                    self.active.sort_by_key(|&at| self.files[at].turn);
                }
            }
            // Its inode is another file's now, or its content was rewritten: it is read as new.
            Ok(false) => {
                if let Some(source) = self.files[at].known.source {
                    self.sources.overwritten(source);
                }
                self.notice(NoticeKind::Truncated, &found.path, String::new());
                self.retire(at);
                self.add(Tracked::new(&found.path, found.stat, None));
            }
            Err(_) => {}
        }
    }

    /// An archive that was read to its end, or to its damage, is not what it was: once that lasts it is read again, and
    /// tells what it has more.
    fn archive_changed(&mut self, at: usize, found: &Found) {
        let file = &mut self.files[at];
        if file.stat.size == found.stat.size && file.stat.modified == found.stat.modified {
            file.stat = found.stat;
            return;
        }
        match file.changing {
            Some((stat, since)) if stat == found.stat => {
                if since.elapsed() >= SETTLED {
                    self.retire(at);
                    self.add(Tracked::new(&found.path, found.stat, None));
                }
            }
            _ => file.changing = Some((found.stat, Instant::now())),
        }
    }

    /// A folder's file is no longer listed there.
    fn lost_name(&mut self, id: FileId, path: &Path, successor: bool) {
        let Some(&at) = self.by_id.get(&id) else {
            return;
        };
        if self.files[at].replaced {
            return;
        }
        self.files[at].replaced = true;
        if successor {
            self.notice(NoticeKind::Replaced, path, String::new());
        } else if Age::of(path.file_name().unwrap_or_default()) == Age::Newest
            || matches!(self.files[at].body, Body::New(None))
        {
            self.notice(NoticeKind::Gone, path, String::new());
        }
        if matches!(
            self.files[at].body,
            Body::Asleep | Body::Done | Body::New(None)
        ) {
            self.retire(at);
        }
    }

    fn track(&mut self, found: &Found, file: Option<Arc<std::fs::File>>) -> usize {
        self.sources.expect(found.stat.size);
        self.add(Tracked::new(&found.path, found.stat, file))
    }

    fn add(&mut self, file: Tracked) -> usize {
        let at = self.files.len();
        self.by_id.insert(file.stat.id, at);
        self.files.push(file);
        self.queue_last(at);
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

    fn queue_last(&mut self, at: usize) {
        self.turns += 1;
        self.files[at].turn = self.turns;
        self.active.push(at);
    }

    /// Lets a file go: its content stays known, its inode may come back as another file.
    fn retire(&mut self, at: usize) {
        let id = self.files[at].stat.id;
        if self.by_id.get(&id) == Some(&at) {
            self.by_id.remove(&id);
        }
        let state = match self.files[at].stat.names {
            0 => State::Gone,
            _ => State::Finished,
        };
        self.set_state(at, state);
        let known = self.files[at].restart();
        self.past.add(known);
        self.files[at].body = Body::Done;
        self.active.retain(|&other| other != at);
        self.sources.close(id);
    }

    /// Other bytes stand where read ones stood: the file begins anew, behind whatever copy was made of it.
    pub(super) fn rewritten(&mut self, at: usize) {
        let path = self.files[at].path.clone();
        if let Some(source) = self.files[at].known.source {
            self.sources.overwritten(source);
        }
        self.notice(NoticeKind::Truncated, &path, String::new());
        self.set_state(at, State::Gone);
        let known = self.files[at].restart();
        self.past.add(known);
        self.active.retain(|&other| other != at);
        if self.follow == Follow::Once {
            self.files[at].body = Body::Done;
            return;
        }
        for target in 0..self.targets.len() {
            if self.targets[target].current == Some(at) {
                self.read_copies(target, &path);
            } else if !matches!(self.targets[target].place, Place::Name(_)) {
                self.scan(target);
            }
        }
        self.queue_last(at);
    }

    /// Looks for copies that were made of a followed file before it was truncated.
    fn read_copies(&mut self, at: usize, path: &Path) {
        for found in discover::siblings(path) {
            let id = found.stat.id;
            if self.by_id.contains_key(&id) || !self.targets[at].is_new_beside(&found) {
                continue;
            }
            if let Ok(Some(file)) = discover::qualifies(&found, self.is_mail_log) {
                let copy = self.track(&found, Some(file));
                self.files[copy].copies_only = true;
            }
        }
    }

    /// Holds the newest files open from the start: their names may be taken from them before it is their turn.
    pub(super) fn hold_newest(&mut self) {
        for &at in self.active.iter().rev().take(IDLE_OPEN) {
            let file = &mut self.files[at];
            if let Body::New(held @ None) = &mut file.body
                && let Ok((open, stat)) = disk::open(&file.path)
                && stat.id == file.stat.id
            {
                *held = Some(Arc::new(open));
            }
        }
    }

    /// Closes the files that lost their name and were quiet for a while.
    fn let_go(&mut self) {
        for at in self.active.clone() {
            let file = &self.files[at];
            let named = file
                .file()
                .and_then(|file| disk::stat(file).ok())
                .is_some_and(|stat| stat.names > 0);
            let has_successor = !self.targets.iter().any(|target| target.away);
            let limit = match (file.replaced, file.renamed) {
                (true, _) if !named => LINGER,
                (true, _) if has_successor => LINGER_RENAMED,
                _ => continue,
            };
            if file.grown.elapsed() >= limit && !file.has_more() {
                self.flush(at);
                self.retire(at);
            }
        }
        for at in 0..self.files.len() {
            if let Some((_, since)) = self.files[at].damage
                && since.elapsed() >= DAMAGED
                && let Some((what, _)) = self.files[at].damage.take()
            {
                let path = self.files[at].path.clone();
                self.notice(NoticeKind::Damaged, &path, what);
            }
        }
    }

    /// Closes files that have nothing new where too many are open. Their names are still looked at.
    pub(super) fn shed(&mut self) {
        if self.active.len() <= 2 * IDLE_OPEN {
            return;
        }
        let idle: Vec<usize> = self
            .active
            .iter()
            .copied()
            .filter(|&at| {
                matches!(self.files[at].body, Body::Plain(_))
                    && !self.files[at].replaced
                    && !self.files[at].has_more()
            })
            .collect();
        let over = idle.len().saturating_sub(IDLE_OPEN);
        for &at in &idle[..over] {
            self.files[at].sleep(Body::Asleep);
            self.active.retain(|&other| other != at);
        }
    }
}
