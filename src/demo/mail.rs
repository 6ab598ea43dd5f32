//! Messages: how one comes in, what the engines say, and when the appliance is done with it.
//!
//! Who sends it is left to `inbound`, where it goes to `outbound`.

use super::agenda::{Event, Script};
use super::simulation::Simulation;
use super::writer::{Icid, Mid};

/// A message that a connection is about to hand over.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) icid: Icid,
    pub(super) origin: Origin,
    pub(super) from: String,
    pub(super) to: Vec<String>,
    /// Recipients that are refused, and by what.
    pub(super) refused: Vec<(String, &'static str)>,
    pub(super) subject: String,
    /// The time that the sender takes to hand over the text, in milliseconds.
    pub(super) transfer: u64,
    pub(super) fate: Fate,
}

/// Where a message comes from, as the engines see it.
#[derive(Debug, Clone)]
pub(super) enum Origin {
    /// The world; `signed` mail passes SPF and DKIM.
    World { host: Option<String>, signed: bool },
    /// Our own people.
    House,
}

/// What becomes of a message before it is queued.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Queued,
    Spam,
    /// The peer vanishes before the end of the text, and with it the connection.
    Aborted,
}

/// A message that the appliance has.
#[derive(Debug, Clone)]
pub(super) struct Letter {
    /// Empty for a bounce.
    pub(super) from: String,
    pub(super) to: Vec<String>,
    /// Recipients that are neither delivered nor given up.
    pub(super) open: usize,
}

/// The recipients of a message that go one way together.
#[derive(Debug, Clone)]
pub(super) struct Consignment {
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
        if draft.fate == Fate::Aborted {
            script.wait(draft.transfer);
            script.say(format!("ICID {} lost", draft.icid));
            script.say(format!("Message aborted MID {mid} Receiving aborted"));
            script.say(format!("Message finished MID {mid} aborted"));
            script.say(format!("ICID {} close", draft.icid));
            return self.agenda.play(script);
        }
        self.headers(&mut script, mid, draft);
        self.keep(mid, &draft.from, draft.to.clone());
        self.verdicts(&mut script, mid, draft);
        self.agenda.play(script);
    }

    fn envelope(&mut self, script: &mut Script, mid: Mid, draft: &Draft) {
        let icid = draft.icid;
        script.say(format!("Start MID {mid} ICID {icid}"));
        script.say(format!("MID {mid} ICID {icid} From: <{}>", draft.from));
        script.wait(self.chance.between(20, 150));
        for (rid, to) in draft.to.iter().enumerate() {
            script.say(format!("MID {mid} ICID {icid} RID {rid} To: <{to}>"));
            script.wait(self.chance.between(5, 90));
        }
        for (to, by) in &draft.refused {
            script.say(format!("MID {mid} ICID {icid} To: <{to}> Rejected by {by}"));
        }
    }

    fn headers(&mut self, script: &mut Script, mid: Mid, draft: &Draft) {
        let from = domain(&draft.from);
        let id = self.chance.bits();
        let quote = if draft.subject.contains('\'') {
            '"'
        } else {
            '\''
        };
        let size = 900 + (self.chance.gap(14_000.0) as u64).min(4_000_000);
        script.wait(draft.transfer);
        script.say(format!("MID {mid} Message-ID '<{id:016x}@{from}>'"));
        script.say(format!("MID {mid} Subject {quote}{}{quote}", draft.subject));
        if let Origin::World { host, .. } = &draft.origin {
            let host = host.as_deref();
            let (reverse, helo) = (host.unwrap_or("Not Present"), host.unwrap_or(from));
            script.say(format!(
                "MID {mid} SDR: Domains for which SDR is requested: \
                 reverse DNS host: {reverse}, helo: {helo}, env-from: {from}, \
                 header-from: {from}, reply-to: Not Present"
            ));
            script.wait(self.chance.between(30, 250));
            let maturity = if draft.fate == Fate::Spam {
                "5 days"
            } else {
                "30 days (or greater)"
            };
            let level = if draft.fate == Fate::Spam {
                "Questionable"
            } else {
                "Neutral"
            };
            script.say(format!(
                "MID {mid} SDR: Consolidated Sender Threat Level: {level}, \
                 Threat Category: N/A, Suspected Domain(s) : N/A (other reasons for verdict). \
                 Sender Maturity: {maturity} for domain: {from}"
            ));
        }
        script.say(format!(
            "MID {mid} ready {size} bytes from <{}>",
            draft.from
        ));
    }

    /// What the policy and the engines say; ends in the delivery queue or in a drop.
    fn verdicts(&mut self, script: &mut Script, mid: Mid, draft: &Draft) {
        let table = match &draft.origin {
            Origin::World { .. } => "inbound",
            Origin::House => "outbound",
        };
        if let Origin::World { signed: true, .. } = draft.origin {
            self.sender_proofs(script, mid, &draft.from);
        }
        script.say(format!(
            "MID {mid} matched all recipients for per-recipient policy DEFAULT in the {table} table"
        ));
        script.wait(self.chance.between(60, 500));
        let spam = if draft.fate == Fate::Spam {
            "positive"
        } else {
            "negative"
        };
        script.say(format!(
            "MID {mid} interim verdict using engine: CASE spam {spam}"
        ));
        script.say(format!("MID {mid} using engine: CASE spam {spam}"));
        if draft.fate == Fate::Spam {
            script.say(format!("Message aborted MID {mid} Dropped by CASE"));
            script.then(Event::Settle(mid, draft.to.len()));
            return;
        }
        script.wait(self.chance.between(20, 200));
        script.say(format!("MID {mid} interim AV verdict using Sophos CLEAN"));
        script.say(format!("MID {mid} antivirus negative"));
        if let Origin::World { .. } = draft.origin {
            script.wait(self.chance.between(20, 300));
            script.say(format!(
                "MID {mid} AMP file reputation verdict : SKIPPED (no attachment in message)"
            ));
            script.say(format!("MID {mid} using engine: GRAYMAIL negative"));
            script.say(format!("MID {mid} Outbreak Filters: verdict negative"));
        }
        script.say(format!("MID {mid} queued for delivery"));
        script.then(Event::Queue(mid));
    }

    fn sender_proofs(&mut self, script: &mut Script, mid: Mid, from: &str) {
        let domain = domain(from);
        script.say(format!(
            "MID {mid} SPF: mailfrom identity {from} Pass (v=spf1)"
        ));
        script.wait(self.chance.between(10, 120));
        script.say(format!(
            "MID {mid} DKIM: pass signature verified (d={domain} s=mail2024 i=@{domain})"
        ));
        script.say(format!(
            "MID {mid} DMARC: Message from domain {domain}, DMARC pass \
             (SPF aligned True, DKIM aligned True)"
        ));
        script.say(format!("MID {mid} DMARC: Verification passed"));
    }

    /// Takes a message into the queue's books.
    pub(super) fn keep(&mut self, mid: Mid, from: &str, to: Vec<String>) {
        let open = to.len();
        self.letters.insert(
            mid,
            Letter {
                from: from.to_owned(),
                to,
                open,
            },
        );
    }

    /// Sorts a message's recipients by the way they go.
    pub(super) fn queue(&mut self, mid: Mid) {
        let Some(letter) = self.letters.get(&mid) else {
            return;
        };
        let mut ways: Vec<(usize, Consignment)> = Vec::new();
        let mut nowhere = Vec::new();
        for (rid, to) in letter.to.iter().enumerate() {
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
                Some((_, consignment)) => consignment.rids.push(rid),
                None => ways.push((
                    route,
                    Consignment {
                        mid,
                        rids: vec![rid],
                        attempts: 0,
                    },
                )),
            }
        }
        self.refuse_nowhere(mid, &nowhere);
        for (route, consignment) in ways {
            self.enqueue(route, consignment);
        }
    }

    /// Gives up the recipients whose domain does not exist.
    fn refuse_nowhere(&mut self, mid: Mid, rids: &[usize]) {
        let Some(letter) = self.letters.get(&mid).filter(|_| !rids.is_empty()) else {
            return;
        };
        let mut script = Script::starting(self.now);
        script.wait(1700);
        for &rid in rids {
            let (from, to) = (&letter.from, &letter.to[rid]);
            script.say(format!(
                "Bounced: DCID 0 MID {mid} From: <{from}> To: <{to}> RID {rid} \
                 - 5.1.2 - Bad destination host \
                 ('000', ['DNS Hard Error looking up {} (MX):  NXDomain'])",
                domain(to)
            ));
        }
        script.then(Event::Bounce(mid));
        script.then(Event::Settle(mid, rids.len()));
        self.agenda.play(script);
    }

    /// Tells the sender of a message that it could not be delivered. A bounce that comes back is
    /// not answered.
    pub(super) fn bounce(&mut self, mid: Mid) {
        let Some(from) = self
            .letters
            .get(&mid)
            .map(|letter| letter.from.clone())
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
        script.wait(self.chance.between(50, 600));
        script.say(format!("MID {bounce} queued for delivery"));
        script.then(Event::Queue(bounce));
        self.keep(bounce, "", vec![from]);
        self.agenda.play(script);
    }

    /// So many recipients are done with; after the last one the message is finished.
    pub(super) fn settle(&mut self, mid: Mid, recipients: usize) {
        let Some(letter) = self.letters.get_mut(&mid) else {
            return;
        };
        letter.open = letter.open.saturating_sub(recipients);
        if letter.open == 0 {
            self.letters.remove(&mid);
            self.line(&format!("Message finished MID {mid} done"));
        }
    }
}
