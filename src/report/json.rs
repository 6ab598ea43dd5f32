//! One JSON object a line, in characters that no terminal acts on.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter, Serializer};

use super::{Fields, Printable, Printer};
use crate::safe;

/// Writes a value compactly, with every control, bidi and invisible character escaped.
pub(crate) fn write<T: Serialize + ?Sized>(out: &mut dyn Write, value: &T) -> io::Result<()> {
    value
        .serialize(&mut Serializer::with_formatter(out, Escaping))
        .map_err(io::Error::from)
}

/// Also escapes DEL, C1 controls, bidi and zero-width characters, which JSON allows but terminals
/// interpret.
struct Escaping;

impl Formatter for Escaping {
    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        out: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        if fragment.bytes().all(|b| (b' '..=b'~').contains(&b)) {
            return CompactFormatter.write_string_fragment(out, fragment);
        }
        let mut plain = 0;
        for (at, c) in fragment.char_indices() {
            if safe::is_control_like(c) {
                out.write_all(&fragment.as_bytes()[plain..at])?;
                for unit in c.encode_utf16(&mut [0; 2]) {
                    write!(out, "\\u{unit:04x}")?;
                }
                plain = at + c.len_utf8();
            }
        }
        out.write_all(&fragment.as_bytes()[plain..])
    }
}

/// Prints records as JSON lines.
pub(crate) struct JsonPrinter<'w> {
    out: &'w mut dyn Write,
    fields: Fields,
}

impl<'w> JsonPrinter<'w> {
    pub(crate) fn new(out: &'w mut dyn Write, fields: Fields) -> Self {
        Self { out, fields }
    }
}

impl Printer for JsonPrinter<'_> {
    fn record(&mut self, record: &dyn Printable) -> io::Result<()> {
        match self.fields.asked() {
            None => record.json(self.out)?,
            Some(_) => write(self.out, &self.fields.pick(record.map()))?,
        }
        self.out.write_all(b"\n")
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

#[cfg(test)]
mod tests;
