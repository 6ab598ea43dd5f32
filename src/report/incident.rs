//! The incident report of a route as Markdown, for a ticket: summary, timeline, reasons, impact,
//! advice, evidence.
//!
//! Text of the log is inside code spans and fences that it cannot close, or it is escaped, because
//! the program that renders the ticket is unknown.

pub(crate) mod file;
mod markdown;

use std::io::{self, Write};

use markdown::{code, escaped, fenced};

use crate::header::Timestamp;
use crate::humanize::{and_more, date_time, date_time_or_unknown, duration, grouped, plural};
use crate::index::{ConnectionId, Index, Recipient};
use crate::safe;
use crate::search::{self, LineRequest, RawLine};
use crate::source::Sources;
use crate::triage::findings::{DrillDown, Evidence, FindingKind};
use crate::triage::{Reason, Route, RouteState, Triage};

/// Messages, outages and reasons listed individually.
const MESSAGES: usize = 20;
const OUTAGES: usize = 10;
const REASONS: usize = 10;
/// Raw lines of one connection.
const LINES: usize = 60;

/// A connection whose lines are evidence.
#[derive(Clone, Debug)]
pub(crate) struct Shown {
    title: &'static str,
    connection: ConnectionId,
}

/// The lines of a [`Shown`], or the error of reading them.
pub(crate) type EvidenceLines = Result<Vec<RawLine>, String>;

/// The last success, the first and the latest failure.
fn shown(index: &Index, route: &Route) -> Vec<Shown> {
    let first = route.outage().map(|outage| outage.first);
    let latest = route.newest_bad.filter(|latest| first != Some(*latest));
    let all = [
        ("last success", last_success(route)),
        ("first failure", first),
        ("latest failure", latest),
    ];
    let kept = all.into_iter().filter_map(|(title, connection)| {
        let connection = connection.filter(|id| index.contains_connection(*id))?;
        Some(Shown { title, connection })
    });
    kept.collect()
}

/// Before the outage, if there was one.
fn last_success(route: &Route) -> Option<ConnectionId> {
    match route.outage() {
        Some(outage) => outage.before,
        None => route.last_good,
    }
}

/// The lines that the report shows.
pub(crate) fn requests(index: &Index, route: &Route) -> Vec<(Shown, LineRequest)> {
    let request = |shown: Shown| {
        let request = LineRequest::of_connection(&index.connection(shown.connection));
        (shown, request)
    };
    shown(index, route).into_iter().map(request).collect()
}

/// Reads the lines without the index.
pub(crate) fn read(
    sources: &Sources,
    requests: Vec<(Shown, LineRequest)>,
) -> Vec<(Shown, EvidenceLines)> {
    let read = |(shown, request): (Shown, LineRequest)| {
        let lines = search::read_lines(sources, &request, LINES + 1);
        (shown, lines.map_err(|error| error.to_string()))
    };
    requests.into_iter().map(read).collect()
}

/// A file name of letters, digits, dots and dashes:
/// `mailscope-198.51.100.7-25-20090422T111939.md`.
pub(crate) fn file_name(index: &Index, route: &Route) -> String {
    let mut name = format!("mailscope-{}", route.title(index).replace(" on ", "-"));
    if let Some(since) = since(route) {
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

fn since(route: &Route) -> Option<Timestamp> {
    let outage = route.outage().and_then(|outage| outage.since);
    route.failing_since.or(outage)
}

pub(crate) fn write(
    out: &mut dyn Write,
    index: &Index,
    triage: &Triage,
    route: &Route,
    lines: &[(Shown, EvidenceLines)],
) -> io::Result<()> {
    let report = Report {
        index,
        triage,
        route,
    };
    report.summary(out)?;
    report.timeline(out)?;
    report.reasons(out)?;
    report.messages(out)?;
    report.other_findings(out)?;
    report.evidence(out, lines)
}

struct Report<'r> {
    index: &'r Index,
    triage: &'r Triage,
    route: &'r Route,
}

impl Report<'_> {
    fn title(&self) -> String {
        code(&self.route.title(self.index))
    }

    fn dcid(&self, id: ConnectionId) -> String {
        if self.index.contains_connection(id) {
            format!("DCID {}", self.index.connection(id).number())
        } else {
            "an evicted connection".to_owned()
        }
    }

    fn opened(&self, id: ConnectionId) -> Option<Timestamp> {
        self.index.connection(id).first_seen()
    }

    fn summary(&self, out: &mut dyn Write) -> io::Result<()> {
        let (route, tally) = (self.route, &self.route.tally);
        let state = match (route.state, since(route)) {
            (RouteState::Failing, Some(time)) => {
                format!("fails since {}", date_time(time))
            }
            (RouteState::Healthy, _) if tally.failed() == 0 => "does not fail".to_owned(),
            (_, Some(time)) => format!("failed from {} on and works again", date_time(time)),
            (state, None) => state.word().to_owned(),
        };
        writeln!(out, "# Mail to {} {state}\n", self.title())?;
        writeln!(out, "## Summary\n")?;
        let mut fact = |name: &str, value: String| writeln!(out, "- **{name}**: {value}");
        fact(
            "State",
            format!("{}{}", route.state.word(), self.how_long()),
        )?;
        if let Some(profile) = route.profile() {
            fact(
                "SMTP Auth profile",
                code(self.index.names.profiles.get(profile)),
            )?;
        }
        if !tally.domains.is_empty() {
            let first = tally.domains.iter().take(5);
            let names: Vec<String> = first.map(|name| code(self.triage.domain(*name))).collect();
            let more = and_more(names.len(), tally.domains.len());
            fact("Domains", format!("{}{more}", names.join(", ")))?;
        }
        let good = match last_success(route).filter(|id| self.index.contains_connection(*id)) {
            Some(good) => format!(
                "{}, {}",
                date_time_or_unknown(self.opened(good)),
                self.dcid(good)
            ),
            None => "none in this log".to_owned(),
        };
        fact("Last success before it", good)?;
        if let Some(reason) = route.cause() {
            fact(
                "Cause",
                format!("{} ({})", code(&reason.line()), reason.outcome.phrase()),
            )?;
        }
        fact("Impact", self.impact())?;
        if let Some(advice) = self.triage.advice(self.index, route) {
            fact("Advice", escaped(&advice))?;
        }
        fact(
            "Log",
            format!(
                "{} to {}, the log's local time; mailscope {}",
                date_time_or_unknown(self.index.oldest()),
                date_time_or_unknown(self.index.newest()),
                env!("CARGO_PKG_VERSION")
            ),
        )
    }

    fn how_long(&self) -> String {
        let (route, tally) = (self.route, &self.route.tally);
        let failed = format!(
            "{} of {} failed",
            grouped(tally.failed()),
            plural(tally.connections, "connection")
        );
        match (route.failing_since, self.index.newest()) {
            (Some(since), Some(newest)) => format!(
                " for {}, {}; {failed}",
                duration(newest.seconds() - since.seconds()),
                plural(route.run, "consecutive failure"),
            ),
            _ => format!("; {failed}"),
        }
    }

    fn impact(&self) -> String {
        let tally = &self.route.tally;
        match tally.impact.text() {
            text if text.is_empty() => "no recipient was affected".to_owned(),
            text => format!("{}; {text}", plural(tally.affected.len(), "message")),
        }
    }

    fn timeline(&self, out: &mut dyn Write) -> io::Result<()> {
        let route = self.route;
        let mut events: Vec<(Option<Timestamp>, String)> = Vec::new();
        let skipped = route.outages.len().saturating_sub(OUTAGES);
        for outage in route.outages.iter().skip(skipped) {
            if let Some(good) = outage.before {
                let text = format!("last success ({})", self.dcid(good));
                events.push((self.opened(good), text));
            }
            let text = format!(
                "first failure: {} ({})",
                outage.outcome.phrase(),
                self.dcid(outage.first)
            );
            events.push((outage.since, text));
            let failed = plural(outage.connections, "consecutive failure");
            match outage.until {
                Some(until) => events.push((Some(until), format!("works again after {failed}"))),
                None => {
                    let text = format!("latest failure ({}), {failed}", self.dcid(outage.last));
                    events.push((self.opened(outage.last), text));
                }
            }
        }
        let end = match route.state {
            RouteState::Failing => "end of the log; the route still fails",
            _ => "end of the log; the route works",
        };
        events.push((self.index.newest(), end.to_owned()));
        events.dedup();
        writeln!(out, "\n## Timeline\n")?;
        if skipped > 0 {
            writeln!(out, "- {} before", plural(skipped, "outage"))?;
        }
        for (time, text) in events {
            writeln!(out, "- {} {text}", date_time_or_unknown(time))?;
        }
        Ok(())
    }

    fn reasons(&self, out: &mut dyn Write) -> io::Result<()> {
        let tally = &self.route.tally;
        if tally.reasons.is_empty() {
            return Ok(());
        }
        writeln!(out, "\n## Reasons\n")?;
        for reason in tally.reasons.iter().take(REASONS) {
            self.reason(out, reason, "")?;
            for consequence in reason.consequences.iter().take(REASONS) {
                self.reason(out, consequence, "consequence: ")?;
            }
        }
        if tally.reasons.len() > REASONS {
            writeln!(out, "- and {} more", tally.reasons.len() - REASONS)?;
        }
        Ok(())
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

    fn messages(&self, out: &mut dyn Write) -> io::Result<()> {
        let affected = &self.route.tally.affected;
        if affected.is_empty() {
            return Ok(());
        }
        writeln!(out, "\n## Affected messages\n\n{}.\n", self.impact())?;
        let newest_first = affected.iter().rev();
        let kept = newest_first.filter(|id| self.index.contains_message(**id));
        for id in kept.take(MESSAGES) {
            let message = self.index.message(*id);
            let recipients = message.recipients();
            let to = recipients.first().and_then(Recipient::to).unwrap_or("?");
            let more = and_more(1, recipients.len());
            writeln!(
                out,
                "- {} MID {} {} → {}{more}: {}",
                date_time_or_unknown(message.first_seen()),
                message.mid(),
                code(message.from().unwrap_or("?")),
                code(to),
                message.common_state().word().unwrap_or("not known"),
            )?;
        }
        if affected.len() > MESSAGES {
            let more = grouped((affected.len() - MESSAGES) as u64);
            writeln!(out, "- and {more} older ones")?;
        }
        Ok(())
    }

    /// Findings on the route, except for the outage itself.
    fn other_findings(&self, out: &mut dyn Write) -> io::Result<()> {
        let of_route = self.triage.connections(self.route);
        let is_here = |evidence: &Evidence| match evidence {
            Evidence::Connection(id) => of_route.iter().any(|(of, _)| of == id),
            Evidence::Line(_) => false,
        };
        let is_outage = |kind: FindingKind| {
            matches!(
                kind,
                FindingKind::RouteFailing
                    | FindingKind::RouteDegraded
                    | FindingKind::RouteRecovered
            )
        };
        let about = self.triage.findings.iter().filter(|finding| {
            !is_outage(finding.kind)
                && (finding.drill_down == DrillDown::Route(self.route.id())
                    || finding.evidence.iter().any(is_here))
        });
        let mut heading = "\n## Other findings\n\n";
        for finding in about {
            writeln!(out, "{heading}- {}", escaped(&finding.summary))?;
            heading = "";
        }
        Ok(())
    }

    fn evidence(&self, out: &mut dyn Write, lines: &[(Shown, EvidenceLines)]) -> io::Result<()> {
        if lines.is_empty() {
            return Ok(());
        }
        writeln!(out, "\n## Evidence")?;
        for (shown, lines) in lines {
            writeln!(
                out,
                "\n{}, {}:\n",
                capital(shown.title),
                self.dcid(shown.connection)
            )?;
            match lines {
                Ok(lines) => {
                    let lines = lines.iter().take(LINES);
                    fenced(out, lines.map(|line| safe::bytes(&line.bytes)))?;
                }
                Err(error) => writeln!(out, "Its lines cannot be read: {}", escaped(error))?,
            }
            if let Ok(lines) = lines
                && lines.len() > LINES
            {
                writeln!(out, "\nand {} more lines", lines.len() - LINES)?;
            }
        }
        Ok(())
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}
