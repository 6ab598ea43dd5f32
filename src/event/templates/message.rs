//! Templates of messages in the appliance, before their delivery.

super::rows! {
    // Filters: user guide, "Custom Log Entry" and "Log Subscriptions"; the rest is the
    // administrator's and the message's text.
    FilterLog "{MID}Custom Log Entry: {entry}";
    FilterLog "{MID}Custom Log Entry:";
    FilterTime "Debug: {MID}Message filter Name: {filter>} time: {seconds}";
    FilterTime "{MID}Message filter Name: {filter>} time: {seconds}";
    MessageAttachment "{MID}attachment '{name>}'";
    MessageAttachment "{MID}attachment \"{name>}\"";
    MessageAttachment "{MID}attachment types {types}";
    MessageAttachment "{MID}attachment {name}";
    // Mail that the appliance makes has neither a start nor a connection.
    MessageReport "{MID}From: <{from}> To: {to>}, ... {recipients#} total recipients";
    MessageReport "{MID}From: <{from}> To: {to>}, {recipients#} total recipients";
    MessageReport "{MID}From: {from} To: {to>} total recipients";
    MessageCharset "{MID}Could not convert character set: {charset}";
    MessageCharset "{MID}Could not convert character set{detail}";
    MessageMasqueraded "{MID}masquerading envelope sender from '{old>}' to '{new}'";
    MessageMasqueraded "{MID}masquerading envelope {detail}";
    MessageMasqueraded "{MID}masquerading header '{header}' from '{old>}' to '{new}'";
    MessageMasqueraded "{MID}masquerading {detail}";
    MessageAlias "Alias match: {MID}RID {RID#} recipient {from>} mapped to {to}";
    MessageAlias "Alias match: {MID}recipient {from>} mapped to {to}";
    MessageAlias "Alias match: recipient {from>} mapped to {to}";
    MessageAlias "Alias match: {detail}";
    MessageUnsubscribed "{MID}Global unsubscribe matched entry {entry} RID {RID#} Address {to>} Action {action}";
    MessageUnsubscribed "Global unsubscribe matched entry {entry} {MID}RID: {RID#} Address: {to}";
    MessageUnsubscribed "{MID}Global unsubscribe {detail}";
    MessageUnsubscribed "Global unsubscribe {detail}";
    // The reputation of the host behind an incoming relay: user guide, "Incoming Relays and
    // Logging".
    MessageRelay "{MID}IncomingRelay({relay}): Header {header} found, IP {remote_ip} being used, SBRS {score}";
    MessageRelay "{MID}IncomingRelay({relay}): Header {header} found, IP {remote_ip} being used";
    MessageRelay "{MID}IncomingRelay({relay}): Header {header} found, ip {remote_ip} being used";
    MessageRelay "{MID}IncomingRelay({relay}): Header {header} not found";
    MessageRelay "{MID}IncomingRelay({relay}): {detail}";
    MessageRelay "{MID}Could not find valid IP address in header{detail}";
    MessageBounceCheck "{MID}{ICID}invalid bounce, rcpt address <{to>}> rejected by bounce verification.";
    MessageBounceCheck "{MID}{ICID}invalid bounce, rcpt address {to>} rejected by bounce verification.";
    MessageBounceCheck "{MID}{ICID}invalid bounce, {action}";
    MessageBounceCheck "{MID}invalid bounce, {action}";
    AddressInvalid "{ICID}{MID}Invalid recipient address: {detail}";
    AddressInvalid "{MID}{ICID}Invalid recipient address: {detail}";
    AddressInvalid "{ICID}Invalid recipient address: {detail}";
    AddressInvalid "{ICID}{MID}Invalid sender address: {detail}";
    AddressInvalid "{ICID}Invalid sender address: {detail}";
    // The address may contain the words of the other verdict, so the complete tail is tried first.
    SenderAllowed "{ICID}Address: <{from>}> sender allowed, {reason=envelope sender matched domain exception}";
    SenderRejected "{ICID}Address: <{from>}> sender rejected, {reason}";
    SenderRejected "{ICID}Address: {from>} sender rejected, {reason}";
    SenderAllowed "{ICID}Address: <{from>}> sender allowed, {reason}";
    SenderAllowed "{ICID}Address: {from>} sender allowed, {reason}";
    // Policies and filters that drop a message; newer releases write `Message aborted`.
    MessageDropped Dropped "{MID}was dropped by content filter '{filter>}' in the {table} table";
    MessageDropped Dropped "{MID}was dropped by policy {policy>} in the {table} table";
    MessageDropped Dropped "{MID}was dropped by {by}";
    MessageBounced Bounced "{MID}was bounced by content filter '{filter>}' in the {table} table";
    MessageBounced Bounced "{MID}was bounced by policy {policy>} in the {table} table";
    MessageBounced Bounced "{MID}was bounced by {by}";
    MessageSplitFailed "{MID}could not be split{detail}";
    // Mailbox remediation writes `Message` instead of MID.
    MessageRemediated "Message {MID#} was initiated for '{action}' remedial action by '{user>}' from source '{source}' in batch '{batch}'.";
    MessageRemediated "Message {MID#} was processed due to {detail}";
    MessageRemediated "Message {MID#} was unsuccessful for {detail}";
    MessageRemediated "Message {MID#} was not processed {detail}";
    MessageTag "{MID}Tracker Header : {detail}";
    MessageTag "{MID}tagged {detail}";
    MessageTag "{MID}encryption {detail}";
    MessageTag "{MID}was encrypted {detail}";
    MessageTag "{MID}was too large {detail}";
    MessageTag "{MID}was previously {detail}";
}
