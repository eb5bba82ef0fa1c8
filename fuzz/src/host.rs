//! What the host is asked: by clients of its relay, and by browsers and proxies.

use std::{fs, path::Path, sync::OnceLock};

use hyper::{HeaderMap, Method, header::HeaderValue};
use k256::schnorr::{Signature, SigningKey, VerifyingKey};
use paceline_fuzz_engine::{Chance, Target};
use paceline_host::{
    encoding::Encoding,
    files::Site,
    headers,
    proxy::ProxyHeader,
    relay::{
        event::{EPHEMERAL, Event, hex},
        filter::Filter,
        limits::{EVENT_TAGS, SUBSCRIPTION_NAME, TAG_VALUES, VALUE_BYTES},
        message::{self, Request},
    },
    site_config::{self, Relays},
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use crate::memory::bounded;

pub(crate) const RELAY: Target = Target {
    name: "nostr-host",
    check: check_relay,
    make: make_request,
    words: &[
        "[\"EVENT\",",
        "[\"REQ\",\"s\",",
        "\"#x\":",
        "\"ids\":",
        "\"kinds\":[20001]",
        "\"limit\":0",
        "\"since\":",
        "\\u0000",
        "\\ud83c\\udf89",
        "[[",
        "}}",
        ",{}",
    ],
    most: 8192,
};
pub(crate) const HTTP: Target = Target {
    name: "http",
    check: check_http,
    make: make_http,
    words: &[
        "../",
        "%2e%2e/",
        "%2f",
        "%00",
        "\\",
        "//",
        "index.html",
        "for=",
        "\"[::1]:80\"",
        ", ",
        ";q=0",
        "br",
        "gzip",
        "<meta http-equiv=\"content-security-policy\" content=\"",
        "\"relays\":",
    ],
    most: 2048,
};

fn key() -> &'static SigningKey {
    static KEY: OnceLock<SigningKey> = OnceLock::new();
    KEY.get_or_init(|| SigningKey::from_slice(&[7; 32]).expect("a key"))
}

/// Signs it anew, by a writing-down of NIP-01 of its own.
fn signed(event: &Event) -> Event {
    let mut event = Event { pubkey: hex(&key().verifying_key().to_bytes()), ..event.clone() };
    let id: [u8; 32] = Sha256::digest(serialized(&event)).into();
    event.id = hex(&id);
    event.sig = hex(&key().sign_raw(&id, &[0; 32]).expect("a message of 32 bytes").to_bytes());
    event
}

/// `[0,pubkey,created_at,kind,tags,content]` without blanks, escaped as NIP-01 says.
fn serialized(event: &Event) -> String {
    let text = |it: &str| {
        let escaped = it.chars().map(|c| match c {
            '\n' => "\\n".to_owned(),
            '"' => "\\\"".to_owned(),
            '\\' => "\\\\".to_owned(),
            '\r' => "\\r".to_owned(),
            '\t' => "\\t".to_owned(),
            '\u{8}' => "\\b".to_owned(),
            '\u{c}' => "\\f".to_owned(),
            // What NIP-01 leaves open is as JSON.stringify has it.
            c if c < ' ' => format!("\\u{:04x}", u32::from(c)),
            c => c.to_string(),
        });
        format!("\"{}\"", escaped.collect::<String>())
    };
    let list = |it: Vec<String>| format!("[{}]", it.join(","));
    let tags = list(event.tags.iter().map(|tag| list(tag.iter().map(|it| text(it)).collect())).collect());
    format!("[0,{},{},{},{tags},{}]", text(&event.pubkey), event.created_at, event.kind, text(&event.content))
}

fn make_request(chance: &mut Chance) -> Vec<u8> {
    const PIECES: [&str; 7] = ["topic", "\"", "\\", "\n", "é", "\u{1}", "\u{1f389}"];
    let text = |chance: &mut Chance| chance.text(&PIECES, 6);
    match chance.below(5) {
        0..=2 => {
            let tags = (0..chance.below(4)).map(|_| vec!["x".to_owned(), text(chance), text(chance)]).collect();
            let (content, created_at) = (text(chance), chance.size());
            let kind = 20_000 + chance.below(10_000) as u16;
            let event = Event { id: String::new(), pubkey: String::new(), created_at, kind, tags, content, sig: String::new() };
            json!(["EVENT", signed(&event)]).to_string()
        }
        3 => {
            let filter = json!({"#x": [text(chance), "ab"], "kinds": [20_001, chance.size()], "since": chance.size(), "limit": 0});
            json!(["REQ", "mine", filter, {"#y": []}]).to_string()
        }
        _ => json!(["CLOSE", text(chance)]).to_string(),
    }
    .into_bytes()
}

/// Of an event that passes, id and signature agree, by a second writing-down of NIP-01; signed anew it passes if it is ephemeral and
/// within bounds, and with one change it does not. A filter that is taken names topics, and hears nothing else.
fn check_relay(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    let Ok(request) = bounded(bytes, 512, 8192, || Request::read(text)) else { return false };
    match request {
        Request::Event(event) => check_event(&event),
        Request::Subscribe(name, filters) => {
            assert!((1..=SUBSCRIPTION_NAME).contains(&name.chars().count()));
            assert!(
                serde_json::from_str::<Value>(&message::event(&name, "{}")).is_ok(),
                "a name breaks out of a message"
            );
            filters.into_iter().for_each(check_filter);
        }
        Request::Unsubscribe(name) => assert!((1..=SUBSCRIPTION_NAME).contains(&name.chars().count())),
    }
    true
}

fn check_event(event: &Event) {
    let written = json!(["EVENT", event]).to_string();
    assert_eq!(
        Request::read(&written),
        Ok(Request::Event(Box::new(event.clone()))),
        "written again it is another event"
    );
    if event.check().is_ok() {
        let id: [u8; 32] = Sha256::digest(serialized(event)).into();
        assert_eq!(event.id, hex(&id), "the id of another event passes");
        let bytes = |text: &str| -> Vec<u8> {
            (0..text.len() / 2).filter_map(|at| u8::from_str_radix(&text[at * 2..at * 2 + 2], 16).ok()).collect()
        };
        let key = VerifyingKey::from_slice(&bytes(&event.pubkey)).expect("its key is a key");
        let signature = Signature::try_from(bytes(&event.sig).as_slice()).expect("its signature is one");
        assert!(key.verify_raw(&id, &signature).is_ok(), "a wrong signature passes");
    }
    // Signing takes as long as a hundred inputs.
    if !event.created_at.is_multiple_of(8) {
        return;
    }
    let event = signed(event);
    let fits = EPHEMERAL.contains(&event.kind)
        && event.tags.len() <= EVENT_TAGS
        && event.tags.iter().all(|tag| tag.len() <= TAG_VALUES);
    assert_eq!(event.check().is_ok(), fits, "{:?}", event.check());
    let changed = [
        Event { content: format!("{}!", event.content), ..event.clone() },
        Event { created_at: event.created_at ^ 1, ..event.clone() },
        Event { tags: [&event.tags[..], &[vec!["x".to_owned()]]].concat(), ..event.clone() },
        Event {
            sig: event.sig.replacen(|_| true, if event.sig.starts_with('0') { "1" } else { "0" }, 1),
            ..event.clone()
        },
    ];
    assert!(changed.iter().all(|it| it.check().is_err()), "a changed event passes");
}

fn check_filter(value: Value) {
    let Ok(filter) = Filter::read(value) else { return };
    let topics: Vec<_> = filter.topics().collect();
    assert!(topics.iter().all(|it| it.0.is_ascii_alphabetic() && it.1.len() <= VALUE_BYTES));
    assert!(filter.values() >= topics.len().max(1), "it takes memory that is not counted");
    let event = |tags: Vec<Vec<String>>| Event {
        id: "0".repeat(64),
        pubkey: "0".repeat(64),
        created_at: 1_700_000_000,
        kind: 20_001,
        tags,
        content: String::new(),
        sig: String::new(),
    };
    assert!(!filter.matches(&event(Vec::new())), "it hears what has no topic");
    let all = event(topics.iter().map(|it| vec![it.0.to_string(), it.1.clone()]).collect());
    let heard = filter.matches(&all);
    assert!(!heard || !topics.is_empty(), "it hears without a topic");
}

/// A folder to serve, beside it what must never be.
struct Served {
    site: Site,
    _folder: TempDir,
}

const SECRET: &str = "nobody may see this";

fn served() -> &'static Served {
    static SERVED: OnceLock<Served> = OnceLock::new();
    SERVED.get_or_init(|| {
        let folder = TempDir::new().expect("a folder");
        let write = |path: &str, text: &str| {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap_or(Path::new("/"))).expect("a folder");
            fs::write(path, text).expect("a file");
        };
        write("secret.txt", SECRET);
        write("site/index.html", "the page");
        write("site/a/index.html", "a page");
        write("site/.hidden", SECRET);
        Served { site: Site::open(&folder.path().join("site")).expect("a site"), _folder: folder }
    })
}

fn make_http(chance: &mut Chance) -> Vec<u8> {
    const PIECES: [&str; 9] = ["/", "a", "..", ".hidden", "secret.txt", "index.html", "%2e", "?", "%61"];
    match chance.below(5) {
        0 | 1 => format!("/{}", chance.text(&PIECES, 6)),
        2 => chance.text(&["for=192.0.2.1", ", ", ";proto=http", "192.0.2.7:80", "[2001:db8::1]:443", "\"", "unknown"], 5),
        3 => chance.text(&["br", "gzip", ";q=0", ";q=1", ", ", "*", "identity"], 6),
        _ => "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'self'\">{\"relays\":[\"wss://a.example\"],\"x\":1}".to_owned(),
    }
    .into_bytes()
}

/// No path leads out of the folder or to what is hidden; whatever stands before what the nearest proxy wrote changes nothing; every
/// policy can be a header; the file of servers keeps what it says and names this relay first.
fn check_http(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    let site = &served().site;
    let shown = site.text(text);
    assert!(shown.as_deref() != Some(SECRET), "what is hidden is served");
    let answer = site.answer(&Method::GET, text, &HeaderMap::new());
    assert_eq!(answer.status().as_u16() == 200, shown.is_some());
    let location = answer.headers().get("location").and_then(|it| it.to_str().ok()).unwrap_or("./");
    assert!(location.starts_with("./") && !location.contains(['\r', '\n']), "it sends elsewhere: {location}");

    let mut named = false;
    for header in [ProxyHeader::XForwardedFor, ProxyHeader::Forwarded] {
        let name = if header == ProxyHeader::Forwarded { "forwarded" } else { "x-forwarded-for" };
        let client = |value: &[u8]| {
            let value = HeaderValue::from_bytes(value).ok()?;
            header.client(&HeaderMap::from_iter([(hyper::header::HeaderName::from_static(name), value)]))
        };
        let honest = client(bytes);
        named |= honest.is_some();
        assert_eq!(
            client(&[b"for=198.51.100.9, 198.51.100.9,", bytes].concat()),
            honest,
            "what anybody may send is believed"
        );
    }
    let encoding = Encoding::accepted(text);
    assert!(
        encoding == Encoding::Identity
            || text.to_ascii_lowercase().contains(if encoding == Encoding::Brotli { "br" } else { "gzip" })
    );
    let policy = headers::content_security_policy(text);
    assert!(HeaderValue::from_str(&policy).is_ok() && policy.ends_with("; frame-ancestors 'self'"), "{policy:?}");
    check_config(text);
    shown.is_some() || named
}

fn check_config(text: &str) {
    let composed = site_config::compose(Some(text), Relays::Own);
    assert_eq!(composed.is_none(), site_config::fault(text).is_some());
    let (Some(composed), Ok(Value::Object(own))) = (composed, serde_json::from_str(text)) else { return };
    let Ok(Value::Object(composed)) = serde_json::from_str(&composed) else { panic!("it is no object any more") };
    assert_eq!(composed.get("relays"), Some(&json!(["relay"])));
    assert!(own.iter().all(|(name, value)| name == "relays" || composed.get(name) == Some(value)), "a field is lost");
}
