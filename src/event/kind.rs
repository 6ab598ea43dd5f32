//! The table of event kinds: stable dotted names for scripts, meaning and sample line. Completion,
//! the summary, `assets/events.md` and the tests are derived from it.

/// Declares [`EventKind`] and its table from rows of name, meaning and sample.
macro_rules! kinds {
    ($($kind:ident $name:literal $meaning:literal $sample:literal;)*) => {
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        #[repr(u8)]
        pub(crate) enum EventKind {
            $(#[doc = $meaning] $kind,)*
        }

        impl EventKind {
            pub(crate) const ALL: &'static [EventKind] = &[$(EventKind::$kind,)*];

            pub(crate) const NAMES: [&'static str; Self::ALL.len()] = [$($name,)*];

            pub(crate) fn name(self) -> &'static str {
                Self::NAMES[self as usize]
            }

            pub(crate) fn meaning(self) -> &'static str {
                const MEANINGS: &[&str] = &[$($meaning,)*];
                MEANINGS[self as usize]
            }

            /// A sample line without its header.
            pub(crate) fn sample(self) -> &'static str {
                const SAMPLES: &[&str] = &[$($sample,)*];
                SAMPLES[self as usize]
            }
        }
    };
}

kinds! {
    LogBegin "log.begin" "A log file begins." "Begin Logfile";
    LogVersion "log.version" "The AsyncOS release and the serial number of the appliance that writes the file." "Version: 15.0.0-104 SN: 4229C84B5E7C0D1A2B3C-0123456789AB";
    LogOffset "log.offset" "The offset of the appliance's clock from UTC." "Time offset from UTC: -14400 seconds";
    LogEnd "log.end" "A log file ends." "End Logfile";

    ConnectionOpen "connection.open" "A remote host connected to a listener." "New SMTP ICID 450 interface Data 1 (192.0.2.25) address 198.51.100.7 reverse dns host mail.example.net verified yes";
    ConnectionClose "connection.close" "An incoming connection was closed normally." "ICID 450 close";
    ConnectionLost "connection.lost" "The remote host left without QUIT; by itself no failure." "ICID 450 lost";
    ConnectionAborted "connection.aborted" "The appliance ended an incoming connection." "ICID 450 disconnected address 198.51.100.7, no messages injected within timeout period";
    ConnectionFailed "connection.failed" "A message could not be received on the connection." "ICID 450 Receiving Failed: Connection limit exceeded";
    ConnectionLimit "connection.limit" "A listener's limit was reached." "System limit reached: connection limit for IP 198.51.100.7 on listener Incoming ICID 450: max: 10";
    ConnectionCommand "connection.command" "The remote host sent a command that the listener does not accept." "ICID 450 Unknown command: XYZZY";
    ConnectionUndetermined "connection.undetermined" "An incoming connection whose address could not be determined." "Incoming SMTP connection undetermined IP on interface Data 1";
    PolicyHat "policy.hat" "The host access table's verdict: action, sender group and score." "ICID 450 ACCEPT SG ACCEPTLIST match sbrs[0.0:10.0] SBRS 3.5 country Netherlands";
    PolicySbrs "policy.sbrs" "The sender's reputation score alone, as old releases write it." "ICID 450 SBRS None";
    PolicyDelayed "policy.delayed" "A rejected host may continue until its recipients are logged." "ICID 450 Delayed HAT REJECT continuing session for recipient logging (198.51.100.7)";
    TlsSuccess "tls.success" "TLS was negotiated, inbound or outbound." "DCID 8 TLS success protocol TLSv1.2 cipher ECDHE-RSA-AES256-GCM-SHA384";
    TlsFailed "tls.failed" "TLS failed, or was required and not started." "DCID 8 TLS failed: STARTTLS unexpected response";
    TlsDane "tls.dane" "The result of DANE validation of a destination's certificate." "DCID 8 DANE success for example.org";

    AuthSucceeded "auth.succeeded" "A login succeeded: of a user at a listener, or of the appliance at a remote server." "SMTP Auth: (ICID 450) succeeded for user: alice using AUTH mechanism: PLAIN with profile: Staff";
    AuthFailed "auth.failed" "A login was refused." "DCID: 8 IP: 192.0.2.80 SMTP authentication using the profile Relay failed: ('535', ['5.7.8 Error: authentication failed'])";
    AuthMisconfigured "auth.misconfigured" "A login failed because its SMTP Auth profile is misconfigured or missing." "SMTP Auth (ICID 450) profile: Staff is misconfigured or missing causing an Auth failure";
    AuthUnreachable "auth.unreachable" "A login failed because the forwarding server could not be reached." "SMTP Auth (ICID 450) could not reach forwarding server auth.example.com with reason: timed out";
    AuthLookupFailed "auth.lookup_failed" "A login failed because the LDAP query for the user failed." "SMTP Auth (ICID 450) LDAP query/user lookup failed for user: alice";
    AuthRequired "auth.required" "The listener requires a login and the remote host did not try one." "SMTP Auth (ICID 450) was required but remote host did not initiate it";
    AuthForward "auth.forward" "The state of the connections to a forwarding server." "SMTP Auth forward server connection to auth.example.com, port 25, interface Data 1, 4 connections available";
    AuthLdap "auth.ldap" "The LDAP query for a login failed." "SMTP Auth LDAP query failed, possible LDAP misconfiguration or unreachable server.";

    MessageStart "message.start" "A message was started on a connection, or by the appliance itself (ICID 0)." "Start MID 4 ICID 450";
    MessageFrom "message.from" "The envelope sender." "MID 4 ICID 450 From: <a@example.com>";
    MessageTo "message.to" "An envelope recipient." "MID 4 ICID 450 RID 0 To: <b@example.org>";
    MessageRejected "message.rejected" "A recipient was refused." "MID 4 ICID 450 To: <c@example.org> Rejected by RAT";
    SenderRejected "message.sender_rejected" "The sender's domain was refused." "ICID 450 Address: <a@example.com> sender rejected, envelope sender domain does not exist";
    SenderAllowed "message.sender_allowed" "The sender's domain was accepted by an exception." "ICID 450 Address: <a@example.com> sender allowed, envelope sender matched domain exception";
    AddressInvalid "message.address_invalid" "An envelope address is invalid." "ICID 450 MID 4 Invalid recipient address: Invalid character in address: '!'";
    MessageId "message.id" "The Message-ID header." "MID 4 Message-ID '<1@example.com>'";
    MessageSubject "message.subject" "The Subject header." "MID 4 Subject 'Hello'";
    MessageReady "message.ready" "The message was received completely." "MID 4 ready 5674 bytes from <a@example.com>";
    MessagePolicy "message.policy" "The mail policy that matched the recipients." "MID 4 matched all recipients for per-recipient policy DEFAULT in the inbound table";
    MessageReport "message.report" "A report or alert that the appliance mails." "MID 4 From: <esa@example.com> To: <a@example.com>, 1 total recipients";
    MessageCharset "message.charset" "A header's character set could not be converted." "MID 4 Could not convert character set: 136";
    MessageAttachment "message.attachment" "An attachment's name or type." "MID 4 attachment 'invoice.pdf'";
    MessageMasqueraded "message.masqueraded" "An address was rewritten." "MID 4 masquerading envelope sender from 'A' to 'a@example.com'";
    MessageAlias "message.alias" "An alias table mapped a recipient." "Alias match: recipient all@example.com mapped to ['a@example.com']";
    MessageUnsubscribed "message.unsubscribed" "The global unsubscribe list matched a recipient." "MID 4 Global unsubscribe matched entry foo@ RID 0 Address foo@example.com Action bounced";
    MessageRelay "message.relay" "The sender's address behind an incoming relay." "MID 4 IncomingRelay(mx): Header Received found, IP 198.51.100.9 being used, SBRS 6.8";
    MessageBounceCheck "message.bounce_check" "Bounce verification rejected a bounce of a message that was never sent." "MID 4 ICID 450 invalid bounce, rcpt address <a@example.com> rejected by bounce verification.";
    MessageTag "message.tag" "A property of the message: a tag, encryption." "MID 4 was encrypted by profile staff";
    MessageQueued "message.queued" "The message waits for delivery." "MID 4 queued for delivery";
    MessageDropped "message.dropped" "A policy or filter dropped the message." "MID 4 was dropped by content filter 'stop' in the inbound table";
    MessageBounced "message.bounced" "A policy or filter bounced the message." "MID 4 was bounced by content filter 'back' in the inbound table";
    MessageAborted "message.aborted" "The message ended before delivery." "Message aborted MID 4 Receiving aborted by sender";
    MessageFinished "message.finished" "Processing of the message ended; delivered or not." "Message finished MID 4 done";
    MessageGenerated "message.generated" "A message was created from another one: a bounce, a copy." "MID 515 was generated for bounce of MID 511";
    MessageRewritten "message.rewritten" "A message continues under a new MID." "MID 4 rewritten to MID 5 by add-footer filter 'Footer'";
    MessageSplit "message.split" "Some recipients continue under a new MID." "MID 58 was split creating MID 60 due to a per-recipient policy staff";
    MessageSplitFailed "message.split_failed" "A message could not be split." "MID 58 could not be split";
    MessageReinjected "message.reinjected" "A message left a quarantine under a new MID." "ISQ: Reinjected MID 4433 as MID 4449";
    MessageRemediated "message.remediated" "Mailbox remediation of a delivered message." "Message 4 was initiated for 'Delete' remedial action by 'admin' from source 'Message Tracking' in batch 'b1'.";

    FilterLog "filter.log" "A filter's log entry: the administrator's text." "MID 4 Custom Log Entry: invoice found";
    FilterTime "filter.time" "The run time of a message filter." "Debug: MID: 4 Message filter Name: invoices time: 0.05";
    VerdictInterim "verdict.interim" "An engine's interim verdict." "MID 4 interim verdict using engine: CASE spam negative";
    VerdictEngine "verdict.engine" "An engine's verdict." "MID 4 using engine: CASE spam negative";
    VerdictAntivirus "verdict.antivirus" "The antivirus verdict." "MID 4 antivirus negative";
    VerdictAmp "verdict.amp" "The file reputation verdict." "MID 4 AMP file reputation verdict : CLEAN";
    VerdictOutbreak "verdict.outbreak" "The Outbreak Filters' verdict." "MID 4 Outbreak Filters: verdict negative";
    VerdictDlp "verdict.dlp" "A data loss prevention policy matched." "MID 4 DLP violation. Severity: LOW (Risk Factor: 15). DLP policy match: 'PCI-DSS'.";
    VerdictSpf "verdict.spf" "The SPF result for the sender." "MID 4 SPF: mailfrom identity a@example.com Pass (v=spf1)";
    VerdictDkim "verdict.dkim" "The DKIM result: verification or signing." "MID 4 DKIM: pass signature verified (d=example.com s=s1 i=@example.com)";
    VerdictDomainkeys "verdict.domainkeys" "The DomainKeys result: verification or signing." "MID 4 DomainKeys: cannot sign - no profile matches a@example.com";
    VerdictDmarc "verdict.dmarc" "The DMARC result for the sender's domain." "MID 4 DMARC: Verification passed";
    VerdictSdr "verdict.sdr" "The sender domain reputation." "MID 4 SDR: Consolidated Sender Threat Level: Neutral, Threat Category: N/A";
    VerdictUrl "verdict.url" "The reputation or category of a URL, and the action taken." "MID 4 URL https://www.example.com has reputation 3.0 matched Condition: URL Reputation Rule";
    VerdictForged "verdict.forged" "The name in a header resembles an entry of the dictionary." "MID 4 Forged Email Detection on the From: header with score of 100, against the dictionary entry \"Ann Example\"";
    VerdictMacro "verdict.macro" "The message was scanned for macros or active content." "MID 4 was scanned for macros and no macro was detected";
    VerdictSkipped "verdict.skipped" "An engine did not scan the message." "MID 4 was too big (455698/120000) for scanning by CASE";
    VerdictUnscannable "verdict.unscannable" "An engine could not scan the message." "MID 4 was marked unscannable due to extraction failures. Reason: Error in extraction process.";
    VerdictError "verdict.error" "An engine failed." "MID 4 CASE sent a poorly formatted response: x";

    QuarantineTagged "quarantine.tagged" "The message was marked for the spam quarantine." "ISQ: Tagging MID 4 for quarantine";
    QuarantineIn "quarantine.in" "The message entered a quarantine." "MID 4 quarantined to \"Policy\" (message filter:audit)";
    QuarantineReason "quarantine.reason" "A quarantine has a new reason to hold the message." "MID 4 quarantine \"Outbreak\" new reason (VOF rule:R_1)";
    QuarantineReleased "quarantine.released" "The message left a quarantine." "MID 4 released from quarantine \"Policy\" (manual)";
    QuarantineDeleted "quarantine.deleted" "The message was deleted in a quarantine." "MID 4 deleted from quarantine \"Policy\" (expired)";
    RpcStart "rpc.start" "Transfer of a message to the spam quarantine started." "RPC Delivery start RCID 10 MID 4 to local IronPort Spam Quarantine";
    RpcDone "rpc.done" "The spam quarantine accepted the message." "RPC Message done RCID 10 MID 4";
    RpcFailed "rpc.failed" "The spam quarantine did not accept the message." "RPC connection to 192.0.2.60 failed RCID 10 MID 4 (timeout)";
    RpcConnection "rpc.connection" "A connection to the spam quarantine opened, paused or closed." "RPC connection RCID 10 to 192.0.2.60 sleeping for 60 seconds";

    DeliveryOpen "delivery.open" "The appliance connected to a destination." "New SMTP DCID 8 interface 192.0.2.25 address 192.0.2.80 port 25";
    DeliveryClose "delivery.close" "A delivery connection was closed normally." "DCID 8 close";
    DeliveryLost "delivery.lost" "The remote server dropped a delivery connection." "DCID 8 lost";
    DeliveryAborted "delivery.aborted" "The appliance ended a delivery connection." "SMTP client connection killed DCID: 8";
    DeliveryError "delivery.error" "A delivery connection could not be established." "Connection Error: DCID 8 domain: example.org IP: 192.0.2.80 port: 25 details: timeout interface: 192.0.2.25 reason: network error";
    DeliveryLimit "delivery.limit" "A delivery client exited because of a concurrency limit." "Mail delivery client with DCID 8 exited due to the maximum concurrency configuration.";
    DeliveryStart "delivery.start" "A delivery attempt started." "Delivery start DCID 8 MID 4 to RID [0]";
    DeliveryDone "delivery.done" "The remote server accepted the message for these recipients." "Message done DCID 8 MID 4 to RID [0]";
    DeliveryResponse "delivery.response" "The remote server's reply when it accepted the message." "MID 4 RID [0] Response '2.0.0 Ok: queued as 4CA1'";
    DeliveryBounced "delivery.bounced" "A recipient was refused permanently." "Bounced: DCID 8 MID 4 to RID 0 - 5.1.0 - Unknown address error ('550', ['no such user']) []";
    DeliveryDelayed "delivery.delayed" "A delivery failed temporarily and will be retried." "Delayed: DCID 8 MID 4 to RID 0 - 4.3.2 - Not accepting messages at this time ('421', ['try again later']) []";
    DeliveryPending "delivery.pending" "The time of the next delivery attempt." "MID 4 to RID [0] pending till Wed Jul 20 10:15:41 2005 [Default]";
    DeliveryDeleted "delivery.deleted" "An administrator deleted recipients from the queue." "Deleted: MID 4 to [0]";
    DeliveryDoubleBounce "delivery.double_bounce" "A bounce could not be delivered either." "Double bounce: MID 4 to 0 - 5.1.0 - Unknown address error 501-'5.5.4 Invalid Address'";
    DeliveryPossible "delivery.possible" "The connection broke when the message may already have been accepted." "Possible Delivery: DCID: 8 MID 4 to [0]";
    DeliverySuspended "delivery.suspended" "Deliveries are suspended." "Deliveries are currently suspended [4.example.com]";
    DeliveryDns "delivery.dns" "A DNS lookup for a destination failed." "DNS Temporary Failure example.org MX - ServFail";

    LdapAccepted "ldap.accepted" "An LDAP query accepted a recipient." "LDAP: Accepted query staff.accept address a@example.com";
    LdapRefused "ldap.refused" "An LDAP query refused a recipient." "LDAP: Bounce query staff.accept MID 4 RID 0 address a@example.com";
    LdapGroup "ldap.group" "An LDAP group query." "LDAP: Group query staff.group address a@example.com";
    LdapRewritten "ldap.rewritten" "An LDAP query rerouted or rewrote an address." "LDAP: Reroute query staff.routing MID 4 RID 0 address a@example.com to [('a@example.com', 'mx2.example.com')]";
    LdapFailed "ldap.failed" "An LDAP query could not be answered." "LDAP: unable to process, MID 4 requeued";
    LdapHarvest "ldap.harvest" "A connection was dropped as a directory harvest attack." "LDAP: Dropping connection due to potential Directory Harvest Attack from host=('198.51.100.7', None), dhap_limit=4, sender_group=SUSPECTLIST";

    SystemStatus "system.status" "The counters of the last minute." "Status: CPULd 3 DskIO 0 RAMUtil 1 CrtMID 414 CrtICID 644 CrtDCID 76";
    SystemAlert "system.alert" "An alert was mailed." "A System/Warning alert was sent to a@example.com with subject \"Warning <System> esa: x\".";
    SystemAlertFailed "system.alert_failed" "An alert could not be mailed." "Error while sending alert: Unable to send System/Warning alert to a@example.com with subject \"x\".";
    SystemMail "system.mail" "The appliance sent a message of its own." "Internal SMTP system successfully sent a message to a@example.com with subject 'x'.";
    SystemMailFailed "system.mail_failed" "The appliance could not send a message of its own." "Internal SMTP giving up on message to a@example.com with subject 'x': Unrecoverable error.";
    SystemLimit "system.limit" "A rate or resource limit of the whole appliance." "This system (hostname: esa.example.com) has entered a 'resource conservation' mode";
    SystemServer "system.server" "A listener or service starts or ends." "SMTP server starting";
    SystemQueue "system.queue" "Work on the delivery queue." "Scanning example.org with 1 msgs for expiration candidates.";
    SystemKey "system.key" "A feature key's term." "Your \"IronPort Anti-Spam\" key will expire in under 60 day(s).";
    SystemUpload "system.upload" "Statistics were sent to SenderBase." "SenderBase upload: 734 hosts totaling 201887 bytes";
    SystemEngine "system.engine" "The state of an engine or service of the appliance." "URL_REP_CLIENT: Configuration changed. Triggering restart of URL Reputation client service.";
    SystemStart "system.start" "The appliance starts or shuts down." "System is coming up.";
    DebugNote "debug.note" "A Debug or Trace entry of no other event." "MID 14 ICID 14 TLS read 126 bytes (0.0 seconds)";

    ForeignCef "foreign.cef" "The consolidated event log, in CEF." "CEF:0|Cisco|C390 Email Security Appliance|14.2.1-015|ESA_CONSOLIDATED_LOG_EVENT|Consolidated Log Event|5|ESAMID=4 ESAICID=450";
    ForeignTracking "foreign.tracking" "A summary by Message Tracking, with the same ids." "Message 4 on incoming connection (ICID 450) added recipient (a@example.com).";
    ForeignBounceLog "foreign.bounce_log" "The bounce log." "Bounced: 45346670:0 From:<a@example.com> To:<b@example.org> Reason: \"5.1.0 - Unknown address error\" Response: \"('550', ['x'])\"";
    ForeignAntivirus "foreign.antivirus" "The antivirus log." "sophos antivirus - MID 4 0 - Virus 'EICAR' 'body.scan/x.zip' 1 0";
    ForeignAntispam "foreign.antispam" "The antispam log." "case antispam - engine (20078) : case-daemon: Initializing Child";
    ForeignAmp "foreign.amp" "The AMP engine log." "File reputation query initiating. File Name = 'x.pdf', MID = 4, File Size = 189 bytes, File Type = application/pdf";
    ForeignGui "foreign.gui" "The web interface's log." "req:198.51.100.7 user:- id:J0P3PoXj 200 GET /login HTTP/1.1 x";
    ForeignAuthentication "foreign.authentication" "Logins of administrators, not SMTP authentication." "User admin from 198.51.100.7 was authenticated successfully.";
    ForeignScanner "foreign.scanner" "The content scanner's log." "PF: Starting multi-threaded Perceptive server (pid=92062)";
    ForeignError "foreign.error" "The error log, which repeats entries of other logs." "Error while sending alert: Unable to send System/Info alert to a@example.com with subject x.";
    ForeignSystem "foreign.system" "The system log." "lame DNS referral: qname:x.example.net ns_name:dns1.example.net zone:example.net";
    ForeignQuarantine "foreign.quarantine" "The spam quarantine's log." "ISQ: out of limit action changed to 'DELETE OLDEST'";
    ForeignReporting "foreign.reporting" "The reporting service's log." "PERIODIC REPORTS: PERIODIC_REPORTS.SYSTEM.STARTED";
    ForeignRemediation "foreign.remediation" "The mailbox remediation log." "Message containing attachment(s) for which verdict update was(were) available was not found in the recipient's (a@example.com) mailbox.";
    ForeignOther "foreign.other" "An entry of another log subscription." "case waiting for new updates";

    Unknown "unknown" "An unknown line: kept, counted and shown." "Something new";
}

impl EventKind {
    /// Whether it belongs to another log than mail_logs: counted and shown, never part of a record.
    pub(crate) fn is_foreign(self) -> bool {
        (Self::ForeignCef..=Self::ForeignOther).contains(&self)
    }

    /// Whether it is the first or last line of a file of any log subscription.
    pub(crate) fn is_framing(self) -> bool {
        (Self::LogBegin..=Self::LogEnd).contains(&self)
    }

    /// Whether other logs contain such entries too, so that they do not identify a mail_logs.
    pub(crate) fn is_shared(self) -> bool {
        self.is_framing()
            || (Self::SystemStatus..=Self::DebugNote).contains(&self)
            || self == Self::Unknown
    }

    /// The table of kinds for `assets/events.md`.
    pub(crate) fn markdown() -> String {
        let mut text = String::from("| Event | Meaning | Sample |\n|---|---|---|\n");
        for kind in Self::ALL {
            // A bar would end the table's cell.
            let sample = kind.sample().replace('|', "\\|");
            let row = format!("| `{}` | {} | `{sample}` |\n", kind.name(), kind.meaning());
            text.push_str(&row);
        }
        text
    }
}
