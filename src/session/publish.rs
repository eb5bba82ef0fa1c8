//! Snapshots for the page: the node's, which cost what changed, and what only a browser knows. What did not change is the same
//! memory as before.

use std::{collections::BTreeMap, rc::Rc};

use paceline_net::PeerInfo;
use paceline_node::{Snapshot, friendly_name, grace};
use paceline_room::sorted;

use super::{
    browser,
    engine::Engine,
    figures::{earlier_counts, earlier_round_trips},
    intake::takes_word,
    names, pauses,
    report::{LocalState, PageReport, Present, Rendezvous, Signatures, Status, TimeLeft, Waiting, here_word},
    view::{Connection, PeerView, RoomView, through},
};

/// For so long a page that found nobody yet says *connecting*, then *alone*, in milliseconds (a guess: tabs of one
/// browser meet in a tenth of it).
pub const CONNECTING_MS: f64 = 3_000.0;

/// How this node stands to the others.
pub fn connection(engine: &Engine, offline: bool) -> Connection {
    let replica = engine.node.replica();
    let progress = replica.progress();
    let (takes, full) = replica.intake();
    if offline {
        Connection::Offline
    } else if engine.net.peers().is_empty() {
        let waited = browser::fine_now() - engine.opened_at;
        if waited < CONNECTING_MS { Connection::Connecting } else { Connection::Alone }
    } else if takes.leaves_out(full) {
        Connection::Partial
    } else if progress.missing_events > 0 || !progress.reconciled || replica.log().is_empty() {
        Connection::CatchingUp
    } else {
        Connection::InSync
    }
}

/// The room as the node has it now; `ahead`: by how much it is later than this machine's clock says, as far as that is known.
fn snapshot(engine: &Engine, ahead: i64) -> Rc<Snapshot> {
    let grace = grace(engine.node.replica().fold());
    engine.node.snapshot(&mut engine.snapshots.borrow_mut(), ahead, engine.is_cut_off(grace))
}

/// The room as it is now; `before` lends what has not changed, and is the same if nothing has.
/// Without `figures` those that change by themselves stay as they were told before.
#[inline(never)]
pub fn room_view(
    engine: &Engine,
    offline: bool,
    figures: bool,
    ahead: i64,
    before: Option<&Rc<RoomView>>,
) -> Rc<RoomView> {
    let connection = connection(engine, offline);
    let now = snapshot(engine, ahead);
    let told = before.filter(|it| !figures && it.room == engine.link.room);
    let peers = earlier_round_trips(linked(engine), told.map_or(&[], |it| &it.peers));
    let peers: Rc<[PeerView]> = same(before.map(|it| &it.peers), peers);
    let rendezvous = earlier_counts(engine.net.rendezvous(), told.map_or(&[], |it| &it.rendezvous));
    let replica = engine.node.replica();
    let fold = replica.fold();
    let named = now.people.me().is_some_and(|it| !it.person.name.is_empty());
    let (takes, full) = replica.intake();
    let (lists, batons) = (now.lists.clone(), now.batons.clone());
    let meeting = fold.meeting_now(replica.log()).map(|it| it.leading);
    let apart = meeting.as_ref().map(|it| fold.steps_apart(replica.log(), &it.cid)).unwrap_or_default();
    let view = RoomView {
        room: engine.link.room,
        link: engine.link_text.clone(),
        me: engine.me,
        practice: !engine.is_kept(),
        ask_who: engine.ask_who.get(),
        title: same_text(before.map(|it| &it.title), &names::plain(fold.title())),
        purpose: same_text(before.map(|it| &it.purpose), fold.purpose()),
        form: same_text(before.map(|it| &it.form), fold.form()),
        newer: fold.is_newer(),
        version: fold.version(),
        raised: lists.raised.clone(),
        values: fold.values(),
        connection,
        takes,
        full,
        unplugged: matches!(connection, Connection::Connecting | Connection::Alone) && !browser::has_network(),
        progress: (connection == Connection::CatchingUp)
            .then_some((now.events, now.events + now.progress.missing_events)),
        events: now.events,
        linked: peers.iter().filter(|it| it.direct).count(),
        proposed_name: (!named).then(|| friendly_name(&engine.me).into()),
        people: now.people.clone(),
        other_tabs: same(before.map(|it| &it.other_tabs), engine.other_tabs()),
        claims: same(before.map(|it| &it.claims), engine.claims()),
        mentions: same(before.map(|it| &it.mentions), engine.mentions(&lists)),
        joined: lists.persons,
        posts: lists.posts,
        unchecked: now.unchecked.clone(),
        storing: same(before.map(|it| &it.storing), engine.node.storing()),
        unsent: same(before.map(|it| &it.unsent), paceline_node::listed(&engine.node.desk())),
        unkept: engine.node.is_unkept(),
        gone: engine.node.is_gone(),
        versions: lists.versions,
        feedback_on: lists.feedback_on,
        loops: now.loops.clone(),
        batons: lists.batons,
        meeting,
        apart: same(before.map(|it| &it.apart), apart),
        meetings: lists.meetings,
        rounds: lists.rounds,
        decisions: lists.decisions,
        polls: now.polls.clone(),
        postponed: same(before.map(|it| &it.postponed), engine.postponed()),
        mandates: now.mandates.clone(),
        promises: lists.promises,
        led: batons.led,
        led_by_me: batons.mine,
        ended: batons.ended,
        free: batons.free,
        closed: batons.closed,
        for_me: batons.for_me,
        vanished: batons.vanished,
        unheard: batons.unheard,
        overtime: batons.overtime,
        unknown: lists.unknown,
        ignored: now.ignored.clone(),
        doubtful: now.doubtful.clone(),
        hands: now.floor.hands.clone(),
        waits: now.floor.waits.clone(),
        timer: now.floor.timer,
        reach: now.reach.clone(),
        storage: engine.storage(),
        peers,
        reached: replica.reached().clone(),
        rendezvous: same(before.map(|it| &it.rendezvous), rendezvous),
        unlinked: same(before.map(|it| &it.unlinked), engine.net.unlinked()),
    };
    before.filter(|it| ***it == view).cloned().unwrap_or_else(|| Rc::new(view))
}

/// This node, now.
pub fn status(engine: &Engine, offline: bool) -> Status {
    let state = connection(engine, offline);
    let replica = engine.node.replica();
    let progress = replica.progress();
    let mut peers = linked(engine);
    peers.extend(through(&peers, replica.reached()));
    for it in &mut peers {
        it.name = replica.fold().person(&it.node).map(|it| it.name.clone()).unwrap_or_default();
    }
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
        state: it.state,
        sent: it.sent,
        received: it.received,
    });
    Status {
        room: Some(engine.link.room),
        node: Some(engine.me),
        state,
        peers,
        events: replica.log().len(),
        pending: replica.pending(),
        signatures: Signatures::of(engine.node.signatures(), engine.node.verifying_took()),
        takes: takes_word(replica.intake().0),
        full: replica.intake().1,
        refused,
        newer,
        missing: progress.missing_events + progress.missing_words,
        storage: engine.storage(),
        rendezvous: rendezvous.collect(),
        page: page(Some(engine)),
    }
}

/// How this page fares, with the open room if there is one.
pub fn page(engine: Option<&Engine>) -> PageReport {
    let pauses = pauses::seen();
    let replica = engine.map(|it| it.node.replica());
    let (log, words) = replica.map_or((0, 0), |it| (it.log().bytes(), it.fold().words_bytes()));
    PageReport {
        long_tasks: pauses.many,
        longest_task_ms: pauses.longest as u32,
        measured_by: pauses.by,
        memory_bytes: browser::memory(),
        log_bytes: log as u64,
        words_bytes: words as u64,
        drawings: engine.map_or(0, |it| it.told.get()),
    }
}

/// Presence and reach.
pub fn local(engine: &Engine, ahead: i64) -> LocalState {
    let now = browser::now();
    let shown = snapshot(engine, ahead);
    let replica = engine.node.replica();
    let present = replica.presence().into_iter().map(|(node, it)| Present {
        node,
        here: here_word(it.here),
        since_ms: now.saturating_sub(it.since),
    });
    let reach = shown.reach.iter().map(|(cid, reach)| (cid.to_string(), reach.into()));
    let waits = shown.floor.waits.iter().map(|(node, round)| Waiting { node: *node, round: *round });
    let timer =
        shown.floor.timer.map(|it| TimeLeft { set: it.set, about: it.about, seconds: it.seconds, left: it.left(now) });
    LocalState {
        present: present.collect(),
        reach: sorted::map(reach),
        hands: shown.floor.hands.to_vec(),
        waits: waits.collect(),
        timer,
        notices: Vec::new(),
    }
}

/// The linked nodes; what they call themselves is for scripts to know.
fn linked(engine: &Engine) -> Vec<PeerView> {
    let view = |it: PeerInfo| PeerView {
        node: it.node,
        name: String::new(),
        direct: it.direct,
        rtt_ms: it.rtt_ms,
        via: it.via,
        path: it.path,
        through: None,
    };
    engine.net.peers().into_iter().map(view).collect()
}

/// The earlier slice if nothing in it changed.
fn same<T: PartialEq>(before: Option<&Rc<[T]>>, now: Vec<T>) -> Rc<[T]> {
    before.filter(|it| ***it == *now).cloned().unwrap_or_else(|| now.into())
}

fn same_text(before: Option<&Rc<str>>, now: &str) -> Rc<str> {
    before.filter(|it| ***it == *now).cloned().unwrap_or_else(|| now.into())
}
