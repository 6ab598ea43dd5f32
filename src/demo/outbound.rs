//! Delivery: each destination's queue, its connections and retries. The replies to messages are left
//! to `replies`, bounces to `messages`.

use super::destinations::Destination;
use super::event_queue::Script;
use super::model::{Batch, Millis, SimEvent};
use super::scenario::{Fault, Network, SimRoute};
use super::simulation::Simulation;
use crate::event::Dcid;

/// The most messages that one connection carries.
const BATCH: usize = 8;

/// The time until a connection fails, the details and the reason.
type ConnectionError = (Millis, &'static str, &'static str);

const TIMED_OUT: ConnectionError = (
    30_000,
    "[Errno 60] Operation timed out",
    "connection timed out",
);
const REFUSED: ConnectionError = (100, "[Errno 61] Connection refused", "network error");

const EXPIRED: &str = "verify error: certificate has expired";
const TLS_REQUIRED: &str = "TLS was required but could not be successfully negotiated";

/// An open connection to a host.
pub(super) struct DeliverySession {
    pub(super) dcid: Dcid,
    pub(super) number: usize,
    pub(super) destination: &'static Destination,
    pub(super) route: &'static SimRoute,
    pub(super) is_authenticated: bool,
}

/// The time to the next attempt.
pub(super) fn backoff(attempts: u32) -> Millis {
    (30_000 << attempts.min(7)).min(3_600_000)
}

impl Simulation {
    pub(super) fn destination(&self, number: usize) -> (&'static Destination, &'static SimRoute) {
        let destination = self.scenario.destinations.get(number);
        (destination, &self.scenario.routes[destination.route])
    }

    /// The trouble of a destination now: with its replies, or with its connections.
    pub(super) fn trouble(&mut self, number: usize, with_replies: bool) -> Option<&'static Fault> {
        let (_, route) = self.destination(number);
        let trouble = self.scenario.troubles.iter().find(|trouble| {
            matches!(trouble.what, Fault::Reply(_)) == with_replies
                && trouble.concerns(route, number, self.now)
                && self.rng.happens(trouble.attempts.unwrap_or(1.0))
        });
        trouble.map(|trouble| &trouble.what)
    }

    /// Queues a batch; the first of a queue makes a connection open soon.
    pub(super) fn enqueue(&mut self, number: usize, batch: Batch) {
        let queue = &mut self.queues[number];
        queue.waiting.push_back(batch);
        if !queue.is_served {
            let soon = self.rng.between(300, 3500);
            self.serve(number, soon);
        }
    }

    fn serve(&mut self, number: usize, wait: Millis) {
        self.queues[number].is_served = true;
        self.events.add(self.now + wait, SimEvent::LookUp(number));
    }

    /// Asks for the hosts of a destination.
    pub(super) fn look_up(&mut self, number: usize) {
        let (destination, route) = self.destination(number);
        let (domain, queue) = (&destination.domain, &mut self.queues[number]);
        match route.network {
            Network::NoSuchDomain => {
                let why = format!(
                    "5.1.2 - Bad destination host \
                     ('000', ['DNS Hard Error looking up {domain} (MX):  NXDomain'])"
                );
                queue.is_served = false;
                for batch in std::mem::take(&mut queue.waiting) {
                    self.fail(&batch, &why);
                }
            }
            Network::Servfail => {
                write!(self, "DNS Temporary Failure {domain} MX - ServFail");
                let why = format!(
                    "4.1.2 - Bad destination host ('000', ['DNS Soft Error looking up {domain} \
                     (MX) while asking 10.20.0.53. Error was: ServFail']) []"
                );
                self.put_off(number, &why);
            }
            _ => {
                let hosts = destination.addresses.len() as u64;
                (queue.next, queue.tried) = (self.rng.between(0, hosts - 1) as usize, 0);
                self.connect(number);
            }
        }
    }

    /// Connects to the next host of a destination.
    pub(super) fn connect(&mut self, number: usize) {
        let (destination, route) = self.destination(number);
        let (domain, hosts) = (&destination.domain, destination.addresses.len());
        let queue = &mut self.queues[number];
        if queue.tried == hosts {
            let error = queue.error;
            let why = format!("4.4.0 - Other network problem ('000', ['{error}']) []");
            return self.put_off(number, &why);
        }
        let host = queue.next % hosts;
        (queue.next, queue.tried) = (host + 1, queue.tried + 1);
        let (dcid, port) = (self.open_dcid(), route.port.unwrap_or(25));
        let (address, own) = (
            &destination.addresses[host],
            &self.scenario.appliance.delivery_address,
        );
        let mut script = Script::starting(self.now);
        write!(
            script,
            "New SMTP DCID {dcid} interface {own} address {address} port {port}"
        );
        let fault = self.trouble(number, false);
        if let Some((wait, details, reason)) = self.unreachable(route.network, host, fault) {
            script.wait(wait);
            write!(
                script,
                "Connection Error: DCID {dcid} domain: {domain} IP: {address} port: {port} \
                 details: {details} interface: {own} reason: {reason}"
            );
            self.queues[number].error = details;
            script.push(SimEvent::Connect(number));
        } else if fault == Some(&Fault::Certificate) {
            script.wait(self.rng.between(1000, 1300));
            write!(script, "DCID {dcid} TLS failed: {EXPIRED}");
            write!(script, "DCID {dcid} IP {address} {TLS_REQUIRED}");
            write!(script, "DCID {dcid} close");
            self.queues[number].error = "timeout";
            script.push(SimEvent::Connect(number));
        } else {
            let session = DeliverySession {
                dcid,
                number,
                destination,
                route,
                is_authenticated: fault != Some(&Fault::WrongPassword),
            };
            self.delivery_tls(&mut script, dcid, route.tls.as_deref().unwrap_or("TLSv1.3"));
            self.authenticate(&mut script, &session, address);
            self.deliver_batches(&mut script, &session);
        }
        self.events.play(script);
    }

    /// Why a host cannot be reached now, if it cannot.
    fn unreachable(
        &mut self,
        network: Network,
        host: usize,
        fault: Option<&Fault>,
    ) -> Option<ConnectionError> {
        let states = [Some(TIMED_OUT), Some(REFUSED), None, None, None, None];
        match network {
            _ if fault == Some(&Fault::Timeout) => Some(TIMED_OUT),
            Network::Half if host == 0 => Some(TIMED_OUT),
            Network::Timeout => Some(TIMED_OUT),
            Network::Refused => Some(REFUSED),
            Network::Flaky => *self.rng.pick(&states),
            _ => None,
        }
    }

    /// The TLS line; if TLS fails, mail is sent in the clear, as destination controls do by default.
    fn delivery_tls(&mut self, script: &mut Script, dcid: Dcid, tls: &str) {
        script.wait(self.rng.between(40, 300));
        if let Some(protocol) = self.cipher(tls) {
            write!(script, "DCID {dcid} TLS success protocol {protocol}");
        } else if tls == "broken" {
            write!(
                script,
                "DCID {dcid} TLS failed: STARTTLS unexpected response"
            );
        }
    }

    /// The SMTP Auth line of a route with a profile.
    fn authenticate(&mut self, script: &mut Script, session: &DeliverySession, address: &str) {
        let Some(profile) = &session.route.profile else {
            return;
        };
        script.wait(self.rng.between(80, 500));
        let result = if session.is_authenticated {
            "succeeded."
        } else {
            "failed: ('535', ['5.7.8 Error: authentication failed: authentication failure'])"
        };
        write!(
            script,
            "DCID: {} IP: {address} SMTP authentication using the profile {profile} {result}",
            session.dcid
        );
    }

    /// The messages that wait, as many as the connection carries, and its end.
    fn deliver_batches(&mut self, script: &mut Script, session: &DeliverySession) {
        let queue = &mut self.queues[session.number];
        (queue.is_served, queue.failures) = (false, 0);
        let due = queue.waiting.len().min(BATCH);
        let batches: Vec<Batch> = queue.waiting.drain(..due).collect();
        if !queue.waiting.is_empty() {
            self.serve(session.number, 400);
        }
        for batch in batches {
            self.deliver(script, session, batch);
        }
        script.wait(5000);
        write!(script, "DCID {} close", session.dcid);
    }

    /// No host took a connection: the queue waits, longer after each failure.
    fn put_off(&mut self, number: usize, why: &str) {
        for mut batch in std::mem::take(&mut self.queues[number].waiting) {
            if self.is_expired(&batch) {
                self.expire(&batch);
                continue;
            }
            if batch.attempts == 0 {
                // There was no session, so the lines name DCID 0.
                self.results("Delayed", &batch, why);
            }
            batch.attempts += 1;
            self.queues[number].waiting.push_back(batch);
        }
        let queue = &mut self.queues[number];
        (queue.is_served, queue.failures) = (false, queue.failures + 1);
        let wait = backoff(queue.failures);
        if !queue.waiting.is_empty() {
            self.serve(number, wait);
        }
    }
}
