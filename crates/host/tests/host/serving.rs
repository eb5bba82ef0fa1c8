//! The page as a browser is served it.

use std::fs;

use paceline_host::server::Server;
use tempfile::TempDir;

use crate::support::{HASHED, PAGE, Reply, ask, folder, options, serving};

#[test]
fn the_page_comes_with_its_policy_and_is_asked_for_each_time() {
    serving(folder().path(), "", |address| {
        let page = ask(address, "GET", "/", "");
        assert_eq!((page.status, page.body.as_slice()), (200, PAGE.as_bytes()));
        assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
        assert_eq!(page.header("content-security-policy"), Some("default-src 'self'; frame-ancestors 'self'"));
        assert_eq!(page.header("cache-control"), Some("no-cache"));
        assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(page.header("referrer-policy"), Some("no-referrer"));
        let head = ask(address, "HEAD", "/index.html?query", "");
        assert_eq!((head.status, head.body.len()), (200, 0));
        assert_eq!(head.header("content-length"), Some(PAGE.len().to_string().as_str()));
    });
}

#[test]
fn what_a_browser_has_already_is_not_sent_again() {
    serving(folder().path(), "", |address| {
        let tag = ask(address, "GET", "/", "").header("etag").unwrap().to_owned();
        let again = ask(address, "GET", "/", &format!("if-none-match: {tag}\r\n"));
        assert_eq!((again.status, again.body.len()), (304, 0));
        assert_eq!(ask(address, "GET", "/", "if-none-match: \"other\"\r\n").status, 200);
    });
}

#[test]
fn wasm_is_typed_compressed_and_kept_for_good() {
    serving(folder().path(), "", |address| {
        let plain = ask(address, "GET", HASHED, "");
        assert_eq!(plain.header("content-type"), Some("application/wasm"));
        assert_eq!(plain.header("cache-control"), Some("public, max-age=31536000, immutable"));
        assert_eq!(plain.header("content-encoding"), None);
        assert_eq!(plain.body.len(), 4_000);
        let small = ask(address, "GET", HASHED, "accept-encoding: gzip, br\r\n");
        assert_eq!(small.header("content-encoding"), Some("br"));
        assert_ne!(small.header("etag"), plain.header("etag"));
        let mut decoded = Vec::new();
        brotli::BrotliDecompress(&mut &small.body[..], &mut decoded).unwrap();
        assert_eq!(decoded, plain.body);
    });
}

#[test]
fn nobody_waits_for_a_large_file_to_be_compressed() {
    let dir = folder();
    fs::write(dir.path().join("large.wasm"), vec![0; 1024 * 1024]).unwrap();
    serving(dir.path(), "", |address| {
        let plain = ask(address, "GET", "/large.wasm", "accept-encoding: br\r\n");
        assert_eq!((plain.header("content-encoding"), plain.body.len()), (None, 1024 * 1024));
    });
}

#[test]
fn a_file_compressed_beforehand_is_preferred_until_it_is_stale() {
    let dir = folder();
    let built = dir.path().join(format!("{}.br", &HASHED[1..]));
    fs::write(&built, "built before").unwrap();
    serving(dir.path(), "", |address| {
        assert_eq!(ask(address, "GET", HASHED, "accept-encoding: br\r\n").body, b"built before");
    });
    fs::File::options().write(true).open(&built).unwrap().set_modified(std::time::UNIX_EPOCH).unwrap();
    serving(dir.path(), "", |address| {
        assert_ne!(ask(address, "GET", HASHED, "accept-encoding: br\r\n").body, b"built before");
    });
}

#[test]
fn nothing_outside_the_folder_and_nothing_hidden_is_served() {
    let dir = folder();
    let outside = TempDir::new().unwrap();
    fs::write(outside.path().join("secret"), "secret").unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(outside.path().join("secret"), dir.path().join("link")).unwrap();
    serving(dir.path(), "", |address| {
        for path in [
            "/../secret",
            "/%2e%2e/secret",
            "/sub/..%2f..%2fsecret",
            "/..%5csecret",
            "/link",
            "/.hidden",
            "/%00",
            "/%zz",
            "/%ff",
            "/nothing",
            "//etc/passwd",
        ] {
            assert_eq!(ask(address, "GET", path, "").status, 404, "{path}");
        }
    });
}

#[test]
fn a_folder_without_its_slash_leads_to_the_one_with_it() {
    serving(folder().path(), "", |address| {
        let moved = ask(address, "GET", "/sub", "");
        assert_eq!((moved.status, moved.header("location")), (308, Some("./sub/")));
        assert_eq!(ask(address, "GET", "/sub/", "").status, 200);
    });
}

#[test]
fn only_reading_is_allowed() {
    serving(folder().path(), "", |address| {
        for method in ["POST", "PUT", "DELETE", "OPTIONS"] {
            let refused = ask(address, method, "/", "");
            assert_eq!((refused.status, refused.header("allow")), (405, Some("GET, HEAD")), "{method}");
        }
    });
}

#[tokio::test]
async fn a_taken_port_and_a_missing_page_are_said_in_plain_words() {
    let dir = folder();
    let first = Server::bind(&options(dir.path(), "")).await.unwrap();
    let port = format!("--port {}", first.address().port());
    let taken = Server::bind(&options(dir.path(), &port)).await.err().unwrap();
    assert!(taken.to_string().contains("taken by another program"), "{taken}");
    let empty = TempDir::new().unwrap();
    let none = Server::bind(&options(empty.path(), "")).await.err().unwrap();
    assert!(none.to_string().contains("cargo xtask dist"), "{none}");
    fs::write(empty.path().join("index.html"), PAGE).unwrap();
    fs::write(empty.path().join("paceline.json"), "{\"relays\": }").unwrap();
    let malformed = Server::bind(&options(empty.path(), "")).await.err().unwrap();
    assert!(malformed.to_string().contains("paceline.json"), "{malformed}");
}

#[test]
fn the_page_finds_this_host_s_relay_beside_itself_at_any_sub_path() {
    let dir = folder();
    fs::write(dir.path().join("paceline.json"), r#"{"relays":["wss://other.example"],"stun":["stun:x:1"]}"#).unwrap();
    let body = |reply: Reply| String::from_utf8(reply.body).unwrap();
    serving(dir.path(), "", move |address| {
        let config = ask(address, "GET", "/paceline.json", "");
        assert_eq!((config.status, config.header("content-type")), (200, Some("application/json")));
        assert_eq!(body(config), r#"{"relays":["relay"],"stun":["stun:x:1"]}"#);
        assert_eq!(body(ask(address, "GET", "/sub/paceline.json", "")), r#"{"relays":["relay"]}"#);
    });
    serving(dir.path(), "--relays first", move |address| {
        let config = body(ask(address, "GET", "/paceline.json", ""));
        assert_eq!(config, r#"{"relays":["relay","wss://other.example"],"stun":["stun:x:1"]}"#);
    });
    for flags in ["--relays page", "--no-relay"] {
        serving(dir.path(), flags, move |address| {
            assert!(body(ask(address, "GET", "/paceline.json", "")).starts_with(r#"{"relays":["wss://other"#));
            assert_eq!(ask(address, "GET", "/sub/paceline.json", "").status, 404);
        });
    }
}

#[test]
fn a_person_who_opens_the_relay_and_a_program_that_asks_are_told_what_it_is() {
    serving(folder().path(), "", |address| {
        let words = ask(address, "GET", "/relay", "");
        assert_eq!((words.status, words.header("upgrade")), (426, Some("websocket")));
        let document = ask(address, "GET", "/sub/relay", "accept: application/nostr+json\r\n");
        assert_eq!(document.header("access-control-allow-origin"), Some("*"));
        let document: serde_json::Value = serde_json::from_slice(&document.body).unwrap();
        assert_eq!(document["supported_nips"], serde_json::json!([1, 11]));
        assert_eq!(document["limitation"]["max_message_length"], 32 * 1024);
    });
    serving(folder().path(), "--no-relay", |address| assert_eq!(ask(address, "GET", "/relay", "").status, 404));
}
