//! The Paceline page.

mod address;
mod app;
mod browser;
mod calendar;
mod components;
mod config;
mod difference;
mod due;
mod excerpt;
mod forms;
mod hidden;
mod hooks;
mod letters;
mod markdown;
mod pages;
mod parts;
mod people;
mod scan;
mod scripting;
mod session;
mod signals;
mod tags;
mod texts;
mod title;
mod views;
mod when;
mod words;

use app::{App, AppProps};

#[cfg(test)]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

fn main() {
    // Yew's own hook writes to the console; the shell (`assets/shell.js`) tells the person.
    yew::set_custom_panic_hook(Box::new(|info| {
        console_error_panic_hook::hook(info);
        browser::tell_end(&info.to_string());
    }));
    // What storage has to say takes its time: it is asked first.
    let session = session::Session::start();
    hooks::guard_composition();
    session.follow_address();
    let follower = session.clone();
    address::listen(move || follower.follow_address());
    scripting::install(&session);
    // The shell has done so where the path has one spelling; settings know them all.
    browser::show_theme(&browser::preference("theme").unwrap_or_else(|| "auto".to_owned()));
    let page = session.clone();
    session.draw_when_shown(|| _ = yew::Renderer::<App>::with_props(AppProps { session: page }).render());
}
