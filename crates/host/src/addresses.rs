//! Under which addresses this machine is found in its local network.

use std::net::IpAddr;

/// The addresses of this machine that others may reach it by, those of home and office networks (RFC 1918) first.
/// Without loopback, link-local and IPv6 addresses: nobody types those.
pub fn of_this_machine() -> Vec<IpAddr> {
    let interfaces = if_addrs::get_if_addrs().unwrap_or_default();
    let mut addresses: Vec<_> = interfaces
        .iter()
        .filter_map(|interface| match interface.ip() {
            IpAddr::V4(ip) if !ip.is_loopback() && !ip.is_link_local() => Some(ip),
            _ => None,
        })
        .collect();
    addresses.sort_by_key(|ip| !ip.is_private());
    addresses.dedup();
    addresses.into_iter().map(IpAddr::V4).collect()
}
