//! Classifies files by their first bytes, and finds begin, end and heartbeat markers in lines.

use std::path::PathBuf;

use crate::event::{Event, EventKind, parse_entry};
use crate::header::{Header, HeaderParser, YearResolver};
use crate::source::{Marker, SourceOpened};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum FileKind {
    /// Contains an entry that only mail_logs have.
    MailLog,
    /// Nothing excludes a mail_logs.
    Undecided,
    Binary,
    OtherSubscription,
    OtherText,
}

/// A file named on the command line that is not a mail_logs.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{}: {}", path.display(), reason)]
pub struct RefusedFile {
    path: PathBuf,
    reason: &'static str,
}

/// The non-blank lines of a text with their headers. Years are not resolved.
fn lines(text: &[u8]) -> impl Iterator<Item = (Header, &[u8])> {
    let mut parser = HeaderParser::new(YearResolver::starting(2000));
    text.split(|b| *b == b'\n')
        .map(|line| line.strip_suffix(b"\r").unwrap_or(line))
        .filter(|line| !is_blank(line))
        .map(move |line| (parser.parse(line), line))
}

/// Blank lines are no entries.
pub(crate) fn is_blank(line: &[u8]) -> bool {
    line.first().is_none_or(u8::is_ascii_whitespace) && line.trim_ascii().is_empty()
}

pub(crate) fn sniff(head: &[u8]) -> FileKind {
    let (mut maybe, mut present, mut odd) = (false, 0usize, 0usize);
    for (header, line) in lines(head) {
        let event = parse_entry(&header, line);
        let kind = event.kind();
        let only_mail_logs = !kind.is_foreign() && !kind.is_shared();
        if only_mail_logs && header.is_present() {
            return FileKind::MailLog;
        }
        let names_mail = (event.icid(), event.dcid(), event.mid()) != (None, None, None);
        // A file that syslog writes may mix logs: mail_logs entries can follow.
        maybe |= names_mail || only_mail_logs || header.tag(line).is_some();
        if header.is_present() || kind.is_foreign() {
            present += usize::from(!kind.is_framing());
        } else {
            odd += usize::from(!kind.is_framing());
        }
    }
    let is_control = |b: &&u8| matches!(b, 0..=8 | 14..=31 if **b != 0x1b);
    let controls = head.iter().filter(is_control).count();
    match (present, odd) {
        _ if maybe => FileKind::Undecided,
        (0, 0) => FileKind::Undecided,
        (0, _) if controls * 20 > head.len() => FileKind::Binary,
        (0, _) => FileKind::OtherText,
        _ => FileKind::OtherSubscription,
    }
}

pub(crate) fn is_mail_log(head: &[u8]) -> bool {
    sniff(head) == FileKind::MailLog
}

/// Refuses a file named on the command line that is not a mail_logs. Undecided files pass. A stream
/// is not refused, because its first piece may be a few bytes.
pub(crate) fn refuse(opened: &SourceOpened) -> Option<RefusedFile> {
    opened.modified?;
    let reason = match sniff(&opened.head) {
        FileKind::MailLog | FileKind::Undecided => return None,
        FileKind::Binary => "not text; name a mail_logs file",
        FileKind::OtherSubscription => {
            "a log of another subscription, without mail_logs entries; name the mail_logs file beside it"
        }
        FileKind::OtherText => "no mail_logs entries in its first 64 KiB; name a mail_logs file",
    };
    Some(RefusedFile {
        path: opened.path.clone(),
        reason,
    })
}

/// The AsyncOS release and the serial number of the appliance in the first lines of a file.
pub(crate) fn serial(head: &[u8]) -> Option<(&[u8], &[u8])> {
    lines(head)
        .map(|(header, line)| parse_entry(&header, line))
        .take_while(|event| event.kind().is_framing())
        .find_map(|event| match event {
            Event::LogVersion { version, serial } => Some((version, serial)),
            _ => None,
        })
}

/// The marker in a line. Requires a header, so that the same words in a subject do not match.
pub(super) fn file_marker(line: &[u8]) -> Option<Marker> {
    let ends = line.ends_with(b" Logfile") || line.ends_with(b"Logfile rolled over");
    if !ends && memchr::memmem::find(line, b" Status: ").is_none() {
        return None;
    }
    let header = HeaderParser::new(YearResolver::starting(2000)).parse(line);
    if !header.is_present() {
        return None;
    }
    match parse_entry(&header, line).kind() {
        EventKind::LogBegin => Some(Marker::Begin),
        EventKind::LogEnd => Some(Marker::End),
        EventKind::SystemStatus => Some(Marker::Heartbeat),
        _ => None,
    }
}
