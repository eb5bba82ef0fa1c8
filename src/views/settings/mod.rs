//! What a person can set for this browser and this room.

mod amount;
mod build;
mod page;
mod servers;
mod storage;

use std::rc::Rc;

use gloo::file::{Blob, futures::read_as_bytes};
use paceline_room::body::people::Command;
use wasm_bindgen_futures::spawn_local;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use self::{amount::Amount, page::ThisPage, servers::ServerList, storage::Storage};
use super::{Context, Draw, Drawing, MainTab, PLAIN, Region, SETTINGS, Tab, View};
use crate::{
    browser,
    components::{
        dialog::Dialog,
        export::{use_export, use_export_json},
        icons::Icon,
        theme::Theme,
    },
    config::Discovery,
    hooks::{allow_shortcuts, shortcuts_allowed, then, use_session},
    parts::part,
    session::{RoomView, Session},
    signals,
    texts::{changing, t},
};

/// Its line in the table.
pub const VIEW: View = View {
    region: Region::Beside,
    tab: Some(Tab {
        handle: SETTINGS,
        group: MainTab::More,
        icon: Icon::Settings,
        title: || t!("view-settings"),
        key: Some(("s", || t!("key-settings"))),
    }),
    draw: Draw::Later(part!(more: Drawing = |context: &Context| {
        let (offline, discovery) = (context.snapshot.offline, context.snapshot.discovery.clone());
        html! { <Settings room={context.room.clone()} {offline} {discovery} /> }
    })),
    ..PLAIN
};

/// Properties of [`Settings`].
#[derive(PartialEq, Properties)]
struct SettingsProps {
    /// The room.
    room: Rc<RoomView>,
    /// The offline switch is on.
    offline: bool,
    /// The servers and what was chosen of them.
    discovery: Rc<Discovery>,
}

/// Draws the view.
#[component]
fn Settings(props: &SettingsProps) -> Html {
    html! {
        <div class="settings">
            <Who room={props.room.clone()} />
            <ThisBrowser offline={props.offline} />
            <ServerList discovery={props.discovery.clone()} />
            <Carry room={props.room.clone()} />
            <ThisPage />
        </div>
    }
}

#[derive(PartialEq, Properties)]
struct RoomProps {
    room: Rc<RoomView>,
}

/// Name and strengths.
#[component]
fn Who(props: &RoomProps) -> Html {
    let session = use_session();
    let (name, strengths) = (use_node_ref(), use_node_ref());
    let me = props.room.people.me().map(|it| it.person.clone());
    {
        let (name, strengths) = (name.clone(), strengths.clone());
        let proposed = props.room.proposed_name.clone();
        use_effect_with(me.clone(), move |me| {
            let known = me.as_ref().map(|it| it.name.clone()).filter(|it| !it.is_empty());
            let field = |field: &NodeRef, value: &str| {
                if let Some(field) = field.cast::<HtmlInputElement>() {
                    field.set_value(value);
                }
            };
            field(&name, &known.or_else(|| proposed.map(|it| it.to_string())).unwrap_or_default());
            field(&strengths, &me.as_ref().map(|it| it.strengths.join(", ")).unwrap_or_default());
        });
    }
    let hue = me.as_ref().filter(|it| !it.name.is_empty()).map(|it| it.hue);
    let saved = use_state(|| false);
    let onsubmit = {
        let (session, name, strengths, saved) = (session, name.clone(), strengths.clone(), saved.setter());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let value = |field: &NodeRef| field.cast::<HtmlInputElement>().map(|it| it.value()).unwrap_or_default();
            let called = value(&name).trim().to_owned();
            if called.is_empty() {
                return browser::focus_handle("name-input");
            }
            let strengths = one_by_one(&value(&strengths));
            let (introduce, saved) = (Command::Introduce { name: called, strengths, hue }, saved.clone());
            then(&session, session.act(introduce), move |_| saved.set(true));
        })
    };
    let oninput = {
        let saved = saved.setter();
        Callback::from(move |_: InputEvent| saved.set(false))
    };
    html! {
        <form {onsubmit} {oninput}>
            <h3>{ t!("settings-who") }</h3>
            <label class="field">
                <span>{ t!("settings-name") }</span>
                <input ref={name} type="text" dir="auto" maxlength="200" data-testid="name-input" autocomplete="nickname" />
            </label>
            <label class="field">
                <span>{ t!("settings-strengths") }</span>
                <input ref={strengths} type="text" dir="auto" data-testid="strengths-input" placeholder={t!("settings-strengths-example")}
                    autocomplete="off" />
            </label>
            <div class="row">
                <button type="submit" class="button" data-testid="name-submit">{ t!("save") }</button>
                <span role="status">{ changing(if *saved { t!("saved") } else { String::new() }) }</span>
            </div>
        </form>
    }
}

#[derive(PartialEq, Properties)]
struct ThisBrowserProps {
    offline: bool,
}

/// Theme, keys, sound and the offline switch.
#[component]
fn ThisBrowser(props: &ThisBrowserProps) -> Html {
    let session = use_session();
    let keys = use_state(shortcuts_allowed);
    let online = {
        let offline = props.offline;
        Callback::from(move |_: Event| {
            let command = session.clone();
            session.run(async move { if offline { command.online().await } else { command.offline().await } });
        })
    };
    let sound = use_state(signals::sound_allowed);
    let on_sound = {
        let sound = sound.clone();
        Callback::from(move |_: Event| {
            signals::allow_sound(!*sound);
            sound.set(!*sound);
        })
    };
    let on_keys = {
        let keys = keys.clone();
        Callback::from(move |_: Event| {
            allow_shortcuts(!*keys);
            keys.set(!*keys);
        })
    };
    html! {
        <section>
            <h3>{ t!("settings-browser") }</h3>
            <Theme />
            <label class="switch">
                <input type="checkbox" role="switch" data-testid="offline-switch" checked={props.offline} onchange={online} />
                <span>{ t!("settings-offline") }<small>{ t!("settings-offline-words") }</small></span>
            </label>
            <label class="switch">
                <input type="checkbox" role="switch" checked={*keys} onchange={on_keys} />
                <span>{ t!("settings-keys") }<small>{ t!("settings-keys-words") }</small></span>
            </label>
            <label class="switch">
                <input type="checkbox" role="switch" data-testid="sound-switch" checked={*sound} onchange={on_sound} />
                <span>{ t!("settings-sound") }<small>{ t!("settings-sound-words") }</small></span>
            </label>
        </section>
    }
}

/// Storage, export, import, forgetting.
#[component]
fn Carry(props: &RoomProps) -> Html {
    let session = use_session();
    let forgetting = use_state(|| false);
    let (export, export_json) = (use_export(&props.room.title), use_export_json(&props.room.title));
    let import = {
        let session = session.clone();
        Callback::from(move |event: Event| {
            let Some(field) = event.target_dyn_into::<HtmlInputElement>() else { return };
            let Some(file) = field.files().and_then(|files| files.get(0)) else { return };
            let session = session.clone();
            spawn_local(async move {
                import_file(&session, &file).await;
                field.set_value("");
            });
        })
    };
    let ask = {
        let forgetting = forgetting.setter();
        Callback::from(move |_: MouseEvent| forgetting.set(true))
    };
    let cancel = {
        let forgetting = forgetting.setter();
        Callback::from(move |()| forgetting.set(false))
    };
    let forget = {
        let (room, forgetting) = (props.room.room, forgetting.setter());
        Callback::from(move |_: MouseEvent| {
            forgetting.set(false);
            let command = session.clone();
            session.run(async move { command.forget(room).await });
        })
    };
    html! {
        <section>
            <h3>{ t!("settings-carry") }</h3>
            <Storage storage={props.room.storage} />
            <Amount takes={props.room.takes} />
            <div class="row">
                <button type="button" class="button plain" data-testid="export-car" onclick={export}>{ t!("export-car") }</button>
                <button type="button" class="button plain" data-testid="export-json" onclick={export_json}>{ t!("export-json") }</button>
                <label class="button plain file">
                    <span>{ t!("import-car") }</span>
                    <input type="file" accept=".car,application/vnd.ipld.car" data-testid="import-car" onchange={import} />
                </label>
            </div>
            <button type="button" class="button danger" data-testid="forget-room" onclick={ask}>{ t!("forget") }</button>
            if *forgetting {
                <Dialog title={t!("forget-title")} on_close={cancel.clone()}>
                    <p>{ t!("forget-words") }</p>
                    <div class="row">
                        <button type="button" class="button danger" data-testid="forget-room-confirm" onclick={forget}>
                            { t!("forget-confirm") }
                        </button>
                        <button type="button" class="button plain" onclick={cancel.reform(|_: MouseEvent| ())}>{ t!("cancel") }</button>
                    </div>
                </Dialog>
            }
        </section>
    }
}

/// The strengths in a line, between the commas and semicolons that people of any script write.
fn one_by_one(line: &str) -> Vec<String> {
    let between = [',', ';', '\n', '\r', '\u{60c}', '\u{61b}', '\u{3001}', '\u{ff0c}', '\u{ff1b}'];
    line.split(between).map(str::trim).filter(|it| !it.is_empty()).map(str::to_owned).collect()
}

async fn import_file(session: &Session, file: &web_sys::File) {
    match read_as_bytes(&Blob::from(web_sys::Blob::from(file.clone()))).await {
        Ok(bytes) => {
            if let Err(error) = session.import_car(bytes).await {
                session.notify(error.code, error.text);
            }
        }
        Err(_) => session.notify("file-unreadable", t!("notice-file-unreadable")),
    }
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn strengths_stand_between_the_commas_of_any_script() {
        for line in ["a b, c", "a b; c", "a b، c", "a b؛ c", "a b，c", "a b；c", "a b、c", "a b\nc", " a b ,, c , "]
        {
            assert_eq!(one_by_one(line), ["a b", "c"], "{line}");
        }
        assert_eq!(one_by_one(" ، "), [""; 0]);
    }
}
