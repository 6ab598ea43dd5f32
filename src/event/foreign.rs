//! What an entry's frame says of it: which of the appliance's logs it belongs to.
//!
//! A syslog file mixes subscriptions. The name of a mail_logs subscription is free text, but the other logs mostly bear
//! the names that the appliance gives them, and some carry MIDs. Such an entry is named after its log unless it has a
//! shape that only mail_logs has.

use memchr::memmem;

use super::scan::number;
use super::{Event, Ids, Kind, Link, known, rare, shape};
use crate::header::{Frame, Framer, Level, Years};

/// The names that the appliance gives its other logs (user guide, "Log Subscriptions"; published syslog captures).
const LOGS: [(&str, Kind); 44] = [
    ("amp", Kind::ForeignAmp),
    ("antispam", Kind::ForeignAntispam),
    ("antivirus", Kind::ForeignAntivirus),
    ("asarchive", Kind::ForeignAntispam),
    ("audit_logs", Kind::ForeignGui),
    ("authentication", Kind::ForeignAuthentication),
    ("avarchive", Kind::ForeignAntivirus),
    ("bounces", Kind::ForeignBounceLog),
    ("cli_logs", Kind::ForeignGui),
    ("config_history", Kind::ForeignSystem),
    ("consolidated_event", Kind::ForeignCef),
    ("content_scanner", Kind::ForeignScanner),
    ("csn_logs", Kind::ForeignOther),
    ("ctr_logs", Kind::ForeignOther),
    ("delivery", Kind::ForeignOther),
    ("dlp", Kind::ForeignOther),
    ("eaas", Kind::ForeignOther),
    ("ecs", Kind::ForeignOther),
    ("encryption", Kind::ForeignOther),
    ("error_logs", Kind::ForeignError),
    ("euq_logs", Kind::ForeignQuarantine),
    ("euqgui_logs", Kind::ForeignQuarantine),
    ("ftpd_logs", Kind::ForeignSystem),
    ("gmarchive", Kind::ForeignAntispam),
    ("graymail", Kind::ForeignAntispam),
    ("gui_logs", Kind::ForeignGui),
    ("ipr_client", Kind::ForeignOther),
    ("ldap_debug", Kind::ForeignOther),
    ("remediation", Kind::ForeignRemediation),
    ("reportd_logs", Kind::ForeignReporting),
    ("reportqueryd_logs", Kind::ForeignReporting),
    ("reporting", Kind::ForeignReporting),
    ("scanning", Kind::ForeignScanner),
    ("sdr_client", Kind::ForeignOther),
    ("service_logs", Kind::ForeignOther),
    ("smartlicense", Kind::ForeignSystem),
    ("sntpd_logs", Kind::ForeignSystem),
    ("status", Kind::ForeignSystem),
    ("system_logs", Kind::ForeignSystem),
    ("threatfeeds", Kind::ForeignOther),
    ("trackerd_logs", Kind::ForeignReporting),
    ("updater_logs", Kind::ForeignOther),
    ("upgrade_logs", Kind::ForeignOther),
    ("url_rep_client", Kind::ForeignOther),
];

/// Takes one entry apart, with what its frame says of it.
pub fn of_entry<'a>(frame: &Frame, line: &'a [u8]) -> Event<'a> {
    settled(frame, line, known(frame.body(line)))
}

/// The event of an entry whose first words were [looked at](known).
#[cold]
#[inline(never)]
pub(crate) fn settled<'a>(frame: &Frame, line: &'a [u8], known: Option<Event<'a>>) -> Event<'a> {
    let event = known.unwrap_or_else(|| rare(frame.body(line)));
    if event.is_plain() {
        event
    } else {
        framed(frame, line, event)
    }
}

impl Event<'_> {
    /// Whether the text alone tells what it is: no other log holds such entries.
    #[inline]
    pub(crate) fn is_plain(&self) -> bool {
        !matches!(
            self,
            Self::Unknown { .. }
                | Self::Note { .. }
                | Self::LogBegin
                | Self::LogVersion { .. }
                | Self::LogOffset { .. }
                | Self::LogEnd
        )
    }
}

/// An entry that other logs may hold too.
fn framed<'a>(frame: &Frame, line: &'a [u8], event: Event<'a>) -> Event<'a> {
    let named = frame.tag(line).and_then(|tag| {
        let log = LOGS.iter().find(|(name, _)| name.as_bytes() == tag)?;
        Some(log.1)
    });
    let is_unknown = matches!(event, Event::Unknown { .. });
    let is_debug = matches!(frame.level, Some(Level::Debug | Level::Trace));
    let kind = match named {
        Some(kind) if !event.kind().is_foreign() => kind,
        _ if is_unknown && is_debug => Kind::DebugNote,
        _ => return event,
    };
    let ids = Ids {
        link: event
            .icid()
            .map(Link::In)
            .or_else(|| event.dcid().map(Link::Out)),
        mid: event.mid(),
    };
    shape::of_kind(kind, ids, frame.body(line))
}

/// An id of a consolidated event, which is a list of `key=value`: `ESAMID=4 ESAICID=450 ESADCID=8`. In a value every
/// `=` is escaped (ArcSight's Common Event Format), so that no text can bear such a key.
pub fn cef_id(text: &[u8], word: &[u8]) -> Option<u64> {
    memmem::find_iter(text, b"ESA").find_map(|at| {
        // A key stands behind a blank or the bar that ends the head.
        matches!(text[..at].last(), Some(b' ' | b'|')).then_some(())?;
        let value = text[at + 3..].strip_prefix(word)?.strip_prefix(b"=")?;
        number(value).map(|(id, _)| id)
    })
}

/// Whether the first lines of a file hold an entry of a mail_logs: framed, and of a known shape that other
/// subscriptions do not share.
pub fn is_mail_log(head: &[u8]) -> bool {
    let mut framer = Framer::new(Years::starting(2000));
    head.split(|b| *b == b'\n').any(|line| {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let frame = framer.frame(line);
        let kind = of_entry(&frame, line).kind();
        frame.is_framed() && !kind.is_foreign() && !kind.is_shared()
    })
}
