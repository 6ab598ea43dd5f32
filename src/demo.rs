//! A simulated appliance: its log for exploring, tests and benchmarks.
//!
//! `assets/demo.toml` describes the hosts, users and faults; [`Simulation`] plays them and writes
//! the lines; [`LiveDemo`], [`simulated_outage`] and [`write_log`] put the lines in a file. The rest of
//! the program reads that file as any other log.

mod destinations;
mod event_queue;
mod inbound;
mod messages;
mod model;
mod outbound;
mod output;
mod password_guessing;
mod replies;
mod rng;
mod scenario;
mod simulation;
mod users;

#[cfg(test)]
mod tests;

pub(crate) use output::{LiveDemo, simulated_outage, write_log};
pub(crate) use scenario::Scenario;
pub(crate) use simulation::Simulation;
