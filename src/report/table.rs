//! Aligned columns for people. Everything a stranger wrote is made safe to print.

use std::io::{self, Write};

use serde_json::{Map, Value};
use unicode_width::UnicodeWidthStr;

use super::view::Cell;
use super::{Fields, Printer, Record, View, csv};
use crate::safe;

/// Rows that are looked at before the columns' widths are fixed; the others fit themselves in.
const MEASURED: usize = 1000;
/// A column other than the last is no wider.
const WIDEST: usize = 44;

/// Prints records as rows of a table.
pub struct Table<'w> {
    out: &'w mut dyn Write,
    columns: Vec<(String, Column)>,
    look: Look,
    held: Vec<Vec<String>>,
    widths: Option<Vec<usize>>,
}

/// How a table may look.
#[derive(Clone, Copy, Debug, Default)]
pub struct Look {
    /// What a row may take; `None` where nobody looks at a terminal.
    pub width: Option<usize>,
    /// Whether results are coloured.
    pub paint: Paint,
}

/// Whether results are coloured; their words say the same.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Paint {
    /// As they are.
    #[default]
    Plain,
    /// In the terminal's own red, yellow and green.
    Coloured,
}

enum Column {
    OfView(Cell),
    Asked(String),
}

impl<'w> Table<'w> {
    /// Prints to `out`. Without fields asked for, the columns are the view's own for people.
    pub fn new(out: &'w mut dyn Write, view: View, fields: &Fields, look: Look) -> Self {
        let columns = match fields.asked() {
            Some(keys) => keys
                .iter()
                .map(|key| (key.clone(), Column::Asked(key.clone())))
                .collect(),
            None => {
                let cells = view.columns().iter();
                cells
                    .map(|(title, cell)| ((*title).to_owned(), Column::OfView(*cell)))
                    .collect()
            }
        };
        Self {
            out,
            columns,
            look,
            held: Vec::new(),
            widths: None,
        }
    }

    fn flush_held(&mut self) -> io::Result<()> {
        let titles: Vec<String> = self
            .columns
            .iter()
            .map(|(title, _)| title.to_uppercase())
            .collect();
        let mut widths: Vec<usize> = titles.iter().map(|title| title.width()).collect();
        for row in &self.held {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.width().min(WIDEST));
            }
        }
        self.widths = Some(widths);
        if !self.held.is_empty() {
            self.row(&titles)?;
        }
        for row in std::mem::take(&mut self.held) {
            self.row(&row)?;
        }
        Ok(())
    }

    fn row(&mut self, cells: &[String]) -> io::Result<()> {
        let widths = self.widths.as_deref().unwrap_or_default();
        let mut left = self.look.width.unwrap_or(usize::MAX);
        let mut line = String::new();
        for (at, (cell, width)) in cells.iter().zip(widths).enumerate() {
            let fitted = if at + 1 == cells.len() {
                cell.clone()
            } else {
                safe::fit(cell, *width)
            };
            let fitted = if fitted.width() > left {
                safe::fit(&fitted, left)
            } else {
                fitted
            };
            left = left.saturating_sub(fitted.width() + 2);
            let colour = self.colour_of(at, cell);
            line.push_str(&colour.map_or_else(
                || fitted.clone(),
                |code| format!("\x1b[{code}m{fitted}\x1b[0m"),
            ));
            if left == 0 {
                break;
            }
            line.push_str("  ");
        }
        writeln!(self.out, "{}", line.trim_end())
    }

    /// The colour of a cell that begins with a result's word.
    fn colour_of(&self, column: usize, cell: &str) -> Option<u8> {
        let tells = |key: &str| matches!(key, "result" | "end" | "state" | "event" | "severity");
        let is_result = match &self.columns.get(column)?.1 {
            Column::OfView(Cell::Logins | Cell::Tls) => true,
            Column::OfView(Cell::Key(key)) => tells(key),
            Column::Asked(key) => tells(key),
            Column::OfView(_) => false,
        };
        if !is_result || self.look.paint == Paint::Plain {
            return None;
        }
        match cell.split(' ').next()?.rsplit('.').next()? {
            "failed" | "bounced" | "aborted" | "error" | "failing" | "critical" => Some(31),
            "delayed" | "lost" | "superseded" | "dropped" | "mixed" | "degraded" | "warning" => {
                Some(33)
            }
            "succeeded" | "delivered" | "success" | "done" | "healthy" => Some(32),
            _ => None,
        }
    }
}

impl Printer for Table<'_> {
    fn record(&mut self, record: &dyn Record) -> io::Result<()> {
        let record = record.map();
        let row: Vec<String> = self
            .columns
            .iter()
            .map(|(_, column)| match column {
                Column::OfView(cell) => render(*cell, &record),
                Column::Asked(key) => record.get(key).map(value).unwrap_or_default(),
            })
            .collect();
        if self.widths.is_some() {
            return self.row(&row);
        }
        self.held.push(row);
        if self.held.len() >= MEASURED {
            self.flush_held()?;
        }
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.widths.is_none() {
            self.flush_held()?;
        }
        self.out.flush()
    }
}

fn value(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => safe::text(text).into_owned(),
        Value::Array(items)
            if items
                .iter()
                .all(|item| item.is_string() || item.is_number()) =>
        {
            items.iter().map(self::value).collect::<Vec<_>>().join(", ")
        }
        other => csv::cell(other),
    }
}

fn of(record: &Map<String, Value>, key: &str) -> String {
    record.get(key).map(value).unwrap_or_default()
}

/// What people read in a cell.
fn render(cell: Cell, record: &Map<String, Value>) -> String {
    match cell {
        Cell::Key(key) => of(record, key),
        Cell::Time(key) => of(record, key).replacen('T', " ", 1),
        Cell::Connection => match (of(record, "icid"), of(record, "dcid")) {
            (icid, _) if !icid.is_empty() => format!("ICID {icid}"),
            (_, dcid) if !dcid.is_empty() => format!("DCID {dcid}"),
            _ => String::new(),
        },
        Cell::Route => {
            let (ip, port) = (of(record, "remote_ip"), of(record, "remote_port"));
            if port.is_empty() {
                ip
            } else {
                format!("{ip}:{port}")
            }
        }
        Cell::Policy => policy(record),
        Cell::Tls => tls(record),
        Cell::Logins => logins(record),
        Cell::Recipients => recipients(record),
        Cell::Message => of(record, super::event::BODY),
        Cell::Failed => failed(record),
        Cell::Reason => reason(record),
        Cell::Group => {
            let keys = ["profile", "domain", "remote_ip"];
            keys.iter()
                .map(|key| of(record, key))
                .find(|key| !key.is_empty())
                .unwrap_or_else(|| "–".to_owned())
        }
    }
}

/// `12 of 40`
fn failed(record: &Map<String, Value>) -> String {
    let Some(Value::Object(outcomes)) = record.get("outcomes") else {
        return String::new();
    };
    let count = |key: &str| outcomes.get(key).and_then(Value::as_u64).unwrap_or(0);
    let failures = ["auth_failed", "tls_failed", "connection_error", "rejected"].map(count);
    format!(
        "{} of {}",
        failures.iter().sum::<u64>(),
        of(record, "connections")
    )
}

/// `412 × 535 5.7.8 Error: authentication failed`
fn reason(record: &Map<String, Value>) -> String {
    let reasons = record.get("reasons").and_then(Value::as_array);
    let Some(Value::Object(first)) = reasons.and_then(|reasons| reasons.first()) else {
        return String::new();
    };
    let said = format!("{} {}", of(first, "code"), of(first, "detail"));
    let said = if said.trim().is_empty() {
        of(first, "outcome")
    } else {
        said.trim().to_owned()
    };
    format!("{} × {said}", of(first, "count"))
}

fn policy(record: &Map<String, Value>) -> String {
    let Some(Value::Object(policy)) = record.get("policy") else {
        return String::new();
    };
    format!(
        "{} {} {}",
        of(record, "interface"),
        of(policy, "action"),
        of(policy, "sender_group")
    )
    .trim()
    .to_owned()
}

fn tls(record: &Map<String, Value>) -> String {
    let Some(Value::Object(tls)) = record.get("tls") else {
        return String::new();
    };
    let protocol = of(tls, "protocol");
    if of(tls, "result") == "failed" || protocol.is_empty() {
        of(tls, "result")
    } else {
        protocol
    }
}

/// The last attempt's result, who it was, and how often it was tried.
fn logins(record: &Map<String, Value>) -> String {
    let Some(Value::Array(attempts)) = record.get("auth") else {
        return String::new();
    };
    let Some(Value::Object(last)) = attempts.last() else {
        return String::new();
    };
    let who = if last.contains_key("user") {
        of(last, "user")
    } else {
        of(last, "profile")
    };
    let times = if attempts.len() > 1 {
        format!(" ({} attempts)", attempts.len())
    } else {
        String::new()
    };
    format!("{} {who}{times}", of(last, "result"))
}

fn recipients(record: &Map<String, Value>) -> String {
    if let Some(Value::Array(recipients)) = record.get("recipients") {
        let first = recipients
            .first()
            .and_then(Value::as_object)
            .map(|first| of(first, "to"))
            .unwrap_or_default();
        return match recipients.len() {
            0 | 1 => first,
            more => format!("{first} and {} more", more - 1),
        };
    }
    let many = |key: &str| record.get(key).and_then(Value::as_array).map(Vec::len);
    match (
        many("messages"),
        record.get("deliveries").and_then(Value::as_array),
    ) {
        (Some(count), _) => count.to_string(),
        (None, Some(deliveries)) => delivery_results(deliveries),
        _ => String::new(),
    }
}

/// `12 delivered, 1 bounced`
fn delivery_results(deliveries: &[Value]) -> String {
    let mut counts: Vec<(String, usize)> = Vec::new();
    for delivery in deliveries.iter().filter_map(Value::as_object) {
        let result = of(delivery, "result");
        match counts.iter_mut().find(|(word, _)| *word == result) {
            Some((_, count)) => *count += 1,
            None => counts.push((result, 1)),
        }
    }
    counts
        .iter()
        .map(|(word, count)| format!("{count} {word}"))
        .collect::<Vec<_>>()
        .join(", ")
}
