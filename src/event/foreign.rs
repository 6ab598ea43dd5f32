//! What an entry's frame says of it: which of the appliance's logs it belongs to.
//!
//! A syslog file mixes subscriptions. The name of a mail_logs subscription is free text, but the other logs mostly bear
//! the names that the appliance gives them, and some carry MIDs. Such an entry is named after its log unless it has a
//! shape that only mail_logs has.

use memchr::memmem;

use super::scan::number;
use super::{ConnId, Event, EventKind, Ids, known, rare, template};
use crate::header::{Header, HeaderParser, Level, YearResolver};

/// The names that the appliance gives its other logs (user guide, "Log Subscriptions"; published syslog captures).
const LOGS: [(&str, EventKind); 44] = [
    ("amp", EventKind::ForeignAmp),
    ("antispam", EventKind::ForeignAntispam),
    ("antivirus", EventKind::ForeignAntivirus),
    ("asarchive", EventKind::ForeignAntispam),
    ("audit_logs", EventKind::ForeignGui),
    ("authentication", EventKind::ForeignAuthentication),
    ("avarchive", EventKind::ForeignAntivirus),
    ("bounces", EventKind::ForeignBounceLog),
    ("cli_logs", EventKind::ForeignGui),
    ("config_history", EventKind::ForeignSystem),
    ("consolidated_event", EventKind::ForeignCef),
    ("content_scanner", EventKind::ForeignScanner),
    ("csn_logs", EventKind::ForeignOther),
    ("ctr_logs", EventKind::ForeignOther),
    ("delivery", EventKind::ForeignOther),
    ("dlp", EventKind::ForeignOther),
    ("eaas", EventKind::ForeignOther),
    ("ecs", EventKind::ForeignOther),
    ("encryption", EventKind::ForeignOther),
    ("error_logs", EventKind::ForeignError),
    ("euq_logs", EventKind::ForeignQuarantine),
    ("euqgui_logs", EventKind::ForeignQuarantine),
    ("ftpd_logs", EventKind::ForeignSystem),
    ("gmarchive", EventKind::ForeignAntispam),
    ("graymail", EventKind::ForeignAntispam),
    ("gui_logs", EventKind::ForeignGui),
    ("ipr_client", EventKind::ForeignOther),
    ("ldap_debug", EventKind::ForeignOther),
    ("remediation", EventKind::ForeignRemediation),
    ("reportd_logs", EventKind::ForeignReporting),
    ("reportqueryd_logs", EventKind::ForeignReporting),
    ("reporting", EventKind::ForeignReporting),
    ("scanning", EventKind::ForeignScanner),
    ("sdr_client", EventKind::ForeignOther),
    ("service_logs", EventKind::ForeignOther),
    ("smartlicense", EventKind::ForeignSystem),
    ("sntpd_logs", EventKind::ForeignSystem),
    ("status", EventKind::ForeignSystem),
    ("system_logs", EventKind::ForeignSystem),
    ("threatfeeds", EventKind::ForeignOther),
    ("trackerd_logs", EventKind::ForeignReporting),
    ("updater_logs", EventKind::ForeignOther),
    ("upgrade_logs", EventKind::ForeignOther),
    ("url_rep_client", EventKind::ForeignOther),
];

/// Takes one entry apart, with what its frame says of it.
pub fn of_entry<'a>(header: &Header, line: &'a [u8]) -> Event<'a> {
    settled(header, line, known(header.body(line)))
}

/// The event of an entry whose first words were [looked at](known).
#[cold]
#[inline(never)]
pub(crate) fn settled<'a>(header: &Header, line: &'a [u8], known: Option<Event<'a>>) -> Event<'a> {
    let event = known.unwrap_or_else(|| rare(header.body(line)));
    if event.is_plain() {
        event
    } else {
        framed(header, line, event)
    }
}

impl Event<'_> {
    /// Whether the text alone tells what it is: no other log holds such entries.
    #[inline]
    pub(crate) fn is_plain(&self) -> bool {
        !matches!(
            self,
            Self::Unknown { .. }
                | Self::Template { .. }
                | Self::LogBegin
                | Self::LogVersion { .. }
                | Self::LogOffset { .. }
                | Self::LogEnd
        )
    }
}

/// An entry that other logs may hold too.
fn framed<'a>(header: &Header, line: &'a [u8], event: Event<'a>) -> Event<'a> {
    let named = header.tag(line).and_then(|tag| {
        let log = LOGS.iter().find(|(name, _)| name.as_bytes() == tag)?;
        Some(log.1)
    });
    let is_unknown = matches!(event, Event::Unknown { .. });
    let is_debug = matches!(header.level, Some(Level::Debug | Level::Trace));
    let kind = match named {
        Some(kind) if !event.kind().is_foreign() => kind,
        _ if is_unknown && is_debug => EventKind::DebugNote,
        _ => return event,
    };
    let ids = Ids {
        link: event
            .icid()
            .map(ConnId::In)
            .or_else(|| event.dcid().map(ConnId::Out)),
        mid: event.mid(),
    };
    template::of_kind(kind, ids, header.body(line))
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
    let mut parser = HeaderParser::new(YearResolver::starting(2000));
    head.split(|b| *b == b'\n').any(|line| {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let header = parser.parse(line);
        let kind = of_entry(&header, line).kind();
        header.is_present() && !kind.is_foreign() && !kind.is_shared()
    })
}
