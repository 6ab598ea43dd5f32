//! Delivery: what waits for each route, the connections that are opened for it, and what the far
//! end answers.
//!
//! The bounces that follow are left to `mail`.

use std::collections::VecDeque;
use std::sync::Arc;

use super::agenda::{Event, Script};
use super::mail::{Consignment, Letter};
use super::scenario::{Route, Tls, TroubleKind};
use super::simulation::Simulation;
use super::writer::Dcid;

/// The most messages that one connection carries.
const BATCH: usize = 8;

/// What waits for a route.
#[derive(Debug, Default)]
pub(super) struct Queue {
    waiting: VecDeque<Consignment>,
    /// A connection is due, or on its way.
    is_served: bool,
}

/// An open connection to a route.
struct Session<'a> {
    dcid: Dcid,
    route: &'a Route,
    is_authenticated: bool,
}

/// What the far end says to one recipient.
enum Answer {
    Taken,
    Refused(String),
    PutOff,
}

/// What became of a consignment: RIDs, and how many were refused.
#[derive(Default)]
struct Results {
    taken: Vec<usize>,
    put_off: Vec<usize>,
    refused: usize,
}

/// How a result line names its recipient: `From: <a> To: <b> RID 0`.
fn recipient(letter: &Letter, rid: usize) -> String {
    format!("From: <{}> To: <{}> RID {rid}", letter.from, letter.to[rid])
}

/// Recipients as the log lists them: `[0, 1]`.
fn listed(rids: &[usize]) -> String {
    format!("{rids:?}")
}

impl Simulation {
    /// Puts a consignment in its route's queue; a connection is opened shortly after the first one
    /// waits.
    pub(super) fn enqueue(&mut self, route: usize, consignment: Consignment) {
        self.queues[route].waiting.push_back(consignment);
        if !self.queues[route].is_served {
            let soon = self.chance.between(300, 3500);
            self.serve(route, soon);
        }
    }

    fn serve(&mut self, route: usize, wait: u64) {
        self.queues[route].is_served = true;
        self.agenda.enter(self.now + wait, Event::Connect(route));
    }

    /// Opens a connection for what waits.
    pub(super) fn connect(&mut self, number: usize) {
        let scenario = Arc::clone(&self.scenario);
        let route = &scenario.routes[number];
        let queue = &mut self.queues[number];
        queue.is_served = false;
        let batch: Vec<Consignment> = queue
            .waiting
            .drain(..queue.waiting.len().min(BATCH))
            .collect();
        if batch.is_empty() {
            return;
        }
        let dcid = self.open_dcid();
        let mut script = Script::starting(self.now);
        let (own, Route { address, port, .. }) = (&scenario.appliance.delivery_address, route);
        script.say(format!(
            "New SMTP DCID {dcid} interface {own} address {address} port {port}"
        ));
        let trouble = scenario.trouble(&route.name, self.now);
        if trouble == Some(TroubleKind::Timeout) {
            // The queue stays served: one host that does not answer is not called twice at a time.
            self.queues[number].is_served = true;
            script.wait(30_000);
            script.then(Event::GiveUp(number, dcid, batch));
            return self.agenda.play(script);
        }
        if !self.queues[number].waiting.is_empty() {
            self.serve(number, 400);
        }
        self.delivery_tls(&mut script, dcid, route.tls);
        let is_authenticated = trouble != Some(TroubleKind::WrongPassword);
        let session = Session {
            dcid,
            route,
            is_authenticated,
        };
        self.authenticate(&mut script, &session);
        for consignment in &batch {
            self.deliver(&mut script, &session, number, consignment);
        }
        script.wait(5000);
        script.say(format!("DCID {dcid} close"));
        self.agenda.play(script);
    }

    /// The TLS line; mail goes on in the clear when it fails, as the default of the destination
    /// controls has it.
    fn delivery_tls(&mut self, script: &mut Script, dcid: Dcid, tls: Tls) {
        script.wait(self.chance.between(40, 300));
        match self.cipher(tls) {
            Some(protocol) => script.say(format!("DCID {dcid} TLS success protocol {protocol}")),
            None if tls == Tls::Broken => script.say(format!(
                "DCID {dcid} TLS failed: STARTTLS unexpected response"
            )),
            None => {}
        }
    }

    /// The SMTP Auth line of a route with a profile.
    fn authenticate(&mut self, script: &mut Script, session: &Session<'_>) {
        let Some(profile) = &session.route.profile else {
            return;
        };
        script.wait(self.chance.between(80, 500));
        let result = if session.is_authenticated {
            "succeeded."
        } else {
            "failed: ('535', ['5.7.8 Error: authentication failed: authentication failure'])"
        };
        let (dcid, address) = (session.dcid, &session.route.address);
        script.say(format!(
            "DCID: {dcid} IP: {address} SMTP authentication using the profile {profile} {result}"
        ));
    }

    /// One message over an open connection.
    fn deliver(
        &mut self,
        script: &mut Script,
        session: &Session<'_>,
        number: usize,
        consignment: &Consignment,
    ) {
        let Some(letter) = self.letters.get(&consignment.mid).cloned() else {
            return;
        };
        let (dcid, mid) = (session.dcid, consignment.mid);
        script.wait(self.chance.between(10, 200));
        script.say(format!(
            "Delivery start DCID {dcid} MID {mid} to RID {}",
            listed(&consignment.rids)
        ));
        script.wait(self.chance.between(80, 900));
        let Results {
            taken,
            put_off,
            refused,
        } = self.results(script, session, consignment, &letter);
        if !taken.is_empty() {
            self.take(script, session, consignment, &taken);
        }
        if refused > 0 {
            script.then(Event::Bounce(mid));
        }
        if taken.len() + refused > 0 {
            script.then(Event::Settle(mid, taken.len() + refused));
        }
        if !put_off.is_empty() {
            let again = Consignment {
                mid,
                rids: put_off,
                attempts: consignment.attempts + 1,
            };
            let later = self.now + self.chance.between(240_000, 660_000);
            self.agenda.enter(later, Event::Enqueue(number, again));
        }
    }

    /// Asks the far end for each recipient, and says which it refuses or puts off.
    fn results(
        &mut self,
        script: &mut Script,
        session: &Session<'_>,
        consignment: &Consignment,
        letter: &Letter,
    ) -> Results {
        let (dcid, mid) = (session.dcid, consignment.mid);
        // A far end that knows greylisting puts off all recipients alike.
        let greylists = consignment.attempts == 0 && self.chance.happens(session.route.greylists);
        let mut results = Results::default();
        for &rid in &consignment.rids {
            let answer = if greylists {
                Answer::PutOff
            } else {
                self.answer(session, &letter.to[rid])
            };
            match answer {
                Answer::Taken => results.taken.push(rid),
                Answer::Refused(reply) => {
                    results.refused += 1;
                    script.say(format!(
                        "Bounced: DCID {dcid} MID {mid} {} \
                         - Bounced by destination server with response: \
                         5.1.0 - Unknown address error {reply}",
                        recipient(letter, rid)
                    ));
                }
                Answer::PutOff => {
                    results.put_off.push(rid);
                    script.say(format!(
                        "Delayed: DCID {dcid} MID {mid} {} - 4.1.0 - Unknown address error \
                         ('450', ['4.7.1 Greylisted, please try again later']) []",
                        recipient(letter, rid)
                    ));
                }
            }
        }
        results
    }

    /// What the far end says to one recipient.
    fn answer(&mut self, session: &Session<'_>, to: &str) -> Answer {
        if !session.is_authenticated {
            return Answer::Refused(format!("('554', ['5.7.1 <{to}>: Relay access denied'])"));
        }
        if !self.chance.happens(session.route.unknown) {
            return Answer::Taken;
        }
        let more = *self
            .chance
            .pick(&["", "", ", '5.1.1 see https://help.example/unknown'"]);
        Answer::Refused(format!(
            "('550', ['5.1.1 <{to}>: Recipient address rejected: User unknown'{more}])"
        ))
    }

    fn take(
        &mut self,
        script: &mut Script,
        session: &Session<'_>,
        consignment: &Consignment,
        taken: &[usize],
    ) {
        let (dcid, mid, rids) = (session.dcid, consignment.mid, listed(taken));
        let id = format!("{:010X}", self.chance.bits() >> 24);
        let number = self
            .chance
            .between(1_000_000_000, 9_999_999_999)
            .to_string();
        let reply = session
            .route
            .reply
            .replace("{id}", &id)
            .replace("{n}", &number);
        script.say(format!("Message done DCID {dcid} MID {mid} to RID {rids}"));
        script.say(format!("MID {mid} RID {rids} Response '{reply}'"));
    }

    /// A connection did not come about: everything waits for the next try.
    pub(super) fn give_up(&mut self, number: usize, dcid: Dcid, batch: Vec<Consignment>) {
        const DETAILS: &str = "[Errno 60] Operation timed out";
        let scenario = Arc::clone(&self.scenario);
        let Route {
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
        for Consignment { mid, rids, .. } in &batch {
            let Some(letter) = self.letters.get(mid).cloned() else {
                continue;
            };
            for &rid in rids {
                // No session came about, so the line names DCID 0.
                self.line(&format!(
                    "Delayed: DCID 0 MID {mid} {} \
                     - 4.4.0 - Other network problem ('000', ['{DETAILS}']) []",
                    recipient(&letter, rid)
                ));
            }
        }
        for consignment in batch.into_iter().rev() {
            self.queues[number].waiting.push_front(consignment);
        }
        let wait = self.chance.between(45_000, 90_000);
        self.serve(number, wait);
    }
}
