//! What remote servers reply to messages, and the appliance's lines about it.

use super::event_queue::Script;
use super::model::{Batch, SimEvent, SimMessage, expand, quoted};
use super::outbound::{DeliverySession, backoff};
use super::scenario::{Fault, SimRoute};
use super::simulation::Simulation;
use crate::event::{Dcid, Mid};

/// How long a server puts off mail that it does not know.
const GREYLISTED: u64 = 300_000;
/// How long the appliance tries to deliver.
const LIFETIME: u64 = 72 * 3_600_000;

/// The line of a recipient that was not delivered.
fn result(verb: &str, dcid: Dcid, mid: Mid, message: &SimMessage, rid: usize, why: &str) -> String {
    let (from, to) = (&message.from, &message.to[rid]);
    format!("{verb}: DCID {dcid} MID {mid} From: <{from}> To: <{to}> RID {rid} - {why}")
}

/// A negative reply as the appliance writes it, and whether the recipient waits.
fn classified(kind: &str, reply: &str) -> (String, bool) {
    let (code, text) = reply.split_at(3);
    let texts: Vec<String> = text.trim_start().split('|').map(quoted).collect();
    let is_soft = !code.starts_with('5');
    let class = match (code, kind) {
        ("000", _) => "4.4.0 - Other network problem".to_owned(),
        ("421", _) => "4.3.2 - Not accepting messages at this time".to_owned(),
        (_, "content") => format!("{}.3.0 - Other mail system problem", &code[..1]),
        _ => format!("{}.1.0 - Unknown address error", &code[..1]),
    };
    let tuple = format!("('{code}', [{}])", texts.join(", "));
    let line = if is_soft {
        format!("{class} {tuple} []")
    } else {
        format!("Bounced by destination server with response: {class} {tuple}")
    };
    (line, is_soft)
}

impl Simulation {
    /// One message over an open connection.
    pub(super) fn deliver(
        &mut self,
        script: &mut Script,
        session: &DeliverySession,
        mut batch: Batch,
    ) {
        if self.is_expired(&batch) {
            return self.expire(&batch);
        }
        let Some(message) = self.messages.get(&batch.mid).cloned() else {
            return;
        };
        let (dcid, mid) = (session.dcid, batch.mid);
        script.wait(self.rng.between(10, 200));
        write!(
            script,
            "Delivery start DCID {dcid} MID {mid} to RID {:?}",
            batch.rids
        );
        script.wait(self.rng.between(80, 900));
        let all = self.reply_to_all(session, &batch, &message);
        let (mut accepted, mut delayed, mut refused) = (Vec::new(), Vec::new(), 0);
        for &rid in &batch.rids {
            let Some(kind) = all.or_else(|| self.reply_to(session.route, &message.to[rid])) else {
                accepted.push(rid);
                continue;
            };
            let (why, is_soft) = classified(kind, &self.said(kind, session, &message.to[rid]));
            let verb = if is_soft { "Delayed" } else { "Bounced" };
            script.line(result(verb, dcid, mid, &message, rid, &why));
            if is_soft {
                batch.delayed_by = Some(kind);
                delayed.push(rid);
            } else {
                refused += 1;
            }
        }
        if !accepted.is_empty() {
            let id = format!("{:010X}", self.rng.bits() >> 24);
            let n = self.rng.between(1_000_000_000, 9_999_999_999).to_string();
            let reply = expand(&session.route.reply, &[("id", &id), ("n", &n)]);
            write!(
                script,
                "Message done DCID {dcid} MID {mid} to RID {accepted:?}"
            );
            write!(script, "MID {mid} RID {accepted:?} Response '{reply}'");
        }
        if refused > 0 {
            script.push(SimEvent::Bounce(mid));
        }
        if accepted.len() + refused > 0 {
            script.push(SimEvent::Settle(mid, accepted.len() + refused));
        }
        if !delayed.is_empty() {
            (batch.rids, batch.attempts) = (delayed, batch.attempts + 1);
            let later = self.now + backoff(batch.attempts) + self.rng.between(2000, 9000);
            self.events
                .add(later, SimEvent::Enqueue(session.number, Box::new(batch)));
        }
    }

    /// The kind of the reply that all recipients get, unless each gets its own.
    fn reply_to_all(
        &mut self,
        session: &DeliverySession,
        batch: &Batch,
        message: &SimMessage,
    ) -> Option<&'static str> {
        if !session.is_authenticated {
            return Some("relay");
        }
        if let Some(Fault::Reply(kind)) = self.trouble(session.number, true) {
            return Some(kind);
        }
        let waits = match batch.delayed_by {
            Some("greylist") => self.now - message.born < GREYLISTED,
            Some("full") => self.rng.happens(0.95),
            Some(_) => false,
            None => {
                let greylists = batch.attempts == 0 && self.rng.happens(session.route.greylists);
                return greylists.then_some("greylist");
            }
        };
        batch.delayed_by.filter(|_| waits)
    }

    /// The kind of the reply to one recipient; `None` if it is accepted.
    fn reply_to(&mut self, route: &'static SimRoute, to: &str) -> Option<&'static str> {
        let local = to.split('@').next().unwrap_or(to);
        if self.scenario.people.former.iter().any(|name| name == local) {
            return Some("unknown");
        }
        let mut chance = self.rng.unit();
        let mut kinds = route.refusals.iter();
        let kind = kinds.find(|(_, share)| {
            chance -= **share;
            chance < 0.0
        });
        kind.map(|(kind, _)| kind.as_str())
    }

    /// A reply; a destination words those of a kind alike.
    fn said(&mut self, kind: &str, session: &DeliverySession, to: &str) -> String {
        let texts = &self.scenario.replies[kind];
        let n = self.rng.between(10_000, 99_999).to_string();
        let ip = self.scenario.appliance.delivery_address.as_str();
        let domain = session.destination.domain.as_str();
        let values = [("to", to), ("domain", domain), ("ip", ip), ("n", &n)];
        expand(&texts[session.number % texts.len()], &values)
    }

    pub(super) fn is_expired(&self, batch: &Batch) -> bool {
        let message = self.messages.get(&batch.mid);
        message.is_some_and(|message| self.now - message.born > LIFETIME)
    }

    pub(super) fn expire(&mut self, batch: &Batch) {
        let why = "5.4.7 - Delivery expired (message too old) ('000', ['timeout'])";
        self.fail(batch, why);
    }

    /// Bounces a batch without a connection.
    pub(super) fn fail(&mut self, batch: &Batch, why: &str) {
        self.results("Bounced", batch, why);
        self.bounce(batch.mid);
        self.settle(batch.mid, batch.rids.len());
    }

    /// A line for each recipient of a batch, without a connection.
    pub(super) fn results(&mut self, verb: &str, batch: &Batch, why: &str) {
        let Some(message) = self.messages.get(&batch.mid) else {
            return;
        };
        let line = |&rid: &usize| result(verb, Dcid(0), batch.mid, message, rid, why);
        let lines: Vec<String> = batch.rids.iter().map(line).collect();
        for line in lines {
            self.line(&line);
        }
    }
}
