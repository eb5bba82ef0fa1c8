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
        styles.push_str(&fs::read_to_string(&file).with_context(|| format!("index.html links {name}"))?);
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

#[cfg(test)]
mod tests {
    use super::*;

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
        assert_eq!(fs::read_to_string(dist.path().join(file)).unwrap(), "b { top: 1 }\na { top: 0 }\n");
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
