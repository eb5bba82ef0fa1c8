//! What somebody saw or did: a line in the log. Who leads tells everybody where it stands with the same words, and that starts the time
//! until the next update anew.

use std::rc::Rc;

use paceline_room::{
    body::{PostKind, meetings, posts},
    minutes::incident::Sort,
    state::Meeting,
};
use yew::prelude::*;

use super::super::now::is_mine;
use crate::{
    components::fields::{focus_on, submits_on_control_enter},
    hooks::{use_commands, use_draft},
    session::{Place, RoomView},
    texts::{changing, t},
};

/// The field of a draft with its tags.
const TAGS: &str = "tags";

/// Something said to everyone, as a line of that sort.
pub fn saying(sort: Sort, text: String) -> posts::Command {
    let tags = sort.tag().map(str::to_owned).into_iter().collect();
    posts::Command::Post { kind: PostKind::Update, text, reply_to: None, tags, mentions: vec![] }
}

/// Properties of [`Say`].
#[derive(PartialEq, Properties)]
pub struct SayProps {
    /// The room.
    pub room: Rc<RoomView>,
    /// The incident.
    pub meeting: Meeting,
    /// The person at this tab has said to be here.
    pub is_here: bool,
    /// To say so is the next press.
    pub here: bool,
    /// ... to tell everybody.
    pub update: bool,
    /// ... to log what is written.
    pub line: bool,
}

/// Draws it.
#[component]
pub fn Say(props: &SayProps) -> Html {
    let SayProps { room, meeting, is_here, here, update, line } = props;
    let drafting = use_draft(Place::Line(meeting.cid));
    let commands = use_commands(format!("line {}", meeting.cid));
    let field = use_node_ref();
    let leads = is_mine(room, meeting);
    let send = {
        let (drafting, field, commands) = (drafting.clone(), field.clone(), commands.clone());
        let seconds = meeting.values.update_seconds.map_or(0, |it| it.get());
        move |sort: Sort| {
            if drafting.now().text.trim().is_empty() {
                return focus_on(&field);
            }
            drafting.write(|draft| draft.set_field(TAGS, sort.tag().unwrap_or_default()));
            let commands = commands.clone();
            drafting.send("", move || {
                if sort == Sort::Update {
                    commands.act(meetings::Command::Timer { seconds, about: None });
                }
            });
        }
    };
    let onsubmit = {
        let send = send.clone();
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            send(Sort::Said);
        })
    };
    let on_update = Callback::from(move |_: MouseEvent| send(Sort::Update));
    let on_here = {
        let commands = commands.clone();
        Callback::from(move |_: MouseEvent| commands.act(saying(Sort::Here, t!("incident-here-line"))))
    };
    let button = |filled: bool| classes!("button", (!filled).then_some("plain"));
    html! {
        <form class="inline-form say" {onsubmit}>
            if !leads && !is_here {
                <button type="button" class={button(*here)} data-testid="incident-here" data-primary={here.then_some("true")}
                    aria-disabled={commands.busy} onclick={on_here}>{ t!("incident-here") }</button>
            }
            <label class="field">
                <span>{ changing(if leads { t!("incident-line-leads") } else { t!("incident-line") }) }</span>
                <textarea ref={field} rows="2" dir="auto" data-testid="incident-line" onkeydown={submits_on_control_enter()}
                    value={drafting.draft.text.clone()} oninput={drafting.on_text()} readonly={drafting.sending} />
            </label>
            <div class="row">
                if leads {
                    <button key="update" type="button" class={button(*update)} data-testid="incident-update" data-primary={update.then_some("true")}
                        aria-disabled={drafting.sending.then_some("true")} onclick={on_update}>{ t!("incident-update") }</button>
                }
                <button key="line" type="submit" class={button(*line)} data-testid="incident-line-submit" data-primary={line.then_some("true")}
                    aria-disabled={drafting.sending.then_some("true")}>{ t!("incident-log") }</button>
            </div>
        </form>
    }
}
