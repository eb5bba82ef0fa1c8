//! The page's Content-Security-Policy. Static hosts set no headers, so it is written into the page, after the build: what
//! `trunk serve` adds for developing would not run under it.

use anyhow::{Context, Result, bail};

/// Everything the page may do. No script stands in the page itself. `style-src` without `unsafe-inline`
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
    // The one policy, which names the one script that a worker is made of; whoever else makes one is refused.
    ("trusted-types", "paceline"),
];

/// Puts the policy into a built page.
///
/// # Errors
/// The page has a policy already, no charset to put it after, or inline scripts, styles or handlers that the policy would block.
pub fn insert(page: &str) -> Result<String> {
    if page.contains("Content-Security-Policy") {
        bail!("index.html states a policy of its own; it is written by `cargo xtask dist`");
    }
    for blocked in ["<style", " style=", " onclick=", " onload=", "javascript:"] {
        if page.contains(blocked) {
            bail!("index.html contains `{blocked}`, which the policy blocks");
        }
    }
    if let Some(script) = inline_script(page) {
        bail!("index.html contains a script of its own, which the policy blocks: {script}");
    }
    let policy: Vec<String> = DIRECTIVES.iter().map(|(name, value)| format!("{name} {value}")).collect();
    let meta = format!("<meta http-equiv=\"Content-Security-Policy\" content=\"{}\">", policy.join("; "));
    // The charset must stay within the first bytes; the policy holds only for what follows it.
    let charset = page.find("<meta charset").context("index.html has no <meta charset=...>")?;
    let end =
        charset + page.get(charset..).and_then(|rest| rest.find('>')).context("a tag of index.html is not closed")? + 1;
    let (before, after) = page.split_at(end);
    Ok(format!("{before}\n{meta}{after}"))
}

/// The text of a script element without a `src`.
fn inline_script(page: &str) -> Option<&str> {
    page.split("<script").skip(1).find_map(|rest| {
        let (attributes, body) = rest.split_once('>')?;
        let script = body.split("</script>").next()?;
        (!attributes.contains("src=") || !script.is_empty()).then_some(script)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_are_files_of_the_page_and_none_is_inline() {
        let built = insert("<meta charset=\"utf-8\"><script async src=\"./a.js\"></script>").unwrap();
        assert!(built.contains("script-src 'self' 'wasm-unsafe-eval';"));
        assert!(!built.contains("unsafe-inline") && !built.contains("sha256-"));
        assert!(built.find("Content-Security-Policy").unwrap() < built.find("<script").unwrap());
        let inline = "<meta charset=\"utf-8\"><script src=\"a.js\"></script><script type=\"module\">start()</script>";
        assert!(insert(inline).unwrap_err().to_string().contains("start()"));
    }

    #[test]
    fn relays_may_be_anywhere_and_nothing_else_may() {
        let built = insert("<meta charset=\"utf-8\">").unwrap();
        assert!(built.contains("connect-src 'self' ws: wss:;"));
        assert_eq!(built.matches("ws:").count(), 1);
        assert!(!built.contains("http:") && !built.contains("https:") && !built.contains('*'));
    }

    #[test]
    fn what_the_policy_would_block_fails_the_build() {
        assert!(insert("<meta charset=\"utf-8\"><p style=\"color: red\">").unwrap_err().to_string().contains("style="));
        assert!(insert("<p>").unwrap_err().to_string().contains("charset"));
        let twice = insert(&insert("<meta charset=\"utf-8\">").unwrap());
        assert!(twice.is_err());
    }
}
