//! What is written where promises are made.

use paceline_node::NodeError;
use paceline_room::{Cid, body::promises::Command};
use paceline_store::Draft;

/// A promise, or an ask where somebody else was chosen.
pub fn new(draft: Draft) -> Result<Command, NodeError> {
    match draft.field("to") {
        "" => Ok(make(draft, None)),
        to => {
            let node = to.parse().map_err(|_| NodeError::NotFound)?;
            Ok(Command::Ask { node, text: draft.text })
        }
    }
}

/// A promise of one's own, from an ask or a post, if from any. What the browser's field gives is a day, or nothing.
pub fn make(draft: Draft, from: Option<Cid>) -> Command {
    let due = draft.field("due").parse().ok();
    Command::Make { text: draft.text, due, from }
}

/// Why a promise is dropped.
pub fn drop(draft: Draft, promise: Cid) -> Command {
    Command::Drop { promise, why: draft.text }
}

#[cfg(test)]
mod tests {
    use paceline_room::NodeId;
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    fn draft(fields: &[(&str, &str)]) -> Draft {
        let mut draft = Draft { text: "the venue".into(), ..Draft::default() };
        fields.iter().for_each(|(name, value)| draft.set_field(name, value));
        draft
    }

    #[test]
    fn who_is_chosen_is_asked_and_nobody_makes_it_a_promise() {
        let node = NodeId::from_bytes([7; 32]);
        let asked = new(draft(&[("to", &node.to_string()), ("due", "2026-12-01")]));
        assert!(matches!(asked, Ok(Command::Ask { node: to, text }) if to == node && text == "the venue"));
        let day = "2026-12-01".parse().ok();
        let made = new(draft(&[("due", "2026-12-01")]));
        assert!(matches!(made, Ok(Command::Make { due, from: None, .. }) if due == day && day.is_some()));
        assert!(matches!(new(draft(&[("to", "somebody")])), Err(NodeError::NotFound)));
    }

    #[test]
    fn what_is_no_day_is_none() {
        let from = Some(Cid::from_digest([7; 32]));
        let made = make(draft(&[("due", "soon")]), from);
        assert!(matches!(made, Command::Make { due: None, from: it, .. } if it == from));
    }
}
