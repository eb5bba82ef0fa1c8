//! What must hold: at any time, and once all is quiet.

use std::collections::BTreeSet;

use futures::executor::block_on;
use paceline_mesh::Replica;
use paceline_node::{
    Ready,
    testing::{Place, own_texts},
};
use paceline_room::{Cid, state::WordsState};
use paceline_store::Store as _;

use crate::{Broken, Who, seat::Page, world::World};

fn broken(law: &'static str, how: impl Into<String>) -> Result<(), Broken> {
    Err(Broken { law, how: how.into() })
}

fn events(replica: &Replica) -> BTreeSet<Cid> {
    replica.log().entries().map(|(_, it)| it.cid).collect()
}

fn pages(world: &World) -> impl Iterator<Item = (Who, &Page)> {
    world.seats.iter().filter_map(|(who, seat)| Some((*who, seat.page.as_ref()?)))
}

/// Nothing that others can fill is fuller than it may be.
pub fn at_any_time(world: &World) -> Result<(), Broken> {
    for (who, page) in pages(world) {
        let replica = page.node.replica();
        if let Some(queue) = replica.queues().into_iter().find(|it| it.holds > it.most) {
            return broken("queues are bounded", format!("{who}: {queue:?} at {:.3} s", world.now as f64 / 1_000.0));
        }
    }
    Ok(())
}

impl World {
    /// Nobody blames who means no harm, but for what the link between them made of it.
    pub(crate) fn look_for_blame(&mut self, who: Who) {
        let Some(page) = self.seats.get_mut(&who).and_then(|it| it.page.as_mut()) else { return };
        let replica = page.node.replica();
        if replica.blamed().values().sum::<u64>() == page.blamed.values().sum::<u64>() {
            return;
        }
        let now = replica.blamed().clone();
        drop(replica);
        let before = std::mem::replace(&mut page.blamed, now.clone());
        for ((peer, code), times) in now {
            let more = times - before.get(&(peer, code)).copied().unwrap_or(0);
            let Some(peer) = self.ids.get(&peer).copied().filter(|_| more > 0) else { continue };
            if self.foes.contains_key(&peer) || !self.seats.contains_key(&peer) {
                self.tally.add("refused of a hostile member", more);
            } else if self.network.of(who, peer).spoilt {
                self.tally.add("refused of what a link had spoilt", more);
            } else {
                self.break_law("no honest node blames another", format!("{who} blames {peer}: {code}"));
            }
        }
    }
}

/// What anybody who means no harm was told is stored has come to all others of them.
pub fn heard(world: &World) -> Result<(), Broken> {
    for (from, seat) in &world.seats {
        for cid in seat.acknowledged.borrow().iter() {
            if let Some((who, _)) = pages(world).find(|(_, page)| page.node.replica().log().find(cid).is_none()) {
                return broken("those who mean harm keep nobody apart", format!("{who} lacks {cid} of {from}"));
            }
        }
    }
    Ok(())
}

/// Everybody holds the same, and has stored it.
pub fn settled(world: &World) -> Result<(), Broken> {
    let Some((first, page)) = pages(world).next() else { return Ok(()) };
    let all = events(&page.node.replica());
    let digest = page.node.replica().fold().digest();
    for (who, page) in pages(world) {
        let replica = page.node.replica();
        let here = events(&replica);
        if here != all {
            let (lacks, has) = (all.difference(&here).count(), here.difference(&all).count());
            return broken("all hold the same events", format!("{who} lacks {lacks} of {first}'s and has {has} more"));
        }
        if replica.fold().digest() != digest {
            return broken("equal events mean the same", format!("{who} and {first}"));
        }
        let waiting = (replica.pending(), replica.progress().missing_events);
        if waiting != (0, 0) {
            return broken("nothing waits for ever", format!("{who}: {waiting:?}"));
        }
        // Words that others withheld may never come.
        let lacks = replica.log().entries().find(|(_, it)| {
            let words = it.event.body.words();
            world.ids.contains_key(&it.event.author)
                && words.is_some_and(|it| replica.fold().words_wanted(&it) && replica.words(&it).is_none())
        });
        if let Some((_, entry)) = lacks {
            return broken("words come to everybody", format!("{who} lacks those of {}", entry.cid));
        }
        let stored = world.seats.get(&who).map_or(0, |it| it.disk.counts().events);
        if stored != all.len() || !page.node.storing().is_empty() {
            return broken("all is stored", format!("{who}: {stored} of {}", all.len()));
        }
        let unsent = page.node.desk().unsent().iter().filter(|it| it.held.is_empty()).count();
        if unsent > 0 {
            return broken("what was sent goes out", format!("{who}: {unsent} wait"));
        }
    }
    Ok(())
}

/// What was promised to people was kept.
pub fn kept(world: &World) -> Result<(), Broken> {
    for (who, seat) in &world.seats {
        let Some(page) = &seat.page else { return broken("everybody is back", format!("{who} is not")) };
        let replica = page.node.replica();
        if let Some(lost) = seat.acknowledged.borrow().iter().find(|it| replica.log().find(it).is_none()) {
            return broken("what was acknowledged is there", format!("{who}: {lost} is not"));
        }
        let me = page.node.me;
        if replica.log().is_split(&me) {
            return broken("one position has one event", format!("{who} wrote two"));
        }
        let texts = own_texts(&replica, me);
        let retracted: BTreeSet<_> =
            replica.fold().posts().filter(|it| it.words == WordsState::Retracted).map(|it| it.cid).collect();
        for text in seat.sent.borrow().iter() {
            let times = texts.iter().filter(|it| *it == text).count();
            if times > 1 || times == 0 && retracted.is_empty() {
                return broken("what was sent is there once", format!("{who}: {text:?} is there {times} times"));
            }
        }
        // What is on disk means the same.
        let place = Place::default();
        let ready = block_on(Ready::load(world.room(), &seat.keypair, &seat.disk, &place));
        let stored = ready.map(|it| (it.damaged, it.replica().fold().digest()));
        if stored != Ok((0, replica.fold().digest())) {
            return broken("what is stored means the same", format!("{who}: {stored:?}"));
        }
    }
    Ok(())
}
