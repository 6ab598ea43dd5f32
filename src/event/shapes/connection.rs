//! What is noted of an incoming connection.

use super::Row;
use crate::event::Kind::{
    AuthForward, AuthLdap, ConnectionCommand, ConnectionLimit, ConnectionUndetermined, DebugNote,
    PolicyDelayed, PolicySbrs, TlsFailed,
};
use crate::event::shape::Says::Nothing;

pub const ROWS: &[Row] = &[
    (
        PolicyDelayed,
        Nothing,
        "{ICID}Delayed HAT {action} continuing session for recipient logging ({remote_ip})",
    ),
    (PolicyDelayed, Nothing, "{ICID}Delayed HAT {detail}"),
    (PolicySbrs, Nothing, "{ICID}SBRS {score}"),
    (
        ConnectionLimit,
        Nothing,
        "System limit reached: connection limit for IP {remote_ip} on listener {listener>}{ICID}max: {limit#}",
    ),
    (ConnectionLimit, Nothing, "System limit reached: {detail}"),
    (
        ConnectionCommand,
        Nothing,
        "{ICID}Unknown command: {command}",
    ),
    (
        ConnectionCommand,
        Nothing,
        "{ICID}Bad syntax for command: {command}",
    ),
    (ConnectionCommand, Nothing, "Unknown command: {command}"),
    (
        ConnectionCommand,
        Nothing,
        "Bad syntax for command: {command}",
    ),
    (
        ConnectionUndetermined,
        Nothing,
        "Incoming {protocol} connection undetermined IP on interface {interface}",
    ),
    (
        AuthForward,
        Nothing,
        "SMTP Auth forward server connection to {host}, port {port#}, interface {interface>}, {connections#} connections available",
    ),
    (AuthForward, Nothing, "SMTP Auth forward server {detail}"),
    (AuthLdap, Nothing, "SMTP Auth LDAP query failed, {reason}"),
    (AuthLdap, Nothing, "SMTP Auth: LDAP query failed, {reason}"),
    // As a technote prints it, with its id made unreadable.
    (
        TlsFailed,
        Nothing,
        "DCID {unreadable} STARTTLS command not supported.",
    ),
    (
        DebugNote,
        Nothing,
        "{MID}{ICID}TLS read {bytes#} bytes ({seconds} seconds)",
    ),
    (
        DebugNote,
        Nothing,
        "{MID}{ICID}TLS wrote {bytes#} bytes ({seconds} seconds)",
    ),
];
