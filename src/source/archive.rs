//! Compressed files: recognised by their first bytes, whatever their names say, and read as a stream.
//!
//! One layer is taken off and only as much as is asked for, so that a small file that unpacks to a huge one costs time,
//! never memory.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bzip2::read::MultiBzDecoder;
use flate2::read::MultiGzDecoder;
use liblzma::read::XzDecoder;

/// How the bytes of a file are packed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Form {
    /// As they are.
    Plain,
    /// `.gz`, of any number of members.
    Gzip,
    /// `.zst`, of any number of frames.
    Zstd,
    /// `.bz2`, of any number of streams.
    Bzip2,
    /// `.xz`, of any number of streams.
    Xz,
}

impl Form {
    /// How many first bytes [`Form::of`] wants to see.
    pub const MAGIC: usize = 6;

    /// The form of a file that begins with `head`.
    pub fn of(head: &[u8]) -> Self {
        match head {
            [0x1f, 0x8b, 8, ..] => Self::Gzip,
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Self::Zstd,
            [b'B', b'Z', b'h', b'1'..=b'9', ..] => Self::Bzip2,
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Self::Xz,
            _ => Self::Plain,
        }
    }

    /// Whether the bytes have to be unpacked.
    pub fn is_packed(self) -> bool {
        self != Self::Plain
    }
}

/// The unpacked bytes of a stream.
pub(crate) type Unpacked = Box<dyn Read + Send>;

/// Unpacks what `packed` gives.
pub(crate) fn unpack(form: Form, packed: impl Read + Send + 'static) -> io::Result<Unpacked> {
    Ok(match form {
        Form::Plain => Box::new(packed),
        Form::Gzip => Box::new(MultiGzDecoder::new(packed)),
        Form::Zstd => Box::new(zstd::Decoder::new(packed)?),
        Form::Bzip2 => Box::new(MultiBzDecoder::new(packed)),
        Form::Xz => Box::new(XzDecoder::new_multi_decoder(packed)),
    })
}

/// Reads a file from its start without touching its cursor, which others share, and counts what it read.
pub(crate) struct Packed {
    file: Arc<File>,
    at: u64,
    read: Arc<AtomicU64>,
}

impl Packed {
    /// Unpacks `file` from its start; `read` counts the packed bytes taken.
    pub fn open(form: Form, file: &Arc<File>, read: &Arc<AtomicU64>) -> io::Result<Unpacked> {
        let packed = Self {
            file: Arc::clone(file),
            at: 0,
            read: Arc::clone(read),
        };
        unpack(form, BufReader::with_capacity(64 << 10, packed))
    }
}

impl Read for Packed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = super::disk::read_at(&self.file, buffer, self.at)?;
        self.at += count as u64;
        self.read.fetch_max(self.at, Ordering::Relaxed);
        Ok(count)
    }
}

/// Reads until `buffer` is full or nothing more comes. An error after some bytes is kept for the next call, so that
/// what stood before the damage is not lost.
pub(crate) fn fill(stream: &mut dyn Read, buffer: &mut [u8]) -> (usize, Option<io::Error>) {
    let mut filled = 0;
    while filled < buffer.len() {
        match stream.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return (filled, Some(error)),
        }
    }
    (filled, None)
}
