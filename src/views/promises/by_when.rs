//! The day by which something is done. Days that are often meant are a press away: the next meeting of a form that is held regularly, and
//! tomorrow. They fill the field of the day; that one of them did is kept nowhere.

use paceline_room::Day;
use yew::prelude::*;

use crate::{
    due,
    forms::{self, Form},
    hooks::{Drafting, use_session},
    session::Session,
    texts::t,
};

/// The field of a draft with the day.
const DUE: &str = "due";
/// So many forms at most: more would be in the way on a phone.
const FORMS: usize = 3;
/// So many meetings are looked back on for the last of a form.
const RECENT: usize = 32;

/// The day by which it is done, and days that are often meant.
pub fn by_when(drafting: &Drafting) -> Html {
    html! {
        <div class="by-when">
            <label class="field">
                <span>{ t!("promise-when") }</span>
                <input type="date" data-testid="promise-due" min="1970-01-02" max="9999-12-31" value={drafting.draft.field(DUE).to_owned()}
                    oninput={drafting.on_field(DUE)} readonly={drafting.sending} />
            </label>
            <Presets drafting={drafting.clone()} />
        </div>
    }
}

/// A day that is often meant.
#[derive(Clone)]
struct Preset {
    /// Name of the form whose next meeting is that day, if it is one's.
    form: Option<String>,
    /// What it is called.
    words: String,
    /// So many days after the form's last meeting; without any, after today.
    days: u16,
}

impl Preset {
    /// As in `data-form`.
    fn value(&self) -> String {
        self.form.clone().unwrap_or_else(|| "day".into())
    }

    /// The day as it is now: a form may stay open over midnight, and a meeting begin meanwhile.
    fn day(&self, session: &Session) -> Option<Day> {
        let (view, form) = (session.view(), self.form.as_ref());
        let mut recent = view.room.iter().flat_map(|it| it.meetings.all.iter().rev().take(RECENT));
        let last = recent.find(|it| Some(&it.form) == form);
        due::next(last.map(|it| it.at), self.days)
    }
}

/// All that are offered.
fn presets() -> Vec<Preset> {
    let next = |form: Form| {
        let days = form.meeting?.every_days?;
        let words = t!("due-next", form = form.name.clone(), title = form.title);
        Some(Preset { form: Some(form.name), words, days })
    };
    let tomorrow = Preset { form: None, words: t!("due-day"), days: 1 };
    forms::all().into_iter().filter_map(next).take(FORMS).chain([tomorrow]).collect()
}

#[derive(PartialEq, Properties)]
struct PresetsProps {
    drafting: Drafting,
}

/// A chip each.
#[component]
fn Presets(props: &PresetsProps) -> Html {
    let drafting = &props.drafting;
    let session = use_session();
    let chip = |preset: Preset| {
        let chosen = preset.day(&session)?.to_string() == drafting.draft.field(DUE);
        let (value, words) = (preset.value(), preset.words.clone());
        let onclick = press(drafting, &session, preset);
        Some(html! {
            <button key={value.clone()} type="button" class="chip" data-testid="due-preset" data-form={value} aria-pressed={chosen.to_string()}
                aria-disabled={drafting.sending.then_some("true")} {onclick} dir="auto">{ words }</button>
        })
    };
    html! {
        <div class="row" role="group" aria-label={t!("due-presets")}>{ for presets().into_iter().filter_map(chip) }</div>
    }
}

/// Fills the field; once more, and it is empty again.
fn press(drafting: &Drafting, session: &Session, preset: Preset) -> Callback<MouseEvent> {
    let (drafting, session) = (drafting.clone(), session.clone());
    Callback::from(move |_: MouseEvent| {
        let Some(day) = preset.day(&session).filter(|_| !drafting.sending) else { return };
        let day = day.to_string();
        drafting.write(|draft| {
            let chosen = draft.field(DUE) == day;
            draft.set_field(DUE, if chosen { "" } else { &day });
        });
    })
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn forms_that_are_held_regularly_are_offered_and_tomorrow_and_no_others() {
        let all: Vec<_> = presets().iter().map(|it| (it.value(), it.days)).collect();
        assert_eq!(all, [("stand-up".into(), 1), ("retro".into(), 14), ("day".into(), 1)]);
    }
}
