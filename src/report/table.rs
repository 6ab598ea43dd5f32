//! Aligned columns for people. How wide columns are is in `layout`; what a cell contains is left to
//! `present`, which sanitizes everything that a stranger wrote.

mod layout;

use std::io::{self, Write};

use serde_json::{Map, Value};
use unicode_width::UnicodeWidthStr;

use super::{Fields, Printable, Printer, View, csv};
use crate::present::CellContext;
use crate::present::columns::{Column, ColumnKind};
use crate::safe;
use layout::{ColumnWidth, GAP, Layout, lay_out};

/// Rows whose cells set the columns' widths; later rows are fitted into them.
const MEASURED: usize = 1000;
/// Width at most, of all columns but the last.
const WIDEST: usize = 44;
/// Width at least of a column of text.
const LEAST: usize = 12;
/// Width at least of a column of `--fields`: as a time.
const LEAST_ASKED: usize = 19;

/// Prints records as rows of a table.
pub(crate) struct TablePrinter<'w> {
    out: &'w mut dyn Write,
    /// By title; without a column the title is a key of the record.
    columns: Vec<(String, Option<&'static Column>)>,
    style: TableStyle,
    held: Vec<Vec<String>>,
    layout: Option<Layout>,
}

/// How a table is printed.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct TableStyle {
    /// The terminal's width; `None` if the output is no terminal.
    pub width: Option<usize>,
    pub color: ColorMode,
}

/// Whether results are coloured. Their words have the same meaning.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) enum ColorMode {
    #[default]
    Plain,
    /// In the terminal's own red, yellow and green.
    Coloured,
}

impl<'w> TablePrinter<'w> {
    pub(crate) fn new(
        out: &'w mut dyn Write,
        view: View,
        fields: &Fields,
        style: TableStyle,
    ) -> Self {
        let columns = match fields.asked() {
            Some(keys) => keys.iter().map(|key| (key.clone(), None)).collect(),
            None => {
                let columns = view.columns(fields.chosen()).into_iter();
                columns
                    .map(|column| (column.name().replace('-', " "), Some(column)))
                    .collect()
            }
        };
        Self {
            out,
            columns,
            style,
            held: Vec::new(),
            layout: None,
        }
    }

    fn flush_held(&mut self) -> io::Result<()> {
        let titles: Vec<String> = self
            .columns
            .iter()
            .map(|(title, _)| title.to_uppercase())
            .collect();
        let measured = titles.iter().enumerate().map(|(at, title)| {
            let cells = self.held.iter().filter_map(|row| row.get(at));
            let column = self.columns[at].1;
            let least = match column.map(|column| column.kind) {
                Some(ColumnKind::Exact) => WIDEST,
                Some(_) => LEAST,
                None => LEAST_ASKED,
            };
            let priority = column.map_or(0, |column| column.priority);
            ColumnWidth::of(title, cells, least..=WIDEST, priority)
        });
        let measured: Vec<ColumnWidth> = measured.collect();
        let room = self.style.width.unwrap_or(usize::MAX);
        self.layout = Some(lay_out(&measured, room));
        if !self.held.is_empty() {
            self.row(&titles)?;
        }
        for row in std::mem::take(&mut self.held) {
            self.row(&row)?;
        }
        Ok(())
    }

    fn row(&mut self, cells: &[String]) -> io::Result<()> {
        let layout = self.layout.iter().flat_map(|layout| &layout.0);
        let shown = cells.iter().zip(layout).enumerate();
        let mut shown = shown
            .filter_map(|(at, (cell, width))| width.map(|width| (at, cell, width)))
            .peekable();
        let mut left = self.style.width.unwrap_or(usize::MAX);
        let mut line = String::new();
        while let Some((at, cell, width)) = shown.next() {
            let mut fitted = match shown.peek() {
                Some(_) => safe::fit(cell, width),
                // The last one takes the rest of the line.
                None => cell.clone(),
            };
            if fitted.width() > left {
                fitted = safe::fit(&fitted, left);
            }
            left = left.saturating_sub(fitted.width() + GAP);
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

    /// The colour of a cell whose first word is a result.
    fn colour_of(&self, column: usize, cell: &str) -> Option<u8> {
        let title = self.columns.get(column)?.0.as_str();
        let is_result = matches!(
            title,
            "result" | "end" | "state" | "event" | "severity" | "tls" | "login"
        );
        if !is_result || self.style.color == ColorMode::Plain {
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

impl Printer for TablePrinter<'_> {
    fn record(&mut self, record: &dyn Printable) -> io::Result<()> {
        let keys = match self.columns.iter().any(|(_, column)| column.is_none()) {
            true => record.map(),
            false => Map::new(),
        };
        let shown = record.row();
        let row: Vec<String> = self
            .columns
            .iter()
            .map(|(title, column)| match column {
                Some(column) => column.cell(CellContext::PRINT, &shown).text,
                None => keys.get(title).map(value).unwrap_or_default(),
            })
            .collect();
        if self.layout.is_some() {
            return self.row(&row);
        }
        self.held.push(row);
        if self.held.len() >= MEASURED {
            self.flush_held()?;
        }
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.layout.is_none() {
            self.flush_held()?;
        }
        self.out.flush()
    }

    fn hidden_columns(&self) -> Vec<String> {
        let layout = self.layout.iter().flat_map(|layout| &layout.0);
        let columns = self.columns.iter().zip(layout);
        columns
            .filter(|(_, width)| width.is_none())
            .map(|((title, _), _)| title.clone())
            .collect()
    }
}

/// A value of the record on one line.
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

#[cfg(test)]
mod tests;
