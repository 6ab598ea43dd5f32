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
pub mod header;
mod humanize;
pub mod index;
pub mod lines;
pub mod pipeline;
pub mod position;
mod present;
pub mod query;
mod report;
pub mod safe;
pub(crate) mod search;
pub mod signal;
pub mod source;
pub mod trace;
pub mod triage;
mod tui;

#[doc(hidden)]
pub use tui::keymap::markdown as keys_markdown;
