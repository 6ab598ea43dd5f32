//! Templates of the appliance itself: status, alerts, services, limits.

super::rows! {
    // `CrtMID 4` is a counter, not a message.
    SystemStatus "Status: {counters}";
    SystemAlert "A {class^} alert was sent to {to} with subject \"{subject>}\".";
    SystemAlert "A {class^} alert was sent to {to} with subject {subject}";
    SystemAlert "An {class^} alert was sent to {to} with subject {subject}";
    SystemAlertFailed "Error while sending alert: {reason}";
    SystemMail "Internal SMTP system successfully sent a message to {to} with subject '{subject>}'.";
    SystemMail "Internal SMTP system successfully sent a message to {to} with subject {subject}";
    SystemMail "Internal SMTP system attempting to send a message to {detail}";
    SystemMailFailed "Internal SMTP giving up on message to {to} with subject '{subject>}': {reason}";
    SystemMailFailed "Internal SMTP giving up on message to {to} with subject {subject>}: {reason}";
    SystemMailFailed "Internal SMTP Error: Failed to send message to host {remote_ip}:{remote_port#} for recipient {to}: {reason}";
    SystemMailFailed "Internal SMTP Error: Failed to send message to host {remote_ip} for recipient {to}: {reason}";
    SystemMailFailed "Internal SMTP {detail}";
    SystemUpload "SenderBase upload: {hosts#} hosts totaling {bytes#} bytes";
    SystemUpload "SenderBase upload: {hosts#} hosts totalling {bytes#} bytes";
    SystemUpload "SenderBase {detail}";
    SystemServer "SMTP server {state}";
    SystemServer "QMQP server {state}";
    SystemServer "QMTP server {state}";
    SystemServer "SMTP listener {detail}";
    SystemServer "CPQ listener {detail}";
    SystemServer "QMQP {detail}";
    SystemServer "QMTP {detail}";
    SystemServer "Listener {detail}";
    SystemServer "listener {detail}";
    SystemServer "Receiving {detail}";
    SystemQueue "Checkpoint Finished{detail}";
    SystemQueue "Checkpoint {detail}";
    SystemQueue "Scanning {domain} with {messages#} msgs for expiration candidates.";
    SystemQueue "Done scanning {domain}, {messages} msgs remain in queue.";
    SystemQueue "Work queue {detail}";
    SystemQueue "work queue {detail}";
    SystemQueue "Workqueue {detail}";
    SystemLimit "System is rate limiting Envelope Sender {from>} due to {reason}";
    SystemLimit "This system (hostname: {host}) has entered a '{mode}' mode{detail}";
    SystemLimit "This system (hostname: {host}) has {detail}";
    SystemLimit "This system {detail}";
    SystemLimit "Memory {detail}";
    SystemLimit "Resource {detail}";
    SystemKey "Your \"{feature}\" key {detail}";
    SystemKey "Your {feature} key {detail}";
    SystemKey "The {feature} key {detail}";
    SystemStart "System is coming up.";
    SystemStart "System is coming up{detail}";
    SystemStart "System is going down{detail}";
    SystemEngine "graymail [{part}] {detail}";
    SystemEngine "GRAYMAIL: {detail}";
    SystemEngine "URL_REP_CLIENT: {detail}";
    SystemEngine "URL category definitions have changed{detail}";
    SystemEngine "Data will be sent to ECS client {detail}";
    SystemEngine "RPC client {detail}";
    SystemEngine "SDR: {detail}";
    SystemEngine "AMP {detail}";
    SystemEngine "CASE {detail}";
}
