//! Drafts and intents of the open room's node: kept in its database as they change, and sent.
//!
//! What is written when is decided by [`Desk`]; here it is carried out. Words that a person sends become an intent at once; the writer
//! takes it when its turn comes, and the transaction that stores its event deletes it. One that is found when a room is opened goes
//! out by itself. What is refused goes back to where it was written.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use futures::lock::Mutex;
use gloo::timers::future::TimeoutFuture;
use paceline_mesh::Replica;
use paceline_room::{
    Cid,
    body::{Answer, Stance},
    limits,
    state::{FeedbackState, WordsState},
};
use paceline_store::{Desk, Draft, Durability, Place, StoreError, Unsent};
use wasm_bindgen_futures::spawn_local;

use super::{
    NewBaton, NewFeedback, NewPost, Outcome, Session, browser, commands,
    engine::{Engine, Told},
    listen::Listener,
    notices,
    write::{Intent, MakeIntent},
};
use crate::words;

/// For so long a post that is taken back can be kept after all, in milliseconds.
const UNDO_MS: u32 = 10_000;
/// Why an intent waits that came from another node of this browser.
pub const MOVED: &str = "moved";
/// Field of a draft: what it is about was taken back already when it was sent, and who sent it saw that.
const KNEW: &str = "knew";

/// The drafts and intents of an open room.
pub struct Drafts {
    /// What they are.
    pub desk: RefCell<Desk>,
    /// One write at a time, the commits of own events among them.
    pub writing: Mutex<()>,
    /// The last of it was refused: it is kept only while the page is open.
    pub unkept: Cell<bool>,
    /// A write will soon begin.
    soon: Cell<bool>,
    /// Something was left behind for the next page.
    left: Cell<bool>,
}

impl Drafts {
    /// `left`: the last page of this node left something behind.
    pub fn new(desk: Desk, left: bool) -> Rc<Self> {
        Rc::new(Self {
            desk: RefCell::new(desk),
            writing: Mutex::default(),
            unkept: Cell::new(false),
            soon: Cell::new(false),
            left: Cell::new(left),
        })
    }
}

impl Engine {
    /// Writes what changed: soon, so that all that changes in one turn is one write.
    pub fn keep_drafts(self: &Rc<Self>) {
        if self.drafts.soon.replace(true) {
            return;
        }
        let engine = self.clone();
        spawn_local(async move {
            browser::take_turn().await;
            engine.drafts.soon.set(false);
            engine.write_drafts().await;
        });
    }

    /// Writes what changed; resolves when it is written, or refused.
    pub async fn write_drafts(&self) {
        let _one = self.drafts.writing.lock().await;
        let (durability, changes) = {
            let mut desk = self.drafts.desk.borrow_mut();
            (if desk.is_intent_dirty() { Durability::Strict } else { Durability::Relaxed }, desk.take(&[]))
        };
        if let Some(changes) = changes {
            let outcome = self.store().commit_with(Vec::new(), changes, durability).await;
            self.on_drafts_written(&outcome);
        } else if self.drafts.left.get() {
            self.leave_unsaved();
        }
    }

    /// After each write that [`Desk::take`] began.
    pub fn on_drafts_written(&self, outcome: &Result<(), StoreError>) {
        self.drafts.desk.borrow_mut().wrote(outcome.is_ok());
        let before = self.drafts.unkept.replace(outcome.is_err());
        if outcome.is_err() || self.drafts.left.get() {
            // What the database refuses may still have a place there.
            self.leave_unsaved();
        }
        if let Err(StoreError::Closed) = outcome {
            self.gone.set(true);
        }
        if before != outcome.is_err() {
            self.tell(Told::Changed);
        }
    }

    /// Leaves what is not stored yet for the next page of this node, at once; or takes away what an earlier page left.
    pub fn leave_unsaved(&self) {
        let Some(key) = self.key() else { return };
        let note = self.drafts.desk.borrow().note();
        if note.is_some() || self.drafts.left.get() {
            self.drafts.left.set(key.leave_unsaved(note.as_deref()) && note.is_some());
        }
    }
}

impl Session {
    /// What is being written at a place, and whether it is on its way.
    pub fn draft(&self, place: &Place) -> (Draft, bool) {
        let Ok(engine) = self.engine() else { return Default::default() };
        let desk = engine.drafts.desk.borrow();
        let sending = desk.sending(place);
        match (desk.draft(place), sending) {
            (Some(draft), _) => (draft.clone(), false),
            (None, Some(unsent)) => (unsent.draft.clone(), true),
            (None, None) => Default::default(),
        }
    }

    /// The place in the composer, or in the form of a post, at which somebody was writing when the page was closed.
    pub fn open_draft(&self, belongs: impl Fn(&Place) -> bool) -> Option<Place> {
        let engine = self.engine().ok()?;
        let desk = engine.drafts.desk.borrow();
        desk.drafts().find(|(place, draft)| draft.open && belongs(place)).map(|(place, _)| place)
    }

    /// Whether something was written there.
    pub fn is_drafted(&self, place: &Place) -> bool {
        self.engine().is_ok_and(|engine| engine.drafts.desk.borrow().draft(place).is_some())
    }

    /// Somebody writes.
    pub fn set_draft(&self, place: &Place, change: impl FnOnce(&mut Draft)) {
        let Ok(engine) = self.engine() else { return };
        let fits = {
            let mut desk = engine.drafts.desk.borrow_mut();
            let mut draft = desk.draft(place).cloned().unwrap_or_default();
            change(&mut draft);
            desk.set(place, draft)
        };
        if !fits && !engine.drafts.unkept.replace(true) {
            self.publish();
        }
        engine.keep_drafts();
        self.told(&place.to_string());
    }

    /// Sends what is written at a place: from here on it is an intent, which survives the page. What is returned resolves once its
    /// event is stored.
    pub fn send(&self, place: Place, act: &'static str) -> Outcome<impl Future<Output = Outcome<()>> + use<>> {
        let engine = self.engine()?;
        let id = {
            let mut desk = engine.drafts.desk.borrow_mut();
            let mut draft = desk.draft(&place).cloned().unwrap_or_default();
            draft.text = draft.text.trim().to_owned();
            if draft.text.len() > limits::WORDS_BYTES {
                return Err(notices::error("too-long"));
            }
            if is_taken_back(&engine.replica.borrow(), &place) {
                draft.set_field(KNEW, "1");
            }
            desk.set(&place, Draft::default());
            desk.add(&place, act, new_id(), browser::wall_clock(), draft).id.clone()
        };
        // Whatever ends the page from now on, with or without a word, these words were sent.
        engine.leave_unsaved();
        self.told(&place.to_string());
        let session = self.clone();
        Ok(async move { session.deliver(engine, id).await })
    }

    /// Takes an own post back, in a while: until then it can be undone. What hides the page makes it count at once.
    pub fn take_back(&self, post: Cid) {
        let Ok(engine) = self.engine() else { return };
        let place = Place::Retract(post);
        let id = {
            let mut desk = engine.drafts.desk.borrow_mut();
            if desk.unsent().iter().any(|it| it.place == place) {
                return;
            }
            desk.add(&place, "", new_id(), browser::wall_clock(), Draft::default()).id.clone()
        };
        engine.keep_drafts();
        self.publish_now();
        // The room may be left meanwhile.
        let (session, engine) = (self.clone(), Rc::downgrade(&engine));
        self.run(async move {
            TimeoutFuture::new(UNDO_MS).await;
            match engine.upgrade() {
                Some(engine) if !engine.is_closed() => session.retract_now(engine, id, post).await,
                _ => Ok(()),
            }
        });
    }

    /// Its words are offered again to who wrote them, where nothing else is being written.
    async fn retract_now(&self, engine: Rc<Engine>, id: String, post: Cid) -> Outcome<()> {
        let text = engine.replica.borrow().fold().post(&post).and_then(|it| it.text.clone());
        let wanted = engine.drafts.desk.borrow().find(&id).is_some();
        self.deliver(engine.clone(), id).await?;
        let free = engine.drafts.desk.borrow().draft(&Place::Composer).is_none();
        if let Some(text) = text.filter(|_| wanted && free && !engine.is_closed()) {
            self.set_draft(&Place::Composer, |draft| draft.text = text.to_string());
        }
        Ok(())
    }

    /// The page is about to be hidden: nobody can undo what waits for that, and what is not stored is left for the next page.
    pub(super) fn put_down(&self) {
        let Ok(engine) = self.engine() else { return };
        let session = self.clone();
        self.run(async move {
            session.retract_all().await;
            Ok(())
        });
        engine.leave_unsaved();
    }

    /// Nobody can undo any more what is being taken back.
    pub(super) async fn retract_all(&self) {
        let Ok(engine) = self.engine() else { return };
        let waiting: Vec<(String, Cid)> = {
            let desk = engine.drafts.desk.borrow();
            let retracts = desk.unsent().iter().filter(|it| it.held.is_empty() && !desk.is_going(&it.id));
            retracts.filter_map(|it| Some((it.id.clone(), retracted(&it.place)?))).collect()
        };
        for (id, post) in waiting {
            // Refused: it stays, and a notice says why the next time.
            let _ = self.retract_now(engine.clone(), id, post).await;
        }
    }

    /// Takes over what another node of this browser left: it waits here, and goes out when somebody says so. Stored when this resolves.
    pub(super) async fn take_unsent(&self, engine: &Engine, other: &Desk) -> Outcome<()> {
        engine.drafts.desk.borrow_mut().take_over(other, MOVED, new_id);
        engine.write_drafts().await;
        self.publish();
        if engine.drafts.unkept.get() { Err(notices::error("storage-failed")) } else { Ok(()) }
    }

    /// Puts the words of an intent back into the field where they were written (or the composer, if that is gone for good).
    pub fn cancel_unsent(&self, id: &str) {
        let Ok(engine) = self.engine() else { return };
        let place = {
            let mut desk = engine.drafts.desk.borrow_mut();
            let Some(unsent) = desk.find(id) else { return };
            let reachable = is_reachable(&engine.replica.borrow(), &unsent.place);
            let place = if reachable { unsent.place } else { Place::Composer };
            if matches!(place, Place::Retract(_)) {
                desk.remove(id);
            } else if !desk.cancel(id, &place) {
                return;
            }
            place
        };
        engine.keep_drafts();
        self.told(&place.to_string());
        self.told(&opens(&place));
        self.publish_now();
    }

    /// Sends what was held.
    pub fn retry_unsent(&self, id: &str) {
        let Ok(engine) = self.engine() else { return };
        engine.drafts.desk.borrow_mut().hold(id, "");
        engine.keep_drafts();
        let (session, id) = (self.clone(), id.to_owned());
        self.run(async move { session.deliver(engine, id).await });
    }

    /// What was sent before the page was opened, and is no event yet, goes out.
    pub(super) fn send_unsent(&self) {
        let Ok(engine) = self.engine() else { return };
        if engine.ask_who.get() {
            // Somebody else may sit here now.
            return;
        }
        let ids: Vec<String> = {
            let desk = engine.drafts.desk.borrow();
            desk.unsent().iter().filter(|it| it.held.is_empty()).map(|it| it.id.clone()).collect()
        };
        for id in ids {
            let (session, engine) = (self.clone(), engine.clone());
            self.run(async move { session.deliver(engine, id).await });
        }
    }

    /// The room's database is there anew: what waited for it goes out.
    pub(super) fn send_again(&self, code: &str) {
        let Ok(engine) = self.engine() else { return };
        let held: Vec<String> = {
            let desk = engine.drafts.desk.borrow();
            desk.unsent().iter().filter(|it| it.held == code).map(|it| it.id.clone()).collect()
        };
        held.iter().for_each(|id| self.retry_unsent(id));
    }

    async fn deliver(&self, engine: Rc<Engine>, id: String) -> Outcome<()> {
        let Some(unsent) = engine.drafts.desk.borrow().find(&id).cloned() else { return Ok(()) };
        let place = unsent.place;
        let (alone, make) = command(unsent);
        // Written only if the event is not stored at once.
        engine.keep_drafts();
        let mut outcome = engine.write(alone, Some(id.clone()), make).await;
        if let Err(error) = &outcome
            && !engine.is_closed()
        {
            let mut desk = engine.drafts.desk.borrow_mut();
            match error.code {
                // Taken back meanwhile, or somebody else is at it.
                _ if desk.find(&id).is_none() || desk.is_going(&id) => outcome = Ok(Cid::from_digest([0; 32])),
                code @ ("storage-gone" | "target-gone") => desk.hold(&id, code),
                code => _ = desk.give_back(&id, code),
            }
        }
        if engine.is_closed() {
            return Ok(());
        }
        engine.keep_drafts();
        self.publish_now();
        self.told(&place.to_string());
        if outcome.is_err() {
            self.told(&opens(&place));
        }
        outcome.map(drop)
    }

    /// Tells whoever shows what this is about that it changed: the place of a draft, or what a command is about.
    pub(super) fn told(&self, about: &str) {
        self.0.board.each(|it| {
            if let Listener::About(call) = it {
                call(about);
            }
        });
    }
}

/// What is told when words come back into the form of a post that may be closed.
pub fn opens(place: &Place) -> String {
    format!("open {}", place.target().map(|it| it.to_string()).unwrap_or_default())
}

/// What the page lists as not sent yet: not what a form or the stream shows already.
pub fn listed(desk: &Desk) -> Vec<Unsent> {
    let hidden = |it: &Unsent| !it.resumed && it.held.is_empty() && !in_the_stream(&it.place);
    desk.unsent().iter().filter(|it| !desk.is_going(&it.id) && !hidden(it)).cloned().collect()
}

fn in_the_stream(place: &Place) -> bool {
    matches!(place, Place::Composer | Place::Reply(_) | Place::Retract(_))
}

fn retracted(place: &Place) -> Option<Cid> {
    if let Place::Retract(post) = place { Some(*post) } else { None }
}

fn new_id() -> String {
    let id: [u8; 16] = browser::random();
    Cid::of(&id).to_string()
}

/// Whether the post that it is about was taken back.
fn is_taken_back(replica: &Replica, place: &Place) -> bool {
    let post = place.target().and_then(|cid| replica.fold().post(&cid));
    !matches!(place, Place::Retract(_)) && post.is_some_and(|it| it.words == WordsState::Retracted)
}

/// Whether this node is offered a field for that place.
fn is_reachable(replica: &Replica, place: &Place) -> bool {
    let (fold, me) = (replica.fold(), replica.node());
    match place {
        Place::Composer | Place::Retract(_) | Place::BatonOpen => true,
        Place::Reply(post) => fold.post(post).is_some() && !is_taken_back(replica, place),
        Place::Edit(post) => fold.post(post).is_some_and(|it| it.author == me) && !is_taken_back(replica, place),
        Place::Feedback(target, _) => replica.log().find(target).is_some() && !is_taken_back(replica, place),
        Place::Answer(feedback) => {
            fold.feedback_by_cid(feedback).is_some_and(|it| it.addressee == Some(me) && it.state == FeedbackState::Open)
        }
        Place::BatonOffer(baton) | Place::BatonWord(baton) => fold.baton(baton).is_some_and(|it| it.holder == Some(me)),
        Place::BatonDecline(offer) => fold.batons().any(|it| it.offer == Some(*offer) && it.offered_to == Some(me)),
    }
}

/// What to write for an intent, and whether it must see every own event before it.
fn command(unsent: Unsent) -> (bool, MakeIntent) {
    let alone = !matches!(unsent.place, Place::Composer | Place::Reply(_) | Place::Feedback(..) | Place::BatonOpen);
    (alone, Box::new(move |replica| make(replica, unsent)))
}

fn make(replica: &Replica, unsent: Unsent) -> Outcome<Intent> {
    let Unsent { place, act, draft, .. } = unsent;
    if draft.field(KNEW).is_empty() && is_taken_back(replica, &place) {
        return Err(notices::error("target-gone"));
    }
    let post = |reply_to| NewPost {
        text: draft.text.clone(),
        kind: words::kind_of(draft.field("kind")),
        reply_to,
        tags: draft.field("tags").split_whitespace().map(str::to_owned).collect(),
    };
    match place {
        Place::Composer => commands::post(replica, post(None)),
        Place::Reply(target) => commands::post(replica, post(Some(target))),
        Place::Edit(post) => commands::edit(replica, post, draft.text),
        Place::Retract(post) => commands::retract(replica, post),
        Place::Feedback(target, stance) => commands::feedback(replica, feedback(target, stance, &draft)),
        Place::Answer(feedback) => {
            let answer = match act.as_str() {
                "adjusted" => Answer::Adjusted,
                "declined" => Answer::Declined,
                _ => Answer::Noted,
            };
            commands::answer(replica, feedback, answer, draft.text, None)
        }
        Place::BatonOpen => {
            let minutes = draft.field("minutes").parse().ok();
            commands::baton_open(NewBaton { title: draft.text, need: None, strengths: vec![], minutes })
        }
        Place::BatonOffer(baton) => {
            let to = draft.field("to").parse().map_err(|_| notices::error("not-found"))?;
            commands::baton_offer(replica, baton, to, draft.text)
        }
        Place::BatonWord(baton) if act == "close" => commands::baton_close(replica, baton, draft.text),
        Place::BatonWord(baton) => commands::baton_release(replica, baton, draft.text),
        Place::BatonDecline(offer) => commands::baton_decline(replica, offer, draft.text),
    }
}

fn feedback(target: Cid, stance: Stance, draft: &Draft) -> NewFeedback {
    let sources = draft.field("sources").lines().map(str::trim).filter(|it| !it.is_empty());
    NewFeedback {
        target,
        stance,
        text: Some(draft.text.clone()).filter(|it| !it.is_empty()),
        sources: sources.map(str::to_owned).collect(),
    }
}
