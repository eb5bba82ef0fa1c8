//! The page's Content-Security-Policy. Static hosts set no headers, so it is written into the page after the build,
//! when the hash of Trunk's inline start script is known.

use anyhow::{Context, Result, bail};
use base64::{Engine, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256};

/// Everything the page may do besides running the scripts whose hashes are added. `style-src` without `unsafe-inline`
/// blocks `style` attributes too: components set classes, or styles through the object model.
const DIRECTIVES: &[(&str, &str)] = &[
    ("default-src", "'none'"),
    ("script-src", "'self' 'wasm-unsafe-eval'"),
    ("style-src", "'self'"),
    ("img-src", "'self' data: blob:"),
    ("font-src", "'self'"),
    // Any relay: whoever hosts the page names some, and people add their own. `'self'` covers files and, in some
    // browsers only, the own host's relay. From an https page browsers let only `wss:` through.
    ("connect-src", "'self' ws: wss:"),
    ("manifest-src", "'self'"),
    ("worker-src", "'self'"),
    ("base-uri", "'none'"),
    ("form-action", "'none'"),
    ("require-trusted-types-for", "'script'"),
];

/// Puts the policy into a built page.
///
/// # Errors
/// The page has a policy already, no charset to put it after, or inline styles or handlers that the policy would block.
pub fn insert(page: &str) -> Result<String> {
    if page.contains("Content-Security-Policy") {
        bail!("index.html states a policy of its own; it is written by `cargo xtask dist`");
    }
    for blocked in ["<style", " style=", " onclick=", " onload=", "javascript:"] {
        if page.contains(blocked) {
            bail!("index.html contains `{blocked}`, which the policy blocks");
        }
    }
    let hashes: String = inline_scripts(page).iter().map(|script| format!(" 'sha256-{}'", hash(script))).collect();
    let policy: Vec<String> = DIRECTIVES
        .iter()
        .map(|(name, value)| {
            let hashes = if *name == "script-src" { hashes.as_str() } else { "" };
            format!("{name} {value}{hashes}")
        })
        .collect();
    let meta = format!("<meta http-equiv=\"Content-Security-Policy\" content=\"{}\">", policy.join("; "));
    // The charset must stay within the first bytes; the policy holds only for what follows it.
    let charset = page.find("<meta charset").context("index.html has no <meta charset=...>")?;
    let end =
        charset + page.get(charset..).and_then(|rest| rest.find('>')).context("a tag of index.html is not closed")? + 1;
    let (before, after) = page.split_at(end);
    Ok(format!("{before}\n{meta}{after}"))
}

/// The text of every script element without a `src`.
fn inline_scripts(page: &str) -> Vec<&str> {
    page.split("<script")
        .skip(1)
        .filter_map(|rest| {
            let (attributes, body) = rest.split_once('>')?;
            let (script, _) = body.split_once("</script>")?;
            (!attributes.contains("src=") && !script.is_empty()).then_some(script)
        })
        .collect()
}

fn hash(script: &str) -> String {
    STANDARD.encode(Sha256::digest(script.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_start_script_is_allowed_by_its_hash_and_nothing_else_inline() {
        let page = "<html><head><meta charset=\"utf-8\"><script type=\"module\">start()</script><script src=\"a.js\"></script></head>";
        let built = insert(page).unwrap();
        // sha-256 of `start()`.
        let expected = hash("start()");
        assert!(built.contains(&format!("script-src 'self' 'wasm-unsafe-eval' 'sha256-{expected}';")));
        assert_eq!(built.matches("sha256-").count(), 1);
        assert!(!built.contains("unsafe-inline"));
        assert!(built.find("Content-Security-Policy").unwrap() < built.find("<script").unwrap());
    }

    #[test]
    fn relays_may_be_anywhere_and_nothing_else_may() {
        let built = insert("<meta charset=\"utf-8\">").unwrap();
        assert!(built.contains("connect-src 'self' ws: wss:;"));
        assert_eq!(built.matches("ws:").count(), 1);
        assert!(!built.contains("http:") && !built.contains("https:") && !built.contains('*'));
    }

    #[test]
    fn hashes_are_those_browsers_compute() {
        // The example of CSP Level 3, section 8.3 ("alert('Hello, world.');").
        assert_eq!(hash("alert('Hello, world.');"), "qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng=");
    }

    #[test]
    fn what_the_policy_would_block_fails_the_build() {
        assert!(insert("<meta charset=\"utf-8\"><p style=\"color: red\">").unwrap_err().to_string().contains("style="));
        assert!(insert("<p>").unwrap_err().to_string().contains("charset"));
        let twice = insert(&insert("<meta charset=\"utf-8\">").unwrap());
        assert!(twice.is_err());
    }
}
