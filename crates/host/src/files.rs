//! From a request to a response: finds the file, encodes it, answers conditional requests. Never leaves its folder.

use std::{
    collections::BTreeMap,
    fs::{self, Metadata},
    io,
    ops::RangeInclusive,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    time::UNIX_EPOCH,
};

use anyhow::{Context, Result};
use http_body_util::Full;
use hyper::{HeaderMap, Method, Response, StatusCode, body::Bytes, header, http::response::Builder};

use crate::{encoding::Encoding, headers};

/// A response; bodies are whole, since the page's files are small.
pub type Answer = Response<Full<Bytes>>;

/// Largest file that is served, in bytes.
const MAX_FILE: u64 = 64 * 1024 * 1024;
/// Most bytes of bodies kept in memory.
const MAX_KEPT: usize = 64 * 1024 * 1024;
/// Bodies of other sizes are compressed only if that was done beforehand, in bytes: smaller ones are not worth it, and
/// for larger ones the browser would wait for seconds.
const COMPRESSED_NOW: RangeInclusive<u64> = 512..=256 * 1024;

/// A folder with the built page.
#[derive(Debug)]
pub struct Site {
    root: PathBuf,
    kept: Mutex<BTreeMap<(PathBuf, Encoding), Kept>>,
}

/// A body that was read or compressed once, and the tag of the file it was made from.
#[derive(Debug)]
struct Kept {
    tag: String,
    body: Bytes,
}

/// A file that was found.
struct Found {
    path: PathBuf,
    metadata: Metadata,
}

/// Why there is no file to send.
enum Missing {
    /// There is none, or none that may be seen.
    NotFound,
    /// A folder asked for without the slash that makes relative links work.
    Folder,
}

impl Site {
    /// A folder that holds an `index.html`.
    ///
    /// # Errors
    /// The folder or its `index.html` is not there.
    pub fn open(dir: &Path) -> Result<Self> {
        let root = dir
            .canonicalize()
            .with_context(|| format!("there is no folder {}; `cargo xtask dist` builds the page", dir.display()))?;
        fs::metadata(root.join("index.html"))
            .with_context(|| format!("{} holds no index.html; `cargo xtask dist` builds the page", dir.display()))?;
        Ok(Self { root, kept: Mutex::default() })
    }

    /// Answers one request. `target` is its path, without the query.
    pub fn answer(&self, method: &Method, target: &str, request: &HeaderMap) -> Answer {
        if method != Method::GET && method != Method::HEAD {
            let refused = response(StatusCode::METHOD_NOT_ALLOWED).header(header::ALLOW, "GET, HEAD");
            return finish(refused, "Only GET and HEAD are answered here.\n");
        }
        match self.find(target) {
            Ok(found) => self
                .send(&found, request)
                .unwrap_or_else(|_| finish(response(StatusCode::INTERNAL_SERVER_ERROR), "The file cannot be read.\n")),
            Err(Missing::Folder) => {
                // Relative, so that a proxy in front may use any prefix; the last segment alone cannot name a host.
                let name = target.rsplit('/').next().unwrap_or_default();
                let moved = response(StatusCode::PERMANENT_REDIRECT).header(header::LOCATION, format!("./{name}/"));
                finish(moved, "")
            }
            Err(Missing::NotFound) => finish(response(StatusCode::NOT_FOUND), "There is no such file.\n"),
        }
    }

    /// A file's text, if there is one at this path.
    pub fn text(&self, target: &str) -> Option<String> {
        fs::read_to_string(self.find(target).ok()?.path).ok()
    }

    fn find(&self, target: &str) -> Result<Found, Missing> {
        let decoded = percent_decode(target).ok_or(Missing::NotFound)?;
        let relative = decoded.strip_prefix('/').ok_or(Missing::NotFound)?;
        let mut path = self.root.clone();
        for segment in relative.split('/').filter(|segment| !segment.is_empty()) {
            // A leading dot covers `.`, `..` and hidden files; the rest are separators of other systems.
            if segment.starts_with('.') || segment.contains(['\\', ':', '\0']) {
                return Err(Missing::NotFound);
            }
            path.push(segment);
        }
        let folder = relative.is_empty() || relative.ends_with('/');
        if folder {
            path.push("index.html");
        }
        let path = path.canonicalize().map_err(|_| Missing::NotFound)?;
        if !path.starts_with(&self.root) {
            return Err(Missing::NotFound);
        }
        let metadata = fs::metadata(&path).map_err(|_| Missing::NotFound)?;
        if metadata.is_dir() && !folder && path.join("index.html").is_file() {
            return Err(Missing::Folder);
        }
        if !metadata.is_file() || metadata.len() > MAX_FILE {
            return Err(Missing::NotFound);
        }
        Ok(Found { path, metadata })
    }

    fn send(&self, found: &Found, request: &HeaderMap) -> Result<Answer> {
        let content_type = headers::content_type(&found.path);
        let compressible = headers::compressible(content_type);
        let accepted = request.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let wanted = if compressible { Encoding::accepted(accepted) } else { Encoding::Identity };
        let (encoding, body) = self.body(found, wanted)?;
        let tag = format!("\"{}{}\"", tag(&found.metadata), encoding.suffix().unwrap_or_default());

        let mut answer = response(StatusCode::OK)
            .header(header::CACHE_CONTROL, headers::cache_control(&found.path))
            .header(header::ETAG, &tag);
        if compressible {
            answer = answer.header(header::VARY, "accept-encoding");
        }
        let known = request.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
        if known.is_some_and(|known| known.split(',').any(|one| one.trim().trim_start_matches("W/") == tag)) {
            return Ok(finish(answer.status(StatusCode::NOT_MODIFIED), ""));
        }
        answer = answer.header(header::CONTENT_TYPE, content_type);
        if let Some(token) = encoding.token() {
            answer = answer.header(header::CONTENT_ENCODING, token);
        }
        if content_type.starts_with("text/html") {
            answer = answer.header(header::CONTENT_SECURITY_POLICY, self.policy(found)?);
        }
        Ok(finish(answer, body))
    }

    fn policy(&self, found: &Found) -> io::Result<String> {
        Ok(headers::content_security_policy(&String::from_utf8_lossy(&fs::read(&found.path)?)))
    }

    /// The bytes to send, and how they are encoded: what was built beforehand, what was compressed before, or
    /// compressed now.
    fn body(&self, found: &Found, wanted: Encoding) -> Result<(Encoding, Bytes)> {
        let prebuilt = prebuilt(found, wanted);
        let compressed = prebuilt.is_some() || COMPRESSED_NOW.contains(&found.metadata.len());
        let wanted = if compressed { wanted } else { Encoding::Identity };
        let tag = tag(prebuilt.as_ref().map_or(&found.metadata, |prebuilt| &prebuilt.metadata));
        let key = (found.path.clone(), wanted);
        if let Some(kept) = self.kept.lock().unwrap_or_else(PoisonError::into_inner).get(&key)
            && kept.tag == tag
        {
            return Ok((wanted, kept.body.clone()));
        }
        let body = Bytes::from(match prebuilt {
            Some(prebuilt) => fs::read(prebuilt.path)?,
            None => wanted.encode(&fs::read(&found.path)?)?,
        });
        self.keep(key, Kept { tag, body: body.clone() });
        Ok((wanted, body))
    }

    /// Keeps a body: however many read it at a time, and however slowly, it is in memory once.
    fn keep(&self, key: (PathBuf, Encoding), body: Kept) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let bytes: usize = kept.values().map(|kept| kept.body.len()).sum();
        if bytes + body.body.len() > MAX_KEPT {
            kept.clear();
        }
        kept.insert(key, body);
    }
}

/// The file compressed beforehand, unless it is older than the file itself.
fn prebuilt(found: &Found, wanted: Encoding) -> Option<Found> {
    let mut name = found.path.clone().into_os_string();
    name.push(wanted.suffix()?);
    let metadata = fs::metadata(&name).ok()?;
    let fresh = metadata.modified().ok()? >= found.metadata.modified().ok()?;
    (metadata.is_file() && fresh).then(|| Found { path: name.into(), metadata })
}

/// Changes whenever the file does.
fn tag(metadata: &Metadata) -> String {
    let modified = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
    format!("{:x}-{:x}", metadata.len(), modified.as_nanos())
}

/// A response with the headers that all have.
pub fn response(status: StatusCode) -> Builder {
    headers::SECURITY
        .iter()
        .fold(Response::builder().status(status), |answer, (name, value)| answer.header(*name, *value))
}

/// Adds the body; hyper itself leaves it out where a `HEAD` request or the status asks for it.
pub fn finish(answer: Builder, body: impl Into<Bytes>) -> Answer {
    // Every name and value is a constant or printable text, so building does not fail; if it did, it would be no 200.
    answer.body(Full::new(body.into())).unwrap_or_else(|_| {
        let mut failed = Response::new(Full::new(Bytes::new()));
        *failed.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        failed
    })
}

/// Undoes percent-encoding; `None` if it is malformed or not UTF-8.
fn percent_decode(text: &str) -> Option<String> {
    let mut bytes = text.bytes();
    let mut decoded = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let high = char::from(bytes.next()?).to_digit(16)?;
            let low = char::from(bytes.next()?).to_digit(16)?;
            decoded.push(u8::try_from(high * 16 + low).ok()?);
        } else {
            decoded.push(byte);
        }
    }
    String::from_utf8(decoded).ok()
}
