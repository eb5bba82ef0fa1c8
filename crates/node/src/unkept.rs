//! The key of a node that goes with its page: drawn, and kept nowhere.

use futures::future::LocalBoxFuture;
use paceline_room::Keypair;

use crate::{Key, Surroundings};

/// A key that no place keeps.
pub struct UnkeptKey {
    /// The key.
    pub keypair: Keypair,
}

impl UnkeptKey {
    /// A new one.
    pub fn draw(around: &dyn Surroundings) -> Self {
        let mut secret = [0; 32];
        around.random(&mut secret);
        Self { keypair: Keypair::from_secret(secret) }
    }
}

impl Key for UnkeptKey {
    fn leave_unsaved(&self, _: Option<&str>) -> bool {
        false
    }

    fn note_written(&self, _: u64) -> LocalBoxFuture<'static, ()> {
        // Nobody opens this node again: there is no loss to notice.
        Box::pin(async {})
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;

    use super::*;
    use crate::testing::Place;

    #[test]
    fn a_key_that_is_not_kept_is_new_each_time_and_says_that_nothing_is_left() {
        let place = Place::default();
        let (one, other) = (UnkeptKey::draw(&place), UnkeptKey::draw(&place));
        assert_ne!(one.keypair.node(), other.keypair.node());
        assert!(!one.leave_unsaved(Some("words")), "what is not kept is not said to be");
        assert!(one.note_written(3).now_or_never().is_some(), "nothing that it writes waits for a mark");
    }
}
