//! Local users: names, addresses, logins and recipients. Their connections are left to `inbound`.

use std::sync::Arc;

use super::simulation::Simulation;

/// A user at the submission listener.
#[derive(Debug, Clone)]
pub(super) struct SimUser {
    /// Position in the list of users; decides the address.
    pub(super) number: usize,
    pub(super) is_person: bool,
    /// An address, or the bare name of a service.
    pub(super) user: String,
    pub(super) mechanism: &'static str,
    pub(super) profile: String,
}

impl SimUser {
    pub(super) fn address(&self, domain: &str) -> String {
        if self.user.contains('@') {
            self.user.clone()
        } else {
            format!("{}@{domain}", self.user)
        }
    }
}

impl Simulation {
    /// A sender; a service sends more often than a person.
    pub(super) fn somebody(&mut self) -> SimUser {
        let scenario = Arc::clone(&self.scenario);
        if self.rng.happens(0.25) {
            let user = self.rng.pick(&scenario.people.services).clone();
            return self.login(&user);
        }
        let name = self.rng.pick(&scenario.people.names);
        self.login(&format!("{name}@{}", scenario.appliance.domain))
    }

    /// A user's login, always the same.
    pub(super) fn login(&mut self, user: &str) -> SimUser {
        let people = &self.scenario.people;
        let local = user.split('@').next().unwrap_or(user);
        let is_person = user.contains('@');
        let mut everybody = people.names.iter().chain(&people.services);
        let number = everybody.position(|name| name == local).unwrap_or(0);
        let profiles = &self.scenario.submission.profiles;
        SimUser {
            number,
            is_person,
            user: user.to_owned(),
            mechanism: ["PLAIN", "LOGIN", "PLAIN", "PLAIN", "CRAM-MD5"][number % 5],
            profile: profiles[usize::from(!is_person) % profiles.len()].clone(),
        }
    }

    /// A user whose password is guessed.
    pub(super) fn victim(&mut self, guesses: &[String]) -> SimUser {
        let user = if !guesses.is_empty() && self.rng.happens(0.35) {
            self.rng.pick(guesses).clone()
        } else {
            let scenario = Arc::clone(&self.scenario);
            format!(
                "{}@{}",
                self.rng.pick(&scenario.people.names),
                scenario.appliance.domain
            )
        };
        SimUser {
            mechanism: "LOGIN",
            ..self.login(&user)
        }
    }

    /// A user's address, reverse DNS name and HAT entry.
    pub(super) fn seat(&mut self, login: &SimUser) -> (String, Option<String>, String) {
        let scenario = Arc::clone(&self.scenario);
        let number = login.number;
        if login.is_person && self.rng.happens(scenario.submission.roaming) {
            let country =
                &scenario.people.countries_abroad[number % scenario.people.countries_abroad.len()];
            let address = match number % 4 {
                0 => format!("2001:db8:f{:x}::{:x}", number % 16, 0x1000 + number),
                _ => format!("198.51.100.{}", 210 + number % 20),
            };
            let host = format!("{}.dyn.example.net", address.replace(['.', ':'], "-"));
            return (
                address,
                Some(host),
                format!("ACCEPT SG None match ALL SBRS None country {country}"),
            );
        }
        let floor = if login.is_person { number % 4 } else { 9 };
        let hat =
            "RELAY SG RELAYLIST match 10.0.0.0/8 SBRS rfc1918 country not applicable".to_owned();
        let host =
            (!login.is_person).then(|| format!("{}.{}", login.user, scenario.appliance.domain));
        (format!("10.20.{floor}.{}", 11 + number), host, hat)
    }

    /// Local recipients of a message from the internet.
    pub(super) fn colleagues(&mut self) -> Vec<String> {
        let scenario = Arc::clone(&self.scenario);
        let count = self.how_many();
        let mut to: Vec<String> = Vec::new();
        for _ in 0..count {
            push_new(
                &mut to,
                format!(
                    "{}@{}",
                    self.rng.pick(&scenario.people.names),
                    scenario.appliance.domain
                ),
            );
        }
        to
    }

    /// Recipients of a local sender: in one domain, sometimes in several.
    pub(super) fn correspondents(&mut self) -> Vec<String> {
        let scenario = Arc::clone(&self.scenario);
        let count = self.how_many();
        let mut to = Vec::new();
        let mut domain = self.destination();
        for _ in 0..count {
            if self.rng.happens(0.3) {
                domain = self.destination();
            }
            let names = if domain == scenario.appliance.domain {
                &scenario.people.names
            } else {
                &scenario.people.strangers
            };
            push_new(&mut to, format!("{}@{domain}", self.rng.pick(names)));
        }
        to
    }

    fn how_many(&mut self) -> u64 {
        if self.rng.happens(0.8) {
            1
        } else {
            self.rng.between(2, 5)
        }
    }

    fn destination(&mut self) -> String {
        let scenario = Arc::clone(&self.scenario);
        if self.rng.happens(scenario.submission.misspelt) {
            return self.rng.pick(&scenario.submission.misspelt_domains).clone();
        }
        let route = self.rng.weighted(&scenario.routes, |route| route.weight);
        self.rng.pick(&route.domains).clone()
    }

    pub(super) fn subject(&mut self, subjects: &[String]) -> String {
        let number = self.rng.between(10_000, 99_999).to_string();
        self.rng.pick(subjects).replace("{n}", &number)
    }
}

/// Adds an address unless it is in the list.
fn push_new(to: &mut Vec<String>, address: String) {
    if !to.contains(&address) {
        to.push(address);
    }
}
