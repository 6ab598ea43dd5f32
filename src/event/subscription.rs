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
/// syslog captures), by the kind of their entries.
const LOGS: [(EventKind, &[&str]); 14] = [
    (EventKind::ForeignAmp, &["amp"]),
    (
        EventKind::ForeignAntispam,
        &["antispam", "asarchive", "gmarchive", "graymail"],
    ),
    (EventKind::ForeignAntivirus, &["antivirus", "avarchive"]),
    (
        EventKind::ForeignGui,
        &["audit_logs", "cli_logs", "gui_logs"],
    ),
    (EventKind::ForeignAuthentication, &["authentication"]),
    (EventKind::ForeignBounceLog, &["bounces"]),
    (
        EventKind::ForeignSystem,
        &[
            "config_history",
            "ftpd_logs",
            "smartlicense",
            "sntpd_logs",
            "status",
            "system_logs",
        ],
    ),
    (EventKind::ForeignCef, &["consolidated_event"]),
    (EventKind::ForeignScanner, &["content_scanner", "scanning"]),
    (
        EventKind::ForeignOther,
        &[
            "csn_logs",
            "ctr_logs",
            "delivery",
            "dlp",
            "eaas",
            "ecs",
            "encryption",
            "ipr_client",
            "ldap_debug",
            "sdr_client",
            "service_logs",
            "threatfeeds",
            "updater_logs",
            "upgrade_logs",
            "url_rep_client",
        ],
    ),
    (EventKind::ForeignError, &["error_logs"]),
    (EventKind::ForeignQuarantine, &["euq_logs", "euqgui_logs"]),
    (EventKind::ForeignRemediation, &["remediation"]),
    (
        EventKind::ForeignReporting,
        &[
            "reportd_logs",
            "reportqueryd_logs",
            "reporting",
            "trackerd_logs",
        ],
    ),
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
    let log = header.tag(line).and_then(|tag| {
        LOGS.iter()
            .find(|(_, names)| names.iter().any(|name| name.as_bytes() == tag))
    });
    let is_unknown = matches!(event, Event::Unknown { .. });
    let is_debug = matches!(header.level, Some(Level::Debug | Level::Trace));
    let kind = match log {
        Some((kind, _)) if !event.kind().is_foreign() => *kind,
        _ if is_unknown && is_debug => EventKind::DebugNote,
        _ => return event,
    };
    let ids = EntryIds {
        link: event
            .icid()
            .map(ConnId::In)
            .or_else(|| event.dcid().map(ConnId::Out)),
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
