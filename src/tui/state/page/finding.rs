//! The lines below the table of findings: what the selected one is, what to do, its evidence.

use super::PageRow;
use super::builder::{PageBuilder, text};
use crate::humanize;
use crate::present::{self, CellContext};
use crate::safe;
use crate::triage::findings::{DrillDown, Evidence};
use crate::tui::columns;
use crate::tui::columns::record::Record;
use crate::tui::state::context::{self, RenderContext};
use crate::tui::theme::Role;

/// ```text
///  ✗ critical  route failing  172.16.155.102:25  since 2009-04-22 11:19:39
///   what       172.16.155.102:25 failing since 11:19:39, 3 consecutive failures, …
///   what to do The remote server refuses the user or password of the profile …
///   Enter      open the route
///   evidence   DCID 5633  2009-04-22 11:06:20  172.16.155.102:25  ✓ ok
/// ```
pub(super) fn preview(known: RenderContext<'_>, number: u32, width: usize) -> Vec<PageRow> {
    let Some(finding) = known.triage.finding(number) else {
        return Vec::new();
    };
    let mut builder = PageBuilder::default();
    let severity = CellContext::SCREEN.severity(finding.severity);
    let since = finding.since.map_or_else(
        || "since the beginning of the log".to_owned(),
        |time| format!("since {}", humanize::date_time(time)),
    );
    let until = finding.until.map_or_else(String::new, |time| {
        format!(" until {}", humanize::date_time(time))
    });
    builder.row(vec![
        (severity.role, format!(" {}", severity.text)),
        (Role::Title, format!("  {}", finding.kind.phrase())),
        (Role::Text, format!("  {}", text(&finding.subject))),
        (Role::Dim, format!("  {since}{until}")),
    ]);
    builder.wrapped("what", &text(&finding.summary), Role::Text, width);
    builder.wrapped("what to do", &text(&finding.advice), Role::Title, width);
    let opened = match &finding.drill_down {
        DrillDown::Route(_) => "the route".to_owned(),
        DrillDown::Query(terms) => text(&crate::query::filter_text(terms)),
        DrillDown::Evidence => "the evidence".to_owned(),
    };
    builder.parts("Enter", vec![(Role::Dim, format!("open {opened}"))]);
    let mut name = "evidence";
    for evidence in &finding.evidence {
        builder.parts(name, evidence_parts(known, *evidence));
        name = "";
    }
    builder.rows
}

fn evidence_parts(known: RenderContext<'_>, evidence: Evidence) -> Vec<(Role, String)> {
    match evidence {
        Evidence::Connection(id) if !known.index.contains_connection(id) => {
            vec![(Role::Dim, "an evicted connection".to_owned())]
        }
        Evidence::Connection(id) => {
            let connection = known.index.connection(id);
            let time = connection.first_seen();
            let cell = |field| {
                let column = columns::column(columns::CONNECTIONS, field);
                column
                    .map(|column| context::cell(known, Record::Connection(id), column))
                    .unwrap_or_default()
            };
            let [result, login] = [columns::Field::AuthResult, columns::Field::Login].map(cell);
            vec![
                (Role::Id, Record::Connection(id).title(known.index)),
                (
                    Role::Dim,
                    format!("  {}", time.map_or_else(String::new, humanize::date_time)),
                ),
                (Role::Text, format!("  {}", present::peer(&connection))),
                (
                    result.role,
                    format!("  {}", safe::fit(&result.text, 10).trim_end()),
                ),
                (login.role, format!("  {}", login.text)),
            ]
        }
        Evidence::Line(_) => vec![(Role::Text, "a line of the log".to_owned())],
    }
}
