//! Headless output: records as tables, JSON, CSV and raw lines.
//!
//! [`view`] lists the records and their keys, [`record`] writes keys and values in the contract's
//! order, and [`table`], [`json`], [`csv`] and [`log`] print them. The cells of tables are left to
//! `present`, notices and exit statuses to `command`: standard output carries results only.

pub(crate) mod check;
pub(crate) mod csv;
pub(crate) mod event;
pub(crate) mod findings;
pub(crate) mod incident;
pub(crate) mod json;
pub(crate) mod log;
pub(crate) mod queue;
pub(crate) mod record;
pub(crate) mod routes;
pub(crate) mod steps;
pub(crate) mod summary;
pub(crate) mod table;
pub(crate) mod trace;
pub(crate) mod view;

use std::io::{self, Write};

use serde_json::{Map, Value};

use crate::present::TableRow;

pub use view::View;

/// How records are printed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Format {
    Table,
    Json,
    Csv,
    Log,
}

impl Format {
    pub(crate) const ALL: [Self; 4] = [Self::Table, Self::Json, Self::Csv, Self::Log];

    /// Its name on the command line, and what it prints.
    pub(crate) fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Table => ("table", "Aligned columns for people"),
            Self::Json => ("json", "One JSON object a line"),
            Self::Csv => (
                "csv",
                "Comma-separated values with a header, safe in a spreadsheet",
            ),
            Self::Log => (
                "log",
                "The raw lines of the matching records, in the order of the log",
            ),
        }
    }
}

/// What is printed of each record.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Fields {
    keys: Vec<String>,
    columns: Vec<String>,
}

impl Fields {
    /// These keys, in this order; all if there are none.
    pub(crate) fn new(keys: Vec<String>) -> Self {
        Self {
            keys,
            columns: Vec::new(),
        }
    }

    /// Without keys, a table has the columns of these names, or the view's own if there are none.
    #[must_use]
    pub(crate) fn or_columns(self, columns: Vec<String>) -> Self {
        Self { columns, ..self }
    }

    /// The keys that `--fields` lists; `None` for all.
    pub(crate) fn asked(&self) -> Option<&[String]> {
        (!self.keys.is_empty()).then_some(&self.keys)
    }

    /// The names of the columns that the configuration lists.
    pub(crate) fn chosen(&self) -> &[String] {
        &self.columns
    }

    /// The listed keys of a record. A key that the record does not have is null.
    pub(crate) fn pick(&self, mut record: Map<String, Value>) -> Map<String, Value> {
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
pub(crate) trait Printer {
    fn record(&mut self, record: &dyn Printable) -> io::Result<()>;

    /// Prints the records that are still buffered.
    fn flush(&mut self) -> io::Result<()>;

    /// The titles of columns dropped because the terminal is too narrow; known after the first row.
    fn hidden_columns(&self) -> Vec<String> {
        Vec::new()
    }
}

/// A record that a table can show.
pub(crate) trait ToRow {
    fn row(&self) -> TableRow<'_>;

    /// The entry as written, if the record is one.
    fn raw(&self) -> &[u8] {
        b""
    }
}

/// A record that can be printed in any format.
pub(crate) trait Printable: ToRow {
    /// Writes it as a JSON object of one line, without the line end.
    fn json(&self, out: &mut dyn Write) -> io::Result<()>;

    /// Its keys and values.
    fn map(&self) -> Map<String, Value>;
}

impl<T: serde::Serialize + ToRow> Printable for T {
    fn json(&self, out: &mut dyn Write) -> io::Result<()> {
        json::write(out, self)
    }

    fn map(&self) -> Map<String, Value> {
        match serde_json::to_value(self) {
            Ok(Value::Object(map)) => map,
            _ => Map::new(),
        }
    }
}

/// A printer of that format for a view; only tables have a `style`.
pub(crate) fn printer<'w>(
    format: Format,
    view: View,
    fields: Fields,
    style: table::TableStyle,
    out: &'w mut dyn Write,
) -> Box<dyn Printer + 'w> {
    match format {
        Format::Json => Box::new(json::JsonPrinter::new(out, fields)),
        Format::Csv => Box::new(csv::CsvPrinter::new(out, view, &fields)),
        Format::Table => Box::new(table::TablePrinter::new(out, view, &fields, style)),
        Format::Log => Box::new(log::LogPrinter::new(out)),
    }
}
