//! What a person says in a meeting without writing it: see `paceline_mesh::floor`.

use paceline_mesh::Input;
use paceline_room::Cid;

use super::{Outcome, Session};

impl Session {
    /// Raises the hand, or takes it down.
    pub fn hand(&self, up: bool) -> Outcome<()> {
        self.say(Input::Hand(up))
    }

    /// Asks to wait with the reveal of a round: for ten seconds.
    pub fn wait_with(&self, round: Cid) -> Outcome<()> {
        self.say(Input::Wait(round))
    }

    fn say(&self, input: Input) -> Outcome<()> {
        self.engine()?.node.input(input);
        self.publish_now();
        Ok(())
    }
}
