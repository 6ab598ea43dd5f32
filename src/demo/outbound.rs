//! Delivery: each route's queue, its connections and the remote replies. Bounces are left to
//! `messages`.

use std::sync::Arc;

use super::event_queue::Script;
use super::model::{Batch, SimEvent, SimMessage};
use super::scenario::{FaultKind, SimRoute, TlsSupport};
use super::simulation::Simulation;
use crate::event::Dcid;

/// The most messages that one connection carries.
const BATCH: usize = 8;

/// An open connection to a route.
struct DeliverySession<'a> {
    dcid: Dcid,
    route: &'a SimRoute,
    is_authenticated: bool,
}

/// The reply to RCPT.
enum RecipientReply {
    Accepted,
    Refused(String),
    Delayed,
}

#[derive(Default)]
struct BatchResults {
    accepted: Vec<usize>,
    delayed: Vec<usize>,
    refused: usize,
}

/// A recipient in a result line: `From: <a> To: <b> RID 0`.
fn recipient(message: &SimMessage, rid: usize) -> String {
    format!(
        "From: <{}> To: <{}> RID {rid}",
        message.from, message.to[rid]
    )
}

fn listed(rids: &[usize]) -> String {
    format!("{rids:?}")
}

impl Simulation {
    /// Queues a batch; the first of a queue makes a connection open soon.
    pub(super) fn enqueue(&mut self, route: usize, batch: Batch) {
        self.queues[route].waiting.push_back(batch);
        if !self.queues[route].is_served {
            let soon = self.rng.between(300, 3500);
            self.serve(route, soon);
        }
    }

    fn serve(&mut self, route: usize, wait: u64) {
        self.queues[route].is_served = true;
        self.events.add(self.now + wait, SimEvent::Connect(route));
    }

    pub(super) fn connect(&mut self, number: usize) {
        let scenario = Arc::clone(&self.scenario);
        let route = &scenario.routes[number];
        let queue = &mut self.queues[number];
        queue.is_served = false;
        let batch: Vec<Batch> = queue
            .waiting
            .drain(..queue.waiting.len().min(BATCH))
            .collect();
        if batch.is_empty() {
            return;
        }
        let dcid = self.open_dcid();
        let mut script = Script::starting(self.now);
        let (own, SimRoute { address, port, .. }) = (&scenario.appliance.delivery_address, route);
        script.push_line(format!(
            "New SMTP DCID {dcid} interface {own} address {address} port {port}"
        ));
        let trouble = scenario.trouble(&route.name, self.now);
        if trouble == Some(FaultKind::Timeout) {
            // The queue stays served: a host that does not answer gets one connection at a time.
            self.queues[number].is_served = true;
            script.wait(30_000);
            script.push(SimEvent::GiveUp(number, dcid, batch));
            return self.events.play(script);
        }
        if !self.queues[number].waiting.is_empty() {
            self.serve(number, 400);
        }
        self.delivery_tls(&mut script, dcid, route.tls);
        let is_authenticated = trouble != Some(FaultKind::WrongPassword);
        let session = DeliverySession {
            dcid,
            route,
            is_authenticated,
        };
        self.authenticate(&mut script, &session);
        for batch in &batch {
            self.deliver(&mut script, &session, number, batch);
        }
        script.wait(5000);
        script.push_line(format!("DCID {dcid} close"));
        self.events.play(script);
    }

    /// The TLS line; if TLS fails, mail is sent in the clear, as destination controls do by default.
    fn delivery_tls(&mut self, script: &mut Script, dcid: Dcid, tls: TlsSupport) {
        script.wait(self.rng.between(40, 300));
        match self.cipher(tls) {
            Some(protocol) => {
                script.push_line(format!("DCID {dcid} TLS success protocol {protocol}"));
            }
            None if tls == TlsSupport::Broken => script.push_line(format!(
                "DCID {dcid} TLS failed: STARTTLS unexpected response"
            )),
            None => {}
        }
    }

    /// The SMTP Auth line of a route with a profile.
    fn authenticate(&mut self, script: &mut Script, session: &DeliverySession<'_>) {
        let Some(profile) = &session.route.profile else {
            return;
        };
        script.wait(self.rng.between(80, 500));
        let result = if session.is_authenticated {
            "succeeded."
        } else {
            "failed: ('535', ['5.7.8 Error: authentication failed: authentication failure'])"
        };
        let (dcid, address) = (session.dcid, &session.route.address);
        script.push_line(format!(
            "DCID: {dcid} IP: {address} SMTP authentication using the profile {profile} {result}"
        ));
    }

    /// One message over an open connection.
    fn deliver(
        &mut self,
        script: &mut Script,
        session: &DeliverySession<'_>,
        number: usize,
        batch: &Batch,
    ) {
        let Some(message) = self.messages.get(&batch.mid).cloned() else {
            return;
        };
        let (dcid, mid) = (session.dcid, batch.mid);
        script.wait(self.rng.between(10, 200));
        script.push_line(format!(
            "Delivery start DCID {dcid} MID {mid} to RID {}",
            listed(&batch.rids)
        ));
        script.wait(self.rng.between(80, 900));
        let BatchResults {
            accepted,
            delayed,
            refused,
        } = self.results(script, session, batch, &message);
        if !accepted.is_empty() {
            self.take(script, session, batch, &accepted);
        }
        if refused > 0 {
            script.push(SimEvent::Bounce(mid));
        }
        if accepted.len() + refused > 0 {
            script.push(SimEvent::Settle(mid, accepted.len() + refused));
        }
        if !delayed.is_empty() {
            let again = Batch {
                mid,
                rids: delayed,
                attempts: batch.attempts + 1,
            };
            let later = self.now + self.rng.between(240_000, 660_000);
            self.events.add(later, SimEvent::Enqueue(number, again));
        }
    }

    /// The reply for each recipient, with the lines of refusals and delays.
    fn results(
        &mut self,
        script: &mut Script,
        session: &DeliverySession<'_>,
        batch: &Batch,
        message: &SimMessage,
    ) -> BatchResults {
        let (dcid, mid) = (session.dcid, batch.mid);
        // Greylisting delays all recipients alike.
        let greylists = batch.attempts == 0 && self.rng.happens(session.route.greylists);
        let mut results = BatchResults::default();
        for &rid in &batch.rids {
            let answer = if greylists {
                RecipientReply::Delayed
            } else {
                self.answer(session, &message.to[rid])
            };
            match answer {
                RecipientReply::Accepted => results.accepted.push(rid),
                RecipientReply::Refused(reply) => {
                    results.refused += 1;
                    script.push_line(format!(
                        "Bounced: DCID {dcid} MID {mid} {} \
                         - Bounced by destination server with response: \
                         5.1.0 - Unknown address error {reply}",
                        recipient(message, rid)
                    ));
                }
                RecipientReply::Delayed => {
                    results.delayed.push(rid);
                    script.push_line(format!(
                        "Delayed: DCID {dcid} MID {mid} {} - 4.1.0 - Unknown address error \
                         ('450', ['4.7.1 Greylisted, please try again later']) []",
                        recipient(message, rid)
                    ));
                }
            }
        }
        results
    }

    fn answer(&mut self, session: &DeliverySession<'_>, to: &str) -> RecipientReply {
        if !session.is_authenticated {
            return RecipientReply::Refused(format!(
                "('554', ['5.7.1 <{to}>: Relay access denied'])"
            ));
        }
        if !self.rng.happens(session.route.unknown) {
            return RecipientReply::Accepted;
        }
        let more = *self
            .rng
            .pick(&["", "", ", '5.1.1 see https://help.example/unknown'"]);
        RecipientReply::Refused(format!(
            "('550', ['5.1.1 <{to}>: Recipient address rejected: User unknown'{more}])"
        ))
    }

    fn take(
        &mut self,
        script: &mut Script,
        session: &DeliverySession<'_>,
        batch: &Batch,
        accepted: &[usize],
    ) {
        let (dcid, mid, rids) = (session.dcid, batch.mid, listed(accepted));
        let id = format!("{:010X}", self.rng.bits() >> 24);
        let number = self.rng.between(1_000_000_000, 9_999_999_999).to_string();
        let reply = session
            .route
            .reply
            .replace("{id}", &id)
            .replace("{n}", &number);
        script.push_line(format!("Message done DCID {dcid} MID {mid} to RID {rids}"));
        script.push_line(format!("MID {mid} RID {rids} Response '{reply}'"));
    }

    /// A connection timed out: its batches wait for the next one.
    pub(super) fn give_up(&mut self, number: usize, dcid: Dcid, batch: Vec<Batch>) {
        const DETAILS: &str = "[Errno 60] Operation timed out";
        let scenario = Arc::clone(&self.scenario);
        let SimRoute {
            address,
            port,
            domains,
            ..
        } = &scenario.routes[number];
        let own = &scenario.appliance.delivery_address;
        self.line(&format!(
            "Connection Error: DCID {dcid} domain: {} IP: {address} port: {port} \
             details: {DETAILS} interface: {own} reason: connection timed out",
            domains[0]
        ));
        for Batch { mid, rids, .. } in &batch {
            let Some(message) = self.messages.get(mid).cloned() else {
                continue;
            };
            for &rid in rids {
                // There was no session, so the line names DCID 0.
                self.line(&format!(
                    "Delayed: DCID 0 MID {mid} {} \
                     - 4.4.0 - Other network problem ('000', ['{DETAILS}']) []",
                    recipient(&message, rid)
                ));
            }
        }
        for batch in batch.into_iter().rev() {
            self.queues[number].waiting.push_front(batch);
        }
        let wait = self.rng.between(45_000, 90_000);
        self.serve(number, wait);
    }
}
