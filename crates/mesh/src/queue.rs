//! How full something is that others can fill, for tests.

/// Something that others can fill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Queue {
    /// What waits there.
    pub name: &'static str,
    /// How much of it.
    pub holds: usize,
    /// How much may, at most: neither more keys nor an older room make it more.
    pub most: usize,
}

impl Queue {
    /// What waits, how much of it, and how much may.
    pub const fn new(name: &'static str, holds: usize, most: usize) -> Self {
        Self { name, holds, most }
    }
}
