//! The report of an incident as Markdown, for a ticket: summary, timeline, reasons, impact, advice,
//! evidence.
//!
//! Text of the log is inside code spans and fences that it cannot close, or it is escaped, because
//! the program that renders the ticket is unknown.

pub(crate) mod file;
mod lines;
mod markdown;

use std::io::{self, Write};

use markdown::{code, escaped, fenced};

use crate::header::Timestamp;
use crate::humanize::{and_more, date_time, date_time_or_unknown, duration, grouped, plural};
use crate::index::{ConnectionId, Index, MessageId, Recipient};
use crate::judge::incident::Severity;
use crate::safe;
use crate::triage::findings::{Finding, IncidentFacts};
use crate::triage::{Destination, Reason, Triage};

pub(crate) use lines::{EvidenceLines, Requests, read, requests};

/// Messages, reasons, routes, hosts and domains listed individually.
const MESSAGES: usize = 20;
const REASONS: usize = 10;
const ROUTES: usize = 10;
const NAMES: usize = 5;

/// What is reported: an incident, or a route without one.
#[derive(Clone, Debug)]
pub(crate) struct Reported<'t> {
    pub finding: Option<&'t Finding>,
    /// The routes that it hit.
    pub routes: Vec<&'t Destination>,
}

impl<'t> Reported<'t> {
    pub(crate) fn of_finding(triage: &'t Triage, finding: &'t Finding) -> Self {
        let routes = finding.routes();
        Self {
            finding: Some(finding),
            routes: routes.filter_map(|id| triage.destination(id)).collect(),
        }
    }

    /// A route with the worst finding that it is a part of.
    pub(crate) fn of_route(triage: &'t Triage, route: &'t Destination) -> Self {
        let mut findings = triage.findings.iter();
        let finding = findings.find(|finding| finding.routes().eq([route.id]));
        Self {
            finding,
            routes: vec![route],
        }
    }

    fn facts(&self) -> Option<&'t IncidentFacts> {
        self.finding?.facts.as_deref()
    }

    fn subject(&self) -> String {
        match (self.finding, self.routes.first()) {
            (Some(finding), _) => finding.subject.clone(),
            (None, Some(route)) => route.title(),
            (None, None) => String::new(),
        }
    }

    /// A file name of letters, digits, dots and dashes: `mailscope-contoso.example-20090422T111939.md`.
    pub(crate) fn file_name(&self) -> String {
        let mut name = format!("mailscope-{}", self.subject());
        if let Some(since) = self.finding.and_then(|finding| finding.since) {
            name = format!("{name}-{}", since.to_string().replace([':', '-'], ""));
        }
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '-';
        let name: String = name
            .chars()
            .take(120)
            .map(|c| if plain(c) { c } else { '-' })
            .collect();
        format!("{name}.md")
    }
}

pub(crate) fn write(
    out: &mut dyn Write,
    index: &Index,
    reported: &Reported<'_>,
    lines: &EvidenceLines,
) -> io::Result<()> {
    let report = Report { index, reported };
    report.summary(out)?;
    report.timeline(out)?;
    report.routes(out)?;
    report.reasons(out)?;
    report.messages(out)?;
    report.evidence(out, lines)
}

struct Report<'r> {
    index: &'r Index,
    reported: &'r Reported<'r>,
}

impl Report<'_> {
    fn dcid(&self, id: ConnectionId) -> String {
        if self.index.contains_connection(id) {
            format!("DCID {}", self.index.connection(id).number())
        } else {
            "an evicted connection".to_owned()
        }
    }

    fn title(&self) -> String {
        let subject = code(&self.reported.subject());
        let Some(finding) = self.reported.finding else {
            return format!("Route {subject}");
        };
        let phrase = finding.kind.phrase();
        let since = date_time_or_unknown(finding.since);
        match finding.until {
            None => format!("{subject}: {phrase} since {since}"),
            Some(until) => format!("{subject}: {phrase} from {since} to {}", date_time(until)),
        }
    }

    fn summary(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "# {}\n", self.title())?;
        writeln!(out, "## Summary\n")?;
        let mut fact = |name: &str, value: String| match value.as_str() {
            "" => Ok(()),
            value => writeln!(out, "- **{name}**: {value}"),
        };
        fact("State", self.state())?;
        fact("Cause", self.cause())?;
        fact("Impact", self.impact())?;
        if let [route] = self.reported.routes.as_slice() {
            let profile = route.profile.as_deref();
            fact("SMTP Auth profile", profile.map_or_else(String::new, code))?;
            fact("Domains", names(&route.domains))?;
            fact("Hosts", hosts(route))?;
            fact("Attempts", attempts(route))?;
        }
        fact("Advice", self.advice())?;
        let log = format!(
            "{} to {}, the log's local time; mailscope {}",
            date_time_or_unknown(self.index.oldest()),
            date_time_or_unknown(self.index.newest()),
            env!("CARGO_PKG_VERSION")
        );
        fact("Log", log)
    }

    fn state(&self) -> String {
        let Some(finding) = self.reported.finding else {
            let route = self.reported.routes.first();
            return route.map_or_else(String::new, |route| {
                format!("{}; no incident is open", route.judgement.state.word())
            });
        };
        let length = finding.since.zip(finding.until.or(self.index.newest()));
        let length = length.map_or_else(String::new, |(since, until)| {
            format!(" for {}", duration(until.seconds() - since.seconds()))
        });
        let flaps = match self.reported.facts().map_or(0, |facts| facts.flaps) {
            0 => String::new(),
            flaps => format!(", failed again {}", plural(flaps, "time")),
        };
        format!(
            "{}, {}{length}{flaps}",
            finding.state(),
            finding.severity.word()
        )
    }

    fn cause(&self) -> String {
        let route = self.reported.routes.first();
        let (reply, class) = match (self.reported.facts(), route) {
            (Some(facts), _) => (facts.reply(), facts.class),
            (None, Some(route)) => (
                route.reason().map_or_else(String::new, Reason::line),
                route.judgement.class,
            ),
            (None, None) => return String::new(),
        };
        let Some(class) = class else {
            return String::new();
        };
        let side = self.reported.finding.map(Finding::side);
        let side = side.or(route.and_then(|route| route.judgement.side));
        let side = side.map_or_else(String::new, |side| format!("; side: {}", side.word()));
        format!("{} ({}{side})", code(&reply), class.phrase())
    }

    fn impact(&self) -> String {
        let Some(impact) = self
            .reported
            .facts()
            .and_then(|facts| facts.impact.as_ref())
        else {
            return String::new();
        };
        let text = impact.text();
        if text.is_empty() {
            return "no recipient was affected".to_owned();
        }
        let delay = impact.median_delay().map_or_else(String::new, |seconds| {
            format!(
                "; of those delivered later, half waited over {}",
                duration(seconds.into())
            )
        });
        format!("{text}; {}{delay}", plural(impact.messages, "message"))
    }

    fn advice(&self) -> String {
        match (self.reported.finding, self.reported.routes.first()) {
            (Some(finding), _) => escaped(&finding.advice),
            (None, Some(route)) => route.advice.as_deref().map_or_else(String::new, escaped),
            (None, None) => String::new(),
        }
    }

    fn timeline(&self, out: &mut dyn Write) -> io::Result<()> {
        let (Some(finding), Some(facts)) = (self.reported.finding, self.reported.facts()) else {
            return Ok(());
        };
        let mut events: Vec<(Option<Timestamp>, String)> = Vec::new();
        let hosts = self.reported.routes.iter().flat_map(|route| &route.hosts);
        let good = hosts.filter_map(|host| host.last_ok).max();
        if let Some(good) = good.filter(|good| Some(*good) <= finding.since) {
            events.push((Some(good), "last success".to_owned()));
        }
        let first = facts.class.map_or("it begins", |class| class.phrase());
        events.push((finding.since, format!("first failure: {first}")));
        events.push((facts.found, "the failures suffice to tell".to_owned()));
        for (time, state, severity) in &facts.changes {
            let severity = severity.map_or("explained by another incident", Severity::word);
            events.push((Some(*time), format!("{}, {severity}", state.word())));
        }
        if finding.until.is_none() {
            let end = format!("end of the log; {}", facts.state);
            events.push((self.index.newest(), end));
        }
        writeln!(out, "\n## Timeline\n")?;
        for (time, text) in events {
            writeln!(out, "- {} {text}", date_time_or_unknown(time))?;
        }
        Ok(())
    }

    /// The routes that a common cause hit.
    fn routes(&self, out: &mut dyn Write) -> io::Result<()> {
        let routes = &self.reported.routes;
        if routes.len() < 2 {
            return Ok(());
        }
        writeln!(out, "\n## Routes\n")?;
        for route in routes.iter().take(ROUTES) {
            writeln!(
                out,
                "- {}: {}, {} waiting",
                code(&route.title()),
                attempts(route),
                plural(route.traffic.waiting, "recipient"),
            )?;
        }
        more(out, ROUTES, routes.len())
    }

    /// Causes with their consequences.
    fn reasons(&self, out: &mut dyn Write) -> io::Result<()> {
        let [route] = self.reported.routes.as_slice() else {
            return Ok(());
        };
        let reasons = &route.tally.reasons;
        if reasons.is_empty() {
            return Ok(());
        }
        writeln!(out, "\n## Reasons\n")?;
        for reason in reasons.iter().take(REASONS) {
            self.reason(out, reason, "")?;
            for consequence in reason.consequences.iter().take(REASONS) {
                self.reason(out, consequence, "consequence: ")?;
            }
        }
        more(out, REASONS, reasons.len())
    }

    fn reason(&self, out: &mut dyn Write, reason: &Reason, label: &str) -> io::Result<()> {
        let example = reason
            .example
            .map_or_else(String::new, |id| format!(", e.g. {}", self.dcid(id)));
        let indent = if label.is_empty() { "" } else { "  " };
        writeln!(
            out,
            "{indent}- {} × {label}{}, {} to {}{example}",
            grouped(reason.count),
            code(&reason.line()),
            date_time_or_unknown(reason.first),
            date_time_or_unknown(reason.last),
        )
    }

    /// Messages of the routes that a failed connection delayed or lost, since the incident began.
    fn messages(&self, out: &mut dyn Write) -> io::Result<()> {
        let since = self.reported.finding.and_then(|finding| finding.since);
        let routes = self.reported.routes.iter();
        let affected = routes.flat_map(|route| &route.tally.affected);
        let kept = affected.filter(|id| self.index.contains_message(**id));
        let lately = |id: &&MessageId| {
            let recipients = self.index.message(**id).recipients().into_iter();
            let mut times = recipients.filter_map(|one| one.decided_by()?.time());
            times.any(|time| Some(time) >= since)
        };
        let mut affected: Vec<MessageId> = kept.filter(lately).copied().collect();
        affected.sort_unstable();
        affected.dedup();
        if affected.is_empty() {
            return Ok(());
        }
        writeln!(out, "\n## Affected messages\n")?;
        for id in affected.iter().rev().take(MESSAGES) {
            let message = self.index.message(*id);
            let recipients = message.recipients();
            let to = recipients.first().and_then(Recipient::to).unwrap_or("?");
            let others = and_more(1, recipients.len());
            writeln!(
                out,
                "- {} MID {} {} → {}{others}: {}",
                date_time_or_unknown(message.first_seen()),
                message.mid(),
                code(message.from().unwrap_or("?")),
                code(to),
                message.common_state().word().unwrap_or("not known"),
            )?;
        }
        more(out, MESSAGES, affected.len())
    }

    fn evidence(&self, out: &mut dyn Write, lines: &EvidenceLines) -> io::Result<()> {
        if lines.is_empty() {
            return Ok(());
        }
        writeln!(out, "\n## Evidence")?;
        if !lines.failures.is_empty() {
            writeln!(out, "\nThe first failures and the latest:\n")?;
            fenced(out, lines.failures.iter().map(|line| safe::bytes(line)))?;
        }
        for shown in &lines.connections {
            writeln!(out, "\n{}, {}:\n", shown.title, self.dcid(shown.connection))?;
            match &shown.lines {
                Ok(lines) => fenced(out, lines.iter().map(|line| safe::bytes(&line.bytes)))?,
                Err(error) => writeln!(out, "Its lines cannot be read: {}", escaped(error))?,
            }
            if shown.is_cut {
                writeln!(out, "\nand more lines")?;
            }
        }
        Ok(())
    }
}

fn more(out: &mut dyn Write, shown: usize, all: usize) -> io::Result<()> {
    if all > shown {
        writeln!(out, "- and {} more", grouped(all - shown))?;
    }
    Ok(())
}

fn names(all: &[String]) -> String {
    let first: Vec<String> = all.iter().take(NAMES).map(|name| code(name)).collect();
    format!("{}{}", first.join(", "), and_more(first.len(), all.len()))
}

/// ``198.51.100.7:25` failing, last success 2009-04-22 11:06:20``
fn hosts(route: &Destination) -> String {
    let first = route.hosts.iter().take(NAMES).map(|host| {
        let good = host.last_ok.map_or_else(
            || "no success in this log".to_owned(),
            |at| format!("last success {}", date_time(at)),
        );
        format!("{} {}, {good}", code(&host.name), host.state.word())
    });
    let first: Vec<String> = first.collect();
    let more = and_more(first.len(), route.hosts.len());
    format!("{}{more}", first.join("; "))
}

/// `1 203 delivered, 88 authentication failed; 0.3 % fail usually`
fn attempts(route: &Destination) -> String {
    let counts = route.traffic.attempts.iter();
    let counts = counts.map(|(class, count)| format!("{} {}", grouped(*count), class.phrase()));
    let counts: Vec<String> = counts.collect();
    format!(
        "{}; {:.1} % fail usually",
        counts.join(", "),
        100.0 * route.traffic.usual
    )
}
