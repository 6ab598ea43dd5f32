//! A route's page: its state and since when, cause, impact, what to do, its hosts, and the evidence.
//!
//! ```text
//!  ✗ failing  OutboundAuthentication  critical since 11:19:39 (45 m)
//!   attempts        412 of 9,120 failed, usually 1 %; noticed 11:20:43
//!   cause           authentication failed, on our side
//! ›                    412 × 535 5.7.8 Error: authentication failed
//! ›                    398 × └ consequence: 554 5.7.1 <…>: Relay access denied
//!   impact          398 recipients bounced, 14 waiting; 371 messages
//!   what to do      Check the profile OutboundAuthentication (smtpauthconfig) …
//! › hosts           ✗ failing     172.16.155.102:25   last success 11:06:20
//!   history         11:00 ▁▁▁▁▁▁▁✗✗✗✗✗✗✗✗✗✗✗✗ 12:04
//!   waiting         up to 5 min 2, up to 20 min 12
//! › last success    DCID 5633  2009-04-22 11:06:20  172.16.155.102:25  ✓ delivered
//! › first failure   DCID 5640  2009-04-22 11:19:39  172.16.155.102:25  ✗ authentication failed
//!
//!  Last success                               │ First failure
//!  11:06:20 New SMTP DCID 5633 …              │ 11:19:39 New SMTP DCID 5640 …
//! ```

use super::builder::{PageBuilder, text};
use super::failures::{self, builder};
use super::{Comparison, PageRow, comparison};
use crate::humanize::{self, plural};
use crate::index::ConnectionId;
use crate::judge::RouteState;
use crate::judge::class::{Class, Side};
use crate::present::CellContext;
use crate::safe;
use crate::triage::{Destination, DestinationHost, DestinationId, Reason};
use crate::tui::columns::record::{Peer, Record, Tail};
use crate::tui::state::context::RenderContext;
use crate::tui::theme::Role;

/// Hosts that are shown.
const HOSTS: usize = 8;
/// The same of a route with more of them, if all work.
const FEW_HOSTS: usize = 3;
/// Changes of the state that are shown.
const CHANGES: usize = 5;
/// Routes of the tail that are named below its row.
const NAMED: usize = 12;
/// The upper limits of the ages of waiting mail: seconds, and words.
const AGES: [(i64, &str); 6] = [
    (300, "up to 5 min"),
    (1200, "20 min"),
    (3600, "1 h"),
    (14_400, "4 h"),
    (86_400, "1 d"),
    (i64::MAX, "older"),
];

/// The connections to compare: the last success and the first failure.
pub(crate) fn sides(known: RenderContext<'_>, peer: Peer) -> [Option<ConnectionId>; 2] {
    let Some(snapshot) = known.triage.whole() else {
        return [None, None];
    };
    let sides = snapshot.sides(peer);
    // The analysis may be older than an eviction.
    [sides.good, sides.first_bad].map(|side| side.filter(|id| known.index.contains_connection(*id)))
}

pub(super) fn head(
    known: RenderContext<'_>,
    id: DestinationId,
    sides: &Comparison,
    width: usize,
) -> Vec<PageRow> {
    let mut builder = builder();
    let snapshot = known.triage.whole();
    let Some((snapshot, route)) = snapshot.and_then(|all| Some((all, all.route(id)?))) else {
        return builder.analyzing(&id.title(known.index));
    };
    title(&mut builder, known, route);
    builder.wrapped("attempts", &attempts(known, route), Role::Text, width);
    cause(&mut builder, known, route, width);
    impact(&mut builder, route);
    advice(&mut builder, route, width);
    past(&mut builder, known, route, width);
    hosts(&mut builder, known, route);
    let room = failures::strip_room(&builder, known, width);
    if let Some(span) = known.index.oldest().zip(known.index.newest()) {
        let hosts = snapshot.hosts_of(route);
        let strip = snapshot
            .triage
            .hosts_timeline(known.index, &hosts, span, room);
        failures::history(&mut builder, known, &strip, room);
    }
    changes(&mut builder, known, route, width);
    waiting(&mut builder, known, route, width);
    failures::links(&mut builder, known, snapshot, Peer::Route(id));
    if !is_troubled(route) {
        failures::reasons(&mut builder, "failed", route.tally.reasons.iter(), width);
    }
    // Refusals of single recipients are no failure of the route.
    failures::reasons(&mut builder, "refused", route.tally.refusals.iter(), width);
    domains(&mut builder, route, width);
    comparison::lines(&mut builder, sides, width);
    builder.rows
}

/// The first lines of the page, shown below the table.
pub(super) fn preview(known: RenderContext<'_>, id: DestinationId, width: usize) -> Vec<PageRow> {
    let mut builder = PageBuilder::default();
    if let Some(route) = known.triage.route(id) {
        title(&mut builder, known, route);
        let reason = cause_reasons(route)
            .next()
            .map(|reason| text(&reason.line()));
        let cause = [class_words(route), reason];
        let cause: Vec<String> = cause.into_iter().flatten().collect();
        match cause.is_empty() {
            true => builder.wrapped("attempts", &attempts(known, route), Role::Text, width),
            false => {
                builder.parts("cause", vec![(Role::Text, cause.join(": "))]);
            }
        }
        impact(&mut builder, route);
        advice(&mut builder, route, width);
        hosts(&mut builder, known, route);
    }
    builder.rows
}

/// The routes of a part of the tail, those with most waiting mail first.
pub(super) fn tail_preview(known: RenderContext<'_>, kind: Tail) -> Vec<PageRow> {
    let mut builder = PageBuilder::default();
    let Some(snapshot) = known.triage.snapshot_of(Record::Tail(kind)) else {
        return builder.rows;
    };
    let tail = snapshot.tail(kind);
    builder.row(vec![(
        Role::Title,
        format!(" {}", tail_sentence(&tail, kind)),
    )]);
    let verb = if known.triage.is_unfolded(kind) {
        "hides"
    } else {
        "shows"
    };
    let words = format!(" No incident: every site has such destinations. Enter {verb} them.");
    builder.row(vec![(Role::Dim, words)]);
    for route in tail.iter().take(NAMED) {
        let waiting = humanize::grouped(route.traffic.waiting);
        let reason = cause_reasons(route)
            .next()
            .map_or_else(String::new, Reason::line);
        builder.row(vec![
            (
                Role::Text,
                format!("  {}", safe::fit(&text(&route.name), 32)),
            ),
            (Role::Pending, format!("  {waiting:>5} waiting")),
            (Role::Dim, format!("  {}", text(&reason))),
        ]);
    }
    builder.rows
}

/// `298 destinations never answered (272 hosts); 640 recipients wait`
pub(crate) fn tail_sentence(tail: &[&Destination], kind: Tail) -> String {
    let hosts: usize = tail.iter().map(|route| route.hosts.len()).sum();
    let waiting: u32 = tail.iter().map(|route| route.traffic.waiting).sum();
    let waiting = match waiting {
        0 => String::new(),
        1 => "; 1 recipient waits".to_owned(),
        count => format!("; {} recipients wait", humanize::grouped(count)),
    };
    format!(
        "{} {} ({}){waiting}",
        plural(tail.len(), "destination"),
        kind.phrase(),
        plural(hosts, "host")
    )
}

/// Whether there is something to do about it.
fn is_troubled(route: &Destination) -> bool {
    let works = matches!(
        route.judgement.state,
        RouteState::Healthy | RouteState::Idle
    );
    !works || route.is_undecided()
}

fn title(builder: &mut PageBuilder, known: RenderContext<'_>, route: &Destination) {
    let judgement = &route.judgement;
    let (role, state) = failures::state_part(judgement.state);
    let mut parts = vec![
        (role, format!(" {state}")),
        (
            Role::Title,
            format!("  {}", text(&route.id.title(known.index))),
        ),
    ];
    if let Some(severity) = judgement.severity {
        let cell = CellContext::SCREEN.severity(severity);
        parts.push((cell.role, format!("  {}", severity.word())));
    }
    if let Some((since, newest)) = judgement.since.zip(known.index.newest()) {
        let age = humanize::duration(newest.seconds() - since.seconds());
        let since = humanize::short_time(since, Some(newest));
        parts.push((Role::Text, format!("  since {since} ({age})")));
    }
    builder.row(parts);
}

fn attempts(known: RenderContext<'_>, route: &Destination) -> String {
    let (all, failed) = route.attempts();
    if route.is_undecided() {
        let attempts = plural(all, "attempt");
        return format!("{attempts}, {failed} failed: too little to judge");
    }
    let mut words = match all {
        0 => "no attempt yet".to_owned(),
        all => format!(
            "{} of {} failed",
            humanize::grouped(failed),
            humanize::grouped(all)
        ),
    };
    if judged(route) {
        words += &format!(", usually {:.1} %", route.traffic.usual * 100.0);
    }
    let finding = known
        .triage
        .finding_of(route.id)
        .map(|(_, finding)| finding);
    let own = finding.filter(|finding| !finding.is_common());
    let facts = own.and_then(|finding| finding.facts.as_deref());
    if let Some(found) = facts
        .and_then(|facts| facts.found)
        .filter(|_| judged(route))
    {
        let found = humanize::short_time(found, known.index.newest());
        words += &format!("; noticed {found}");
    }
    if let Some(flaps) = facts.map(|facts| facts.flaps).filter(|flaps| *flaps > 0) {
        words += &format!("; failed again {}", plural(flaps, "time"));
    }
    if route.is_tail() {
        words += "; no success in this log";
    }
    words
}

/// Its incidents that are over.
fn past(builder: &mut PageBuilder, known: RenderContext<'_>, route: &Destination, width: usize) {
    let mut name = "before";
    for (record, finding) in known.triage.past_findings(route.id) {
        let first = builder.rows.len();
        builder.wrapped(name, &text(&finding.summary), Role::Text, width);
        if let Some(row) = builder.rows.get_mut(first) {
            row.link = Some(record);
        }
        name = "";
    }
}

fn judged(route: &Destination) -> bool {
    route.judgement.incident.is_some()
}

/// What its failures say; of a route that is not judged yet, the worst class.
fn class(route: &Destination) -> Option<Class> {
    let classes = route.traffic.attempts.iter().map(|(class, _)| *class);
    let failed = classes.filter(|class| !class.works()).max();
    let class = route.judgement.class.or(failed);
    class.filter(|_| is_troubled(route))
}

/// `authentication failed, on our side`
fn class_words(route: &Destination) -> Option<String> {
    let class = class(route)?;
    let side = match route.judgement.side {
        // It says so.
        _ if class.phrase().starts_with("our") => "",
        Some(Side::Ours) => ", on our side",
        Some(Side::Theirs) => ", on their side",
        _ => "",
    };
    Some(format!("{}{side}", class.phrase()))
}

/// The reasons of the class that it is judged by; all if none is known by its text.
fn cause_reasons(route: &Destination) -> impl Iterator<Item = &Reason> {
    let class = class(route);
    let is_cause = move |reason: &&Reason| Some(reason.class()) == class;
    let tally = &route.tally;
    let mut of_class = tally
        .reasons
        .iter()
        .chain(&tally.refusals)
        .filter(is_cause)
        .peekable();
    let others = (class.is_some() && of_class.peek().is_none()).then_some(&tally.reasons);
    of_class.chain(others.into_iter().flatten())
}

fn cause(builder: &mut PageBuilder, known: RenderContext<'_>, route: &Destination, width: usize) {
    let Some(words) = class_words(route) else {
        return;
    };
    builder.parts("cause", vec![(Role::Text, words)]);
    failures::reasons(builder, "", cause_reasons(route), width);
    let common = known.triage.finding_of(route.id);
    if let Some((record, finding)) = common.filter(|(_, finding)| finding.is_common()) {
        let parts = vec![(Role::Failed, finding.kind.phrase().to_owned())];
        builder.parts("part of", parts).link = Some(record);
    }
}

fn impact(builder: &mut PageBuilder, route: &Destination) {
    let (words, is_loss) = match &route.judgement.impact {
        Some(impact) => {
            let mut words = impact.text();
            if let Some(delay) = impact.median_delay() {
                words += &format!(" (median {})", humanize::duration(i64::from(delay)));
            }
            if impact.messages > 0 && !words.is_empty() {
                words += &format!(
                    "; {}",
                    plural(humanize::grouped(impact.messages), "message")
                );
            }
            (words, impact.bounced + impact.expired > 0)
        }
        None if is_troubled(route) => (route.tally.impact.text(), route.tally.impact.is_loss()),
        None => return,
    };
    if !words.is_empty() {
        let role = if is_loss { Role::Failed } else { Role::Pending };
        builder.parts("impact", vec![(role, words)]);
    }
    if route.tally.in_clear > 0 {
        let count = humanize::grouped(route.tally.in_clear);
        let sentence = format!("{count} connections delivered unencrypted because TLS had failed");
        builder.parts("cleartext", vec![(Role::Warning, sentence)]);
    }
}

fn advice(builder: &mut PageBuilder, route: &Destination, width: usize) {
    let class = class(route);
    if let Some(advice) = class.and_then(|class| route.advice_for(class)) {
        builder.wrapped("what to do", &text(&advice), Role::Title, width);
    }
}

/// Those that do not work first.
fn hosts(builder: &mut PageBuilder, known: RenderContext<'_>, route: &Destination) {
    let works = |host: &&DestinationHost| host.state == RouteState::Healthy;
    let (good, bad): (Vec<_>, Vec<_>) = route.hosts.iter().partition(works);
    let mut name = "hosts";
    let mut shown = HOSTS;
    if route.hosts.len() > HOSTS {
        let words = match bad.len() {
            0 => "none failed last".to_owned(),
            count => format!("{count} failed last"),
        };
        let words = format!("{}, {words}", plural(route.hosts.len(), "host"));
        builder.parts(name, vec![(Role::Text, words)]);
        name = "";
        shown = bad.len().clamp(FEW_HOSTS, HOSTS);
    }
    for host in bad.into_iter().chain(good).take(shown) {
        let (role, state) = match host.state {
            // One failure is no incident.
            RouteState::Incident(_) if !judged(route) => (Role::Dim, "· failed last".to_owned()),
            state => failures::state_part(state),
        };
        let last = host.last_ok.map_or_else(
            || "no success in this log".to_owned(),
            |time| {
                let time = humanize::short_time(time, known.index.newest());
                format!("last success {time}")
            },
        );
        let parts = vec![
            (role, safe::fit(&state, 15)),
            (Role::Id, safe::fit(&host.name, host.name.len().max(22))),
            (Role::Dim, format!("  {last}")),
        ];
        builder.parts(name, parts).link = host.id.map(Record::Host);
        name = "";
    }
    if route.hosts.len() > shown {
        let more = format!("… {} more", route.hosts.len() - shown);
        builder.parts("", vec![(Role::Dim, more)]);
    }
}

fn changes(builder: &mut PageBuilder, known: RenderContext<'_>, route: &Destination, width: usize) {
    let changes = &route.judgement.changes;
    if changes.len() < 2 {
        return;
    }
    let newest = changes.iter().skip(changes.len().saturating_sub(CHANGES));
    let words = newest.map(|(time, state, severity)| {
        let time = humanize::short_time(*time, known.index.newest());
        let severity = severity.map_or("", |severity| severity.word());
        format!("{time} {} {severity}", state.word())
            .trim_end()
            .to_owned()
    });
    let words: Vec<String> = words.collect();
    builder.wrapped("changes", &words.join(", "), Role::Text, width);
}

/// Recipients in the queue by their age.
fn waiting(builder: &mut PageBuilder, known: RenderContext<'_>, route: &Destination, width: usize) {
    let Some(view) = route.id.view(known.index) else {
        return;
    };
    let mut counts = [0u32; AGES.len()];
    for age in view.waiting_ages() {
        let at = AGES.iter().position(|(limit, _)| age <= *limit);
        counts[at.unwrap_or(AGES.len() - 1)] += 1;
    }
    let all: u32 = counts.iter().sum();
    if all == 0 {
        return;
    }
    let ages = AGES.iter().zip(counts).filter(|(_, count)| *count > 0);
    let ages = ages.map(|((_, words), count)| format!("{words} {}", humanize::grouped(count)));
    let ages: Vec<String> = ages.collect();
    let words = format!(
        "{}: {}",
        plural(humanize::grouped(all), "recipient"),
        ages.join(", ")
    );
    builder.wrapped("waiting", &words, Role::Pending, width);
}

fn domains(builder: &mut PageBuilder, route: &Destination, width: usize) {
    if route.domains.len() < 2 && route.profile.is_none() {
        return;
    }
    let shown = route.domains.iter().take(super::MOST.min(20));
    let names: Vec<String> = shown.map(|name| text(name)).collect();
    if !names.is_empty() {
        let more = humanize::and_more(names.len(), route.domains.len());
        let words = format!("{}{more}", names.join(", "));
        builder.wrapped("domains", &words, Role::Text, width);
    }
}
