//! The desk of drafts and intents, natively: what survives whatever ends between two writes.

use std::collections::{BTreeMap, BTreeSet};

use paceline_room::{Cid, body::Stance};

use super::*;

fn cid(n: u8) -> Cid {
    Cid::from_digest([n; 32])
}

fn says(text: &str) -> Draft {
    Draft { text: text.into(), ..Draft::default() }
}

/// A database, the place for notes, and what crashes can do to a write that is under way.
#[derive(Default)]
struct Disk {
    records: BTreeMap<String, String>,
    /// Texts of events that were committed.
    events: Vec<String>,
    note: Option<String>,
}

impl Disk {
    fn open(&self) -> Desk {
        Desk::open(self.records.clone().into_iter().collect(), self.note.as_deref())
    }

    fn commit(&mut self, changes: Vec<Change>, events: Vec<String>) {
        for (key, value) in changes {
            match value {
                Some(value) => self.records.insert(key, value),
                None => self.records.remove(&key),
            };
        }
        self.events.extend(events);
    }

    /// Writes everything there is to write.
    fn flush(&mut self, desk: &mut Desk) {
        if let Some(changes) = desk.take(&[]) {
            self.commit(changes, Vec::new());
            desk.wrote(true);
        }
    }
}

#[test]
fn places_come_back_from_their_text_and_others_are_unknown() {
    let all = Place::all(cid(1));
    for place in &all {
        assert_eq!(place.to_string().parse(), Ok(*place));
    }
    // In records for good, whatever else is added.
    let name = |place: &Place| place.to_string().split('/').next().unwrap_or_default().to_owned();
    let names: BTreeSet<_> = all.iter().map(name).collect();
    for kept in
        ["composer", "reply", "edit", "retract", "answer", "baton-open", "baton-offer", "baton-word", "baton-decline"]
    {
        assert!(names.contains(kept), "{kept}");
    }
    assert!(all.iter().any(|it| it.to_string() == format!("feedback/{}/build-on", cid(1))));
    assert_eq!(all.iter().map(ToString::to_string).collect::<BTreeSet<_>>().len(), all.len());
    let feedback = format!("feedback/{}", cid(1));
    let shrug = format!("{feedback}/shrug");
    for bad in ["", "composer/", "reply", "reply/x", &feedback, &shrug, "moon", &format!("edit/{}/x", cid(1))] {
        assert!(bad.parse::<Place>().is_err(), "{bad}");
    }
}

#[test]
fn a_draft_is_what_was_written_last_with_all_that_belongs_to_it() {
    let (mut disk, reply) = (Disk::default(), Place::Reply(cid(1)));
    let mut desk = disk.open();
    let mut idea = says("half of");
    idea.set_field("kind", "idea");
    assert!(desk.set(&reply, idea.clone()));
    disk.flush(&mut desk);
    idea.text = "half of a thought".into();
    desk.set(&reply, idea.clone());
    desk.set(&Place::Composer, says("something else"));
    disk.flush(&mut desk);
    let again = disk.open();
    assert_eq!(again.draft(&reply), Some(&idea));
    assert_eq!(again.draft(&reply).map(|it| it.field("kind")), Some("idea"));
    assert_eq!(again.draft(&Place::Composer), Some(&says("something else")));
    desk.set(&reply, Draft::default());
    disk.flush(&mut desk);
    assert_eq!(disk.open().draft(&reply), None, "what was emptied is gone");
}

#[test]
fn one_write_is_under_way_and_the_next_takes_all_that_came_since() {
    let mut desk = Desk::default();
    desk.set(&Place::Composer, says("a"));
    let first = desk.take(&[]).expect("a write");
    desk.set(&Place::Composer, says("ab"));
    desk.set(&Place::Composer, says("abc"));
    assert_eq!(desk.take(&[]), None, "one is under way");
    desk.wrote(true);
    let second = desk.take(&[]).expect("another");
    let text = |changes: &[Change]| changes.iter().find_map(|(key, it)| it.clone().filter(|_| key == "draft/composer"));
    assert!(text(&first).is_some_and(|it| it.contains(r#""a""#)));
    assert!(text(&second).is_some_and(|it| it.contains(r#""abc""#)));
    desk.wrote(true);
    assert_eq!((desk.take(&[]), desk.note()), (None, None), "all is written");
}

#[test]
fn a_write_that_failed_is_written_again_unless_something_newer_is() {
    let mut disk = Disk::default();
    let mut desk = disk.open();
    desk.set(&Place::Composer, says("old"));
    desk.set(&Place::BatonOpen, says("Captain"));
    desk.take(&[]).expect("a write");
    desk.set(&Place::Composer, says("new"));
    desk.wrote(false);
    disk.flush(&mut desk);
    let again = disk.open();
    assert_eq!(again.draft(&Place::Composer), Some(&says("new")));
    assert_eq!(again.draft(&Place::BatonOpen), Some(&says("Captain")));
}

#[test]
fn an_intent_that_was_not_committed_is_there_again_and_knows_that_no_form_shows_it() {
    let mut disk = Disk::default();
    let mut desk = disk.open();
    desk.set(&Place::Composer, says("hello"));
    desk.submit(&Place::Composer, "", "i1".into(), 7).expect("an intent");
    assert!(desk.sending(&Place::Composer).is_some());
    disk.flush(&mut desk);
    let again = disk.open();
    assert_eq!(again.draft(&Place::Composer), None);
    assert_eq!(again.unsent().iter().map(|it| it.draft.text.as_str()).collect::<Vec<_>>(), ["hello"]);
    assert!(again.find("i1").is_some_and(|it| it.resumed) && again.sending(&Place::Composer).is_none());
}

#[test]
fn a_refusal_gives_the_words_back_where_they_were_and_never_replaces_what_was_typed_since() {
    let reply = Place::Reply(cid(1));
    let mut desk = Desk::default();
    let mut idea = says("too long");
    idea.set_field("kind", "idea");
    desk.set(&reply, idea.clone());
    desk.submit(&reply, "", "i1".into(), 1).expect("an intent");
    assert_eq!(desk.give_back("i1", "too-long"), Some(GiveBack::Draft));
    assert_eq!(desk.draft(&reply), Some(&Draft { open: true, ..idea }));
    assert_eq!(desk.unsent(), []);

    desk.submit(&reply, "", "i2".into(), 2).expect("an intent");
    desk.set(&reply, says("typed since"));
    assert_eq!(desk.give_back("i2", "too-long"), Some(GiveBack::Held));
    assert_eq!(desk.draft(&reply), Some(&says("typed since")));
    assert_eq!(desk.find("i2").map(|it| it.held.as_str()), Some("too-long"));
    assert_eq!(desk.give_back("i9", "too-long"), None);
}

#[test]
fn what_is_taken_back_stands_before_what_was_written_since_and_what_is_being_stored_is_not_taken_back() {
    let mut desk = Desk::default();
    desk.set(&Place::Composer, says("first"));
    desk.submit(&Place::Composer, "", "i1".into(), 1).expect("an intent");
    desk.set(&Place::Composer, says("second"));
    assert!(desk.go("i1"));
    assert!(!desk.go("i1"), "once");
    assert!(!desk.cancel("i1", &Place::Composer));
    desk.stay("i1");
    assert!(desk.cancel("i1", &Place::Composer));
    assert_eq!(desk.draft(&Place::Composer).map(|it| it.text.as_str()), Some("first\n\nsecond"));
    assert!(!desk.cancel("i1", &Place::Composer));
}

#[test]
fn a_note_that_is_older_than_what_is_stored_says_nothing() {
    let mut disk = Disk::default();
    let mut desk = disk.open();
    desk.set(&Place::Composer, says("old"));
    disk.note = desk.note();
    disk.flush(&mut desk);
    desk.set(&Place::Composer, says("newer"));
    disk.flush(&mut desk);
    assert!(disk.note.is_some(), "it was never deleted");
    assert_eq!(disk.open().draft(&Place::Composer), Some(&says("newer")));
}

#[test]
fn a_text_of_any_length_is_shown_and_one_beyond_measure_is_said_not_to_be_kept() {
    let mut disk = Disk::default();
    let mut desk = disk.open();
    assert!(desk.set(&Place::Composer, says(&"x".repeat(20_000))), "over what a post takes is kept");
    let endless = says(&"x".repeat(DRAFT_BYTES + 1));
    assert!(!desk.set(&Place::Composer, endless.clone()));
    assert_eq!(desk.draft(&Place::Composer), Some(&endless));
    disk.flush(&mut desk);
    assert_eq!(disk.open().draft(&Place::Composer).map(|it| it.text.len()), Some(20_000), "the last that fitted");
}

#[test]
fn records_of_a_newer_build_and_unknown_fields_do_no_harm_and_stay() {
    let mut disk = Disk::default();
    disk.records.insert("draft/hologram/7".into(), r#"{"text":"later"}"#.into());
    disk.records.insert("intent/x".into(), r#"{"id":"x","place":"hologram/7","made":1}"#.into());
    disk.records.insert("intent/y".into(), r#"{"id":"z","place":"composer","made":1}"#.into());
    disk.records.insert("intent/w".into(), "{".into());
    disk.records.insert("draft/composer".into(), r#"{"text":"now","colour":"blue"}"#.into());
    let before: Vec<_> = disk.records.keys().cloned().collect();
    let mut desk = disk.open();
    assert_eq!(desk.draft(&Place::Composer), Some(&says("now")));
    assert_eq!((desk.drafts().count(), desk.unsent().len()), (1, 0));
    desk.set(&Place::Composer, says("then"));
    disk.flush(&mut desk);
    assert!(before.iter().all(|key| disk.records.contains_key(key)));
}

#[test]
fn what_moves_to_another_node_waits_there_and_what_somebody_else_left_stays() {
    let mut disk = Disk::default();
    let mut desk = disk.open();
    desk.set(&Place::BatonOpen, says("left by who sat here before"));
    disk.flush(&mut desk);
    let mut desk = disk.open();
    desk.set(&Place::BatonOpen, Draft { open: true, ..says("left by who sat here before") });
    desk.set(&Place::Composer, says("mine"));
    desk.submit(&Place::Composer, "", "i1".into(), 1).expect("an intent");
    desk.set(&Place::Reply(cid(1)), says("mine, too"));
    let (there, here) = desk.carry(false, "moved");
    let other = Desk::open(there.into_iter().filter_map(|(key, it)| Some((key, it?))).collect(), None);
    assert_eq!(other.draft(&Place::Reply(cid(1))), Some(&says("mine, too")));
    assert_eq!(other.find("i1").map(|it| it.held.as_str()), Some("moved"));
    assert_eq!(other.draft(&Place::BatonOpen), None);
    disk.flush(&mut desk);
    disk.commit(here, Vec::new());
    let left = disk.open();
    assert_eq!(left.drafts().map(|(place, _)| place).collect::<Vec<_>>(), [Place::BatonOpen]);
    assert_eq!(left.unsent(), []);
    assert_eq!(desk.carry(true, "moved").0.len(), 3);
}

#[test]
fn what_another_node_left_waits_until_somebody_says_so() {
    let mut other = Desk::default();
    other.set(&Place::Reply(cid(1)), says("half-written"));
    other.set(&Place::Composer, says("sent"));
    other.submit(&Place::Composer, "", "i1".into(), 5).expect("an intent");
    other.add(&Place::Retract(cid(2)), "", "i2".into(), 6, Draft::default());
    other.add(&Place::Version(cid(3)), "", "i3".into(), 7, Draft::default());
    let mut desk = Desk::default();
    desk.set(&Place::Reply(cid(1)), says("mine"));
    let ids = std::cell::Cell::new(0);
    desk.take_over(&other, "unsent-moved", || format!("n{}", ids.replace(ids.get() + 1)));
    let held: Vec<_> = desk.unsent().iter().map(|it| (it.draft.text.as_str(), it.held.as_str())).collect();
    assert_eq!(held, [("half-written", "unsent-moved"), ("sent", "unsent-moved")]);
    assert_eq!(desk.draft(&Place::Reply(cid(1))), Some(&says("mine")));
    assert!(!desk.is_empty() && Desk::default().is_empty());
}

#[test]
fn a_database_that_lost_everything_gets_all_of_it_anew() {
    let mut disk = Disk::default();
    let mut desk = disk.open();
    desk.set(&Place::Composer, says("one"));
    desk.submit(&Place::Composer, "", "i1".into(), 1).expect("an intent");
    desk.set(&Place::Composer, says("two"));
    disk.flush(&mut desk);
    disk.records.clear();
    desk.write_all();
    disk.flush(&mut desk);
    let again = disk.open();
    assert_eq!(again.draft(&Place::Composer), Some(&says("two")));
    assert!(again.find("i1").is_some());
}

/// A person who types, sends and takes back while the page is closed, reloaded and killed at any moment, on a disk that takes its
/// time and fails: each text is in exactly one place, and none is there twice.
#[test]
fn whatever_crashes_whenever_exactly_one_of_draft_intent_and_event_is_there() {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut below = move |most: u64| {
        // Xorshift (Marsaglia 2003): the same run every time.
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % most
    };
    let places = [Place::Composer, Place::Reply(cid(1)), Place::Edit(cid(2)), Place::Feedback(cid(3), Stance::Concern)];
    let (mut next, mut crashes, mut lost_writes, mut undecided) = (0_u32, 0, 0, 0);
    for _ in 0..300 {
        let mut disk = Disk::default();
        let mut desk = disk.open();
        // What is under way: its changes, and the texts of its events.
        let mut flight: Option<(Vec<Change>, Vec<String>)> = None;
        for _ in 0..60 {
            let place = places[below(4) as usize];
            match below(12) {
                0..=2 if desk.draft(&place).is_none() => {
                    next += 1;
                    desk.set(&place, says(&format!("text {next}.")));
                }
                3 | 4 => {
                    next += 1;
                    desk.submit(&place, "", format!("i{next}"), u64::from(next));
                }
                5 => {
                    if let Some(id) = desk.unsent().first().map(|it| it.id.clone()) {
                        let _ = desk.cancel(&id, &Place::Composer);
                    }
                }
                6 | 7 if flight.is_none() => flight = desk.take(&[]).map(|changes| (changes, Vec::new())),
                8 if flight.is_none() => {
                    let ids: Vec<String> = desk.unsent().iter().take(2).map(|it| it.id.clone()).collect();
                    assert!(ids.iter().all(|id| desk.go(id)));
                    let texts = desk.unsent().iter().take(2).map(|it| it.draft.text.clone()).collect();
                    flight = desk.take(&ids).map(|changes| (changes, texts));
                }
                9 => {
                    if let Some((changes, events)) = flight.take() {
                        let done = below(4) > 0;
                        if done {
                            disk.commit(changes, events);
                        }
                        desk.wrote(done);
                    }
                }
                10 => {
                    // The page goes: what is under way comes to its end or not, and the page never learns which.
                    let all = texts_of(&desk, &disk);
                    disk.note = desk.note();
                    undecided += usize::from(flight.is_some());
                    if let Some((changes, events)) = flight.take().filter(|_| below(2) == 0) {
                        disk.commit(changes, events);
                    }
                    desk = disk.open();
                    assert_eq!(texts_of(&desk, &disk), all, "after closing");
                    crashes += 1;
                }
                11 if below(4) == 0 => {
                    // Killed: no note is written, and what no write held is lost; but nothing is there twice.
                    let before = texts_of(&desk, &disk).len();
                    if let Some((changes, events)) = flight.take().filter(|_| below(2) == 0) {
                        disk.commit(changes, events);
                    }
                    desk = disk.open();
                    lost_writes += before - texts_of(&desk, &disk).len();
                }
                _ => {}
            }
        }
    }
    assert!(crashes > 500 && undecided > 100 && lost_writes > 0, "{crashes} {undecided} {lost_writes}: proves nothing");
}

/// All texts, each of which must be there once. What is being committed counts where it is now.
fn texts_of(desk: &Desk, disk: &Disk) -> BTreeSet<String> {
    let drafts = desk.drafts().map(|(_, it)| it.text.clone());
    let unsent = desk.unsent().iter().map(|it| it.draft.text.clone());
    let all: Vec<String> = drafts.chain(unsent).chain(disk.events.iter().cloned()).collect();
    // What was taken back may be joined with what was written since.
    let all: Vec<String> = all.iter().flat_map(|it| it.split("\n\n")).map(str::to_owned).collect();
    let set: BTreeSet<String> = all.iter().cloned().collect();
    assert_eq!(set.len(), all.len(), "nothing is there twice: {all:?}");
    set
}
