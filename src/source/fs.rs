//! Access to the file system: opening without blocking, reading at an offset, identity and
//! metadata.

use std::fs::{File, Metadata};
use std::io;
use std::os::unix::fs::{FileExt, FileTypeExt, MetadataExt};
use std::path::Path;
use std::time::SystemTime;

use rustix::fs::{Mode, OFlags};

/// The identity of a file, whatever its name: device and inode.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct FileId(u64, u64);

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Stat {
    pub id: FileId,
    pub size: u64,
    pub modified: Option<SystemTime>,
    /// The time of creation, if the file system has it.
    pub born: Option<SystemTime>,
    /// The time of the last change of its metadata: it differs if another file got the inode.
    pub changed: (i64, i64),
    pub names: u64,
    /// Whether it occupies less space than its length.
    pub sparse: bool,
}

impl Stat {
    pub(super) fn of(metadata: &Metadata) -> Self {
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

    /// The time of creation, or of the last write if that is not known.
    pub(super) fn created(&self) -> Option<SystemTime> {
        self.born.or(self.modified)
    }
}

/// What a path leads to, as far as it can be read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum PathKind {
    File,
    Directory,
    /// A pipe or terminal: read once, in order.
    Pipe,
    Other,
}

pub(crate) fn kind(metadata: &Metadata) -> PathKind {
    let kind = metadata.file_type();
    if kind.is_file() {
        PathKind::File
    } else if kind.is_dir() {
        PathKind::Directory
    } else if kind.is_fifo() || kind.is_char_device() {
        PathKind::Pipe
    } else {
        PathKind::Other
    }
}

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

/// Opens a regular file. Anything else is an error and never a wait: a FIFO in a log folder must
/// not block the reader, nor a terminal become the controlling one.
pub(crate) fn open(path: &Path) -> io::Result<(File, Stat)> {
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    let file = File::from(rustix::fs::open(path, flags, Mode::empty())?);
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        let kind = io::ErrorKind::InvalidInput;
        return Err(io::Error::new(kind, "no regular file"));
    }
    Ok((file, Stat::of(&metadata)))
}

pub(crate) fn stat(file: &File) -> io::Result<Stat> {
    Ok(Stat::of(&file.metadata()?))
}

/// The offset of the next data behind a hole at `offset`; the end of the file if there is none, and
/// `offset` if the file system has no holes.
pub(crate) fn next_data(file: &File, offset: u64, size: u64) -> u64 {
    match rustix::fs::seek(file, rustix::fs::SeekFrom::Data(offset)) {
        Ok(data) => data.min(size),
        Err(rustix::io::Errno::NXIO) => size,
        Err(_) => offset,
    }
}

pub(crate) fn first(file: &File, most: usize) -> io::Result<Vec<u8>> {
    read_up_to(file, 0, most)
}

/// At most `most` bytes at `offset`; fewer if the file ends before.
pub(crate) fn read_up_to(file: &File, offset: u64, most: usize) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; most];
    let count = read_at(file, &mut bytes, offset)?;
    bytes.truncate(count);
    Ok(bytes)
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

pub(crate) fn leads_to(path: &Path, id: FileId) -> bool {
    let metadata = path.metadata();
    metadata.is_ok_and(|metadata| Stat::of(&metadata).id == id)
}

#[cfg(test)]
mod tests;
