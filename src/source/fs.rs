//! What is asked of the file system: opening without ever hanging, reading at an offset, and what a file is.

use std::fs::{File, Metadata};
use std::io;
use std::os::unix::fs::{FileExt, FileTypeExt, MetadataExt};
use std::path::Path;
use std::time::SystemTime;

use rustix::fs::{Mode, OFlags};

/// Which file it is, whatever it is called: device and inode.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct FileId(u64, u64);

/// What a file looked like at one moment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Stat {
    /// Which file.
    pub id: FileId,
    /// Its length in bytes.
    pub size: u64,
    /// When its content changed last.
    pub modified: Option<SystemTime>,
    /// When it was made, of a file system that knows.
    pub born: Option<SystemTime>,
    /// When anything of it changed last: a file that got the inode of another has its own.
    changed: (i64, i64),
    /// How many names it has.
    pub names: u64,
    /// Whether it takes less room than it is long.
    pub sparse: bool,
}

impl Stat {
    /// What `metadata` says.
    pub fn of(metadata: &Metadata) -> Self {
        Self {
            id: FileId(metadata.dev(), metadata.ino()),
            size: metadata.size(),
            modified: metadata.modified().ok(),
            born: metadata.created().ok(),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
            names: metadata.nlink(),
            sparse: metadata.blocks().saturating_mul(512) < metadata.size(),
        }
    }
}

impl Stat {
    /// When it was made, or written last where nobody knows.
    pub fn made(&self) -> Option<SystemTime> {
        self.born.or(self.modified)
    }
}

/// What kind of thing a path names, as far as a reader cares.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    /// A file that can be read at any offset.
    File,
    /// A folder.
    Folder,
    /// A pipe or terminal: read once, in order.
    Pipe,
    /// Nothing to read.
    Other,
}

pub(crate) fn kind(metadata: &Metadata) -> Kind {
    let kind = metadata.file_type();
    if kind.is_file() {
        Kind::File
    } else if kind.is_dir() {
        Kind::Folder
    } else if kind.is_fifo() || kind.is_char_device() {
        Kind::Pipe
    } else {
        Kind::Other
    }
}

/// What it is that is neither a file nor a folder.
pub(crate) fn special_file_kind(metadata: &Metadata) -> Option<&'static str> {
    let kind = metadata.file_type();
    if kind.is_fifo() {
        Some("a pipe")
    } else if kind.is_socket() {
        Some("a socket")
    } else if kind.is_char_device() || kind.is_block_device() {
        Some("a device")
    } else {
        None
    }
}

/// Opens a regular file. Anything else is an error and never a wait: a FIFO in a log folder must not block the reader,
/// nor a terminal become the controlling one.
pub(crate) fn open(path: &Path) -> io::Result<(File, Stat)> {
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    let file = File::from(rustix::fs::open(path, flags, Mode::empty())?);
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "no regular file",
        ));
    }
    Ok((file, Stat::of(&metadata)))
}

/// What the open file looks like now.
pub(crate) fn stat(file: &File) -> io::Result<Stat> {
    Ok(Stat::of(&file.metadata()?))
}

/// Where the next bytes stand that are no hole, from `offset` on; the file's end where none do. Of a file system that
/// knows no holes, `offset`.
pub(crate) fn next_data(file: &File, offset: u64, size: u64) -> u64 {
    match rustix::fs::seek(file, rustix::fs::SeekFrom::Data(offset)) {
        Ok(data) => data.min(size),
        Err(rustix::io::Errno::NXIO) => size,
        Err(_) => offset,
    }
}

/// The first bytes of a file, at most so many.
pub(crate) fn first(file: &File, most: usize) -> io::Result<Vec<u8>> {
    let mut head = vec![0; most];
    let count = read_at(file, &mut head, 0)?;
    head.truncate(count);
    Ok(head)
}

/// Reads at `offset`; fewer bytes than asked for mean the end of the file.
pub(crate) fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match file.read_at(&mut buffer[filled..], offset + filled as u64) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if filled == 0 => return Err(error),
            Err(_) => break,
        }
    }
    Ok(filled)
}
