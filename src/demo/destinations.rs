//! The domains that mail goes to, their hosts, and how much of the mail each gets: those that the
//! scenario names, and the long tail of the internet. The same for every seed of the simulation.

use std::collections::HashMap;

use super::rng::Rng;
use super::scenario::{Scenario, SimRoute};

#[derive(Debug)]
pub(super) struct Destination {
    pub(super) domain: String,
    pub(super) addresses: Vec<String>,
    /// The number of its route.
    pub(super) route: usize,
}

#[derive(Debug, Default)]
pub(super) struct Destinations {
    list: Vec<Destination>,
    /// The weights of each destination and those before it, as a sum.
    weights: Vec<f64>,
    numbers: HashMap<String, usize>,
    /// How many hosts have an address of their own.
    hosts: usize,
}

impl Destinations {
    pub(super) fn new(scenario: &Scenario) -> Self {
        let (mut new, mut rng) = (Self::default(), Rng::new(1));
        let (routes, internet) = (&scenario.routes, &scenario.internet);
        for (number, route) in routes.iter().enumerate() {
            let weight = route.weight / route.domains.len() as f64;
            for domain in &route.domains {
                new.add(domain.clone(), (number, route), weight, &mut rng);
            }
        }
        let share = |rank: u32| f64::from(rank).powf(-internet.exponent);
        let unit = internet.weight / (1..=internet.domains).map(share).sum::<f64>();
        let numbered: Vec<(usize, &SimRoute)> = routes.iter().enumerate().collect();
        for rank in 1..=internet.domains {
            let weight = |route: &(usize, &SimRoute)| match route.1.from_rank <= rank {
                true => route.1.tail,
                false => 0.0,
            };
            let route = *rng.weighted(&numbered, weight);
            let parts = [&internet.stems, &internet.trades, &internet.endings];
            let domain = loop {
                let name = parts.map(|parts| rng.pick(parts).as_str()).concat();
                if !new.numbers.contains_key(&name) {
                    break name;
                }
            };
            new.add(domain, route, unit * share(rank), &mut rng);
        }
        new
    }

    fn add(&mut self, domain: String, route: (usize, &SimRoute), weight: f64, rng: &mut Rng) {
        let (
            route,
            SimRoute {
                addresses, hosts, ..
            },
        ) = route;
        let (low, high) = hosts.unwrap_or((1, 1));
        let (count, first) = (rng.between(low, high) as usize, rng.bits() as usize);
        let host = |at: usize| match addresses.len() {
            0 => own_address(self.hosts + at),
            len => addresses[(first % len + at) % len].clone(),
        };
        let addresses = (0..count).map(host).collect();
        self.hosts += count;
        self.weights
            .push(self.weights.last().unwrap_or(&0.0) + weight);
        self.numbers.insert(domain.clone(), self.list.len());
        self.list.push(Destination {
            domain,
            addresses,
            route,
        });
    }

    pub(super) fn len(&self) -> usize {
        self.list.len()
    }

    pub(super) fn get(&self, number: usize) -> &Destination {
        &self.list[number]
    }

    pub(super) fn number(&self, domain: &str) -> usize {
        let number = self.numbers.get(domain);
        *number.expect("a test writes to every domain of the scenario")
    }

    /// The domain of a recipient, by the weights.
    pub(super) fn pick(&self, rng: &mut Rng) -> &str {
        let at = rng.unit() * self.weights.last().unwrap_or(&0.0);
        let number = self.weights.partition_point(|sum| *sum <= at);
        &self.list[number].domain
    }
}

/// One of the addresses that RFC 2544 keeps free for tests.
fn own_address(number: usize) -> String {
    format!("198.18.{}.{}", number / 254, number % 254 + 1)
}
