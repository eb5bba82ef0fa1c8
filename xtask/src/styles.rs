//! One stylesheet instead of one a capability: a request less for each, and what they repeat is compressed once.

use std::{fs, path::Path};

use anyhow::{Context, Result};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use sha2::{Digest as _, Sha256};

/// What stands before the address in the link to a stylesheet, as Trunk writes it.
const LINK: &str = "<link rel=\"stylesheet\" href=\"";

/// Joins the stylesheets that the page links into one file, in their order, which is the order that the cascade goes by.
/// Returns the page with one link in place of all.
///
/// # Errors
/// A link is not closed, or a file cannot be read, written or removed.
pub fn join(dist: &Path, page: &str) -> Result<String> {
    let (mut styles, mut rest, mut joined) = (String::new(), page, String::new());
    let mut first = None;
    while let Some((before, link)) = rest.split_once(LINK) {
        let (name, after) = link.split_once('"').context("a link to a stylesheet is not closed")?;
        let (_, after) = after.split_once('>').context("a link to a stylesheet is not closed")?;
        joined.push_str(before.trim_end());
        first.get_or_insert(joined.len());
        let file = dist.join(name);
        styles.push_str(&small(&fs::read_to_string(&file).with_context(|| format!("index.html links {name}"))?));
        fs::remove_file(&file)?;
        rest = after;
    }
    joined.push_str(rest);
    let Some(first) = first else { return Ok(joined) };
    let hash = Sha256::digest(&styles);
    let stamp: String = hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    let name = format!("styles-{stamp}.css");
    fs::write(dist.join(&name), &styles)?;
    let link = format!("\n    {LINK}./{name}\" integrity=\"sha256-{}\">", BASE64_STANDARD.encode(hash));
    joined.insert_str(first, &link);
    Ok(joined)
}

/// A stylesheet without its comments, and with no more white space than stands between words. What is quoted stays as it is.
fn small(css: &str) -> String {
    let mut small = String::new();
    let mut rest = css;
    while let Some(first) = rest.chars().next() {
        let (part, length) = if rest.starts_with("/*") {
            (" ", rest.find("*/").map_or(rest.len(), |end| end + 2))
        } else if matches!(first, '"' | '\'') {
            let length = rest[1..].find(first).map_or(rest.len(), |end| end + 2);
            (&rest[..length], length)
        } else if first.is_whitespace() {
            (" ", rest.find(|it: char| !it.is_whitespace()).unwrap_or(rest.len()))
        } else {
            (&rest[..first.len_utf8()], first.len_utf8())
        };
        match part {
            // What ends with one of these needs no white space after it.
            " " if small.is_empty() || small.ends_with([' ', '{', '}', ';', ',']) => {}
            "{" | "}" => {
                small.truncate(small.trim_end_matches([' ', if part == "}" { ';' } else { ' ' }]).len());
                small.push_str(part);
            }
            _ => small.push_str(part),
        }
        rest = &rest[length..];
    }
    small.truncate(small.trim_end().len());
    small
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stylesheet_says_the_same_in_fewer_bytes() {
        let css = "/* Why. */\n:root {\n  --a: 1px;\n}\n\n.a .b:not(.c),\n.d > .e {\n  width: calc(1px + 2px); /* so */\n  content: \"a  /* b */ ;\";\n}\n\
                   @media (width < 40em) and (hover: none) {\n  .a { color: red }\n}\n";
        let expected = ":root{--a: 1px}.a .b:not(.c),.d > .e{width: calc(1px + 2px);content: \"a  /* b */ ;\"}\
                        @media (width < 40em) and (hover: none){.a{color: red}}";
        assert_eq!(small(css), expected);
        assert_eq!(small(expected), expected);
        assert_eq!(small("a{b:c}/* never closed"), "a{b:c}");
    }

    #[test]
    fn stylesheets_become_one_in_their_order_and_the_rest_of_the_page_stays() {
        let dist = tempfile::tempdir().unwrap();
        for (name, text) in [("a-1.css", "a { top: 0 }\n"), ("b-2.css", "b { top: 1 }\n")] {
            fs::write(dist.path().join(name), text).unwrap();
        }
        let page =
            format!("<title>T</title>\n    {LINK}./b-2.css\" integrity=\"x\"/>\n    {LINK}./a-1.css\"/>\n<body>");
        let joined = join(dist.path(), &page).unwrap();
        let files: Vec<_> = fs::read_dir(dist.path()).unwrap().map(|it| it.unwrap().file_name()).collect();
        let [file] = &files[..] else { panic!("one file, not {files:?}") };
        assert_eq!(fs::read_to_string(dist.path().join(file)).unwrap(), "b{top: 1}a{top: 0}");
        assert!(joined.starts_with("<title>T</title>\n    <link ") && joined.ends_with(">\n<body>"), "{joined}");
        assert_eq!(joined.matches(LINK).count(), 1);
        assert!(joined.contains(&format!("./{}\"", file.to_string_lossy())));
    }

    #[test]
    fn a_page_that_links_what_is_not_there_is_refused() {
        let dist = tempfile::tempdir().unwrap();
        assert!(join(dist.path(), &format!("{LINK}./gone.css\">")).unwrap_err().to_string().contains("gone.css"));
        assert_eq!(join(dist.path(), "<title>T</title>").unwrap(), "<title>T</title>");
    }
}
