//! What the pages of routes, hosts and groups share: reasons, timeline, links to the evidence.

use super::builder::{PageBuilder, text};
use super::{PageRow, message};
use crate::header::Timestamp;
use crate::humanize::{self, plural};
use crate::index::records::timeline::Slot;
use crate::index::{ConnectionId, Index};
use crate::judge::RouteState;
use crate::present::{self, CellContext};
use crate::triage::{ConnectionOutcome, HostSummary, Reason, RouteSides, Tally};
use crate::tui::columns;
use crate::tui::columns::record::{Peer, Record};
use crate::tui::state::context::RenderContext;
use crate::tui::state::triage_snapshot::TriageSnapshot;
use crate::tui::theme::Role;

/// Reasons that are shown.
const REASONS: usize = 3;
/// Consequences of one reason that are shown.
const CONSEQUENCES: usize = 2;
/// Lines of one reply.
const REPLY_LINES: usize = 3;
/// Records listed on a page of their own.
const LISTED: usize = 5000;
/// The widest timeline.
const WIDEST: usize = 160;

/// With room for `latest failure`, the longest name.
pub(super) fn builder() -> PageBuilder {
    PageBuilder {
        name_width: 17,
        ..PageBuilder::default()
    }
}

/// The state with its sign.
pub(super) fn state_part(state: RouteState) -> (Role, String) {
    let cell = CellContext::SCREEN.route_state(state);
    (cell.role, cell.text)
}

/// Hosts of a snapshot, for a route or one host.
pub(super) fn hosts(snapshot: &TriageSnapshot, peer: Peer) -> Vec<&HostSummary> {
    match peer {
        Peer::Host(id) => snapshot.host(id).into_iter().collect(),
        Peer::Route(id) => snapshot
            .route(id)
            .map_or_else(Vec::new, |route| snapshot.hosts_of(route)),
    }
}

/// The tally of a route or one host.
pub(crate) fn tally(snapshot: &TriageSnapshot, peer: Peer) -> Option<&Tally> {
    match peer {
        Peer::Host(id) => snapshot.host(id).map(|host| &host.tally),
        Peer::Route(id) => snapshot.route(id).map(|route| &route.tally),
    }
}

/// Reasons with their consequences below them.
pub(super) fn reasons<'r>(
    builder: &mut PageBuilder,
    name: &str,
    reasons: impl Iterator<Item = &'r Reason>,
    width: usize,
) {
    let mut name = name;
    let (mut shown, mut more) = (0, 0);
    for reason in reasons {
        if shown == REASONS {
            more += 1;
            continue;
        }
        shown += 1;
        reason_rows(builder, name, reason, width);
        name = "";
    }
    if more > 0 {
        builder.parts("", vec![(Role::Dim, format!("… {more} more"))]);
    }
}

fn reason_rows(builder: &mut PageBuilder, name: &str, reason: &Reason, width: usize) {
    let count = |reason: &Reason| {
        (
            Role::Warning,
            format!("{:>6} × ", humanize::grouped(reason.count)),
        )
    };
    let room = width.saturating_sub(builder.names() + 10).max(20);
    let lines = super::builder::wrap(&text(&reason.line()), room);
    for (at, line) in lines.into_iter().take(REPLY_LINES).enumerate() {
        let (name, before) = match at {
            0 => (name, count(reason)),
            _ => ("", (Role::Text, " ".repeat(9))),
        };
        let row = builder.parts(name, vec![before, (Role::Text, line)]);
        row.link = reason.example.filter(|_| at == 0).map(Record::Connection);
    }
    for consequence in reason.consequences.iter().take(CONSEQUENCES) {
        let parts = vec![
            count(consequence),
            (
                Role::Dim,
                format!("└ consequence: {}", text(&consequence.line())),
            ),
        ];
        builder.parts("", parts).link = consequence.example.map(Record::Connection);
    }
}

/// The room for a timeline on the page.
pub(super) fn strip_room(builder: &PageBuilder, known: RenderContext<'_>, width: usize) -> usize {
    let labels = known
        .index
        .oldest()
        .zip(known.index.newest())
        .map_or(0, |(oldest, newest)| {
            label(oldest, newest).len() + label(newest, newest).len()
        });
    width
        .saturating_sub(builder.names() + 3 + labels)
        .clamp(1, WIDEST)
}

fn label(time: Timestamp, newest: Timestamp) -> String {
    let time = humanize::short_time(time, Some(newest));
    match time.rsplit_once(':') {
        Some((minute, _)) if minute.contains(':') => minute.to_owned(),
        _ => time,
    }
}

/// The outcomes over the whole time of the log.
pub(super) fn history(
    builder: &mut PageBuilder,
    known: RenderContext<'_>,
    strip: &[Slot],
    room: usize,
) {
    let Some((oldest, newest)) = known.index.oldest().zip(known.index.newest()) else {
        return;
    };
    let mut parts = vec![(Role::Dim, format!("{} ", label(oldest, newest)))];
    for (role, bar) in columns::rate(strip, room) {
        match parts.last_mut() {
            Some((last, run)) if *last == role => run.push(bar),
            _ => parts.push((role, bar.to_string())),
        }
    }
    parts.push((Role::Dim, format!(" {}", label(newest, newest))));
    builder.parts("history", parts);
}

/// Links to the evidence, the failed connections and the affected messages.
pub(super) fn links(
    builder: &mut PageBuilder,
    known: RenderContext<'_>,
    snapshot: &TriageSnapshot,
    peer: Peer,
) {
    let RouteSides {
        good,
        first_bad,
        newest_bad,
    } = snapshot.sides(peer);
    let newest_bad = newest_bad.filter(|newest| first_bad != Some(*newest));
    for (name, id, role) in [
        ("last success", good, Role::Ok),
        ("first failure", first_bad, Role::Failed),
        ("latest failure", newest_bad, Role::Failed),
    ] {
        let kept = id.filter(|id| known.index.contains_connection(*id));
        let Some(id) = kept else { continue };
        let outcome = outcome_of(snapshot, peer, id);
        let parts = connection_parts(known.index, id, outcome, role);
        builder.parts(name, parts).link = Some(Record::Connection(id));
    }
    let Some(tally) = tally(snapshot, peer) else {
        return;
    };
    if tally.failed() > 0 {
        let count = plural(humanize::grouped(tally.failed()), "failed connection");
        let all = humanize::grouped(tally.connections);
        let parts = vec![
            (Role::Text, format!("{count} of {all}")),
            (Role::Dim, "  (c)".to_owned()),
        ];
        builder.parts("failures", parts).link = Some(Record::FailedConnections(peer));
    }
    if !tally.affected.is_empty() {
        let count = plural(tally.affected.len(), "affected message");
        let parts = vec![(Role::Text, count), (Role::Dim, "  (m)".to_owned())];
        builder.parts("messages", parts).link = Some(Record::AffectedMessages(peer));
    }
}

fn outcome_of(
    snapshot: &TriageSnapshot,
    peer: Peer,
    id: ConnectionId,
) -> Option<ConnectionOutcome> {
    let hosts = hosts(snapshot, peer).into_iter();
    let mut all = hosts.flat_map(|host| snapshot.triage.connections(host));
    all.find(|(of, _)| *of == id).map(|(_, outcome)| *outcome)
}

fn connection_parts(
    index: &Index,
    id: ConnectionId,
    outcome: Option<ConnectionOutcome>,
    role: Role,
) -> Vec<(Role, String)> {
    let connection = index.connection(id);
    let time = connection
        .first_seen()
        .map_or_else(String::new, humanize::date_time);
    let sign = if role == Role::Ok { "✓" } else { "✗" };
    let outcome = outcome.map_or_else(String::new, |outcome| {
        format!("{sign} {}", outcome.phrase())
    });
    vec![
        (Role::Id, Record::Connection(id).title(index)),
        (Role::Dim, format!("  {time}  ")),
        (Role::Text, format!("{}  ", present::peer(&connection))),
        (role, outcome),
    ]
}

/// The affected messages, newest first.
pub(super) fn affected_head(known: RenderContext<'_>, peer: Peer) -> Vec<PageRow> {
    let mut builder = PageBuilder::default();
    let whole = known.triage.whole();
    let Some(tally) = whole.and_then(|snapshot| tally(snapshot, peer)) else {
        return builder.rows;
    };
    let affected = &tally.affected;
    list_title(
        &mut builder,
        known,
        peer,
        &plural(affected.len(), "affected message"),
    );
    let newest_first = affected.iter().rev();
    let kept = newest_first.filter(|id| known.index.contains_message(**id));
    for id in kept.take(LISTED) {
        message::line(&mut builder, known.index, &known.index.message(*id));
    }
    older(&mut builder, affected.len());
    builder.rows
}

/// The failed connections, newest first.
pub(super) fn failed_head(known: RenderContext<'_>, peer: Peer) -> Vec<PageRow> {
    let mut builder = PageBuilder::default();
    let Some(snapshot) = known.triage.whole() else {
        return builder.rows;
    };
    let hosts = hosts(snapshot, peer).into_iter();
    let all = hosts.flat_map(|host| snapshot.triage.connections(host));
    let failed =
        all.filter(|(id, outcome)| outcome.is_failure() && known.index.contains_connection(*id));
    let mut failed: Vec<(ConnectionId, ConnectionOutcome)> = failed.copied().collect();
    failed.sort_by_key(|(id, _)| std::cmp::Reverse(known.index.connection(*id).first_seen()));
    let count = plural(humanize::grouped(failed.len() as u64), "failed connection");
    list_title(&mut builder, known, peer, &count);
    for (id, outcome) in failed.iter().take(LISTED) {
        let mut parts = vec![(Role::Text, "  ".to_owned())];
        parts.extend(connection_parts(
            known.index,
            *id,
            Some(*outcome),
            Role::Failed,
        ));
        builder.row(parts).link = Some(Record::Connection(*id));
    }
    older(&mut builder, failed.len());
    builder.rows
}

fn list_title(builder: &mut PageBuilder, known: RenderContext<'_>, peer: Peer, what: &str) {
    let of = text(&peer.title(known.index));
    builder.row(vec![(
        Role::Title,
        format!(" {what} of {of}, newest first"),
    )]);
}

fn older(builder: &mut PageBuilder, count: usize) {
    if count > LISTED {
        let more = humanize::grouped((count - LISTED) as u64);
        builder.row(vec![(Role::Dim, format!("  … {more} older ones"))]);
    }
}
