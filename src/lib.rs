//! mailscope: a terminal explorer for the mail_logs of the Cisco Email Security Appliance.
//!
//! The program is [`Cli`] and [`run`]. Another program reads logs with [`Log`]:
//!
//! ```no_run
//! use mailscope::{Log, View};
//!
//! let log = Log::read(["/var/log/esa"])?;
//! for connection in log.query("auth:failed dir:in", View::Connections)? {
//!     println!("{} {}", connection["opened"], connection["remote_ip"]);
//! }
//! # Ok::<(), mailscope::Error>(())
//! ```
#![forbid(unsafe_code)]

mod api;
mod cli;
mod command;
mod config;
mod demo;
mod event;
mod header;
mod humanize;
mod index;
mod lines;
mod pipeline;
mod position;
mod present;
mod query;
mod report;
mod safe;
mod search;
mod signal;
mod source;
#[doc(hidden)]
pub mod testing;
mod trace;
mod triage;
mod tui;

pub use api::{Error, Log};
pub use cli::Cli;
pub use command::run;
pub use report::View;
