//! The one reader: tells everything in rotation_order, and waits when there is nothing.

use std::collections::{HashMap, VecDeque};
use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use super::blocks::{Block, READ, Truncated};
use super::event::SourceEvent;
use super::file_table::FileTable;
use super::fingerprint_store::FingerprintStore;
use super::fs::{FileId, Stat};
use super::notice::{Notice, NoticeKind};
use super::pending::{PendingFile, PendingFiles};
use super::pipe::Pipe;
use super::registry::{SourceState, Sources};
use super::scan::{self, FoundFile, Place, Refused};
use super::tail::{Body, Look};
use super::watch::{Waker, Wakeup, Watch};
use super::{EmptyFolder, Follow, Liveness, RawLines, Request, SourceError};

/// How long the timer sleeps where notifications come: they are only hints.
const PACE: Duration = Duration::from_secs(1);
/// How much of one archive is read, unpacked: this, or a hundred times its length where that is more.
const UNPACK_AT_MOST: u64 = 8 << 30;
/// How many buffers wait to be used again.
const SPARE: usize = 16;

/// A PATH, and what was found there.
pub(super) struct WatchTarget {
    pub place: Place,
    /// The file that has the name now, of [`Place::Name`].
    pub current: Option<usize>,
    /// The file that had it last.
    pub former: Option<usize>,
    /// FileTable that stood beside it when it was first looked at, and when each was made: none of its rolled forms to come.
    pub beside: HashMap<FileId, Option<SystemTime>>,
    /// The file that had the name until the last look, if it lost it then.
    pub unsure: Option<usize>,
    /// What the folder of [`Place::Name`] looked like when it was listed last and before, and how many files it held.
    pub listed: ([Option<Stat>; 2], usize),
    /// Whether its being away was told.
    pub away: bool,
}

impl WatchTarget {
    /// Whether a file stood beside the followed one before. An inode that comes back as another file was made at another
    /// time.
    pub fn is_beside(&self, found: &FoundFile) -> bool {
        self.beside.get(&found.stat.id) == Some(&found.stat.made())
    }
}

/// Takes block buffers back, so that reading a large log allocates but few.
#[derive(Clone, Debug, Default)]
pub struct BufferPool(Arc<Mutex<Vec<Vec<u8>>>>);

impl BufferPool {
    /// Gives back the bytes of a block that is no longer needed. Short ones are let go: growing them is filling them.
    pub fn give(&self, bytes: Vec<u8>) {
        let mut spare = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if spare.len() < SPARE && bytes.capacity() >= READ {
            spare.push(bytes);
        }
    }

    pub(super) fn take(&self) -> Vec<u8> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop()
            .unwrap_or_default()
    }
}

/// Reads what was asked for and follows it. Lives on one thread.
pub struct LogReader {
    pub(super) follow: Follow,
    pub(super) pace: Duration,
    pub(super) is_mail_log: fn(&[u8]) -> bool,
    pub(super) liveness: Liveness,
    pub(super) waker: Arc<Waker>,
    pub(super) watch: Watch,
    pub(super) heard: PendingFiles,
    /// Of those, what came since the last scan, while it lasts.
    pub(super) held: Vec<PendingFile>,
    pub(super) sources: Arc<Sources>,
    pub(super) targets: Vec<WatchTarget>,
    pub(super) streams: Vec<Pipe>,
    /// Every file met, by its number here.
    pub(super) files: FileTable,
    pub(super) by_id: HashMap<FileId, usize>,
    /// The files that are looked at, in reading order.
    pub(super) active: VecDeque<usize>,
    pub(super) turns: usize,
    pub(super) refused: Refused,
    /// New files of folders of which it was said that they cannot be read.
    pub(super) unreadable: HashMap<FileId, PathBuf>,
    pub(super) contents: FingerprintStore,
    pub(super) queue: VecDeque<SourceEvent>,
    pub(super) recycler: BufferPool,
    caught_up: bool,
    ended: bool,
    pub(super) scan_wanted: bool,
    pub(super) next_scan: Instant,
    /// Not before this a hint makes the folders be listed: listing takes at most a part of the time.
    pub(super) scan_from: Instant,
    polling_told: bool,
    pub(super) timeouts: Timeouts,
    pub(super) unpack_at_most: u64,
    raw_lines: RawLines,
    /// Whether copies can turn up, so that what is read must be known again.
    pub(super) hashing: Hashing,
}

/// How long something must last before it is believed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Timeouts {
    /// How long a file without a name must be quiet before it is let go, and one that was renamed.
    pub nameless: Duration,
    pub renamed: Duration,
    /// How long an archive must stay as it is before it is read again, and before it is called damaged.
    pub settled: Duration,
    pub damaged: Duration,
    /// How long a log that writes each minute may write nothing.
    pub silent: Duration,
}

impl Timeouts {
    fn of(liveness: &Liveness) -> Self {
        Self {
            nameless: Duration::from_secs(4),
            renamed: Duration::from_secs(60),
            settled: Duration::from_millis(900),
            damaged: Duration::from_secs(5),
            silent: liveness.silence,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Hashing {
    On,
    Off,
}

impl LogReader {
    /// Finds out what is to be read.
    ///
    /// # Errors
    /// A path that names nothing that can be read; a folder without mail logs where that is an error.
    pub fn open(request: &Request) -> Result<Self, SourceError> {
        let signal = request.stop.signal();
        let places = scan::in_time_order(&request.paths)?;
        let live = request.follow == Follow::Live;
        let alone = places.len() == 1 && matches!(places[0], Place::Name(_) | Place::Pipe(_));
        let heard = PendingFiles::default();
        let watch = if live && request.poll.is_none() {
            Watch::new(&signal, &heard)
        } else {
            Watch::off(&signal)
        };
        let now = Instant::now();
        let mut reader = Self {
            follow: request.follow,
            pace: request.poll.unwrap_or(PACE),
            is_mail_log: request.is_mail_log,
            liveness: request.liveness,
            waker: signal,
            watch,
            heard,
            held: Vec::new(),
            sources: Arc::default(),
            targets: Vec::new(),
            streams: Vec::new(),
            files: FileTable::default(),
            by_id: HashMap::new(),
            active: VecDeque::new(),
            turns: 0,
            refused: Refused::default(),
            unreadable: HashMap::new(),
            contents: FingerprintStore::default(),
            queue: VecDeque::new(),
            recycler: BufferPool::default(),
            caught_up: false,
            ended: false,
            scan_wanted: false,
            next_scan: now,
            scan_from: now,
            polling_told: false,
            timeouts: Timeouts::of(&request.liveness),
            unpack_at_most: UNPACK_AT_MOST,
            raw_lines: request.raw_lines,
            hashing: if live || !alone {
                Hashing::On
            } else {
                Hashing::Off
            },
        };
        for place in places {
            reader.add_target(place, request.empty_folder)?;
        }
        reader.pin_newest();
        if live && request.poll.is_some() {
            reader.sources.set_polling();
        }
        reader.next_scan = Instant::now() + reader.pace;
        Ok(reader)
    }

    /// The registry of what is read, to be shared.
    pub fn sources(&self) -> Arc<Sources> {
        Arc::clone(&self.sources)
    }

    /// Where buffers of blocks are given back, from any thread.
    pub fn buffer_pool(&self) -> BufferPool {
        self.recycler.clone()
    }

    fn add_target(&mut self, place: Place, empty: EmptyFolder) -> Result<(), SourceError> {
        if let Place::Pipe(path) = &place {
            if !self.streams.iter().any(|stream| stream.path == *path) {
                let stream = Pipe::open(path, self.raw_lines, &self.waker);
                self.streams
                    .push(stream.map_err(|error| SourceError::of(path.clone(), error))?);
            }
            return Ok(());
        }
        if self.targets.iter().any(|target| target.place == place) {
            return Ok(());
        }
        if let Place::Name(path) = &place {
            scan::check(path)?;
        }
        let path = place.path().to_path_buf();
        let beside = match &place {
            Place::Name(path) if self.follow == Follow::Live => scan::rotated_siblings(path),
            _ => Vec::new(),
        };
        let beside = beside
            .iter()
            .map(|found| (found.stat.id, found.stat.made()))
            .collect();
        self.targets.push(WatchTarget {
            place,
            current: None,
            former: None,
            unsure: None,
            listed: ([None; 2], 0),
            beside,
            away: false,
        });
        let at = self.targets.len() - 1;
        // Watched before it is listed: what appears between the two is told of.
        self.keep_watch(at);
        let found = self
            .list(at)
            .map_err(|error| SourceError::of(path.clone(), error))?;
        if let Place::Folder(folder) = &self.targets[at].place {
            for (path, what) in scan::no_files_in(folder) {
                self.notice(NoticeKind::Ignored, &path, what.to_owned());
            }
        }
        let held = self.reconcile(at, found);
        if held == 0 && !matches!(self.targets[at].place, Place::Name(_)) {
            if empty == EmptyFolder::Refuse || self.follow == Follow::Once {
                return Err(SourceError::NoLogs { path });
            }
            self.sources.await_first(&path, true);
            self.notice(NoticeKind::Waiting, &path, String::new());
        }
        Ok(())
    }

    /// The next thing to know. Blocks until there is one; [`SourceEvent::End`] again and again at the end.
    #[expect(
        clippy::should_implement_trait,
        reason = "it never says that nothing comes: the end is told as one thing more"
    )]
    pub fn next(&mut self) -> SourceEvent {
        loop {
            if let Some(told) = self.look() {
                return told;
            }
            self.wait();
        }
    }

    /// The next thing to know, without waiting for one.
    pub(super) fn look(&mut self) -> Option<SourceEvent> {
        loop {
            let wake = self.waker.take();
            if wake.stopped || self.ended {
                return Some(SourceEvent::End);
            }
            self.handle_wakeup(wake);
            if let Some(told) = self.queue.pop_front() {
                return Some(told);
            }
            if self.follow == Follow::Live {
                self.scan_when_due();
            }
            if self.read_files() || self.read_streams() || !self.queue.is_empty() {
                continue;
            }
            let streaming = self.streams.iter().any(Pipe::is_open);
            let over = !streaming && (self.follow == Follow::Once || self.targets.is_empty());
            if !self.caught_up && (over || self.follow == Follow::Live) {
                self.caught_up = true;
                return Some(SourceEvent::CaughtUp);
            }
            if !over {
                return None;
            }
            self.ended = true;
        }
    }

    fn handle_wakeup(&mut self, wake: Wakeup) {
        self.scan_wanted |= wake.scan
            || (wake.look && self.refused.may_become_logs())
            || wake.written.iter().any(|name| self.sleeps(name));
        if let Some(why) = wake.failed
            && self.follow == Follow::Live
            && !self.polling_told
        {
            self.polling_told = true;
            self.sources.set_polling();
            let path = self
                .targets
                .first()
                .map_or_else(PathBuf::new, |target| target.place.path().to_path_buf());
            self.notice(NoticeKind::Polling, &path, why);
        }
    }

    /// Whether a file of this name is known and closed, so that only a scan finds what was written to it.
    fn sleeps(&self, name: &OsStr) -> bool {
        let is_called = |at: &usize| self.files[*at].path.file_name() == Some(name);
        !self.active.iter().any(is_called)
            && self
                .by_id
                .values()
                .any(|at| matches!(self.files[*at].body, Body::Asleep) && is_called(at))
    }

    /// Waits for a hint or the timer.
    fn wait(&mut self) {
        let limit = (self.follow == Follow::Live && !self.targets.is_empty()).then(|| {
            let until = if self.scan_wanted {
                self.scan_from.min(self.next_scan)
            } else {
                self.next_scan
            };
            until.saturating_duration_since(Instant::now())
        });
        let wake = self.waker.wait(limit);
        self.handle_wakeup(wake);
    }

    /// Tells something of the first file in order that has something new.
    fn read_files(&mut self) -> bool {
        let mut at = 0;
        while let Some(&file) = self.active.get(at) {
            let told = self.queue.len();
            self.read_file(file);
            if self.queue.len() > told {
                return true;
            }
            at = match self.active.get(at) {
                Some(&other) if other == file => at + 1,
                // One that is done with is not looked for among thousands that are to come.
                _ if matches!(self.files[file].body, Body::Asleep | Body::Done) => at,
                _ => {
                    let place = self.active.iter().position(|&other| other == file);
                    place.map_or(at, |place| place + 1)
                }
            };
        }
        false
    }

    fn read_file(&mut self, at: usize) {
        if self.files[at]
            .failed
            .is_some_and(|until| Instant::now() < until)
        {
            return;
        }
        if matches!(self.files[at].body, Body::New(_) | Body::Part(..)) {
            match self.begin(at) {
                Ok(()) => {}
                Err(error) => return self.fail(at, &error),
            }
        }
        // A read may bring no line: the end of the file is told by a look that brings nothing at all.
        loop {
            let recycler = self.recycler.clone();
            let told = self.queue.len();
            match self.files[at].look(|| recycler.take()) {
                Look::Bytes(buffer, mark, count) => {
                    self.can_be_read(at);
                    self.emit_bytes(at, buffer, mark, count);
                }
                Look::Nothing => {
                    self.can_be_read(at);
                    return self.finish_if_over(at);
                }
                Look::Rewritten => return self.rewritten(at),
                Look::Failed(error) => return self.fail(at, &error),
            }
            if self.queue.len() > told || self.waker.is_stopped() {
                return;
            }
        }
    }

    fn can_be_read(&mut self, at: usize) {
        let file = &mut self.files[at];
        file.failed = None;
        if std::mem::take(&mut file.unreadable) {
            let path = file.path.clone();
            self.notice(NoticeKind::Readable, &path, String::new());
        }
    }

    fn emit_bytes(&mut self, at: usize, buffer: Vec<u8>, mark: usize, count: usize) {
        let source = self.source_of(at);
        let file = &mut self.files[at];
        if self.hashing == Hashing::On {
            file.known.content.add(&buffer[mark..mark + count]);
            self.contents.note(at, &mut file.known);
        }
        let pieces = file.known.splitter.split(source, buffer, count);
        let told = file.known.splitter.consumed();
        let read = if file.form.is_packed() {
            file.newly_unpacked()
        } else {
            count as u64
        };
        let size = file.stat.size;
        for block in [&pieces.cut, &pieces.whole].into_iter().flatten() {
            file.framed.note(&block.bytes, self.liveness.marker);
        }
        self.sources.count_read(read);
        self.sources.set_emitted_of(source, told, size);
        if let Some(length) = pieces.hole {
            let path = self.files[at].path.clone();
            self.notice(NoticeKind::Hole, &path, length.to_string());
        }
        self.emit(pieces.cut);
        self.emit(pieces.whole);
        self.on_growth(at);
        self.heed_limit(at);
    }

    /// Reads no further in an archive that unpacks to more than any log does: most likely it is made to fill memory and disks.
    fn heed_limit(&mut self, at: usize) {
        let file = &self.files[at];
        let most = self.unpack_at_most.max(file.stat.size.saturating_mul(100));
        if file.form.is_packed() && file.known.splitter.next_offset() > most {
            let path = file.path.clone();
            self.files[at].sleep(Body::Done);
            self.dequeue(at);
            self.set_state(at, SourceState::Damaged);
            self.notice(NoticeKind::Limit, &path, crate::humanize::size(most));
        }
    }

    pub(super) fn emit(&mut self, block: Option<Block>) {
        if let Some(block) =
            block.filter(|block| !block.bytes.is_empty() || block.cut == Truncated::LastLine)
        {
            self.caught_up = false;
            self.queue.push_back(SourceEvent::Block(block));
        }
    }

    /// Nothing more comes now: the end, where nobody waits for more.
    fn finish_if_over(&mut self, at: usize) {
        let packed = matches!(self.files[at].body, Body::Packed(_));
        if self.follow == Follow::Once || packed {
            let rest = self.files[at].newly_unpacked();
            self.sources.count_read(rest);
            self.flush(at);
            self.set_state(at, SourceState::Finished);
            self.finish_framing(at);
            self.files[at].sleep(Body::Done);
            self.dequeue(at);
        } else {
            let file = &self.files[at];
            let state = match (file.replaced, file.renamed) {
                _ if file.framed.incomplete => SourceState::Incomplete,
                (false, false) if file.framed.silent => SourceState::Stale,
                (false, false) => SourceState::Following,
                _ if file.stat.names == 0 => SourceState::Gone,
                _ => SourceState::Rotated,
            };
            self.set_state(at, state);
            self.shed(at);
        }
    }

    /// Says what a file is doing, where that is news.
    pub(super) fn set_state(&mut self, at: usize, state: SourceState) {
        let file = &mut self.files[at];
        if file.state != state
            && let Some(source) = file.known.source
        {
            file.state = state;
            self.sources.set_state(source, state);
        }
    }

    /// Tells the unfinished line as a line.
    pub(super) fn flush(&mut self, at: usize) {
        let file = &mut self.files[at];
        let Some(source) = file.known.source else {
            return;
        };
        let block = file.known.splitter.finish(source);
        self.sources
            .set_emitted(source, file.known.splitter.consumed());
        self.emit(block);
    }

    fn fail(&mut self, at: usize, error: &io::Error) {
        let file = &mut self.files[at];
        let path = file.path.clone();
        let packed = file.form.is_packed();
        let kind = if packed {
            NoticeKind::Damaged
        } else {
            NoticeKind::Unreadable
        };
        let state = if packed {
            SourceState::Damaged
        } else {
            SourceState::Unreadable
        };
        self.set_state(at, state);
        let file = &mut self.files[at];
        if self.follow == Follow::Live && packed {
            // It may be on its way here: told when nothing more comes.
            file.damage = Some((error.to_string(), Instant::now()));
            file.sleep(Body::Done);
            self.dequeue(at);
            return;
        }
        if self.follow == Follow::Once {
            file.body = Body::Done;
            self.dequeue(at);
        } else {
            let again = file.failed.is_some();
            file.failed = Some(Instant::now() + PACE);
            if again || error.kind() == io::ErrorKind::NotFound {
                return;
            }
        }
        self.files[at].unreadable = kind == NoticeKind::Unreadable;
        self.notice(kind, &path, error.to_string());
    }

    pub(super) fn notice(&mut self, kind: NoticeKind, path: &Path, detail: String) {
        let notice = Notice::new(kind, path, detail);
        self.sources.noticed(&notice);
        self.queue.push_back(SourceEvent::Notice(notice));
    }
}
