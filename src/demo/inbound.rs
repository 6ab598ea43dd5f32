//! Injection connections: mail from the internet, and users who log in to send.
//!
//! The contents of a message are chosen here; its processing is left to `messages`, failing logins
//! to `password_guessing`.

use super::event_queue::Script;
use super::model::{Disposition, Draft, SimEvent};
use super::scenario::{Listener, Peer};
use super::simulation::Simulation;
use super::users::SimUser;
use crate::event::Icid;

impl Simulation {
    /// A remote host connects to deliver mail.
    pub(super) fn incoming(&mut self) {
        let scenario = self.scenario;
        let gap = self.next_arrival(scenario.incoming.connections_per_minute);
        self.events.add(self.now + gap, SimEvent::Incoming);

        let peer = self.rng.weighted(&scenario.peers, |peer| peer.weight);
        let address = self.rng.pick(&peer.addresses);
        let address = self.rng.numbered(address, 1, 254);
        let sbrs = peer
            .sbrs
            .map(|(low, high)| low + self.rng.unit() * (high - low));
        let (action, group) = sender_group(sbrs);
        let score = sbrs.map_or("None".to_owned(), |score| format!("{score:.1}"));
        let hat = format!("{action} {group} SBRS {score} country {}", peer.country);
        let host = (peer.host.as_deref(), !peer.unverified);
        let (icid, mut script) = self.open_injection(&scenario.incoming, &address, host, &hat);
        if action == "REJECT" {
            script.wait(self.rng.between(100, 1500));
            write!(script, "ICID {icid} close");
        } else if self.injection_tls(&mut script, icid, &peer.tls) {
            self.hand_over(&mut script, icid, peer);
        }
        self.events.play(script);
    }

    /// The opening lines of a connection; `host` is the reverse DNS name, and whether it is right.
    pub(super) fn open_injection(
        &mut self,
        listener: &Listener,
        address: &str,
        host: (Option<&str>, bool),
        hat: &str,
    ) -> (Icid, Script) {
        let Listener {
            name, address: own, ..
        } = listener;
        let (icid, mut script) = (self.open_icid(), Script::starting(self.now));
        let verified = if host.0.is_some() && host.1 {
            "yes"
        } else {
            "no"
        };
        let host = host.0.unwrap_or("unknown");
        write!(
            script,
            "New SMTP ICID {icid} interface {name} ({own}) address {address} \
             reverse dns host {host} verified {verified}"
        );
        script.wait(self.rng.between(20, 400));
        write!(script, "ICID {icid} {hat}");
        (icid, script)
    }

    /// The TLS line of a connection; false if the connection ends with it.
    pub(super) fn injection_tls(&mut self, script: &mut Script, icid: Icid, tls: &str) -> bool {
        if tls == "none" {
            return true;
        }
        script.wait(self.rng.between(40, 350));
        if let Some(protocol) = self.cipher(tls) {
            write!(script, "ICID {icid} TLS success protocol {protocol}");
            return true;
        }
        write!(
            script,
            "ICID {icid} TLS failed: [Errno 54] Connection reset by peer"
        );
        write!(script, "ICID {icid} lost");
        write!(script, "ICID {icid} close");
        false
    }

    /// Protocol and cipher; `None` if there is no TLS or it fails.
    pub(super) fn cipher(&mut self, tls: &str) -> Option<&'static str> {
        let ciphers = self.scenario.tls.get(tls)?;
        Some(self.rng.pick(ciphers).as_str())
    }

    /// The messages of a peer and the end of its connection, unless an aborted message ends it.
    fn hand_over(&mut self, script: &mut Script, icid: Icid, peer: &'static Peer) {
        let scenario = self.scenario;
        for _ in 0..self.rng.between(1, peer.messages.max(1)) {
            script.wait(self.rng.between(150, 1200));
            let mut draft = self.letter_from_outside(icid, peer);
            if draft.disposition == Disposition::Aborted {
                draft.transfer = self.rng.between(4_000, 25_000);
            }
            let (transfer, disposition) = (draft.transfer, draft.disposition);
            script.push(SimEvent::Receive(Box::new(draft)));
            if disposition == Disposition::Aborted {
                return;
            }
            script.wait(transfer + 1000);
        }
        self.end_injection(script, icid, scenario.incoming.lost);
    }

    fn letter_from_outside(&mut self, icid: Icid, peer: &'static Peer) -> Draft {
        let scenario = self.scenario;
        let (people, own) = (&scenario.people, &scenario.appliance.domain);
        let is_spam = self.rng.happens(peer.spam);
        let disposition = if self.rng.happens(scenario.incoming.aborted) {
            Disposition::Aborted
        } else if is_spam {
            Disposition::Spam
        } else {
            Disposition::Queued
        };
        let (subjects, lines) = match (is_spam, peer.signed) {
            (true, _) => ("spam", "spam"),
            (false, true) => ("letters", "signed"),
            (false, false) => ("letters", "unsigned"),
        };
        let refused = self.rng.happens(scenario.incoming.refused_recipients);
        let to = if self.rng.happens(peer.former) {
            vec![self.rng.mailbox(&people.former, own)]
        } else {
            self.colleagues()
        };
        let domain = self.rng.pick(&peer.domains);
        Draft {
            icid,
            host: peer.host.as_deref(),
            from: self.rng.mailbox(&people.strangers, domain),
            to,
            refused: refused.then(|| self.rng.mailbox(&people.strangers, own)),
            subject: self.subject(subjects),
            transfer: self.rng.between(80, 1500),
            lines: &scenario.lines[lines],
            disposition,
        }
    }

    pub(super) fn end_injection(&mut self, script: &mut Script, icid: Icid, lost: f64) {
        script.wait(self.rng.between(100, 4500));
        if self.rng.happens(lost) {
            write!(script, "ICID {icid} lost");
        }
        write!(script, "ICID {icid} close");
    }

    /// A user connects to send mail.
    pub(super) fn submission(&mut self) {
        let scenario = self.scenario;
        let gap = self.next_arrival(scenario.submission.connections_per_minute);
        self.events.add(self.now + gap, SimEvent::Submission);

        let login = self.somebody();
        let (address, host, hat) = self.seat(&login);
        let tls = ["TLSv1.3", "TLSv1.2"][usize::from(login.number % 7 == 3)];
        let host = (host.as_deref(), true);
        let (icid, mut script) = self.open_injection(&scenario.submission, &address, host, &hat);
        if login.is_person && !self.injection_tls(&mut script, icid, tls) {
            return self.events.play(script);
        }
        if self.rng.happens(scenario.submission.mistyped) {
            self.attempt(&mut script, icid, &login, "failed");
            script.wait(self.rng.between(1500, 6000));
        }
        self.attempt(&mut script, icid, &login, "succeeded");
        let more = self.rng.happens(0.15);
        for _ in 0..=if more { self.rng.between(1, 3) } else { 0 } {
            script.wait(self.rng.between(100, 1500));
            self.send(&mut script, icid, &login);
        }
        self.end_injection(&mut script, icid, scenario.submission.lost);
        self.events.play(script);
    }

    /// One login; `result` is the appliance's word for its outcome.
    pub(super) fn attempt(
        &mut self,
        script: &mut Script,
        icid: Icid,
        login: &SimUser,
        result: &str,
    ) {
        script.wait(self.rng.between(150, 900));
        let (user, mechanism, profile) = (&login.user, login.mechanism, login.profile);
        write!(
            script,
            "SMTP Auth: (ICID {icid}) {result} for user: {user} \
             using AUTH mechanism: {mechanism} with profile: {profile}"
        );
    }

    /// One message of an authenticated user.
    pub(super) fn send(&mut self, script: &mut Script, icid: Icid, login: &SimUser) {
        let scenario = self.scenario;
        let transfer = self.rng.between(60, 1200);
        let draft = Draft {
            icid,
            host: None,
            from: login.address(&scenario.appliance.domain),
            to: self.correspondents(),
            refused: None,
            subject: self.subject("letters"),
            transfer,
            lines: &scenario.lines["outbound"],
            disposition: Disposition::Queued,
        };
        script.push(SimEvent::Receive(Box::new(draft)));
        script.wait(transfer + 900);
    }
}

/// Action and sender group of a reputation score.
fn sender_group(sbrs: Option<f64>) -> (&'static str, &'static str) {
    match sbrs {
        None => ("ACCEPT", "SG UNKNOWNLIST match sbrs[none]"),
        Some(score) if score < -3.0 => ("REJECT", "SG BLOCKED_LIST match sbrs[-10.0:-3.0]"),
        Some(score) if score < -1.0 => ("ACCEPT", "SG SUSPECTLIST match sbrs[-3.0:-1.0]"),
        Some(_) => ("ACCEPT", "SG UNKNOWNLIST match sbrs[-1.0:10.0]"),
    }
}
