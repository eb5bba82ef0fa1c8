//! What a person can do in a room, as intents for the writer. Each looks at the state when its turn comes and says in
//! plain words why it cannot be done, instead of writing an event that the fold would ignore.

use paceline_mesh::{Replica, replica::Here};
use paceline_node::Intent;
use paceline_room::{
    Cid, NodeId,
    body::{
        Answer, BatonAccepted, BatonClosed, BatonDeclined, BatonOfferWithdrawn, BatonOffered, BatonOpened,
        BatonReclaimed, BatonReleased, BatonSteppedIn, BatonTaken, Edited, FeedbackAnswered, FeedbackGiven,
        FeedbackWithdrawn, HUES, Introduced, Mentions, Posted, Retracted, Sources, Tags,
    },
    state::{Baton, BatonState, FeedbackState, WordsState},
};

use super::{NewBaton, NewFeedback, NewPost, Outcome, browser, notices};
use crate::people;

/// Says who this node is. Without a hue it keeps the one it is shown with, or takes one that few others have.
pub fn introduce(replica: &Replica, name: String, strengths: Vec<String>, hue: Option<u8>) -> Outcome<Intent> {
    let name = name.trim().to_owned();
    worded(&name)?;
    let me = replica.node();
    let chosen = replica.fold().person(&me).filter(|it| !it.name.is_empty()).map(|it| it.hue);
    let hue = hue.or(chosen).unwrap_or_else(|| replica.fold().free_hue(&me));
    let (name, strengths) = (fit(name)?, Tags::of(strengths).map_err(notices::unwritable)?);
    Ok(Intent::plain(Introduced { name, strengths, hue: fit(u64::from(hue % HUES))? }))
}

/// Says something to everyone.
pub fn post(replica: &Replica, new: NewPost) -> Outcome<Intent> {
    let NewPost { text, kind, reply_to, tags } = new;
    worded(&text)?;
    if let Some(target) = reply_to {
        replica.fold().post(&target).ok_or_else(|| notices::error("not-found"))?;
    }
    let tags = Tags::of(tags).map_err(notices::unwritable)?;
    let mentions = Mentions::default();
    Ok(Intent::worded(text, move |words| Posted { kind, words, reply_to, tags, mentions }.into()))
}

/// New words for an own post.
pub fn edit(replica: &Replica, post: Cid, text: String) -> Outcome<Intent> {
    worded(&text)?;
    own_post(replica, post)?;
    Ok(Intent::worded(text, move |words| Edited { post, words }.into()))
}

/// Takes an own post back, or any other event of one's own: its words go.
pub fn retract(replica: &Replica, post: Cid) -> Outcome<Intent> {
    if replica.fold().post(&post).is_some() {
        own_post(replica, post)?;
    } else {
        let ix = replica.log().find(&post).ok_or_else(|| notices::error("not-found"))?;
        if replica.log().entry(ix).event.author != replica.node() {
            return Err(notices::error("not-yours"));
        }
    }
    Ok(Intent::plain(Retracted { post }))
}

/// A signal on a post or a term.
pub fn feedback(replica: &Replica, new: NewFeedback) -> Outcome<Intent> {
    let NewFeedback { target, stance, text, sources } = new;
    replica.log().find(&target).ok_or_else(|| notices::error("not-found"))?;
    perhaps_worded(text.as_deref().unwrap_or_default())?;
    let sources = Sources::of(sources).map_err(notices::unwritable)?;
    Ok(Intent::perhaps_worded(text, move |words| FeedbackGiven { target, stance, words, sources }.into()))
}

/// Closes a loop addressed to this node.
pub fn answer(replica: &Replica, feedback: Cid, answer: Answer, text: String, by: Option<Cid>) -> Outcome<Intent> {
    let it = replica.fold().feedback_by_cid(&feedback).ok_or_else(|| notices::error("not-found"))?;
    if it.addressee != Some(replica.node()) {
        return Err(notices::error("not-yours"));
    }
    perhaps_worded(&text)?;
    Ok(Intent::perhaps_worded(Some(text), move |words| FeedbackAnswered { feedback, answer, words, by }.into()))
}

/// Takes own feedback back.
pub fn withdraw_feedback(replica: &Replica, feedback: Cid) -> Outcome<Intent> {
    let it = replica.fold().feedback_by_cid(&feedback).ok_or_else(|| notices::error("not-found"))?;
    if it.author != replica.node() || it.state == FeedbackState::Withdrawn {
        return Err(notices::error("not-yours"));
    }
    Ok(Intent::plain(FeedbackWithdrawn { feedback }))
}

/// Opens a baton, free.
pub fn baton_open(new: NewBaton) -> Outcome<Intent> {
    let NewBaton { title, need, strengths, minutes } = new;
    worded(&title)?;
    let (title, strengths) = (fit(title.trim())?, Tags::of(strengths).map_err(notices::unwritable)?);
    Ok(Intent::plain(BatonOpened { title, strengths, minutes, need }))
}

/// Takes a free baton.
pub fn baton_take(replica: &Replica, baton: Cid) -> Outcome<Intent> {
    let it = open_baton(replica, baton)?;
    if it.state != BatonState::Free {
        return Err(notices::error("not-free"));
    }
    Ok(Intent::plain(BatonTaken { baton, tip: it.tip }))
}

/// Offers a held baton to somebody.
pub fn baton_offer(replica: &Replica, baton: Cid, to: NodeId, note: String) -> Outcome<Intent> {
    let tip = held_by_me(replica, baton)?.tip;
    perhaps_worded(&note)?;
    Ok(Intent::plain(BatonOffered { baton, tip, to, note: fit(note)? }))
}

/// Takes an own offer back.
pub fn baton_withdraw(replica: &Replica, offer: Cid) -> Outcome<Intent> {
    let it = offered(replica, offer)?;
    if it.holder != Some(replica.node()) {
        return Err(notices::error("not-holder"));
    }
    Ok(Intent::plain(BatonOfferWithdrawn { offer }))
}

/// Accepts what was offered to this node.
pub fn baton_accept(replica: &Replica, offer: Cid) -> Outcome<Intent> {
    let it = offered(replica, offer)?;
    if it.offered_to != Some(replica.node()) {
        return Err(notices::error("not-offered"));
    }
    Ok(Intent::plain(BatonAccepted { baton: it.cid, tip: it.tip, by: offer }))
}

/// Declines what was offered to this node.
pub fn baton_decline(replica: &Replica, offer: Cid, why: String) -> Outcome<Intent> {
    if offered(replica, offer)?.offered_to != Some(replica.node()) {
        return Err(notices::error("not-offered"));
    }
    perhaps_worded(&why)?;
    Ok(Intent::plain(BatonDeclined { offer, why: fit(why)? }))
}

/// Lets a held baton go.
pub fn baton_release(replica: &Replica, baton: Cid, note: String) -> Outcome<Intent> {
    let tip = held_by_me(replica, baton)?.tip;
    perhaps_worded(&note)?;
    Ok(Intent::plain(BatonReleased { baton, tip, note: fit(note)? }))
}

/// Steps in for a holder; says how long that one was silent.
pub fn baton_step_in(replica: &Replica, baton: Cid) -> Outcome<Intent> {
    let it = open_baton(replica, baton)?;
    let Some(holder) = it.holder.filter(|holder| *holder != replica.node()) else {
        return Err(notices::error("not-holder"));
    };
    let silent_for = silence(replica, &holder);
    Ok(Intent::plain(BatonSteppedIn { baton, tip: it.tip, silent_for: fit(silent_for)? }))
}

/// Comes back to a baton somebody stepped in for.
pub fn baton_reclaim(replica: &Replica, baton: Cid) -> Outcome<Intent> {
    let it = open_baton(replica, baton)?;
    if it.may_reclaim != Some(replica.node()) {
        return Err(notices::error("not-reclaimable"));
    }
    Ok(Intent::plain(BatonReclaimed { baton, tips: fit(it.run_ends.clone())? }))
}

/// Ends a baton: its work is done.
pub fn baton_close(replica: &Replica, baton: Cid, outcome: String) -> Outcome<Intent> {
    let it = open_baton(replica, baton)?;
    if !it.anyone_may_close && !it.may_close.contains(&replica.node()) {
        return Err(notices::error("not-holder"));
    }
    perhaps_worded(&outcome)?;
    Ok(Intent::plain(BatonClosed { baton, tip: it.tip, outcome: fit(outcome)?, by: None }))
}

/// For how long a node has been gone, in milliseconds; 0 while it is here.
pub fn silence(replica: &Replica, node: &NodeId) -> u64 {
    match replica.presence().get(node) {
        Some(it) if it.here == Here::Gone => browser::now().saturating_sub(it.since),
        Some(_) => 0,
        // Never met by this tab since it was opened.
        None => browser::now(),
    }
}

/// What is written, in its field.
fn fit<T>(value: impl TryInto<T>) -> Outcome<T> {
    value.try_into().map_err(notices::unwritable)
}

fn worded(text: &str) -> Outcome<()> {
    if text.trim().is_empty() { Err(notices::error("empty-text")) } else { perhaps_worded(text) }
}

/// Nothing at all, or something that can be seen.
fn perhaps_worded(text: &str) -> Outcome<()> {
    if text.is_empty() || people::is_visible(text) { Ok(()) } else { Err(notices::error("nothing-to-see")) }
}

fn own_post(replica: &Replica, post: Cid) -> Outcome<()> {
    let it = replica.fold().post(&post).ok_or_else(|| notices::error("not-found"))?;
    if it.author != replica.node() {
        return Err(notices::error("not-yours"));
    }
    if it.words == WordsState::Retracted { Err(notices::error("not-found")) } else { Ok(()) }
}

fn open_baton(replica: &Replica, baton: Cid) -> Outcome<&Baton> {
    let it = replica.fold().baton(&baton).ok_or_else(|| notices::error("not-found"))?;
    if it.state == BatonState::Closed { Err(notices::error("baton-closed")) } else { Ok(it) }
}

fn held_by_me(replica: &Replica, baton: Cid) -> Outcome<&Baton> {
    let it = open_baton(replica, baton)?;
    if it.holder == Some(replica.node()) { Ok(it) } else { Err(notices::error("not-holder")) }
}

fn offered(replica: &Replica, offer: Cid) -> Outcome<&Baton> {
    let found = replica.fold().batons().find(|it| it.offer == Some(offer) && it.state == BatonState::Offered);
    found.map(AsRef::as_ref).ok_or_else(|| notices::error("not-offered"))
}
