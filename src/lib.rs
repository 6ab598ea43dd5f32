//! mailscope
#![forbid(unsafe_code)]
pub mod cli;
pub mod command;
pub mod config;
pub mod demo;
#[cfg(any(test, fuzzing))]
#[doc(hidden)]
pub mod door;
pub mod event;
pub mod frame;
pub mod index;
pub mod ingest;
pub mod lines;
pub mod query;
pub mod raw;
pub mod report;
pub mod safe;
pub mod signal;
pub mod source;
pub mod story;
pub mod triage;
pub mod tui;
