//! The rolled files beside a followed path: each is read, however many rotations happen between two
//! scans.

use std::collections::HashSet;
use std::path::Path;

use super::fs::FileId;
use super::notice::NoticeKind;
use super::reader::LogReader;
use super::reconcile::{RolledScan, SHORT};
use super::rotation_order::RotationKey;
use super::scan::{self, FoundFile};
use super::tracker::Name;

impl LogReader {
    /// Tracks the files that had a followed path between two scans, and the copies that were made
    /// of one: those beside it that were not there at first.
    pub(super) fn scan_rotated(&mut self, at: usize, rolled: RolledScan) {
        let target = &mut self.targets[at];
        let path = target.path().to_path_buf();
        if rolled.newest.is_some() && rolled.replaced.is_none() && target.is_unchanged() {
            return;
        }
        let siblings = scan::rotated_siblings(&path);
        self.targets[at].set_listed(siblings.len());
        let listed: HashSet<FileId> = siblings.iter().map(|found| found.stat.id).collect();
        self.drop_deleted(at, &path, &listed);
        let siblings = self.with_unlisted(at, siblings, &listed);
        let keys = siblings
            .iter()
            .map(|found| RotationKey::of_path(&found.path));
        let keys: HashSet<RotationKey> = keys.collect();
        for found in &siblings {
            let gone = !listed.contains(&found.stat.id);
            if Some(found.stat.id) == rolled.newest {
                if found.path == path {
                    continue;
                }
                // It was rolled already: what is younger comes after it, with the next scan.
                self.schedule.wanted = true;
                break;
            }
            if found.path != path || gone {
                self.on_sibling(at, found, gone, rolled);
            }
        }
        // Files are renamed one after the other: what seems to be missing is checked once more.
        let unsure = std::mem::replace(&mut self.targets[at].just_replaced, rolled.replaced);
        if let Some(old) = unsure {
            let is_plain = |file: &super::tail::TailedFile| !file.tail.compression.is_packed();
            let missing = self.tracker.missing_numbers(old, &keys, is_plain);
            if !missing.is_empty() {
                let missing: Vec<String> = missing.iter().map(|n| format!(".{n}")).collect();
                let detail = format!("no rolled file {}", missing.join(", "));
                self.notice(NoticeKind::Gap, &path, detail);
            }
        }
    }

    fn on_sibling(&mut self, at: usize, found: &FoundFile, gone: bool, rolled: RolledScan) {
        let id = found.stat.id;
        let is_rolled = gone || RotationKey::of_path(&found.path) != RotationKey::Newest;
        let only_new_bytes = !is_rolled || found.stat.modified < rolled.since;
        let before = self.tracker.find(id);
        self.on_known_file(found);
        if let Some(key) = self.tracker.find(id) {
            if before != Some(key) {
                self.tracker[key].only_new_bytes = only_new_bytes;
            }
            return;
        }
        if self.rejected.no_logs.holds(&found.stat) || self.targets[at].is_beside(found) {
            return;
        }
        // It may be readable, or complete, at the next scan.
        let Ok(file) = self.open_found(found) else {
            return;
        };
        match scan::is_log(&file, self.settings.is_mail_log) {
            Ok(true) => {}
            // Its first line may still come, from a late writer.
            Ok(false) if found.stat.size < SHORT && is_rolled => {}
            Ok(false) => return self.rejected.no_logs.add(found.stat),
            Err(_) => return,
        }
        let key = self.track(found, Some(file), gone);
        self.tracker[key].only_new_bytes = only_new_bytes;
    }

    /// Closes the rolled files of a followed path that are no longer there: their inodes come back
    /// as other files.
    fn drop_deleted(&mut self, at: usize, path: &Path, listed: &HashSet<FileId>) {
        let current = self.targets[at].current;
        for key in self.tracker.missing_rolled(path, listed) {
            if Some(key) == current {
                continue;
            }
            self.tracker[key].name = Name::Unlinked;
            if self.tracker[key].is_closed() {
                self.close(key);
            }
        }
    }
}
