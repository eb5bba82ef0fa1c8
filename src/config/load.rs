//! Fetches `paceline.json` once, when the page starts; remembers the last good one for starts without a network, and what
//! people chose in Settings.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use futures::future::join_all;
use paceline_store::Settings;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::Response;

use super::{Choices, ConfigError, Discovery, Servers, forms, is_mixed};
use crate::forms::Read;

/// The file's name, beside the page.
const FILE: &str = "paceline.json";
/// The setting with the last good file.
const REMEMBERED: &str = "page-servers";
/// The setting with what people chose.
const CHOSEN: &str = "servers";

/// What a person should know of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Complaint {
    /// It cannot be used; the last good one is used in its place, if there is one.
    Bad(ConfigError, Instead),
    /// Relays that this page may not open.
    Mixed(Vec<String>),
}

/// What is used in place of a file that cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Instead {
    /// No servers at all.
    Nothing,
    /// What the file said when it was good.
    Remembered,
}

enum Fetched {
    Text(String),
    /// The host has no such file.
    Missing,
    /// The host was not reached, or could not answer.
    Unreachable,
}

/// The configuration of this page in this browser.
pub struct Config {
    page: String,
    settings: Settings,
    discovery: RefCell<Rc<Discovery>>,
    /// The host has said what its file is, or that it has none.
    reached: Cell<bool>,
}

impl Config {
    /// With what was remembered; the file itself comes with [`Config::fetch`].
    pub fn remembered(page_url: &str, page_path: &str) -> Self {
        let settings = Settings::new(page_path);
        let page = settings.get(REMEMBERED).and_then(|text| Servers::parse(&text, page_url).ok()).unwrap_or_default();
        // What an older or newer build wrote and this one cannot read is as good as not chosen.
        let choices = settings.get(CHOSEN).and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
        let config =
            Self { page: page_url.to_owned(), settings, discovery: RefCell::default(), reached: Cell::new(false) };
        config.set(page, choices);
        config
    }

    /// Whether the file was good before.
    pub fn is_remembered(&self) -> bool {
        self.settings.get(REMEMBERED).is_some()
    }

    /// How others are found, now.
    pub fn discovery(&self) -> Rc<Discovery> {
        self.discovery.borrow().clone()
    }

    /// Takes over what people chose, and remembers it.
    pub fn choose(&self, choices: Choices) {
        let text = serde_json::to_string(&choices).unwrap_or_default();
        self.settings.set(CHOSEN, (choices != Choices::default()).then_some(&text));
        let page = self.discovery().page.clone();
        self.set(page, choices);
    }

    /// Fetches the file and takes it over.
    pub async fn fetch(&self) -> Option<Complaint> {
        let before = self.discovery();
        let (page, told) = match fetch_text().await {
            Fetched::Unreachable => return None,
            Fetched::Missing => {
                self.settings.set(REMEMBERED, None);
                (Servers::default(), None)
            }
            Fetched::Text(text) => match Servers::parse(&text, &self.page) {
                Ok(read) => {
                    self.settings.set(REMEMBERED, Some(&text));
                    (read, None)
                }
                Err(error) => {
                    let kept = self.settings.get(REMEMBERED).is_some();
                    let instead = if kept { Instead::Remembered } else { Instead::Nothing };
                    (before.page.clone(), Some(Complaint::Bad(error, instead)))
                }
            },
        };
        self.reached.set(true);
        self.set(page, self.discovery().choices.clone());
        told.or_else(|| {
            let refused = |relay: &&String| is_mixed(relay, &self.page);
            let mixed: Vec<String> = self.discovery().page.relays.iter().filter(refused).cloned().collect();
            (!mixed.is_empty()).then_some(Complaint::Mixed(mixed))
        })
    }

    /// Fetches the forms that the host adds: each file with what it says. A host that was not reached is not asked again.
    pub async fn fetch_forms(&self) -> Vec<(String, Read)> {
        let files = if self.reached.get() { self.discovery().page.forms.clone() } else { Vec::new() };
        let fetched = join_all(files.iter().map(|it| forms::fetch(it))).await;
        files.into_iter().zip(fetched).collect()
    }

    fn set(&self, page: Servers, choices: Choices) {
        let discovery = Discovery::of(page, choices, &self.page);
        if **self.discovery.borrow() != discovery {
            *self.discovery.borrow_mut() = Rc::new(discovery);
        }
    }
}

async fn fetch_text() -> Fetched {
    let Some(window) = web_sys::window() else { return Fetched::Unreachable };
    let fetched = JsFuture::from(window.fetch_with_str(FILE)).await;
    let Ok(response) = fetched.and_then(JsValue::dyn_into::<Response>) else { return Fetched::Unreachable };
    // Many static hosts send their start page for what they do not have.
    let is_page = response.headers().get("content-type").ok().flatten().is_some_and(|it| it.starts_with("text/html"));
    match response.status() {
        200 if is_page => Fetched::Missing,
        200 => match response.text().map(JsFuture::from) {
            Ok(text) => text.await.ok().and_then(|text| text.as_string()).map_or(Fetched::Unreachable, Fetched::Text),
            Err(_) => Fetched::Unreachable,
        },
        404 | 410 => Fetched::Missing,
        _ => Fetched::Unreachable,
    }
}
