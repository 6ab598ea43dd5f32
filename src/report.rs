//! Headless output: records as tables, JSON, CSV and raw lines.
//!
//! A view says which records there are ([`view`]), a record says its keys and values in the contract's order
//! ([`record`]), a format says how they are printed ([`table`], [`json`], [`csv`], [`log`]). Standard output carries
//! results only.

pub mod csv;
pub mod event;
pub mod findings;
pub mod incident;
pub mod json;
pub mod log;
pub mod record;
pub mod routes;
pub mod summary;
pub mod table;
pub mod trace;
pub mod view;

use std::io::{self, Write};

use serde_json::{Map, Value};

pub use view::View;

/// How records are printed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
pub enum Format {
    /// Aligned columns for people.
    Table,
    /// One JSON object a line.
    Json,
    /// Comma-separated values with a header, safe in a spreadsheet.
    Csv,
    /// The raw lines of the matching records, in the order of the log.
    Log,
}

/// What is printed of each record.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Fields {
    keys: Vec<String>,
    columns: Vec<String>,
}

impl Fields {
    /// These keys, in this order; none means all.
    pub fn new(keys: Vec<String>) -> Self {
        Self {
            keys,
            columns: Vec::new(),
        }
    }

    /// Where no keys are asked for, a table has the columns of these names; none means the view's own.
    #[must_use]
    pub fn or_columns(self, columns: Vec<String>) -> Self {
        Self { columns, ..self }
    }

    /// The keys asked for; `None` when all are.
    pub fn asked(&self) -> Option<&[String]> {
        (!self.keys.is_empty()).then_some(&self.keys)
    }

    /// The names of a table's columns; none means the view's own.
    pub fn chosen(&self) -> &[String] {
        &self.columns
    }

    /// A record's keys and values, as asked for. A key that the record does not carry is null.
    pub fn pick(&self, mut record: Map<String, Value>) -> Map<String, Value> {
        match self.asked() {
            None => record,
            Some(keys) => keys
                .iter()
                .map(|key| (key.clone(), record.remove(key).unwrap_or(Value::Null)))
                .collect(),
        }
    }
}

/// Prints records one after another.
pub trait Printer {
    /// Prints one record.
    ///
    /// # Errors
    /// When the output cannot be written.
    fn record(&mut self, record: &dyn Record) -> io::Result<()>;

    /// Prints what was held back: no more records come for now, or none at all.
    ///
    /// # Errors
    /// When the output cannot be written.
    fn flush(&mut self) -> io::Result<()>;

    /// What of each record had no room, known once something is printed.
    fn hidden_columns(&self) -> Vec<String> {
        Vec::new()
    }
}

/// A record that can be printed in any format.
pub trait Record {
    /// Writes it as a JSON object of one line, without the line end.
    ///
    /// # Errors
    /// When the output cannot be written.
    fn json(&self, out: &mut dyn Write) -> io::Result<()>;

    /// Its keys and values.
    fn map(&self) -> Map<String, Value>;

    /// The entry as written, where the record is one.
    fn raw(&self) -> &[u8] {
        b""
    }
}

/// Any serialisable record.
pub struct Plain<T>(pub T);

impl<T: serde::Serialize> Record for Plain<T> {
    fn json(&self, out: &mut dyn Write) -> io::Result<()> {
        json::write(out, &self.0)
    }

    fn map(&self) -> Map<String, Value> {
        to_map(&self.0)
    }
}

fn to_map<T: serde::Serialize>(record: &T) -> Map<String, Value> {
    match serde_json::to_value(record) {
        Ok(Value::Object(map)) => map,
        _ => Map::new(),
    }
}

/// A printer of that format for a view; `style` is how a table may look.
pub fn printer<'w>(
    format: Format,
    view: View,
    fields: Fields,
    style: table::TableStyle,
    out: &'w mut dyn Write,
) -> Box<dyn Printer + 'w> {
    match format {
        Format::Json => Box::new(json::Lines::new(out, fields)),
        Format::Csv => Box::new(csv::Rows::new(out, view, &fields)),
        Format::Table => Box::new(table::Table::new(out, view, &fields, style)),
        Format::Log => Box::new(log::Lines::new(out)),
    }
}
