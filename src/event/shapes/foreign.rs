//! What lies beside mail_logs in a syslog file, or is pasted with it: other subscriptions of the appliance, and texts
//! that use its ids. Known so that it is named, counted and kept with its ids, and never taken for part of a record.

use super::Row;
use crate::event::Kind::{
    ForeignAmp, ForeignAntispam, ForeignAntivirus, ForeignAuthentication, ForeignBounceLog,
    ForeignCef, ForeignGui, ForeignOther, ForeignQuarantine, ForeignRemediation, ForeignReporting,
    ForeignScanner, ForeignSystem, ForeignTracking,
};
use crate::event::shape::Says::Nothing;

pub const ROWS: &[Row] = &[
    (ForeignCef, Nothing, "CEF:{detail}"),
    (
        ForeignBounceLog,
        Nothing,
        "Bounced: {MID#}:{RID#} From:<{from}> To:<{to}> Reason: {detail}",
    ),
    (
        ForeignBounceLog,
        Nothing,
        "Delayed: {MID#}:{RID#} From:<{from}> To:<{to}> Reason: {detail}",
    ),
    (
        ForeignBounceLog,
        Nothing,
        "Double bounced: {MID#}:{RID#} {detail}",
    ),
    (
        ForeignAntivirus,
        Nothing,
        "sophos antivirus - {MID}{detail}",
    ),
    (
        ForeignAntivirus,
        Nothing,
        "sophos  antivirus - {MID}{detail}",
    ),
    (ForeignAntivirus, Nothing, "sophos {detail}"),
    (ForeignAntivirus, Nothing, "mcafee {detail}"),
    (ForeignAntispam, Nothing, "case antispam - {detail}"),
    (ForeignScanner, Nothing, "PF: {detail}"),
    // The file reputation log writes its ids as assignments.
    (ForeignAmp, Nothing, " File uploaded for analysis.{detail}"),
    (
        ForeignAmp,
        Nothing,
        " File not uploaded for analysis. {MID}{detail}",
    ),
    (
        ForeignAmp,
        Nothing,
        " File not uploaded for analysis.{detail}",
    ),
    (
        ForeignAmp,
        Nothing,
        " File reputation query initiating. File Name = '{file_name>}', {MID}{detail}",
    ),
    (
        ForeignAmp,
        Nothing,
        " Response received for file reputation query from {source}. File Name = '{file_name>}', {MID}{detail}",
    ),
    (ForeignAmp, Nothing, "File uploaded for analysis.{detail}"),
    (
        ForeignAmp,
        Nothing,
        "File not uploaded for analysis. {MID}{detail}",
    ),
    (
        ForeignAmp,
        Nothing,
        "File not uploaded for analysis.{detail}",
    ),
    (
        ForeignAmp,
        Nothing,
        "File reputation query initiating. File Name = '{file_name>}', {MID}{detail}",
    ),
    (ForeignAmp, Nothing, "File {detail}"),
    (
        ForeignAmp,
        Nothing,
        "Response received for file reputation query from {source}. File Name = '{file_name>}', {MID}{detail}",
    ),
    (ForeignAmp, Nothing, "Response received for file {detail}"),
    (
        ForeignAmp,
        Nothing,
        "Retrospective verdict received.{detail}",
    ),
    (ForeignGui, Nothing, "req:{detail}"),
    (ForeignGui, Nothing, "login:{detail}"),
    (ForeignGui, Nothing, "logout:{detail}"),
    (
        ForeignGui,
        Nothing,
        "Session {session} from {remote_ip} {detail}",
    ),
    (
        ForeignGui,
        Nothing,
        "PID {pid#}: User {user>} logged out {detail}",
    ),
    (ForeignGui, Nothing, "http service on {detail}"),
    (ForeignGui, Nothing, "https service on {detail}"),
    (ForeignGui, Nothing, "SSL error with client {detail}"),
    (ForeignGui, Nothing, "Error in http connection {detail}"),
    (
        ForeignAuthentication,
        Nothing,
        "User {user>} from {remote_ip} was authenticated successfully{detail}",
    ),
    (
        ForeignAuthentication,
        Nothing,
        "User {user>} from {remote_ip} failed authentication{detail}",
    ),
    (
        ForeignAuthentication,
        Nothing,
        "User {user>} was authenticated {detail}",
    ),
    (
        ForeignAuthentication,
        Nothing,
        "User {user>} failed authentication{detail}",
    ),
    (
        ForeignAuthentication,
        Nothing,
        "The user {user>} successfully logged on from {detail}",
    ),
    (
        ForeignAuthentication,
        Nothing,
        "An authentication attempt by the user {user>} from {remote_ip} {detail}",
    ),
    (ForeignReporting, Nothing, "PERIODIC REPORTS: {detail}"),
    (
        ForeignReporting,
        Nothing,
        "TLS connection failed because of {detail}",
    ),
    (
        ForeignSystem,
        Nothing,
        "Received an invalid DNS Response: {detail}",
    ),
    (ForeignSystem, Nothing, "lame DNS referral: {detail}"),
    (
        ForeignSystem,
        Nothing,
        "The system time was changed {detail}",
    ),
    (
        ForeignSystem,
        Nothing,
        "Hostname is successfully changed {detail}",
    ),
    (ForeignQuarantine, Nothing, "ISQ: {detail}"),
    (ForeignQuarantine, Nothing, "EUQ: {detail}"),
    (
        ForeignRemediation,
        Nothing,
        "Message containing attachment(s) {detail}",
    ),
    (ForeignOther, Nothing, "service_log_client.{detail}"),
    (ForeignOther, Nothing, "case waiting for {detail}"),
    // Message Tracking's summary, as its API and pages tell it.
    (
        ForeignTracking,
        Nothing,
        "Incoming connection (ICID {ICID#}) {detail}",
    ),
    (
        ForeignTracking,
        Nothing,
        "Protocol {protocol} interface {interface}  (IP {interface_ip}) on incoming connection (ICID {ICID#}) from sender IP {detail}",
    ),
    (
        ForeignTracking,
        Nothing,
        "Protocol {protocol} interface {detail}",
    ),
    (ForeignTracking, Nothing, "(ICID {ICID#}) {detail}"),
    (ForeignTracking, Nothing, "(DCID {DCID#}) {detail}"),
    (
        ForeignTracking,
        Nothing,
        "SMTP delivery connection (DCID {DCID#}) {detail}",
    ),
    (
        ForeignTracking,
        Nothing,
        "Delivery connection (DCID {DCID#}) {detail}",
    ),
    (
        ForeignTracking,
        Nothing,
        "Start message {MID#} on incoming connection (ICID {ICID#}).{detail}",
    ),
    (ForeignTracking, Nothing, "Message {MID#} {detail}"),
    (ForeignTracking, Nothing, "Message {MID#}: {detail}"),
];
