//! Templates of incoming connections.

super::rows! {
    PolicyDelayed "{ICID}Delayed HAT {action} continuing session for recipient logging ({remote_ip})";
    PolicyDelayed "{ICID}Delayed HAT {detail}";
    PolicySbrs "{ICID}SBRS {score}";
    ConnectionLimit "System limit reached: connection limit for IP {remote_ip} on listener {listener>}{ICID}max: {limit#}";
    ConnectionLimit "System limit reached: {detail}";
    ConnectionCommand "{ICID}Unknown command: {command}";
    ConnectionCommand "{ICID}Bad syntax for command: {command}";
    ConnectionCommand "Unknown command: {command}";
    ConnectionCommand "Bad syntax for command: {command}";
    ConnectionUndetermined "Incoming {protocol} connection undetermined IP on interface {interface}";
    AuthForward "SMTP Auth forward server connection to {host}, port {port#}, interface {interface>}, {connections#} connections available";
    AuthForward "SMTP Auth: forward server connection to {host}, port {port#}, interface {interface>}, {connections#} connections available";
    AuthForward "SMTP Auth forward server {detail}";
    AuthForward "SMTP Auth: forward server {detail}";
    AuthLdap "SMTP Auth LDAP query failed, {reason}";
    AuthLdap "SMTP Auth: LDAP query failed, {reason}";
    // As a technote prints it, with its id made unreadable.
    TlsFailed "DCID {unreadable} STARTTLS command not supported.";
    DebugNote "{MID}{ICID}TLS read {bytes#} bytes ({seconds} seconds)";
    DebugNote "{MID}{ICID}TLS wrote {bytes#} bytes ({seconds} seconds)";
}
