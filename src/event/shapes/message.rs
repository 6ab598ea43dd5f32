//! What is noted of a message on its way through the appliance.

use super::Row;
use crate::event::Kind::{
    AddressInvalid, FilterLog, FilterTime, MessageAlias, MessageAttachment, MessageBounceCheck,
    MessageBounced, MessageCharset, MessageDropped, MessageMasqueraded, MessageRelay,
    MessageRemediated, MessageReport, MessageSplitFailed, MessageTag, MessageUnsubscribed,
    SenderAllowed, SenderRejected,
};
use crate::event::shape::Says::{Bounced, Dropped, Nothing};

pub const ROWS: &[Row] = &[
    // Filters: user guide, "Custom Log Entry" and "Log Subscriptions"; the rest is the administrator's and the message's text.
    (FilterLog, Nothing, "{MID}Custom Log Entry: {entry}"),
    (FilterLog, Nothing, "{MID}Custom Log Entry:"),
    (
        FilterTime,
        Nothing,
        "Debug: {MID}Message filter Name: {filter>} time: {seconds}",
    ),
    (
        FilterTime,
        Nothing,
        "{MID}Message filter Name: {filter>} time: {seconds}",
    ),
    (MessageAttachment, Nothing, "{MID}attachment '{name}'"),
    (MessageAttachment, Nothing, "{MID}attachment \"{name}\""),
    (MessageAttachment, Nothing, "{MID}attachment types {types}"),
    (MessageAttachment, Nothing, "{MID}attachment {name}"),
    // Mail that the appliance makes has neither a start nor a connection.
    (
        MessageReport,
        Nothing,
        "{MID}From: <{from}> To: {to>}, ... {recipients#} total recipients",
    ),
    (
        MessageReport,
        Nothing,
        "{MID}From: <{from}> To: {to>}, {recipients#} total recipients",
    ),
    (
        MessageReport,
        Nothing,
        "{MID}From: {from} To: {to>} total recipients",
    ),
    (
        MessageCharset,
        Nothing,
        "{MID}Could not convert character set: {charset}",
    ),
    (
        MessageCharset,
        Nothing,
        "{MID}Could not convert character set{detail}",
    ),
    (
        MessageMasqueraded,
        Nothing,
        "{MID}masquerading envelope sender from '{old>}' to '{new}'",
    ),
    (
        MessageMasqueraded,
        Nothing,
        "{MID}masquerading envelope {detail}",
    ),
    (
        MessageMasqueraded,
        Nothing,
        "{MID}masquerading header '{header}' from '{old>}' to '{new}'",
    ),
    (MessageMasqueraded, Nothing, "{MID}masquerading {detail}"),
    (
        MessageAlias,
        Nothing,
        "Alias match: {MID}RID {RID#} recipient {from} mapped to {to}",
    ),
    (
        MessageAlias,
        Nothing,
        "Alias match: {MID}recipient {from} mapped to {to}",
    ),
    (
        MessageAlias,
        Nothing,
        "Alias match: recipient {from} mapped to {to}",
    ),
    (MessageAlias, Nothing, "Alias match: {detail}"),
    (
        MessageUnsubscribed,
        Nothing,
        "{MID}Global unsubscribe matched entry {entry} RID {RID#} Address {to>} Action {action}",
    ),
    (
        MessageUnsubscribed,
        Nothing,
        "Global unsubscribe matched entry {entry} {MID}RID: {RID#} Address: {to}",
    ),
    (
        MessageUnsubscribed,
        Nothing,
        "{MID}Global unsubscribe {detail}",
    ),
    (MessageUnsubscribed, Nothing, "Global unsubscribe {detail}"),
    // The reputation of a host behind a relay of one's own: user guide, "Incoming Relays and Logging".
    (
        MessageRelay,
        Nothing,
        "{MID}IncomingRelay({relay}): Header {header} found, IP {remote_ip} being used, SBRS {score}",
    ),
    (
        MessageRelay,
        Nothing,
        "{MID}IncomingRelay({relay}): Header {header} found, IP {remote_ip} being used",
    ),
    (
        MessageRelay,
        Nothing,
        "{MID}IncomingRelay({relay}): Header {header} found, ip {remote_ip} being used",
    ),
    (
        MessageRelay,
        Nothing,
        "{MID}IncomingRelay({relay}): Header {header} not found",
    ),
    (
        MessageRelay,
        Nothing,
        "{MID}IncomingRelay({relay}): {detail}",
    ),
    (
        MessageBounceCheck,
        Nothing,
        "{MID}{ICID}invalid bounce, rcpt address <{to>}> rejected by bounce verification.",
    ),
    (
        MessageBounceCheck,
        Nothing,
        "{MID}{ICID}invalid bounce, rcpt address {to>} rejected by bounce verification.",
    ),
    (
        MessageBounceCheck,
        Nothing,
        "{MID}{ICID}invalid bounce, {action}",
    ),
    (MessageBounceCheck, Nothing, "{MID}invalid bounce, {action}"),
    (
        AddressInvalid,
        Nothing,
        "{ICID}{MID}Invalid recipient address: {detail}",
    ),
    (
        AddressInvalid,
        Nothing,
        "{MID}{ICID}Invalid recipient address: {detail}",
    ),
    (
        AddressInvalid,
        Nothing,
        "{ICID}Invalid recipient address: {detail}",
    ),
    (
        AddressInvalid,
        Nothing,
        "{ICID}{MID}Invalid sender address: {detail}",
    ),
    (
        AddressInvalid,
        Nothing,
        "{ICID}Invalid sender address: {detail}",
    ),
    (
        SenderRejected,
        Nothing,
        "{ICID}Address: <{from>}> sender rejected, {reason}",
    ),
    (
        SenderRejected,
        Nothing,
        "{ICID}Address: {from>} sender rejected, {reason}",
    ),
    (
        SenderAllowed,
        Nothing,
        "{ICID}Address: <{from>}> sender allowed, {reason}",
    ),
    (
        SenderAllowed,
        Nothing,
        "{ICID}Address: {from>} sender allowed, {reason}",
    ),
    // Policies and filters do away with a message; `Message aborted` tells the same of newer releases.
    (
        MessageDropped,
        Dropped,
        "{MID}was dropped by content filter '{filter>}' in the {table} table",
    ),
    (
        MessageDropped,
        Dropped,
        "{MID}was dropped by policy {policy>} in the {table} table",
    ),
    (MessageDropped, Dropped, "{MID}was dropped by {by}"),
    (
        MessageBounced,
        Bounced,
        "{MID}was bounced by content filter '{filter>}' in the {table} table",
    ),
    (
        MessageBounced,
        Bounced,
        "{MID}was bounced by policy {policy>} in the {table} table",
    ),
    (MessageBounced, Bounced, "{MID}was bounced by {by}"),
    (
        MessageSplitFailed,
        Nothing,
        "{MID}could not be split{detail}",
    ),
    // Mailbox remediation says `Message` where all else says MID.
    (
        MessageRemediated,
        Nothing,
        "Message {MID#} was initiated for '{action}' remedial action by '{user>}' from source '{source}' in batch '{batch}'.",
    ),
    (
        MessageRemediated,
        Nothing,
        "Message {MID#} was processed due to {detail}",
    ),
    (
        MessageRemediated,
        Nothing,
        "Message {MID#} was unsuccessful for {detail}",
    ),
    (
        MessageRemediated,
        Nothing,
        "Message {MID#} was not processed {detail}",
    ),
    (MessageTag, Nothing, "{MID}Tracker Header : {detail}"),
    (MessageTag, Nothing, "{MID}tagged {detail}"),
    (MessageTag, Nothing, "{MID}encryption {detail}"),
    (MessageTag, Nothing, "{MID}was encrypted {detail}"),
    (MessageTag, Nothing, "{MID}was too large {detail}"),
    (MessageTag, Nothing, "{MID}was previously {detail}"),
];
