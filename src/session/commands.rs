//! What a person can do in a room, as intents for the writer: `room` says what to write or why not, this adds what takes a
//! browser to know, and the words for people.

use paceline_mesh::{Replica, replica::Here};
use paceline_node::Intent;
use paceline_room::{
    Cid, NodeId,
    body::{Answer, batons, feedback, people, posts, taking_back},
    command::{Asker, Command},
};

use super::{NewBaton, NewFeedback, NewPost, Outcome, browser, notices};
use crate::people::is_visible;

/// Says who this node is. Without a hue it keeps the one it is shown with, or takes one that few others have.
pub fn introduce(replica: &Replica, name: String, strengths: Vec<String>, hue: Option<u8>) -> Outcome<Intent> {
    worded(&name)?;
    ask(replica, people::Command::Introduce { name, strengths, hue })
}

/// Says something to everyone.
pub fn post(replica: &Replica, new: NewPost) -> Outcome<Intent> {
    let NewPost { text, kind, reply_to, tags } = new;
    worded(&text)?;
    ask(replica, posts::Command::Post { kind, text, reply_to, tags })
}

/// New words for an own post.
pub fn edit(replica: &Replica, post: Cid, text: String) -> Outcome<Intent> {
    worded(&text)?;
    ask(replica, posts::Command::Edit { post, text })
}

/// Takes an own post back, or any other event of one's own: its words go.
pub fn retract(replica: &Replica, post: Cid) -> Outcome<Intent> {
    ask(replica, taking_back::Command::Retract { post })
}

/// A signal on a post or a term.
pub fn feedback(replica: &Replica, new: NewFeedback) -> Outcome<Intent> {
    let NewFeedback { target, stance, text, sources } = new;
    perhaps_worded(text.as_deref().unwrap_or_default())?;
    ask(replica, feedback::Command::Give { target, stance, text, sources })
}

/// Closes a loop addressed to this node.
pub fn answer(replica: &Replica, feedback: Cid, answer: Answer, text: String, by: Option<Cid>) -> Outcome<Intent> {
    perhaps_worded(&text)?;
    ask(replica, feedback::Command::Answer { feedback, answer, text, by })
}

/// Takes own feedback back.
pub fn withdraw_feedback(replica: &Replica, feedback: Cid) -> Outcome<Intent> {
    ask(replica, taking_back::Command::Withdraw { feedback })
}

/// Opens a baton, free.
pub fn baton_open(replica: &Replica, new: NewBaton) -> Outcome<Intent> {
    let NewBaton { title, need, strengths, minutes } = new;
    worded(&title)?;
    ask(replica, batons::Command::Open { title, strengths, minutes, need })
}

/// Takes a free baton.
pub fn baton_take(replica: &Replica, baton: Cid) -> Outcome<Intent> {
    ask(replica, batons::Command::Take { baton })
}

/// Offers a held baton to somebody.
pub fn baton_offer(replica: &Replica, baton: Cid, to: NodeId, note: String) -> Outcome<Intent> {
    perhaps_worded(&note)?;
    ask(replica, batons::Command::Offer { baton, to, note })
}

/// Takes an own offer back.
pub fn baton_withdraw(replica: &Replica, offer: Cid) -> Outcome<Intent> {
    ask(replica, batons::Command::Withdraw { offer })
}

/// Accepts what was offered to this node.
pub fn baton_accept(replica: &Replica, offer: Cid) -> Outcome<Intent> {
    ask(replica, batons::Command::Accept { offer })
}

/// Declines what was offered to this node.
pub fn baton_decline(replica: &Replica, offer: Cid, why: String) -> Outcome<Intent> {
    perhaps_worded(&why)?;
    ask(replica, batons::Command::Decline { offer, why })
}

/// Lets a held baton go.
pub fn baton_release(replica: &Replica, baton: Cid, note: String) -> Outcome<Intent> {
    perhaps_worded(&note)?;
    ask(replica, batons::Command::Release { baton, note })
}

/// Steps in for a holder; says how long that one was silent.
pub fn baton_step_in(replica: &Replica, baton: Cid) -> Outcome<Intent> {
    let holder = replica.fold().baton(&baton).and_then(|it| it.holder);
    let silent_for = holder.map_or(0, |holder| silence(replica, &holder));
    ask(replica, batons::Command::StepIn { baton, silent_for })
}

/// Comes back to a baton somebody stepped in for.
pub fn baton_reclaim(replica: &Replica, baton: Cid) -> Outcome<Intent> {
    ask(replica, batons::Command::Reclaim { baton })
}

/// Ends a baton: its work is done.
pub fn baton_close(replica: &Replica, baton: Cid, outcome: String) -> Outcome<Intent> {
    perhaps_worded(&outcome)?;
    ask(replica, batons::Command::Close { baton, outcome })
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

/// What the room says to a command.
fn ask(replica: &Replica, command: impl Into<Command>) -> Outcome<Intent> {
    let asker = Asker { fold: replica.fold(), log: replica.log(), node: replica.node() };
    let saying = command.into().ask(asker).map_err(|refused| notices::error(refused.code()))?;
    Ok(saying.into())
}

fn worded(text: &str) -> Outcome<()> {
    if text.trim().is_empty() { Err(notices::error("empty-text")) } else { perhaps_worded(text) }
}

/// Nothing at all, or something that can be seen.
fn perhaps_worded(text: &str) -> Outcome<()> {
    if text.is_empty() || is_visible(text) { Ok(()) } else { Err(notices::error("nothing-to-see")) }
}
