//! Failing logins: guessed passwords that are never right, and users who mistype.
//!
//! The lines of a submission connection are left to `inbound`.

use super::model::SimEvent;
use super::simulation::Simulation;

impl Simulation {
    /// The spray tries a few users from one more address.
    pub(super) fn spray(&mut self, number: usize) {
        let (spray, listener) = (&self.scenario.sprays[number], &self.scenario.submission);
        let gap = (self.rng.gap(60_000.0 / spray.connections_per_minute) as u64).max(1);
        let next = spray.when.next_from(self.now + gap);
        self.add_within(next, SimEvent::Spray(number));

        let address = self.rng.pick(&spray.addresses);
        let address = self.rng.numbered(address, 1, 254);
        let country = address.bytes().map(usize::from).sum::<usize>() % spray.countries.len();
        let hat = format!(
            "ACCEPT SG None match ALL SBRS None country {}",
            spray.countries[country]
        );
        let (icid, mut script) = self.open_injection(listener, &address, (None, false), &hat);
        if self.rng.happens(0.5) {
            self.injection_tls(&mut script, icid, "TLSv1.2");
        }
        for _ in 0..self.rng.between(spray.tries.min(2), spray.tries) {
            let login = self.victim(&spray.guesses);
            self.attempt(&mut script, icid, &login, "failed");
            script.wait(self.rng.between(100, 700));
        }
        self.end_injection(&mut script, icid, 0.4);
        self.events.play(script);
    }

    /// A user tries again, and succeeds at the end of the time window.
    pub(super) fn mistype(&mut self, number: usize) {
        let (user, listener) = (&self.scenario.mistyping[number], &self.scenario.submission);
        let (low, high) = user.every_seconds;
        let again = self.now + self.rng.between(low * 1000, high * 1000);
        let next = user.when.next_from(again);
        self.add_within(next, SimEvent::MistypingUser(number));

        let login = self.login(&user.user);
        let (icid, mut script) =
            self.open_injection(listener, &user.address, (None, false), &user.hat);
        self.injection_tls(&mut script, icid, "TLSv1.3");
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
