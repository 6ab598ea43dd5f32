//! The files of a folder or glob: which are new, which of them are mail logs, which have lost their names.

use std::collections::HashSet;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Follow;
use super::fs::FileId;
use super::notice::NoticeKind;
use super::reader::LogReader;
use super::reconcile::SHORT;
use super::rotation_order::RotationKey;
use super::scan::{self, FoundFile};
use super::tail::{Body, TailedFile};

/// How many new files are held open until it is their turn.
const HELD: usize = 64;
/// How many that say nothing yet are held open until they do.
const UNJUDGED: usize = 16;

/// The files that a look met for the first time, and for how many more there is room.
struct NewFiles {
    files: Vec<(FoundFile, Option<Arc<File>>, Sniffed)>,
    room: usize,
    unclassified: usize,
}

/// Whether a file is known to be a mail log.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sniffed {
    Log,
    Not,
}

impl LogReader {
    /// Compares what a folder holds with what is tracked; returns how many files of it are mail logs.
    pub(super) fn reconcile_directory(&mut self, at: usize, found: Vec<FoundFile>) -> usize {
        let there: HashSet<FileId> = found.iter().map(|found| found.stat.id).collect();
        let before: Vec<(FileId, PathBuf)> = self.of_target(at);
        let mut held = 0;
        let mut fresh = self.no_fresh();
        let place = &self.targets[at].place;
        self.unreadable
            .retain(|id, path| there.contains(id) || !place.may_mean(path));
        self.refused.keep_only(&found);
        for found in self.with_unlisted(at, found, &there) {
            if let Some(&known) = self.by_id.get(&found.stat.id) {
                held += usize::from(!self.files[known].unclassified);
                self.on_known_file(&found);
            } else if !self.refused.holds(&found.stat) {
                held += usize::from(self.on_new_file(found, &mut fresh));
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
            let successor = fresh.files.iter().any(|(found, ..)| found.path == path);
            self.on_unlinked(id, &path, successor);
        }
        for (found, file, judged) in fresh.files {
            let gone = !there.contains(&found.stat.id);
            let file = self.track(&found, file, gone);
            self.files[file].unclassified = judged == Sniffed::Not;
        }
        held
    }

    /// No new file yet, and room for those that may be held open.
    fn no_fresh(&self) -> NewFiles {
        let waiting = |at: &&usize| matches!(self.files[**at].body, Body::New(Some(_)));
        let unclassified = |at: &&usize| self.files[**at].unclassified;
        let live = self.follow == Follow::Live;
        let unclassified = self.active.iter().filter(unclassified).count();
        NewFiles {
            files: Vec::new(),
            room: HELD.saturating_sub(self.active.iter().filter(waiting).count()),
            unclassified: if live {
                UNJUDGED.saturating_sub(unclassified)
            } else {
                0
            },
        }
    }

    /// A file of a folder that was never met: whether it is known to be a mail log.
    fn on_new_file(&mut self, found: FoundFile, fresh: &mut NewFiles) -> bool {
        let judged = self.open_found(&found).and_then(|file| {
            let qualifies = scan::qualifies(&file, self.is_mail_log)?;
            Ok((file, qualifies))
        });
        match judged {
            Ok((file, true)) => {
                self.can_read(&found);
                // PendingFile open, as its name may be taken from it before it is its turn; but not hundreds of them.
                let file = (fresh.room > 0).then_some(file);
                fresh.room = fresh.room.saturating_sub(1);
                fresh.files.push((found, file, Sniffed::Log));
                return true;
            }
            // Its first line may still come, when its name is no longer there: it is kept open and judged then.
            Ok((file, false)) if found.stat.size < SHORT && fresh.unclassified > 0 => {
                fresh.unclassified -= 1;
                fresh.files.push((found, Some(file), Sniffed::Not));
            }
            Ok((_, false)) => self.refused.add(found.stat),
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                self.cannot_read(&found, &error);
            }
            // It may be readable, or whole, next time.
            Err(_) => {}
        }
        false
    }

    /// Says once of a new file that it cannot be read, where its name is a log's: what is in it nobody knows.
    pub(super) fn cannot_read(&mut self, found: &FoundFile, error: &io::Error) {
        let stem = scan::stem(&found.path);
        let folder = scan::folder_of(&found.path);
        let is_kin = |file: &TailedFile| {
            !file.unclassified && file.known.folder == folder && scan::stem(&file.path) == stem
        };
        let is_named_so = stem.starts_with("mail") || !self.files.which(is_kin).is_empty();
        if !is_named_so || self.unreadable.contains_key(&found.stat.id) {
            return;
        }
        let path = found.path.clone();
        self.notice(NoticeKind::Unreadable, &path, error.to_string());
        self.unreadable.insert(found.stat.id, path);
    }

    /// A file that could not be read can be now, if it is one.
    fn can_read(&mut self, found: &FoundFile) {
        if self.unreadable.remove(&found.stat.id).is_some() {
            self.notice(NoticeKind::Readable, &found.path, String::new());
        }
    }

    /// The first line of a file came that was held open for it: whether it is to be read.
    pub(super) fn judge(&mut self, at: usize, file: &Arc<File>) -> io::Result<bool> {
        let (_, head) = scan::head(file, scan::HEAD)?;
        let file = &mut self.files[at];
        if (self.is_mail_log)(&head) {
            file.unclassified = false;
            return Ok(true);
        }
        if file.stat.size >= SHORT {
            self.refused.add(file.stat);
            self.close(at);
        }
        Ok(false)
    }

    /// The files tracked that stand under a folder or pattern.
    fn of_target(&self, at: usize) -> Vec<(FileId, PathBuf)> {
        let place = &self.targets[at].place;
        self.by_id
            .iter()
            .filter(|&(_, &file)| place.may_mean(&self.files[file].path))
            .map(|(&id, &file)| (id, self.files[file].path.clone()))
            .collect()
    }

    /// A folder's file is no longer listed there.
    fn on_unlinked(&mut self, id: FileId, path: &Path, successor: bool) {
        let Some(&at) = self.by_id.get(&id) else {
            return;
        };
        self.files[at].lost = true;
        if self.files[at].replaced {
            return;
        }
        self.files[at].replaced = true;
        if successor {
            self.notice(NoticeKind::Replaced, path, String::new());
        } else if matches!(self.files[at].body, Body::New(None)) && self.files[at].stat.size > 0 {
            let detail = "the file was deleted before its turn".to_owned();
            self.notice(NoticeKind::Gap, path, detail);
        } else if scan::age(path) == RotationKey::TailPreview {
            self.notice(NoticeKind::Gone, path, String::new());
        }
        if self.files[at].is_closed() {
            self.close(at);
        }
    }
}
