//! The findings, the worst first, in one sentence each.

use std::io::{self, Write};

use super::{MOST, left_out};
use crate::safe;
use crate::triage::findings::{Finding, FindingSeverity};

pub fn write(out: &mut dyn Write, findings: &[Finding]) -> io::Result<()> {
    if findings.is_empty() {
        return Ok(());
    }
    let count = |severity| findings.iter().filter(|f| f.severity == severity).count();
    let counts: Vec<String> = [
        FindingSeverity::Critical,
        FindingSeverity::Warning,
        FindingSeverity::Notice,
    ]
    .into_iter()
    .filter(|severity| count(*severity) > 0)
    .map(|severity| format!("{} {}", count(severity), severity.word()))
    .collect();
    writeln!(out, "\nFINDINGS     {}", counts.join(", "))?;
    for finding in findings.iter().take(MOST) {
        let sign = match finding.severity {
            FindingSeverity::Critical => "✗",
            FindingSeverity::Warning => "!",
            FindingSeverity::Notice => "·",
        };
        let line = format!("{sign} {:<10} {}", finding.severity.word(), finding.summary);
        writeln!(out, "{}", safe::text(&line))?;
    }
    left_out(out, findings.len())
}
