//! Strangers write half of a line: whatever they write, it stays in its own field.
//!
//! Each row is a line with holes for a stranger's text. Read with any text in its holes, it must be
//! of the same kind, bear the same ids and say the same in every other field as with a harmless
//! one: so no text can open, close or change a record but its own.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::super::{EntryIds, Event, MessageEffect, Value, template};
use super::parse;

/// Kind, the fields that the stranger's text may change, and the line. `=` precedes the
/// fields that must hold the text whole, in the order of the holes. `{}` is the text as it is,
/// `{'}` as Python quotes it, `{=}` as CEF escapes it.
const ROWS: &str = r#"
connection.open [=remote_host] New SMTP ICID 5 interface Data 1 (192.0.2.1) address 192.0.2.9 reverse dns host {} verified no
connection.open [=remote_host] New SMTP ICID 5 interface Data 1 (192.0.2.1) address 192.0.2.9 reverse dns host {} verified yes
connection.command [=command] ICID 7 Unknown command: {}
connection.command [=command] ICID 7 Bad syntax for command: {}
connection.command [=command] Unknown command: {}
tls.failed [=detail] ICID 4 TLS failed: {}
tls.failed [=detail] DCID 8 TLS failed: {}
tls.success [detail] DCID 8 TLS success protocol TLSv1 cipher RC4-SHA CN={}
tls.success [detail] DCID 8 TLS success CN: {}
auth.failed [=user] SMTP Auth: (ICID 9) failed for user: {} using AUTH mechanism: LOGIN with profile: Real
auth.succeeded [=user] SMTP Auth: (ICID 9) succeeded for user: {} using AUTH mechanism: PLAIN with profile: Two Words
auth.failed [=user] SMTP Auth (ICID 9) failed for user: {} using AUTH mechanism: LOGIN with profile: Real
auth.lookup_failed [=user,detail] SMTP Auth (ICID 9) LDAP query/user lookup failed for user: {}
auth.unreachable [detail] SMTP Auth (ICID 9) could not reach forwarding server auth.example.com with reason: {}
auth.failed [detail,enhanced] DCID: 8 IP: 192.0.2.7 SMTP authentication using the profile Two Words failed: ('535', [{'}])
auth.failed [detail,enhanced] DCID: 8 IP: 192.0.2.7 SMTP authentication using the profile Two Words failed: ('535', [{'}, {'}])
delivery.error [=detail] Connection Error: DCID 63 domain: d.example IP: 192.0.2.3 port: 25 details: {} interface: 192.0.2.1 reason: network error
delivery.error [detail,interface_ip,error] Connection Error: connection timed out DCID: 2804 IP: 192.0.2.5 details: {} interface: 10.20.1.49

message.from [=from] MID 4 ICID 450 From: <{}>
message.from [=from] MID 4 From: <{}>
message.to [=to] MID 4 ICID 450 RID 3 To: <{}>
message.to [=to] MID 4 ICID 450 To: <{}>
message.to [=to] MID 4 RID 3 To: <{}>
message.rejected [=to] MID 4 ICID 450 To: <{}> Rejected by RAT
message.rejected [=to] MID 4 ICID 450 To: <{}> Rejected by Receiving Control
message.id [=message_id] MID 4 Message-ID '{}'
message.subject [=subject] MID 4 Subject '{}'
message.subject [=subject] MID 4 Subject "{}"
message.subject [subject] MID 4 Subject {}
message.ready [=from] MID 4 ready 5674 bytes from <{}>
message.attachment [=name] MID 4 attachment '{}'
message.attachment [=name] MID 4 attachment "{}"
message.masqueraded [=old] MID 4 masquerading envelope sender from '{}' to 'b@example.com'
message.masqueraded [=old] MID 4 masquerading header 'To' from '{}' to 'b@example.com'
message.alias [=from] Alias match: MID 4 RID 3 recipient {} mapped to ['a@example.com']
message.alias [=from] Alias match: recipient {} mapped to ['a@example.com']
message.unsubscribed [=to] MID 4 Global unsubscribe matched entry foo@ RID 3 Address {} Action bounced
message.unsubscribed [=to] Global unsubscribe matched entry foo@ MID 4 RID: 3 Address: {}
message.bounce_check [=to] MID 4 ICID 450 invalid bounce, rcpt address <{}> rejected by bounce verification.
message.address_invalid [detail] ICID 450 Invalid sender address: {}
message.address_invalid [detail] ICID 450 MID 4 Invalid recipient address: {}
message.sender_rejected [=from] ICID 450 Address: <{}> sender rejected, envelope sender domain does not exist
message.sender_rejected [=from] ICID 450 Address: <{}> sender rejected, envelope sender domain could not be resolved
message.sender_allowed [=from] ICID 450 Address: <{}> sender allowed, envelope sender matched domain exception
filter.log [entry] MID 4 Custom Log Entry: {}
message.tag [detail] MID 4 Tracker Header : {}
verdict.spf [verdict] MID 4 SPF: helo identity postmaster@{} None
verdict.dkim [verdict] MID 4 DKIM: pass signature verified (d={} s=s1 i=@example.com)
verdict.dmarc [verdict] MID 4 DMARC: Message from domain {}, DMARC pass (SPF aligned True, DKIM aligned True)
verdict.sdr [detail] MID 4 SDR: Domains for which SDR is requested: reverse DNS host: {}, helo: {}, env-from: x
verdict.antivirus [verdict] MID 4 antivirus positive '{}'
verdict.url [url,score,rule,category] MID 4 URL {} has reputation 3.0 matched Condition: URL Reputation Rule
verdict.url [url,score,rule,category] MID 4 URL {} has category Games matched Condition: URL Category Rule
verdict.unscannable [what] MID 4: scanning error (name='{}', type=executable/exe): perceptive request failed
quarantine.in [reason] MID 4 quarantined to "Policy" (content filter:{})
quarantine.reason [reason] MID 4 quarantine "Outbreak" new reason (VOF rule:{})
message.aborted [reason] Message aborted MID 4 Receiving aborted by {}
message.rewritten [by] MID 4 rewritten to MID 5 by add-footer filter '{}'
message.generated [by] MID 14 generated based on MID 13 by bcc filter '{}'
message.split [by] MID 58 was split creating MID 60 due to a per-recipient policy {}

delivery.response [=detail,enhanced] MID 4 RID [0, 1] Response '{}'
delivery.response [detail,enhanced] MID 4 RID [0] Response {}
delivery.done [] Message done DCID 8 MID 4 to RID [0, 1] [('X-SBRS', '3.5'), ('from', {'})]
delivery.bounced [detail,enhanced] Bounced: DCID: 1911 Message 4 to 0 - 5.1.0 - Unknown address error ('554', [{'}]) []
delivery.bounced [detail,enhanced] Bounced: DCID 3 MID 4 to RID 0 - 5.1.0 - Unknown address error ('550', [{'}, {'}])
delivery.bounced [detail,enhanced] Bounced: DCID 3 MID 4 to RID 0 - Bounced by destination server with response: 5.1.0 - Unknown address error ('554', [{'}])
delivery.bounced [detail,enhanced] Bounced: DCID 3 MID 4 to RID 0 - 5.1.0 - Unknown address error ('550', [{'}]) [('from', {'}), ('subject', {'})]
delivery.bounced [from,to] Bounced: DCID 8 MID 4 From: <{}> To: <{}> RID 7 - 5.4.7 - Delivery expired (message too old) ('000', ['timeout'])
delivery.bounced [from,to,detail,enhanced] Bounced: DCID 8 MID 4 From: <{}> To: <{}> RID 7 - 5.1.0 - Unknown address error ('550', [{'}]) []
delivery.bounced [from,to,detail,enhanced] Bounced: DCID 8 MID 4 From: <{}> To: <b@example.org> RID 7 - 5.1.0 - Unknown address error ('550', [{'}]) [('from', {'})]
delivery.delayed [from,to,detail,enhanced] Delayed: DCID 8 MID 4 From: <{}> To: <{}> RID 7 - 4.3.2 - Not accepting messages at this time ('421', [{'}])
delivery.delayed [detail,enhanced] Delayed: DCID: 4370 Message 4 to 0 - 4.4.0 - Other network problem ('000', [{'}]) [('subject', {'})]
delivery.double_bounce [detail,enhanced] Double bounce: MID 4 to 0 - 5.1.0 - Unknown address error 501-'{}'

ldap.accepted [=to] LDAP: Accepted query staff.accept address {}
ldap.accepted [=to] LDAP: Accepted query staff.accept MID 4 RID 3 address {}
ldap.refused [=to] LDAP: No Match query staff.accept address {}
ldap.refused [=to] LDAP: Bounce query staff.accept MID 4 RID 3 address {}
ldap.refused [=to] LDAP: Drop query staff.accept address {}
ldap.group [=to] LDAP: Group query staff.group address {}
ldap.rewritten [=from] LDAP: Reroute query staff.routing MID 4 RID 3 address {} to [('a@example.com', 'mx2.example.com')]
ldap.rewritten [=from] LDAP: Mailhost query staff.routing address {} to b@example.com
ldap.rewritten [=from] LDAP: Masquerade query staff.masq address {} to b@example.com
ldap.rewritten [=from] LDAP Reroute: query staff.routing address {} to b@example.com
ldap.harvest [host] LDAP: Dropping connection due to potential Directory Harvest Attack from host=('{}', None), dhap_limit=4, sender_group=SUSPECTLIST
ldap.accepted [to] LDAP: Accepted query staff.accept address cn={},ou=People,dc=example,dc=com

system.alert [subject] A System/Warning alert was sent to a@example.com with subject "Critical <Anti-Virus> host: {}".
system.alert_failed [reason] Error while sending alert: Unable to send System/Warning alert to a@example.com with subject "{}".
system.mail [=subject] Internal SMTP system successfully sent a message to a@example.com with subject '{}'.
system.mail_failed [=subject] Internal SMTP giving up on message to a@example.com with subject '{}': Unrecoverable error.
system.limit [=from] System is rate limiting Envelope Sender {} due to high volume of messages
foreign.bounce_log [from,to,detail] Bounced: 45346670:0 From:<{}> To:<{}> Reason: "5.1.0 - Unknown address error" Response: "x"
foreign.antivirus [detail] sophos antivirus - MID 4 0 - Virus '{}' 'body.scan/x.zip' 1 0
foreign.amp [=file_name] File reputation query initiating. File Name = '{}', MID = 4, File Size = 189 bytes, File Type = application/pdf
foreign.authentication [=user] An authentication attempt by the user {} from 192.0.2.7 failed
foreign.gui [detail] req:198.51.100.7 user:{} id:J0P3PoXj 200 GET /login HTTP/1.1 x
foreign.cef [detail] CEF:0|Cisco|C390 Email Security Appliance|14.2.1-015|ESA_CONSOLIDATED_LOG_EVENT|Consolidated Log Event|5|suser={=} ESAMID=4 ESAICID=450 cfp1={=}
"#;

/// A row, taken apart.
#[derive(Clone)]
struct TemplateRow {
    kind: &'static str,
    own: Vec<&'static str>,
    line: &'static str,
}

fn rows() -> Vec<TemplateRow> {
    let rows = ROWS.lines().filter(|row| !row.is_empty());
    rows.map(|row| {
        let (kind, rest) = row.split_once(" [").unwrap();
        let (own, line) = rest.split_once("] ").unwrap();
        let own = own.split(',').filter(|name| !name.is_empty()).collect();
        TemplateRow { kind, own, line }
    })
    .collect()
}

impl TemplateRow {
    /// The line with these texts in its holes.
    fn fill(&self, texts: [&[u8]; 3]) -> Vec<u8> {
        let mut filled = Vec::new();
        let mut texts = texts.iter();
        let mut rest = self.line;
        while let Some(open) = rest.find('{') {
            filled.extend_from_slice(&rest.as_bytes()[..open]);
            let (hole, behind) = rest[open + 1..].split_once('}').unwrap();
            let text = texts.next().unwrap();
            match hole {
                "'" => filled.extend(python(text)),
                "=" => filled.extend(cef(text)),
                _ => filled.extend_from_slice(text),
            }
            rest = behind;
        }
        filled.extend_from_slice(rest.as_bytes());
        filled
    }

    fn harmless(&self) -> Vec<u8> {
        self.fill([b"harmless"; 3])
    }

    /// The fields that must hold the texts.
    fn whole(&self) -> impl Iterator<Item = &'static str> {
        self.own.iter().filter_map(|name| name.strip_prefix('='))
    }

    /// The fields of such a line that no stranger may change.
    fn others<'a>(&self, line: &'a [u8]) -> Vec<(&'static str, Value<'a>)> {
        let is_own = |name: &str| {
            self.own
                .iter()
                .any(|own| own.trim_start_matches('=') == name)
        };
        let mut others = fields(line);
        others.retain(|(name, _)| !is_own(name));
        others
    }
}

/// Texts that strangers would write: the words of other lines, ids, quotes and brackets.
const WORDS: &[&str] = &[
    "a@example.com",
    "x",
    "'",
    "\"",
    "\\",
    "<",
    ">",
    "(",
    ")",
    "[",
    "]",
    ",",
    " ",
    "  ",
    ":",
    ".",
    "-",
    "=",
    "|",
    "u'",
    "MID 9",
    "ICID 9",
    "DCID 9",
    "RID 9",
    "RID [9]",
    "MID: 9",
    "(ICID 9)",
    "ESAMID=9",
    "RCID 9",
    "MID = 9,",
    "Info: ICID 668 close",
    "ICID 668 close",
    "Start MID 9 ICID 668",
    "DCID 668 close",
    "MID 9 queued for delivery",
    " using AUTH mechanism: PLAIN with profile: Fake",
    " succeeded for user: root",
    " verified yes",
    " verified no",
    " reverse dns host ",
    " address 198.51.100.1",
    " port 25",
    "> Rejected by RAT",
    "> Rejected by LDAPACCEPT",
    " From: <",
    "> To: <",
    "> RID 9 - 5.0.0 - x",
    " ('250', ['ok'])",
    " ('250', [\"",
    "\"])",
    "'])",
    "']) []",
    "\"]) [",
    " [('a', \"",
    "')]",
    "\")]",
    "('550', ['",
    "-'",
    "501-'5.5.4 x'",
    " failed: ('454', ['x'])",
    " succeeded.",
    " interface: ",
    " reason: ",
    " details: ",
    " domain: ",
    "5.7.1 ",
    "success",
    "failed",
    "TLS ",
    " SG ",
    " match ",
    " SBRS -9",
    " country Fake",
    " in the inbound table",
    " total recipients",
    " to ",
    " by ",
    "\r",
    "\t",
    "\u{0}",
    "é",
    "\u{202e}",
];

/// Any text without a line end, mostly of words that mean something elsewhere.
fn text() -> impl Strategy<Value = Vec<u8>> {
    let mut words: BTreeSet<Vec<u8>> = WORDS.iter().map(|word| word.as_bytes().to_vec()).collect();
    words.extend(template::tests::fixed_words().map(<[u8]>::to_vec));
    words.extend(rows().iter().map(|row| row.fill([b"y"; 3])));
    let word = prop_oneof![
        8 => proptest::sample::select(words.into_iter().collect::<Vec<_>>()),
        1 => proptest::collection::vec(any::<u8>().prop_filter("a line end", |b| *b != b'\n'), 0..6),
    ];
    proptest::collection::vec(word, 0..6).prop_map(|words| words.concat())
}

/// A text as Python prints it in a list.
fn python(text: &[u8]) -> Vec<u8> {
    let quote = if text.contains(&b'\'') && !text.contains(&b'"') {
        b'"'
    } else {
        b'\''
    };
    let mut quoted = vec![quote];
    for byte in text {
        match byte {
            b'\\' => quoted.extend_from_slice(b"\\\\"),
            byte if *byte == quote => quoted.extend_from_slice(&[b'\\', quote]),
            b' '..=b'~' => quoted.push(*byte),
            byte => quoted.extend_from_slice(format!("\\x{byte:02x}").as_bytes()),
        }
    }
    quoted.push(quote);
    quoted
}

/// A value of CEF, in which `\` and `=` are escaped.
fn cef(text: &[u8]) -> Vec<u8> {
    let mut escaped = Vec::new();
    for byte in text {
        if matches!(byte, b'\\' | b'=') {
            escaped.push(b'\\');
        }
        escaped.push(*byte);
    }
    escaped
}

/// All that decides which records a line changes, and how.
fn decisive(line: &[u8]) -> (&'static str, EntryIds, [Option<u64>; 4], MessageEffect) {
    let event = parse(line);
    let effect = match event {
        Event::Template { template, .. } => template.effect(),
        _ => MessageEffect::Nothing,
    };
    let ids = [
        event.icid().map(|id| id.0),
        event.dcid().map(|id| id.0),
        event.mid().map(|id| id.0),
        event.rid().map(|id| id.0),
    ];
    (event.kind().name(), event.owners(), ids, effect)
}

fn fields(line: &[u8]) -> Vec<(&'static str, Value<'_>)> {
    let mut fields = Vec::new();
    parse(line).fields(&mut |name, value| fields.push((name, value)));
    fields
}

/// Whether the field holds the text. What is blank or is the log's word for nothing need not be
/// told.
fn holds(line: &[u8], name: &str, text: &[u8]) -> bool {
    let text = text.trim_ascii();
    let told = fields(line).into_iter().find(|(told, _)| *told == name);
    match told {
        Some((_, Value::Text(told))) => told.trim_ascii() == text,
        Some(_) => false,
        None => text.is_empty() || text == b"unknown",
    }
}

#[test]
fn the_rows_are_of_the_kinds_they_say() {
    for row in rows() {
        let line = row.harmless();
        assert_eq!(parse(&line).kind().name(), row.kind, "{}", row.line);
        for name in row.whole() {
            assert!(holds(&line, name, b"harmless"), "{name} of {}", row.line);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_stranger_s_text_stays_in_its_field(texts in [text(), text(), text()]) {
        let texts = texts.each_ref().map(Vec::as_slice);
        for row in rows() {
            let (line, harmless) = (row.fill(texts), row.harmless());
            let shown = String::from_utf8_lossy(&line);
            prop_assert_eq!(decisive(&line), decisive(&harmless), "{}", shown);
            prop_assert_eq!(row.others(&line), row.others(&harmless), "{}", shown);
            for (name, text) in row.whole().zip(texts) {
                prop_assert!(holds(&line, name, text), "{} does not hold {:?}: {}", name, text, shown);
            }
        }
    }
}
