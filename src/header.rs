//! Parses the header of a line, everything before the message: time, host, log subscription, level.
//!
//! ```text
//! Wed Apr 22 11:43:59 2009 Info: <message>                  a file of the appliance; the day is padded with a blank
//! <166>Jun 26 10:42:23 esa01 mail_logs: Info: <message>     syslog, with or without priority, host and year
//! <111>Aug 10 12:00:00 relay ESA: Mon Aug 10 09:52:59 2020 Info: <message>     wrapped twice
//! 2026-03-02T08:09:10.123+01:00 esa01 mail_logs: Info: <message>     the file format of today's syslog servers
//! <166>1 2026-03-02T08:09:10Z esa01 mail_logs - - - Info: <message>     RFC 5424
//! Info: <message>                                           pasted; a message without a header is accepted too
//! ```
//!
//! The tag before the level is the name an administrator gave the log subscription: free text. A
//! timestamp equal to the previous line's is not parsed again: thousands of lines share a second.

mod timestamp;
mod years;

#[cfg(test)]
mod tests;

pub(crate) use timestamp::{DateTime, Timestamp};
pub(crate) use years::YearResolver;

use crate::words::words;
use timestamp::ParsedTimestamp;

words! {
    /// Log level. A login or delivery failure is `Info`.
    #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
    pub(crate) enum Level {
        Critical = "Critical",
        Warning = "Warning",
        Info = "Info",
        Debug = "Debug",
        Trace = "Trace",
    }
}

impl Level {
    /// The level at the start of `text`, and the rest after its colon.
    #[inline]
    fn parse(text: &[u8]) -> Option<(Self, &[u8])> {
        match text {
            [b'I', b'n', b'f', b'o', b':', b' ', rest @ ..] => Some((Self::Info, rest)),
            _ => Self::parse_rare(text),
        }
    }

    fn parse_rare(text: &[u8]) -> Option<(Self, &[u8])> {
        let level = match text.first()? {
            b'I' => Self::Info,
            b'W' => Self::Warning,
            b'C' => Self::Critical,
            b'D' => Self::Debug,
            b'T' => Self::Trace,
            _ => return None,
        };
        let rest = text
            .strip_prefix(level.word().as_bytes())?
            .strip_prefix(b":")?;
        // An entry without a message ends on the colon.
        if rest.is_empty() {
            Some((level, rest))
        } else {
            Some((level, rest.strip_prefix(b" ")?))
        }
    }
}

/// A line's parsed header. Ranges count from the line's first byte.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) struct Header {
    /// The log's local time; `None` if the line has none.
    pub time: Option<Timestamp>,
    pub level: Option<Level>,
    /// The range of the syslog host; empty without one.
    host: (u16, u16),
    /// The range of the log subscription's name; empty without one.
    tag: (u16, u16),
    /// Offset of the message.
    body: u32,
}

impl Header {
    pub(crate) fn body<'a>(&self, line: &'a [u8]) -> &'a [u8] {
        line.get(self.body as usize..).unwrap_or(&[])
    }

    /// The name of the log subscription, which syslog writes before the level.
    pub(crate) fn tag<'a>(&self, line: &'a [u8]) -> Option<&'a [u8]> {
        part(line, self.tag)
    }

    pub(crate) fn host<'a>(&self, line: &'a [u8]) -> Option<&'a [u8]> {
        part(line, self.host)
    }

    pub(crate) fn is_present(&self) -> bool {
        self.time.is_some() || self.level.is_some()
    }
}

/// Parses the headers of one source's lines, in order.
#[derive(Clone, Debug)]
pub(crate) struct HeaderParser {
    /// The state after the lines parsed so far.
    pub(crate) years: YearResolver,
    /// The previous timestamp: text, its length, parsed value.
    seen: ([u8; 24], usize, Option<Timestamp>),
    /// The previous header: text up to and including its last blank, parsed value.
    whole: Option<(Prefix, Header)>,
}

#[derive(Clone, Debug)]
struct Prefix(Vec<u8>);

impl Prefix {
    /// Reuses the allocation of `kept`: a new prefix is made with each second of the log.
    fn new(mut kept: Vec<u8>, written: &[u8]) -> Self {
        kept.clear();
        kept.extend_from_slice(written);
        Self(kept)
    }

    /// Whether a line begins with them. If they are 16 to 32, as in the files of an appliance,
    /// comparing their first and last 16 is enough: comparing any length is a call of 18
    /// instructions.
    #[inline]
    fn begins(&self, line: &[u8]) -> bool {
        let Some(line) = line.get(..self.0.len()) else {
            return false;
        };
        if !(16..=32).contains(&self.0.len()) {
            return line == self.0;
        }
        let sixteen = |bytes: Option<&[u8; 16]>| bytes.copied().map(u128::from_ne_bytes);
        let first = sixteen(line.first_chunk()) == sixteen(self.0.first_chunk());
        first && sixteen(line.last_chunk()) == sixteen(self.0.last_chunk())
    }
}

/// Syslog relays add a header at most a few times.
const MOST_WRAPPINGS: usize = 4;

impl HeaderParser {
    /// `years` resolves timestamps without a year.
    pub(crate) fn new(years: YearResolver) -> Self {
        Self {
            years,
            seen: ([0; 24], 0, None),
            whole: None,
        }
    }

    /// Parses the header of a line without its line end.
    #[inline]
    pub(crate) fn parse(&mut self, line: &[u8]) -> Header {
        match &self.whole {
            Some((written, header)) if written.begins(line) => *header,
            _ => self.parse_new(line),
        }
    }

    /// The length of the header if it is the same as that of the previous line, else 0.
    ///
    /// A line that begins with the bytes of that header, up to the blank after the level, has the
    /// same header: nothing after them can change it. That holds for nine lines of ten (30
    /// instructions instead of 130).
    #[inline]
    pub(crate) fn cached_header_len(&self, line: &[u8]) -> usize {
        match &self.whole {
            Some((written, _)) if written.begins(line) => written.0.len(),
            _ => 0,
        }
    }

    fn parse_new(&mut self, line: &[u8]) -> Header {
        let header = self.read(line);
        let written = &line[..line.len() - header.body(line).len()];
        // With RFC 5424, the end of structured data may depend on brackets in the message.
        let stands_alone = header.level.is_some()
            && written.ends_with(b" ")
            && memchr::memmem::find(written, b">1 ").is_none();
        self.whole = stands_alone.then(|| {
            let kept = self.whole.take();
            let kept = kept.map_or_else(Vec::new, |(kept, _)| kept.0);
            (Prefix::new(kept, written), header)
        });
        header
    }

    fn read(&mut self, line: &[u8]) -> Header {
        let mut header = Header::default();
        let (seen, length, seen_time) = &self.seen;
        let (mut known, mut new) = (None, None);
        let rest = unwrap(line, &mut header, |rest| {
            let length = *length;
            if length > 0
                && rest.len() > length
                && rest[..length] == seen[..length]
                && rest[length] == b' '
                && !is_year(&rest[length + 1..])
            {
                (known, new) = (*seen_time, None);
                return Some(&rest[length + 1..]);
            }
            let (written, behind) = ParsedTimestamp::parse(rest)?;
            new = Some((written, &rest[..rest.len() - behind.len() - 1]));
            Some(behind)
        });
        // A relay's timestamp comes before the appliance's own: the last one is the log's time.
        header.time = match new {
            Some((written, text)) => self.resolve(&written, text),
            None => known,
        };
        if header.is_present() {
            header.body = u32::try_from(line.len() - rest.len()).unwrap_or(u32::MAX);
        } else {
            header = Header::default();
        }
        header
    }

    /// Resolves a timestamp that differs from the previous line's.
    fn resolve(&mut self, written: &ParsedTimestamp, text: &[u8]) -> Option<Timestamp> {
        let time = match written.year {
            Some(year) => written.date_time(year).to_timestamp(),
            None => self.years.resolve(written),
        };
        if let Some(seen) = self.seen.0.get_mut(..text.len()) {
            seen.copy_from_slice(text);
            self.seen.1 = text.len();
            self.seen.2 = time;
        }
        time
    }
}

/// Strips timestamps, hosts, tags and the level from the start of a line; `stamp` strips a
/// timestamp and its blank. Returns the message.
#[inline]
fn unwrap<'a>(
    line: &'a [u8],
    header: &mut Header,
    mut stamp: impl FnMut(&'a [u8]) -> Option<&'a [u8]>,
) -> &'a [u8] {
    let mut rest = line;
    for _ in 0..MOST_WRAPPINGS {
        let before = rest.len();
        let unversioned = without_version(rest);
        if let Some(behind) = stamp(unversioned.unwrap_or(without_priority(rest))) {
            rest = behind;
            if unversioned.is_some()
                && let Some(behind) = structured(line, rest, header)
            {
                rest = behind;
                continue;
            }
            // In a file of the appliance the level follows at once, without a tag.
            if Level::parse(rest).is_none()
                && let Some(behind) = tag(line, rest, header)
            {
                rest = behind;
            }
        }
        if let Some((level, behind)) = Level::parse(rest) {
            header.level = Some(level);
            return behind;
        }
        if rest.len() == before {
            break;
        }
    }
    rest
}

/// The appliance's timestamp in a line, after those of relays.
fn stamp_of(line: &[u8]) -> Option<ParsedTimestamp> {
    let mut last = None;
    unwrap(line, &mut Header::default(), |rest| {
        let (written, behind) = ParsedTimestamp::parse(rest)?;
        last = Some(written);
        Some(behind)
    });
    last
}

/// The bytes of a range; `None` if it is empty.
#[inline]
fn part(line: &[u8], (start, end): (u16, u16)) -> Option<&[u8]> {
    if start == end {
        return None;
    }
    line.get(usize::from(start)..usize::from(end))
}

/// The range of the first `length` bytes of `rest`, which is the end of the line.
fn place(line: &[u8], rest: &[u8], length: usize) -> (u16, u16) {
    let start = line.len() - rest.len();
    match (u16::try_from(start), u16::try_from(start + length)) {
        (Ok(start), Ok(end)) => (start, end),
        _ => (0, 0),
    }
}

/// Whether a year follows: then the timestamp is not the one without a year.
#[inline]
fn is_year(text: &[u8]) -> bool {
    matches!(text, [a, b, c, d, b' ', ..] if [a, b, c, d].iter().all(|byte| byte.is_ascii_digit()))
}

/// Strips `<166>1 ` of RFC 5424.
fn without_version(text: &[u8]) -> Option<&[u8]> {
    let rest = without_priority(text);
    (rest.len() < text.len())
        .then_some(rest)?
        .strip_prefix(b"1 ")
}

/// Strips the priority `<166>`.
fn without_priority(text: &[u8]) -> &[u8] {
    match text {
        [b'<', rest @ ..] => {
            let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
            match rest.get(digits) {
                Some(b'>') if (1..=3).contains(&digits) => &rest[digits + 1..],
                _ => text,
            }
        }
        _ => text,
    }
}

/// `host tag: ` or `tag: ` after a syslog timestamp. Neither has blanks.
fn tag<'a>(line: &'a [u8], rest: &'a [u8], header: &mut Header) -> Option<&'a [u8]> {
    // Some relays write a second blank before the host.
    let rest = rest.trim_ascii_start();
    let (first, behind) = word(rest)?;
    if let Some(name) = name_of_tag(first) {
        header.tag = place(line, rest, name.len());
        return Some(behind);
    }
    let (second, message) = word(behind)?;
    let name = name_of_tag(second)?;
    header.host = place(line, rest, first.len());
    header.tag = place(line, behind, name.len());
    Some(message)
}

/// The name in `mail_logs:` or `mail_logs[123]:` (some servers add a process id).
fn name_of_tag(word: &[u8]) -> Option<&[u8]> {
    let word = word.strip_suffix(b":")?;
    let name = match word {
        [inner @ .., b']'] => &inner[..memchr::memrchr(b'[', inner)?],
        _ => word,
    };
    (!name.is_empty()).then_some(name)
}

/// `host name process id data` after the timestamp of RFC 5424, each a word or `-`; the data may be
/// in brackets.
fn structured<'a>(line: &'a [u8], rest: &'a [u8], header: &mut Header) -> Option<&'a [u8]> {
    let (host, behind_host) = word(rest)?;
    let (name, behind_name) = word(behind_host)?;
    let (_, behind) = word(behind_name)?;
    let (_, behind) = word(behind)?;
    let message = match behind {
        [b'[', ..] => &behind[memchr::memmem::find(behind, b"] ")? + 2..],
        _ => behind.strip_prefix(b"- ")?,
    };
    if host != b"-" {
        header.host = place(line, rest, host.len());
    }
    if name != b"-" {
        header.tag = place(line, behind_host, name.len());
    }
    Some(message.strip_prefix(b"\xef\xbb\xbf").unwrap_or(message))
}

/// The text up to the first blank, and what follows it.
fn word(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = memchr::memchr(b' ', text)?;
    (end > 0).then(|| (&text[..end], &text[end + 1..]))
}
