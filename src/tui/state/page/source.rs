//! The lines below the table of sources: path, appliance, progress and notices of the selected one.
//!
//! ```text
//!  ● following  /var/log/esa/mail.current
//!   appliance  esa01, serial number 4215…-…, AsyncOS 15.5.1-055, UTC+02:00
//!   file       from 2009-04-22 00:00:00
//!   read       412 MB of 412 MB, 4,120,377 entries, the last one 2009-04-22 11:47:56
//!   11:40:02   rotated to mail.@20090422T114000.s; following the new file
//! ```

use std::time::SystemTime;

use chrono::{DateTime, Local};

use super::PageRow;
use super::builder::{PageBuilder, text};
use crate::humanize;
use crate::pipeline::{NoticeLevel, Noticed, SourceStatus};
use crate::present;
use crate::safe;
use crate::tui::state::context::RenderContext;
use crate::tui::theme::Role;

const MAX_NOTICES: usize = 20;

pub(super) fn preview(known: RenderContext<'_>, at: u32, width: usize) -> Vec<PageRow> {
    let mut builder = PageBuilder::default();
    let Some(status) = known.files.statuses.get(at as usize) else {
        return builder.rows;
    };
    let state = present::columns::source_state(status.state);
    builder.row(vec![
        (state.role, format!(" {}", state.text)),
        (Role::Title, format!("  {}", safe::path(&status.path))),
    ]);
    appliance(&mut builder, known, status);
    read(&mut builder, known, status);
    let notices: Vec<&Noticed> = known.files.notices_of(status).take(MAX_NOTICES).collect();
    for noticed in &notices {
        let role = match noticed.notice.kind.severity() {
            NoticeLevel::Info => Role::Text,
            NoticeLevel::Warning => Role::Warning,
            NoticeLevel::Error => Role::Failed,
        };
        let sentence = text(&noticed.notice.sentence());
        builder.wrapped(&clock(noticed.at), &sentence, role, width);
    }
    if notices.is_empty() {
        builder.fact("notices", Some("none".to_owned()));
    }
    if known.files.dropped > 0 {
        let dropped = humanize::grouped(known.files.dropped);
        let dropped = format!("{dropped} older notices were dropped");
        builder.parts("", vec![(Role::Dim, dropped)]);
    }
    builder.rows
}

/// What the first and last lines of the file name.
fn appliance(builder: &mut PageBuilder, known: RenderContext<'_>, status: &SourceStatus) {
    let source = status.source;
    let facts = source.and_then(|source| known.index.appliances.facts(source));
    let parsed = known.files.parsed(status);
    let own =
        |name: &str, value: Option<&String>| value.map(|value| format!("{name}{}", text(value)));
    let serial = facts.and_then(|facts| facts.serial.as_ref());
    let offset = facts.and_then(|facts| facts.utc_offset);
    let named = [
        own("", parsed.and_then(|parsed| parsed.appliance.as_ref())),
        own("serial number ", serial),
        own("AsyncOS ", facts.and_then(|facts| facts.version.as_ref())),
        offset.map(present::columns::offset),
    ];
    let named: Vec<String> = named.into_iter().flatten().collect();
    builder.fact("appliance", (!named.is_empty()).then(|| named.join(", ")));
    let span = facts.and_then(|facts| {
        let begins = humanize::date_time(facts.begins?);
        Some(match facts.ends.map(humanize::date_time) {
            Some(ends) => format!("{begins} to {ends}"),
            None => format!("from {begins}"),
        })
    });
    builder.fact("file", span);
}

fn read(builder: &mut PageBuilder, known: RenderContext<'_>, status: &SourceStatus) {
    if status.source.is_none() {
        return;
    }
    let unpacked = if status.compressed { " unpacked" } else { "" };
    let of = match status.size {
        Some(size) if !status.compressed => format!(" of {}", humanize::size(size)),
        _ => String::new(),
    };
    let parsed = known.files.parsed(status);
    let newest = parsed.and_then(|parsed| parsed.newest);
    let newest = newest.map(|time| format!(", the last one {}", humanize::date_time(time)));
    let newest = newest.unwrap_or_default();
    let progress = format!(
        "{}{unpacked}{of}, {} entries{newest}",
        humanize::size(status.read),
        humanize::grouped(parsed.map_or(0, |parsed| parsed.entries))
    );
    builder.fact("read", Some(progress));
}

/// The local time of day.
fn clock(at: SystemTime) -> String {
    DateTime::<Local>::from(at).format("%H:%M:%S").to_string()
}
