//! Drafts and intents of the open room, for the page: its node keeps and sends them; here those who show them are told.

use std::rc::Rc;

use paceline_node::NodeError;
use paceline_room::Cid;
use paceline_store::{Desk, Draft, Place};

use super::{Session, engine::Engine, error::Outcome, listen::opens, notices};

impl Session {
    /// What is being written at a place, and whether it is on its way.
    pub fn draft(&self, place: &Place) -> (Draft, bool) {
        let Ok(engine) = self.engine() else { return Default::default() };
        let desk = engine.node.desk();
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
        let desk = engine.node.desk();
        desk.drafts().find(|(place, draft)| draft.open && belongs(place)).map(|(place, _)| place)
    }

    /// Whether something was written there.
    pub fn is_drafted(&self, place: &Place) -> bool {
        self.engine().is_ok_and(|engine| engine.node.desk().draft(place).is_some())
    }

    /// Somebody writes.
    pub fn set_draft(&self, place: &Place, change: impl FnOnce(&mut Draft)) {
        let Ok(engine) = self.engine() else { return };
        if !engine.node.set_draft(place, change) {
            self.publish();
        }
        self.told(&place.to_string());
    }

    /// Sends what is written at a place: from here on it is an intent, which survives the page. What is returned resolves once its
    /// event is stored.
    pub fn send(&self, place: Place, act: &'static str) -> Outcome<impl Future<Output = Outcome<()>> + use<>> {
        let engine = self.engine()?;
        let id = engine.node.submit(&place, act).map_err(notices::node)?;
        self.told(&place.to_string());
        let session = self.clone();
        Ok(async move { session.deliver(engine, id).await })
    }

    /// Takes an own post back, in a while: until then it can be undone. What hides the page makes it count at once.
    pub fn take_back(&self, post: Cid) {
        self.begin_taking_back(Place::Retract(post));
    }

    /// Takes one version of an own post back, in a while, just as a post.
    pub fn take_version_back(&self, version: Cid) {
        self.begin_taking_back(Place::Version(version));
    }

    fn begin_taking_back(&self, place: Place) {
        let Ok(engine) = self.engine() else { return };
        let Some(id) = engine.node.begin_taking_back(place) else { return };
        self.publish_now();
        // The room may be left meanwhile.
        let (session, undone, engine) = (self.clone(), engine.node.undone(), Rc::downgrade(&engine));
        self.run(async move {
            undone.await;
            match engine.upgrade() {
                Some(engine) if !engine.node.is_closed() => session.retract_now(engine, id, place).await,
                _ => Ok(()),
            }
        });
    }

    /// The words of a post are offered again to who wrote them, where nothing else is being written.
    async fn retract_now(&self, engine: Rc<Engine>, id: String, place: Place) -> Outcome<()> {
        let outcome = match place {
            Place::Retract(post) => engine.node.retract(id, post).await,
            _ => engine.node.deliver(id).await.map(|()| None),
        };
        if let Ok(Some(offered)) = &outcome {
            self.told(&offered.to_string());
        }
        self.after(&engine, &place, outcome.map(drop))
    }

    /// The page is about to be hidden: nobody can undo what waits for that, and what is not stored is left for the next page.
    pub(super) fn put_down(&self) {
        let Ok(engine) = self.engine() else { return };
        let session = self.clone();
        self.run(async move {
            session.retract_all().await;
            Ok(())
        });
        engine.node.leave_unsaved();
    }

    /// Nobody can undo any more what is being taken back.
    pub(super) async fn retract_all(&self) {
        let Ok(engine) = self.engine() else { return };
        for (id, place) in engine.node.retracts() {
            // Refused: it stays, and a notice says why the next time.
            let _ = self.retract_now(engine.clone(), id, place).await;
        }
    }

    /// Takes over what another node of this browser left: it waits here, and goes out when somebody says so. Stored when this resolves.
    pub(super) async fn take_unsent(&self, engine: &Engine, other: &Desk) -> Outcome<()> {
        let outcome = engine.node.take_unsent(other).await.map_err(notices::node);
        self.publish();
        outcome
    }

    /// Puts the words of an intent back into the field where they were written (or the composer, if that is gone for good).
    pub fn cancel_unsent(&self, id: &str) {
        let Ok(engine) = self.engine() else { return };
        let Some(place) = engine.node.cancel(id) else { return };
        self.told(&place.to_string());
        self.told(&opens(&place));
        self.publish_now();
    }

    /// Sends what was held.
    pub fn retry_unsent(&self, id: &str) {
        let Ok(engine) = self.engine() else { return };
        engine.node.release(id);
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
        for id in engine.node.held("") {
            let (session, engine) = (self.clone(), engine.clone());
            self.run(async move { session.deliver(engine, id).await });
        }
    }

    /// The room's database is there anew: what waited for it goes out.
    pub(super) fn send_again(&self, code: &str) {
        let Ok(engine) = self.engine() else { return };
        engine.node.held(code).iter().for_each(|id| self.retry_unsent(id));
    }

    async fn deliver(&self, engine: Rc<Engine>, id: String) -> Outcome<()> {
        let Some(place) = engine.node.desk().find(&id).map(|it| it.place) else { return Ok(()) };
        let outcome = engine.node.deliver(id).await;
        self.after(&engine, &place, outcome)
    }

    /// An intent went out, or did not: whoever shows its place is told.
    fn after(&self, engine: &Engine, place: &Place, outcome: Result<(), NodeError>) -> Outcome<()> {
        if engine.node.is_closed() {
            return Ok(());
        }
        self.publish_now();
        self.told(&place.to_string());
        if outcome.is_err() {
            self.told(&opens(place));
        }
        outcome.map_err(notices::node)
    }
}
