//! By which numbers a node knows events and chains: in the order in which it admitted them.

/// The number of an admitted event in the order this node admitted it. Local: never sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ix(pub u32);

/// A chain of one author's events linked by `prev`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChainIx(pub u32);
