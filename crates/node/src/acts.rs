//! Several things that are done in one step: all of them are stored in one transaction and then sent, or none is. Like anything that
//! is asked for, they are looked at when their turn has come, one after the other, and one that is refused takes the others with it.

use paceline_room::{Cid, command::Command};

use crate::NodeError;

/// So many things are done in one step at most: what one transaction takes of own events anyway.
pub const MOST_ACTS: usize = 64;

/// Something that is done in a step, for what comes after it in the same step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Made(usize);

/// The events that were made in a step, or so far.
#[derive(Debug, Clone, Copy)]
pub struct Named<'a>(&'a [Cid]);

impl<'a> Named<'a> {
    /// Those of a step, in its order.
    pub const fn new(all: &'a [Cid]) -> Self {
        Self(all)
    }

    /// The event of something that came before.
    ///
    /// # Errors
    /// It is of another step.
    pub fn of(&self, made: Made) -> Result<Cid, NodeError> {
        self.0.get(made.0).copied().ok_or(NodeError::NotFound)
    }
}

type Say = Box<dyn FnOnce(Named) -> Result<Command, NodeError>>;

/// One of them.
pub(crate) struct Act {
    pub(crate) say: Say,
    /// It is asked of the room as those before it leave it.
    pub(crate) rests: bool,
}

/// What is done in one step, in this order.
#[derive(Default)]
pub struct Acts(pub(crate) Vec<Act>);

impl Acts {
    /// One more, which would be the same without those before it: it is asked of the room as that is before the step.
    pub fn beside(&mut self, command: impl Into<Command>) -> Made {
        let command = command.into();
        self.add(Box::new(|_| Ok(command)), false)
    }

    /// The same for one that names some of those before it, and nothing else of it follows from them.
    pub fn naming(&mut self, say: impl FnOnce(Named) -> Result<Command, NodeError> + 'static) -> Made {
        self.add(Box::new(say), false)
    }

    /// One more, which rests on some of those before it. That costs a look at all that the room holds, once a step.
    pub fn after(&mut self, say: impl FnOnce(Named) -> Result<Command, NodeError> + 'static) -> Made {
        self.add(Box::new(say), true)
    }

    /// The same acts, of which each must pass.
    #[must_use]
    pub fn each(self, pass: fn(Command) -> Result<Command, NodeError>) -> Self {
        let passing = |Act { say, rests }: Act| {
            let say: Say = Box::new(move |named| say(named).and_then(pass));
            Act { say, rests }
        };
        Self(self.0.into_iter().map(passing).collect())
    }

    fn add(&mut self, say: Say, rests: bool) -> Made {
        self.0.push(Act { say, rests });
        Made(self.0.len() - 1)
    }
}
