//! Injection connections: mail from the internet, and users who log in to send.
//!
//! The contents of a message are chosen here; its processing is left to `messages`, failing logins
//! to `password_guessing`.

use std::sync::Arc;

use super::event_queue::Script;
use super::model::{Disposition, Draft, Sender, SimEvent};
use super::scenario::{Peer, TlsSupport};
use super::simulation::Simulation;
use super::users::SimUser;
use crate::event::Icid;

/// The peer of a connection and its HAT entry.
struct Caller<'a> {
    listener: (&'a str, &'a str),
    address: &'a str,
    host: Option<&'a str>,
    /// Whether reverse and forward DNS agree.
    verified: &'a str,
    hat: String,
}

impl Simulation {
    /// A remote host connects to deliver mail.
    pub(super) fn incoming(&mut self) {
        let scenario = Arc::clone(&self.scenario);
        let gap = self.next_arrival(scenario.incoming.connections_per_minute);
        self.events
            .add(self.now.saturating_add(gap), SimEvent::Incoming);

        let peer = self.rng.weighted(&scenario.peers, |peer| peer.weight);
        let sbrs = peer
            .sbrs
            .map(|(low, high)| low + self.rng.unit() * (high - low));
        let (action, group) = sender_group(sbrs);
        let score = sbrs.map_or("None".to_owned(), |score| format!("{score:.1}"));
        let caller = Caller {
            listener: (&scenario.incoming.listener, &scenario.incoming.address),
            address: self.rng.pick(&peer.addresses).as_str(),
            host: peer.host.as_deref(),
            verified: if peer.host.is_some() && !peer.unverified {
                "yes"
            } else {
                "no"
            },
            hat: format!("{action} {group} SBRS {score} country {}", peer.country),
        };
        let (icid, mut script) = self.open_injection(&caller);
        if action == "REJECT" {
            script.wait(self.rng.between(100, 1500));
            script.push_line(format!("ICID {icid} close"));
        } else if self.injection_tls(&mut script, icid, peer.tls) {
            self.hand_over(&mut script, icid, peer);
        }
        self.events.play(script);
    }

    /// The opening lines of a connection.
    fn open_injection(&mut self, caller: &Caller<'_>) -> (Icid, Script) {
        let icid = self.open_icid();
        let mut script = Script::starting(self.now);
        let (
            (name, own),
            Caller {
                address,
                verified,
                hat,
                ..
            },
        ) = (caller.listener, caller);
        let host = caller.host.unwrap_or("unknown");
        script.push_line(format!(
            "New SMTP ICID {icid} interface {name} ({own}) address {address} \
             reverse dns host {host} verified {verified}"
        ));
        script.wait(self.rng.between(20, 400));
        script.push_line(format!("ICID {icid} {hat}"));
        (icid, script)
    }

    /// The TLS line of a connection; false if the connection ends with it.
    pub(super) fn injection_tls(
        &mut self,
        script: &mut Script,
        icid: Icid,
        tls: TlsSupport,
    ) -> bool {
        if tls == TlsSupport::None {
            return true;
        }
        script.wait(self.rng.between(40, 350));
        match self.cipher(tls) {
            Some(protocol) => {
                script.push_line(format!("ICID {icid} TLS success protocol {protocol}"));
            }
            None => {
                script.push_line(format!(
                    "ICID {icid} TLS failed: [Errno 54] Connection reset by peer"
                ));
                script.push_line(format!("ICID {icid} lost"));
                script.push_line(format!("ICID {icid} close"));
            }
        }
        tls != TlsSupport::Broken
    }

    /// Protocol and cipher; `None` if TLS fails.
    pub(super) fn cipher(&mut self, tls: TlsSupport) -> Option<&'static str> {
        match tls {
            TlsSupport::V13 => Some("TLSv1.3 cipher TLS_AES_256_GCM_SHA384"),
            TlsSupport::V12 => Some(*self.rng.pick(&[
                "TLSv1.2 cipher ECDHE-RSA-AES256-GCM-SHA384",
                "TLSv1.2 cipher ECDHE-RSA-AES128-GCM-SHA256",
            ])),
            TlsSupport::V10 => Some("TLSv1 cipher DHE-RSA-AES256-SHA"),
            TlsSupport::None | TlsSupport::Broken => None,
        }
    }

    /// The messages of a peer and the end of its connection, unless an aborted message ends it.
    fn hand_over(&mut self, script: &mut Script, icid: Icid, peer: &Peer) {
        let scenario = Arc::clone(&self.scenario);
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

    fn letter_from_outside(&mut self, icid: Icid, peer: &Peer) -> Draft {
        let scenario = Arc::clone(&self.scenario);
        let incoming = &scenario.incoming;
        let spam = self.rng.happens(peer.spam);
        let disposition = if self.rng.happens(incoming.aborted) {
            Disposition::Aborted
        } else if spam {
            Disposition::Spam
        } else {
            Disposition::Queued
        };
        let mut refused = Vec::new();
        if self.rng.happens(incoming.refused_recipients) {
            let name = self.rng.pick(&scenario.people.strangers);
            refused.push((
                format!("{name}@{}", scenario.appliance.domain),
                "LDAPACCEPT",
            ));
        }
        Draft {
            icid,
            sender: Sender::Internet {
                host: peer.host.clone(),
                signed: peer.signed,
            },
            from: format!(
                "{}@{}",
                self.rng.pick(&scenario.people.strangers),
                peer.domain
            ),
            to: self.colleagues(),
            refused,
            subject: self.subject(if spam {
                &scenario.subjects.spam
            } else {
                &scenario.subjects.letters
            }),
            transfer: self.rng.between(80, 1500),
            disposition,
        }
    }

    pub(super) fn end_injection(&mut self, script: &mut Script, icid: Icid, lost: f64) {
        script.wait(self.rng.between(100, 4500));
        if self.rng.happens(lost) {
            script.push_line(format!("ICID {icid} lost"));
        }
        script.push_line(format!("ICID {icid} close"));
    }

    /// A user connects to send mail.
    pub(super) fn submission(&mut self) {
        let scenario = Arc::clone(&self.scenario);
        let gap = self.next_arrival(scenario.submission.connections_per_minute);
        self.events
            .add(self.now.saturating_add(gap), SimEvent::Submission);

        let login = self.somebody();
        let (address, host, hat) = self.seat(&login);
        let tls = if login.number % 7 == 3 {
            TlsSupport::V12
        } else {
            TlsSupport::V13
        };
        let (icid, mut script) = self.open_submission(&address, host.as_deref(), hat);
        if login.is_person && !self.injection_tls(&mut script, icid, tls) {
            return self.events.play(script);
        }
        if self.rng.happens(scenario.submission.mistyped) {
            self.attempt(&mut script, icid, &login, "failed");
            script.wait(self.rng.between(1500, 6000));
        }
        self.attempt(&mut script, icid, &login, "succeeded");
        for _ in 0..if self.rng.happens(0.85) {
            1
        } else {
            self.rng.between(2, 4)
        } {
            script.wait(self.rng.between(100, 1500));
            self.send(&mut script, icid, &login);
        }
        self.end_injection(&mut script, icid, scenario.submission.lost);
        self.events.play(script);
    }

    pub(super) fn open_submission(
        &mut self,
        address: &str,
        host: Option<&str>,
        hat: String,
    ) -> (Icid, Script) {
        let scenario = Arc::clone(&self.scenario);
        let listener = (
            scenario.submission.listener.as_str(),
            scenario.submission.address.as_str(),
        );
        let verified = if host.is_some() { "yes" } else { "no" };
        self.open_injection(&Caller {
            listener,
            address,
            host,
            verified,
            hat,
        })
    }

    /// One login; `result` is the appliance's word for its outcome.
    pub(super) fn attempt(
        &mut self,
        script: &mut Script,
        icid: Icid,
        login: &SimUser,
        result: &str,
    ) {
        let SimUser {
            user,
            mechanism,
            profile,
            ..
        } = login;
        script.wait(self.rng.between(150, 900));
        script.push_line(format!(
            "SMTP Auth: (ICID {icid}) {result} for user: {user} \
             using AUTH mechanism: {mechanism} with profile: {profile}"
        ));
    }

    /// One message of an authenticated user.
    pub(super) fn send(&mut self, script: &mut Script, icid: Icid, login: &SimUser) {
        let scenario = Arc::clone(&self.scenario);
        let transfer = self.rng.between(60, 1200);
        let draft = Draft {
            icid,
            sender: Sender::Local,
            from: login.address(&scenario.appliance.domain),
            to: self.correspondents(),
            refused: Vec::new(),
            subject: self.subject(&scenario.subjects.letters),
            transfer,
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
