//! The order in which files are read, and which of them are open.

use std::fs::File;
use std::sync::Arc;

use super::notice::NoticeKind;
use super::reader::LogReader;
use super::rotation_order::RotationKey;
use super::tail::Body;
use super::{fingerprint, fs, scan};

/// How many files that say nothing are kept open.
const IDLE_OPEN: usize = 4;

/// The first bytes of a file, unpacked, as far as they can be had now.
fn first_bytes(file: Option<&Arc<File>>) -> Vec<u8> {
    let head = |file| scan::head(file, fingerprint::HEAD).ok();
    file.and_then(head)
        .map(|(_, head)| head)
        .unwrap_or_default()
}

impl LogReader {
    /// Queues a file to be read before those that are younger by their names.
    pub(super) fn queue_by_age(&mut self, at: usize) {
        let file = &self.files[at];
        let own = file.age();
        let younger = |&other: &usize| {
            let other = &self.files[other];
            // What came and short_lived under the log's name had it before the one that has it now.
            let succeeds =
                file.short_lived && own == RotationKey::TailPreview && other.age() == own;
            let younger = other.age() > own || succeeds;
            other.known.folder == file.known.folder && !other.lost && younger
        };
        // Nearly always there is none.
        let last = self.active.iter().rfind(|&&at| !self.files[at].lost);
        let place = match last {
            Some(last) if younger(last) => self.active.iter().position(younger),
            _ => None,
        };
        self.queue_at(at, place);
    }

    /// Queues a file that was rewritten after `known` was read of it. It comes behind the copies that were made of it
    /// before; but where its name was taken from it, before all files that came since.
    pub(super) fn queue_rewritten(&mut self, at: usize, known: &[u8]) {
        let file = &self.files[at];
        let own = file.age();
        let now = first_bytes(file.file());
        let after = |&other: &usize| {
            let other = &self.files[other];
            let first = first_bytes(other.file());
            // What came and short_lived had the log's name after a rolled file; of one that has it still it is a copy.
            let short_lived =
                other.short_lived && own != RotationKey::TailPreview && !first.is_empty();
            let came_since = (file.lost || short_lived)
                && matches!(other.body, Body::New(_))
                && !first.starts_with(known);
            let younger = !file.lost && !other.lost && other.age() > own;
            other.known.folder == file.known.folder && (younger || came_since)
        };
        // Its own copy tells its place for sure.
        let twin = |&other: &usize| {
            let other = &self.files[other];
            !now.is_empty()
                && matches!(other.body, Body::New(_))
                && first_bytes(other.file()) == now
        };
        let twin = self.active.iter().position(twin).filter(|_| file.lost);
        let place = twin.or_else(|| self.active.iter().position(after));
        self.queue_at(at, place);
    }

    /// A file is looked at no more. It nearly always stands among the first.
    pub(super) fn dequeue(&mut self, at: usize) {
        if let Some(place) = self.active.iter().position(|&other| other == at) {
            self.active.remove(place);
        }
    }

    fn queue_at(&mut self, at: usize, place: Option<usize>) {
        let Some(place) = place else {
            self.turns += 1;
            self.files[at].turn = self.turns;
            return self.active.push_back(at);
        };
        self.active.insert(place, at);
        for &file in &self.active {
            self.turns += 1;
            self.files[file].turn = self.turns;
        }
    }

    /// Holds the newest files open from the start: their names may be taken from them before it is their turn.
    pub(super) fn pin_newest(&mut self) {
        for &at in self.active.iter().rev().take(IDLE_OPEN) {
            let file = &mut self.files[at];
            if let Body::New(held @ None) = &mut file.body
                && let Ok((open, stat)) = fs::open(&file.path)
                && stat.id == file.stat.id
            {
                *held = Some(Arc::new(open));
            }
        }
    }

    /// Closes the files that lost their name and were quiet for a while.
    pub(super) fn let_go(&mut self) {
        for at in self.active.clone() {
            let file = &self.files[at];
            let named = file
                .file()
                .and_then(|file| fs::stat(file).ok())
                .is_some_and(|stat| stat.names > 0);
            let has_successor = !self.targets.iter().any(|target| target.away);
            let limit = match (file.replaced, file.renamed) {
                (true, _) if !named => self.timeouts.nameless,
                (true, _) if has_successor => self.timeouts.renamed,
                _ => continue,
            };
            if file.grown.elapsed() >= limit && !file.has_more() {
                self.flush(at);
                self.close(at);
            }
        }
        for at in self.files.which(|file| file.damage.is_some()) {
            if let Some((_, since)) = self.files[at].damage
                && since.elapsed() >= self.timeouts.damaged
                && let Some((what, _)) = self.files[at].damage.take()
            {
                let path = self.files[at].path.clone();
                self.notice(NoticeKind::Damaged, &path, what);
            }
        }
    }

    /// Closes files that have nothing new where too many are open, of those up to this one: of thousands that wait for
    /// their turn behind it none was opened. Their names are still looked at.
    pub(super) fn shed(&mut self, last: usize) {
        let read = self.active.iter().position(|&at| at == last);
        let read = read.map_or(0, |place| place + 1);
        if read <= 2 * IDLE_OPEN {
            return;
        }
        let idle: Vec<usize> = self
            .active
            .iter()
            .take(read)
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
            self.dequeue(at);
        }
    }
}
