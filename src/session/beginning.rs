//! What a meeting begins with, and goes on with, as one step each. Looks at no room: whether it may be done is seen when its turn comes.

use paceline_node::{Acts, MOST_ACTS, Made};
use paceline_room::{
    Cid, NodeId,
    body::{
        batons,
        meetings::{Command, MeetingValues, NewItem},
        rounds::{self, Ask, Spoken, True},
    },
    state::Meeting,
};

use crate::forms::{Form, FormMeeting, FormNotes, NoteValues};

/// A meeting of a form: opened, with who runs it, its agenda, what is asked in it and their turns. `open`: one that goes on, and is
/// ended with it. `order`: who speaks, in this order.
pub fn beginning(form: Form, title: String, call_link: String, order: Vec<NodeId>, open: Option<Cid>) -> (Acts, Made) {
    let values = values_of(&form);
    let FormMeeting { role, prompts, seconds_each, agenda, notes, incident, .. } = form.meeting.unwrap_or_default();
    let mut acts = Acts::default();
    if let Some(meeting) = open {
        acts.beside(Command::Close { meeting, note: String::new() });
    }
    let asked = prompts.clone();
    let meeting =
        acts.beside(Command::Open { title, form: form.name, prompts: asked, call_link, resumes: None, values });
    let baton = acts.beside(batons::Command::Open { title: role, need: None, strengths: vec![], minutes: None });
    acts.after(move |it| Ok(Command::RoleOf { meeting: it.of(meeting)?, baton: it.of(baton)? }.into()));
    acts.after(move |it| Ok(batons::Command::Take { baton: it.of(baton)? }.into()));
    for it in agenda {
        let (kind, minutes) = (it.kind, it.minutes.map(u64::from));
        let item = NewItem { title: it.title, kind, minutes, tags: vec![], meeting: None, about: None };
        add_to(&mut acts, meeting, item);
    }
    match notes {
        Some(FormNotes { question, values }) => {
            ask(&mut acts, meeting, Asks { question, ask: Ask::Words(True), order: vec![], notes: true });
            time(&mut acts, values.write_seconds, None);
        }
        None => prompts.into_iter().for_each(|question| {
            ask(&mut acts, meeting, Asks { question, ask: Ask::Words(True), order: vec![], notes: false });
        }),
    }
    if let Some(incident) = incident {
        // Until the first update is due.
        time(&mut acts, incident.update_seconds, None);
    }
    if let Some(seconds) = seconds_each {
        let spoken = Ask::Spoken(Spoken { seconds: seconds.try_into().ok() });
        let turns = ask(&mut acts, meeting, Asks { question: form.title, ask: spoken, order, notes: false });
        time(&mut acts, seconds, Some(turns));
    }
    (acts, meeting)
}

/// Goes on with a meeting that ended: with its roles, what was asked in it, and what it had come to.
pub fn going_on(before: Meeting, roles: Vec<Cid>) -> (Acts, Made) {
    let Meeting { cid, title, form, prompts, call_link, timer, values, .. } = before;
    let mut acts = Acts::default();
    let meeting = acts.beside(Command::Open { title, form, prompts, call_link, resumes: Some(cid), values });
    // One is opened, and the time set: of roles a meeting has one, unless somebody means harm.
    for baton in roles.into_iter().take(MOST_ACTS - 2) {
        acts.after(move |it| Ok(Command::RoleOf { meeting: it.of(meeting)?, baton }.into()));
    }
    if let Some(timer) = timer.filter(|it| it.seconds > 0) {
        acts.after(move |_| Ok(Command::Timer { seconds: timer.seconds, about: timer.about }.into()));
    }
    (acts, meeting)
}

/// Puts something on the agenda of a meeting that is opened in the same step, after all that is there.
pub fn add_to(acts: &mut Acts, meeting: Made, item: NewItem) {
    acts.after(move |it| Ok(Command::Add(NewItem { meeting: Some(Some(it.of(meeting)?)), ..item }).into()));
}

/// What everybody is asked.
struct Asks {
    question: String,
    ask: Ask,
    order: Vec<NodeId>,
    /// Any number of answers, which nobody else sees until all show theirs.
    notes: bool,
}

fn ask(acts: &mut Acts, meeting: Made, asks: Asks) -> Made {
    let Asks { question, ask, order, notes } = asks;
    acts.after(move |it| {
        let meeting = Some(it.of(meeting)?);
        Ok(rounds::Command::Open { question, ask, sealed: notes, meeting, order, many: notes }.into())
    })
}

fn time(acts: &mut Acts, seconds: u64, about: Option<Made>) {
    acts.after(move |it| {
        let about = about.map(|made| it.of(made)).transpose()?;
        Ok(Command::Timer { seconds, about }.into())
    });
}

/// What a form says of its meetings, as an opening carries it. What would not fit there is left out: a file was read within the same
/// bounds.
fn values_of(form: &Form) -> MeetingValues {
    let meeting = form.meeting.as_ref();
    let notes = meeting.and_then(|it| it.notes.as_ref()).map(|it| it.values);
    let seconds = |it: fn(NoteValues) -> u64| notes.and_then(|notes| it(notes).try_into().ok());
    MeetingValues {
        title: form.title.as_str().try_into().unwrap_or_default(),
        seconds_each: meeting.and_then(|it| it.seconds_each?.try_into().ok()),
        every_days: meeting.and_then(|it| u64::from(it.every_days?).try_into().ok()),
        write_seconds: seconds(|it| it.write_seconds),
        dots: notes.and_then(|it| it.dots.try_into().ok()),
        vote_seconds: seconds(|it| it.vote_seconds),
        talk_seconds: seconds(|it| it.talk_seconds),
        update_seconds: form.incident().and_then(|it| it.update_seconds.try_into().ok()),
    }
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;
    use crate::forms;

    #[test]
    fn an_opening_carries_all_numbers_of_its_form() {
        let file = r#"{"name": "ours", "title": "Ours", "meeting": {"seconds_each": 45, "every_days": 7,
            "notes": {"write_seconds": 20, "dots": 5, "vote_seconds": 30, "talk_seconds": 40},
            "incident": {"update_seconds": 50}}}"#;
        let it = values_of(&forms::read(file).form.expect("a form"));
        let seconds = [it.seconds_each, it.write_seconds, it.vote_seconds, it.talk_seconds, it.update_seconds];
        assert_eq!(seconds.map(|it| it.map(|it| it.get())), [45, 20, 30, 40, 50].map(Some));
        let (days, dots) = (it.every_days.map(|it| it.get()), it.dots.map(|it| it.get()));
        assert_eq!((&*it.title, days, dots), ("Ours", Some(7), Some(5)));
    }
}
