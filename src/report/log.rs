//! Raw lines as written: ready for a support case.

use std::io::{self, Write};

use super::{Printable, Printer};

/// Prints entries as written.
pub(crate) struct LogPrinter<'w> {
    out: &'w mut dyn Write,
}

impl<'w> LogPrinter<'w> {
    /// Prints to `out`.
    pub(crate) fn new(out: &'w mut dyn Write) -> Self {
        Self { out }
    }
}

impl Printer for LogPrinter<'_> {
    fn record(&mut self, record: &dyn Printable) -> io::Result<()> {
        write_line(self.out, record.raw())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Prints one line.
///
/// # Errors
/// The output cannot be written.
pub(crate) fn write_line(out: &mut dyn Write, line: &[u8]) -> io::Result<()> {
    out.write_all(line)?;
    out.write_all(b"\n")
}
