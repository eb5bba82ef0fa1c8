//! The form by which anybody in a meeting asks everybody something.

use paceline_room::{
    Cid,
    body::{
        Title,
        rounds::{self, Ask, Dots, True},
    },
};
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use crate::{
    browser,
    components::fields::{closes_on_escape, focus_on, value_of},
    hooks::{Commands, Filled, use_chosen, use_commands, use_filled},
    texts::t,
};

/// Votes that each has where nothing else is said.
const BUDGET: u64 = 3;

/// Properties of [`AskAll`].
#[derive(PartialEq, Properties)]
pub struct AskAllProps {
    /// The meeting.
    pub meeting: Cid,
}

/// Draws the button, and the form once it was pressed.
#[component]
pub fn AskAll(props: &AskAllProps) -> Html {
    let open = use_state(|| false);
    let set = |to: bool| {
        let open = open.setter();
        Callback::from(move |()| open.set(to))
    };
    if *open {
        html! { <Form key="form" meeting={props.meeting} close={set(false)} /> }
    } else {
        html! { <button key="open" type="button" class="quiet-button" data-testid="round-open" onclick={set(true).reform(|_: MouseEvent| ())}>{ t!("asked-open") }</button> }
    }
}

#[derive(PartialEq, Properties)]
struct FormProps {
    meeting: Cid,
    close: Callback<()>,
}

/// What is written in the form.
#[derive(Clone, PartialEq)]
struct Draft {
    kind: String,
    hidden: bool,
    options: String,
}

#[component]
fn Form(props: &FormProps) -> Html {
    let commands = use_commands("ask all");
    let (question, draft) =
        (use_node_ref(), use_filled(|| Draft { kind: "choice".into(), hidden: false, options: t!("asked-yes-no") }));
    let shown = use_chosen(draft.now().kind);
    {
        let question = question.clone();
        use_effect_with((), move |()| focus_on(&question));
    }
    let onsubmit = asking(&commands, &question, &draft, props);
    let writes = |change: fn(&mut Draft, String)| {
        let draft = draft.clone();
        Callback::from(move |value: String| {
            draft.change(|it| change(it, value));
        })
    };
    let on_kind = writes(|it, kind| it.kind = kind)
        .reform(|event: Event| event.target_unchecked_into::<HtmlSelectElement>().value());
    let on_options = writes(|it, options| it.options = options).reform(|event: InputEvent| browser::value_of(&event));
    let on_hidden = writes(|it, on| it.hidden = on == "true")
        .reform(|event: Event| event.target_unchecked_into::<HtmlInputElement>().checked().to_string());
    let draft = draft.now();
    html! {
        <form class="inline-form" {onsubmit} onkeydown={closes_on_escape(&props.close)}>
            <label class="field">
                <span>{ t!("asked-question") }</span>
                <input ref={question} type="text" dir="auto" maxlength="200" data-testid="round-question" autocomplete="off" />
            </label>
            <label class="field">
                <span>{ t!("asked-kind") }</span>
                <select ref={shown} data-testid="round-ask" onchange={on_kind}>
                    <option value="choice">{ t!("asked-choice") }</option>
                    <option value="dots">{ t!("asked-dots") }</option>
                    <option value="words">{ t!("asked-words") }</option>
                </select>
            </label>
            <div>if draft.kind != "words" {
                <label class="field">
                    <span>{ t!("asked-options") }</span>
                    <textarea rows="3" dir="auto" data-testid="round-options" value={draft.options.clone()} oninput={on_options} />
                </label>
            }</div>
            <label class="switch">
                <input type="checkbox" role="switch" data-testid="round-sealed" checked={draft.hidden} onchange={on_hidden} />
                <span>{ t!("asked-hidden") }</span>
            </label>
            <div class="row">
                <button type="submit" class="button plain" data-testid="round-submit" aria-disabled={commands.busy}>{ t!("asked-submit") }</button>
                <button type="button" class="quiet-button" onclick={props.close.reform(|_: MouseEvent| ())}>{ t!("cancel") }</button>
            </div>
        </form>
    }
}

/// What asks it.
fn asking(commands: &Commands, question: &NodeRef, draft: &Filled<Draft>, props: &FormProps) -> Callback<SubmitEvent> {
    let (commands, question, draft) = (commands.clone(), question.clone(), draft.clone());
    let (meeting, close) = (props.meeting, props.close.clone());
    Callback::from(move |event: SubmitEvent| {
        event.prevent_default();
        let (text, draft, close) = (value_of(&question), draft.now(), close.clone());
        let Some(ask) = asked(&draft) else { return browser::focus_handle("round-options") };
        if text.trim().is_empty() {
            return focus_on(&question);
        }
        let (sealed, many) = (draft.hidden, draft.hidden && draft.kind == "words");
        let (meeting, order) = (Some(meeting), Vec::new());
        commands.run(|session| async move {
            session.act(rounds::Command::Open { question: text, ask, sealed, meeting, order, many }).await?;
            close.emit(());
            Ok(())
        });
    })
}

/// What is asked for, if it can be answered.
fn asked(draft: &Draft) -> Option<Ask> {
    let lines = draft.options.lines().map(str::trim).filter(|it| !it.is_empty());
    let options = || lines.clone().map(|it| Title::try_from(it).ok()).collect::<Option<Vec<_>>>();
    let ask = match draft.kind.as_str() {
        "words" => Ask::Words(True),
        "dots" => Ask::Dots(Dots { budget: BUDGET.try_into().ok()?, options: options()?.try_into().ok()? }),
        _ => Ask::Choice(options()?.try_into().ok()?),
    };
    ask.is_sound().then_some(ask)
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;
    use paceline_room::limits;

    #[test]
    fn what_cannot_be_answered_is_not_asked() {
        let draft = |kind: &str, options: &str| Draft { kind: kind.into(), hidden: false, options: options.into() };
        let many = (0..=limits::OPTIONS).map(|it| it.to_string()).collect::<Vec<_>>().join("\n");
        for (kind, options, fits) in [
            ("choice", " yes \n\nno", true),
            ("choice", "alone", false),
            ("choice", "twice\ntwice", false),
            ("choice", &many, false),
            ("dots", "alone", true),
            ("dots", "", false),
            ("dots", &many, false),
            ("dots", &"x".repeat(limits::TITLE_CHARS + 1), false),
            ("words", "", true),
        ] {
            assert_eq!(asked(&draft(kind, options)).is_some(), fits, "{kind} {options}");
        }
        assert_eq!(asked(&draft("choice", " yes \n\nno")).map(|it| it.options().len()), Some(2));
    }
}
