//! The host as a browser sees it: real sockets, a folder like `dist/`.

use std::{
    fs,
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    path::Path,
};

use paceline_host::{options::Options, server::Server};
use tempfile::TempDir;

const PAGE: &str =
    "<!doctype html><meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'self'\"><p>page</p>";
const HASHED: &str = "/paceline-4f1c1a9be2d0c7aa_bg.wasm";

struct Reply {
    status: u16,
    head: String,
    body: Vec<u8>,
}

impl Reply {
    fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
}

fn folder() -> TempDir {
    let dir = TempDir::new().unwrap();
    fs::write(dir.path().join("index.html"), PAGE).unwrap();
    fs::write(dir.path().join(&HASHED[1..]), b"\0asm".repeat(1_000)).unwrap();
    fs::create_dir(dir.path().join("sub")).unwrap();
    fs::write(dir.path().join("sub/index.html"), PAGE).unwrap();
    fs::write(dir.path().join(".hidden"), "secret").unwrap();
    dir
}

/// Serves the folder while `ask` runs; then stops gracefully, which must end.
fn serving(dir: &Path, ask: impl FnOnce(SocketAddr) + Send + 'static) {
    let options = Options { dir: dir.to_owned(), listen: ([127, 0, 0, 1], 0).into() };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let server = Server::bind(&options).await.unwrap();
        let address = server.address();
        assert!(server.greeting().contains(&format!("http://{address}/")));
        let asked = tokio::task::spawn_blocking(move || ask(address));
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let served = tokio::spawn(server.serve(async move {
            let _ = stopped.await;
        }));
        asked.await.unwrap();
        stop.send(()).unwrap();
        served.await.unwrap();
    });
}

fn ask(address: SocketAddr, method: &str, path: &str, headers: &str) -> Reply {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "{method} {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{headers}\r\n").unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Reply { status, head, body: bytes[end + 4..].to_vec() }
}

#[test]
fn the_page_comes_with_its_policy_and_is_asked_for_each_time() {
    serving(folder().path(), |address| {
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
    serving(folder().path(), |address| {
        let tag = ask(address, "GET", "/", "").header("etag").unwrap().to_owned();
        let again = ask(address, "GET", "/", &format!("if-none-match: {tag}\r\n"));
        assert_eq!((again.status, again.body.len()), (304, 0));
        assert_eq!(ask(address, "GET", "/", "if-none-match: \"other\"\r\n").status, 200);
    });
}

#[test]
fn wasm_is_typed_compressed_and_kept_for_good() {
    serving(folder().path(), |address| {
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
fn a_file_compressed_beforehand_is_preferred_until_it_is_stale() {
    let dir = folder();
    let built = dir.path().join(format!("{}.br", &HASHED[1..]));
    fs::write(&built, "built before").unwrap();
    serving(dir.path(), |address| {
        assert_eq!(ask(address, "GET", HASHED, "accept-encoding: br\r\n").body, b"built before");
    });
    fs::File::options().write(true).open(&built).unwrap().set_modified(std::time::UNIX_EPOCH).unwrap();
    serving(dir.path(), |address| {
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
    serving(dir.path(), |address| {
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
    serving(folder().path(), |address| {
        let moved = ask(address, "GET", "/sub", "");
        assert_eq!((moved.status, moved.header("location")), (308, Some("./sub/")));
        assert_eq!(ask(address, "GET", "/sub/", "").status, 200);
    });
}

#[test]
fn only_reading_is_allowed() {
    serving(folder().path(), |address| {
        for method in ["POST", "PUT", "DELETE", "OPTIONS"] {
            let refused = ask(address, method, "/", "");
            assert_eq!((refused.status, refused.header("allow")), (405, Some("GET, HEAD")), "{method}");
        }
    });
}

#[tokio::test]
async fn a_taken_port_and_a_missing_page_are_said_in_plain_words() {
    let dir = folder();
    let first =
        Server::bind(&Options { dir: dir.path().to_owned(), listen: ([127, 0, 0, 1], 0).into() }).await.unwrap();
    let taken = Server::bind(&Options { dir: dir.path().to_owned(), listen: first.address() }).await.unwrap_err();
    assert!(taken.to_string().contains("taken by another program"), "{taken}");
    let empty = TempDir::new().unwrap();
    let none =
        Server::bind(&Options { dir: empty.path().to_owned(), listen: ([127, 0, 0, 1], 0).into() }).await.unwrap_err();
    assert!(none.to_string().contains("cargo xtask dist"), "{none}");
}
