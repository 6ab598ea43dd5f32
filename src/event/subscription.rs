//! Determines from its header which of the appliance's logs an entry belongs to.
//!
//! A syslog file mixes log subscriptions. The name of a mail_logs subscription is free text, but
//! the other logs mostly have the names that the appliance gives them, and some contain MIDs. Such
//! an entry gets the kind of its log unless its text has a form that only mail_logs have.

use memchr::memmem;

use super::scan::number;
use super::{ConnId, EntryIds, Event, EventKind, template};
use crate::header::{Header, Level};

/// The names that the appliance gives its other logs (user guide, "Log Subscriptions"; published
/// syslog captures), and the kind of their entries.
const LOGS: [(&str, EventKind); 44] = [
    ("amp", EventKind::ForeignAmp),
    ("antispam", EventKind::ForeignAntispam),
    ("asarchive", EventKind::ForeignAntispam),
    ("gmarchive", EventKind::ForeignAntispam),
    ("graymail", EventKind::ForeignAntispam),
    ("antivirus", EventKind::ForeignAntivirus),
    ("avarchive", EventKind::ForeignAntivirus),
    ("audit_logs", EventKind::ForeignGui),
    ("cli_logs", EventKind::ForeignGui),
    ("gui_logs", EventKind::ForeignGui),
    ("authentication", EventKind::ForeignAuthentication),
    ("bounces", EventKind::ForeignBounceLog),
    ("config_history", EventKind::ForeignSystem),
    ("ftpd_logs", EventKind::ForeignSystem),
    ("smartlicense", EventKind::ForeignSystem),
    ("sntpd_logs", EventKind::ForeignSystem),
    ("status", EventKind::ForeignSystem),
    ("system_logs", EventKind::ForeignSystem),
    ("consolidated_event", EventKind::ForeignCef),
    ("content_scanner", EventKind::ForeignScanner),
    ("scanning", EventKind::ForeignScanner),
    ("csn_logs", EventKind::ForeignOther),
    ("ctr_logs", EventKind::ForeignOther),
    ("delivery", EventKind::ForeignOther),
    ("dlp", EventKind::ForeignOther),
    ("eaas", EventKind::ForeignOther),
    ("ecs", EventKind::ForeignOther),
    ("encryption", EventKind::ForeignOther),
    ("ipr_client", EventKind::ForeignOther),
    ("ldap_debug", EventKind::ForeignOther),
    ("sdr_client", EventKind::ForeignOther),
    ("service_logs", EventKind::ForeignOther),
    ("threatfeeds", EventKind::ForeignOther),
    ("updater_logs", EventKind::ForeignOther),
    ("upgrade_logs", EventKind::ForeignOther),
    ("url_rep_client", EventKind::ForeignOther),
    ("error_logs", EventKind::ForeignError),
    ("euq_logs", EventKind::ForeignQuarantine),
    ("euqgui_logs", EventKind::ForeignQuarantine),
    ("remediation", EventKind::ForeignRemediation),
    ("reportd_logs", EventKind::ForeignReporting),
    ("reportqueryd_logs", EventKind::ForeignReporting),
    ("reporting", EventKind::ForeignReporting),
    ("trackerd_logs", EventKind::ForeignReporting),
];

/// Whether only mail_logs have such an entry.
#[inline]
pub(super) fn is_mail_logs(event: &Event<'_>) -> bool {
    !matches!(
        event,
        Event::Unknown { .. }
            | Event::Template { .. }
            | Event::LogBegin
            | Event::LogVersion { .. }
            | Event::LogOffset { .. }
            | Event::LogEnd
    )
}

/// Changes the kind of an entry that other logs may have, by its tag and level.
pub(super) fn classify<'a>(header: &Header, line: &'a [u8], event: Event<'a>) -> Event<'a> {
    let tag = header.tag(line);
    let log = tag.and_then(|tag| LOGS.iter().find(|(name, _)| name.as_bytes() == tag));
    let is_unknown = matches!(event, Event::Unknown { .. });
    let is_debug = matches!(header.level, Some(Level::Debug | Level::Trace));
    let kind = match log {
        Some((_, kind)) if !event.kind().is_foreign() => *kind,
        _ if is_unknown && is_debug => EventKind::DebugNote,
        _ => return event,
    };
    let (icid, dcid) = (event.icid().map(ConnId::In), event.dcid().map(ConnId::Out));
    let ids = EntryIds {
        link: icid.or(dcid),
        mid: event.mid(),
    };
    template::of_kind(kind, ids, header.body(line))
}

/// An id of a consolidated event, which is a list of `key=value`: `ESAMID=4 ESAICID=450 ESADCID=8`.
/// In a value every `=` is escaped (ArcSight's Common Event Format), so that no text can bear such
/// a key.
pub(super) fn cef_id(text: &[u8], word: &[u8]) -> Option<u64> {
    memmem::find_iter(text, b"ESA").find_map(|at| {
        // A key follows a blank or the bar that ends the head.
        matches!(text[..at].last(), Some(b' ' | b'|')).then_some(())?;
        let value = text[at + 3..].strip_prefix(word)?.strip_prefix(b"=")?;
        number(value).map(|(id, _)| id)
    })
}
