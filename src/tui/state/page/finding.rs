//! A finding's page and the lines below the table of findings: what it is, what to do, the routes
//! that it hit, its evidence.

use super::builder::{PageBuilder, text};
use super::failures;
use super::{MOST, PageRow};
use crate::humanize::{self, and_more};
use crate::index::{Connection, ConnectionId};
use crate::present::{self, CellContext};
use crate::safe;
use crate::triage::Finding;
use crate::triage::findings::{DrillDown, Evidence};
use crate::tui::columns;
use crate::tui::columns::record::Record;
use crate::tui::state::context::{self, RenderContext};
use crate::tui::theme::Role;

/// Columns of a route's name.
const NAME: usize = 32;

/// ```text
///  ✗ critical  route fails  partner.example  since 2009-04-22 11:19:39
///   what       partner.example is unreachable since 11:19:39: Operation timed out; 14 waiting
///   what to do Look whether the remote server is reachable …
///   Enter      open the route
/// ```
pub(super) fn preview(known: RenderContext<'_>, number: u32, width: usize) -> Vec<PageRow> {
    let mut builder = PageBuilder::default();
    if let Some(finding) = known.triage.finding(number) {
        summary(&mut builder, finding, width);
        let opened = match &finding.drill_down {
            DrillDown::Destination(_) => "the route".to_owned(),
            _ if has_routes(finding) => "the routes".to_owned(),
            DrillDown::Query(terms) => text(&crate::query::filter_text(terms)),
            DrillDown::Evidence => "the evidence".to_owned(),
        };
        builder.parts("Enter", vec![(Role::Dim, format!("open {opened}"))]);
        connections(&mut builder, known, finding);
    }
    builder.rows
}

pub(super) fn head(known: RenderContext<'_>, number: u32, width: usize) -> Vec<PageRow> {
    let mut builder = PageBuilder::default();
    let Some(finding) = known.triage.finding(number) else {
        return builder.rows;
    };
    summary(&mut builder, finding, width);
    routes(&mut builder, known, finding);
    connections(&mut builder, known, finding);
    if finding
        .evidence
        .iter()
        .any(|evidence| matches!(evidence, Evidence::Line(_)))
    {
        builder.title("Evidence");
    }
    builder.rows
}

/// Whether its page lists routes.
pub(crate) fn has_routes(finding: &Finding) -> bool {
    let facts = finding.facts.as_ref();
    facts.is_some_and(|facts| !facts.routes.is_empty())
}

fn summary(builder: &mut PageBuilder, finding: &Finding, width: usize) {
    let severity = CellContext::SCREEN.severity(finding.severity);
    let since = finding.since.map_or_else(
        || "since the beginning of the log".to_owned(),
        |time| format!("since {}", humanize::date_time(time)),
    );
    let until = finding.until.map_or_else(String::new, |time| {
        format!(" until {}", humanize::date_time(time))
    });
    let mut title = vec![
        (severity.role, format!(" {}", severity.text)),
        (Role::Title, format!("  {}", finding.kind.phrase())),
    ];
    if finding.subject != finding.kind.phrase() {
        title.push((Role::Text, format!("  {}", text(&finding.subject))));
    }
    title.push((Role::Dim, format!("  {since}{until}")));
    builder.row(title);
    builder.wrapped("what", &text(&finding.summary), Role::Text, width);
    builder.wrapped("what to do", &text(&finding.advice), Role::Title, width);
}

/// The routes that a common cause hit, those that cost most first.
fn routes(builder: &mut PageBuilder, known: RenderContext<'_>, finding: &Finding) {
    let Some(facts) = &finding.facts else { return };
    if facts.routes.is_empty() {
        return;
    }
    builder.title(&format!("Routes ({})", facts.members));
    let routes = facts.routes.iter().filter_map(|id| known.triage.route(*id));
    for route in routes.take(MOST) {
        let (role, state) = failures::state_part(route.judgement.state);
        let reason = facts
            .class
            .or(route.judgement.class)
            .and_then(|class| route.reason_of(class));
        let waiting = humanize::grouped(route.traffic.waiting);
        let parts = vec![
            (role, format!("  {}", safe::fit(&state, 14))),
            (Role::Id, safe::fit(&text(&route.name), NAME)),
            (Role::Pending, format!(" {waiting:>5} waiting")),
            (
                Role::Dim,
                reason.map_or_else(String::new, |reason| format!("  {}", text(&reason.line()))),
            ),
        ];
        builder.row(parts).link = Some(Record::Route(route.id));
    }
    let more = and_more(facts.routes.len(), facts.members);
    if !more.is_empty() {
        builder.row(vec![(Role::Dim, format!("  …{more}"))]);
    }
}

fn connections(builder: &mut PageBuilder, known: RenderContext<'_>, finding: &Finding) {
    let mut name = "evidence";
    for evidence in &finding.evidence {
        if let Evidence::Connection(id) = evidence {
            let row = builder.parts(name, evidence_parts(known, *id));
            row.link = Some(Record::Connection(*id));
            name = "";
        }
    }
}

fn evidence_parts(known: RenderContext<'_>, id: ConnectionId) -> Vec<(Role, String)> {
    if !known.index.contains_connection(id) {
        return vec![(Role::Dim, "an evicted connection".to_owned())];
    }
    let connection = known.index.connection(id);
    let time = connection.first_seen();
    let cell = |field| {
        let column = columns::column(columns::CONNECTIONS, field);
        column
            .map(|column| context::cell(known, Record::Connection(id), column))
            .unwrap_or_default()
    };
    let [mut result, login] = [columns::Field::AuthResult, columns::Field::Login].map(cell);
    if let Some(failure) = failure(&connection) {
        (result.role, result.text) = (Role::Failed, failure);
    }
    vec![
        (Role::Id, Record::Connection(id).title(known.index)),
        (
            Role::Dim,
            format!("  {}", time.map_or_else(String::new, humanize::date_time)),
        ),
        (Role::Text, format!("  {}", present::peer(&connection))),
        (
            result.role,
            format!("  {}", safe::fit(&result.text, 60).trim_end()),
        ),
        (login.role, format!("  {}", login.text)),
    ]
}

/// Why there was no session, or that TLS failed: a result of a login does not show it.
fn failure(connection: &Connection<'_>) -> Option<String> {
    let tls = connection.tls().filter(|tls| !tls.success);
    let tls = tls.map(|tls| match tls.detail {
        Some(detail) => format!("TLS failed: {}", String::from_utf8_lossy(detail)),
        None => "TLS failed".to_owned(),
    });
    let why = connection.error().map(str::to_owned).or(tls);
    why.map(|why| text(&why))
}
