//! Templates of the appliance's quarantines and of the spam quarantine behind RPC connections.

super::rows! {
    QuarantineIn Quarantined "{MID}quarantined to \"{quarantine}\" ({reason>})";
    QuarantineIn Quarantined "{MID}quarantined to \"{quarantine}\"{reason}";
    // User guide: centralized quarantines on a management appliance.
    QuarantineIn Quarantined "{MID}enqueued for transfer to centralized quarantine \"{quarantine}\" ({reason>})";
    QuarantineIn Quarantined "{MID}enqueued for transfer to centralized quarantine \"{quarantine}\"{reason}";
    QuarantineIn Quarantined "{MID}enqueued for transfer to {detail}";
    QuarantineIn Quarantined "ISQ: Quarantined {MID}";
    QuarantineIn Quarantined "EUQ: Quarantined {MID}";
    QuarantineTagged "ISQ: Tagging {MID}for quarantine{detail}";
    QuarantineTagged "EUQ: Tagging {MID}for quarantine{detail}";
    QuarantineReason "{MID}quarantine \"{quarantine}\" new reason ({reason>})";
    QuarantineReason "{MID}quarantine \"{quarantine}\" {detail}";
    // A message may be in several quarantines: only release from the last one is an effect.
    QuarantineReleased Released "{MID}released from all quarantines{detail}";
    QuarantineReleased Released "{MID}released ({change}) from all quarantines{detail}";
    QuarantineReleased "{MID}released from quarantine \"{quarantine}\" ({reason}) t={hours#}";
    QuarantineReleased "{MID}released from quarantine \"{quarantine}\" ({reason}) [t={hours#}]";
    QuarantineReleased "{MID}released from quarantine \"{quarantine}\" ({reason>})";
    QuarantineReleased "{MID}released from quarantine \"{quarantine}\"{detail}";
    QuarantineReleased "{MID}released ({change}) from quarantine \"{quarantine}\" ({reason}) t={hours#}";
    QuarantineReleased "{MID}released ({change}) from quarantine \"{quarantine}\"{detail}";
    QuarantineReleased "{MID}released from {detail}";
    QuarantineDeleted Dropped "{MID}deleted from all quarantines{detail}";
    QuarantineDeleted "{MID}deleted from quarantine \"{quarantine}\" ({reason>})";
    QuarantineDeleted "{MID}deleted from quarantine \"{quarantine}\"{detail}";
    QuarantineDeleted "{MID}deleted from {detail}";
    RpcStart "RPC Delivery start {RCID}{MID}to {quarantine}";
    RpcStart "Start delivery of {MID}over RPC connection {rcid#}";
    RpcDone Quarantined "RPC Message done {RCID}{MID}{detail}";
    RpcDone Quarantined "Delivery of {MID}over RPC completed on connection {rcid#}";
    RpcFailed "RPC Message rejected {RCID}{MID}{detail}";
    RpcFailed "RPC Message rejected {RCID}{detail}";
    RpcFailed "RPC connection to {remote_ip} failed {RCID}{MID}({reason})";
    RpcFailed "RPC connection to {remote_ip} failed {detail}";
    RpcConnection "RPC connection {RCID}to {remote_ip} sleeping for {seconds#} seconds";
    RpcConnection "RPC connection {RCID}{detail}";
    RpcConnection "New RPC connection {RCID}{detail}";
    RpcConnection "New RPC {RCID}{detail}";
    RpcConnection "{RCID}{detail}";
}
