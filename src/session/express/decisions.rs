//! What is written where something is proposed, changed and answered.

use paceline_node::NodeError;
use paceline_room::{
    Cid,
    body::{
        Note, Policy, Title,
        decisions::{Ballot, Changed, Command, Effect},
    },
    limits,
};
use paceline_store::Draft;

use crate::{due, excerpt};

/// So many days after it was decided something is looked at again, where nobody says otherwise.
pub const REVIEW_DAYS: u16 = 90;

/// A proposal, outside of any meeting. Who says nothing else has it looked at again after some months.
pub fn proposed(draft: Draft, about: Option<Cid>) -> Result<Command, NodeError> {
    let title = match draft.field("title").trim() {
        "" => excerpt::title(&draft.text, limits::TITLE_CHARS),
        title => title.to_owned(),
    };
    let text = if draft.text.trim().is_empty() { title.clone() } else { draft.text.clone() };
    let review_on = match draft.field("review") {
        "" => due::in_days(REVIEW_DAYS),
        "none" => None,
        day => day.parse().ok(),
    };
    let policy = serde_json::from_value(draft.field("policy").into()).ok();
    let effect = changes(draft.field("changes"), draft.field("value").trim())?;
    let trial = !draft.field("trial").is_empty() && effect.is_some() && review_on.is_some();
    Ok(Command::Propose { title, text, policy, effect, trial, review_on, meeting: None, about })
}

/// What a decision changes in the room.
fn changes(what: &str, to: &str) -> Result<Option<Effect>, NodeError> {
    if to.is_empty() && !what.is_empty() {
        return Err(NodeError::Refused("empty-text"));
    }
    let values = |changed: Changed| Ok(Some(Effect::Values(changed)));
    let number = || to.parse::<u64>().map_err(|_| NodeError::Refused("unfit-answer"));
    let unfit = |_| NodeError::Refused("unfit-answer");
    match what {
        "title" => Title::try_from(to).map(|it| Some(Effect::Title(it))).map_err(|_| NodeError::TooLong),
        "purpose" => Note::try_from(to).map(|it| Some(Effect::Purpose(it))).map_err(|_| NodeError::TooLong),
        "policy" => {
            let policy: Policy = serde_json::from_value(to.into()).map_err(|_| NodeError::Refused("unfit-answer"))?;
            values(Changed { policy: Some(policy), ..Changed::default() })
        }
        "quorum" => values(Changed { quorum: Some(number()?.try_into().map_err(unfit)?), ..Changed::default() }),
        "grace" => values(Changed { grace: Some(number()?.try_into().map_err(unfit)?), ..Changed::default() }),
        "prompts" => {
            let lines = to.lines().map(str::trim).filter(|it| !it.is_empty());
            let lines: Result<Vec<Title>, _> = lines.map(Title::try_from).collect();
            let prompts = lines.map_err(|_| NodeError::TooLong)?.try_into().map_err(|_| NodeError::TooLong)?;
            values(Changed { prompts, ..Changed::default() })
        }
        "notice" => to.parse().map(|it| Some(Effect::BehindNotice(it))).map_err(|_| NodeError::NotFound),
        "close" => to.parse().map(|it| Some(Effect::CloseBaton(it))).map_err(|_| NodeError::NotFound),
        _ => Ok(None),
    }
}

/// Another text for one's own proposal, by the fix of a ballot if it takes one up.
pub fn amended(draft: Draft, proposal: Cid) -> Command {
    let fix = draft.field("fix").parse().ok();
    Command::Amend { proposal, text: draft.text, title: None, fix }
}

/// What somebody says to a proposal, with words: to the version that they read.
pub fn cast(draft: Draft, act: &str, proposal: Cid) -> Command {
    let stance = if act == "concern" { Ballot::Concern } else { Ballot::Object };
    let fix = if stance == Ballot::Object { draft.field("fix").to_owned() } else { String::new() };
    let version = draft.field("version").parse().ok();
    Command::Cast { proposal, version, stance, reason: draft.text, fix }
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use paceline_room::NodeId;

    use super::*;

    fn draft(text: &str, fields: &[(&str, &str)]) -> Draft {
        let mut draft = Draft { text: text.into(), ..Draft::default() };
        fields.iter().for_each(|(name, value)| draft.set_field(name, value));
        draft
    }

    #[test]
    fn one_field_is_enough_for_a_proposal_and_it_is_looked_at_again() {
        for (text, title, expected) in [
            ("", "Tea at four", ("Tea at four", "Tea at four")),
            ("Tea at four\nin the kitchen", "", ("Tea at four", "Tea at four\nin the kitchen")),
            ("Each day.", "Tea", ("Tea", "Each day.")),
        ] {
            let it = proposed(draft(text, &[("title", title)]), None);
            let Ok(Command::Propose { title, text, review_on, effect: None, trial: false, .. }) = it else {
                panic!("a proposal without further ado");
            };
            assert_eq!((&*title, &*text), expected);
            assert_eq!(review_on, due::in_days(REVIEW_DAYS));
        }
        let never = proposed(draft("Tea", &[("review", "none")]), None);
        assert!(matches!(never, Ok(Command::Propose { review_on: None, .. })));
    }

    #[test]
    fn what_it_changes_fits_or_is_refused_and_never_left_out() {
        let made = |what: &str, to: &str| proposed(draft("x", &[("changes", what), ("value", to)]), None);
        let effect = |it| if let Ok(Command::Propose { effect, .. }) = it { effect } else { panic!("refused") };
        assert!(matches!(effect(made("title", " Crew ")), Some(Effect::Title(it)) if &*it == "Crew"));
        assert!(matches!(effect(made("grace", "30")), Some(Effect::Values(it)) if it.grace.is_some()));
        assert!(matches!(effect(made("policy", "majority")), Some(Effect::Values(it)) if it.policy.is_some()));
        assert!(matches!(effect(made("prompts", "Done\n\n Next ")), Some(Effect::Values(it)) if it.prompts.len() == 2));
        let (node, baton) = (NodeId::from_bytes([3; 32]), Cid::from_digest([4; 32]));
        assert!(matches!(effect(made("notice", &node.to_string())), Some(Effect::BehindNotice(it)) if it == node));
        assert!(matches!(effect(made("close", &baton.to_string())), Some(Effect::CloseBaton(it)) if it == baton));
        for what in ["notice", "close"] {
            assert!(matches!(made(what, "somebody"), Err(NodeError::NotFound)), "{what}");
        }
        for (what, to) in [("grace", "soon"), ("grace", "1"), ("quorum", "101"), ("policy", "mine")] {
            assert!(matches!(made(what, to), Err(NodeError::Refused("unfit-answer"))), "{what} {to}");
        }
        for what in ["title", "purpose", "policy", "quorum", "grace", "prompts", "notice", "close"] {
            assert!(matches!(made(what, "  "), Err(NodeError::Refused("empty-text"))), "{what} of nothing");
        }
        let long = "x".repeat(limits::TITLE_CHARS + 1);
        assert!(matches!(made("title", &long), Err(NodeError::TooLong)));
    }

    #[test]
    fn a_trial_changes_something_and_has_an_end() {
        let tried = |fields: &[(&str, &str)]| {
            let it = proposed(draft("x", fields), None);
            matches!(it, Ok(Command::Propose { trial: true, .. }))
        };
        let of = [("trial", "1"), ("changes", "title"), ("value", "Crew")];
        assert!(tried(&of));
        assert!(!tried(&of[..1]), "it changes nothing");
        assert!(!tried(&[of[0], of[1], of[2], ("review", "none")]), "it has no end");
    }

    #[test]
    fn what_is_said_is_said_to_the_version_that_was_read() {
        let (proposal, read) = (Cid::from_digest([7; 32]), Cid::from_digest([8; 32]));
        let said = |fields: &[(&str, &str)]| match cast(draft("too loud", fields), "object", proposal) {
            Command::Cast { version, .. } => version,
            _ => panic!("a ballot"),
        };
        assert_eq!((said(&[("version", &read.to_string())]), said(&[])), (Some(read), None));
    }

    #[test]
    fn a_worry_has_no_fix_and_an_objection_may() {
        let cid = Cid::from_digest([7; 32]);
        let said = draft("too loud", &[("fix", "at night")]);
        assert!(
            matches!(cast(said.clone(), "object", cid), Command::Cast { stance: Ballot::Object, fix, .. } if fix == "at night")
        );
        assert!(
            matches!(cast(said, "concern", cid), Command::Cast { stance: Ballot::Concern, fix, .. } if fix.is_empty())
        );
    }
}
