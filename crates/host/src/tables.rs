//! Maps and sets. In tests they count what is looked at, so that laws of growth can be asserted.

#[cfg(test)]
pub use paceline_room::cost::{BTreeMap, BTreeSet, HashMap};
#[cfg(not(test))]
pub use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Where a test may plant a walk over everything, to see that the laws of growth would find one.
#[cfg_attr(not(test), expect(unused_variables))]
pub fn ground<I: Iterator>(everything: impl FnOnce() -> I) {
    #[cfg(test)]
    paceline_room::cost::ground(everything);
}
