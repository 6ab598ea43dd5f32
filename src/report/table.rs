//! Aligned columns for people. Everything a stranger wrote is made safe to print.
//!
//! What stands in a cell is in `cell`, how wide columns are in `layout`.

mod cell;
mod layout;

use std::io::{self, Write};

use unicode_width::UnicodeWidthStr;

use super::view::Cell;
use super::{Fields, Printer, Record, View};
use crate::safe;
use layout::{ColumnWidth, GAP, Layout, lay_out};

/// Rows that are looked at before the columns' widths are fixed; the others fit themselves in.
const MEASURED: usize = 1000;
/// A column other than the last is no wider.
const WIDEST: usize = 44;
/// A column of text can do with so much, where there is no room for more.
const LEAST: usize = 12;
/// A column of `--fields`, of which only the key is known, with as much as a time takes.
const LEAST_ASKED: usize = 19;

/// Prints records as rows of a table.
pub struct Table<'w> {
    out: &'w mut dyn Write,
    view: View,
    columns: Vec<(String, Column)>,
    style: TableStyle,
    held: Vec<Vec<String>>,
    layout: Option<Layout>,
}

/// How a table may look.
#[derive(Clone, Copy, Debug, Default)]
pub struct TableStyle {
    /// What a row may take; `None` where nobody looks at a terminal.
    pub width: Option<usize>,
    /// Whether results are coloured.
    pub color: ColorMode,
}

/// Whether results are coloured; their words say the same.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum ColorMode {
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
    pub fn new(out: &'w mut dyn Write, view: View, fields: &Fields, style: TableStyle) -> Self {
        let columns = match fields.asked() {
            Some(keys) => keys
                .iter()
                .map(|key| (key.clone(), Column::Asked(key.clone())))
                .collect(),
            None => view
                .table(fields.chosen())
                .into_iter()
                .map(|(title, cell)| (title, Column::OfView(cell)))
                .collect(),
        };
        Self {
            out,
            view,
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
        let wishes = titles.iter().enumerate().map(|(at, title)| {
            let cells = self.held.iter().filter_map(|row| row.get(at));
            ColumnWidth::of(title, cells, self.least(at), WIDEST)
        });
        let wishes: Vec<ColumnWidth> = wishes.collect();
        let place = |title: &&str| self.columns.iter().position(|(known, _)| known == *title);
        let priority: Vec<usize> = self.view.priority().iter().filter_map(place).collect();
        let room = self.style.width.unwrap_or(usize::MAX);
        self.layout = Some(lay_out(&wishes, &priority, room));
        if !self.held.is_empty() {
            self.row(&titles)?;
        }
        for row in std::mem::take(&mut self.held) {
            self.row(&row)?;
        }
        Ok(())
    }

    /// What a column can do with; half a time, id or route says nothing.
    fn least(&self, column: usize) -> usize {
        match self.columns.get(column).map(|(_, column)| column) {
            Some(Column::OfView(Cell::Time(_) | Cell::Connection | Cell::Route)) => WIDEST,
            Some(Column::Asked(_)) => LEAST_ASKED,
            _ => LEAST,
        }
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
                // The last one takes what room there is.
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

    /// The colour of a cell that begins with a result's word.
    fn colour_of(&self, column: usize, cell: &str) -> Option<u8> {
        let tells = |key: &str| matches!(key, "result" | "end" | "state" | "event" | "severity");
        let is_result = match &self.columns.get(column)?.1 {
            Column::OfView(Cell::Logins | Cell::Tls) => true,
            Column::OfView(Cell::Key(key)) => tells(key),
            Column::Asked(key) => tells(key),
            Column::OfView(_) => false,
        };
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

impl Printer for Table<'_> {
    fn record(&mut self, record: &dyn Record) -> io::Result<()> {
        let record = record.map();
        let row: Vec<String> = self
            .columns
            .iter()
            .map(|(_, column)| match column {
                Column::OfView(cell) => cell::render(*cell, &record),
                Column::Asked(key) => record.get(key).map(cell::value).unwrap_or_default(),
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

#[cfg(test)]
mod tests;
