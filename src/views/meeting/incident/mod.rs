//! Something is broken: who leads, until when the next update is due, what is seen and done, line by line, and the end of it.

mod add;
mod declare;
mod lead;
mod line;
mod lines;
mod reminder;
mod review;
mod roles;
mod undoing;

use std::{rc::Rc, sync::Arc};

use paceline_room::{body::meetings, minutes::incident::Latest, state::Meeting};
use yew::prelude::*;

use self::{
    add::Add,
    lead::{Lead, Standing, standing},
    line::Say,
    lines::{LINES, Lines},
    roles::Roles,
    undoing::Undoing,
};
pub use self::{declare::Declare, lead::TakeLead, reminder::Reminder, review::Review};
use super::{
    super::Waits,
    apart::apart,
    named::own_name,
    now::{going, home, is_mine},
};
use crate::{
    components::{
        more::{SHOWN, names, use_shown},
        written::Written,
    },
    hooks::{use_commands, use_now, use_session, use_wake_lock, use_writing_in},
    people,
    session::RoomView,
    texts::{changing, t},
    when,
};

/// Somebody may take the lead of who is not heard any more.
pub fn waiting(room: &RoomView) -> Vec<Waits> {
    let meeting = going(room).filter(|it| it.is_incident() && standing(room, it) == Standing::Unheard);
    let waits = |it: &Arc<Meeting>| Waits {
        kind: "lead",
        about: Some(it.cid),
        in_stream: false,
        count: 1,
        words: t!("waits-lead"),
    };
    meeting.map(waits).into_iter().collect()
}

/// What the next press is: of several the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    /// To lead, or not.
    Lead,
    /// To say that one is here.
    Here,
    /// To tell everybody where it stands.
    Update,
    /// To log what one sees and does.
    Line,
}

impl Next {
    fn of(room: &RoomView, meeting: &Meeting, log: &Latest) -> Self {
        match standing(room, meeting) {
            Standing::Unheard | Standing::Free | Standing::Offered(_) => Self::Lead,
            _ if is_mine(room, meeting) => Self::Update,
            _ if log.here.contains(&home(room)) => Self::Line,
            _ => Self::Here,
        }
    }
}

/// Properties of [`Incident`].
#[derive(PartialEq, Properties)]
pub struct IncidentProps {
    /// The room.
    pub room: Rc<RoomView>,
    /// The meeting.
    pub meeting: Meeting,
    /// Nothing stands in front of it.
    pub primary: bool,
    /// The settings stand beside it, where a name is asked for, too.
    pub settings: bool,
}

/// Draws it.
#[component]
pub fn Incident(props: &IncidentProps) -> Html {
    let IncidentProps { room, meeting, primary, settings } = props;
    let (place, name) = (use_node_ref(), use_node_ref());
    let writes = use_writing_in(&place);
    use_wake_lock(writes);
    let (session, commands, much) = (use_session(), use_commands("meeting"), use_shown());
    let most = much.of(LINES, SHOWN);
    let lists = (room.posts.clone(), room.feedback_on.clone(), room.batons.clone(), room.meetings.clone());
    let log = use_memo((lists, meeting.cid, most), |(_, meeting, most)| session.incident(meeting, *most));
    let next = primary.then(|| Next::of(room, meeting, &log));
    let end = {
        let meeting = meeting.cid;
        Callback::from(move |_: MouseEvent| commands.act(meetings::Command::Close { meeting, note: String::new() }))
    };
    let call = (!meeting.call_link.is_empty()).then(|| Arc::<str>::from(meeting.call_link.as_str()));
    html! {
        <section ref={place} class="meeting incident" data-testid="meeting" data-cid={meeting.cid.to_string()} data-state="open" aria-labelledby="meeting-heading">
            <h2 id="meeting-heading" dir="auto">{ changing(people::titled(&meeting.title)) }</h2>
            if let Some(text) = call { <Written {text} /> }
            <Facts room={room.clone()} meeting={meeting.clone()} log={log.clone()} />
            { own_name(room, *settings, &name, "incident-line") }
            { apart(room) }
            <Lead room={room.clone()} meeting={meeting.clone()} primary={next == Some(Next::Lead)} />
            <Say room={room.clone()} meeting={meeting.clone()} is_here={log.here.contains(&home(room))}
                here={next == Some(Next::Here)} update={next == Some(Next::Update)} line={next == Some(Next::Line)} />
            <Undoing room={room.clone()} meeting={meeting.clone()} log={log.clone()} />
            <Lines room={room.clone()} log={log.clone()} />
            <div>{ much.more(LINES, SHOWN, log.count) }</div>
            <Roles room={room.clone()} meeting={meeting.clone()} />
            <Add room={room.clone()} meeting={meeting.clone()} severity={log.severity.clone()} />
            <div class="row">
                <button type="button" class="button plain" data-testid="incident-over" onclick={end}>{ t!("incident-over") }</button>
            </div>
        </section>
    }
}

#[derive(PartialEq, Properties)]
struct FactsProps {
    room: Rc<RoomView>,
    meeting: Meeting,
    log: Rc<Latest>,
}

/// For how long it goes on, how bad it is, and who is here.
#[component]
fn Facts(props: &FactsProps) -> Html {
    let FactsProps { room, meeting, log } = props;
    let now = use_now();
    let span = when::span(now.saturating_sub(meeting.at));
    let severity = log.severity.as_ref().and_then(|it| it.text.as_deref()).map(add::severity_name);
    let here = log.here.iter().map(|it| super::now::called(room, it)).collect::<Vec<_>>();
    let here = if here.is_empty() { String::new() } else { t!("incident-who-is-here", names = names(here.iter())) };
    html! {
        <div class="facts">
            <p data-testid="incident-clock" data-since={meeting.at.to_string()}>{ changing(t!("incident-since", clock = when::clock(meeting.at), span = span)) }</p>
            <p data-testid="incident-severity-now" dir="auto">{ changing(severity.map(|it| t!("severity-is", severity = it)).unwrap_or_default()) }</p>
            <p data-testid="incident-who-is-here">{ changing(here) }</p>
        </div>
    }
}
