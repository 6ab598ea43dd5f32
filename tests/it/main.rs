#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails there")]
//! The program as its users meet it: the binary on real files.

mod bad_input;
mod cases;
mod check;
mod config;
mod explained;
mod findings;
mod following;
mod formats;
mod imports;
mod language;
mod limits;
mod lineage;
mod outages;
mod printed;
#[path = "../support/pty.rs"]
mod pty;
mod queue;
mod readme;
mod records;
mod report;
mod run;
mod schema;
mod shuffled;
mod terminal;
mod torn;
mod trace;
mod trace_steps;
