//! The simulated appliance behind `mailscope demo`: a log worth exploring where there is no
//! appliance.
//!
//! `assets/demo.toml` says who takes part and what goes wrong; [`Simulation`] plays it and writes
//! the lines; [`LiveDemo`] and [`simulated_hour`] put them in a file. Reading that file is left to
//! the rest of the program, which does not know that the log is a play.

mod agenda;
mod chance;
mod inbound;
mod intruders;
mod live;
mod mail;
mod outbound;
mod people;
mod scenario;
mod simulation;
mod writer;

#[cfg(test)]
mod tests;

pub use live::{LiveDemo, simulated_hour};
pub use scenario::{Scenario, ScenarioError};
pub use simulation::Simulation;
