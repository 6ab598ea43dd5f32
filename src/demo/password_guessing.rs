//! Failing logins: a password spray that never succeeds, and a user who mistypes.
//!
//! The lines of a submission connection are left to `inbound`.

use std::sync::Arc;

use super::model::SimEvent;
use super::scenario::TlsSupport;
use super::simulation::Simulation;

impl Simulation {
    /// The spray tries a few users from one more address.
    pub(super) fn spray(&mut self, number: usize) {
        let scenario = Arc::clone(&self.scenario);
        let spray = &scenario.sprays[number];
        let gap = (self.rng.gap(60_000.0 / spray.connections_per_minute) as u64).max(1);
        self.add_within(
            spray.when.next_from(self.now.saturating_add(gap)),
            SimEvent::Spray(number),
        );

        let address = self.rng.pick(&spray.addresses);
        let hat = format!(
            "ACCEPT SG None match ALL SBRS None country {}",
            spray.country
        );
        let (icid, mut script) = self.open_submission(address, None, hat);
        if self.rng.happens(0.5) {
            self.injection_tls(&mut script, icid, TlsSupport::V12);
        }
        for _ in 0..self.rng.between(2, 5) {
            let login = self.victim(&spray.guesses);
            self.attempt(&mut script, icid, &login, "failed");
            script.wait(self.rng.between(100, 700));
        }
        self.end_injection(&mut script, icid, 0.4);
        self.events.play(script);
    }

    /// A user tries again, and succeeds at the end of the time window.
    pub(super) fn typist(&mut self, number: usize) {
        let scenario = Arc::clone(&self.scenario);
        let typist = &scenario.typists[number];
        let again = self.now + self.rng.between(20_000, 45_000);
        let next = typist.when.next_from(again);
        self.add_within(next, SimEvent::MistypingUser(number));

        let login = self.login(&typist.user);
        let hat = format!(
            "ACCEPT SG None match ALL SBRS None country {}",
            typist.country
        );
        let (icid, mut script) = self.open_submission(&typist.address, None, hat);
        self.injection_tls(&mut script, icid, TlsSupport::V13);
        if next == Some(again) {
            for _ in 0..self.rng.between(1, 3) {
                self.attempt(&mut script, icid, &login, "failed");
                script.wait(self.rng.between(2500, 5000));
            }
        } else {
            self.attempt(&mut script, icid, &login, "succeeded");
            script.wait(600);
            self.send(&mut script, icid, &login);
        }
        self.end_injection(&mut script, icid, 0.0);
        self.events.play(script);
    }
}
