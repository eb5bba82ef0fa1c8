//! What is read of whole, short and hostile files, and where forms of the host stand. What a meeting makes of them is no matter here.

use paceline_room::limits;
use serde_json::{Value, json};
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::{
    reading::{BATONS, DAYS, DOTS, FORM_TITLE_CHARS, GRACE, ITEMS, MAX_BYTES, MINUTES, SECONDS},
    *,
};

/// A form with everything in it.
fn whole() -> Value {
    json!({
        "name": "ours", "title": "Ours", "purpose": "To try.", "line": "A try", "steps": ["Begin."], "prompts": ["What?"],
        "batons": [{"title": "Hosts", "minutes": 30}], "norms": ["Be kind."],
        "values": {"policy": "majority", "quorum": 40, "quorum_cap": 5, "grace": 60},
        "meeting": {
            "role": "Runs it", "prompts": ["Good", "Bad"], "seconds_each": 60, "every_days": 7,
            "agenda": [{"title": "Budget", "minutes": 10, "kind": "decision"}, {"title": "Break", "minutes": null, "kind": "talk"}],
            "notes": {"question": "What was?", "write_seconds": 60, "dots": 4, "vote_seconds": 70, "talk_seconds": 80},
            "incident": {"question": "What broke?", "update_seconds": 900},
        },
    })
}

/// What is read of the whole form with another value at a place (a JSON pointer).
fn with(pointer: &str, value: Value) -> Read {
    let mut file = whole();
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    match file.pointer_mut(parent).unwrap() {
        Value::Object(fields) => _ = fields.insert(key.to_owned(), value),
        Value::Array(list) => list[key.parse::<usize>().unwrap()] = value,
        other => panic!("{other} holds nothing"),
    }
    read(&file.to_string())
}

fn said(read: &Read) -> Vec<(&str, What)> {
    read.said.iter().map(|it| (it.place.as_str(), it.what)).collect()
}

/// What was read, as a file again.
fn again(form: &Form) -> Read {
    read(&serde_json::to_string(form).unwrap())
}

#[test]
fn every_form_file_reads_with_nothing_to_say_and_names_itself_once() {
    let forms = bundled();
    assert_eq!(forms.len(), FILES.len());
    for (form, file) in forms.iter().zip(FILES) {
        assert_eq!(said(&read(file)), [], "{}", form.name);
        assert_eq!(forms.iter().filter(|it| it.name == form.name).count(), 1);
        assert!(form.name.chars().all(|c| c.is_ascii_lowercase() || c == '-'), "{} is not kebab case", form.name);
        assert!(form.meeting.iter().all(|it| it.role != form.title), "{} says what is led", form.name);
    }
}

#[test]
fn a_whole_file_is_taken_as_it_is_and_a_short_one_filled_up() {
    let read = read(&whole().to_string());
    assert_eq!(said(&read), []);
    assert_eq!(serde_json::to_value(read.form.unwrap()).unwrap(), whole());
    let short = super::read(r#"{"name": "short", "meeting": {"notes": {}}}"#);
    assert_eq!(said(&short), []);
    let form = short.form.unwrap();
    let meeting = form.meeting.unwrap();
    assert_eq!((form.title.as_str(), meeting.role.as_str()), ("short", "short"));
    assert_eq!(meeting.notes, Some(FormNotes { question: "short".into(), values: NoteValues::default() }));
    assert_eq!((form.values.quorum_cap, meeting.agenda, meeting.incident), (12, vec![], None));
    let incident = super::read(r#"{"name": "broken", "meeting": {"incident": {}}}"#).form.unwrap();
    assert!(incident.is_to_meet(), "it is begun by its tile");
    assert_eq!(incident.incident(), Some(&FormIncident { question: "broken".into(), update_seconds: 1_800 }));
}

#[test]
fn an_agenda_keeps_its_order_and_what_is_on_it_twice_and_talks_where_no_kind_is_said() {
    let read =
        with("/meeting/agenda", json!([{"title": "Break"}, {"title": "Budget", "minutes": 5}, {"title": "Break"}]));
    assert_eq!(said(&read), []);
    let agenda = read.form.unwrap().meeting.unwrap().agenda;
    let told: Vec<_> = agenda.iter().map(|it| (it.title.as_str(), it.minutes, it.kind)).collect();
    let talk = |title, minutes| (title, minutes, ItemKind::Talk);
    assert_eq!(told, [talk("Break", None), talk("Budget", Some(5)), talk("Break", None)]);
}

#[test]
fn a_file_that_is_no_form_says_why() {
    let long = format!("{}{}", whole(), " ".repeat(MAX_BYTES));
    let nested = format!("{{\"name\": {}", "[".repeat(1_000));
    for (file, place, what) in [
        (long.as_str(), "", What::TooLong),
        ("", "", What::Malformed),
        ("<!doctype html>", "", What::Malformed),
        ("[\"ours\", \"Ours\"]", "", What::Malformed),
        (&nested, "", What::Malformed),
        ("{}", "name", What::Nameless),
        (r#"{"name": 7}"#, "name", What::Nameless),
        (r#"{"name": " - \u202e"}"#, "name", What::Nameless),
    ] {
        let read = read(file);
        assert_eq!((read.form.is_none(), said(&read)), (true, vec![(place, what)]), "{file:.40}");
    }
}

#[test]
fn each_hostile_value_is_brought_within_its_limits_and_named_by_its_place() {
    let long = || json!("é".repeat(5_000));
    let many: Vec<String> = (0..100).map(|it| format!("No. {it}")).collect();
    let leads: Vec<Value> = (0..100).map(|it| json!({"title": format!("No. {it}")})).collect();
    for (pointer, value, place, what) in [
        ("/name", json!("Our Own!"), "name", What::Cleaned),
        ("/name", json!("o".repeat(200)), "name", What::Cut),
        ("/title", long(), "title", What::Cut),
        ("/title", json!("\u{202e}sruO"), "title", What::Cleaned),
        ("/title", json!("\u{3164}\u{2800}"), "title", What::Cleaned),
        ("/title", json!(["Ours"]), "title", What::Unfit),
        ("/purpose", long(), "purpose", What::Cut),
        ("/line", json!("one\u{0}\ntwo"), "line", What::Cleaned),
        ("/steps", json!(many), "steps", What::Shortened),
        ("/steps", json!("Begin."), "steps", What::Unfit),
        ("/steps/0", long(), "steps[0]", What::Cut),
        ("/prompts/0", json!(null), "prompts[0]", What::Unfit),
        ("/norms/0", json!("  "), "norms[0]", What::Unfit),
        ("/batons", json!(leads), "batons", What::Shortened),
        ("/batons/0", json!({"minutes": 3}), "batons[0]", What::Unfit),
        ("/batons/0", json!("Hosts"), "batons[0]", What::Unfit),
        ("/batons/0/minutes", json!(1e300), "batons[0].minutes", What::Clamped),
        ("/batons/0/rights", json!(true), "batons[0].rights", What::Unknown),
        ("/values", json!(7), "values", What::Unfit),
        ("/values/policy", json!("tyranny"), "values.policy", What::Unfit),
        ("/values/quorum", json!(-1), "values.quorum", What::Clamped),
        ("/values/quorum_cap", json!(0), "values.quorum_cap", What::Clamped),
        ("/values/grace", json!(u64::MAX), "values.grace", What::Clamped),
        ("/meeting", json!([]), "meeting", What::Unfit),
        ("/meeting/prompts", json!(many), "meeting.prompts", What::Shortened),
        ("/meeting/prompts/1", long(), "meeting.prompts[1]", What::Cut),
        ("/meeting/prompts/1", json!("Good"), "meeting.prompts[1]", What::Repeated),
        ("/meeting/seconds_each", json!(0), "meeting.seconds_each", What::Clamped),
        ("/meeting/seconds_each", json!(60.5), "meeting.seconds_each", What::Clamped),
        ("/meeting/seconds_each", json!("60"), "meeting.seconds_each", What::Unfit),
        ("/meeting/every_days", json!(100_000), "meeting.every_days", What::Clamped),
        ("/meeting/agenda", json!(leads), "meeting.agenda", What::Shortened),
        ("/meeting/agenda", json!("Budget"), "meeting.agenda", What::Unfit),
        ("/meeting/agenda/0", json!("Budget"), "meeting.agenda[0]", What::Unfit),
        ("/meeting/agenda/1", json!({"minutes": 3}), "meeting.agenda[1]", What::Unfit),
        ("/meeting/agenda/0/title", long(), "meeting.agenda[0].title", What::Cut),
        ("/meeting/agenda/0/title", json!("\u{202e}Budget"), "meeting.agenda[0].title", What::Cleaned),
        ("/meeting/agenda/0/minutes", json!(0), "meeting.agenda[0].minutes", What::Clamped),
        ("/meeting/agenda/0/minutes", json!(1e9), "meeting.agenda[0].minutes", What::Clamped),
        ("/meeting/agenda/0/minutes", json!("ten"), "meeting.agenda[0].minutes", What::Unfit),
        ("/meeting/agenda/0/kind", json!("order"), "meeting.agenda[0].kind", What::Unfit),
        ("/meeting/agenda/0/owner", json!("me"), "meeting.agenda[0].owner", What::Unknown),
        ("/meeting/notes/dots", json!(21), "meeting.notes.dots", What::Clamped),
        ("/meeting/notes/write_seconds", json!(1), "meeting.notes.write_seconds", What::Clamped),
        ("/meeting/notes/owner", json!("me"), "meeting.notes.owner", What::Unknown),
        ("/meeting/incident", json!("yes"), "meeting.incident", What::Unfit),
        ("/meeting/incident/question", long(), "meeting.incident.question", What::Cut),
        ("/meeting/incident/update_seconds", json!(1), "meeting.incident.update_seconds", What::Clamped),
        ("/meeting/incident/update_seconds", json!(1e9), "meeting.incident.update_seconds", What::Clamped),
        ("/meeting/incident/lead", json!("me"), "meeting.incident.lead", What::Unknown),
        ("/rights", json!({"all": true}), "rights", What::Unknown),
        ("/ri\u{202e}ghts", json!(1), "rights", What::Unknown),
    ] {
        let read = with(pointer, value.clone());
        assert_eq!(said(&read), [(place, what)], "{pointer}: {value:.40}");
        let form = read.form.unwrap();
        assert_within_limits(&form);
        assert_eq!(again(&form), Read { form: Some(form), said: vec![] }, "{pointer}: {value:.40}");
    }
}

#[test]
fn a_form_of_the_host_stands_behind_those_of_the_build_and_takes_the_place_of_none() {
    assert_eq!(said(&take_over(with("/name", json!("retro")))), [("retro", What::Taken)]);
    let before = all();
    let read = take_over(with("/name", json!("from-the-host")));
    assert!(read.form.is_some());
    assert_eq!(all()[..before.len()], before);
    assert_eq!(all().last(), read.form.as_ref());
    let second = take_over(with("/name", json!("from-the-host")));
    assert_eq!((second.form.is_none(), said(&second)), (true, vec![("from-the-host", What::Taken)]));
    HOSTED.with_borrow_mut(Vec::clear);
}

#[test]
fn what_a_form_calls_blank_can_be_seen_nowhere() {
    for c in (0..0x11_0000).step_by(0x7).filter_map(char::from_u32).chain(['\u{115f}', '\u{3164}', '\u{fe0f}', 'é']) {
        let (blank, seen) = (crate::hidden::is_blank(c), crate::people::is_visible(&c.to_string()));
        // A browser may know of characters that are newer than the table.
        assert!(!(blank && seen), "{c:?} can be seen");
    }
}

fn assert_within_limits(form: &Form) {
    let is_title = |it: &String| !it.is_empty() && it.chars().count() <= limits::TITLE_CHARS;
    assert!(!form.title.is_empty() && form.title.chars().count() <= FORM_TITLE_CHARS);
    assert!(form.name.len() <= limits::TAG_CHARS && form.purpose.chars().count() <= limits::NOTE_CHARS);
    for list in [&form.steps, &form.prompts, &form.norms] {
        assert!(list.len() <= limits::TAGS && list.iter().all(is_title));
    }
    assert!(form.batons.len() <= BATONS && form.batons.iter().all(|it| is_title(&it.title)));
    assert!(form.batons.iter().filter_map(|it| it.minutes).all(|it| MINUTES.contains(&it.into())));
    assert!(form.values.quorum_cap > 0 && GRACE.contains(&form.values.grace.into()));
    let Some(meeting) = &form.meeting else { return };
    assert!(is_title(&meeting.role) && meeting.prompts.len() <= limits::TAGS && meeting.prompts.iter().all(is_title));
    assert!(meeting.seconds_each.is_none_or(|it| SECONDS.contains(&it)));
    assert!(meeting.every_days.is_none_or(|it| DAYS.contains(&it.into())));
    assert!(meeting.agenda.len() <= ITEMS && meeting.agenda.iter().all(|it| is_title(&it.title)));
    assert!(meeting.agenda.iter().filter_map(|it| it.minutes).all(|it| MINUTES.contains(&it.into())));
    assert!(meeting.incident.iter().all(|it| is_title(&it.question) && SECONDS.contains(&it.update_seconds)));
    let Some(notes) = &meeting.notes else { return };
    assert!(is_title(&notes.question) && DOTS.contains(&notes.values.dots));
    let NoteValues { write_seconds, vote_seconds, talk_seconds, .. } = &notes.values;
    assert!([write_seconds, vote_seconds, talk_seconds].iter().all(|it| SECONDS.contains(it)));
}
