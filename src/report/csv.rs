//! Comma-separated values that a spreadsheet opens without running them.

use std::io::{self, Write};

use serde_json::Value;

use super::{Fields, Printable, Printer, View};
use crate::safe;

/// Prints records as CSV rows under a header.
pub(crate) struct CsvPrinter<'w> {
    writer: csv::Writer<&'w mut dyn Write>,
    keys: Vec<String>,
    headed: bool,
}

impl<'w> CsvPrinter<'w> {
    pub(crate) fn new(out: &'w mut dyn Write, view: View, fields: &Fields) -> Self {
        let own = || view.keys().into_iter().map(str::to_owned).collect();
        let keys = fields.asked().map_or_else(own, <[String]>::to_vec);
        Self {
            writer: csv::Writer::from_writer(out),
            keys,
            headed: false,
        }
    }

    fn head(&mut self) -> io::Result<()> {
        if !self.headed {
            self.headed = true;
            self.writer.write_record(&self.keys)?;
        }
        Ok(())
    }
}

impl Printer for CsvPrinter<'_> {
    fn record(&mut self, record: &dyn Printable) -> io::Result<()> {
        self.head()?;
        let record = record.map();
        let cells = self
            .keys
            .iter()
            .map(|key| record.get(key).map(cell).unwrap_or_default());
        Ok(self.writer.write_record(cells)?)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.head()?;
        self.writer.flush()
    }
}

/// A value as one cell: lists and objects as JSON, null as an empty cell.
pub(crate) fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => guarded(&safe::text(text)),
        other => {
            let mut json = Vec::new();
            match super::json::write(&mut json, other) {
                Ok(()) => String::from_utf8(json).unwrap_or_default(),
                Err(_) => String::new(),
            }
        }
    }
}

/// Spreadsheets run text that begins like this as a formula (OWASP, "CSV injection"); a quote makes
/// it text.
fn guarded(text: &str) -> String {
    match text.chars().next() {
        Some('=' | '+' | '-' | '@' | '\t' | '\r') => format!("'{text}"),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests;
