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
//!
//! The rest of this page is the map of the code.
//!
//! # The flow
//!
//! ```text
//! bytes ──▶ lines ──▶ headers + events ──▶ index ──▶ query · triage · trace ──▶ report · tui
//! source    lines     header   event       index     query   triage   trace     report   tui
//!                     └── pipeline runs these on two threads ──┘
//! ```
//!
//! A module imports only from modules before it in the table `FLOW` of `tests/it/imports.rs`, which
//! fails on an import against the flow. The modules:
//!
//! | module | what it does | what it leaves to others |
//! |---|---|---|
//! | `words` `position` `safe` `humanize` `signal` | enums with words; places in sources; printable text; numbers for people; signals | everything else |
//! | `source` | bytes of files, archives and pipes: in order, each exactly once, across rotation | what the bytes mean |
//! | `lines` | iterates over the whole lines of a block | headers |
//! | `header` | timestamp, syslog header and level before the message | the message |
//! | `event` | one line's message as an `Event`; templates for rare lines | how lines belong together |
//! | `judge` | judges routes and logins while entries are applied: attempts, evidence, incidents | records, words, advice |
//! | `index` | correlates events into connections, messages, attempts, deliveries; stores them in columns; evicts old ones | questions |
//! | `pipeline` | runs the modules above on two threads, in the order of the log | all of their work |
//! | `search` | reads lines again by position; text and regex search | which records a line belongs to |
//! | `query` | the query language: parse, plan, evaluate, complete | printing |
//! | `triage` | routes and hosts with their totals, reasons, findings, advice | printing |
//! | `trace` | everything about one connection or message, as typed steps | printing |
//! | `config` | settings of flags, environment and file, each with its origin | what keys and colours mean |
//! | `present` | the columns of tables, for print, CSV and screen | where they are shown |
//! | `report` | headless output: tables, JSON, CSV, summary, incident report | the screen |
//! | `tui` | the interface: `state` per view, `views` that draw it, `widgets`, `workers` that may wait | files |
//! | `demo` | a simulated appliance | |
//! | `cli` `command` | arguments, and what each command does | |
//! | `api` `testing` | the interface for other programs; the entry points of tests and benchmarks | |
//!
//! # Threads
//!
//! | thread | owns | waits for |
//! |---|---|---|
//! | `ingest-1`, `ingest-2` | the stages of the pipeline, in turns: each reads a block, parses it, and applies it, or hands it to the other one if that is applying | bytes, or a wake-up by the watcher |
//! | the watcher, started by `notify` | the files that it opened and the reader has not scanned | the kernel |
//! | `pipe`, `unpack` | a pipe, or the decoder of an archive | its input, or room in its buffer |
//! | main | the terminal and the state of the interface | events of the other threads |
//! | `input` | the keys | the terminal |
//! | `lines` | the queue of lines to read for the interface | a request |
//! | `search`, `find`, `triage`, `report` | one request of the interface, then they end | |
//! | `signals`, `watchdog` | the signal handlers; the end of the program after a signal | a signal |
//!
//! Either ingest thread writes the index, one at a time (`pipeline::writer`). `query -f` also takes the
//! write lock, to drain the records that have closed. All others take the read lock.
//!
//! # Locks, in the order in which a thread may take them
//!
//! 1. the stages of the pipeline (`pipeline::ordered`): first reading, then applying, then the
//!    blocks that wait;
//! 2. the index (`pipeline::SharedIndex`); its fair lock goes to a waiting reader between batches;
//! 3. the parse status of the sources (`pipeline::status`);
//! 4. the registry of sources (`source::registry`), which never takes two of its locks at once;
//! 5. the wake-up of the reader and the pending files (`source::watch`, `source::pending`).
//!
//! # Invariants, each with the test that holds it
//!
//! 1. Every entry is read exactly once and in order, whatever happens to the files:
//!    `source::tests::model`.
//! 2. Nothing depends on the order of lines within one second: `tests/it/shuffled.rs`.
//! 3. No text of a stranger changes the kind of its line or another record:
//!    `event::tests::forging`.
//! 4. No text of a stranger reaches a terminal, a table or a spreadsheet unescaped:
//!    `tests/it/formats.rs`, fuzz target `sanitize`.
//! 5. The index holds what a naive join of the same lines holds, also after eviction:
//!    `index::tests`, fuzz target `session_index`.
//! 6. A query gives what a naive evaluation of its terms gives: `query::tests::model`.
//! 7. The judgement of a moment depends on the log up to it and on nothing else: `judge::tests`.
//!
//! # Glossary
//!
//! The appliance's words keep their meaning: ICID (injection connection), DCID (delivery
//! connection), MID (message), RID (recipient of a message), HAT policy, sender group, SMTP Auth
//! profile, verdict, quarantine.
//!
//! | term | meaning |
//! |---|---|
//! | entry | one line of the log with its header and event |
//! | header | timestamp, host, tag and level before the message |
//! | event | the meaning of one line |
//! | template | the pattern of a rare line |
//! | block | bytes of whole lines of one source |
//! | position | source and byte offset of a line |
//! | source | one file, archive or pipe |
//! | fingerprint | hashes that recognise content that was read already |
//! | marker | `Begin Logfile`, `End Logfile` or a status line |
//! | notice | something that happened to a source, by name |
//! | appliance | the name space of ids: syslog host, serial number or folder |
//! | record | a connection, message, attempt or delivery in the index |
//! | link | a record's reference to another one; in an event, the connection that the line names |
//! | attempt | one login, in or out |
//! | delivery | one recipient in one attempt to deliver, on one delivery connection |
//! | column | one field of all records of a kind |
//! | symbol | the number of an interned text |
//! | posting list | the records with one value, newest first |
//! | extent | the positions of a record's lines |
//! | timeline | successes and failures by time |
//! | watermark | the lengths of all tables at one number of entries; older records are evicted up to one |
//! | eviction | removal of the oldest closed records |
//! | compaction | rewriting columns without evicted records |
//! | batch | entries that are handled together: parsed side by side, or applied under one lock |
//! | generation | a number that changes if the index does |
//! | query, term | the filter, and one condition of it |
//! | plan, access path | the order of the terms, and how one is answered |
//! | host | appliance, address and port that mail is delivered to |
//! | route | a destination: the hosts and recipient domains that are joined by use |
//! | class | what a reply says, and whose problem it is |
//! | evidence | how much likelier the attempts are on a failing route than on an ordinary day |
//! | incident | a failure from its first attempt to its end |
//! | outcome | the result of a delivery, or what a connection shows about its host |
//! | reason, consequence | why deliveries failed, and refusals that follow from it |
//! | finding | a condition worth a look, with the records that show it |
//! | impact | recipients that an incident hit, each counted at one incident only |
//! | trace, step | the history of one record, and one line of it |
//! | view | a kind of record in print, or a table of the interface |
//! | role | the meaning of a colour |
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
mod judge;
mod lines;
mod memory;
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
mod words;

pub use api::{Error, Log};
pub use cli::Cli;
pub use command::run;
pub use report::View;
