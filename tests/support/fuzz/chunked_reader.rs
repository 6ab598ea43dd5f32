//! A log in any pieces gives the same entries, and its lines account for every byte.
//!
//! The first byte says how many bytes behind it are sizes of pieces. Where it is 0xf0 or more, 0xff and the byte behind it
//! stand for many of the byte before in what follows, so that lines beyond the limit of a MiB come up.

use crate::lines::MAX_LINE;

/// Longer logs only take longer.
const LONGEST: usize = 2 * MAX_LINE;

pub fn check(bytes: &[u8]) {
    let Some((count, rest)) = bytes.split_first() else {
        return;
    };
    let is_folded = *count >= 0xf0;
    let count = usize::from(count & 0xf).min(rest.len());
    let (sizes, rest) = rest.split_at(count);
    let log = if is_folded {
        unfolded(rest)
    } else {
        rest.to_vec()
    };
    // Many tiny pieces of a large log take minutes.
    let least = if log.len() > MAX_LINE / 16 {
        MAX_LINE / 64
    } else {
        1
    };
    let sizes = sizes.iter().map(|&size| match usize::from(size) {
        few @ ..128 => least.max(few + 1),
        many => (many - 127) * MAX_LINE / 128,
    });
    super::check_entries(&log, sizes.cycle());
    every_byte_is_told(&log);
}

fn unfolded(bytes: &[u8]) -> Vec<u8> {
    let mut log = Vec::new();
    let mut bytes = bytes.iter();
    while let Some(&byte) = bytes.next() {
        match (byte, log.last().copied()) {
            // Zero bytes in masses are a hole in the file, which is no text.
            (0xff, Some(before)) if before != 0 => {
                let many = usize::from(bytes.next().copied().unwrap_or(0)) * (MAX_LINE / 128 + 1);
                log.resize((log.len() + many).min(LONGEST), before);
            }
            _ if log.len() < LONGEST => log.push(byte),
            _ => break,
        }
    }
    log
}

fn every_byte_is_told(log: &[u8]) {
    let mut next = 0;
    for block in super::blocks(log, []) {
        for line in block.lines() {
            let from = usize::try_from(line.offset).expect("in memory");
            assert!(is_between_lines(&log[next..from]), "{next}..{from}");
            next = from + line.bytes.len();
            assert_eq!(&log[from..next], line.bytes);
            assert_eq!(line.cut, !ends_at(log, next));
            if line.cut {
                let rest = memchr::memchr(b'\n', &log[next..]);
                next = rest.map_or(log.len(), |rest| next + rest);
            }
        }
    }
    assert!(is_between_lines(&log[next..]));
}

/// A line's end, the mark of the byte order, which stands at the start alone, and zero bytes before a line's text.
fn is_between_lines(bytes: &[u8]) -> bool {
    let zeros = bytes.iter().rev().take_while(|byte| **byte == 0).count();
    let bytes = &bytes[..bytes.len() - zeros];
    let bytes = bytes.strip_suffix(b"\xef\xbb\xbf").unwrap_or(bytes);
    matches!(bytes, b"" | b"\n" | b"\r\n")
}

/// Whether a line ends there.
fn ends_at(log: &[u8], at: usize) -> bool {
    matches!(&log[at..], [] | [b'\n', ..] | [b'\r', b'\n', ..])
}
