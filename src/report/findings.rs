//! Findings as records; each piece of evidence has its ID, and the file, number and text of the line
//! that shows the failure.

use std::collections::BTreeMap;
use std::io;

use hashbrown::{HashMap, HashSet};

use super::ToRow;
use super::record::{number, object, time};
use crate::event::{ConnId, Event};
use crate::header::{HeaderParser, Timestamp, YearResolver};
use crate::index::{Connection, ConnectionId, Direction, Index};
use crate::judge::class::Class;
use crate::judge::incident::Impact;
use crate::position::Position;
use crate::present::TableRow;
use crate::search::{self, LineLocation, LineRequest, RawLine};
use crate::source::Sources;
use crate::triage::Triage;
use crate::triage::findings::{Evidence, Finding, IncidentFacts};

/// Bytes of the log that are read for one connection; of a longer one the first line is named.
const MOST_BYTES: u64 = 1 << 20;

/// Lines of a connection that are looked at.
const MOST_LINES: usize = 200;

/// `--view findings`: a finding of an index, and the lines of all evidence.
pub(crate) struct FindingRecord<'i>(pub (&'i Index, &'i Finding, &'i EvidencePlaces));

object! { FindingRecord((index, finding, lines)) => {
    "kind": finding.kind.word(),
    "severity": finding.severity.word(),
    "state": finding.state(),
    "since": time(finding.since),
    "until": time(finding.until),
    "found": time(facts(finding).and_then(|facts| facts.found)),
    "flaps": facts(finding).map_or(0, |facts| facts.flaps),
    "subject": finding.subject,
    "reason": facts(finding).and_then(|facts| facts.class).map(Class::word),
    "side": finding.side().word(),
    "code": facts(finding).and_then(|facts| facts.code),
    "enhanced": facts(finding).and_then(|facts| facts.enhanced.as_deref()),
    "detail": facts(finding).and_then(|facts| facts.detail.as_deref()).filter(|text| !text.is_empty()),
    "hosts": facts(finding).map_or(&[][..], |facts| &facts.hosts),
    "domains": facts(finding).map_or(&[][..], |facts| &facts.domains),
    "members": facts(finding).map_or(1, |facts| facts.members),
    "impact": facts(finding).and_then(|facts| Some((facts.impact.as_ref()?, facts.share))).map(ImpactEntry::new),
    "summary": finding.summary,
    "evidence": finding.evidence.iter()
        .map(|evidence| EvidenceRecord((index, *evidence, lines)))
        .collect::<Vec<_>>(),
    "advice": finding.advice,
} }

fn facts(finding: &Finding) -> Option<&IncidentFacts> {
    finding.facts.as_deref()
}

impl ToRow for FindingRecord<'_> {
    fn row(&self) -> TableRow<'_> {
        TableRow::Finding(self.0.1)
    }
}

/// Recipients that an incident hit, and the share of the mail that goes there.
pub(super) struct ImpactEntry<'i>((&'i Impact, Option<f64>));

impl<'i> ImpactEntry<'i> {
    pub(super) fn new(of: (&'i Impact, Option<f64>)) -> Self {
        Self(of)
    }
}

object! { ImpactEntry((impact, share)) => {
    "waiting": impact.waiting,
    "bounced": impact.bounced,
    "expired": impact.expired,
    "delivered_later": impact.delivered_later,
    "messages": impact.messages,
    "share": share.map(rounded),
} }

/// Four digits suffice for a share.
pub(super) fn rounded(share: f64) -> f64 {
    (share * 10_000.0).round() / 10_000.0
}

struct EvidenceRecord<'i>((&'i Index, Evidence, &'i EvidencePlaces));

object! { EvidenceRecord((index, evidence, lines)) => {
    "appliance": lines.connection(index, *evidence).and_then(|c| c.appliance()),
    "icid": lines.number(index, *evidence, Direction::Inbound),
    "dcid": lines.number(index, *evidence, Direction::Outbound),
    "time": time(lines.0.get(evidence).and_then(|line| line.time)),
    "file": lines.0.get(evidence).and_then(|line| Some(line.place.as_ref()?.file.as_str())),
    "line": lines.0.get(evidence).and_then(|line| Some(line.place.as_ref()?.line)),
    "text": lines.0.get(evidence).map(|line| line.text.as_str()),
} }

/// The lines that show findings, read again from the log.
#[derive(Debug, Default)]
pub(crate) struct EvidencePlaces(BTreeMap<Evidence, EvidenceLine>);

#[derive(Debug)]
struct EvidenceLine {
    position: Position,
    place: Option<LineLocation>,
    text: String,
    link: Option<ConnId>,
    time: Option<Timestamp>,
    connection: Option<ConnectionId>,
}

impl EvidencePlaces {
    /// Reads the lines of all findings.
    ///
    /// # Errors
    /// A source is gone or cannot be read.
    pub(crate) fn read(index: &Index, sources: &Sources, triage: &Triage) -> io::Result<Self> {
        let mut all = Self::default();
        for finding in &triage.findings {
            all.read_finding(index, sources, finding)?;
        }
        let positions = all.0.values().map(|line| line.position);
        let places = search::locate(sources, positions)?;
        for line in all.0.values_mut() {
            line.place = places.get(&line.position).cloned();
        }
        all.find_connections(index);
        Ok(all)
    }

    /// The evidence is in the order of time: a year that the lines do not name follows from the
    /// finding's.
    fn read_finding(
        &mut self,
        index: &Index,
        sources: &Sources,
        finding: &Finding,
    ) -> io::Result<()> {
        let year = finding.since.map_or(2000, |since| since.date_time().year);
        let mut parser = HeaderParser::new(YearResolver::starting(year));
        for evidence in &finding.evidence {
            let Some(position) = position(index, sources, *evidence)? else {
                continue;
            };
            let Some(bytes) = search::line_at(sources, position)? else {
                continue;
            };
            let header = parser.parse(&bytes);
            let line = EvidenceLine {
                position,
                place: None,
                text: String::from_utf8_lossy(&bytes).into_owned(),
                link: crate::event::parse_entry(&header, &bytes).owners().link,
                time: header.time,
                connection: match evidence {
                    Evidence::Connection(id) => Some(*id),
                    Evidence::Line(_) => None,
                },
            };
            self.0.insert(*evidence, line);
        }
        Ok(())
    }

    /// Of the connections with the id of a line, the one that has the line.
    fn find_connections(&mut self, index: &Index) {
        let unknown = self.0.values().filter(|line| line.connection.is_none());
        let wanted: HashSet<ConnId> = unknown.filter_map(|line| line.link).collect();
        if wanted.is_empty() {
            return;
        }
        let mut known: HashMap<ConnId, Vec<ConnectionId>> = HashMap::new();
        for connection in index.connections() {
            if wanted.contains(&connection.link()) {
                let of_id = known.entry(connection.link()).or_default();
                of_id.push(connection.record());
            }
        }
        let unknown = self.0.values_mut().filter(|line| line.connection.is_none());
        for line in unknown {
            let position = line.position;
            let of_id = line.link.and_then(|link| known.get(&link));
            let has_line = |id: &&ConnectionId| {
                let spans = index.connection(**id).spans();
                let within = |span: &crate::index::store::extent::Span| {
                    span.first <= position && position <= span.last
                };
                spans.iter().any(within)
            };
            line.connection = of_id.and_then(|ids| ids.iter().rev().find(has_line).copied());
        }
    }

    fn connection<'i>(&self, index: &'i Index, evidence: Evidence) -> Option<Connection<'i>> {
        let id = self.0.get(&evidence)?.connection?;
        Some(index.connection(id))
    }

    fn number(&self, index: &Index, evidence: Evidence, direction: Direction) -> Option<u64> {
        if let Some(connection) = self.connection(index, evidence) {
            return number(&connection, direction);
        }
        match (self.0.get(&evidence)?.link?, direction) {
            (ConnId::In(icid), Direction::Inbound) => Some(icid.0),
            (ConnId::Out(dcid), Direction::Outbound) if dcid.0 > 0 => Some(dcid.0),
            _ => None,
        }
    }
}

/// The line that shows the failure, else the first one.
fn position(index: &Index, sources: &Sources, evidence: Evidence) -> io::Result<Option<Position>> {
    let connection = match evidence {
        Evidence::Line(position) => return Ok(Some(position)),
        Evidence::Connection(id) => index.connection(id),
    };
    let first = connection.spans().first().map(|span| span.first);
    let wanted = LineRequest::of_connection(&connection);
    if wanted.bytes() > MOST_BYTES {
        return Ok(first);
    }
    let lines = search::read_lines(sources, &wanted, MOST_LINES)?;
    let failing = failing(&lines).map(|line| line.position);
    Ok(failing.or(first))
}

/// A login, TLS or session that failed; a refused message only if none was accepted.
fn failing(lines: &[RawLine]) -> Option<&RawLine> {
    let is_result = |line: &&RawLine| matches!(line.event(), Event::Attempt { .. });
    let is_success = |line: &RawLine| matches!(line.event(), Event::Delivered { .. });
    let session = lines
        .iter()
        .find(|line| !is_result(line) && search::reports_failure(&line.bytes));
    let refused = || match lines.iter().any(is_success) {
        true => None,
        false => lines.iter().find(is_failed_message),
    };
    session.or_else(refused)
}

fn is_failed_message(line: &&RawLine) -> bool {
    matches!(
        line.event(),
        Event::Attempt { .. } | Event::MessageAborted { .. }
    )
}
