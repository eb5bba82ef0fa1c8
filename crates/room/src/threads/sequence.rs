//! A sequence that is long, changes anywhere, and knows of each of its marks how much stands before it. What it holds is numbers; what
//! they mean is the caller's.
//!
//! A treap (Seidel and Aragon, 1996) over places, with sums of what lies below: each step costs in the order of log n, whatever the
//! order in which marks come. That needs weights which nobody who writes in the room can foresee: they come from a seed of this node.

use crate::cost::look;

/// A mark of a sequence.
pub(super) type Mark = u32;
/// No mark: the end.
pub(super) const END: Mark = Mark::MAX;

/// What a mark, or all in a stretch of them, amounts to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Sum {
    /// Rows.
    pub(super) rows: usize,
    /// Moments.
    pub(super) moments: usize,
    /// Roots whose times are believed.
    pub(super) dated: usize,
    /// The latest of their times.
    pub(super) latest: u64,
}

impl Sum {
    fn and(self, other: Self) -> Self {
        Self {
            rows: self.rows + other.rows,
            moments: self.moments + other.moments,
            dated: self.dated + other.dated,
            latest: self.latest.max(other.latest),
        }
    }
}

#[derive(Debug)]
struct Node {
    up: Mark,
    /// What stands before it, and after it.
    below: [Mark; 2],
    /// No node weighs more than the one above it.
    weight: u64,
    own: Sum,
    /// Its own and of all below.
    sum: Sum,
    what: u32,
}

/// The sequence.
#[derive(Debug)]
pub(super) struct Sequence {
    nodes: Vec<Node>,
    free: Vec<Mark>,
    top: Mark,
    dice: u64,
}

impl Sequence {
    /// Empty; its weights come from the seed.
    pub(super) fn new(seed: u64) -> Self {
        Self { nodes: Vec::new(), free: Vec::new(), top: END, dice: seed }
    }

    /// So many marks are on their way.
    pub(super) fn reserve(&mut self, more: usize) {
        self.nodes.reserve(more);
    }

    fn node(&self, at: Mark) -> &Node {
        look(1);
        &self.nodes[at as usize]
    }

    fn node_mut(&mut self, at: Mark) -> &mut Node {
        look(1);
        &mut self.nodes[at as usize]
    }

    /// What the caller said that it is.
    pub(super) fn what(&self, at: Mark) -> u32 {
        self.node(at).what
    }

    /// What it amounts to itself.
    pub(super) fn own(&self, at: Mark) -> Sum {
        self.node(at).own
    }

    /// All there is.
    pub(super) fn all(&self) -> Sum {
        self.sum(self.top)
    }

    fn sum(&self, at: Mark) -> Sum {
        if at == END { Sum::default() } else { self.node(at).sum }
    }

    /// SplitMix64.
    fn weight(&mut self) -> u64 {
        self.dice = self.dice.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.dice;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Puts a mark right before another, or at the end.
    pub(super) fn insert(&mut self, before: Mark, own: Sum, what: u32) -> Mark {
        let weight = self.weight();
        let node = Node { up: END, below: [END; 2], weight, own, sum: own, what };
        let at = match self.free.pop() {
            Some(at) => {
                *self.node_mut(at) = node;
                at
            }
            None => {
                self.nodes.push(node);
                (self.nodes.len() - 1) as Mark
            }
        };
        let left = if before == END { self.top } else { self.node(before).below[0] };
        let (up, side) = if left == END { (before, 0) } else { (self.outermost(left, 1), 1) };
        if up == END {
            self.top = at;
            return at;
        }
        self.node_mut(up).below[side] = at;
        self.node_mut(at).up = up;
        self.add_up(up);
        loop {
            let up = self.node(at).up;
            if up == END || self.node(up).weight >= weight {
                return at;
            }
            self.lift(at);
        }
    }

    /// Takes a mark out.
    pub(super) fn remove(&mut self, at: Mark) {
        loop {
            let below = self.node(at).below;
            let heavier = match below {
                [END, END] => break,
                [one, END] => one,
                [END, other] => other,
                [one, other] if self.node(one).weight > self.node(other).weight => one,
                [_, other] => other,
            };
            self.lift(heavier);
        }
        let up = self.node(at).up;
        if up == END {
            self.top = END;
        } else {
            let side = self.side(at, up);
            self.node_mut(up).below[side] = END;
            self.add_up(up);
        }
        self.free.push(at);
    }

    /// It amounts to something else now.
    pub(super) fn set(&mut self, at: Mark, own: Sum) {
        self.node_mut(at).own = own;
        self.add_up(at);
    }

    /// All that stands before a mark, or before the end.
    pub(super) fn before(&self, at: Mark) -> Sum {
        if at == END {
            return self.all();
        }
        let mut sum = self.sum(self.node(at).below[0]);
        let mut at = at;
        loop {
            let up = self.node(at).up;
            if up == END {
                return sum;
            }
            if self.side(at, up) == 1 {
                let above = self.node(up);
                sum = self.sum(above.below[0]).and(above.own).and(sum);
            }
            at = up;
        }
    }

    /// The mark at which the count reaches more than `nth`; the end if it never does.
    pub(super) fn select(&self, mut nth: usize, count: impl Fn(&Sum) -> usize) -> Mark {
        let mut at = self.top;
        while at != END {
            let node = self.node(at);
            let [left, right] = node.below;
            let before = count(&self.sum(left));
            if nth < before {
                at = left;
                continue;
            }
            nth -= before;
            let own = count(&node.own);
            if nth < own {
                break;
            }
            nth -= own;
            at = right;
        }
        at
    }

    /// The mark after it (`1`), or before it (`0`): before the end stands the last, and after the end the first.
    pub(super) fn step(&self, mut at: Mark, side: usize) -> Mark {
        if at == END {
            return if self.top == END { END } else { self.outermost(self.top, 1 - side) };
        }
        let below = self.node(at).below[side];
        if below != END {
            return self.outermost(below, 1 - side);
        }
        loop {
            let up = self.node(at).up;
            if up == END || self.side(at, up) != side {
                return up;
            }
            at = up;
        }
    }

    fn outermost(&self, mut at: Mark, side: usize) -> Mark {
        loop {
            match self.node(at).below[side] {
                END => return at,
                below => at = below,
            }
        }
    }

    fn side(&self, at: Mark, up: Mark) -> usize {
        usize::from(self.node(up).below[1] == at)
    }

    fn add(&mut self, at: Mark) {
        let node = self.node(at);
        let sum = self.sum(node.below[0]).and(node.own).and(self.sum(node.below[1]));
        self.node_mut(at).sum = sum;
    }

    fn add_up(&mut self, mut at: Mark) {
        while at != END {
            self.add(at);
            at = self.node(at).up;
        }
    }

    /// Turns a node and the one above it around.
    fn lift(&mut self, at: Mark) {
        let up = self.node(at).up;
        let side = self.side(at, up);
        let (above, inner) = (self.node(up).up, self.node(at).below[1 - side]);
        if above == END {
            self.top = at;
        } else {
            let side = self.side(up, above);
            self.node_mut(above).below[side] = at;
        }
        self.node_mut(at).up = above;
        self.node_mut(at).below[1 - side] = up;
        self.node_mut(up).up = at;
        self.node_mut(up).below[side] = inner;
        if inner != END {
            self.node_mut(inner).up = up;
        }
        self.add(up);
        self.add(at);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sum(rows: usize, dated: usize, latest: u64) -> Sum {
        Sum { rows, moments: 0, dated, latest }
    }

    fn held(it: &Sequence) -> Vec<u32> {
        let mut held = Vec::new();
        let mut at = it.step(END, 1);
        while at != END {
            held.push(it.what(at));
            at = it.step(at, 1);
        }
        held
    }

    proptest! {
        #[test]
        fn it_is_the_same_as_a_list_and_knows_what_stands_before_each(
            steps in prop::collection::vec((any::<bool>(), any::<prop::sample::Index>(), 0_usize..3, 0_u64..9), 0..300),
            seed in any::<u64>(),
        ) {
            let mut it = Sequence::new(seed);
            let mut list: Vec<(Mark, Sum)> = Vec::new();
            for (goes, at, dated, latest) in steps {
                let at = at.index(list.len() + 1);
                match list.get(at).copied() {
                    Some((mark, _)) if goes => {
                        it.remove(mark);
                        list.remove(at);
                    }
                    there => {
                        let own = sum(1, dated, latest);
                        let mark = it.insert(there.map_or(END, |(mark, _)| mark), Sum::default(), 7);
                        it.set(mark, own);
                        list.insert(at, (mark, own));
                    }
                }
            }
            prop_assert_eq!(held(&it).len(), list.len());
            let mut before = Sum::default();
            let mut mark = it.step(END, 1);
            for (at, (there, own)) in list.iter().enumerate() {
                prop_assert_eq!((mark, it.before(mark)), (*there, before));
                prop_assert_eq!(it.select(at, |it| it.rows), mark);
                if own.dated > 0 {
                    prop_assert_eq!(it.select(before.dated, |it| it.dated), mark);
                }
                before = before.and(*own);
                mark = it.step(mark, 1);
            }
            prop_assert_eq!((mark, it.before(END), it.all()), (END, before, before));
            prop_assert_eq!(it.step(END, 0), list.last().map_or(END, |(mark, _)| *mark));
            prop_assert_eq!(it.select(list.len(), |it| it.rows), END);
        }
    }
}
