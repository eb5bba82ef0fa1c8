//! What is asked for by name, events and words, and what came of it.

use paceline_room::{Cid, NodeId, cost::BTreeMap, sorted};

use super::{
    Act, Local, Sync,
    limits::{ANSWER_TIME, REQUEST_TIME, WORDS_AGAIN},
    peer::{Asked, LoneWords},
};
use crate::{
    time::Millis,
    want_list::WANT_CIDS,
    wire::{Blocks, Bulk, Cids, Want},
};

impl Sync {
    /// Words are wanted and did not come with their event, which is this author's.
    pub fn words_missing(&mut self, cid: Cid, author: NodeId) {
        self.lone.entry(cid).or_insert_with(|| LoneWords::of(author));
        self.lone_at = Some(0);
    }

    /// Words came, or are not wanted any more.
    pub fn words_done(&mut self, cid: &Cid) {
        self.lone.remove(cid);
    }

    /// Whether these words are missing.
    pub fn lacks_words(&self, cid: &Cid) -> bool {
        self.lone.contains_key(cid)
    }

    /// All words that are missing, and whose they are.
    pub fn lone_words(&self) -> impl Iterator<Item = (&Cid, NodeId)> {
        self.lone.iter().map(|(cid, lone)| (cid, lone.author))
    }

    /// How many words are missing.
    pub fn missing_words(&self) -> usize {
        self.lone.len()
    }

    /// Blocks that were asked for; what was not is not taken.
    #[inline(never)]
    pub fn on_blocks(&mut self, peer: &NodeId, blocks: Blocks, now: Millis) -> Vec<Act> {
        let Some(it) = self.peers.get_mut(peer) else { return Vec::new() };
        let Blocks(serial, events, words, absent, last) = blocks;
        let Some(asked) = it.asked.as_mut().filter(|asked| asked.serial == serial) else { return Vec::new() };
        let mut acts = Vec::new();
        for item in events {
            let cid = Cid::of(&item.0);
            if asked.events.remove(&cid) {
                asked.bytes += item.0.len() + item.1.as_ref().map_or(0, |words| words.len());
                acts.push(Act::Event(*peer, cid, item));
            }
        }
        for block in words {
            if asked.words.remove(&Cid::of(&block)) {
                asked.bytes += block.len();
                acts.push(Act::Words(*peer, block));
            }
        }
        let (mut no_events, mut no_words) = (Vec::new(), Vec::new());
        for cid in absent.0 {
            if asked.events.remove(&cid) {
                no_events.push(cid);
            }
            if asked.words.remove(&cid) {
                no_words.push(cid);
            }
        }
        if !acts.is_empty() || !no_events.is_empty() || !no_words.is_empty() {
            asked.until = (now + ANSWER_TIME).min(asked.ends);
        }
        self.want_list.release(&no_events, Some(peer));
        self.release_words(&no_words);
        acts.extend(last.then_some(Act::Answered(*peer)));
        acts
    }

    /// The last answer to a request was worked in: what it left out may be asked for again, of this peer only if there was
    /// too much for one answer.
    pub fn end_request(&mut self, peer: &NodeId) {
        let Some(asked) = self.peers.get_mut(peer).and_then(|it| it.asked.take()) else { return };
        self.release(&asked, (!asked.is_full()).then_some(peer));
    }

    pub(super) fn release(&mut self, asked: &Asked, failed: Option<&NodeId>) {
        self.want_list.release(&asked.events, failed);
        self.release_words(&asked.words);
        if std::mem::take(&mut self.lone_waits) {
            self.lone_at = Some(0);
        }
    }

    fn release_words<'a>(&mut self, words: impl IntoIterator<Item = &'a Cid>) {
        for cid in words {
            self.lone_at = Some(0);
            if let Some(lone) = self.lone.get_mut(cid) {
                lone.claimed = false;
            }
        }
    }

    pub(super) fn ask(&mut self, here: &Local<'_>, now: Millis, acts: &mut Vec<Act>) {
        let look = self.lone_at.is_some_and(|at| at <= now);
        let (mut busy, mut unmuted) = (false, None);
        for (peer, it) in &mut self.peers {
            if it.asked.is_some() || it.mute_until > now {
                busy |= it.asked.is_some();
                let until = Some(it.mute_until).filter(|until| *until > now);
                unmuted = unmuted.into_iter().chain(until).min();
                continue;
            }
            let events = self.want_list.claim(peer, |turn| here.has_room(turn));
            let most = WANT_CIDS.saturating_sub(events.len());
            let words = if look && here.room { claim_words(&mut self.lone, peer, most, now) } else { Vec::new() };
            if events.is_empty() && words.is_empty() {
                continue;
            }
            self.serial += 1;
            let want = Want(self.serial, Cids(events.clone()), Cids(words.clone()));
            acts.push(Act::Send(*peer, Bulk::Want(want)));
            let (events, words) = (sorted::set(events), sorted::set(words));
            let (until, ends) = (now + ANSWER_TIME, now + REQUEST_TIME);
            it.asked = Some(Asked { serial: self.serial, events, words, bytes: 0, until, ends });
        }
        if look && here.room {
            let (next, waits) = self.ask_all_again(now);
            self.lone_waits |= waits && busy;
            self.lone_at = next.into_iter().chain(unmuted.filter(|_| waits)).min();
        }
    }

    /// Words that every peer was asked for in vain are asked for again, later. Returns when to look again, and whether some wait for
    /// peers that could not be asked now.
    fn ask_all_again(&mut self, now: Millis) -> (Option<Millis>, bool) {
        let (mut next, mut waits): (Option<Millis>, bool) = (None, false);
        for lone in self.lone.values_mut() {
            let all = self.peers.keys().all(|peer| lone.asked.contains(peer)) && !self.peers.is_empty();
            if all && !lone.claimed {
                lone.asked.clear();
                lone.not_before = now + WORDS_AGAIN;
            }
            waits |= !all && !lone.claimed && lone.not_before <= now;
            if lone.not_before > now {
                next = Some(next.map_or(lone.not_before, |next| next.min(lone.not_before)));
            }
        }
        (next, waits)
    }
}

/// Whether a peer may be asked for these words now.
fn is_open(lone: &LoneWords, peer: &NodeId, now: Millis) -> bool {
    !lone.claimed && lone.not_before <= now && !lone.asked.contains(peer)
}

fn claim_words(lone: &mut BTreeMap<Cid, LoneWords>, peer: &NodeId, most: usize, now: Millis) -> Vec<Cid> {
    let mut claimed = Vec::new();
    for (cid, lone) in lone.iter_mut().filter(|(_, lone)| is_open(lone, peer, now)).take(most) {
        lone.claimed = true;
        lone.asked.push(*peer);
        claimed.push(*cid);
    }
    claimed
}
