//! A followed name and the files beside it that had it before: each is read, however many rotations come between two looks.

use std::cmp::Reverse;
use std::collections::HashSet;
use std::path::Path;
use std::time::SystemTime;

use super::fs::{self, FileId};
use super::notice::NoticeKind;
use super::reader::LogReader;
use super::reconcile::SHORT;
use super::rotation_order::RotationKey;
use super::scan;
use super::tail::TailedFile;

/// A folder of so many files is not listed at each look.
const MANY: usize = 500;

impl LogReader {
    /// Takes in the files that had a followed name between two looks, and the copies that were made of one: those beside it
    /// that were not there before. What was written before `since` can only be a copy of what is known. `succeeded` is the
    /// file that has just lost the name to another.
    pub(super) fn scan_rotated(
        &mut self,
        at: usize,
        newest: Option<FileId>,
        since: Option<SystemTime>,
        succeeded: Option<usize>,
    ) {
        let path = self.targets[at].place.path().to_path_buf();
        if newest.is_some() && succeeded.is_none() && self.is_unchanged(at, &path) {
            return;
        }
        let family = scan::rotated_siblings(&path);
        self.targets[at].listed.1 = family.len();
        let there: HashSet<FileId> = family.iter().map(|found| found.stat.id).collect();
        self.drop_deleted(at, &path, &there);
        let family = self.with_unlisted(at, family, &there);
        let ages: HashSet<RotationKey> =
            family.iter().map(|found| scan::age(&found.path)).collect();
        for found in family {
            let id = found.stat.id;
            if Some(id) == newest {
                if found.path == path {
                    continue;
                }
                // It was rolled already: what is younger comes after it, with the next scan.
                self.scan_wanted = true;
                break;
            }
            let gone = !there.contains(&id);
            if found.path == path && !gone {
                continue;
            }
            let rolled = gone || scan::age(&found.path) != RotationKey::TailPreview;
            let only_new_bytes = !rolled || found.stat.modified < since;
            let before = self.by_id.get(&id).copied();
            self.on_known_file(&found);
            if let Some(&member) = self.by_id.get(&id) {
                if before != Some(member) {
                    self.files[member].only_new_bytes = only_new_bytes;
                }
                continue;
            }
            if self.refused.holds(&found.stat) || self.targets[at].is_beside(&found) {
                continue;
            }
            // It may be readable, or whole, next time.
            let Ok(file) = self.open_found(&found) else {
                continue;
            };
            match scan::qualifies(&file, self.is_mail_log) {
                Ok(true) => {}
                // Its first line may still come, from a writer who is late.
                Ok(false) if found.stat.size < SHORT && rolled => {}
                Ok(false) => {
                    self.refused.add(found.stat);
                    continue;
                }
                Err(_) => continue,
            }
            let member = self.track(&found, Some(file), gone);
            self.files[member].only_new_bytes = only_new_bytes;
        }
        // FileTable are renamed one after the other: what seems to be missing is looked for once more.
        let unsure = std::mem::replace(&mut self.targets[at].unsure, succeeded);
        if let Some(old) = unsure {
            self.report_gaps(at, old, &ages);
        }
    }

    /// Whether the folder of a followed name is one of thousands of files and is as it was when it was listed twice: a change
    /// within the same tick of the clock would not show once.
    fn is_unchanged(&mut self, at: usize, path: &Path) -> bool {
        let changed = scan::folder_of(path).metadata().ok();
        let changed = changed.map(|metadata| fs::Stat::of(&metadata));
        let target = &mut self.targets[at];
        let same = changed.is_some() && target.listed.0 == [changed; 2];
        target.listed.0 = [changed, target.listed.0[0]];
        same && target.listed.1 >= MANY && target.unsure.is_none()
    }

    /// Says which numbers are missing between a log and the file that had its name before.
    fn report_gaps(&mut self, at: usize, old: usize, ages: &HashSet<RotationKey>) {
        let old = &self.files[old];
        let RotationKey::Rolled(Reverse(number)) = old.age() else {
            return;
        };
        // Where it expired, those after it may have been read and have expired too.
        if old.lost {
            return;
        }
        // Those that had the name after it were read, whoever has deleted them since.
        let is_later = |file: &TailedFile| {
            file.lost
                && !file.form.is_packed()
                && file.turn > old.turn
                && file.known.folder == old.known.folder
        };
        let stem = scan::stem(&old.path);
        let is_kin = |file: &TailedFile| is_later(file) && scan::stem(&file.path) == stem;
        let deleted = self.files.which(is_kin).len();
        let is_missing = |number: &u32| !ages.contains(&RotationKey::Rolled(Reverse(*number)));
        let missing: Vec<String> = (1..number)
            .filter(is_missing)
            .map(|number| format!(".{number}"))
            .collect();
        if missing.len() > deleted {
            let path = self.targets[at].place.path().to_path_buf();
            let detail = format!("no rolled file {}", missing.join(", "));
            self.notice(NoticeKind::Gap, &path, detail);
        }
    }

    /// Lets go of the rolled files of a followed name that are no longer there: their inodes come back as other files.
    fn drop_deleted(&mut self, at: usize, path: &Path, there: &HashSet<FileId>) {
        let (folder, stem) = (scan::folder_of(path), scan::stem(path));
        let current = self.targets[at].current;
        let gone: Vec<(FileId, usize)> = self
            .by_id
            .iter()
            .map(|(&id, &file)| (id, file))
            .filter(|&(id, file)| {
                let known = &self.files[file];
                Some(file) != current
                    && !there.contains(&id)
                    && known.known.folder == folder
                    && scan::stem(&known.path) == stem
            })
            .collect();
        for (_, file) in gone {
            self.files[file].replaced = true;
            self.files[file].lost = true;
            if self.files[file].is_closed() {
                self.close(file);
            }
        }
    }
}
