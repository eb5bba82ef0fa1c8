//! Snapshots for the page, from the replica. What did not change keeps its `Rc`.

use std::{collections::BTreeMap, rc::Rc, sync::Arc};

use paceline_mesh::{
    Replica,
    replica::{Here, Presence, Reach},
};
use paceline_net::Path;
use paceline_node::{friendly_name, silence};
use paceline_room::{Cid, NodeId, sorted, state::Person};

use super::{
    browser,
    engine::Engine,
    report::{LocalState, Present, Rendezvous, Status, here_word},
    view::{Connection, PeerView, PersonView, RoomView},
};

/// For so long a page that found nobody yet says *connecting*, then *alone*, in milliseconds (a guess: tabs of one
/// browser meet in a tenth of it).
pub const CONNECTING_MS: f64 = 3_000.0;
/// Of how many of the newest posts the reach is shown.
const REACH_SHOWN: usize = 200;
/// How many posts are shown at most before their past is here: a page to read.
const UNCHECKED_SHOWN: usize = 30;
/// Silence after which a step-in is offered, if the room's form does not say, in seconds.
const DEFAULT_GRACE: u32 = 30;

/// How this node stands to the others.
pub fn connection(engine: &Engine, offline: bool) -> Connection {
    let replica = engine.node.replica();
    let progress = replica.progress();
    if offline {
        Connection::Offline
    } else if engine.net.peers().is_empty() {
        let waited = browser::fine_now() - engine.opened_at;
        if waited < CONNECTING_MS { Connection::Connecting } else { Connection::Alone }
    } else if progress.missing_events > 0 || !progress.reconciled || replica.log().is_empty() {
        Connection::CatchingUp
    } else {
        Connection::InSync
    }
}

/// The room as it is now (Unix milliseconds, as far as that is known); `before` lends what has not changed.
pub fn room_view(engine: &Engine, offline: bool, now: u64, before: Option<&RoomView>) -> RoomView {
    let connection = connection(engine, offline);
    let peers: Rc<[PeerView]> = same(before.map(|it| &it.peers), peers(engine));
    let replica = engine.node.replica();
    let fold = replica.fold();
    let progress = replica.progress();
    let here = replica.log().len();
    let mine = fold.person(&engine.me);
    let named = mine.is_some_and(|it| !it.name.is_empty());
    let storage = engine.storage();
    RoomView {
        room: engine.link.room,
        link: engine.link_text.clone(),
        me: engine.me,
        ask_who: engine.ask_who.get(),
        title: same_text(before.map(|it| &it.title), fold.title()),
        purpose: same_text(before.map(|it| &it.purpose), fold.purpose()),
        form: same_text(before.map(|it| &it.form), fold.form()),
        newer: fold.is_newer(),
        values: fold.values().cloned(),
        connection,
        unplugged: matches!(connection, Connection::Connecting | Connection::Alone) && !browser::has_network(),
        progress: (connection == Connection::CatchingUp).then_some((here, here + progress.missing_events)),
        linked: peers.iter().filter(|it| it.direct).count(),
        proposed_name: (!named).then(|| friendly_name(&engine.me).into()),
        people: same(before.map(|it| &it.people), people(engine, &replica, &peers)),
        posts: same_arcs(before.map(|it| &it.posts), fold.posts().cloned()),
        unchecked: same(before.map(|it| &it.unchecked), replica.unchecked_posts(UNCHECKED_SHOWN)),
        storing: same(before.map(|it| &it.storing), engine.node.storing()),
        unsent: same(before.map(|it| &it.unsent), paceline_node::listed(&engine.node.desk())),
        unkept: engine.node.is_unkept(),
        gone: engine.node.is_gone(),
        feedback: same_arcs(before.map(|it| &it.feedback), fold.feedback().cloned()),
        batons: same_arcs(before.map(|it| &it.batons), fold.batons().cloned()),
        overtime: {
            let over = engine.terms.borrow_mut().overtime(fold.batons(), browser::now());
            same(before.map(|it| &it.overtime), over)
        },
        unknown: same_arcs(before.map(|it| &it.unknown), fold.unknown().cloned()),
        ignored: same(before.map(|it| &it.ignored), fold.ignored_transfers(replica.log())),
        doubtful: engine.clocks.borrow_mut().look(replica.log(), engine.me, now, browser::wall_clock()),
        reach: {
            let reach = reach(&replica);
            before.map(|it| &it.reach).filter(|it| ***it == reach).cloned().unwrap_or_else(|| Rc::new(reach))
        },
        storage,
        peers,
        rendezvous: same(before.map(|it| &it.rendezvous), engine.net.rendezvous()),
        unlinked: same(before.map(|it| &it.unlinked), engine.net.unlinked()),
    }
}

/// This node, now.
pub fn status(engine: &Engine, offline: bool) -> Status {
    let state = connection(engine, offline);
    let replica = engine.node.replica();
    let progress = replica.progress();
    let (mut refused, mut newer) = (BTreeMap::new(), BTreeMap::new());
    let of_network = engine.refused.borrow();
    for (code, count) in replica.refused().into_iter().chain(of_network.iter().map(|(code, count)| (*code, *count))) {
        // What a later build wrote is skipped, and nothing is wrong with it.
        let counts = if code.starts_with("newer-") { &mut newer } else { &mut refused };
        *counts.entry(code.to_owned()).or_default() += count;
    }
    let rendezvous = engine.net.rendezvous().into_iter().map(|it| Rendezvous {
        kind: it.kind.to_string(),
        url: it.url,
        state: it.state.to_string(),
        sent: it.sent,
        received: it.received,
    });
    Status {
        room: Some(engine.link.room),
        node: Some(engine.me),
        state,
        peers: peers(engine),
        events: replica.log().len(),
        pending: replica.pending(),
        refused,
        newer,
        missing: progress.missing_events + progress.missing_words,
        storage: engine.storage(),
        rendezvous: rendezvous.collect(),
    }
}

/// Presence and reach.
pub fn local(engine: &Engine) -> LocalState {
    let replica = engine.node.replica();
    let now = browser::now();
    let present = replica.presence().into_iter().map(|(node, it)| Present {
        node,
        here: here_word(it.here),
        since_ms: now.saturating_sub(it.since),
    });
    let reach = reach(&replica).into_iter().map(|(cid, reach)| (cid.to_string(), reach.into()));
    LocalState { present: present.collect(), reach: sorted::map(reach), notices: Vec::new() }
}

/// The linked nodes, then those present that are reached through them. Strangers (made-up keys, perhaps) are not among these.
fn peers(engine: &Engine) -> Vec<PeerView> {
    let replica = engine.node.replica();
    let name = |node: &NodeId| replica.fold().person(node).map(|it| it.name.clone()).unwrap_or_default();
    let linked = engine.net.peers().into_iter().map(|it| PeerView {
        node: it.node,
        name: name(&it.node),
        direct: it.direct,
        rtt_ms: it.rtt_ms,
        via: it.via,
        path: it.path.as_str(),
        through: None,
    });
    let mut peers: Vec<PeerView> = linked.collect();
    for it in replica.reached_through() {
        if !it.is_stranger && !peers.iter().any(|peer| peer.node == it.node) {
            peers.push(PeerView {
                node: it.node,
                name: name(&it.node),
                direct: false,
                rtt_ms: None,
                via: String::new(),
                path: Path::Through.as_str(),
                through: Some(it.through),
            });
        }
    }
    peers
}

fn reach(replica: &Replica) -> BTreeMap<Cid, Reach> {
    sorted::map(replica.fold().posts().rev().take(REACH_SHOWN).map(|post| (post.cid, replica.reach(&post.cid))))
}

fn people(engine: &Engine, replica: &Replica, peers: &[PeerView]) -> Vec<PersonView> {
    let presence = replica.presence();
    let grace = u64::from(replica.fold().values().map_or(DEFAULT_GRACE, |it| it.grace)) * 1_000;
    let cut_off = engine.is_cut_off(grace);
    let placeholder = |node: NodeId| {
        let hue = replica.fold().free_hue(&node);
        Arc::new(Person { node, name: String::new(), strengths: Vec::new(), hue, split: false })
    };
    let view = |person: Arc<Person>| {
        let me = person.node == engine.me;
        let seen = presence.get(&person.node);
        let here = if me { Here::Here } else { seen.map_or(Here::Gone, |it| it.here) };
        let silent_ms = if me { 0 } else { silence(seen, browser::now()) };
        let goodbye = seen.is_some_and(|it: &Presence| it.goodbye);
        PersonView {
            name: "".into(),
            here,
            me,
            path: peers.iter().find(|it| it.node == person.node).map(|it| it.path),
            may_be_replaced: !me && here == Here::Gone && (goodbye || (silent_ms >= grace && !cut_off)),
            // To the second, so that a snapshot equals the one before while nothing happens.
            silent_ms: silent_ms / 1_000 * 1_000,
            person,
        }
    };
    let mut people: Vec<PersonView> = replica.fold().people().cloned().map(view).collect();
    let known = |node: &NodeId, people: &[PersonView]| people.iter().any(|it| it.person.node == *node);
    let strangers = presence.iter().filter(|(_, it)| it.here != Here::Gone).map(|(node, _)| *node);
    for node in strangers.chain([engine.me]) {
        if !known(&node, &people) {
            people.push(view(placeholder(node)));
        }
    }
    sorted::short_list(&mut people, |it| (!it.me, it.here));
    engine.names.borrow_mut().name(&mut people);
    people
}

/// The earlier slice if nothing in it changed.
fn same<T: PartialEq>(before: Option<&Rc<[T]>>, now: Vec<T>) -> Rc<[T]> {
    before.filter(|it| ***it == *now).cloned().unwrap_or_else(|| now.into())
}

/// The same for shared entries: compared by pointer, so that 10,000 posts cost 10,000 comparisons of a word.
fn same_arcs<T>(before: Option<&Rc<[Arc<T>]>>, now: impl Iterator<Item = Arc<T>>) -> Rc<[Arc<T>]> {
    let now: Vec<_> = now.collect();
    let unchanged = |it: &&Rc<[Arc<T>]>| it.len() == now.len() && it.iter().zip(&now).all(|(a, b)| Arc::ptr_eq(a, b));
    before.filter(unchanged).cloned().unwrap_or_else(|| now.into())
}

fn same_text(before: Option<&Rc<str>>, now: &str) -> Rc<str> {
    before.filter(|it| ***it == *now).cloned().unwrap_or_else(|| now.into())
}
