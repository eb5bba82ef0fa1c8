//! The set of admitted events in the order of reconciliation, `(depth, CID)`, as negentropy wants to see it.
//!
//! It decides nothing about peers: [`crate::sync`] does.

use negentropy::{Bound, Error, Id, Item, Negentropy, NegentropyStorageBase, Storage};
use paceline_room::{
    Cid,
    cost::{look, looking},
};

use crate::wire::Key;

/// Bytes of one reconciliation message; well under the bulk lane's limit, so that rounds stay quick.
const FRAME_BYTES: u64 = 60 * 1024;

/// Names with their depths, sorted when first asked after a change: catching up appends in order, so that is cheap.
#[derive(Debug, Default)]
pub struct Index {
    items: Vec<Item>,
    sorted: bool,
}

/// What one round told its initiator.
#[derive(Debug, Default)]
pub struct Round {
    /// The next message, or none: finished.
    pub next: Option<Vec<u8>>,
    /// Here, not there.
    pub have: Vec<Cid>,
    /// There, not here, with a depth they do not exceed, in about the order of depth.
    pub need: Vec<Key>,
}

impl Index {
    /// Adds an event.
    pub fn insert(&mut self, depth: u64, cid: &Cid) {
        let item = Item::with_timestamp_and_id(depth, Id::from_byte_array(*cid.digest()));
        self.sorted = self.items.last().is_none_or(|last| self.sorted && *last < item);
        self.items.push(item);
    }

    /// How many events.
    pub fn count(&self) -> usize {
        self.items.len()
    }

    /// Up to `most` events after `key`, in order, and how many follow in all.
    pub fn after(&mut self, key: &Key, most: usize) -> (Vec<Key>, usize) {
        self.sort();
        let last = Item::with_timestamp_and_id(key.0, Id::from_byte_array(*key.1.digest()));
        let from = self.items.partition_point(|item| *item <= last);
        let rest = self.items.get(from..).unwrap_or_default();
        (rest.iter().take(most).map(|item| (item.timestamp, cid_of(&item.id))).collect(), rest.len())
    }

    /// The first message of a reconciliation.
    pub fn initiate(&mut self) -> Result<Vec<u8>, Error> {
        self.sort();
        Negentropy::new(Storage::Borrowed(&*self), FRAME_BYTES)?.initiate()
    }

    /// Answers a round. Keeps nothing: every message stands for itself, so the set may change in between.
    pub fn answer(&mut self, round: &[u8]) -> Result<Vec<u8>, Error> {
        self.sort();
        Negentropy::new(Storage::Borrowed(&*self), FRAME_BYTES)?.reconcile(round)
    }

    /// Takes an answer to one's own round.
    pub fn proceed(&mut self, answer: &[u8]) -> Result<Round, Error> {
        self.sort();
        let mut negentropy = Negentropy::new(Storage::Borrowed(&*self), FRAME_BYTES)?;
        negentropy.set_initiator();
        let (mut have, mut need) = (Vec::new(), Vec::new());
        let next = negentropy.reconcile_with_ids(answer, &mut have, &mut need)?;
        // The crate yields needs in the order of a hash set; the answer lists them in order of depth.
        need.sort_unstable();
        let listed = listed(answer);
        let need = listed.into_iter().filter(|(_, id)| need.binary_search(id).is_ok());
        Ok(Round {
            next,
            have: have.iter().map(cid_of).collect(),
            need: need.map(|(depth, id)| (depth, cid_of(&id))).collect(),
        })
    }

    fn sort(&mut self) {
        if !self.sorted {
            look(self.items.len());
            self.items.sort();
            self.sorted = true;
        }
    }
}

fn cid_of(id: &Id) -> Cid {
    Cid::from_digest(id.to_bytes())
}

/// The ids an answer lists, in its order, each with the upper bound of the depths in its range (negentropy protocol v1:
/// version, then ranges of bound, mode and payload).
fn listed(answer: &[u8]) -> Vec<(u64, Id)> {
    let mut rest = answer.get(1..).unwrap_or_default();
    let (mut depth, mut listed) = (0u64, Vec::new());
    while !rest.is_empty() {
        depth = match var_int(&mut rest) {
            0 => u64::MAX,
            delta => depth.saturating_add(delta - 1),
        };
        let prefix = var_int(&mut rest);
        take(&mut rest, prefix);
        match var_int(&mut rest) {
            1 => take(&mut rest, negentropy::FINGERPRINT_SIZE as u64),
            2 => {
                for _ in 0..var_int(&mut rest) {
                    let Some((id, after)) = rest.split_first_chunk::<32>() else { return listed };
                    listed.push((depth, Id::from_byte_array(*id)));
                    rest = after;
                }
            }
            _ => {}
        }
    }
    listed
}

fn take(rest: &mut &[u8], count: u64) {
    *rest = usize::try_from(count).ok().and_then(|count| rest.get(count..)).unwrap_or_default();
}

fn var_int(rest: &mut &[u8]) -> u64 {
    let mut value = 0u64;
    while let Some((byte, after)) = rest.split_first() {
        *rest = after;
        value = (value << 7) | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            break;
        }
    }
    value
}

impl NegentropyStorageBase for Index {
    fn size(&self) -> Result<usize, Error> {
        Ok(self.items.len())
    }

    fn get_item(&self, i: usize) -> Result<Option<Item>, Error> {
        look(1);
        Ok(self.items.get(i).copied())
    }

    fn iterate(
        &self,
        begin: usize,
        end: usize,
        cb: &mut dyn FnMut(Item, usize) -> Result<bool, Error>,
    ) -> Result<(), Error> {
        let items = self.items.get(begin..end).ok_or(Error::BadRange)?;
        for (at, item) in looking(items.iter()).enumerate() {
            if !cb(*item, begin + at)? {
                break;
            }
        }
        Ok(())
    }

    fn find_lower_bound(&self, first: usize, last: usize, value: &Bound) -> usize {
        let items = self.items.get(first..last).unwrap_or_default();
        first + items.partition_point(|item| *item < value.item)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cid(number: u64) -> Cid {
        Cid::of(&number.to_le_bytes())
    }

    fn index(of: impl IntoIterator<Item = u64>) -> Index {
        let mut index = Index::default();
        of.into_iter().for_each(|number| index.insert(number / 3, &cid(number)));
        index
    }

    #[test]
    fn pages_follow_one_another_in_order_whatever_the_order_of_arrival() {
        let mut index = index((0..100).rev());
        let (mut all, mut after) = (Vec::new(), (0, Cid::from_digest([0; 32])));
        loop {
            let (page, rest) = index.after(&after, 7);
            assert_eq!(rest, 100 - all.len());
            let Some(last) = page.last() else { break };
            after = *last;
            all.extend(page);
        }
        let mut sorted = all.clone();
        sorted.sort_unstable();
        assert_eq!((all.len(), all), (100, sorted));
    }

    /// The order of needs must be that of depth: asked for in that order, events do not wait for their parents.
    #[test]
    fn needs_come_in_order_of_depth_with_a_depth_they_do_not_exceed() {
        let (mut mine, mut theirs) = (index([]), index(0..500));
        let first = mine.initiate().unwrap();
        let round = mine.proceed(&theirs.answer(&first).unwrap()).unwrap();
        assert_eq!((round.next, round.have), (None, vec![]));
        let all: Vec<Key> = theirs.after(&(0, Cid::from_digest([0; 32])), 500).0;
        assert_eq!(
            round.need.iter().map(|(_, cid)| *cid).collect::<Vec<_>>(),
            all.iter().map(|(_, cid)| *cid).collect::<Vec<_>>()
        );
        assert!(round.need.iter().zip(&all).all(|(need, real)| need.0 >= real.0));
    }

    #[test]
    fn hostile_rounds_and_answers_are_errors_or_nothing() {
        let mut index = index(0..100);
        let valid = index.initiate().unwrap();
        for cut in 0..valid.len() {
            let _ = index.answer(&valid[..cut]);
            let _ = index.proceed(&valid[..cut]);
        }
        assert!(index.answer(&[]).is_err());
        assert!(index.answer(&[0x61, 0, 0, 2, 0xff, 0xff, 0xff, 0x7f]).is_err());
        assert_eq!(listed(&[0x61, 0, 0, 2, 0xff, 0xff, 0xff, 0x7f]), vec![]);
        assert_eq!(listed(&[0x61, 0, 0xff, 0xff, 0x7f, 1]), vec![]);
    }
}
