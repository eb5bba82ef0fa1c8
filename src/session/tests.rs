//! Nodes in a real browser: over IndexedDB they end as they do over memory, and two of them live in one page.

use std::{
    cell::{Cell, RefCell},
    rc::{Rc, Weak},
};

use futures::future::LocalBoxFuture;
use paceline_mesh::{Input, Lane};
use paceline_node::{Founding, Key, Links, Named, Node, Parts, Ready, Surroundings, Timer};
use paceline_room::{
    Cid, Keypair, NodeId, Stored,
    batch::{Counts, LOT},
    body::{FormValues, Policy, RoomFounded, meetings},
};
use paceline_store::{Desk, IdbStore, MemoryStore, Place, Store};
use serde_bytes::ByteArray;
use wasm_bindgen_futures::spawn_local;
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::{
    beginning::{beginning, going_on},
    browser,
    express::express,
    surroundings::ThisPage,
};
use crate::forms;

/// Turns of the event loop after which what is waited for will not come.
const MOST_TURNS: usize = 100_000;

/// What holds natively of signatures in batches holds here.
#[path = "../../crates/room/tests/batches/mod.rs"]
mod batches;

/// This page, but for randomness and the time of day: the same steps make the same bytes.
#[derive(Default)]
struct Steady {
    drawn: Cell<u64>,
}

impl Surroundings for Steady {
    fn now(&self) -> f64 {
        ThisPage.now()
    }

    fn wall_clock(&self) -> u64 {
        1_800_000_000_000
    }

    fn random(&self, bytes: &mut [u8]) {
        self.drawn.set(self.drawn.get() + 1);
        let drawn = self.drawn.get().to_le_bytes();
        bytes.iter_mut().zip(drawn.into_iter().cycle()).for_each(|(byte, it)| *byte = it);
    }

    fn spawn(&self, task: LocalBoxFuture<'static, ()>) {
        ThisPage.spawn(task);
    }

    fn after(&self, millis: u32, call: Box<dyn FnOnce()>) -> Timer {
        ThisPage.after(millis, call)
    }

    fn turn(&self) -> LocalBoxFuture<'static, ()> {
        ThisPage.turn()
    }
}

/// A key that nobody else wants.
#[derive(Default)]
struct LoneKey {
    mark: Cell<Option<u64>>,
    note: RefCell<Option<String>>,
}

impl Key for LoneKey {
    fn leave_unsaved(&self, note: Option<&str>) -> bool {
        *self.note.borrow_mut() = note.map(str::to_owned);
        true
    }

    fn note_written(&self, seq: u64) -> LocalBoxFuture<'static, ()> {
        self.mark.set(Some(seq));
        Box::pin(async {})
    }
}

/// A link within the page, to at most one other.
#[derive(Default)]
struct Within {
    from: Cell<Option<NodeId>>,
    to: RefCell<Weak<Node>>,
}

impl Links for Within {
    fn send(&self, _: NodeId, lane: Lane, bytes: Vec<u8>) {
        let (to, from) = (self.to.borrow().clone(), self.from.get());
        spawn_local(async move {
            if let (Some(to), Some(peer)) = (to.upgrade(), from) {
                to.input(Input::Received { peer, lane, bytes });
            }
        });
    }

    fn disconnect(&self, peer: NodeId) {
        panic!("{peer} broke the protocol");
    }

    fn carried(&self, _: Vec<u8>) {}

    fn acquainted(&self, _: &[NodeId]) {}

    fn rest(&self, _: bool) {}

    fn goodbye(&self) {}

    fn online(&self) {}

    fn network_changed(&self) {}
}

fn founding(keypair: Keypair) -> Founding {
    let body = RoomFounded {
        fold: 1_u64.try_into().unwrap(),
        title: "A room".try_into().unwrap(),
        purpose: Default::default(),
        form: "blank".try_into().unwrap(),
        values: FormValues { policy: Policy::Consent, quorum: 50_u64.try_into().unwrap(), quorum_cap: 12, grace: 30 },
        nonce: ByteArray::new([0; 16]),
    };
    Founding::sign(keypair, 1_800_000_000_000, body).expect("a founding event")
}

async fn open(room: Cid, secret: u8, store: Rc<dyn Store>) -> (Rc<Node>, Rc<Within>, Rc<LoneKey>) {
    let keypair = Keypair::from_secret([secret; 32]);
    let ready = Ready::load(room, &keypair, &*store, &ThisPage).await.expect("read");
    let desk = Desk::open(store.unsent().await.expect("read"), None);
    let (links, key) = (Rc::new(Within::default()), Rc::new(LoneKey::default()));
    links.from.set(Some(keypair.node()));
    let parts = Parts {
        keypair,
        key: key.clone(),
        store,
        desk,
        left: false,
        express,
        links: links.clone(),
        around: Rc::new(Steady::default()),
        away: false,
        tell: Box::new(|_| ()),
    };
    (Node::open(parts, ready), links, key)
}

async fn until(what: &str, holds: impl Fn() -> bool) {
    for _ in 0..MOST_TURNS {
        if holds() {
            return;
        }
        browser::take_turn().await;
    }
    panic!("it never came to that: {what}");
}

async fn post(node: &Rc<Node>, place: Place, text: &str) {
    node.set_draft(&place, |it| it.text = text.into());
    let id = node.submit(&place, "").expect("an intent");
    assert_eq!(node.deliver(id).await, Ok(()));
}

type Held = (Vec<Stored>, Vec<(String, String)>);

/// A person founds a room, writes, answers, edits, takes back, and leaves something half-written. What storage then holds.
async fn steps(store: Rc<dyn Store>) -> Held {
    let keypair = Keypair::from_secret([7; 32]);
    let founding = founding(keypair);
    let room = founding.room;
    founding.keep(&*store).await.expect("stored");
    let (node, _links, key) = open(room, 7, store.clone()).await;
    post(&node, Place::Composer, "one").await;
    let first = node.replica().fold().posts().next().map(|it| it.cid).expect("a post");
    post(&node, Place::Reply(first), "two").await;
    post(&node, Place::Edit(first), "one, better").await;
    let id = node.begin_retract(first).expect("an intent");
    assert_eq!(node.retract(id, first).await, Ok(Some(Place::Composer)));
    node.set_draft(&Place::BatonOpen, |it| it.text = "half a title".into());
    node.write_desk().await;
    assert!(!node.is_unkept() && key.mark.get() == Some(4));
    // Words that were taken back go by themselves.
    let dropped = async |store: &dyn Store| store.get(&first).await.expect("read").is_some_and(|it| it.words.is_none());
    for _ in 0..MOST_TURNS {
        if dropped(&*store).await {
            break;
        }
        browser::take_turn().await;
    }
    assert!(dropped(&*store).await);
    node.close();
    (store.load_page(None, usize::MAX).await.expect("read"), store.unsent().await.expect("read"))
}

async fn fresh(name: &str) -> Rc<dyn Store> {
    IdbStore::delete(name).await.expect("deletes");
    Rc::new(IdbStore::open(name).await.expect("opens"))
}

#[test]
async fn the_same_steps_on_indexed_db_end_as_in_memory() {
    let of = |(events, unsent): Held| {
        let events: Vec<_> = events.into_iter().map(|it| (it.cid, it.block, it.words)).collect();
        (events, unsent)
    };
    let memory = of(steps(Rc::new(MemoryStore::new())).await);
    let disk = of(steps(fresh("paceline node test 1").await).await);
    assert_eq!((memory.0.len(), memory.1.iter().filter(|(key, _)| key.starts_with("draft/")).count()), (5, 2));
    assert_eq!(memory, disk);
}

/// A form of a host with all that a meeting may begin with.
const WHOLE: &str = r#"{"name": "ours", "meeting": {"role": "Runs ours", "prompts": ["Was", "Comes"], "seconds_each": 45, "every_days": 7,
    "agenda": [{"title": "Budget", "minutes": 10, "kind": "decision"}, {"title": "Break"}, {"title": "Budget"}]}}"#;

#[test]
async fn a_meeting_of_each_form_begins_ends_the_one_before_and_is_gone_on_with_in_one_step_each() {
    let keypair = Keypair::from_secret([7; 32]);
    let store = fresh("paceline node test 4").await;
    let founding = founding(keypair);
    let room = founding.room;
    founding.keep(&*store).await.expect("stored");
    let (node, _links, key) = open(room, 7, store.clone()).await;
    let all = [forms::bundled(), forms::read(WHOLE).form.into_iter().collect()].concat();
    let mut before = None;
    for form in all.into_iter().filter(|it| it.meeting.is_some()) {
        let meant = form.meeting.clone().expect("a meeting");
        let (acts, made) = beginning(form.clone(), "Today".into(), String::new(), vec![node.me], before);
        let names = node.act_all(acts).await.expect("all of it");
        let opened = Named::new(&names).of(made).expect("of this step");
        let meeting = {
            let replica = node.replica();
            let fold = replica.fold();
            assert!(names.iter().all(|it| fold.why_ignored(it).is_none()), "{}: all of it counts", form.name);
            let now = fold.meeting_now(replica.log()).expect("one goes on");
            assert_eq!((now.all.len(), now.leading.cid), (1, opened), "{}", form.name);
            let items = fold.meetings().agenda(Some(opened));
            let items: Vec<_> = items.map(|it| (it.title.clone(), it.minutes, it.kind)).collect();
            let wanted: Vec<_> =
                meant.agenda.iter().map(|it| (it.title.clone(), it.minutes.map(u64::from), it.kind)).collect();
            assert_eq!(items, wanted, "{}", form.name);
            let asked = if meant.notes.is_some() { 1 } else { meant.prompts.len() };
            let rounds = fold.rounds().of_meeting(opened).count();
            assert_eq!(rounds, asked + usize::from(meant.seconds_each.is_some()), "{}", form.name);
            let role = fold.meetings().roles_of(opened).next().expect("a role");
            assert_eq!(fold.baton(&role).and_then(|it| it.holder), Some(node.me), "{}", form.name);
            let timed = meant.notes.is_some() || meant.seconds_each.is_some() || meant.incident.is_some();
            assert_eq!(now.leading.timer.is_some(), timed, "{}", form.name);
            paceline_room::state::Meeting::clone(&now.leading)
        };
        node.act(meetings::Command::Close { meeting: opened, note: String::new() }.into()).await.expect("ended");
        let roles: Vec<_> = node.replica().fold().meetings().roles_of(opened).collect();
        let (acts, made) = going_on(meeting.clone(), roles.clone());
        let names = node.act_all(acts).await.expect("all of it");
        let again = Named::new(&names).of(made).expect("of this step");
        let replica = node.replica();
        let now = replica.fold().meeting(&again).expect("a meeting");
        assert_eq!((&now.values, &now.prompts), (&meeting.values, &meeting.prompts));
        assert_eq!(replica.fold().meetings().roles_of(again).collect::<Vec<_>>(), roles);
        assert_eq!(now.timer.as_ref().map(|it| it.seconds), meeting.timer.as_ref().map(|it| it.seconds));
        before = Some(again);
    }
    let written = node.replica().log().len() - 1;
    assert_eq!((key.mark.get(), store.counts().events), (Some(written as u64), written + 1), "all of it is stored");
    node.close();
}

#[test]
async fn two_nodes_live_in_one_page_and_each_stores_what_both_wrote() {
    let keypair = Keypair::from_secret([7; 32]);
    let (first, second) = (fresh("paceline node test 2").await, fresh("paceline node test 3").await);
    let founding = founding(keypair);
    let room = founding.room;
    founding.keep(&*first).await.expect("stored");
    let (one, from_one, _) = open(room, 7, first.clone()).await;
    let (two, from_two, _) = open(room, 8, second.clone()).await;
    *from_one.to.borrow_mut() = Rc::downgrade(&two);
    *from_two.to.borrow_mut() = Rc::downgrade(&one);
    one.input(Input::LinkUp(two.me));
    two.input(Input::LinkUp(one.me));
    futures::join!(post(&one, Place::Composer, "from one"), post(&two, Place::Composer, "from two"));
    until("both stored all", || first.counts().events == 3 && second.counts().events == 3).await;
    assert_eq!(one.replica().fold().digest(), two.replica().fold().digest());
    one.close();
    two.input(Input::LinkDown { peer: one.me, goodbye: true });
    post(&two, Place::Composer, "alone").await;
    assert_eq!((one.replica().log().len(), two.replica().log().len()), (3, 4));
}

#[test]
fn every_known_edge_case_gets_its_one_verdict_in_any_batch() {
    batches::every_known_edge_case_gets_its_one_verdict_in_any_batch();
}

#[test]
fn a_batch_of_honest_signatures_is_one_multiplication() {
    batches::a_batch_of_honest_signatures_is_one_multiplication();
}

#[test]
fn faults_that_cancel_each_other_do_not_pass() {
    batches::faults_that_cancel_each_other_do_not_pass();
}

#[test]
fn those_that_spoil_are_found_and_named() {
    batches::those_that_spoil_are_found_and_named();
}

#[test]
async fn as_many_signatures_as_go_together_are_one_multiplication_of_a_page() {
    let keypair = Keypair::from_secret([7; 32]);
    let founding = founding(keypair);
    let (room, from, to) = (founding.room, Rc::new(MemoryStore::new()), Rc::new(MemoryStore::new()));
    founding.keep(&*from).await.expect("stored");
    let (one, _links, _) = open(room, 7, from.clone()).await;
    for nth in 1..LOT {
        post(&one, Place::Composer, &format!("post {nth}")).await;
    }
    let blocks: Vec<_> = one.replica().log().entries().map(|(_, it)| it.block.clone()).collect();
    assert_eq!(blocks.len(), LOT);
    one.close();
    let (two, _links, _) = open(room, 8, to).await;
    assert_eq!(two.import(blocks).await.map(|it| it.admitted), Ok(LOT));
    let once = Counts { multiplications: 1, together: LOT as u64, ..Counts::default() };
    assert_eq!(two.signatures(), once);
}
