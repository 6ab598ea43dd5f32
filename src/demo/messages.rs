//! Messages: how one comes in, what the engines say, and when the appliance is done with it.
//!
//! Who sends it is left to `inbound`, where it goes to `outbound`.

use super::event_queue::{Script, SimEvent};
use super::simulation::Simulation;
use super::writer::{Icid, Mid};

/// A message that a connection is about to hand over.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) icid: Icid,
    pub(super) sender: Sender,
    pub(super) from: String,
    pub(super) to: Vec<String>,
    /// Recipients that are refused, and by what.
    pub(super) refused: Vec<(String, &'static str)>,
    pub(super) subject: String,
    /// The time that the sender takes to hand over the text, in milliseconds.
    pub(super) transfer: u64,
    pub(super) disposition: Disposition,
}

/// Where a message comes from, as the engines see it.
#[derive(Debug, Clone)]
pub(super) enum Sender {
    /// The world; `signed` mail passes SPF and DKIM.
    World { host: Option<String>, signed: bool },
    /// Our own people.
    House,
}

/// What becomes of a message before it is queued.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Disposition {
    Queued,
    Spam,
    /// The peer vanishes before the end of the text, and with it the connection.
    Aborted,
}

/// A message that the appliance has.
#[derive(Debug, Clone)]
pub(super) struct SimMessage {
    /// Empty for a bounce.
    pub(super) from: String,
    pub(super) to: Vec<String>,
    /// Recipients that are neither delivered nor given up.
    pub(super) open: usize,
}

/// The recipients of a message that go one way together.
#[derive(Debug, Clone)]
pub(super) struct Batch {
    pub(super) mid: Mid,
    pub(super) rids: Vec<usize>,
    /// How often it was put off.
    pub(super) attempts: u32,
}

/// The part of an address behind the last `@`.
pub(super) fn domain(address: &str) -> &str {
    address
        .rsplit_once('@')
        .map_or(address, |(_, domain)| domain)
}

impl Simulation {
    /// A message begins to come in.
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
        if let Sender::World { host, .. } = &draft.sender {
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

    /// What the policy and the engines say; ends in the delivery queue or in a drop.
    fn verdicts(&mut self, script: &mut Script, mid: Mid, draft: &Draft) {
        let table = match &draft.sender {
            Sender::World { .. } => "inbound",
            Sender::House => "outbound",
        };
        if let Sender::World { signed: true, .. } = draft.sender {
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
        if let Sender::World { .. } = draft.sender {
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

    /// Takes a message into the queue's books.
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

    /// Sorts a message's recipients by the way they go.
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

    /// Gives up the recipients whose domain does not exist.
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

    /// Tells the sender of a message that it could not be delivered. A bounce that comes back is
    /// not answered.
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

    /// So many recipients are done with; after the last one the message is finished.
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
