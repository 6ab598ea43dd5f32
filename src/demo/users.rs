//! Local users: names, addresses, logins and recipients. Their connections are left to `inbound`.

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
    pub(super) profile: &'static str,
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
        let user = if self.rng.happens(0.25) {
            self.rng.pick(&self.scenario.people.services).clone()
        } else {
            self.colleague()
        };
        self.login(&user)
    }

    fn colleague(&mut self) -> String {
        let (people, appliance) = (&self.scenario.people, &self.scenario.appliance);
        self.rng.mailbox(&people.names, &appliance.domain)
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
            profile: &profiles[usize::from(!is_person) % profiles.len()],
        }
    }

    /// A user whose password is guessed.
    pub(super) fn victim(&mut self, guesses: &[String]) -> SimUser {
        let user = if self.rng.happens(0.35) {
            self.rng.pick(guesses).clone()
        } else {
            self.colleague()
        };
        SimUser {
            mechanism: "LOGIN",
            ..self.login(&user)
        }
    }

    /// A user's address, reverse DNS name and HAT entry.
    pub(super) fn seat(&mut self, login: &SimUser) -> (String, Option<String>, String) {
        let scenario = self.scenario;
        let number = login.number;
        if login.is_person && self.rng.happens(scenario.submission.roaming) {
            let countries = &scenario.people.countries_abroad;
            let country = &countries[number % countries.len()];
            let address = match number % 4 {
                0 => format!("2001:db8:f{:x}::{:x}", number % 16, 0x1000 + number),
                _ => format!("198.51.100.{}", 210 + number % 20),
            };
            let host = format!("{}.dyn.example.net", address.replace(['.', ':'], "-"));
            let hat = format!("ACCEPT SG None match ALL SBRS None country {country}");
            return (address, Some(host), hat);
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
        let mut to = Vec::new();
        for _ in 0..self.how_many() {
            push_new(&mut to, self.colleague());
        }
        to
    }

    /// Recipients of a local sender: in one domain, sometimes in several.
    pub(super) fn correspondents(&mut self) -> Vec<String> {
        let scenario = self.scenario;
        let count = self.how_many();
        let mut to = Vec::new();
        let mut domain = scenario.destinations.pick(&mut self.rng);
        for _ in 0..count {
            if self.rng.happens(0.3) {
                domain = scenario.destinations.pick(&mut self.rng);
            }
            let names = if domain == scenario.appliance.domain {
                &scenario.people.names
            } else {
                &scenario.people.strangers
            };
            push_new(&mut to, self.rng.mailbox(names, domain));
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

    pub(super) fn subject(&mut self, kind: &str) -> String {
        let subject = self.rng.pick(&self.scenario.subjects[kind]);
        self.rng.numbered(subject, 10_000, 99_999)
    }
}

/// Adds an address unless it is in the list.
fn push_new(to: &mut Vec<String>, address: String) {
    if !to.contains(&address) {
        to.push(address);
    }
}
