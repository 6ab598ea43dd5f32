//! What is asked of the file system: opening without ever hanging, reading at an offset, and what a file is.

use std::fs::{File, Metadata, OpenOptions};
use std::io;
use std::path::Path;
use std::time::SystemTime;

#[cfg(unix)]
use std::os::unix::fs::{FileExt, FileTypeExt, MetadataExt, OpenOptionsExt};

/// A FIFO in a log folder must not stop the reader, nor a terminal become ours.
#[cfg(any(target_os = "linux", target_os = "android"))]
const OPEN_FLAGS: i32 = if cfg!(any(target_arch = "mips", target_arch = "mips64")) {
    0x80 | 0x800
} else if cfg!(any(target_arch = "sparc", target_arch = "sparc64")) {
    0x4000 | 0x8000
} else {
    0o4000 | 0o400
};
#[cfg(all(unix, not(any(target_os = "linux", target_os = "android"))))]
const OPEN_FLAGS: i32 = 0x4;

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

#[cfg(unix)]
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

#[cfg(unix)]
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
#[cfg(unix)]
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

/// Opens a regular file; what is none, or became none since it was looked at, is an error and never a wait.
pub(crate) fn open(path: &Path) -> io::Result<(File, Stat)> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    options.custom_flags(OPEN_FLAGS);
    let file = options.open(path)?;
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
#[cfg(unix)]
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
