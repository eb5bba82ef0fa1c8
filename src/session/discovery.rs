//! How tabs find each other: takes over what the page's file and the person at this tab say about servers.

use std::{pin::pin, rc::Rc};

use futures::future::select;
use gloo::timers::future::TimeoutFuture;
use paceline_net::{HandCode, NetConfig};
use wasm_bindgen_futures::spawn_local;

use super::{Outcome, Session, SessionError, notices};
use crate::config::{Choices, Complaint, Discovery, Instead};

/// So long, in milliseconds, who opens a room's link does with what the page's file said last time.
const REMEMBERED_MS: u32 = 1_000;

impl Session {
    /// The servers of the page and what was chosen of them.
    pub fn discovery(&self) -> Rc<Discovery> {
        self.0.config.discovery()
    }

    /// Other servers from now on: kept in this browser, used at once.
    pub fn choose_servers(&self, choices: Choices) {
        let before = self.discovery();
        self.0.config.choose(choices);
        self.take_over(&before);
        self.publish();
    }

    /// A code that was carried here: of an invite the reply, of a reply nothing but the connection.
    pub async fn take_code(&self, code: String) -> Outcome<Option<String>> {
        match HandCode::of(&code) {
            Some(HandCode::Reply) => self.out_of_band_accept(code).await.map(|()| None),
            _ => self.out_of_band_reply(code).await.map(Some),
        }
    }

    /// Fetches the page's file, then what it names. A room that is opened meanwhile does without it until it is here.
    pub(super) fn fetch_config(&self) {
        let session = self.clone();
        spawn_local(async move {
            if session.view().opening && session.0.config.is_remembered() {
                // What it said last time does until the room is open.
                select(pin!(session.after_first_sync()), TimeoutFuture::new(REMEMBERED_MS)).await;
            }
            let before = session.discovery();
            let told = session.0.config.fetch().await;
            session.take_over(&before);
            session.publish_calmly();
            session.complain(told);
            session.fetch_forms().await;
        });
    }

    /// Tells what is wrong with the page's file.
    fn complain(&self, told: Option<Complaint>) {
        let Some(told) = told else { return };
        let SessionError { code, text } = match told {
            Complaint::Bad(why, instead) => {
                let remembered = if instead == Instead::Remembered { "yes" } else { "no" };
                let values = [("why", why.to_string().into()), ("remembered", remembered.into())];
                notices::error_with("bad-config", &values)
            }
            Complaint::Mixed(relays) => notices::error_with("mixed-content", &[("relays", relays.join(", ").into())]),
        };
        self.notify(code, text);
    }

    fn take_over(&self, before: &Discovery) {
        let now = self.discovery();
        if now.used.relays != before.used.relays && self.is_opening() && self.engine().is_err() {
            self.call_relays();
        }
        if (&now.used, &now.always) != (&before.used, &before.always)
            && let Ok(engine) = self.engine()
        {
            let offline = self.0.offline.get();
            if !offline {
                engine.node.say_goodbye();
            }
            engine.net.reconfigure(|config| use_servers(config, &now));
            if !offline {
                engine.come_back();
            }
        }
    }
}

/// Puts servers into a node's configuration.
pub(super) fn use_servers(config: &mut NetConfig, discovery: &Discovery) {
    let servers = &discovery.used;
    config.relays = discovery.always.clone();
    config.listed_relays = discovery.listed();
    config.ice_servers = servers.ice_servers();
    config.relay_only = servers.relay_only;
}
