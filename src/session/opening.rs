//! Founding, opening, leaving and forgetting rooms.

use std::rc::{Rc, Weak};

use futures::future::try_join_all;
use paceline_mesh::Input;
use paceline_net::{CHOSEN_RELAYS, Net, NetConfig, Preconnect, RoomKeys, RoomLink};
use paceline_node::{Founding, Move, Node, Ready};
use paceline_room::{Cid, body::batons};
use paceline_store::{Desk, HeldKey, How, Place, Store};

use super::{
    Session, browser, discovery,
    engine::{Engine, Holds, Parts},
    error::Outcome,
    handoffs::Handoffs,
    holdings, intake, mentions,
    notices::{self, storage},
    places::{Places, storage_key},
    postponing,
    surroundings::ThisPage,
};
use crate::{
    address,
    browser::page_path,
    forms::{self, FormBaton},
    letters,
};

/// Turns of the event loop that the tasks of a room being left get to end; most need one, a write in progress some more.
const LEAVING_TURNS: usize = 1_000;

impl Session {
    /// Founds a room and opens it; returns its link once it is shown.
    pub async fn found(&self, title: String, purpose: String, form: String) -> Outcome<String> {
        let form = forms::by_name(&form).ok_or_else(|| notices::error("no-such-form"))?;
        let founding = Founding::draw(&ThisPage, &title, &purpose, &form.name, form.values);
        let founding = founding.map_err(notices::node)?;
        let link = RoomLink::draw(founding.room, browser::random);
        self.want(Some(&link));
        let founded = self.found_now(link.clone(), founding, form.batons).await;
        if founded.is_err() && self.wants(&link) && !self.is_open(&link) {
            address::replace(address::START);
        }
        self.settle(&link, founded)?;
        self.show(&link).await?;
        Ok(link.url(&address::page()))
    }

    /// Founds a room that shows first how its meeting begins.
    pub async fn found_to_meet(&self, title: String, form: String) -> Outcome<String> {
        self.0.to_meet.set(true);
        let founded = self.found(title, String::new(), form).await;
        self.0.to_meet.set(false);
        founded
    }

    /// The room that is shown now was founded for a meeting.
    pub fn is_to_meet(&self) -> bool {
        self.0.to_meet.get()
    }

    async fn found_now(&self, link: RoomLink, founding: Founding, wanted: Vec<FormBaton>) -> Outcome<()> {
        let _alone = self.0.changing.lock().await;
        self.leave_now().await;
        let places = self.places().await?;
        let key = places.keys.take(link.room, storage_key(&link), founding.keypair.clone()).await.map_err(storage)?;
        let store = places.database(&key).await?;
        founding.keep(&*store).await.map_err(storage)?;
        let _ = places.keys.note_used(key.node, None, Some(0)).await;
        if self.wants(&link) {
            address::go(&link.url(&address::page()));
        }
        self.open(places, link, key, Some(store)).await?;
        let opened = wanted.into_iter().map(|FormBaton { title, minutes }| {
            self.act(batons::Command::Open { title, need: None, strengths: vec![], minutes })
        });
        try_join_all(opened).await.map(drop)
    }

    /// The caller holds `changing`.
    pub(super) async fn open_held(&self, link: RoomLink) -> Outcome<()> {
        self.call_relays();
        let places = self.places().await?;
        let key = places.keys.acquire(link.room, storage_key(&link)).await.map_err(storage)?;
        self.still_wanted(&link)?;
        let kept = key.kept();
        self.open(places, link, key, None).await?;
        // Whoever is new is in the room by now. Where their key cannot be kept, nothing else could be: no room is opened.
        let kept = kept.await.map_err(storage);
        if kept.is_err() {
            self.leave_now().await;
        }
        kept
    }

    /// Relays take longer to answer than storage: they are called before it is known who this node is.
    pub(super) fn call_relays(&self) {
        let wanted = self.0.wanted.borrow();
        if let Some(link) = wanted.as_ref().filter(|_| !self.0.offline.get()) {
            let discovery = self.discovery();
            let listed = RoomKeys::new(link).order_of(&discovery.listed());
            let relays: Vec<_> =
                discovery.always.iter().cloned().chain(listed.into_iter().take(CHOSEN_RELAYS)).collect();
            *self.0.preconnect.borrow_mut() = Preconnect::to(&relays);
        }
    }

    /// Goes on in the open room as somebody new: another key, a copy of what is stored.
    pub async fn become_new(&self) -> Outcome<()> {
        self.renew(self.engine()?).await
    }

    /// Another tab writes with this node's key: this one signs nothing more with it, and goes on as somebody new.
    pub(super) fn give_up_key(&self) {
        let Ok(engine) = self.engine() else { return };
        engine.node.close();
        self.notify("key-taken", notices::sentence("key-taken"));
        let session = self.clone();
        self.run(async move { session.renew(engine).await });
    }

    /// Another room may be open by now, or none.
    async fn renew(&self, engine: Rc<Engine>) -> Outcome<()> {
        let _alone = self.0.changing.lock().await;
        if !self.engine().is_ok_and(|open| Rc::ptr_eq(&open, &engine)) {
            return Ok(());
        }
        let places = self.places().await?;
        let (link, old) = (engine.link.clone(), engine.node.store());
        drop(engine);
        let left = self.leave_now().await;
        // What was there before the person came stays with who wrote it.
        let carried = left.map_or_else(|| Move::of(&Desk::default(), false), |it| Move::of(&it.desk(), false));
        self.open_as_new(places, link, old, carried, None).await
    }

    /// With a new key and a copy of another node's database; what was being written there goes along. `broken`: that node must not
    /// write again.
    async fn open_as_new(
        &self,
        places: Places,
        link: RoomLink,
        old: Rc<dyn Store>,
        mut carried: Move,
        broken: Option<HeldKey>,
    ) -> Outcome<()> {
        let key = places.keys.acquire_new(link.room, storage_key(&link)).await.map_err(storage)?;
        let store = places.database(&key).await?;
        carried.copy(&*old, &*store).await.map_err(storage)?;
        if let Some(broken) = broken {
            places.keys.never_write_again(broken.node).await.map_err(storage)?;
            broken.leave_unsaved(None);
        }
        // It is in the new one; what cannot be deleted here is nothing that anybody sends.
        let _ = carried.clear(&*old).await;
        drop(old);
        self.open(places, link, key, Some(store)).await
    }

    async fn open(&self, places: Places, link: RoomLink, key: HeldKey, store: Option<Rc<dyn Store>>) -> Outcome<()> {
        // Somebody new whom nothing was carried over to has nothing stored: neither is waited for.
        let is_empty = store.is_none() && key.how == How::New;
        let is_new = store.is_some();
        // Others are called while storage is read; what they send waits.
        let mut net_config = NetConfig::new(link.clone(), key.keypair.clone(), page_path());
        discovery::use_servers(&mut net_config, &self.discovery());
        net_config.clock = self.0.clock.clone();
        let (net, events) = Net::start(net_config, self.0.preconnect.take());
        browser::mark("paceline:joining");
        if self.0.offline.get() {
            net.offline();
        }
        let store = match store {
            Some(store) => store,
            None => places.database(&key).await?,
        };
        // What cannot be copied now is tried again at the next opening.
        let _ = places.keys.copy_former(&key, storage_key(&link), &*store).await;
        let ready = Ready::load(link.room, &key.keypair, &*store, &ThisPage).await;
        let mut ready = ready.map_err(storage)?;
        browser::mark("paceline:loaded");
        ready.bound(intake::most());
        holdings::recall(link.room, &mut ready);
        let has_written = key.how != How::New;
        if has_written && !ready.is_whole(key.high_water) {
            // Events of its own are lost: writing on could give one position two events. The rest is kept under a new key,
            // which may write whatever the copy lacks.
            net.goodbye();
            self.notify("storage-damaged", notices::sentence("storage-damaged"));
            let unsent = store.unsent().await.unwrap_or_default();
            let carried = Move::of(&Desk::open(unsent, key.unsaved().as_deref()), true);
            return Box::pin(self.open_as_new(places, link, store, carried, Some(key))).await;
        }
        if let Some(seq) = ready.unnoted(key.high_water) {
            // Without it a loss is noticed less.
            let _ = places.keys.note_used(key.node, None, Some(seq)).await;
        }
        let left = key.unsaved();
        let unsent = if is_empty { Vec::new() } else { store.unsent().await.map_err(storage)? };
        let mut desk = Desk::open(unsent, left.as_deref());
        take_old_draft(&mut desk, link.room);
        ready.damaged += store.damaged().len();
        let fresh = key.how == How::New && ready.is_empty();
        let session = self.clone();
        let parts = Parts {
            link_text: link.url(&address::page()).into(),
            link,
            ask_who: key.how == (How::Resumed { asked: true }),
            key: Holds::Kept(places.keys.clone(), key),
            store,
            desk,
            left: left.is_some(),
            net,
            tell: Rc::new(move |told| session.on_happened(told)),
        };
        let engine = Engine::open(parts, ready, events);
        engine.node.input(Input::Take(intake::chosen(engine.link.room)));
        *self.0.handoffs.borrow_mut() = Handoffs::default();
        self.0.met.set(false);
        self.0.synced.set(false);
        self.0.marked.set(false);
        self.0.paged.set(!engine.node.replica().log().is_empty());
        *self.0.engine.borrow_mut() = Some(engine.clone());
        browser::mark_with("paceline:interactive", engine.node.replica().log().len());
        engine.node.leave_unsaved();
        engine.node.keep_desk();
        self.draw_first();
        self.look_for_own();
        self.send_unsent();
        if fresh {
            let engine = Rc::downgrade(&engine);
            wasm_bindgen_futures::spawn_local(async move { recall(engine, &places).await });
        }
        if is_new {
            // Nobody else has it: "my rooms" leads back to it, whatever becomes of this tab.
            self.note_room().await;
        }
        wasm_bindgen_futures::spawn_local(self.clone().settle_in(Rc::downgrade(&engine)));
        Ok(())
    }

    /// What a room needs once it is open, and nobody waits for.
    async fn settle_in(self, engine: Weak<Engine>) {
        self.after_first_sync().await;
        let is_open = || engine.upgrade().is_some_and(|it| self.engine().is_ok_and(|open| Rc::ptr_eq(&open, &it)));
        if !is_open() {
            return;
        }
        // Only relays are told it, and of a wrong one they complain.
        self.ask_the_time();
        wasm_bindgen_futures::spawn_local(self.clone().know_letters(engine.clone()));
        wasm_bindgen_futures::spawn_local(self.clone().ask_to_keep(engine.clone()));
        self.note_room().await;
        if is_open() {
            // What could not be cleared now is looked at again the next time.
            let _ = self.clear_stale().await;
        }
    }

    /// Those who look alike are told apart, once it is known by what.
    async fn know_letters(self, engine: Weak<Engine>) {
        let new = letters::come(|| engine.upgrade().is_some_and(|it| !it.node.is_closed())).await;
        if let Some(engine) = engine.upgrade().filter(|_| new) {
            engine.snapshots.borrow_mut().liken_anew();
            self.publish_calmly();
        }
    }

    /// Asks the browser to keep what is stored. Firefox asks the person, who may take their time: nothing waits for it.
    async fn ask_to_keep(self, engine: Weak<Engine>) {
        let persisted = paceline_store::device::persist().await;
        if let Some(engine) = engine.upgrade() {
            engine.persisted.set(persisted);
            self.publish_calmly();
        }
    }

    /// The caller holds `changing`. Returns the node that was left, which holds its database as long as it lives.
    pub(super) async fn leave_now(&self) -> Option<Rc<Node>> {
        self.end_practice();
        self.engine().ok()?;
        self.retract_all().await;
        self.note_room().await;
        let engine = self.0.engine.borrow_mut().take();
        let left = engine.map(|engine| {
            engine.node.leave_unsaved();
            engine.node.keep_desk();
            engine.close();
            engine.node.clone()
        });
        if let Some(node) = &left {
            // Its tasks let go of it, and so of the database, as they end.
            for _ in 0..LEAVING_TURNS {
                if Rc::strong_count(node) == 1 {
                    break;
                }
                browser::take_turn().await;
            }
        }
        self.0.digest.borrow_mut().clear();
        self.publish();
        self.list_rooms().await;
        left
    }

    /// Deletes a room, its keys and what they stored from this browser.
    pub async fn forget(&self, room: Cid) -> Outcome<()> {
        let _alone = self.0.changing.lock().await;
        let places = self.places().await?;
        if self.engine().is_ok_and(|engine| engine.link.room == room) {
            self.want(None);
            // Going back must not open it anew.
            address::start_over(address::START);
            self.leave_now().await;
        }
        intake::forget(room);
        mentions::forget(room);
        postponing::forget(room);
        holdings::forget(room);
        let rooms = places.keys.rooms();
        for entry in rooms.list().await.map_err(storage)? {
            if entry.record.room == room {
                let forgotten = rooms.forget(room, entry.record.db_key).await.map_err(storage)?;
                if forgotten.in_use > 0 {
                    self.notify("room-in-use", notices::sentence("room-in-use"));
                }
            }
        }
        self.list_rooms().await;
        Ok(())
    }

    /// The browser has deleted its copy of the open room: stores all of it again.
    pub async fn store_anew(&self) -> Outcome<()> {
        let _alone = self.0.changing.lock().await;
        let (engine, places) = (self.engine()?, self.places().await?);
        engine.store_anew(&places.keys).await?;
        self.note_room().await;
        self.0.notices.borrow_mut().retain(|it| it.code != "storage-gone");
        self.publish_now();
        self.send_again("storage-gone");
        Ok(())
    }

    /// Stays who this tab was: stops asking.
    pub fn stay(&self) {
        if let Ok(engine) = self.engine() {
            engine.ask_who.set(false);
            self.send_unsent();
            let session = self.clone();
            wasm_bindgen_futures::spawn_local(async move {
                if let Ok(places) = session.places().await {
                    engine.go_on(&places.keys).await;
                }
            });
        }
        self.publish();
    }
}

/// A new node that meets nobody takes what earlier nodes of this browser left behind, so that history whose key is lost does
/// not look lost.
async fn recall(engine: Weak<Engine>, places: &Places) {
    gloo::timers::future::TimeoutFuture::new(super::publish::CONNECTING_MS as u32).await;
    let alone = || {
        let open = engine.upgrade().filter(|engine| !engine.node.is_closed());
        open.filter(|engine| engine.node.replica().log().is_empty())
    };
    let Some(names) = alone().map(|engine| async move { engine.other_databases(&places.keys).await }) else { return };
    let blocks = places.left_by_others(names.await).await;
    if let Some(engine) = alone() {
        // Refused blocks are counted like the network's.
        let _ = engine.node.import(blocks).await;
    }
}

/// Builds before this one kept the composer's words for the tab alone.
fn take_old_draft(desk: &mut Desk, room: Cid) {
    let name = format!("draft.{room}");
    if let Some(text) = crate::browser::tab_note(&name) {
        if desk.draft(&Place::Composer).is_none() {
            desk.set(&Place::Composer, paceline_store::Draft { text, ..Default::default() });
        }
        crate::browser::set_tab_note(&name, "");
    }
}
