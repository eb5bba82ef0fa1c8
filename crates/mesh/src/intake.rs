//! How much of a room this node takes in, and what it does once that is too much: as the person here chooses. What is here means the
//! same whatever was chosen, and what others hold is theirs: nothing is refused, and all of it can be had later.

/// What is taken of others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Takes {
    /// Everything, until it is [`Most`]; then nothing until somebody chooses.
    #[default]
    UntilFull,
    /// Everything, however much it is.
    All,
    /// What is pushed from now on. What builds on something that is not here waits, newest kept first, and can be read.
    Newest,
    /// Nothing.
    Nothing,
}

/// How much of a room is taken in without asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Most {
    /// Events.
    pub events: usize,
    /// Bytes of their blocks and words.
    pub bytes: usize,
}

impl Default for Most {
    /// Measured natively with 20,000 posts: an event takes 2.2 KiB of memory beside its block and words. So this is some 350 MiB, which
    /// is about what a phone lets a tab have.
    fn default() -> Self {
        Self { events: 100_000, bytes: 128 << 20 }
    }
}

/// See the module.
#[derive(Debug, Default)]
pub struct Intake {
    /// What was chosen.
    pub takes: Takes,
    /// When to ask.
    pub most: Most,
    /// Of blocks and words that are here.
    pub bytes: usize,
}

impl Intake {
    /// Whether so many events are as much as is taken without asking.
    pub const fn is_full(&self, events: usize) -> bool {
        events >= self.most.events || self.bytes >= self.most.bytes
    }

    /// Whether what others hold and this node lacks is asked for.
    pub const fn takes_rest(&self, events: usize) -> bool {
        match self.takes {
            Takes::UntilFull => !self.is_full(events),
            Takes::All => true,
            Takes::Newest | Takes::Nothing => false,
        }
    }

    /// Whether what is pushed is taken.
    pub const fn takes_pushed(&self, events: usize) -> bool {
        match self.takes {
            Takes::UntilFull => !self.is_full(events),
            Takes::All | Takes::Newest => true,
            Takes::Nothing => false,
        }
    }
}
