//! Impact: charges incidents with recipients, each once, and settles them.

use super::Judge;
use super::class::Class;
use super::incident::{Impact, Incident};
use super::mail::{Fate, Message, Outcome, Recipient};
use crate::event::Mid;

impl Judge {
    /// A recipient waits or was lost because of an incident. Each is counted at one incident only.
    pub(super) fn charge(&mut self, id: usize, mid: u64, rid: u64) {
        let Some(message) = self.mail.messages.get_mut(&mid) else {
            return;
        };
        let number = u32::try_from(id).ok();
        let new = !message
            .recipients
            .iter()
            .any(|other| other.incident == number);
        let mut recipients = message.recipients.iter_mut();
        let waiting = |recipient: &&mut Recipient| {
            recipient.rid == rid && !recipient.done && recipient.incident.is_none()
        };
        if let Some(recipient) = recipients.find(waiting) {
            recipient.incident = number;
            let impact = impact_of(&mut self.incidents, id);
            impact.waiting += 1;
            impact.messages += u32::from(new);
        }
    }

    /// The same of all recipients of a message.
    pub(super) fn charge_message(&mut self, id: usize, mid: u64) {
        let message = self.mail.messages.get(&mid);
        let recipients = message.map(|message| &message.recipients);
        let rids: Vec<u64> = recipients.map_or_else(Vec::new, |recipients| {
            recipients.iter().map(|recipient| recipient.rid).collect()
        });
        for rid in rids {
            self.charge(id, mid, rid);
        }
    }

    /// Gives a recipient its final state.
    pub(super) fn settle(&mut self, mid: u64, outcome: &Outcome) {
        if outcome.fate == Fate::Delayed {
            return;
        }
        let now = self.now;
        let Some(message) = self.mail.messages.get_mut(&mid) else {
            return;
        };
        let queued = message.queued;
        let mut recipients = message.recipients.iter_mut();
        let Some(recipient) = recipients.find(|known| known.rid == outcome.rid && !known.done)
        else {
            return;
        };
        recipient.done = true;
        let (domain, incident) = (recipient.domain, recipient.incident);
        let address = recipient.address.take();
        self.logins
            .settled(Mid(mid), outcome.fate == Fate::Delivered);
        if let Some(address) = address.filter(|_| outcome.class == Class::Ok) {
            self.logins.knows(&address);
        }
        if queued.is_some() {
            self.destinations.settle(domain);
        }
        let Some(id) = incident else {
            return;
        };
        let impact = impact_of(&mut self.incidents, id as usize);
        if outcome.fate == Fate::Delivered {
            impact.delivered(now - queued.unwrap_or(now));
            return;
        }
        impact.waiting = impact.waiting.saturating_sub(1);
        impact.bounced += u32::from(outcome.fate == Fate::Bounced);
        impact.expired += u32::from(outcome.fate == Fate::Expired);
    }

    /// Charges an incident with the recipients that wait and match.
    pub(super) fn charge_waiting(
        &mut self,
        id: usize,
        matches: impl Fn(&Self, u64, &Message, &Recipient) -> bool,
    ) {
        let mut hit = Vec::new();
        for (mid, message) in self
            .mail
            .messages
            .iter()
            .filter(|(_, m)| m.queued.is_some())
        {
            let waiting = message
                .recipients
                .iter()
                .filter(|recipient| !recipient.done);
            for recipient in waiting {
                if matches(self, *mid, message, recipient) {
                    hit.push((*mid, recipient.rid));
                }
            }
        }
        for (mid, rid) in hit {
            self.charge(id, mid, rid);
        }
    }
}

/// The impact of an incident, or of the one that explains it.
pub(super) fn impact_of(incidents: &mut [Incident], id: usize) -> &mut Impact {
    let id = incidents[id].parent.unwrap_or(id);
    &mut incidents[id].impact
}
