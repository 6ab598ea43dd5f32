//! Messages: envelope, scanner verdicts, queueing, bounces and the end.
//!
//! Senders are left to `inbound`, deliveries to `outbound`.

use super::event_queue::Script;
use super::model::{Batch, Disposition, Draft, Sender, SimEvent, SimMessage, domain};
use super::simulation::Simulation;
use crate::event::Mid;

impl Simulation {
    pub(super) fn receive(&mut self, draft: &Draft) {
        let mid = self.open_mid();
        let mut script = Script::starting(self.now);
        self.envelope(&mut script, mid, draft);
        if draft.disposition == Disposition::Aborted {
            script.wait(draft.transfer);
            script.push_line(format!("ICID {} lost", draft.icid));
            script.push_line(format!("Message aborted MID {mid} Receiving aborted"));
            script.push_line(format!("Message finished MID {mid} aborted"));
            script.push_line(format!("ICID {} close", draft.icid));
            return self.events.play(script);
        }
        self.headers(&mut script, mid, draft);
        self.keep(mid, &draft.from, draft.to.clone());
        self.verdicts(&mut script, mid, draft);
        self.events.play(script);
    }

    fn envelope(&mut self, script: &mut Script, mid: Mid, draft: &Draft) {
        let icid = draft.icid;
        script.push_line(format!("Start MID {mid} ICID {icid}"));
        script.push_line(format!("MID {mid} ICID {icid} From: <{}>", draft.from));
        script.wait(self.rng.between(20, 150));
        for (rid, to) in draft.to.iter().enumerate() {
            script.push_line(format!("MID {mid} ICID {icid} RID {rid} To: <{to}>"));
            script.wait(self.rng.between(5, 90));
        }
        for (to, by) in &draft.refused {
            script.push_line(format!("MID {mid} ICID {icid} To: <{to}> Rejected by {by}"));
        }
    }

    fn headers(&mut self, script: &mut Script, mid: Mid, draft: &Draft) {
        let from = domain(&draft.from);
        let id = self.rng.bits();
        let quote = if draft.subject.contains('\'') {
            '"'
        } else {
            '\''
        };
        let size = 900 + (self.rng.gap(14_000.0) as u64).min(4_000_000);
        script.wait(draft.transfer);
        script.push_line(format!("MID {mid} Message-ID '<{id:016x}@{from}>'"));
        script.push_line(format!("MID {mid} Subject {quote}{}{quote}", draft.subject));
        if let Sender::Internet { host, .. } = &draft.sender {
            let host = host.as_deref();
            let (reverse, helo) = (host.unwrap_or("Not Present"), host.unwrap_or(from));
            script.push_line(format!(
                "MID {mid} SDR: Domains for which SDR is requested: \
                 reverse DNS host: {reverse}, helo: {helo}, env-from: {from}, \
                 header-from: {from}, reply-to: Not Present"
            ));
            script.wait(self.rng.between(30, 250));
            let maturity = if draft.disposition == Disposition::Spam {
                "5 days"
            } else {
                "30 days (or greater)"
            };
            let level = if draft.disposition == Disposition::Spam {
                "Questionable"
            } else {
                "Neutral"
            };
            script.push_line(format!(
                "MID {mid} SDR: Consolidated Sender Threat Level: {level}, \
                 Threat Category: N/A, Suspected Domain(s) : N/A (other reasons for verdict). \
                 Sender Maturity: {maturity} for domain: {from}"
            ));
        }
        script.push_line(format!(
            "MID {mid} ready {size} bytes from <{}>",
            draft.from
        ));
    }

    /// The lines of policy and scanners, up to the delivery queue or a drop.
    fn verdicts(&mut self, script: &mut Script, mid: Mid, draft: &Draft) {
        let table = match &draft.sender {
            Sender::Internet { .. } => "inbound",
            Sender::Local => "outbound",
        };
        if let Sender::Internet { signed: true, .. } = draft.sender {
            self.sender_proofs(script, mid, &draft.from);
        }
        script.push_line(format!(
            "MID {mid} matched all recipients for per-recipient policy DEFAULT in the {table} table"
        ));
        script.wait(self.rng.between(60, 500));
        let spam = if draft.disposition == Disposition::Spam {
            "positive"
        } else {
            "negative"
        };
        script.push_line(format!(
            "MID {mid} interim verdict using engine: CASE spam {spam}"
        ));
        script.push_line(format!("MID {mid} using engine: CASE spam {spam}"));
        if draft.disposition == Disposition::Spam {
            script.push_line(format!("Message aborted MID {mid} Dropped by CASE"));
            script.push(SimEvent::Settle(mid, draft.to.len()));
            return;
        }
        script.wait(self.rng.between(20, 200));
        script.push_line(format!("MID {mid} interim AV verdict using Sophos CLEAN"));
        script.push_line(format!("MID {mid} antivirus negative"));
        if let Sender::Internet { .. } = draft.sender {
            script.wait(self.rng.between(20, 300));
            script.push_line(format!(
                "MID {mid} AMP file reputation verdict : SKIPPED (no attachment in message)"
            ));
            script.push_line(format!("MID {mid} using engine: GRAYMAIL negative"));
            script.push_line(format!("MID {mid} Outbreak Filters: verdict negative"));
        }
        script.push_line(format!("MID {mid} queued for delivery"));
        script.push(SimEvent::Queue(mid));
    }

    fn sender_proofs(&mut self, script: &mut Script, mid: Mid, from: &str) {
        let domain = domain(from);
        script.push_line(format!(
            "MID {mid} SPF: mailfrom identity {from} Pass (v=spf1)"
        ));
        script.wait(self.rng.between(10, 120));
        script.push_line(format!(
            "MID {mid} DKIM: pass signature verified (d={domain} s=mail2024 i=@{domain})"
        ));
        script.push_line(format!(
            "MID {mid} DMARC: Message from domain {domain}, DMARC pass \
             (SPF aligned True, DKIM aligned True)"
        ));
        script.push_line(format!("MID {mid} DMARC: Verification passed"));
    }

    pub(super) fn keep(&mut self, mid: Mid, from: &str, to: Vec<String>) {
        let open = to.len();
        self.messages.insert(
            mid,
            SimMessage {
                from: from.to_owned(),
                to,
                open,
            },
        );
    }

    /// Batches a message's recipients by route.
    pub(super) fn queue(&mut self, mid: Mid) {
        let Some(message) = self.messages.get(&mid) else {
            return;
        };
        let mut ways: Vec<(usize, Batch)> = Vec::new();
        let mut nowhere = Vec::new();
        for (rid, to) in message.to.iter().enumerate() {
            let domain = domain(to);
            if self
                .scenario
                .submission
                .misspelt_domains
                .iter()
                .any(|d| d == domain)
            {
                nowhere.push(rid);
                continue;
            }
            let route = self.scenario.route_for(domain);
            match ways.iter_mut().find(|(way, _)| *way == route) {
                Some((_, batch)) => batch.rids.push(rid),
                None => ways.push((
                    route,
                    Batch {
                        mid,
                        rids: vec![rid],
                        attempts: 0,
                    },
                )),
            }
        }
        self.refuse_nowhere(mid, &nowhere);
        for (route, batch) in ways {
            self.enqueue(route, batch);
        }
    }

    /// Bounces the recipients of domains that do not exist.
    fn refuse_nowhere(&mut self, mid: Mid, rids: &[usize]) {
        let Some(message) = self.messages.get(&mid).filter(|_| !rids.is_empty()) else {
            return;
        };
        let mut script = Script::starting(self.now);
        script.wait(1700);
        for &rid in rids {
            let (from, to) = (&message.from, &message.to[rid]);
            script.push_line(format!(
                "Bounced: DCID 0 MID {mid} From: <{from}> To: <{to}> RID {rid} \
                 - 5.1.2 - Bad destination host \
                 ('000', ['DNS Hard Error looking up {} (MX):  NXDomain'])",
                domain(to)
            ));
        }
        script.push(SimEvent::Bounce(mid));
        script.push(SimEvent::Settle(mid, rids.len()));
        self.events.play(script);
    }

    /// Generates a bounce, but none for a bounce.
    pub(super) fn bounce(&mut self, mid: Mid) {
        let Some(from) = self
            .messages
            .get(&mid)
            .map(|message| message.from.clone())
            .filter(|from| !from.is_empty())
        else {
            return;
        };
        let bounce = self.open_mid();
        let mut script = Script::starting(self.now);
        self.line(&format!(
            "MID {bounce} was generated for bounce of MID {mid}"
        ));
        self.line(&format!("Start MID {bounce} ICID 0"));
        self.line(&format!("MID {bounce} ICID 0 From: <>"));
        self.line(&format!("MID {bounce} ICID 0 RID 0 To: <{from}>"));
        script.wait(self.rng.between(50, 600));
        script.push_line(format!("MID {bounce} queued for delivery"));
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
            self.line(&format!("Message finished MID {mid} done"));
        }
    }
}
