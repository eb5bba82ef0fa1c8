//! What goes with every response: content types, how long to keep it, and what the page may do.

use std::path::Path;

/// The policy for a folder whose `index.html` states none: as strict as the page allows.
pub const FALLBACK_POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
     img-src 'self' data: blob:; font-src 'self'; connect-src 'self' ws: wss:; manifest-src 'self'; worker-src 'self'; \
     base-uri 'none'; form-action 'none'";

/// Sent with every response. They neither touch `BroadcastChannel` (same origin) nor WebRTC (no policy governs it).
pub const SECURITY: &[(&str, &str)] = &[
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(self), microphone=(), geolocation=(), payment=(), usb=()"),
];

/// The content type of a file, by its name.
pub fn content_type(path: &Path) -> &'static str {
    match path.extension().and_then(|extension| extension.to_str()).unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "wasm" => "application/wasm",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" | "ts" | "ftl" | "md" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

/// Whether compressing this type makes it smaller.
pub fn compressible(content_type: &str) -> bool {
    content_type.starts_with("text/")
        || matches!(
            content_type,
            "application/wasm" | "application/json" | "application/manifest+json" | "image/svg+xml"
        )
}

/// Fewest hexadecimal digits that count as a hash in a name.
const HASH_DIGITS: usize = 8;

/// How long a browser may keep a file: for good if its name carries a hash of its content, else it asks each time.
pub fn cache_control(path: &Path) -> &'static str {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let hashed = name.split(['-', '.', '_']).any(|part| {
        part.len() >= HASH_DIGITS
            && part.bytes().all(|byte| byte.is_ascii_hexdigit() && !byte.is_ascii_uppercase())
            && part.bytes().any(|byte| byte.is_ascii_digit())
    });
    if hashed { "public, max-age=31536000, immutable" } else { "no-cache" }
}

/// The policy to send: the page's own, as written in its `<meta>`, and what a `<meta>` cannot say (who may frame it).
pub fn content_security_policy(index: &str) -> String {
    format!("{}; frame-ancestors 'self'", policy_of(index).unwrap_or(FALLBACK_POLICY).trim_end_matches([';', ' ']))
}

/// The policy in the page's `<meta http-equiv="Content-Security-Policy" content="...">`.
fn policy_of(index: &str) -> Option<&str> {
    let tag = index
        .match_indices("<meta")
        .filter_map(|(at, _)| index.get(at..)?.split('>').next())
        .find(|tag| tag.to_ascii_lowercase().contains("content-security-policy"))?;
    let policy = tag.split_once("content=\"")?.1.split('"').next()?.trim();
    // What is no plain visible text cannot be a header; then the fallback is used.
    (!policy.is_empty() && policy.bytes().all(|byte| (b' '..=b'~').contains(&byte))).then_some(policy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_file_of_the_page_has_its_type() {
        for (name, expected) in [
            ("index.html", "text/html; charset=utf-8"),
            ("paceline_bg.wasm", "application/wasm"),
            ("site.webmanifest", "application/manifest+json"),
            ("font.woff2", "font/woff2"),
            ("unknown.xyz", "application/octet-stream"),
        ] {
            assert_eq!(content_type(Path::new(name)), expected);
        }
        assert!(compressible(content_type(Path::new("a.wasm"))));
        assert!(!compressible(content_type(Path::new("a.png"))));
    }

    #[test]
    fn only_names_that_carry_a_hash_are_kept_for_good() {
        for name in ["paceline-4f1c1a9be2d0c7aa_bg.wasm", "base-0123456789abcdef.css"] {
            assert!(cache_control(Path::new(name)).contains("immutable"), "{name}");
        }
        for name in ["index.html", "paceline.json", "sw.js", "facade.css", "deadbeef.css"] {
            assert_eq!(cache_control(Path::new(name)), "no-cache", "{name}");
        }
    }

    #[test]
    fn the_header_says_what_the_page_says_and_who_may_frame_it() {
        let page = "<head><meta charset=\"utf-8\"><meta http-equiv=\"Content-Security-Policy\"\n content=\"default-src 'self'; \
                    script-src 'sha256-x=' 'wasm-unsafe-eval';\"></head>";
        assert_eq!(
            content_security_policy(page),
            "default-src 'self'; script-src 'sha256-x=' 'wasm-unsafe-eval'; frame-ancestors 'self'"
        );
        assert!(content_security_policy("<meta charset=\"utf-8\">").starts_with("default-src 'none'"));
    }

    #[test]
    fn a_policy_over_several_lines_cannot_break_the_header() {
        let page = "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'self'\r\nset-cookie: a=b\">";
        assert!(content_security_policy(page).starts_with("default-src 'none'"));
    }
}
