//! Raw lines as written: ready for a support case.

use std::io::{self, Write};
use std::ops::ControlFlow;

use super::{Printer, Record};
use crate::search::{self, LineRequest};
use crate::source::Sources;

/// Prints entries as written.
pub struct Lines<'w> {
    out: &'w mut dyn Write,
}

impl<'w> Lines<'w> {
    /// Prints to `out`.
    pub fn new(out: &'w mut dyn Write) -> Self {
        Self { out }
    }
}

impl Printer for Lines<'_> {
    fn record(&mut self, record: &dyn Record) -> io::Result<()> {
        write(self.out, record.raw())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Prints the wanted lines of the log in its order, each once.
///
/// # Errors
/// The outer error: a source is gone or cannot be read. The inner one: the output cannot be written.
pub fn print(
    out: &mut dyn Write,
    sources: &Sources,
    wanted: &LineRequest,
) -> io::Result<io::Result<()>> {
    let mut written = Ok(());
    search::for_each_line(sources, wanted, &mut |line| {
        written = write(out, &line.bytes);
        if written.is_ok() {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    })?;
    Ok(written.and_then(|()| out.flush()))
}

fn write(out: &mut dyn Write, line: &[u8]) -> io::Result<()> {
    out.write_all(line)?;
    out.write_all(b"\n")
}
