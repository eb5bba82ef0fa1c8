//! Where relayed messages go on, and how many. Whole rooms are in tests/sim.

use paceline_room::testing::World;

use super::*;
use crate::wire::{ShortIds, Signed, short_node};

const ME: usize = 0;

struct Node {
    world: World,
    roster: Roster,
    relayed: Relayed,
    heard: u64,
}

/// Author 0 with neighbours, each with the links that it lists.
fn node(neighbours: &[(usize, &[usize])]) -> Node {
    let world = World::new(80);
    let mut node =
        Node { roster: Roster::new(world.author(ME), world.room()), relayed: Relayed::default(), heard: 0, world };
    for (peer, links) in neighbours {
        let id = node.world.author(*peer);
        node.roster.link_up(id, 0);
        node.roster.on_hello(id, None, 0).unwrap();
        node.relayed.link_up(id, 0);
        node.hear(*peer, *peer, links);
    }
    node
}

impl Node {
    fn hear(&mut self, by: usize, from: usize, links: &[usize]) {
        let mut beacon = Roster::new(self.world.author(by), self.world.room()).beacon(0);
        self.heard += 1;
        beacon.counter = self.heard;
        beacon.links = ShortIds(links.iter().map(|it| short_node(&self.world.author(*it))).collect());
        let signed = Signed::new(&beacon, &self.world.keypair(by));
        self.roster.on_beacon(self.world.author(from), signed, &self.world.whole(), 0).unwrap();
    }

    fn send(&mut self, to: usize, bytes: &[u8], now: Millis) -> Vec<NodeId> {
        let fate = self.relayed.send(self.world.author(to), bytes.to_vec(), &self.roster, now);
        let Fate::GoesOn(next, carry) = fate else { panic!("{fate:?}") };
        assert_eq!(carry.1, RELAYED_LINKS - 1);
        next
    }

    fn take(&mut self, from: usize, to: usize, links: u8, bytes: &[u8], now: Millis) -> Fate {
        let carry = Carry(self.world.author(to), links, bytes.to_vec().into());
        let (from, me) = (self.world.author(from), self.world.author(ME));
        self.relayed.on_carry(from, carry, &me, &self.roster, now)
    }

    fn authors(&self, of: &[usize]) -> Vec<NodeId> {
        of.iter().map(|it| self.world.author(*it)).collect()
    }
}

fn goes_to(fate: Fate) -> Vec<NodeId> {
    if let Fate::GoesOn(next, _) = fate { next } else { panic!("{fate:?}") }
}

#[test]
fn a_letter_for_a_neighbour_goes_straight_to_it() {
    let mut node = node(&[(1, &[0, 2]), (2, &[0, 1]), (3, &[0])]);
    assert_eq!(goes_to(node.take(1, 2, 1, b"letter", 0)), node.authors(&[2]));
    assert_eq!(node.send(3, b"nobody else is linked with it", 0), node.authors(&[3]));
}

#[test]
fn an_own_letter_for_a_neighbour_goes_around_their_link_too() {
    let mut node = node(&[(1, &[0, 9]), (2, &[0, 9]), (3, &[0, 9]), (9, &[0, 1, 2, 3])]);
    let next = node.send(9, b"the link between us fails", 0);
    assert_eq!((next.len(), next[0]), (1 + BEARERS, node.world.author(9)));
}

#[test]
fn a_letter_goes_to_two_neighbours_of_its_addressee_and_later_to_others() {
    let mut node = node(&[(1, &[0, 9]), (2, &[0, 9]), (3, &[0, 9]), (4, &[0, 9]), (5, &[0])]);
    let first = node.send(9, b"one", 0);
    assert_eq!(first.len(), BEARERS);
    assert_eq!(node.send(9, b"two", TURN - 1), first, "what belongs together keeps its order");
    let mut bearers: Vec<NodeId> = (1..20u8).flat_map(|turn| node.send(9, &[turn], u64::from(turn) * TURN)).collect();
    bearers.sort_unstable();
    bearers.dedup();
    let mut all = node.authors(&[1, 2, 3, 4]);
    all.sort_unstable();
    assert_eq!(bearers, all);
}

#[test]
fn what_the_addressee_says_of_its_links_counts_as_well() {
    let mut node = node(&[(1, &[0, 9]), (2, &[0])]);
    node.hear(9, 1, &[2]);
    let mut next = node.send(9, b"letter", 0);
    next.sort_unstable();
    let mut both = node.authors(&[1, 2]);
    both.sort_unstable();
    assert_eq!(next, both);
}

#[test]
fn a_letter_for_somebody_far_is_scattered_once() {
    let mut node = node(&[(1, &[0]), (2, &[0]), (3, &[0]), (4, &[0]), (5, &[0])]);
    assert_eq!(node.send(9, b"mine", 0).len(), SCATTERED);
    assert_eq!(
        goes_to(node.take(1, 9, RELAYED_LINKS - 1, b"another's", 0)),
        vec![],
        "one link is left, none leads there"
    );
}

#[test]
fn a_letter_never_goes_back_where_it_came_from() {
    let mut node = node(&[(1, &[0, 9]), (2, &[0, 9])]);
    assert_eq!(goes_to(node.take(1, 9, 2, b"letter", 0)), node.authors(&[2]));
}

#[test]
fn a_letter_ends_after_its_last_link() {
    let mut node = node(&[(1, &[0]), (2, &[0, 9]), (9, &[0, 2])]);
    assert_eq!(goes_to(node.take(1, 9, 0, b"letter", 0)), vec![]);
    assert_eq!(goes_to(node.take(2, 9, 1, b"letter", 0)), node.authors(&[9]), "it came again by a shorter way");
}

#[test]
fn a_letter_is_read_once_and_passed_on_once() {
    let mut node = node(&[(1, &[0, 2]), (2, &[0, 1]), (3, &[0, 1])]);
    assert_eq!(node.take(1, ME, 0, b"letter", 0), Fate::Mine(b"letter".to_vec()));
    assert_eq!(goes_to(node.take(2, ME, 0, b"letter", 0)), vec![]);
    assert_eq!(
        goes_to(node.take(1, 2, 1, b"letter", 0)),
        node.authors(&[2]),
        "another addressee, another relayed message"
    );
    assert_eq!(goes_to(node.take(3, 2, 1, b"letter", 0)), vec![]);
}

#[test]
fn an_own_letter_that_comes_around_is_not_sent_again() {
    let mut node = node(&[(1, &[0]), (2, &[0])]);
    assert_eq!(node.send(9, b"letter", 0).len(), 2);
    node.hear(1, 1, &[0, 9]);
    assert_eq!(goes_to(node.take(2, 9, 2, b"letter", 0)), vec![]);
}

fn flood(node: &mut Node, from: usize, number: u32, now: Millis) -> (u64, u64) {
    let (mut passed_on, mut refused) = (0, 0);
    for number in 0..number {
        match node.take(from, 9, 1, &[number.to_be_bytes(), [from as u8; 4]].concat(), now) {
            Fate::GoesOn(next, _) => passed_on += next.len() as u64 * RELAYED_LEAST,
            Fate::TooMany => refused += RELAYED_LEAST,
            fate @ Fate::Mine(_) => panic!("{fate:?}"),
        }
    }
    (passed_on, refused)
}

#[test]
fn what_a_neighbour_brings_too_much_of_is_left_out_and_the_others_letters_go_on() {
    let mut node = node(&[(1, &[0]), (2, &[0]), (9, &[0])]);
    assert_eq!(flood(&mut node, 1, 1_000, 0), (RELAYED_FOR_ONE.burst, 0));
    assert_eq!(goes_to(node.take(2, 9, 1, b"somebody else's", 0)), node.authors(&[9]));
    assert_eq!(node.take(1, ME, 0, b"for this node", 0), Fate::Mine(b"for this node".to_vec()));
}

#[test]
fn a_neighbour_that_brings_more_than_any_honest_node_sends_is_refused() {
    let mut node = node(&[(1, &[0]), (9, &[0])]);
    let (_, refused) = flood(&mut node, 1, 3_000, 0);
    assert_eq!(refused, 3_000 * RELAYED_LEAST - RELAYED_IN.first);
}

#[test]
fn nobody_is_refused_for_what_lay_before_it_was_read() {
    let mut node = node(&[(1, &[0]), (9, &[0])]);
    // A page that was frozen for half a minute, while its neighbour sent as much as any honest node may.
    let sent = RELAYED_OUT.burst + RELAYED_OUT.per_second * 30;
    let (_, refused) = flood(&mut node, 1, (sent / RELAYED_LEAST) as u32, 30_000);
    assert_eq!(refused, 0);
}

#[test]
fn no_link_gets_more_letters_than_it_carries_beside_its_own_work() {
    let flooders: Vec<(usize, &[usize])> = (1..9).map(|peer| (peer, &[0][..])).collect();
    let mut node = node(&[&flooders[..], &[(9, &[0])]].concat());
    let sent: u64 = (1..9).map(|peer| flood(&mut node, peer, 600, 0).0).sum();
    assert_eq!(sent, RELAYED_OUT.burst);
}
