//! The model: the files, and the lines in them that a reader can read.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use super::super::{folder, gzip, line};
use crate::source::pending::PendingFiles;

/// How rolled files are called.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Naming {
    /// `mail.log.1`, `mail.log.2`, counted up at each rotation.
    Numbered,
    /// `mail.@20260302T000001.s`.
    Dated,
    /// The log is a link to `mail.@20260302T000001.c`.
    Linked,
}

/// How logs are rolled; each log in one way only.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Manner {
    Rename,
    /// Copies the log, then cuts it to nothing.
    Copy,
}

/// The lines written to one file under the log's name.
#[derive(Debug, Default)]
struct Generation {
    lines: Vec<usize>,
    /// How many of them the reader had to emit so far.
    read: usize,
    /// An unfinished line, and how many of its bytes are written.
    half: Option<(usize, usize)>,
    /// `None` once it was deleted.
    path: Option<PathBuf>,
    /// How many of its lines are in an archive that replaced it.
    packed: Option<usize>,
    /// Its writer has it open.
    writer: Option<File>,
    /// The reader has it open.
    held: bool,
}

impl Generation {
    /// How many lines can be read.
    fn reachable(&self) -> usize {
        match (&self.path, self.packed) {
            _ if self.held => self.lines.len(),
            (None, _) => self.read,
            (Some(_), None) => self.lines.len(),
            (Some(_), Some(packed)) => packed.max(self.read),
        }
    }
}

pub(crate) struct World {
    pub dir: tempfile::TempDir,
    naming: Naming,
    pub manner: Manner,
    generations: Vec<Generation>,
    /// Which generation has the log's name.
    current: Option<usize>,
    next: usize,
    rolled: usize,
    /// Opens new files immediately; `None` if the reader only polls.
    pending: Option<PendingFiles>,
}

/// Deletes a file. Its inode is reused in a later tick of the clock: within one tick, the old and
/// the new file cannot be distinguished.
fn delete(path: &Path) {
    fs::remove_file(path).expect("deletes");
    thread::sleep(Duration::from_millis(5));
}

impl World {
    pub(crate) fn new(naming: Naming, manner: Manner) -> Self {
        let mut world = Self {
            dir: folder(),
            naming,
            manner,
            generations: Vec::new(),
            current: None,
            next: 0,
            rolled: 0,
            pending: None,
        };
        world.begin();
        world.write(1);
        world
    }

    /// From now on new files are opened immediately, as by the watcher thread.
    pub(crate) fn tell(&mut self, pending: PendingFiles) {
        self.pending = Some(pending);
    }

    fn named(&self, path: &Path) {
        if let Some(pending) = &self.pending {
            pending.open_on_event(path);
        }
    }

    pub(crate) fn name(&self) -> PathBuf {
        self.dir.path().join("mail.log")
    }

    fn dated(&self, ending: &str) -> PathBuf {
        let name = format!("mail.@20260302T{:06}.{ending}", self.rolled);
        self.dir.path().join(name)
    }

    /// Makes a new log.
    pub(crate) fn begin(&mut self) {
        let path = if self.naming == Naming::Linked {
            self.rolled += 1;
            let path = self.dated("c");
            let next = self.dir.path().join(".next");
            std::os::unix::fs::symlink(path.file_name().expect("a name"), &next).expect("links");
            File::create(&path).expect("makes");
            fs::rename(next, self.name()).expect("renames");
            path
        } else {
            self.name()
        };
        let writer = OpenOptions::new().create(true).append(true).open(&path);
        self.named(&path);
        self.current = Some(self.generations.len());
        self.generations.push(Generation {
            path: Some(path),
            writer: Some(writer.expect("opens")),
            held: self.pending.is_some(),
            ..Generation::default()
        });
    }

    fn put(&mut self, at: usize, bytes: &str) {
        let writer = self.generations[at].writer.as_mut().expect("a writer");
        writer.write_all(bytes.as_bytes()).expect("writes");
    }

    fn finish_half(&mut self, at: usize) {
        if let Some((number, written)) = self.generations[at].half.take() {
            self.put(at, &line(number)[written..]);
            self.generations[at].lines.push(number);
        }
    }

    fn write_to(&mut self, at: usize, count: usize) {
        self.finish_half(at);
        for _ in 0..count {
            self.put(at, &line(self.next));
            self.generations[at].lines.push(self.next);
            self.next += 1;
        }
    }

    pub(crate) fn write(&mut self, count: usize) {
        if self.current.is_none() {
            self.begin();
        }
        self.write_to(self.current.expect("a log"), count);
    }

    pub(crate) fn half(&mut self, length: usize) {
        if self.current.is_none() {
            self.begin();
        }
        let at = self.current.expect("a log");
        if self.generations[at].half.is_none() {
            let text = line(self.next);
            let length = length.min(text.len() - 1);
            self.put(at, &text[..length]);
            self.generations[at].half = Some((self.next, length));
            self.next += 1;
        }
    }

    /// Renames the rolled files for another one; returns the path of that.
    fn make_room(&mut self) -> PathBuf {
        self.rolled += 1;
        if self.naming != Naming::Numbered {
            return self.dated("s");
        }
        let rolled = |number: usize| self.dir.path().join(format!("mail.log.{number}"));
        for number in (1..self.rolled).rev() {
            for ending in ["", ".gz"] {
                let with = |number| PathBuf::from(format!("{}{ending}", rolled(number).display()));
                let (old, new) = (with(number), with(number + 1));
                let holds = |generation: &&mut Generation| generation.path.as_ref() == Some(&old);
                if let Some(generation) = self.generations.iter_mut().find(holds) {
                    fs::rename(&old, &new).expect("renames");
                    generation.path = Some(new.clone());
                    self.named(&new);
                }
            }
        }
        rolled(1)
    }

    /// Only the former log's writer keeps its file open.
    fn drop_writers(&mut self) {
        let last = self.generations.len();
        for generation in &mut self.generations[..last.saturating_sub(2)] {
            generation.writer = None;
        }
    }

    pub(crate) fn roll(&mut self) {
        let Some(at) = self.current.take() else {
            return;
        };
        if self.naming != Naming::Linked {
            let path = self.make_room();
            fs::rename(self.name(), &path).expect("renames");
            self.named(&path);
            self.generations[at].path = Some(path);
        }
        self.drop_writers();
    }

    pub(crate) fn truncate(&mut self) {
        let Some(at) = self.current else { return };
        let old = &mut self.generations[at];
        let (path, writer, held) = (old.path.take(), old.writer.take(), old.held);
        old.held = false;
        old.half = None;
        fs::write(path.as_ref().expect("a name"), "").expect("truncates");
        self.current = Some(self.generations.len());
        self.generations.push(Generation {
            path,
            writer,
            held,
            ..Generation::default()
        });
    }

    pub(crate) fn copy_truncate(&mut self) {
        let Some(at) = self.current else { return };
        self.finish_half(at);
        let copy = self.make_room();
        fs::copy(self.name(), &copy).expect("copies");
        self.named(&copy);
        self.truncate();
        self.generations[at].path = Some(copy);
        self.generations[at].held = self.pending.is_some();
    }

    pub(crate) fn delete(&mut self) {
        if let Some(at) = self.current.take() {
            let path = self.generations[at].path.take();
            delete(&path.expect("a name"));
            self.drop_writers();
        }
    }

    pub(crate) fn compress(&mut self) {
        let current = self.current;
        let newest = (0..self.generations.len()).rev().find(|&at| {
            let generation = &self.generations[at];
            Some(at) != current && generation.path.is_some() && generation.packed.is_none()
        });
        let Some(at) = newest else { return };
        if self.generations[at].half.is_some() {
            return;
        }
        let path = self.generations[at].path.take().expect("a name");
        let packed = PathBuf::from(format!("{}.gz", path.display()));
        gzip(&packed, &fs::read_to_string(&path).expect("reads"));
        let written = path.metadata().and_then(|data| data.modified());
        let file = OpenOptions::new().write(true).open(&packed);
        file.and_then(|file| file.set_modified(written?))
            .expect("sets");
        self.named(&packed);
        delete(&path);
        self.generations[at].packed = Some(self.generations[at].lines.len());
        self.generations[at].path = Some(packed);
    }

    pub(crate) fn expire(&mut self) {
        let named = |generation: &Generation| generation.path.is_some();
        if self.generations.iter().filter(|&g| named(g)).count() > 3 {
            let at = self.generations.iter().position(named).expect("some");
            let path = self.generations[at].path.take().expect("a name");
            delete(&path);
        }
    }

    pub(crate) fn late(&mut self, count: usize) {
        let current = self.current.unwrap_or(self.generations.len());
        if let Some(at) = current.checked_sub(1)
            && self.generations[at].writer.is_some()
        {
            self.write_to(at, count);
        }
    }

    /// The lines that the reader must emit now, in order.
    pub(crate) fn look(&mut self) -> Vec<usize> {
        let mut told = Vec::new();
        for generation in &mut self.generations {
            let reachable = generation.reachable();
            told.extend_from_slice(&generation.lines[generation.read..reachable]);
            generation.read = reachable;
            generation.held |= generation.path.is_some() && generation.packed.is_none();
        }
        told
    }

    /// The reader closes the files that lost the log's name.
    pub(crate) fn quiet(&mut self) {
        for at in 0..self.generations.len() {
            if Some(at) != self.current {
                self.generations[at].held = false;
                self.generations[at].writer = None;
            }
        }
    }

    /// How many known files had lines that the reader could not read.
    pub(crate) fn lost(&self) -> usize {
        // Files that came and went between two scans, and lines written to deleted files, are
        // unknown.
        let met = |generation: &&Generation| generation.read > 0 && generation.packed.is_none();
        let met = self.generations.iter().filter(met);
        met.filter(|met| met.lines.len() > met.read).count()
    }
}
