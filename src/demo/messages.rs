//! Messages: envelope, scanner verdicts, queueing, bounces and the end.
//!
//! Senders are left to `inbound`, deliveries to `outbound`.

use super::event_queue::Script;
use super::model::{Batch, Disposition, Draft, SimEvent, SimMessage, domain, expand, quoted};
use super::simulation::Simulation;
use crate::event::Mid;

impl Simulation {
    pub(super) fn receive(&mut self, draft: &Draft) {
        let mid = self.open_mid();
        let mut script = Script::starting(self.now);
        self.envelope(&mut script, mid, draft);
        if draft.disposition == Disposition::Aborted {
            script.wait(draft.transfer);
            write!(script, "ICID {} lost", draft.icid);
            write!(script, "Message aborted MID {mid} Receiving aborted");
            write!(script, "Message finished MID {mid} aborted");
            write!(script, "ICID {} close", draft.icid);
            return self.events.play(script);
        }
        self.keep(mid, &draft.from, draft.to.clone());
        self.scan(&mut script, mid, draft);
        script.push(if draft.disposition == Disposition::Spam {
            SimEvent::Settle(mid, draft.to.len())
        } else {
            SimEvent::Queue(mid)
        });
        self.events.play(script);
    }

    fn envelope(&mut self, script: &mut Script, mid: Mid, draft: &Draft) {
        let icid = draft.icid;
        write!(script, "Start MID {mid} ICID {icid}");
        write!(script, "MID {mid} ICID {icid} From: <{}>", draft.from);
        script.wait(self.rng.between(20, 150));
        for (rid, to) in draft.to.iter().enumerate() {
            write!(script, "MID {mid} ICID {icid} RID {rid} To: <{to}>");
            script.wait(self.rng.between(5, 90));
        }
        if let Some(to) = &draft.refused {
            write!(
                script,
                "MID {mid} ICID {icid} To: <{to}> Rejected by LDAPACCEPT"
            );
        }
    }

    /// The lines of headers, policy and scanners.
    fn scan(&mut self, script: &mut Script, mid: Mid, draft: &Draft) {
        let domain = domain(&draft.from);
        let size = 900 + (self.rng.gap(14_000.0) as u64).min(4_000_000);
        let (mid, size) = (mid.to_string(), size.to_string());
        let (id, subject) = (format!("{:016x}", self.rng.bits()), quoted(&draft.subject));
        let values = [
            ("mid", mid.as_str()),
            ("id", &id),
            ("subject", &subject),
            ("size", &size),
            ("from", &draft.from),
            ("domain", domain),
            ("host", draft.host.unwrap_or("Not Present")),
            ("helo", draft.host.unwrap_or(domain)),
        ];
        script.wait(draft.transfer);
        for line in draft.lines {
            script.line(expand(line, &values));
            if self.rng.happens(0.3) {
                script.wait(self.rng.between(20, 400));
            }
        }
    }

    pub(super) fn keep(&mut self, mid: Mid, from: &str, to: Vec<String>) {
        let open = to.len();
        let (born, from) = (self.now, from.to_owned());
        let message = SimMessage {
            born,
            from,
            to,
            open,
        };
        self.messages.insert(mid, message);
    }

    /// Batches a message's recipients by destination.
    pub(super) fn queue(&mut self, mid: Mid) {
        let Some(message) = self.messages.get(&mid) else {
            return;
        };
        let mut batches: Vec<(usize, Batch)> = Vec::new();
        for (rid, to) in message.to.iter().enumerate() {
            let number = self.scenario.destinations.number(domain(to));
            match batches.iter_mut().find(|(other, _)| *other == number) {
                Some((_, batch)) => batch.rids.push(rid),
                None => batches.push((number, Batch::new(mid, rid))),
            }
        }
        for (number, batch) in batches {
            self.enqueue(number, batch);
        }
    }

    /// Generates a bounce, but none for a bounce.
    pub(super) fn bounce(&mut self, mid: Mid) {
        let message = self.messages.get(&mid);
        let Some(message) = message.filter(|message| !message.from.is_empty()) else {
            return;
        };
        let from = message.from.clone();
        let bounce = self.open_mid();
        let mut script = Script::starting(self.now);
        write!(self, "MID {bounce} was generated for bounce of MID {mid}");
        write!(self, "Start MID {bounce} ICID 0");
        write!(self, "MID {bounce} ICID 0 From: <>");
        write!(self, "MID {bounce} ICID 0 RID 0 To: <{from}>");
        script.wait(self.rng.between(50, 600));
        write!(script, "MID {bounce} queued for delivery");
        script.push(SimEvent::Queue(bounce));
        self.keep(bounce, "", vec![from]);
        self.events.play(script);
    }

    /// Finishes the message with its last recipient.
    pub(super) fn settle(&mut self, mid: Mid, recipients: usize) {
        let Some(message) = self.messages.get_mut(&mid) else {
            return;
        };
        message.open = message.open.saturating_sub(recipients);
        if message.open == 0 {
            self.messages.remove(&mid);
            write!(self, "Message finished MID {mid} done");
        }
    }
}
