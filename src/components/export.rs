//! Carrying a room away as a file.

use yew::prelude::*;

use crate::{
    browser, excerpt,
    hooks::{then, use_session},
};

/// Media type of a CAR (IANA).
const CAR: &str = "application/vnd.ipld.car";
/// Media type of JSON lines (<https://jsonlines.org>).
const JSON_LINES: &str = "application/jsonl";

/// Downloads the open room, in a file of its name.
#[hook]
pub fn use_export(title: &str) -> Callback<MouseEvent> {
    let (session, name) = (use_session(), format!("{}.car", file_name(title)));
    Callback::from(move |_| {
        let (command, name) = (session.clone(), name.clone());
        then(&session, async move { command.export_car().await }, move |bytes| {
            browser::download(&bytes, &name, CAR);
        });
    })
}

/// Downloads the log of the open room as JSON lines.
#[hook]
pub fn use_export_json(title: &str) -> Callback<MouseEvent> {
    let (session, name) = (use_session(), format!("{}.jsonl", file_name(title)));
    Callback::from(move |_| {
        let (command, name) = (session.clone(), name.clone());
        then(&session, async move { command.export_json().await }, move |lines| {
            browser::download(lines.as_bytes(), &name, JSON_LINES);
        });
    })
}

/// Letters and digits of a title, for a file.
pub fn file_name(title: &str) -> String {
    let letters = excerpt::characters(title).map(|(_, it)| it).take(60);
    let plain: String = letters.map(|it| if it.starts_with(char::is_alphanumeric) { it } else { "-" }).collect();
    let plain = plain.trim_matches('-');
    if plain.is_empty() { "room".to_owned() } else { plain.to_owned() }
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn a_file_is_named_after_the_room_and_nothing_else() {
        assert_eq!(file_name("Release: week 47/48"), "Release--week-47-48");
        assert_eq!(file_name("../.."), "room");
        assert_eq!(file_name("cafe\u{301} हिन्दी"), "cafe\u{301}-हिन्दी");
    }
}
