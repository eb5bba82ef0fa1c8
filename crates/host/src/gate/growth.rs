//! Laws of growth of the gate: its tables are bounded, and hold n, 2 n and 4 n here.

use paceline_room::{
    cost,
    testing::growth::{Grows, Law, assert_kept, assert_measured, assert_sighted},
};

use super::*;

/// What looks at the tables.
const HANDLERS: &[(&str, &[Law])] = &[("enter", ENTER), ("connections", COUNTED)];
/// What looks at none.
const TABLELESS: &[&str] = &["pay", "charge"];

const ENTER: &[Law] = &[
    Law::new("a connection of an address that is new beside n", Grows::Never, |n| {
        let (gate, _inside) = full(n, 2 * n, 2 * n);
        cost::of(|| assert!(gate.enter(address(n), now()).is_some())).1
    }),
    Law::new("a connection where n addresses fill the gate and share it", Grows::Each(2), |n| {
        let (gate, _inside) = full(n, n, 2 * n);
        cost::of(|| assert!(gate.enter(address(n), now()).is_none())).1
    }),
    Law::new("a connection that takes another's place among n addresses", Grows::Each(2), |n| {
        let (gate, mut inside) = full(n, n + 2, 2 * n);
        inside.extend((0..2).map(|_| gate.enter(address(0), now()).expect("there is room")));
        cost::of(|| assert!(gate.enter(address(n), now()).is_some())).1
    }),
    Law::new("a connection where n addresses without any are remembered, and no more may be", Grows::Each(4), |n| {
        let (gate, inside) = full(n, 2 * n, n);
        inside.iter().for_each(|pass| assert!(pass.pay(now())));
        drop(inside);
        cost::of(|| assert!(gate.enter(address(n), now()).is_some())).1
    }),
];

const COUNTED: &[Law] = &[Law::new("how many are inside, of n", Grows::Never, |n| {
    let (gate, _inside) = full(n, n, n);
    cost::of(|| gate.connections()).1
})];

/// What is not called by a name.
const DROPPED: &[Law] = &[Law::new("a connection that ends beside n", Grows::Never, |n| {
    let (_gate, mut inside) = full(n, n, n);
    let pass = inside.pop();
    cost::of(|| drop(pass)).1
})];

fn now() -> Instant {
    static NOW: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    *NOW.get_or_init(Instant::now)
}

fn address(n: usize) -> IpAddr {
    IpAddr::V4(u32::try_from(n).expect("few").into())
}

/// A gate with a connection of each of n addresses.
fn full(n: usize, connections: usize, remembered: usize) -> (Arc<Gate>, Vec<Pass>) {
    let limits = GateLimits { connections, per_address: n, messages_per_second: 1 };
    let gate = Gate::remembering(remembered, limits);
    let inside = (0..n).map(|at| gate.enter(address(at), now()).expect("there is room")).collect();
    (gate, inside)
}

fn laws() -> impl Iterator<Item = &'static Law> {
    HANDLERS.iter().map(|(_, laws)| *laws).chain([DROPPED]).flatten()
}

#[test]
fn every_handler_of_the_gate_has_a_law_and_every_map_counts() {
    assert_measured(&[include_str!("../gate.rs")], &["&self", "self: &Arc<Self>"], HANDLERS, TABLELESS);
}

#[test]
fn every_law_of_growth_of_the_gate_is_kept_or_known_to_be_broken() {
    assert_kept(laws());
}

#[test]
fn a_planted_walk_breaks_every_law_of_growth_of_the_gate() {
    assert_sighted(laws());
}
