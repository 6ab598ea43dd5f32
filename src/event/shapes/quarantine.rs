//! Quarantines, those of the appliance and the spam quarantine behind its RPC connections.

use super::Row;
use crate::event::Kind::{
    QuarantineDeleted, QuarantineIn, QuarantineReason, QuarantineReleased, QuarantineTagged,
    RpcConnection, RpcDone, RpcFailed, RpcStart,
};
use crate::event::shape::Says::{Dropped, Nothing, Quarantined, Released};

pub const ROWS: &[Row] = &[
    (
        QuarantineIn,
        Quarantined,
        "{MID}quarantined to \"{quarantine}\" ({reason})",
    ),
    (
        QuarantineIn,
        Quarantined,
        "{MID}quarantined to \"{quarantine}\"{reason}",
    ),
    // The guide's lines of a management appliance that holds the quarantines.
    (
        QuarantineIn,
        Quarantined,
        "{MID}enqueued for transfer to centralized quarantine \"{quarantine}\" ({reason})",
    ),
    (
        QuarantineIn,
        Quarantined,
        "{MID}enqueued for transfer to centralized quarantine \"{quarantine}\"{reason}",
    ),
    (
        QuarantineIn,
        Quarantined,
        "{MID}enqueued for transfer to {detail}",
    ),
    (QuarantineIn, Quarantined, "ISQ: Quarantined {MID}"),
    (QuarantineIn, Quarantined, "EUQ: Quarantined {MID}"),
    (
        QuarantineTagged,
        Nothing,
        "ISQ: Tagging {MID}for quarantine{detail}",
    ),
    (
        QuarantineTagged,
        Nothing,
        "EUQ: Tagging {MID}for quarantine{detail}",
    ),
    (
        QuarantineReason,
        Nothing,
        "{MID}quarantine \"{quarantine}\" new reason ({reason})",
    ),
    (
        QuarantineReason,
        Nothing,
        "{MID}quarantine \"{quarantine}\" {detail}",
    ),
    // Only the last quarantine's word decides: a message may lie in several.
    (
        QuarantineReleased,
        Released,
        "{MID}released from all quarantines{detail}",
    ),
    (
        QuarantineReleased,
        Released,
        "{MID}released ({change}) from all quarantines{detail}",
    ),
    (
        QuarantineReleased,
        Nothing,
        "{MID}released from quarantine \"{quarantine}\" ({reason}) t={hours#}",
    ),
    (
        QuarantineReleased,
        Nothing,
        "{MID}released from quarantine \"{quarantine}\" ({reason})",
    ),
    (
        QuarantineReleased,
        Nothing,
        "{MID}released from quarantine \"{quarantine}\"{detail}",
    ),
    (
        QuarantineReleased,
        Nothing,
        "{MID}released ({change}) from quarantine \"{quarantine}\" ({reason}) t={hours#}",
    ),
    (
        QuarantineReleased,
        Nothing,
        "{MID}released ({change}) from quarantine \"{quarantine}\"{detail}",
    ),
    (QuarantineReleased, Nothing, "{MID}released from {detail}"),
    (
        QuarantineDeleted,
        Dropped,
        "{MID}deleted from all quarantines{detail}",
    ),
    (
        QuarantineDeleted,
        Nothing,
        "{MID}deleted from quarantine \"{quarantine}\" ({reason})",
    ),
    (
        QuarantineDeleted,
        Nothing,
        "{MID}deleted from quarantine \"{quarantine}\"{detail}",
    ),
    (QuarantineDeleted, Nothing, "{MID}deleted from {detail}"),
    (
        RpcStart,
        Nothing,
        "RPC Delivery start {RCID}{MID}to {quarantine}",
    ),
    (
        RpcStart,
        Nothing,
        "Start delivery of {MID}over RPC connection {rcid#}",
    ),
    (RpcDone, Quarantined, "RPC Message done {RCID}{MID}{detail}"),
    (
        RpcDone,
        Quarantined,
        "Delivery of {MID}over RPC completed on connection {rcid#}",
    ),
    (
        RpcFailed,
        Nothing,
        "RPC Message rejected {RCID}{MID}{detail}",
    ),
    (RpcFailed, Nothing, "RPC Message rejected {RCID}{detail}"),
    (
        RpcFailed,
        Nothing,
        "RPC connection to {remote_ip} failed {RCID}{MID}({reason})",
    ),
    (
        RpcFailed,
        Nothing,
        "RPC connection to {remote_ip} failed {detail}",
    ),
    (
        RpcConnection,
        Nothing,
        "RPC connection {RCID}to {remote_ip} sleeping for {seconds#} seconds",
    ),
    (RpcConnection, Nothing, "RPC connection {RCID}{detail}"),
    (RpcConnection, Nothing, "New RPC connection {RCID}{detail}"),
    (RpcConnection, Nothing, "New RPC {RCID}{detail}"),
    (RpcConnection, Nothing, "{RCID}{detail}"),
];
