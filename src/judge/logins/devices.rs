//! `stale_device`: one address fails with one user for a long time, as a device with an old
//! password does.

use std::collections::BTreeMap;
use std::net::IpAddr;

use super::bounded::{Bounded, Keys, Ranked};
use super::incident::shown;
use super::limits::LoginLimits;
use super::{Clock, Login};
use crate::header::Timestamp;
use crate::position::Position;

/// Addresses of one user: more are guessing.
const MOST_ADDRESSES: usize = 2;
/// Seconds after which failures are another try of the device.
const TRY: u32 = 30;
/// Seconds without a failure after which a device is no longer stale.
const GONE: u32 = 86_400;

/// A device with an old password.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct StaleDevice {
    pub user: Box<[u8]>,
    /// Whether the user exists.
    pub exists: bool,
    /// At most two.
    pub addresses: Vec<IpAddr>,
    pub since: Timestamp,
    pub last: Timestamp,
    pub failures: u64,
    /// Mean seconds from one try to the next.
    pub interval: u32,
    /// The newest line of each address.
    pub evidence: Vec<Position>,
}

/// The failures of a user from one address.
#[derive(Debug)]
struct Device {
    name: Box<[u8]>,
    user: u64,
    address: IpAddr,
    is_private: bool,
    since: u32,
    last: u32,
    failures: u32,
    tries: u32,
    line: Position,
}

#[derive(Debug)]
pub(super) struct Devices {
    keys: Keys,
    devices: Bounded<Device>,
}

impl Devices {
    pub(super) fn new(keys: Keys) -> Self {
        Self {
            keys,
            devices: Bounded::new(1 << 15),
        }
    }

    pub(super) fn failed(&mut self, clock: Clock, login: &Login<'_>) {
        let key = self.key(login);
        let new = || Device::new(clock, login);
        let (device, _) = self.devices.entry(key, new);
        if clock.since(device.last) >= GONE {
            *device = new();
        }
        device.tries += u32::from(device.failures == 0 || clock.since(device.last) >= TRY);
        device.failures += 1;
        device.last = clock.now;
        device.line = login.line;
    }

    pub(super) fn succeeded(&mut self, login: &Login<'_>) {
        let key = self.key(login);
        self.devices.remove(key);
    }

    fn key(&self, login: &Login<'_>) -> u64 {
        self.keys.of((login.key, login.source.address_key))
    }

    /// By user. `exists` and `is_guesser` decide about the key of a user and about an address.
    pub(super) fn stale(
        &self,
        clock: Clock,
        limits: &LoginLimits,
        exists: impl Fn(u64) -> bool,
        is_guesser: impl Fn(IpAddr) -> bool,
    ) -> Vec<StaleDevice> {
        let mut users: BTreeMap<(&[u8], u64), Vec<&Device>> = BTreeMap::new();
        for (_, device) in self.devices.iter() {
            let is_steady = device.failures >= limits.device_failures
                && device.last.saturating_sub(device.since) >= limits.device_seconds
                && clock.since(device.last) < GONE;
            let is_ours = device.is_private || exists(device.user) && !is_guesser(device.address);
            if is_steady && is_ours {
                let of_user = users.entry((&device.name, device.user)).or_default();
                of_user.push(device);
            }
        }
        users.retain(|_, devices| devices.len() <= MOST_ADDRESSES);
        let all = users.into_iter();
        all.filter_map(|((name, user), devices)| stale(name, exists(user), devices))
            .collect()
    }

    pub(super) fn dropped(&self) -> u64 {
        self.devices.dropped()
    }
}

fn stale(name: &[u8], exists: bool, mut devices: Vec<&Device>) -> Option<StaleDevice> {
    devices.sort_by_key(|device| device.line);
    let since = devices.iter().map(|device| device.since).min()?;
    let last = devices.iter().map(|device| device.last).max()?;
    let interval = devices.iter().map(|device| device.interval()).min()?;
    Some(StaleDevice {
        user: name.into(),
        exists,
        addresses: devices.iter().map(|device| device.address).collect(),
        since: Timestamp::from_raw(since)?,
        last: Timestamp::from_raw(last)?,
        failures: devices
            .iter()
            .map(|device| u64::from(device.failures))
            .sum(),
        interval,
        evidence: devices.iter().map(|device| device.line).collect(),
    })
}

impl Device {
    fn new(clock: Clock, login: &Login<'_>) -> Self {
        Self {
            name: shown(login.user).into(),
            user: login.key,
            address: login.source.address,
            is_private: login.source.is_private,
            since: clock.now,
            last: clock.now,
            failures: 0,
            tries: 0,
            line: login.line,
        }
    }

    fn interval(&self) -> u32 {
        self.last.saturating_sub(self.since) / self.tries.saturating_sub(1).max(1)
    }
}

impl Ranked for Device {
    /// Each failure keeps it for an hour, for a day at most.
    fn rank(&self) -> u64 {
        u64::from(self.last) + 3600 * u64::from(self.failures.min(24))
    }
}
