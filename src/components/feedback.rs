//! Feedback where it belongs: buttons and form on what it is about, and the loops it opens.

use std::sync::Arc;

use paceline_room::{
    Cid, NodeId,
    body::{Answer, Stance, feedback, taking_back},
    state::{Feedback, FeedbackState},
};
use web_sys::HtmlTextAreaElement;
use yew::prelude::*;

use super::{
    fields::{closes_on_escape, focus_on, submits_on_control_enter},
    icons::{Icon, sign},
    more::NODES_WITHIN,
    opened::Drawer,
    written::Written,
};
use crate::{
    browser,
    hooks::{Drafting, use_commands, use_draft},
    markdown,
    parts::part,
    people,
    session::{People, Place},
    texts::{changing, t},
    words,
};

/// Feedback with the names of those concerned.
#[derive(Debug, Clone, PartialEq)]
pub struct Attributed {
    /// What was said.
    pub feedback: Arc<Feedback>,
    /// Who said it.
    pub by: AttrValue,
    /// Who is asked for an answer.
    pub to: AttrValue,
    /// It is this node's own.
    pub mine: bool,
    /// This node is asked.
    pub to_me: bool,
}

/// Whether it is a correction that stands: until it is taken back or answered by adjusting, however it was answered.
pub fn stands(it: &Feedback) -> bool {
    let lifted = matches!(it.state, FeedbackState::Adjusted | FeedbackState::Withdrawn);
    it.stance == Stance::Correct && !lifted
}

/// Feedback with its names.
pub fn tell(feedback: &Arc<Feedback>, people: &People, me: NodeId) -> Attributed {
    Attributed {
        by: if feedback.author == me { t!("you-subject") } else { people::name_in(people, &feedback.author) }.into(),
        to: feedback.addressee.map(|node| people::name_in(people, &node)).unwrap_or_default().into(),
        mine: feedback.author == me,
        to_me: feedback.addressee == Some(me),
        feedback: feedback.clone(),
    }
}

/// Properties of [`Stances`].
#[derive(PartialEq, Properties)]
pub struct StancesProps {
    /// A post, or the transfer that began a term.
    pub target: Cid,
    /// Those that are drawn.
    #[prop_or(&words::STANCES)]
    pub which: &'static [Stance],
    /// This node has appreciated it already.
    pub appreciated: bool,
    /// Somebody wants to say more: opens the form of that stance.
    pub on_open: Callback<Stance>,
    /// The stance whose form is open.
    pub open: Option<Stance>,
}

/// The buttons. *Appreciate* is one click; the others ask for words.
#[component]
pub fn Stances(props: &StancesProps) -> Html {
    let commands = use_commands(format!("feedback {}", props.target));
    let button = |stance: Stance| {
        let (label, icon, handle) = words::stance_button(stance);
        let onclick = if stance == Stance::Appreciate {
            let (commands, target) = (commands.clone(), props.target);
            Callback::from(move |_: MouseEvent| {
                commands.act(feedback::Command::Give { target, stance, text: None, sources: vec![] });
            })
        } else {
            props.on_open.reform(move |_: MouseEvent| stance)
        };
        let done = stance == Stance::Appreciate && props.appreciated;
        let busy = commands.busy.filter(|_| stance == Stance::Appreciate);
        let expanded = (stance != Stance::Appreciate).then(|| (props.open == Some(stance)).to_string());
        html! {
            <button type="button" class="quiet-button" data-testid={handle} {onclick} disabled={done} aria-disabled={busy} title={label.clone()}
                aria-expanded={expanded} aria-label={label.clone()}>
                { sign(icon) }<span class="button-word">{ label }</span>
            </button>
        }
    };
    html! { <>{ for props.which.iter().copied().map(button) }</> }
}

/// Properties of [`FeedbackForm`].
#[derive(Clone, PartialEq, Properties)]
pub struct FeedbackFormProps {
    /// A post, or the transfer that began a term.
    pub target: Cid,
    /// What is given.
    pub stance: Stance,
    /// It was given, or not.
    pub on_close: Callback<()>,
    /// Another button is the one that is filled.
    #[prop_or_default]
    pub plain: bool,
}

/// Draws it.
pub const FEEDBACK: Drawer<FeedbackFormProps> = part!(forms: fn(&FeedbackFormProps) -> Html = |props: &FeedbackFormProps| html! { <FeedbackForm ..props.clone() /> });

/// The words of feedback.
#[component]
fn FeedbackForm(props: &FeedbackFormProps) -> Html {
    let drafting = use_draft(Place::Feedback(props.target, props.stance));
    let text = use_node_ref();
    {
        let text = text.clone();
        use_effect_with(props.stance, move |_| {
            if let Some(text) = text.cast::<HtmlTextAreaElement>() {
                browser::focus(&text);
            }
        });
    }
    let onsubmit = {
        let (drafting, text, on_close) = (drafting.clone(), text.clone(), props.on_close.clone());
        let stance = props.stance;
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            if drafting.now().text.trim().is_empty() && stance.opens_loop() {
                return focus_on(&text);
            }
            let on_close = on_close.clone();
            drafting.send("", move || on_close.emit(()));
        })
    };
    let onkeydown = closes_on_escape(&props.on_close);
    let cancel = props.on_close.reform(|_: MouseEvent| ());
    let submit = submits_on_control_enter();
    html! {
        <form class="inline-form" {onsubmit} {onkeydown}>
            <label class="field">
                <span>{ changing(words::stance_prompt(props.stance)) }</span>
                <textarea ref={text} rows="2" dir="auto" data-testid="feedback-text" onkeydown={submit} value={drafting.draft.text.clone()}
                    oninput={drafting.on_text()} readonly={drafting.sending} />
            </label>
            if props.stance == Stance::Correct {
                <label class="field">
                    <span>{ t!("sources") }</span>
                    <textarea rows="1" dir="auto" class="small" value={drafting.draft.field("sources").to_owned()}
                        oninput={drafting.on_field("sources")} readonly={drafting.sending} data-testid="feedback-sources" />
                </label>
            }
            <div class="row">
                <button type="submit" class={classes!("button", props.plain.then_some("plain"))} data-testid="feedback-submit"
                    aria-disabled={drafting.sending.then_some("true")}>{ t!("give-feedback") }</button>
                <button type="button" class="quiet-button" onclick={cancel}>{ t!("cancel") }</button>
            </div>
        </form>
    }
}

/// Properties of [`Loop`].
#[derive(PartialEq, Properties)]
pub struct LoopProps {
    /// The feedback that opened it.
    pub told: Attributed,
    /// Whether this drawing carries the stable handles: a loop may be drawn twice, in the stream and among the loops.
    pub handles: bool,
}

impl LoopProps {
    fn handle(&self, name: &'static str) -> Option<&'static str> {
        self.handles.then_some(name)
    }
}

/// A loop: what was asked, where it stands, and the answer or the way to give it.
#[component]
pub fn Loop(props: &LoopProps) -> Html {
    let Attributed { feedback, by, to, mine, to_me } = &props.told;
    let commands = use_commands(format!("loop {}", feedback.cid));
    let drafting = use_draft(Place::Answer(feedback.cid));
    let field = use_node_ref();
    let withdraw = {
        let (commands, cid) = (commands.clone(), feedback.cid);
        Callback::from(move |_: MouseEvent| commands.act(taking_back::Command::Withdraw { feedback: cid }))
    };
    let open = feedback.state == FeedbackState::Open;
    let withdrawn = feedback.state == FeedbackState::Withdrawn;
    let (_, icon, _) = words::stance_button(feedback.stance);
    let value = words::loop_value(feedback.state);
    html! {
        <div class={classes!("loop", value, stands(feedback).then_some("correction"))}
            data-testid={props.handle("loop")} data-cid={feedback.cid.to_string()} data-state={value}>
            { sign(icon) }
            <div class="loop-body">
                <p class="loop-head">
                    <strong>{ changing(words::stance_by(feedback.stance, by)) }</strong>
                    <span class="loop-state">{ changing(state(&props.told)) }</span>
                </p>
                if let Some(text) = feedback.text.as_ref().filter(|_| !withdrawn) {
                    <div class="said"><Written text={text.clone()} nodes={NODES_WITHIN} /></div>
                }
                if !feedback.sources.is_empty() && !withdrawn {
                    <p class="sources">{ t!("sources-given") }{ " " }{ for feedback.sources.iter().map(|it| source(it)) }</p>
                }
                if let Some(answer) = &feedback.answer {
                    <div class="answer" key={&**answer}><strong translate="no">{ to }</strong><Written text={answer.clone()} nodes={NODES_WITHIN} /></div>
                }
                if open && *to_me { { answering(props, &drafting, &field) } }
                if open && *mine {
                    <button type="button" class="quiet-button" data-testid={props.handle("feedback-withdraw")} onclick={withdraw}
                        aria-disabled={commands.busy}>
                        { sign(Icon::Retract) }<span>{ t!("take-back") }</span>
                    </button>
                }
            </div>
        </div>
    }
}

/// Where a loop stands.
fn state(told: &Attributed) -> String {
    let to = || told.to.to_string();
    match told.feedback.state {
        FeedbackState::Given | FeedbackState::Open if told.to_me => t!("loop-open-to-you"),
        FeedbackState::Given | FeedbackState::Open => t!("loop-open", name = to()),
        FeedbackState::Adjusted => t!("loop-adjusted", name = to()),
        FeedbackState::Noted => t!("loop-noted", name = to()),
        FeedbackState::Declined => t!("loop-declined", name = to()),
        FeedbackState::Withdrawn => t!("loop-withdrawn"),
    }
}

/// The three ways to answer.
fn answering(props: &LoopProps, drafting: &Drafting, field: &NodeRef) -> Html {
    let button = |answer: Answer, handle: &'static str, plain: Option<&'static str>, words: String| {
        let (drafting, field) = (drafting.clone(), field.clone());
        let busy = drafting.sending.then_some("true");
        let onclick = Callback::from(move |_: MouseEvent| {
            if drafting.now().text.trim().is_empty() && answer != Answer::Noted {
                return focus_on(&field);
            }
            drafting.send(words::answer_value(answer), || ());
        });
        html! {
            <button type="button" class={classes!("button", plain)} data-testid={props.handle(handle)} aria-disabled={busy} {onclick}>{ words }</button>
        }
    };
    html! {
        <div class="inline-form">
            <label class="field">
                <span>{ t!("loop-answer-label") }</span>
                <textarea ref={field.clone()} rows="1" dir="auto" data-testid={props.handle("loop-answer-text")}
                    value={drafting.draft.text.clone()} oninput={drafting.on_text()} readonly={drafting.sending} />
            </label>
            <div class="row">
                // Where it is drawn a second time, another button is the one that is filled.
                { button(Answer::Adjusted, "loop-answer-adjusted", (!props.handles).then_some("plain"), t!("answer-adjusted")) }
                { button(Answer::Noted, "loop-answer-noted", Some("plain"), t!("answer-noted")) }
                { button(Answer::Declined, "loop-answer-declined", Some("plain"), t!("answer-declined")) }
            </div>
        </div>
    }
}

/// A source: a link if it is one, else its words.
fn source(address: &str) -> Html {
    match markdown::link(address) {
        Some(mut anchor) => {
            anchor.add_child(Html::from(address));
            html! { <span class="source">{ Html::from(anchor) }</span> }
        }
        None => html! { <span class="source" dir="auto">{ address.to_owned() }</span> },
    }
}
