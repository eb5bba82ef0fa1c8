//! Drafts and intents: kept as they change, and sent.
//!
//! What is written when is decided by [`Desk`]. Words that a person sends become an intent at once; the writer takes it when its turn
//! comes, and the transaction that stores its event deletes it. One that is found when a node is opened goes out by itself. What is
//! refused goes back to where it was written.

use std::rc::Rc;

use futures::channel::oneshot;
use paceline_mesh::Replica;
use paceline_room::{
    Cid, limits,
    state::{BatonState, FeedbackState, PromiseState, WordsState},
};
use paceline_store::{Desk, Draft, Place, Unsent};

use crate::{Node, NodeError};

/// For so long a post that is taken back can be kept after all, in milliseconds.
const UNDO_MS: u32 = 10_000;
/// Why an intent waits that came from another node.
pub const MOVED: &str = "moved";
/// Field of a draft: what it is about was taken back already when it was sent, and who sent it saw that.
const KNEW: &str = "knew";

impl Node {
    /// Somebody writes. `false`: it is too long to be kept anywhere but in memory.
    pub fn set_draft(self: &Rc<Self>, place: &Place, change: impl FnOnce(&mut Draft)) -> bool {
        let fits = self.change(|it| {
            let mut draft = it.desk.draft(place).cloned().unwrap_or_default();
            change(&mut draft);
            let fits = it.desk.set(place, draft);
            it.unkept |= !fits;
            fits
        });
        self.keep_desk();
        fits
    }

    /// What is written at a place becomes an intent, which survives whatever ends this node; [`Node::deliver`] sends it. Returns its
    /// name.
    pub fn submit(self: &Rc<Self>, place: &Place, act: &str) -> Result<String, NodeError> {
        let (id, made) = (self.new_id(), self.around.wall_clock());
        self.change(|it| {
            let mut draft = it.desk.draft(place).cloned().unwrap_or_default();
            draft.text = draft.text.trim().to_owned();
            if draft.text.len() > limits::WORDS_BYTES {
                return Err(NodeError::TooLong);
            }
            if is_taken_back(&it.replica, place) {
                draft.set_field(KNEW, "1");
            }
            it.desk.set(place, Draft::default());
            it.desk.add(place, act, id.clone(), made, draft);
            Ok(())
        })?;
        // Whatever ends this node from now on, with or without a word, these words were sent.
        self.leave_unsaved();
        Ok(id)
    }

    /// Sends an intent; resolves once its event is stored, or why not. One that was taken back meanwhile, or that somebody else is
    /// sending, is no error. What is refused is a draft again, or waits to be decided.
    pub async fn deliver(self: &Rc<Self>, id: String) -> Result<(), NodeError> {
        let Some(unsent) = self.desk().find(&id).cloned() else { return Ok(()) };
        let (place, knew) = (unsent.place, !unsent.draft.field(KNEW).is_empty());
        let may = move |replica: &Replica| {
            if !knew && is_taken_back(replica, &place) { Err(NodeError::TargetGone) } else { Ok(()) }
        };
        let expressed = (self.express)(unsent);
        // Written only if the event is not stored at once.
        self.keep_desk();
        let outcome = match expressed {
            Ok(command) => self.write(command, Some(id.clone()), may).await,
            Err(error) => Err(error),
        };
        if self.is_closed() {
            return Ok(());
        }
        let outcome = match outcome {
            Ok(_) => Ok(()),
            Err(error) => self.change(|it| {
                match error.code() {
                    // Taken back meanwhile, or somebody else is at it.
                    _ if it.desk.find(&id).is_none() || it.desk.is_going(&id) => return Ok(()),
                    code @ ("storage-gone" | "target-gone") => it.desk.hold(&id, code),
                    code => _ = it.desk.give_back(&id, code),
                }
                Err(error)
            }),
        };
        self.keep_desk();
        outcome
    }

    /// An own post is to be taken back, in a while: until then it can be undone. Returns the name of the intent; `None`: it is being
    /// taken back already.
    pub fn begin_retract(self: &Rc<Self>, post: Cid) -> Option<String> {
        self.begin_taking_back(Place::Retract(post))
    }

    /// The same, of what the place says.
    pub fn begin_taking_back(self: &Rc<Self>, place: Place) -> Option<String> {
        let (id, made) = (self.new_id(), self.around.wall_clock());
        let id = self.change(|it| {
            let is_new = !it.desk.unsent().iter().any(|it| it.place == place);
            is_new.then(|| it.desk.add(&place, "", id, made, Draft::default()).id.clone())
        })?;
        self.keep_desk();
        Some(id)
    }

    /// Resolves when it is too late to undo what was taken back just now. Does not keep the node open.
    pub fn undone(&self) -> impl Future<Output = ()> + use<> {
        let (tell, told) = oneshot::channel();
        let timer = self.around.after(UNDO_MS, Box::new(move || _ = tell.send(())));
        async move {
            let _ = told.await;
            drop(timer);
        }
    }

    /// Nobody can undo any more that this post is taken back. Its words are offered again to who wrote them, where nothing else is
    /// being written: returns that place.
    pub async fn retract(self: &Rc<Self>, id: String, post: Cid) -> Result<Option<Place>, NodeError> {
        let text = self.replica().fold().post(&post).and_then(|it| it.text.clone());
        let wanted = self.desk().find(&id).is_some();
        self.deliver(id).await?;
        let free = self.desk().draft(&Place::Composer).is_none();
        let Some(text) = text.filter(|_| wanted && free && !self.is_closed()) else { return Ok(None) };
        self.set_draft(&Place::Composer, |draft| draft.text = text.to_string());
        Ok(Some(Place::Composer))
    }

    /// What waits to be taken back, with the names of its intents.
    pub fn retracts(&self) -> Vec<(String, Place)> {
        let desk = self.desk();
        let waiting = desk.unsent().iter().filter(|it| it.held.is_empty() && it.place.takes_back());
        waiting.filter(|it| !desk.is_going(&it.id)).map(|it| (it.id.clone(), it.place)).collect()
    }

    /// Takes over what another node left: it waits here, and goes out when somebody says so. Resolves when it is stored, or refused.
    pub async fn take_unsent(self: &Rc<Self>, other: &Desk) -> Result<(), NodeError> {
        self.change(|it| it.desk.take_over(other, MOVED, || self.new_id()));
        self.write_desk().await;
        if self.is_unkept() { Err(NodeError::Refused("storage-failed")) } else { Ok(()) }
    }

    /// Puts the words of an intent back into the field where they were written, or the composer, if that is gone for good: returns
    /// the place. `None`: too late.
    pub fn cancel(self: &Rc<Self>, id: &str) -> Option<Place> {
        let place = self.change(|it| {
            let place = it.desk.find(id)?.place;
            let place = if is_reachable(&it.replica, &place) { place } else { Place::Composer };
            match place {
                place if place.takes_back() => it.desk.remove(id).map(|_| place),
                _ => it.desk.cancel(id, &place).then_some(place),
            }
        })?;
        self.keep_desk();
        Some(place)
    }

    /// What was held waits no more: [`Node::deliver`] sends it.
    pub fn release(self: &Rc<Self>, id: &str) {
        self.change(|it| it.desk.hold(id, ""));
        self.keep_desk();
    }

    /// Intents held for this reason, the oldest first; for none: those that shall go out by themselves.
    pub fn held(&self, why: &str) -> Vec<String> {
        self.desk().unsent().iter().filter(|it| it.held == why).map(|it| it.id.clone()).collect()
    }

    fn new_id(&self) -> String {
        let mut id = [0; 16];
        self.around.random(&mut id);
        Cid::of(&id).to_string()
    }
}

/// What is listed as not sent yet: not what a form or the stream shows already.
pub fn listed(desk: &Desk) -> Vec<Unsent> {
    let in_the_stream = |place: &Place| matches!(place, Place::Composer | Place::Reply(_)) || place.takes_back();
    let hidden = |it: &Unsent| !it.resumed && it.held.is_empty() && !in_the_stream(&it.place);
    desk.unsent().iter().filter(|it| !hidden(it) && !desk.is_going(&it.id)).cloned().collect()
}

/// Whether the post that it is about was taken back.
fn is_taken_back(replica: &Replica, place: &Place) -> bool {
    let post = place.target().and_then(|cid| replica.fold().post(&cid));
    !place.takes_back() && post.is_some_and(|it| it.words == WordsState::Retracted)
}

/// Whether this node is offered a field for that place.
fn is_reachable(replica: &Replica, place: &Place) -> bool {
    let (fold, me) = (replica.fold(), replica.node());
    match place {
        Place::Composer
        | Place::Retract(_)
        | Place::Version(_)
        | Place::BatonOpen
        | Place::Promise
        | Place::Proposal
        | Place::Incident => true,
        Place::Reply(post) => fold.post(post).is_some() && !is_taken_back(replica, place),
        Place::Edit(post) => fold.post(post).is_some_and(|it| it.author == me) && !is_taken_back(replica, place),
        Place::Feedback(target, _) => replica.log().find(target).is_some() && !is_taken_back(replica, place),
        Place::Answer(feedback) => {
            fold.feedback_by_cid(feedback).is_some_and(|it| it.addressee == Some(me) && it.state == FeedbackState::Open)
        }
        Place::BatonOffer(baton) | Place::BatonWord(baton) => fold.baton(baton).is_some_and(|it| it.holder == Some(me)),
        Place::Nomination(baton) => fold.baton(baton).is_some_and(|it| it.state != BatonState::Closed),
        Place::PromiseFrom(from) => fold.may_promise_from(from) && !is_taken_back(replica, place),
        Place::PromiseWord(promise) => {
            fold.promise(promise).is_some_and(|it| it.node == me && it.state == PromiseState::Promised)
        }
        Place::ProposalFrom(post) => fold.post(post).is_some() && !is_taken_back(replica, place),
        Place::Amendment(proposal) => fold.proposal(proposal).is_some_and(|it| it.author == me),
        Place::Ballot(proposal) => fold.proposal(proposal).is_some(),
        Place::Round(round) => fold.round(round).is_some_and(|it| it.goes_on(fold.meetings())),
        Place::Line(meeting) => fold.meeting(meeting).is_some_and(|it| it.ended.is_none()),
        Place::BatonDecline(offer) => fold.batons().any(|it| it.offer == Some(*offer) && it.offered_to == Some(me)),
    }
}
