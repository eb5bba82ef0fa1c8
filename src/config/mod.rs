//! The servers that help tabs find and reach each other: what the page's own file says, and what this browser chose. And the files of
//! forms that the host adds.
//!
//! `paceline.json` beside the page names relays, STUN and TURN servers. It never decides whether a room opens: without it, or
//! while it is on its way, tabs of one browser meet and codes go by hand. Here is what it may say and what comes of it; fetching
//! and remembering it is `load`'s.

mod address;
mod forms;
#[cfg(test)]
mod fuzzing;
mod load;

use std::collections::BTreeSet;

pub use paceline_net::IceServer;
use serde::{Deserialize, Serialize};

pub use address::{AddressError, Kind, is_mixed};
use address::{is_beside, is_path_beside};
pub use load::{Complaint, Config, Instead};

/// Longer files are not read, in bytes: a list of servers takes one or two thousand.
const MAX_FILE: usize = 64 * 1024;
/// Most entries of a list: each is a connection, or a server asked, for everybody who opens a room.
pub const MAX_ENTRIES: usize = 16;
const _: () = assert!(MAX_ENTRIES <= paceline_net::MAX_OWN_RELAYS, "all own relays are used");
/// Most relays of the page's file: a room uses a few of them.
const MAX_LISTED: usize = paceline_net::MAX_LISTED_RELAYS;
/// Most files of forms: each is fetched whenever the page starts.
const MAX_FORMS: usize = 8;

/// Relays, STUN and TURN servers; addresses are absolute.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Servers {
    /// Nostr relays: `ws://` or `wss://`; in the file also relative to the page.
    pub relays: Vec<String>,
    /// When the file's relays were last tried, and what came of it: written by `cargo xtask relays`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub probed: Option<Probed>,
    /// `stun:host:port`.
    pub stun: Vec<String>,
    /// With what they ask for.
    pub turn: Vec<IceServer>,
    /// Connect through TURN only, so that others do not learn this browser's address.
    pub relay_only: bool,
    /// Files of forms, relative to the page and of its own host: only in the page's file.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub forms: Vec<String>,
}

/// What came of trying the relays of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Probed {
    /// The day, as `2026-12-01`.
    pub on: String,
}

/// Why the page's file is not used; the texts are for whoever runs the page.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// Longer than [`MAX_FILE`].
    #[error("it is longer than {} KiB", MAX_FILE / 1024)]
    TooLong,
    /// Not JSON, or with fields that do not belong there.
    #[error("{0}")]
    Malformed(String),
    /// More than [`MAX_LISTED`] relays, or more than [`MAX_ENTRIES`] of another kind.
    #[error("it names more than {MAX_LISTED} relays, or more than {MAX_ENTRIES} servers of another kind")]
    TooMany,
    /// More than [`MAX_FORMS`] files of forms.
    #[error("it names more than {MAX_FORMS} files of forms")]
    TooManyForms,
    /// A file of a form that does not stand beside the page.
    #[error("\"{0}\" cannot be used: a form's file is a path on the page's own host, relative to the page")]
    FormElsewhere(String),
    /// A TURN entry without addresses, or without what the server asks for.
    #[error("a TURN server needs \"urls\", \"username\" and \"credential\"")]
    TurnIncomplete,
    /// An entry that is no address of its kind.
    #[error("\"{entry}\" cannot be used: {why}")]
    Address {
        /// As written.
        entry: String,
        /// What is wrong with it.
        why: AddressError,
    },
}

impl Servers {
    /// Reads `paceline.json`; `page` is the page's address.
    pub fn parse(text: &str, page: &str) -> Result<Self, ConfigError> {
        if text.len() > MAX_FILE {
            return Err(ConfigError::TooLong);
        }
        let malformed = |error: serde_json::Error| ConfigError::Malformed(error.to_string());
        // Read into a struct at once a list would pass for an object, its fields in order.
        let object: serde_json::Map<String, serde_json::Value> = serde_json::from_str(text).map_err(malformed)?;
        let mut read: Self = serde_json::from_value(object.into()).map_err(malformed)?;
        if read.relays.len() > MAX_LISTED || read.stun.len().max(read.turn.len()) > MAX_ENTRIES {
            return Err(ConfigError::TooMany);
        }
        if read.forms.len() > MAX_FORMS {
            return Err(ConfigError::TooManyForms);
        }
        if let Some(elsewhere) = read.forms.iter().find(|it| !is_path_beside(it, page)) {
            return Err(ConfigError::FormElsewhere(elsewhere.clone()));
        }
        read.relays = checked(Kind::Relay, &read.relays, page)?;
        read.stun = checked(Kind::Stun, &read.stun, page)?;
        for server in &mut read.turn {
            let complete = !server.urls.is_empty() && server.username.is_some() && server.credential.is_some();
            if !complete {
                return Err(ConfigError::TurnIncomplete);
            }
            server.urls = checked(Kind::Turn, &server.urls, page)?;
        }
        Ok(read)
    }

    /// STUN and TURN, as WebRTC takes them.
    pub fn ice_servers(&self) -> Vec<IceServer> {
        let stun = (!self.stun.is_empty()).then(|| IceServer { urls: self.stun.clone(), ..IceServer::default() });
        stun.into_iter().chain(self.turn.iter().cloned()).collect()
    }
}

/// All entries as absolute addresses, each once.
fn checked(kind: Kind, entries: &[String], page: &str) -> Result<Vec<String>, ConfigError> {
    let mut found = Vec::new();
    for entry in entries {
        let address = kind.resolve(entry, page).map_err(|why| ConfigError::Address { entry: entry.clone(), why })?;
        if !found.contains(&address) {
            found.push(address);
        }
    }
    Ok(found)
}

/// What this browser's people chose.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Choices {
    /// Addresses that are switched off; the page's or own ones. A TURN server goes by its first address.
    pub off: BTreeSet<String>,
    /// Relays, STUN and TURN servers added here.
    pub own: Servers,
    /// Whether to connect through TURN only; not chosen: as the page says.
    pub relay_only: Option<bool>,
}

impl Choices {
    /// What is used: the page's servers and the own ones, without those that are off.
    pub fn apply(&self, page: &Servers) -> Servers {
        let on = |address: &String| !self.off.contains(address);
        let both = |page: &[String], own: &[String]| {
            let mut all: Vec<String> = Vec::new();
            for address in page.iter().chain(own).filter(|address| on(address)) {
                if !all.contains(address) {
                    all.push(address.clone());
                }
            }
            all
        };
        let turn = page.turn.iter().chain(&self.own.turn);
        Servers {
            probed: page.probed.clone(),
            relays: both(&page.relays, &self.own.relays),
            stun: both(&page.stun, &self.own.stun),
            turn: turn.filter(|server| server.urls.first().is_some_and(&on)).cloned().collect(),
            relay_only: self.relay_only.unwrap_or(page.relay_only),
            forms: page.forms.clone(),
        }
    }
}

/// How this browser finds others: for Settings and the connection panel.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Discovery {
    /// What the page's file says.
    pub page: Servers,
    /// What this browser chose.
    pub choices: Choices,
    /// What comes of both.
    pub used: Servers,
    /// Those of the relays that every room uses: one's own, and those of the page's own host. Of the others each room uses some.
    pub always: Vec<String>,
}

impl Discovery {
    /// From the page's file and what was chosen; `page_url` is the page's address.
    fn of(page: Servers, choices: Choices, page_url: &str) -> Self {
        let mut used = choices.apply(&page);
        // The browser would refuse them, with an error that says nothing to a person.
        used.relays.retain(|relay| !is_mixed(relay, page_url));
        let is_ours = |relay: &&String| choices.own.relays.contains(relay) || is_beside(relay, page_url);
        let always = used.relays.iter().filter(is_ours).cloned().collect();
        Self { page, choices, used, always }
    }

    /// The relays of which each room uses some.
    pub fn listed(&self) -> Vec<String> {
        self.used.relays.iter().filter(|relay| !self.always.contains(relay)).cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    const PAGE: &str = "https://example.org/people/ada/";

    fn parse(text: &str) -> Result<Servers, ConfigError> {
        Servers::parse(text, PAGE)
    }

    #[test]
    fn a_full_file_is_read_and_relative_relays_stand_beside_the_page() {
        let read = parse(
            r#"{"relays": ["wss://relay.example", "relay", "relay"], "stun": ["stun:stun.example:3478"],
                "turn": [{"urls": ["turn:turn.example:3478?transport=udp"], "username": "u", "credential": "c"}], "relayOnly": true}"#,
        )
        .unwrap();
        assert_eq!(read.relays, ["wss://relay.example/", "wss://example.org/people/ada/relay"]);
        assert_eq!(read.ice_servers().len(), 2);
        assert!(read.relay_only);
        let local = Servers::parse(r#"{"relays": ["relay"]}"#, "http://127.0.0.1:8080/").unwrap();
        assert_eq!(local.relays, ["ws://127.0.0.1:8080/relay"]);
    }

    #[test]
    fn an_empty_object_names_no_servers() {
        assert_eq!(parse("{}"), Ok(Servers::default()));
    }

    #[test]
    fn each_broken_rule_is_named() {
        let long = format!("{{\"relays\": []{}}}", " ".repeat(MAX_FILE));
        assert_eq!(parse(&long), Err(ConfigError::TooLong));
        for text in ["", "[]", "{\"relays\": 1}", "{\"relay\": []}", "<!doctype html>"] {
            assert!(matches!(parse(text), Err(ConfigError::Malformed(_))), "{text}");
        }
        let many = serde_json::to_string(&Servers {
            stun: (0..=MAX_ENTRIES).map(|n| format!("stun:{n}.example")).collect(),
            ..Servers::default()
        });
        assert_eq!(parse(&many.unwrap()), Err(ConfigError::TooMany));
        assert_eq!(parse(r#"{"turn": [{"urls": ["turn:t.example"]}]}"#), Err(ConfigError::TurnIncomplete));
        let forms = |forms: &[&str]| parse(&format!("{{\"forms\": {}}}", serde_json::to_string(forms).unwrap()));
        assert_eq!(forms(&["f.json"; MAX_FORMS + 1]), Err(ConfigError::TooManyForms));
        for elsewhere in
            ["", "https://example.org/f.json", "//a.example/f.json", "\\\\a.example/f", "data:,{}", "f.json#x"]
        {
            assert_eq!(forms(&["f.json", elsewhere]), Err(ConfigError::FormElsewhere(elsewhere.into())), "{elsewhere}");
        }
        for beside in [&["forms/f.json"], &["../f.json"], &["/f.json?v=2"]] {
            assert_eq!(forms(beside).map(|it| it.forms), Ok(vec![beside[0].to_owned()]));
        }
        assert_eq!(
            parse(r#"{"stun": ["turn:t.example"]}"#),
            Err(ConfigError::Address { entry: "turn:t.example".into(), why: AddressError::Scheme(Kind::Stun) })
        );
    }

    #[test]
    fn a_long_list_of_relays_is_read_and_says_when_it_was_tried() {
        let relays: Vec<String> = (0..MAX_LISTED).map(|n| format!("wss://relay-{n}.example/")).collect();
        let file = |relays: &[String], probed: &str| {
            parse(&format!("{{\"relays\": {}, \"probed\": {probed}}}", serde_json::to_string(relays).unwrap()))
        };
        assert_eq!(file(&relays, "null").map(|it| (it.relays.len(), it.probed)), Ok((MAX_LISTED, None)));
        let tried = file(&relays, "{\"on\": \"2026-12-01\", \"good\": 24}").unwrap().probed;
        assert_eq!(tried, Some(Probed { on: "2026-12-01".into() }));
        let more: Vec<String> = relays.into_iter().chain(["wss://more.example/".into()]).collect();
        assert_eq!(file(&more, "null"), Err(ConfigError::TooMany));
    }

    #[test]
    fn own_relays_and_those_of_the_pages_host_are_always_used_and_the_others_chosen_from() {
        let page =
            parse(r#"{"relays": ["relay", "wss://a.example/", "wss://b.example/", "wss://example.org:8443/x"]}"#);
        let own = parse(r#"{"relays": ["wss://b.example/", "wss://own.example/"]}"#).unwrap();
        let discovery = Discovery::of(page.unwrap(), Choices { own, ..Choices::default() }, PAGE);
        assert_eq!(discovery.always, ["wss://example.org/people/ada/relay", "wss://b.example/", "wss://own.example/"]);
        assert_eq!(discovery.listed(), ["wss://a.example/", "wss://example.org:8443/x"]);
        // Older builds read what was chosen, too: nothing is written that they do not know.
        assert!(!serde_json::to_string(&discovery.choices).unwrap().contains("probed"));
    }

    #[test]
    fn what_is_off_is_not_used_and_what_was_added_is() {
        let page = parse(
            r#"{"relays": ["wss://a.example/", "wss://b.example/"], "stun": ["stun:s.example"], "relayOnly": true}"#,
        )
        .unwrap();
        let choices = Choices {
            off: ["wss://a.example/".into(), "stun:s.example".into()].into(),
            own: parse(r#"{"relays": ["wss://b.example/", "wss://own.example/"]}"#).unwrap(),
            relay_only: Some(false),
        };
        let used = choices.apply(&page);
        assert_eq!(used.relays, ["wss://b.example/", "wss://own.example/"]);
        assert_eq!((used.ice_servers().len(), used.relay_only), (0, false));
        assert!(Choices::default().apply(&page).relay_only, "as the page says");
    }
}
