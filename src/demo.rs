//! The simulated appliance behind `mailscope demo`: a log worth exploring where there is no
//! appliance.
//!
//! `assets/demo.toml` says who takes part and what goes wrong; [`Simulation`] plays it and writes
//! the lines; [`LiveDemo`] and [`simulated_hour`] put them in a file. Reading that file is left to
//! the rest of the program, which does not know that the log is a play.

mod event_queue;
mod inbound;
mod live;
mod messages;
mod outbound;
mod password_guessing;
mod rng;
mod scenario;
mod simulation;
mod users;
mod writer;

#[cfg(test)]
mod tests;

pub use live::{LiveDemo, simulated_hour};
pub use scenario::{Scenario, ScenarioError};
pub use simulation::Simulation;
