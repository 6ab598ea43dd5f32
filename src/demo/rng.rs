//! Pseudo-random numbers: equal seeds give equal days. What the numbers mean is left to the
//! simulation.

/// A seeded generator, not for secrets.
#[derive(Debug, Clone)]
pub(super) struct Rng(fastrand::Rng);

impl Rng {
    pub(super) fn new(seed: u64) -> Self {
        Self(fastrand::Rng::with_seed(seed))
    }

    pub(super) fn bits(&mut self) -> u64 {
        self.0.u64(..)
    }

    /// A number from 0 up to, but without, 1.
    pub(super) fn unit(&mut self) -> f64 {
        self.0.f64()
    }

    pub(super) fn between(&mut self, low: u64, high: u64) -> u64 {
        self.0.u64(low..=high)
    }

    /// True in `share` of the cases.
    pub(super) fn happens(&mut self, share: f64) -> bool {
        self.unit() < share
    }

    /// One of `items`, of which there is at least one.
    pub(super) fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.0.usize(..items.len())]
    }

    /// One of `items`, with a probability in proportion to its weight.
    pub(super) fn weighted<'a, T>(&mut self, items: &'a [T], weight: impl Fn(&T) -> f64) -> &'a T {
        let mut left = self.unit() * items.iter().map(&weight).sum::<f64>();
        let chosen = items.iter().find(|item| {
            left -= weight(item);
            left < 0.0
        });
        chosen.unwrap_or(&items[items.len() - 1])
    }

    /// The time to the next of independent events that are `mean` apart on average.
    pub(super) fn gap(&mut self, mean: f64) -> f64 {
        -mean * (1.0 - self.unit()).ln()
    }

    /// A text with `{n}` replaced by a number.
    pub(super) fn numbered(&mut self, text: &str, low: u64, high: u64) -> String {
        text.replace("{n}", &self.between(low, high).to_string())
    }

    pub(super) fn mailbox(&mut self, names: &[String], domain: &str) -> String {
        format!("{}@{domain}", self.pick(names))
    }
}
