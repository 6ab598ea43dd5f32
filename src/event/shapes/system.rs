//! The appliance itself: status, alerts, services, limits.

use super::Row;
use crate::event::Kind::{
    SystemAlert, SystemAlertFailed, SystemEngine, SystemKey, SystemLimit, SystemMail,
    SystemMailFailed, SystemQueue, SystemServer, SystemStart, SystemStatus, SystemUpload,
};
use crate::event::shape::Says::Nothing;

pub const ROWS: &[Row] = &[
    // `CrtMID 4` in it is no message: ids in free text are never read.
    (SystemStatus, Nothing, "Status: {counters}"),
    (
        SystemAlert,
        Nothing,
        "A {class} alert was sent to {to} with subject {subject}",
    ),
    (
        SystemAlert,
        Nothing,
        "An {class} alert was sent to {to} with subject {subject}",
    ),
    (
        SystemAlertFailed,
        Nothing,
        "Error while sending alert: {reason}",
    ),
    (
        SystemMail,
        Nothing,
        "Internal SMTP system successfully sent a message to {to} with subject {subject}",
    ),
    (
        SystemMail,
        Nothing,
        "Internal SMTP system attempting to send a message to {detail}",
    ),
    (
        SystemMailFailed,
        Nothing,
        "Internal SMTP giving up on message to {to} with subject {subject>}: {reason}",
    ),
    (
        SystemMailFailed,
        Nothing,
        "Internal SMTP Error: Failed to send message to host {remote_ip} for recipient {to}: {reason}",
    ),
    (SystemMailFailed, Nothing, "Internal SMTP {detail}"),
    (
        SystemUpload,
        Nothing,
        "SenderBase upload: {hosts#} hosts totaling {bytes#} bytes",
    ),
    (
        SystemUpload,
        Nothing,
        "SenderBase upload: {hosts#} hosts totalling {bytes#} bytes",
    ),
    (SystemUpload, Nothing, "SenderBase {detail}"),
    (SystemServer, Nothing, "SMTP server {state}"),
    (SystemServer, Nothing, "QMQP server {state}"),
    (SystemServer, Nothing, "QMTP server {state}"),
    (SystemServer, Nothing, "SMTP listener {detail}"),
    (SystemServer, Nothing, "QMQP {detail}"),
    (SystemServer, Nothing, "QMTP {detail}"),
    (SystemServer, Nothing, "Listener {detail}"),
    (SystemServer, Nothing, "listener {detail}"),
    (SystemServer, Nothing, "Receiving {detail}"),
    (SystemQueue, Nothing, "Checkpoint Finished{detail}"),
    (SystemQueue, Nothing, "Checkpoint {detail}"),
    (
        SystemQueue,
        Nothing,
        "Scanning {domain} with {messages#} msgs for expiration candidates.",
    ),
    (
        SystemQueue,
        Nothing,
        "Done scanning {domain}, {messages} msgs remain in queue.",
    ),
    (SystemQueue, Nothing, "Work queue {detail}"),
    (SystemQueue, Nothing, "work queue {detail}"),
    (SystemQueue, Nothing, "Workqueue {detail}"),
    (
        SystemLimit,
        Nothing,
        "System is rate limiting Envelope Sender {from>} due to {reason}",
    ),
    (
        SystemLimit,
        Nothing,
        "This system (hostname: {host}) has entered a {mode} mode{detail}",
    ),
    (
        SystemLimit,
        Nothing,
        "This system (hostname: {host}) has {detail}",
    ),
    (SystemLimit, Nothing, "This system {detail}"),
    (SystemLimit, Nothing, "Memory {detail}"),
    (SystemLimit, Nothing, "Resource {detail}"),
    (SystemKey, Nothing, "Your \"{feature}\" key {detail}"),
    (SystemKey, Nothing, "Your {feature} key {detail}"),
    (SystemKey, Nothing, "The {feature} key {detail}"),
    (SystemStart, Nothing, "System is coming up{detail}"),
    (SystemStart, Nothing, "System is going down{detail}"),
    (SystemEngine, Nothing, "graymail [{part}] {detail}"),
    (SystemEngine, Nothing, "GRAYMAIL: {detail}"),
    (SystemEngine, Nothing, "URL_REP_CLIENT: {detail}"),
    (
        SystemEngine,
        Nothing,
        "URL category definitions have changed{detail}",
    ),
    (
        SystemEngine,
        Nothing,
        "Data will be sent to ECS client {detail}",
    ),
    (SystemEngine, Nothing, "RPC client {detail}"),
    (SystemEngine, Nothing, "SDR: {detail}"),
    (SystemEngine, Nothing, "AMP {detail}"),
    (SystemEngine, Nothing, "CASE {detail}"),
];
