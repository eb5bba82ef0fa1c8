//! From a block that came to an admitted event: checking, waiting, admitting, and all that follows from it.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
};

use paceline_room::{Admission, Cid, Ix, NodeId, Stored, cid::Named, log::Refusal, sorted};
use serde_bytes::ByteBuf;

use super::{Imported, Output, Replica, ToVerify, Verified};
use crate::floor::seconds_of;
use crate::{
    ingest::{ImportRefusal, Next},
    pending::{Arrival, Checked, Source},
    plumtree::Origin,
    sync::PARENT_PATIENCE,
    want_list::Turn,
};

/// A block in the place of words that is not what the event links.
const WRONG_WORDS: &str = "wrong-words";

impl Replica {
    /// Returns the bytes of what goes out to be verified.
    pub(super) fn work_off(&mut self, next: Next, to_verify: &mut Vec<ToVerify>) -> usize {
        match next {
            Next::Unchecked(arrival) => match self.log.read(&arrival.cid, &arrival.block) {
                Ok(unverified) => {
                    self.ingest.begin_verifying(&arrival.source);
                    let (alone, bytes) = (self.spoilers.contains(&arrival.source), arrival.block.len());
                    to_verify.push(ToVerify { arrival, unverified, alone });
                    return bytes;
                }
                Err(refusal) => self.refuse_event(&arrival, refusal),
            },
            Next::Checked(checked) => self.place(*checked, false),
            Next::Paid(checked) => self.place(*checked, true),
            Next::Read(refusal) => match (refusal, &mut self.importing) {
                (Some((_, ImportRefusal::Known)), Some(imported)) => imported.known += 1,
                (Some((_, ImportRefusal::Bad(code))), Some(imported)) => {
                    *imported.refused.entry(code.into()).or_default() += 1;
                    self.refuse(code, None, 0);
                }
                _ => {}
            },
        }
        0
    }

    pub(super) fn take_verified(&mut self, Verified { arrival, event, spoilt }: Verified) {
        self.ingest.end_verifying(&arrival.source);
        if spoilt {
            self.spoilers.insert(&arrival.source, |peer| self.links.contains_key(peer));
        }
        match event {
            Ok(event) => self.place(Checked { arrival, event }, false),
            Err(refusal) => self.refuse_event(&arrival, refusal),
        }
    }

    /// What an event says it has seen and is not in the log.
    fn missing_before(&self, checked: &Checked) -> BTreeSet<Cid> {
        sorted::set(checked.event.seen().filter(|cid| self.log.find(cid).is_none()).copied())
    }

    /// Puts a checked event where it belongs: with the pending ones, behind its author's budget, or into the log.
    fn place(&mut self, checked: Checked, paid: bool) {
        let missing = self.missing_before(&checked);
        if !missing.is_empty() {
            return self.wait_for(checked, missing);
        }
        let checked = match checked.arrival.live {
            Some(_) if !paid => match self.ingest.afford(checked, &self.log, self.now) {
                Ok(checked) => checked,
                Err(_) => return,
            },
            _ => checked,
        };
        let Checked { arrival, event } = checked;
        match self.log.admit_verified(arrival.cid, event, arrival.block.clone()) {
            Ok(Admission::Admitted(ix)) => self.on_admitted(ix, arrival),
            Ok(Admission::Known(_)) => self.ingest.done(&arrival.cid),
            Ok(Admission::Pending(_)) => self.ingest.done(&arrival.cid),
            Err(refusal) => self.refuse_event(&arrival, refusal),
        }
    }

    fn wait_for(&mut self, mut checked: Checked, missing: BTreeSet<Cid>) {
        if let Source::Peer(peer) = checked.arrival.source
            && !self.links.contains_key(&peer)
        {
            checked.arrival.source = Source::Gone;
        }
        let (source, depth) = (checked.arrival.source, checked.event.depth);
        let refused: Vec<&Cid> = missing.iter().filter(|parent| self.refused_cids.contains(parent)).collect();
        if !refused.is_empty() {
            // It falls with the one of them that somebody is to blame for, if there is one.
            let newer = refused.iter().all(|parent| self.refused_cids.is_newer(parent));
            let refusal = if newer { Refusal::NewerParent } else { Refusal::RefusedParent };
            return self.refuse_event(&checked.arrival, refusal);
        }
        if let (Source::Peer(peer), true) = (source, self.takes_rest()) {
            // What of those who are known here came before what it builds on goes on ahead, and takes that with it.
            if self.regulars.is_one(&self.log, &checked.event.author) {
                checked.arrival.turn = Turn::Ahead;
            }
            let unasked = missing.iter().filter(|parent| !self.ingest.is_waiting(parent));
            let keys: Vec<_> = unasked.map(|parent| (depth.saturating_sub(1), *parent)).collect();
            let Arrival { turn, live, .. } = &checked.arrival;
            // What is pushed may have its parents right behind it.
            let patience = if live.is_none() && *turn == Turn::Ahead { 0 } else { PARENT_PATIENCE };
            if !keys.is_empty() {
                self.sync.on_missing_parents(&peer, keys, *turn, self.now + patience, self.now);
            }
            if *turn == Turn::Ahead {
                self.hasten(&peer, missing.iter().filter(|parent| self.ingest.is_waiting(parent)).copied().collect());
            }
        }
        self.changed = true;
        for dropped in self.pending.insert(checked, missing, self.now) {
            self.ingest.done(&dropped);
        }
    }

    /// What this peer sent waits among that of all who are gone.
    pub(super) fn leave_pending(&mut self, peer: &NodeId) {
        for dropped in self.pending.leave(peer) {
            self.ingest.done(&dropped);
        }
    }

    /// What goes ahead builds on these, which came and wait their turn: they go ahead too, with what they build on themselves.
    fn hasten(&mut self, peer: &NodeId, mut next: Vec<Cid>) {
        while let Some(cid) = next.pop() {
            if !self.sync.takes_along(peer, self.now) {
                return;
            }
            if !self.ingest.hasten(&cid) {
                let (here, unasked): (Vec<Cid>, Vec<Cid>) =
                    self.pending.hasten(&cid).into_iter().partition(|parent| self.ingest.is_waiting(parent));
                let keys = unasked.into_iter().map(|parent| (0, parent)).collect();
                self.sync.on_missing_parents(peer, keys, Turn::Ahead, self.now, self.now);
                next.extend(here);
            }
        }
    }

    /// What has waited too long for its parents is forgotten, unless they are not asked for: then it is there to be read.
    pub(super) fn expire_pending(&mut self) {
        if !self.takes_rest() {
            return;
        }
        for dropped in self.pending.expire(self.now) {
            self.ingest.done(&dropped);
            self.changed = true;
        }
    }

    fn on_admitted(&mut self, ix: Ix, arrival: Arrival) {
        let Arrival { cid, block, words, source, live, turn: _ } = arrival;
        self.ingest.done(&cid);
        self.sync.on_event(&cid);
        self.tree.on_known(&cid);
        if let Source::Peer(peer) = source {
            self.sync.on_good(&peer);
        }
        if let (Source::Import, Some(imported)) = (source, &mut self.importing) {
            imported.admitted += 1;
        }
        let words = self.take_in(ix, words, source);
        if source == Source::Storage {
            self.held.store(&self.log, ix);
        } else {
            if let Some((name, _)) = &words {
                self.unstored_words.insert(*name);
                self.changed_words.words(*name);
            }
            let depth = self.log.entry(ix).event.depth;
            self.store.push(Stored { cid, depth, block, words });
        }
        if let Some(origin) = live {
            let event = &self.log.entry(ix).event;
            let (author, seconds) = (event.author, seconds_of(&event.body));
            self.see_live(cid, seconds);
            // "Direct" is only what its author itself pushed; from anybody else it is a step in the tree.
            let origin = match origin {
                Origin::Direct(peer) if peer != author => Origin::Pushed(peer, 0),
                origin => origin,
            };
            self.spread(cid, origin);
        }
    }

    /// What an admission means for fold, index and words, own events included. Returns the words that are kept.
    pub(super) fn take_in(&mut self, ix: Ix, words: Option<Arc<[u8]>>, source: Source) -> Option<(Cid, Arc<[u8]>)> {
        let entry = self.log.entry(ix);
        let (cid, author, depth) = (entry.cid, entry.event.author, entry.event.depth);
        let (kind, name) = (entry.event.body.kind().to_owned(), entry.event.body.words());
        self.index.insert(depth, &cid);
        let changes = self.fold.take(&self.log, ix);
        self.roster.admitted(&self.log, ix);
        self.out.push(Output::Admitted { cid, author, kind });
        self.changed = true;
        let kept = name.and_then(|name| {
            if self.fold.words_wanted(&name) && !self.words.contains_key(&name) {
                self.sync.words_missing(name, author);
                self.changed_words.words(name);
            }
            self.accept_words(name, words?, source)
        });
        self.drop_words(changes.drop_words);
        for free in self.pending.admitted(&cid) {
            self.ingest.push_ready(free);
        }
        kept
    }

    fn drop_words(&mut self, names: Vec<Cid>) {
        if names.is_empty() {
            return;
        }
        for name in &names {
            self.words.remove(name);
            self.unstored_words.remove(name);
            self.sync.words_done(name);
        }
        // Words that are about to be stored must not come after their deletion.
        for stored in &mut self.store {
            if stored.words.as_ref().is_some_and(|(name, _)| names.contains(name)) {
                stored.words = None;
            }
        }
        self.out.push(Output::DropWords(names));
    }

    /// Takes words under the name by which an event links them, if they are wanted.
    fn accept_words(&mut self, name: Cid, block: Arc<[u8]>, source: Source) -> Option<(Cid, Arc<[u8]>)> {
        if self.words.contains_key(&name) {
            return None;
        }
        let named = Named::of(&block);
        if named.cid() != name {
            let peer = match source {
                Source::Peer(peer) => Some(peer),
                Source::Gone | Source::Import | Source::Storage => None,
            };
            self.refuse(WRONG_WORDS, peer, block.len());
            return None;
        }
        self.sync.words_done(&name);
        // Not wanted: taken back meanwhile, or not what its author's event should link. Neither is the peer's fault.
        if !self.fold.words(&self.log, named) {
            return None;
        }
        self.words.insert(name, block.clone());
        Some((name, block))
    }

    /// Words for an event that is here already.
    pub(super) fn take_late_words(&mut self, event: &Cid, words: Option<ByteBuf>, peer: NodeId) {
        let (Some(ix), Some(words)) = (self.log.find(event), words) else { return };
        let name = self.log.entry(ix).event.body.words();
        if let Some(name) = name.filter(|name| self.sync.lacks_words(name)) {
            self.store_words(name, words.into_vec().into(), Source::Peer(peer));
        }
    }

    fn store_words(&mut self, name: Cid, words: Arc<[u8]>, source: Source) {
        if let Some(kept) = self.accept_words(name, words, source) {
            self.unstored_words.insert(kept.0);
            self.changed_words.words(kept.0);
            self.out.push(Output::StoreWords(vec![kept]));
            self.changed = true;
        }
    }

    /// Words that were asked for by name.
    pub(super) fn on_lone_words(&mut self, peer: NodeId, block: ByteBuf) {
        let name = Cid::of(&block);
        if self.sync.lacks_words(&name) {
            self.store_words(name, block.into_vec().into(), Source::Peer(peer));
        }
    }

    /// With an event falls all that waits for it; what is only newer is nobody's fault, nor is what builds on it.
    fn refuse_event(&mut self, arrival: &Arrival, refusal: Refusal) {
        self.refuse_one(arrival, refusal);
        let of_child = if refusal.is_held_against_forwarder() { Refusal::RefusedParent } else { Refusal::NewerParent };
        for fallen in self.pending.refused(&arrival.cid) {
            self.refuse_one(&fallen.arrival, of_child);
        }
    }

    fn refuse_one(&mut self, arrival: &Arrival, refusal: Refusal) {
        let (code, blamed) = (refusal.code(), refusal.is_held_against_forwarder());
        self.ingest.done(&arrival.cid);
        self.sync.on_event(&arrival.cid);
        self.tree.on_known(&arrival.cid);
        self.refused_cids.insert(arrival.cid, !blamed);
        if let (Source::Import, Some(imported)) = (arrival.source, &mut self.importing) {
            *imported.refused.entry(code.into()).or_default() += 1;
        }
        match arrival.source {
            Source::Peer(peer) => self.refuse(code, Some(peer), if blamed { arrival.block.len() } else { 0 }),
            Source::Gone | Source::Import | Source::Storage => self.refuse(code, None, 0),
        }
    }

    /// Once all of an import is worked off: words that came without their events, and the counts.
    pub(super) fn end_import(&mut self) {
        if self.importing.is_none() || self.ingest.is_importing() {
            return;
        }
        self.spoilers.end_import();
        for (name, words) in self.ingest.take_import_words() {
            if self.sync.lacks_words(&name) {
                self.store_words(name, words, Source::Import);
            }
        }
        self.imported =
            self.importing.take().map(|imported| Imported { pending: self.pending.of(&Source::Import), ..imported });
        self.changed = true;
    }

    /// Places an event that storage held, and all that waited for it.
    pub(super) fn place_loaded(&mut self, checked: Checked) -> BTreeMap<Cid, &'static str> {
        let mut damaged = BTreeMap::new();
        let mut next = VecDeque::from([checked]);
        while let Some(checked) = next.pop_front() {
            let cid = checked.arrival.cid;
            let missing = self.missing_before(&checked);
            if !missing.is_empty() {
                self.wait_for(checked, missing);
                continue;
            }
            let Checked { arrival, event } = checked;
            match self.log.admit_verified(cid, event, arrival.block.clone()) {
                Ok(Admission::Admitted(ix)) => {
                    self.on_admitted(ix, arrival);
                    next.extend(self.ingest.take_ready());
                }
                Ok(_) => {}
                Err(refusal) => {
                    damaged.insert(cid, refusal.code());
                }
            }
        }
        // The page reads the whole state after loading; only what storage must do is kept for the next step.
        self.out.retain(|output| matches!(output, Output::DropWords(_)));
        damaged
    }
}
