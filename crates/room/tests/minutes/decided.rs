//! What a meeting decided stands in its notes: the text that counts, the ones before, and what was said to them.

use paceline_room::{
    Cid,
    body::{
        decisions::{Ballot, Command},
        meetings, taking_back,
    },
};

use crate::table::{Seen, Table, form_of};

const ADA: usize = 0;
const BEN: usize = 1;
const CLEO: usize = 2;

fn proposes(title: &str, text: &str, meeting: Option<Cid>) -> Command {
    let (title, text) = (title.into(), text.into());
    Command::Propose { title, text, policy: None, effect: None, trial: false, review_on: None, meeting, about: None }
}

fn says(proposal: Cid, stance: Ballot, reason: &str, fix: &str) -> Command {
    Command::Cast { proposal, version: None, stance, reason: reason.into(), fix: fix.into() }
}

/// The decisions in the notes, as all have them in whatever order they came.
fn decisions(table: &Table, meeting: Cid) -> String {
    let notes = table.seen_by(ADA).notes(meeting);
    for seed in 0..6 {
        assert_eq!(Seen::all(table, seed).notes(meeting), notes);
    }
    let part = notes.split("## Decisions\n\n").nth(1).unwrap_or_default();
    part.split("\n\n").next().unwrap_or_default().trim_end().to_owned()
}

#[test]
fn notes_tell_what_was_decided_by_which_texts_and_what_was_said_to_it() {
    let mut table = Table::new(44, 3);
    table.sides([&[ADA, BEN, CLEO]]);
    for (who, name) in [(ADA, "Ada"), (BEN, "Ben"), (CLEO, "Cleo")] {
        table.comes(who, name);
    }
    // Proposed before, and decided in the meeting.
    let before = table.act(BEN, proposes("Tea", "At four.", None));
    let meeting = table.begin(ADA, &form_of("decide"), "Decide, 29 Nov", &[ADA, BEN, CLEO]);
    let nightly = table.act(ADA, proposes("Build *each* night", "On the big machine.\n- all of it", Some(meeting)));
    let loud = table.act(BEN, says(nightly, Ballot::Object, "It is loud", "Not before eight"));
    let text = "On the big machine, not before eight.".to_owned();
    table.act(ADA, Command::Amend { proposal: nightly, text, title: None, fix: Some(loud) });
    table.act(ADA, says(nightly, Ballot::Consent, "", ""));
    table.act(BEN, says(nightly, Ballot::Consent, "", ""));
    table.act(CLEO, says(nightly, Ballot::Concern, "Who pays?", ""));
    table.act(CLEO, Command::Close { proposal: nightly });
    for who in [ADA, BEN, CLEO] {
        table.act(who, says(before, Ballot::Consent, "", ""));
    }
    table.act(ADA, Command::Close { proposal: before });
    let open = table.act(CLEO, proposes("Coffee", "At ten.", Some(meeting)));
    let why = table.act(ADA, says(open, Ballot::Object, "No milk", ""));
    table.act(ADA, meetings::Command::Close { meeting, note: String::new() });
    let expected = "- **Tea** (Carried, by Ben): At four.\n\
        \x20 - **Ada** consents\n\
        \x20 - **Ben** consents\n\
        \x20 - **Cleo** consents\n\
        - **Build \\*each\\* night** (Carried, by Ada): On the big machine, not before eight.\n\
        \x20 - Before: On the big machine.  \n    \\- all of it\n\
        \x20 - **Ben** objected: It is loud\n\
        \x20   - Fix: Not before eight\n\
        \x20 - **Ada** consents\n\
        \x20 - **Ben** consents\n\
        \x20 - **Cleo** worries: Who pays?\n\
        - **Coffee** (Open, by Cleo): At ten.\n\
        \x20 - **Ada** objects: No milk";
    assert_eq!(decisions(&table, meeting), expected);
    table.act(ADA, taking_back::Command::Retract { post: why });
    assert!(decisions(&table, meeting).ends_with("**Ada** objects: (no words)"), "words go, and the objection stays");
}

#[test]
fn notes_of_a_meeting_that_decided_nothing_tell_no_decisions() {
    let mut table = Table::new(45, 2);
    table.sides([&[ADA, BEN]]);
    table.comes(ADA, "Ada");
    table.act(ADA, proposes("Tea", "At four.", None));
    let meeting = table.begin(ADA, &form_of("retro"), "Retro", &[ADA, BEN]);
    assert_eq!(decisions(&table, meeting), "");
}
