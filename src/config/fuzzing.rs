//! `paceline.json` and what was chosen in Settings as fuzz targets, in a page since only there is `URL`: by the engine of the other
//! targets, which `fuzz` holds. So many inputs, not so many seconds: a page has no clock that a test should trust.

use std::cell::RefCell;

use paceline_fuzz_engine::{Chance, Session, Target};
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::*;

const PAGE: &str = "https://example.org/people/ada/";
const INPUTS: u64 = 15_000;

const SERVERS: Target = Target {
    name: "servers",
    check,
    make,
    words: &[
        "\"relays\":[",
        "\"stun\":[",
        "\"turn\":[",
        "\"urls\":[",
        "\"relayOnly\":true",
        "\"probed\":null",
        "\"off\":[",
        "\"forms\":[",
        "wss://",
        "ws://",
        "stun:",
        "turns:",
        "?transport=udp",
        "[::1]",
        "..",
        "//",
        "@",
        "#",
        ":0",
        ":65536",
        "\\u0000",
        "%00",
        "null",
        "{}",
        "[]",
        "javascript:",
    ],
    most: 4096,
};

/// A file, or what was chosen.
fn make(chance: &mut Chance) -> Vec<u8> {
    let list = |chance: &mut Chance, of: &[&str]| {
        let some: Vec<String> = (0..chance.below(4)).filter_map(|_| chance.of(of).map(|it| (*it).to_owned())).collect();
        some
    };
    let relays =
        list(chance, &["wss://relay.example", "relay", "../r", "ws://127.0.0.1:1", "https://x", "//other.example/r"]);
    let stun = list(chance, &["stun:stun.example:3478", "stun:[2001:db8::1]", "stuns:s.example"]);
    let urls = list(chance, &["turn:turn.example?transport=udp", "turns:turn.example:443"]);
    let turn = IceServer { urls, username: Some("u".into()), credential: Some("c".into()) };
    let forms = list(chance, &["form.json", "../forms/f.json", "/f", "//other.example/f", "https://x"]);
    let servers =
        Servers { relays, stun, turn: vec![turn], relay_only: chance.once_in(2), forms, ..Servers::default() };
    let text = if chance.once_in(3) {
        serde_json::to_string(&Choices { own: servers, ..Choices::default() })
    } else {
        serde_json::to_string(&servers)
    };
    text.unwrap_or_default().into_bytes()
}

/// A file that is read names servers by absolute addresses of their kind and no more than its bounds; read again as it is remembered
/// it is the same, and what is switched off or mixed is not used.
fn check(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    let choices: Option<Choices> = serde_json::from_str(text).ok();
    let read = Servers::parse(text, PAGE);
    let Ok(servers) = &read else { return choices.is_some_and(|it| used(&Servers::default(), it)) };
    assert!(servers.relays.len() <= MAX_LISTED && servers.stun.len().max(servers.turn.len()) <= MAX_ENTRIES);
    let begins = |address: &String, schemes: &[&str]| schemes.iter().any(|it| address.starts_with(it));
    assert!(
        servers.relays.iter().all(|it| begins(it, &["ws://", "wss://"]) && !it.contains(['#', '@'])),
        "{:?}",
        servers.relays
    );
    assert!(servers.stun.iter().all(|it| begins(it, &["stun:", "stuns:"])));
    assert!(
        servers.forms.len() <= MAX_FORMS && !servers.forms.iter().any(|it| it.contains(':') || it.starts_with("//"))
    );
    for server in &servers.turn {
        assert!(server.username.is_some() && server.credential.is_some() && !server.urls.is_empty());
        assert!(server.urls.iter().all(|it| begins(it, &["turn:", "turns:"])));
    }
    let again = serde_json::to_string(servers).expect("servers are written");
    assert_eq!(Servers::parse(&again, PAGE).as_ref(), Ok(servers), "remembered it is another");
    used(servers, choices.unwrap_or_default())
}

fn used(page: &Servers, choices: Choices) -> bool {
    let off = choices.off.clone();
    let discovery = Discovery::of(page.clone(), choices, PAGE);
    let used = &discovery.used;
    assert!(used.relays.iter().chain(&used.stun).all(|it| !off.contains(it)), "what is off is used");
    assert!(!used.relays.iter().any(|it| is_mixed(it, PAGE)), "a relay is used that the browser refuses");
    assert_eq!(discovery.always.len() + discovery.listed().len(), used.relays.len());
    true
}

thread_local! {
    static AT_HAND: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

#[test]
fn whatever_a_file_of_servers_says_only_servers_within_bounds_are_used() {
    // A panic is the end of a page: it says which input it was.
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        let input = AT_HAND.with_borrow(|it| String::from_utf8_lossy(it).into_owned());
        web_sys::console::error_1(&format!("the input at hand: {input:?}").into());
        usual(info);
    }));
    let seeds = [include_bytes!("../../assets/paceline.json").to_vec(), b"{}".to_vec()];
    let mut session = Session::new(&SERVERS, &seeds, 1);
    while session.tried() < INPUTS {
        let input = session.next_input();
        AT_HAND.set(input.clone());
        let read = (SERVERS.check)(&input);
        session.told(input, read);
    }
    let _ = std::panic::take_hook();
    assert!(session.read() > INPUTS / 50, "{} were read", session.read());
}
