//! An entry for the calendar, as a file: it carries the link, which is the key, and says so.
//!
//! What is once is at one moment for everybody (UTC). What repeats is at the same hour of the clock, also after clocks change: the hour of
//! whoever's calendar it is in, since a file that names a time zone would have to bring its rules.

use std::rc::Rc;

use js_sys::Date;
use wasm_bindgen::JsValue;
use web_sys::HtmlSelectElement;
use yew::prelude::*;

use crate::{
    browser,
    calendar::{self, Entry, Repeats},
    components::export::file_name,
    hooks::{use_chosen, use_filled},
    session::RoomView,
    texts::t,
    when,
};

/// Media type of iCalendar (RFC 5545, 8.1).
const ICS: &str = "text/calendar;charset=utf-8";
/// How long a meeting is at first, in minutes.
const MINUTES: u64 = 15;
/// The longest, in minutes: a day.
const MOST_MINUTES: u64 = 24 * 60;

/// Properties of [`Calendar`].
#[derive(PartialEq, Properties)]
pub struct CalendarProps {
    /// The room.
    pub room: Rc<RoomView>,
}

/// When it is to be, as the fields have it.
#[derive(Clone)]
struct Filling {
    begins: String,
    minutes: String,
    repeats: Repeats,
}

impl Default for Filling {
    fn default() -> Self {
        let begins = when::local(tomorrow()).chars().take(16).collect();
        Self { begins, minutes: MINUTES.to_string(), repeats: Repeats::default() }
    }
}

/// Asks when, and makes the file.
#[component]
pub fn Calendar(props: &CalendarProps) -> Html {
    let filled = use_filled(Filling::default);
    let Filling { begins, minutes, repeats } = filled.now();
    let shown = use_chosen(repeats.name().to_owned());
    let onsubmit = {
        let (room, filled) = (props.room.clone(), filled.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let Filling { begins, minutes, repeats } = filled.now();
            let Some(minutes) = minutes.parse().ok().filter(|it| (1..=MOST_MINUTES).contains(it)) else {
                return browser::focus_handle("calendar-minutes");
            };
            match written(&room, &begins, minutes, repeats) {
                Some(file) => {
                    browser::download(file.as_bytes(), &format!("{}.ics", file_name(&room.title)), ICS);
                }
                None => browser::focus_handle("calendar-begins"),
            }
        })
    };
    let (on_begins, on_minutes) = (filled.clone(), filled.clone());
    let on_begins = move |event: InputEvent| on_begins.change(|it| it.begins = browser::value_of(&event));
    let on_minutes = move |event: InputEvent| on_minutes.change(|it| it.minutes = browser::value_of(&event));
    let on_repeats = move |event: Event| {
        let name = event.target_dyn_into::<HtmlSelectElement>().map(|it| it.value()).unwrap_or_default();
        let chosen = Repeats::ALL.into_iter().find(|it| it.name() == name).unwrap_or_default();
        filled.change(|it| it.repeats = chosen);
    };
    html! {
        <form class="calendar" {onsubmit}>
            <label class="field">
                <span>{ t!("calendar-begins") }</span>
                <input type="datetime-local" required=true max="9999-12-31T23:59" value={begins} oninput={on_begins} data-testid="calendar-begins" />
            </label>
            <label class="field">
                <span>{ t!("calendar-minutes") }</span>
                <input type="number" required=true min="1" max={MOST_MINUTES.to_string()} value={minutes} oninput={on_minutes} data-testid="calendar-minutes" />
            </label>
            <label class="field">
                <span>{ t!("calendar-repeats") }</span>
                <select ref={shown} onchange={on_repeats} data-testid="calendar-repeats">
                    { for Repeats::ALL.into_iter().map(|it| html! { <option value={it.name()}>{ named(it) }</option> }) }
                </select>
            </label>
            <button type="submit" class="button plain" data-testid="calendar-save">{ t!("calendar-save") }</button>
            <p class="hint">{ t!("calendar-words") }</p>
        </form>
    }
}

fn named(it: Repeats) -> String {
    match it {
        Repeats::Never => t!("calendar-never"),
        Repeats::Weekdays => t!("calendar-weekdays"),
        Repeats::Weekly => t!("calendar-weekly"),
    }
}

/// The nearest full hour of now, a day later by the clock.
fn tomorrow() -> u64 {
    let date = Date::new_0();
    date.set_minutes(date.get_minutes() + 30);
    date.set_minutes(0);
    date.set_seconds(0);
    date.set_milliseconds(0);
    date.set_date(date.get_date() + 1);
    date.get_time() as u64
}

/// The file, unless the field has no time.
fn written(room: &RoomView, begins: &str, minutes: u64, repeats: Repeats) -> Option<String> {
    let date = Date::new(&JsValue::from_str(begins));
    if date.get_time().is_nan() || date.get_time() < 0.0 {
        return None;
    }
    // What is on weekdays begins on one: readers differ in what they make of a first day that the rule does not name.
    while repeats == Repeats::Weekdays && matches!(date.get_day(), 0 | 6) {
        date.set_date(date.get_date() + 1);
    }
    let at = date.get_time() as u64;
    let time = if repeats == Repeats::Never { when::iso } else { when::local };
    let begins = calendar::stamp(&time(at))?;
    let uid = format!("{}-{begins}@paceline", room.room);
    let words = format!("{}\n\n{}", room.link, t!("calendar-description"));
    Some(calendar::file(&Entry {
        uid: &uid,
        title: if room.title.is_empty() { "Paceline" } else { &room.title },
        words: &words,
        link: &room.link,
        written: &calendar::stamp(&when::iso(browser::now()))?,
        begins: &begins,
        ends: &calendar::stamp(&time(at + minutes * 60_000))?,
        repeats,
    }))
}
