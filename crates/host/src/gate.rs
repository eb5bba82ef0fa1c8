//! Who may connect: a bound on connections in all and per address, and one purse of messages per address, which
//! reconnecting does not refill. It knows addresses only while they are connected, or until their purse is full again;
//! nothing is written down.

use std::{
    net::{IpAddr, Ipv6Addr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use tokio::sync::Notify;

use crate::{
    bucket::Bucket,
    tables::{BTreeMap, HashMap, ground},
};

/// Most connections at a time, page and relay together, unless `--connections` says otherwise.
pub const CONNECTIONS: usize = 1024;
/// Most of them from one address: a household or office behind one router, unless `--connections-per-address` says
/// otherwise.
pub const CONNECTIONS_PER_ADDRESS: usize = 128;
/// Messages that all connections of one address may send the relay each second, unless `--messages-per-second` says
/// otherwise.
pub const MESSAGES_PER_SECOND: u32 = 100;
/// So many seconds' worth of them may come at once.
const BURST_SECONDS: u32 = 4;
/// Addresses remembered before those without a connection are forgotten.
const MAX_REMEMBERED: usize = 8192;
/// An IPv6 customer has at least this prefix to choose addresses from (RFC 6177), so it counts as one.
const IPV6_PREFIX: u32 = 64;

/// How much the gate lets in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GateLimits {
    /// Connections in all.
    pub connections: usize,
    /// Connections of one address.
    pub per_address: usize,
    /// Relay messages each second of one address.
    pub messages_per_second: u32,
}

impl Default for GateLimits {
    fn default() -> Self {
        Self {
            connections: CONNECTIONS,
            per_address: CONNECTIONS_PER_ADDRESS,
            messages_per_second: MESSAGES_PER_SECOND,
        }
    }
}

/// Counts who is in. When it is full, whoever comes takes the place of the newest connection of the address that has
/// most, unless that would not make the shares more equal: a few greedy addresses cannot keep everybody else out.
#[derive(Debug)]
pub struct Gate {
    limits: GateLimits,
    remembered: usize,
    inside: Mutex<Inside>,
}

#[derive(Debug, Default)]
struct Inside {
    next: u64,
    connections: usize,
    addresses: HashMap<IpAddr, Address>,
}

#[derive(Debug)]
struct Address {
    connections: BTreeMap<u64, Arc<Notify>>,
    purse: Arc<Mutex<Bucket>>,
}

/// One connection that was let in; dropping it makes room for another.
#[derive(Debug)]
pub struct Pass {
    gate: Arc<Gate>,
    address: IpAddr,
    number: u64,
    purse: Arc<Mutex<Bucket>>,
    sent_out: Arc<Notify>,
    /// That of the connection over which this one comes, behind a proxy: held as long.
    _over: Option<Arc<Pass>>,
}

impl Gate {
    /// A gate with nobody inside.
    pub fn new(limits: GateLimits) -> Arc<Self> {
        Self::remembering(MAX_REMEMBERED, limits)
    }

    /// The same, that remembers at most so many addresses without a connection.
    fn remembering(remembered: usize, limits: GateLimits) -> Arc<Self> {
        Arc::new(Self { limits, remembered, inside: Mutex::default() })
    }

    /// Lets one more connection in, or none if there are too many.
    pub fn enter(self: &Arc<Self>, address: IpAddr, now: Instant) -> Option<Pass> {
        let address = counted_as(address);
        let mut inside = self.inside();
        let own = inside.addresses.get(&address).map_or(0, |known| known.connections.len());
        if own >= self.limits.per_address {
            return None;
        }
        if inside.connections >= self.limits.connections && !inside.make_room(own) {
            return None;
        }
        inside.forget(self.remembered, now);
        let rate = self.limits.messages_per_second;
        let purse = || Arc::new(Mutex::new(Bucket::new(rate.saturating_mul(BURST_SECONDS), rate, now)));
        let (number, sent_out) = (inside.next, Arc::new(Notify::new()));
        let new = || Address { connections: BTreeMap::new(), purse: purse() };
        let known = inside.addresses.entry(address).or_insert_with(new);
        known.connections.insert(number, Arc::clone(&sent_out));
        let purse = Arc::clone(&known.purse);
        inside.next += 1;
        inside.connections += 1;
        Some(Pass { gate: Arc::clone(self), address, number, purse, sent_out, _over: None })
    }

    /// How many are inside.
    pub fn connections(&self) -> usize {
        self.inside().connections
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        let inside = self.inside.lock().unwrap_or_else(PoisonError::into_inner);
        ground(|| inside.addresses.keys());
        inside
    }
}

impl Inside {
    /// Sends out the newest connection of the address with most, if that has more than the newcomer then would.
    fn make_room(&mut self, own: usize) -> bool {
        let greediest = self.addresses.values_mut().max_by_key(|address| address.connections.len());
        let Some(address) = greediest.filter(|address| address.connections.len() > own + 1) else { return false };
        if let Some((_, sent_out)) = address.connections.pop_last() {
            sent_out.notify_one();
            self.connections = self.connections.saturating_sub(1);
        }
        true
    }

    /// Forgets addresses that are gone once there are too many: first those with a full purse, then all.
    fn forget(&mut self, most: usize, now: Instant) {
        if self.addresses.len() < most {
            return;
        }
        self.addresses.retain(|_, address| !address.connections.is_empty() || !address.is_full(now));
        if self.addresses.len() >= most {
            self.addresses.retain(|_, address| !address.connections.is_empty());
        }
    }
}

impl Address {
    fn is_full(&self, now: Instant) -> bool {
        self.purse.lock().unwrap_or_else(PoisonError::into_inner).is_full(now)
    }
}

impl Pass {
    /// Of whom it is.
    pub const fn address(&self) -> IpAddr {
        self.address
    }

    /// Holds another pass for as long as this one.
    #[must_use]
    pub fn over(self, connection: Arc<Self>) -> Self {
        let mut pass = self;
        pass._over = Some(connection);
        pass
    }

    /// Takes one message from the purse of this address; false if it is empty.
    pub fn pay(&self, now: Instant) -> bool {
        self.purse.lock().unwrap_or_else(PoisonError::into_inner).take(now)
    }

    /// Takes what a message turned out to cost besides.
    pub fn charge(&self, messages: u32, now: Instant) {
        self.purse.lock().unwrap_or_else(PoisonError::into_inner).charge(messages, now);
    }

    /// Resolves when this connection must make room for another. For one waiter at a time.
    pub async fn sent_out(&self) {
        self.sent_out.notified().await;
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        let mut inside = self.gate.inside();
        let known = inside.addresses.get_mut(&self.address);
        // Who was sent out is no longer counted.
        if known.is_some_and(|known| known.connections.remove(&self.number).is_some()) {
            inside.connections = inside.connections.saturating_sub(1);
        }
    }
}

/// What an address counts as: IPv4 in IPv6 as IPv4, an IPv6 address as its network.
fn counted_as(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) if !v6.is_loopback() => {
            IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & (u128::MAX << (Ipv6Addr::BITS - IPV6_PREFIX))))
        }
        other => other,
    }
}

#[cfg(test)]
mod growth;
#[cfg(test)]
mod tests {
    use std::time::Duration;

    use futures::FutureExt;

    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn gate(connections: usize, per_address: usize) -> Arc<Gate> {
        Gate::new(GateLimits { connections, per_address, messages_per_second: 10 })
    }

    #[test]
    fn one_address_cannot_keep_the_others_out() {
        let (gate, now) = (gate(10, 3), Instant::now());
        let greedy: Vec<_> = (0..10).filter_map(|_| gate.enter(ip("192.0.2.1"), now)).collect();
        assert_eq!(greedy.len(), 3);
        assert!(gate.enter(ip("192.0.2.2"), now).is_some());
        drop(greedy);
        assert!(gate.enter(ip("192.0.2.1"), now).is_some());
    }

    #[test]
    fn there_is_an_end_for_all_together() {
        let (gate, now) = (gate(2, 3), Instant::now());
        let _inside = [gate.enter(ip("192.0.2.1"), now).unwrap(), gate.enter(ip("192.0.2.2"), now).unwrap()];
        assert!(gate.enter(ip("192.0.2.3"), now).is_none());
    }

    #[test]
    fn when_it_is_full_the_greediest_make_room_for_others_until_shares_are_equal() {
        let (gate, now) = (gate(6, 5), Instant::now());
        let enter = |address: &str| gate.enter(ip(address), now);
        let greedy: Vec<_> = (0..5).map(|_| enter("192.0.2.1").unwrap()).collect();
        let others: Vec<_> = (0..10).filter_map(|_| enter("192.0.2.2")).collect();
        assert_eq!(others.len(), 3);
        let sent_out = |pass: &Pass| pass.sent_out().now_or_never().is_some();
        assert_eq!(greedy.iter().map(sent_out).collect::<Vec<_>>(), [false, false, false, true, true]);
        assert!(!others.iter().any(sent_out));
        assert!(enter("192.0.2.3").is_some());
        drop((greedy, others));
        assert_eq!(gate.inside().connections, 0);
    }

    #[test]
    fn one_network_counts_as_one_address() {
        let (gate, now) = (gate(10, 1), Instant::now());
        let _one = gate.enter(ip("2001:db8::1"), now).unwrap();
        assert!(gate.enter(ip("2001:db8::2"), now).is_none());
        assert!(gate.enter(ip("2001:db8:0:1::1"), now).is_some());
        let _four = gate.enter(ip("192.0.2.1"), now).unwrap();
        assert!(gate.enter(ip("::ffff:192.0.2.1"), now).is_none());
    }

    #[test]
    fn reconnecting_does_not_refill_the_purse() {
        let (gate, now) = (gate(10, 10), Instant::now());
        let spend = |now| {
            let pass = gate.enter(ip("192.0.2.1"), now).unwrap();
            (0..1_000).filter(|_| pass.pay(now)).count()
        };
        assert_eq!(spend(now), 40);
        assert_eq!(spend(now), 0);
        assert_eq!(spend(now + Duration::from_secs(1)), 10);
    }

    #[test]
    fn addresses_that_are_gone_are_forgotten() {
        let (gate, now) = (gate(10, 10), Instant::now());
        for n in 0..20_000_u32 {
            let pass = gate.enter(IpAddr::V4(n.into()), now).unwrap();
            assert!(pass.pay(now));
        }
        assert!(gate.inside().addresses.len() <= MAX_REMEMBERED);
    }
}
