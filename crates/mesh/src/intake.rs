//! How much of a room this node takes in. A tab holds all of a room in memory, and others decide how much that is: beyond a bound the
//! person at the tab is asked.
//!
//! | it takes | what others lack and push | what it lacks itself |
//! | --- | --- | --- |
//! | until it is full | until then | until then |
//! | all | yes | yes |
//! | the newest | yes; what stands on something missing can be read | only the newest posts |
//! | nothing | no | no |
//!
//! It decides what is asked for and what is looked at, never what is admitted: equal sets stay equal states. What is here is served to
//! others all the same, and what its person writes or imports is always taken.

/// What the person here chose to take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Takes {
    /// Everything, until it is as much as is taken without asking: nobody has chosen.
    #[default]
    UntilFull,
    /// Everything, however much.
    All,
    /// What is new from now on.
    Newest,
    /// Nothing more.
    Nothing,
}

impl Takes {
    /// Whether what others hold is not asked for, in a room of which as much is here as is taken without asking, or not.
    pub const fn leaves_out(self, full: bool) -> bool {
        match self {
            Self::UntilFull => full,
            Self::All => false,
            Self::Newest | Self::Nothing => true,
        }
    }
}

/// An amount of a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Amount {
    /// Events.
    pub events: usize,
    /// Bytes of their blocks and words. A tab takes up to six times as much memory.
    pub bytes: usize,
}

/// How much is taken without asking. A guess: ten times the largest room that is measured, in less than a gigabyte of memory.
pub const MOST: Amount = Amount { events: 100_000, bytes: 128 << 20 };

/// See the module.
#[derive(Debug)]
pub struct Intake {
    pub takes: Takes,
    pub most: Amount,
    /// What was on its way when it ended was let go of.
    pub ended: bool,
}

impl Default for Intake {
    fn default() -> Self {
        Self { takes: Takes::default(), most: MOST, ended: false }
    }
}

impl Intake {
    /// Whether what is here is as much as is taken without asking.
    pub const fn is_full(&self, here: Amount) -> bool {
        here.events >= self.most.events || here.bytes >= self.most.bytes
    }

    /// Whether what is lacking is asked for. Without any event there is no room to read.
    pub const fn takes_rest(&self, here: Amount) -> bool {
        let chose_less = matches!(self.takes, Takes::Newest | Takes::Nothing);
        !self.takes.leaves_out(self.is_full(here)) || chose_less && here.events == 0
    }

    /// Whether what others push is taken.
    pub const fn takes_pushed(&self, here: Amount) -> bool {
        matches!(self.takes, Takes::Newest) || self.takes_rest(here)
    }
}
