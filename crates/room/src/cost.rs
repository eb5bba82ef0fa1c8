//! What a step costs, in entries looked at: counted where log, fold and indexes hand entries out, and only for tests. A
//! page and a host carry none of it.
//!
//! Counts, never times: equal on every machine, so that a law of growth can be asserted.

#[cfg(any(test, feature = "test-utils"))]
use std::cell::Cell;

#[cfg(any(test, feature = "test-utils"))]
thread_local! {
    static LOOKED_AT: Cell<u64> = const { Cell::new(0) };
}

/// So many entries are looked at.
#[inline(always)]
pub fn look(entries: usize) {
    #[cfg(any(test, feature = "test-utils"))]
    LOOKED_AT.with(|it| it.set(it.get().saturating_add(entries as u64)));
    let _ = entries;
}

/// Entries that count as looked at, one by one as they are drawn.
#[cfg(any(test, feature = "test-utils"))]
pub fn looking<I: Iterator>(entries: I) -> std::iter::Inspect<I, fn(&I::Item)> {
    entries.inspect(|_| look(1))
}

/// The entries.
#[cfg(not(any(test, feature = "test-utils")))]
#[inline(always)]
pub fn looking<I: Iterator>(entries: I) -> I {
    entries
}

/// What an act gives, and how many entries it looked at (on this thread).
#[cfg(any(test, feature = "test-utils"))]
pub fn of<T>(act: impl FnOnce() -> T) -> (T, u64) {
    let before = LOOKED_AT.with(Cell::get);
    let result = act();
    (result, LOOKED_AT.with(Cell::get) - before)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_act_costs_what_it_looks_at_and_what_acts_within_it_do() {
        let (inner, outer) = of(|| {
            look(3);
            let (_, inner) = of(|| looking(0..10).take(4).count());
            inner
        });
        assert_eq!((inner, outer), (4, 7));
    }
}
