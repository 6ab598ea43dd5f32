//! Compressed files: recognised by their first bytes, whatever their names, and read as a stream.
//!
//! One layer of compression is removed, only as far as bytes are read: a small file that
//! decompresses to a huge one costs time, never memory.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bzip2::read::MultiBzDecoder;
use flate2::read::MultiGzDecoder;
use liblzma::read::XzDecoder;

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) enum Compression {
    #[default]
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

impl Compression {
    /// How many first bytes [`Compression::of`] needs.
    pub(crate) const MAGIC: usize = 6;

    pub(crate) fn of(head: &[u8]) -> Self {
        match head {
            [0x1f, 0x8b, 8, ..] => Self::Gzip,
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Self::Zstd,
            [b'B', b'Z', b'h', b'1'..=b'9', ..] => Self::Bzip2,
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Self::Xz,
            _ => Self::Plain,
        }
    }

    pub(crate) fn is_packed(self) -> bool {
        self != Self::Plain
    }
}

pub(crate) type Unpacked = Box<dyn Read + Send>;

pub(crate) fn unpack(
    form: Compression,
    packed: impl Read + Send + 'static,
) -> io::Result<Unpacked> {
    Ok(match form {
        Compression::Plain => Box::new(packed),
        Compression::Gzip => Box::new(FusedDecoder::new(MultiGzDecoder::new(packed))),
        Compression::Zstd => Box::new(FusedDecoder::new(zstd::Decoder::new(packed)?)),
        Compression::Bzip2 => Box::new(FusedDecoder::new(MultiBzDecoder::new(packed))),
        Compression::Xz => Box::new(FusedDecoder::new(XzDecoder::new_stream(packed, xz()?))),
    })
}

/// The memory limit of an xz decoder: twice that of the strongest preset. The file itself asks for
/// up to 4 GiB.
const XZ_MEMORY: u64 = 128 << 20;

fn xz() -> io::Result<liblzma::stream::Stream> {
    let several = liblzma::stream::CONCATENATED;
    liblzma::stream::Stream::new_stream_decoder(XZ_MEMORY, several).map_err(io::Error::other)
}

/// Whether the cause is [`XZ_MEMORY`].
fn is_too_demanding(error: &io::Error) -> bool {
    let cause = error.get_ref().and_then(|cause| cause.downcast_ref());
    cause == Some(&liblzma::stream::Error::MemLimit)
}

/// How much is read from a decoder at once.
const STEP: usize = 4 << 10;

trait Decoder: Read {
    /// All bytes decoded, those of a failed read included, if the decoder counts them.
    fn decoded(&self) -> Option<u64> {
        None
    }
}

impl<R: Read> Decoder for MultiGzDecoder<R> {}
impl<R: io::BufRead> Decoder for zstd::Decoder<'_, R> {}
impl<R: Read> Decoder for MultiBzDecoder<R> {}
impl<R: Read> Decoder for XzDecoder<R> {
    fn decoded(&self) -> Option<u64> {
        Some(self.total_out())
    }
}

/// A decoder that is read in small steps, and whose error stays.
///
/// At damage, a decoder drops what the same read decoded before it, and some report the end after
/// their error.
struct FusedDecoder<D> {
    decoder: D,
    failed: Option<(io::ErrorKind, String)>,
}

impl<D> FusedDecoder<D> {
    fn new(decoder: D) -> Self {
        Self {
            decoder,
            failed: None,
        }
    }
}

impl<D: Decoder> Read for FusedDecoder<D> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if let Some((kind, what)) = &self.failed {
            return Err(io::Error::new(*kind, what.clone()));
        }
        let step = buffer.len().min(STEP);
        let before = self.decoder.decoded();
        let read = self.decoder.read(&mut buffer[..step]);
        let Err(error) = read else { return read };
        let error = if is_too_demanding(&error) {
            io::Error::new(io::ErrorKind::OutOfMemory, "it needs more than 128 MiB")
        } else {
            error
        };
        if error.kind() != io::ErrorKind::Interrupted {
            self.failed = Some((error.kind(), error.to_string()));
        }
        match before.zip(self.decoder.decoded()) {
            Some((before, after)) if after > before => {
                Ok(usize::try_from(after - before).unwrap_or(0).min(step))
            }
            _ => Err(error),
        }
    }
}

/// Reads a file from its start without touching its cursor, which others share, and counts what it
/// read.
pub(crate) struct CompressedFile {
    file: Arc<File>,
    at: u64,
    read: Arc<AtomicU64>,
}

impl CompressedFile {
    /// Decompresses `file` from its start; `read` counts the compressed bytes read.
    pub(crate) fn open(
        form: Compression,
        file: &Arc<File>,
        read: &Arc<AtomicU64>,
    ) -> io::Result<Unpacked> {
        let packed = Self {
            file: Arc::clone(file),
            at: 0,
            read: Arc::clone(read),
        };
        unpack(form, BufReader::with_capacity(64 << 10, packed))
    }
}

impl Read for CompressedFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = super::fs::read_at(&self.file, buffer, self.at)?;
        self.at += count as u64;
        self.read.fetch_max(self.at, Ordering::Relaxed);
        Ok(count)
    }
}

/// Reads until `buffer` is full or the stream ends. Returns an error besides the bytes before it;
/// the stream returns it again when it is read next.
pub(crate) fn read_full(stream: &mut dyn Read, buffer: &mut [u8]) -> (usize, Option<io::Error>) {
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

#[cfg(test)]
mod tests;
