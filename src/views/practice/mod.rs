//! Practice: offered to who is alone in a room where nothing was said yet; and in a room for practice the line that says so all along.

use std::rc::Rc;

use web_sys::Element;
use yew::prelude::*;

use super::{Context, Draw, PLAIN, Region, View};
use crate::{
    browser,
    hooks::{use_commands, use_session},
    session::RoomView,
    texts::{changing, t},
};

/// The offer.
pub const OFFER: View = View {
    region: Region::StreamEnd,
    draw: Draw::Now(|context: &Context| {
        if is_new(&context.room) {
            html! { <Offer /> }
        } else {
            Html::default()
        }
    }),
    ..PLAIN
};

/// The line.
pub const LINE: View = View {
    region: Region::Bar,
    draw: Draw::Now(|context: &Context| {
        if context.room.practice {
            html! { <Line room={context.room.clone()} /> }
        } else {
            Html::default()
        }
    }),
    ..PLAIN
};

/// Nobody else was ever here, and nothing was said.
fn is_new(room: &RoomView) -> bool {
    let alone = room.linked == 0 && room.people.iter().all(|it| it.me);
    let empty = room.posts.is_empty() && room.storing.is_empty() && room.meetings.all.is_empty();
    alone && empty && !room.practice && !room.newer && !room.title.is_empty()
}

#[component]
fn Offer() -> Html {
    let commands = use_commands("practise");
    let busy = commands.busy;
    let start = Callback::from(move |_: MouseEvent| commands.run(|session| async move { session.practise().await }));
    html! {
        <div class="practice-offer">
            <p>{ t!("practice-offer") }</p>
            <button type="button" class="button plain" data-testid="practice-start" onclick={start} aria-disabled={busy}>
                { t!("practice-start") }
            </button>
        </div>
    }
}

#[derive(PartialEq, Properties)]
struct LineProps {
    room: Rc<RoomView>,
}

#[component]
fn Line(props: &LineProps) -> Html {
    let LineProps { room } = props;
    let session = use_session();
    let broken = use_state(|| false);
    let place = use_node_ref();
    let focus = {
        let place = place.clone();
        move || {
            if let Some(place) = place.cast::<Element>() {
                browser::focus(&place);
            }
        }
    };
    {
        // What was pressed went with the room that it stood in.
        let focus = focus.clone();
        use_effect_with((), move |()| focus());
    }
    let leads = room.led.iter().filter_map(|it| it.holder).any(|it| it != room.me && !room.vanished.contains(&it));
    let leave = {
        let session = session.clone();
        Callback::from(move |_: MouseEvent| session.leave_practice())
    };
    let vanish = {
        let broken = broken.setter();
        Callback::from(move |_: MouseEvent| {
            broken.set(true);
            session.break_practice();
            focus();
        })
    };
    let words = if *broken { t!("practice-broken") } else { t!("practice-line") };
    html! {
        <section ref={place} class="practice" tabindex="-1" data-testid="practice" aria-label={t!("practice")}>
            <p role="status">{ changing(words) }</p>
            <p class="practice-played">{ t!("practice-played") }</p>
            <div class="row tight">
                if leads && !*broken {
                    <button type="button" class="quiet-button" data-testid="practice-break" onclick={vanish}>{ t!("practice-break") }</button>
                }
                <button type="button" class="quiet-button" data-testid="practice-leave" onclick={leave}>{ t!("practice-leave") }</button>
            </div>
        </section>
    }
}
