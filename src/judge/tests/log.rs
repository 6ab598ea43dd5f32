//! Writes small logs in the appliance's words, and judges them.

use std::fmt::Write;

use super::super::{Judge, Judges, RouteLimits, Seconds};
use crate::event::Entry;
use crate::header::{HeaderParser, YearResolver};
use crate::judge::logins::LoginLimits;
use crate::position::{Position, SourceId};

const MONDAY: Seconds = 8 * 3600;

#[derive(Clone)]
pub(super) struct Log {
    pub limits: RouteLimits,
    text: String,
    time: Seconds,
    mid: u64,
    dcid: u64,
    recipients: usize,
    profile: Option<&'static str>,
    required: Option<&'static str>,
}

impl Log {
    pub(super) fn new() -> Self {
        Self {
            limits: RouteLimits::default(),
            text: String::new(),
            time: MONDAY,
            mid: 100,
            dcid: 1000,
            recipients: 1,
            profile: None,
            required: None,
        }
    }

    /// Later connections log in with a profile.
    pub(super) fn profile(&mut self, name: &'static str) {
        self.profile = Some(name);
    }

    /// The first connection to this address needs TLS and does not get it.
    pub(super) fn tls_required(&mut self, ip: &'static str) {
        self.required = Some(ip);
    }

    pub(super) fn wait(&mut self, seconds: Seconds) {
        self.time += seconds;
    }

    /// The time of the next line, as the judge counts it.
    pub(super) fn now(&self) -> Seconds {
        const SECOND_OF_MARCH_2026: Seconds = 1_772_409_600;
        SECOND_OF_MARCH_2026 + self.time
    }

    pub(super) fn newest(&self) -> u64 {
        self.mid
    }

    pub(super) fn wrap_ids(&mut self) {
        (self.mid, self.dcid) = (100, 1000);
    }

    fn line(&mut self, text: &str) {
        let (day, second) = (2 + self.time / 86_400, self.time % 86_400);
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        writeln!(
            self.text,
            "Mon Mar {day:2} {hour:02}:{minute:02}:{second:02} 2026 Info: {text}"
        )
        .expect("a String takes every text");
    }

    pub(super) fn message(&mut self, sender: &str, domain: &str) {
        self.message_to(sender, &[domain]);
    }

    pub(super) fn message_to(&mut self, sender: &str, domains: &[&str]) {
        self.mid += 1;
        self.recipients = domains.len();
        let mid = self.mid;
        self.line(&format!("Start MID {mid} ICID 7"));
        self.line(&format!("MID {mid} ICID 7 From: <{sender}>"));
        for (rid, domain) in domains.iter().enumerate() {
            self.line(&format!(
                "MID {mid} ICID 7 RID {rid} To: <user{rid}@{domain}>"
            ));
        }
        self.line(&format!("MID {mid} queued for delivery"));
    }

    fn connect(&mut self, ip: &str) -> u64 {
        self.dcid += 1;
        let dcid = self.dcid;
        self.line(&format!(
            "New SMTP DCID {dcid} interface 192.0.2.30 address {ip} port 25"
        ));
        if self.required.take_if(|required| required == &ip).is_some() {
            self.line(&format!(
                "DCID {dcid} IP {ip} TLS was required but could not be successfully negotiated"
            ));
        }
        dcid
    }

    /// The newest message is accepted.
    pub(super) fn delivered(&mut self, ip: &str) {
        self.delivered_message(ip, self.mid);
    }

    pub(super) fn delivered_message(&mut self, ip: &str, mid: u64) {
        let dcid = self.connect(ip);
        if let Some(profile) = self.profile {
            self.line(&format!(
                "DCID: {dcid} IP: {ip} SMTP authentication using the profile {profile} succeeded."
            ));
        }
        self.line(&format!("Delivery start DCID {dcid} MID {mid} to RID [0]"));
        self.line(&format!("Message done DCID {dcid} MID {mid} to RID [0]"));
        self.line(&format!("Message finished MID {mid} done"));
        self.line(&format!("DCID {dcid} close"));
    }

    /// The login is refused, and then the newest message.
    pub(super) fn login_refused(&mut self, ip: &str) {
        let dcid = self.connect(ip);
        let profile = self.profile.unwrap_or("Relay");
        self.line(&format!(
            "DCID: {dcid} IP: {ip} SMTP authentication using the profile {profile} failed: ('535', ['5.7.8 Error: authentication failed'])"
        ));
        self.refused(dcid, "Bounced", 554, "5.7.1 Relay access denied");
    }

    pub(super) fn bounced(&mut self, ip: &str, code: u16, text: &str) {
        let dcid = self.connect(ip);
        self.refused(dcid, "Bounced", code, text);
    }

    pub(super) fn delayed(&mut self, ip: &str, code: u16, text: &str) {
        let dcid = self.connect(ip);
        self.refused(dcid, "Delayed", code, text);
    }

    /// The connection is lost while recipients of the newest message wait for a reply.
    pub(super) fn lost(&mut self, ip: &str, recipients: usize) {
        let (dcid, mid) = (self.connect(ip), self.mid);
        for rid in 0..recipients {
            self.line(&format!(
                "Delayed: DCID {dcid} MID {mid} to RID {rid} - 4.4.0 - Other network problem ('000', ['[Errno 54] Connection reset by peer'])"
            ));
        }
        self.line(&format!("DCID {dcid} close"));
    }

    fn refused(&mut self, dcid: u64, outcome: &str, code: u16, text: &str) {
        let mid = self.mid;
        self.line(&format!("Delivery start DCID {dcid} MID {mid} to RID [0]"));
        self.line(&format!(
            "{outcome}: DCID {dcid} MID {mid} to RID 0 - 5.1.0 - Unknown address error ('{code}', ['{text}'])"
        ));
        self.line(&format!("DCID {dcid} close"));
    }

    /// A connection without a session.
    pub(super) fn unreachable(&mut self, ip: &str, domain: &str) {
        let dcid = self.connect(ip);
        self.line(&format!(
            "Connection Error: DCID {dcid} domain: {domain} IP: {ip} port: 25 details: timeout interface: 192.0.2.30 reason: connection timed out"
        ));
    }

    /// The name of the domain of the newest message cannot be resolved.
    pub(super) fn unresolved(&mut self, domain: &str) {
        let mid = self.mid;
        self.line(&format!(
            "Delayed: DCID 0 MID {mid} to RID 0 - 4.1.2 - Bad destination host ('000', ['DNS Soft Error looking up {domain} (MX) while asking 192.0.2.53.'])"
        ));
    }

    /// Turns the order of the lines of each second, as a relay may.
    pub(super) fn turn_seconds(&mut self) {
        let lines: Vec<&str> = self.text.lines().collect();
        let seconds = lines.chunk_by(|a, b| a[..24] == b[..24]);
        // The index is given openings and starts first; the judge relies on it.
        let first = |line: &&&str| line.contains(" New ") || line.contains(" Start ");
        let turned = seconds.flat_map(|second| {
            let early = second.iter().filter(first);
            let others = second.iter().rev().filter(|line| !first(line));
            early.chain(others).copied().collect::<Vec<_>>()
        });
        self.text = turned.map(|line| format!("{line}\n")).collect();
    }

    pub(super) fn judge(&self) -> Judge {
        let mut judges = Judges::new(self.limits.clone(), LoginLimits::default());
        let mut parser = HeaderParser::new(YearResolver::starting(2026));
        let mut offset = 0;
        for line in self.text.lines() {
            let header = parser.parse(line.as_bytes());
            let position = Position::new(SourceId::new(0), offset);
            judges.observe(0, &Entry::parse(position, &header, line.as_bytes()));
            offset += line.len() as u64 + 1;
        }
        judges.finish();
        judges.judges.swap_remove(0)
    }
}
