//! Reconciles a directory or glob: which files are new, which of them are mail logs, which have
//! lost their names.

use std::collections::HashSet;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::fs::FileId;
use super::notice::NoticeKind;
use super::reader::LogReader;
use super::reconcile::SHORT;
use super::scan::{self, FoundFile};
use super::tail::TailedFile;
use super::tracker::{FileKey, Loss, ReadPhase};

/// How many new files are held open until they are read.
const MAX_HELD: usize = 64;
/// How many files without a first line are held open until it comes.
const MAX_UNCLASSIFIED: usize = 16;

/// Files that a scan found for the first time, and how many more may be held open.
struct NewFiles {
    files: Vec<(FoundFile, Option<Arc<File>>, ReadPhase)>,
    room: usize,
    unclassified_room: usize,
}

impl LogReader {
    /// Compares what a directory holds with what is tracked; returns how many files of it are mail
    /// logs.
    pub(super) fn reconcile_directory(&mut self, at: usize, found: Vec<FoundFile>) -> usize {
        let listed: HashSet<FileId> = found.iter().map(|found| found.stat.id).collect();
        let input = &self.targets[at].input;
        let before: Vec<(FileId, PathBuf)> = self
            .tracker
            .iter()
            .filter(|(_, file)| input.may_include(&file.path))
            .map(|(_, file)| (file.stat.id, file.path.clone()))
            .collect();
        self.rejected
            .unreadable
            .retain(|id, path| listed.contains(id) || !input.may_include(path));
        self.rejected.no_logs.keep_only(&found);
        let mut new = self.new_files();
        let mut logs = 0;
        for found in self.with_unlisted(at, found, &listed) {
            if let Some(key) = self.tracker.find(found.stat.id) {
                logs += usize::from(self.tracker[key].phase != ReadPhase::Unclassified);
                self.on_known_file(&found);
            } else if !self.rejected.no_logs.holds(&found.stat) {
                logs += usize::from(self.on_new_file(found, &mut new));
            }
        }
        if logs > 0 {
            self.sources.await_first(self.targets[at].path(), false);
        }
        for (id, path) in before {
            if !listed.contains(&id) {
                let successor = new.files.iter().any(|(found, ..)| found.path == path);
                self.on_unlisted(id, &path, successor);
            }
        }
        for (found, file, phase) in new.files {
            let gone = !listed.contains(&found.stat.id);
            let key = self.track(&found, file, gone);
            self.tracker[key].phase = phase;
        }
        logs
    }

    /// How many new files may be held open in addition to those that are.
    fn new_files(&self) -> NewFiles {
        let held = |phases: &[ReadPhase]| {
            let files = self.tracker.order().iter().map(|&key| &self.tracker[key]);
            files
                .filter(|file| phases.contains(&file.phase) && file.is_held())
                .count()
        };
        let unclassified = match self.settings.is_live() {
            true => MAX_UNCLASSIFIED,
            false => 0,
        };
        NewFiles {
            files: Vec::new(),
            room: MAX_HELD.saturating_sub(held(&[ReadPhase::Queued, ReadPhase::Unclassified])),
            unclassified_room: unclassified.saturating_sub(held(&[ReadPhase::Unclassified])),
        }
    }

    /// Decides whether a file that is not tracked is a mail log.
    fn on_new_file(&mut self, found: FoundFile, new: &mut NewFiles) -> bool {
        let sniffed = self.open_found(&found).and_then(|file| {
            let is_log = scan::is_log(&file, self.settings.is_mail_log)?;
            Ok((file, is_log))
        });
        match sniffed {
            Ok((file, true)) => {
                if self.rejected.unreadable.remove(&found.stat.id).is_some() {
                    self.notice(NoticeKind::Readable, &found.path, "");
                }
                // Held open because its name may be removed before it is read; but not hundreds of
                // files.
                let file = (new.room > 0).then_some(file);
                new.room = new.room.saturating_sub(1);
                new.files.push((found, file, ReadPhase::Queued));
                return true;
            }
            // Its first line may still come, after its name is gone: it is kept open and sniffed
            // then.
            Ok((file, false)) if found.stat.size < SHORT && new.unclassified_room > 0 => {
                new.unclassified_room -= 1;
                new.files.push((found, Some(file), ReadPhase::Unclassified));
            }
            Ok((_, false)) => self.rejected.no_logs.add(found.stat),
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                self.on_unreadable(&found, &error);
            }
            // It may be readable, or complete, at the next scan.
            Err(_) => {}
        }
        false
    }

    /// Reports once that a new file cannot be read, if its name is that of a log.
    pub(super) fn on_unreadable(&mut self, found: &FoundFile, error: &io::Error) {
        let stem = scan::stem(&found.path);
        let folder = scan::folder_of(&found.path);
        let is_like = |file: &TailedFile| {
            file.phase != ReadPhase::Unclassified
                && file.folder == folder
                && scan::stem(&file.path) == stem
        };
        let is_named_so = stem.starts_with("mail") || !self.tracker.which(is_like).is_empty();
        if is_named_so && !self.rejected.unreadable.contains_key(&found.stat.id) {
            self.notice(NoticeKind::Unreadable, &found.path, error.to_string());
            let unreadable = &mut self.rejected.unreadable;
            unreadable.insert(found.stat.id, found.path.clone());
        }
    }

    /// Sniffs a file that was held open until its first line came: whether it is to be read.
    pub(super) fn classify(&mut self, key: FileKey, file: &Arc<File>) -> io::Result<bool> {
        let (_, head) = scan::head(file, scan::HEAD)?;
        let file = &mut self.tracker[key];
        if (self.settings.is_mail_log)(&head) {
            file.phase = ReadPhase::Queued;
            return Ok(true);
        }
        if file.stat.size >= SHORT {
            self.rejected.no_logs.add(file.stat);
            self.close(key);
        }
        Ok(false)
    }

    fn on_unlisted(&mut self, id: FileId, path: &Path, successor: bool) {
        let Some(key) = self.tracker.find(id) else {
            return;
        };
        let file = &mut self.tracker[key];
        let known = file.name.is_lost();
        let held = file.is_held();
        match file.on_unlinked(path, successor, held) {
            Loss::Expected => {}
            Loss::Replaced => self.notice(NoticeKind::Replaced, path, ""),
            Loss::Unread => {
                let detail = "the file was deleted before its turn";
                self.notice(NoticeKind::Gap, path, detail);
            }
            Loss::Gone => self.notice(NoticeKind::Gone, path, ""),
        }
        if !known && self.tracker[key].is_closed() {
            self.close(key);
        }
    }
}
