//! What is noted of deliveries beside their results, and of LDAP on the way to them.

use super::Row;
use crate::event::Kind::{
    DeliveryDns, DeliveryLimit, DeliveryPending, DeliveryPossible, DeliverySuspended, LdapAccepted,
    LdapFailed, LdapGroup, LdapHarvest, LdapRefused, LdapRewritten, TlsDane,
};
use crate::event::shape::Says::{Nothing, Waits};

pub const ROWS: &[Row] = &[
    // A second date stands in the line; `[Default]` names the bounce profile.
    (
        DeliveryPending,
        Waits,
        "{MID}to RID {RIDS} pending till {until} [{profile}]",
    ),
    (
        DeliveryPending,
        Waits,
        "{MID}to RID {RIDS} pending till {until}",
    ),
    (
        DeliveryPending,
        Waits,
        "{MID}to {RIDS} pending till {until} [{profile}]",
    ),
    (
        DeliveryPending,
        Waits,
        "{MID}to {RIDS} pending till {until}",
    ),
    (
        DeliveryPending,
        Waits,
        "Message {MID#} to RID {RIDS} pending till {until} [{profile}]",
    ),
    (
        DeliveryPending,
        Waits,
        "Message {MID#} to RID {RIDS} pending till {until}",
    ),
    (
        DeliveryPending,
        Waits,
        "Message {MID#} to {RIDS} pending till {until} [{profile}]",
    ),
    (
        DeliveryPending,
        Waits,
        "Message {MID#} to {RIDS} pending till {until}",
    ),
    // Taken or not: the recipient may get the message twice, so it is no result.
    (
        DeliveryPossible,
        Nothing,
        "Possible Delivery: {DCID}{MID}to RID {RIDS}{detail}",
    ),
    (
        DeliveryPossible,
        Nothing,
        "Possible Delivery: {DCID}{MID}to {RIDS}{detail}",
    ),
    (
        DeliveryPossible,
        Nothing,
        "Possible Delivery: {DCID}{detail}",
    ),
    (
        DeliverySuspended,
        Nothing,
        "Deliveries are currently suspended [{detail}]",
    ),
    (
        DeliverySuspended,
        Nothing,
        "Deliveries are currently suspended{detail}",
    ),
    (
        DeliveryLimit,
        Nothing,
        "Mail delivery client with {DCID}exited due to {reason}",
    ),
    (
        DeliveryDns,
        Nothing,
        "DNS Temporary Failure {domain} {record} - {reason}",
    ),
    (DeliveryDns, Nothing, "DNS {word} Failure {detail}"),
    (DeliveryDns, Nothing, "DNS Failure {detail}"),
    (TlsDane, Nothing, "{DCID}DANE {verdict}"),
    (TlsDane, Nothing, "DANE {verdict}"),
    (
        LdapAccepted,
        Nothing,
        "LDAP: Accepted query {query} address {to}",
    ),
    (
        LdapAccepted,
        Nothing,
        "LDAP: Accepted query {query} {MID}RID {RID#} address {to}",
    ),
    (LdapAccepted, Nothing, "LDAP: Accepted {detail}"),
    (
        LdapRefused,
        Nothing,
        "LDAP: No Match query {query} address {to}",
    ),
    (LdapRefused, Nothing, "LDAP: No Match {detail}"),
    (
        LdapRewritten,
        Nothing,
        "LDAP: Reroute query {query} {MID}RID {RID#} address {from} to {to}",
    ),
    (
        LdapRefused,
        Nothing,
        "LDAP: {action} query {query} {MID}RID {RID#} address {to}",
    ),
    (
        LdapRewritten,
        Nothing,
        "LDAP: {action} query {query} address {from} to {to}",
    ),
    (
        LdapRewritten,
        Nothing,
        "LDAP Reroute: query {query} address {from} to {to}",
    ),
    (
        LdapRewritten,
        Nothing,
        "LDAP Mailhost: query {query} address {from} to {to}",
    ),
    (
        LdapRewritten,
        Nothing,
        "LDAP Masquerade: query {query} address {from} to {to}",
    ),
    (LdapGroup, Nothing, "LDAP: Group query {query} address {to}"),
    (LdapGroup, Nothing, "LDAP: Group {detail}"),
    (
        LdapRefused,
        Nothing,
        "LDAP: {action} query {query} address {to}",
    ),
    (
        LdapFailed,
        Nothing,
        "LDAP: unable to process, {MID}{action}",
    ),
    (LdapFailed, Nothing, "LDAP: unable to process{detail}"),
    // Technote 118936: the quotes are unbalanced as printed, and no ICID is named.
    (
        LdapHarvest,
        Nothing,
        "LDAP: Dropping connection due to potential Directory Harvest Attack from host=({host>}), dhap_limit={limit#}, sender_group={sender_group}",
    ),
    (
        LdapHarvest,
        Nothing,
        "LDAP: Dropping connection due to potential Directory Harvest Attack {detail}",
    ),
    (LdapFailed, Nothing, "LDAP: {detail}"),
    (LdapFailed, Nothing, "LDAP {detail}"),
];
