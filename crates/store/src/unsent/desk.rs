//! What is written when.
//!
//! Every write takes all that changed since the last one, in one transaction and under a number (`rev`) that rises. So a draft never
//! goes from the database before the intent that was made of it is there, and a note that was left by a dying page is known to be
//! older than what is stored, or newer, or to tell of a write of which only the database knows whether it came to its end.

use paceline_room::{
    cost::{self, LiteMap},
    sorted,
};
use serde::{Deserialize, Serialize};

use super::{DRAFT_BYTES, Draft, Place, Unsent};

/// A record to write, by its key; `None` deletes it.
pub type Change = (String, Option<String>);

const DRAFT: &str = "draft/";
const INTENT: &str = "intent/";
const REV: &str = "rev";

/// What became of an intent that does not go out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GiveBack {
    /// It is a draft again, where it was written.
    Draft,
    /// Something else is being written there: it stays an intent and waits for somebody to decide.
    Held,
}

/// The drafts and intents of one node: what they are, and what of them is yet to be written.
#[derive(Debug, Default)]
pub struct Desk {
    drafts: LiteMap<String, Draft>,
    /// Intents, the oldest first; each has the number at the same place in `numbers`.
    unsent: Vec<Unsent>,
    /// They rise.
    numbers: Vec<u64>,
    /// Where each intent is found by its name.
    names: LiteMap<String, Named>,
    next: u64,
    dirty: LiteMap<String, Option<String>>,
    flight: Option<Flight>,
    rev: u64,
    /// Keys that were changed since the page was opened.
    touched: LiteMap<String, ()>,
}

/// What is known of an intent by its name.
#[derive(Debug)]
struct Named {
    number: u64,
    /// Signed, and being stored: too late to take back.
    going: bool,
}

/// The write that is under way.
#[derive(Debug)]
struct Flight {
    /// What is to be written again if it fails.
    changes: Vec<Change>,
    /// Intents whose events it commits.
    settled: Vec<String>,
}

/// What a dying page leaves behind.
#[derive(Serialize, Deserialize)]
struct Note {
    /// The number of the last write that was begun.
    rev: u64,
    /// What holds if that write did not come to its end.
    flying: Vec<Change>,
    /// What no write has held yet.
    dirty: Vec<Change>,
}

impl Desk {
    /// From what the database holds, and what the last page left behind if it had no time to write. What cannot be read, or belongs
    /// to a place of a newer build, is left where it is.
    pub fn open(stored: Vec<(String, String)>, note: Option<&str>) -> Self {
        let mut desk = Self::default();
        let mut unsent = Vec::new();
        let mut records: LiteMap<String, String> = LiteMap::new();
        records.extend(stored);
        desk.rev = records.get(REV).and_then(|it| it.parse().ok()).unwrap_or(0);
        let note = note.and_then(|it| serde_json::from_str::<Note>(it).ok());
        if let Some(note) = note.filter(|it| it.rev >= desk.rev) {
            let flying = if note.rev > desk.rev { note.flying } else { Vec::new() };
            for (key, value) in flying.into_iter().chain(note.dirty) {
                match &value {
                    Some(value) => records.insert(key.clone(), value.clone()),
                    None => records.remove(&key),
                };
                desk.dirty.insert(key, value);
            }
            desk.rev = note.rev;
        }
        for (key, value) in records.iter() {
            if let Some(place) = key.strip_prefix(DRAFT) {
                if let (Ok(_), Ok(draft)) = (place.parse::<Place>(), serde_json::from_str(value)) {
                    desk.drafts.insert(place.into(), draft);
                }
            } else if key.starts_with(INTENT)
                && let Ok(it) = serde_json::from_str::<Unsent>(value)
                && intent_key(&it.id) == *key
            {
                unsent.push(Unsent { resumed: true, ..it });
            }
        }
        sorted::short_list(&mut unsent, |it| it.made);
        desk.put(unsent);
        desk
    }

    /// What is being written at a place.
    pub fn draft(&self, place: &Place) -> Option<&Draft> {
        self.drafts.get(&place.to_string())
    }

    /// Every draft with its place.
    pub fn drafts(&self) -> impl Iterator<Item = (Place, &Draft)> {
        self.drafts.iter().filter_map(|(place, draft)| Some((place.parse().ok()?, draft)))
    }

    /// Somebody writes. `false`: it is too long to be kept anywhere but in this page.
    pub fn set(&mut self, place: &Place, draft: Draft) -> bool {
        self.ground();
        let (key, place) = (format!("{DRAFT}{place}"), place.to_string());
        if draft.is_empty() {
            if self.drafts.remove(&place).is_some() {
                self.change(key, None);
            }
            return true;
        }
        let fits = draft.text.len() <= DRAFT_BYTES;
        let same = |it: &Draft| it.text == draft.text && it.fields == draft.fields;
        if fits && self.drafts.get(&place).is_some_and(same) {
            // That a form was opened does not make its words somebody else's.
            self.dirty.insert(key, json(&draft));
        } else if fits {
            self.change(key, json(&draft));
        }
        self.drafts.insert(place, draft);
        fits
    }

    /// Somebody wants it sent: the draft becomes an intent. `None`: nothing is written there.
    pub fn submit(&mut self, place: &Place, act: &str, id: String, made: u64) -> Option<&Unsent> {
        let draft = self.drafts.remove(&place.to_string())?;
        self.change(format!("{DRAFT}{place}"), None);
        Some(self.add(place, act, id, made, draft))
    }

    /// An intent that needs no draft.
    pub fn add(&mut self, place: &Place, act: &str, id: String, made: u64, draft: Draft) -> &Unsent {
        let unsent = Unsent { id, place: *place, act: act.into(), made, held: String::new(), draft, resumed: false };
        self.change(intent_key(&unsent.id), json(&unsent));
        let at = self.unsent.len();
        self.names.insert(unsent.id.clone(), Named { number: self.next, going: false });
        self.numbers.push(self.next);
        self.next += 1;
        self.unsent.push(unsent);
        &self.unsent[at]
    }

    /// Intents that come together, after all others.
    fn put(&mut self, unsent: Vec<Unsent>) {
        cost::look(unsent.len());
        let numbers = self.next..;
        self.next += unsent.len() as u64;
        self.names.extend(
            unsent.iter().zip(numbers.clone()).map(|(it, number)| (it.id.clone(), Named { number, going: false })),
        );
        self.numbers.extend(numbers.take(unsent.len()));
        self.unsent.extend(unsent);
    }

    /// All intents, the oldest first.
    pub fn unsent(&self) -> &[Unsent] {
        self.ground();
        cost::look(self.unsent.len());
        &self.unsent
    }

    /// An intent by its name.
    pub fn find(&self, id: &str) -> Option<&Unsent> {
        self.ground();
        self.unsent.get(self.place_of(id)?)
    }

    /// Where an intent stands among all.
    fn place_of(&self, id: &str) -> Option<usize> {
        let number = self.names.get(id)?.number;
        self.numbers.binary_search(&number).ok()
    }

    /// The intent that was written at a place and is on its way.
    pub fn sending(&self, place: &Place) -> Option<&Unsent> {
        self.intents().find(|it| it.place == *place && it.held.is_empty() && !it.resumed)
    }

    /// Its event is signed: from now on it cannot be taken back. `false`: it is there no more, or is being stored already.
    pub fn go(&mut self, id: &str) -> bool {
        self.ground();
        self.names.get_mut(id).is_some_and(|it| !std::mem::replace(&mut it.going, true))
    }

    /// Whether its event is being stored.
    pub fn is_going(&self, id: &str) -> bool {
        self.names.get(id).is_some_and(|it| it.going)
    }

    /// Its event is not stored after all.
    pub fn stay(&mut self, id: &str) {
        if let Some(it) = self.names.get_mut(id) {
            it.going = false;
        }
    }

    /// It was refused: its words are a draft again, unless something else is written there by now; then it waits, and says why.
    pub fn give_back(&mut self, id: &str, why: &str) -> Option<GiveBack> {
        self.stay(id);
        let place = self.find(id)?.place;
        if self.draft(&place).is_some() {
            self.hold(id, why);
            return Some(GiveBack::Held);
        }
        let unsent = self.remove(id)?;
        self.set(&place, Draft { open: true, ..unsent.draft });
        Some(GiveBack::Draft)
    }

    /// It does not go out by itself (any more); empty: it does.
    pub fn hold(&mut self, id: &str, why: &str) {
        self.stay(id);
        let Some(unsent) = self.place_of(id).and_then(|at| self.unsent.get_mut(at)) else { return };
        unsent.held = why.into();
        let value = json(unsent);
        self.change(intent_key(id), value);
    }

    /// Somebody changed their mind: its words go into the draft of this place, before what is written there by now. `false`: too
    /// late.
    pub fn cancel(&mut self, id: &str, place: &Place) -> bool {
        if self.is_going(id) {
            return false;
        }
        let Some(unsent) = self.remove(id) else { return false };
        let mut draft = Draft { open: true, ..unsent.draft };
        if let Some(now) = self.draft(place) {
            if !now.text.is_empty() {
                draft.text = format!("{}\n\n{}", draft.text, now.text);
            }
            let more = now.fields.iter().filter(|(name, _)| draft.field(name).is_empty()).cloned();
            draft.fields.extend(more.collect::<Vec<_>>());
        }
        self.set(place, draft);
        true
    }

    /// It goes without a trace; returns it.
    pub fn remove(&mut self, id: &str) -> Option<Unsent> {
        let at = self.place_of(id)?;
        cost::look(self.unsent.len() - at);
        self.change(intent_key(id), None);
        self.names.remove(&id.to_owned());
        self.numbers.remove(at);
        Some(self.unsent.remove(at))
    }

    /// Begins a write: all that changed, and the deletion of these intents, whose events are in the same transaction. `None`: there
    /// is nothing to write, or a write is under way.
    pub fn take(&mut self, settled: &[String]) -> Option<Vec<Change>> {
        if self.flight.is_some() || (self.dirty.is_empty() && settled.is_empty()) {
            return None;
        }
        self.ground();
        self.rev += 1;
        let dirty = std::mem::take(&mut self.dirty);
        let ends = sorted::set(settled.iter().map(|id| intent_key(id)));
        let changes: Vec<Change> = dirty.into_iter().filter(|(key, _)| !ends.contains(key)).collect();
        let mut write = changes.clone();
        write.extend(settled.iter().map(|id| (intent_key(id), None)));
        write.push((REV.into(), Some(self.rev.to_string())));
        self.flight = Some(Flight { changes, settled: settled.to_vec() });
        Some(write)
    }

    /// The write that [`Desk::take`] began came to its end, or nothing of it was written.
    pub fn wrote(&mut self, done: bool) {
        self.ground();
        let Some(flight) = self.flight.take() else { return };
        if done {
            self.settle(&flight.settled);
        } else {
            for (key, value) in self.restored(&flight) {
                if !self.dirty.contains_key(&key) {
                    self.dirty.insert(key, value);
                }
            }
        }
        flight.settled.iter().for_each(|id| self.stay(id));
    }

    /// Takes away intents whose events are stored, all in one walk.
    fn settle(&mut self, settled: &[String]) {
        if settled.is_empty() {
            return;
        }
        let gone = sorted::set(settled.iter().filter_map(|id| Some(self.names.get(id)?.number)));
        cost::look(self.unsent.len());
        let mut number = self.numbers.iter();
        self.unsent.retain(|_| number.next().is_none_or(|it| !gone.contains(it)));
        self.numbers.retain(|it| !gone.contains(it));
        self.names.retain(|_, it| !gone.contains(&it.number));
    }

    /// Whether anything is yet to be written.
    pub fn is_dirty(&self) -> bool {
        !self.dirty.is_empty()
    }

    /// Whether any of it is an intent.
    pub fn is_intent_dirty(&self) -> bool {
        self.dirty.keys().any(|key| key.starts_with(INTENT))
    }

    /// What a page that is about to go must leave behind; `None` if all is written.
    pub fn note(&self) -> Option<String> {
        if self.flight.is_none() && self.dirty.is_empty() {
            return None;
        }
        let flying = self.flight.as_ref().map_or_else(Vec::new, |flight| self.restored(flight));
        let dirty = self.dirty.iter().map(|(key, value)| (key.clone(), value.clone())).collect();
        json(&Note { rev: self.rev, flying, dirty })
    }

    /// All of it anew, for a database that holds nothing of it.
    pub fn write_all(&mut self) {
        let drafts = self.drafts.iter().filter(|(_, draft)| draft.text.len() <= DRAFT_BYTES);
        let drafts = drafts.map(|(place, draft)| (format!("{DRAFT}{place}"), json(draft)));
        let intents = self.intents().map(|it| (intent_key(&it.id), json(it)));
        let all: Vec<Change> = drafts.chain(intents).collect();
        self.dirty.extend(all);
    }

    /// Whether nothing is being written, and nothing waits.
    pub fn is_empty(&self) -> bool {
        self.drafts.is_empty() && self.unsent.is_empty()
    }

    /// What another node left, drafts too, as intents that wait until somebody says so.
    pub fn take_over(&mut self, other: &Self, why: &str, id: impl Fn() -> String) {
        self.ground();
        let drafts = other.drafts().map(|(place, draft)| (place, "", 0, draft.clone()));
        let unsent = other.intents().filter(|it| !it.place.takes_back());
        let unsent = unsent.map(|it| (it.place, it.act.as_str(), it.made, it.draft.clone()));
        let held = drafts.chain(unsent).map(|(place, act, made, draft)| {
            let (act, held) = (act.into(), why.into());
            Unsent { id: id(), place, act, made, held, draft, resumed: false }
        });
        let held: Vec<Unsent> = held.collect();
        cost::look(2 * held.len());
        self.touched.extend(held.iter().map(|it| (intent_key(&it.id), ())));
        self.dirty.extend(held.iter().map(|it| (intent_key(&it.id), json(it))));
        self.put(held);
    }

    /// What goes along to another node, and what is to be deleted here once it is there. `all`, or only what was changed since the
    /// page was opened: the rest is somebody else's, who sat here before. Intents do not go out from there by themselves, so that
    /// none is sent twice, whatever crashes between the two databases.
    pub fn carry(&self, all: bool, why: &str) -> (Vec<Change>, Vec<Change>) {
        let goes = |key: &String| all || self.touched.contains_key(key);
        let drafts = self.drafts.iter().map(|(place, draft)| (format!("{DRAFT}{place}"), json(draft)));
        // Only who wrote a post can take it back: that waits where it is.
        let words = self.intents().filter(|it| !it.place.takes_back());
        let intents = words.map(|it| (intent_key(&it.id), json(&Unsent { held: why.into(), ..it.clone() })));
        let there: Vec<Change> = drafts.chain(intents).filter(|(key, _)| goes(key)).collect();
        let here = there.iter().map(|(key, _)| (key.clone(), None)).collect();
        (there, here)
    }

    fn intents(&self) -> impl Iterator<Item = &Unsent> {
        cost::looking(self.unsent.iter())
    }

    /// Where a test plants its walk over all that is here.
    fn ground(&self) {
        cost::ground(|| self.drafts.keys().map(|_| ()).chain(self.intents().map(|_| ())));
    }

    fn change(&mut self, key: String, value: Option<String>) {
        self.ground();
        self.touched.insert(key.clone(), ());
        self.dirty.insert(key, value);
    }

    /// What a write that failed leaves to be written: its drafts, and the intents that it would have settled.
    fn restored(&self, flight: &Flight) -> Vec<Change> {
        let settled = flight.settled.iter().filter_map(|id| self.find(id));
        let intents = settled.map(|it| (intent_key(&it.id), json(it)));
        flight.changes.iter().cloned().chain(intents).collect()
    }
}

fn intent_key(id: &str) -> String {
    format!("{INTENT}{id}")
}

/// Strings, numbers and lists always encode.
fn json<T: Serialize>(it: &T) -> Option<String> {
    serde_json::to_string(it).ok()
}
