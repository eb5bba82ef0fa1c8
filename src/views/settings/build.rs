//! Which build this page is, by the sums that it states of its own files for the browser to check. Tells two builds apart; a page that
//! lies may say anything.

use paceline_room::{Cid, sorted};
use wasm_bindgen::JsCast;
use web_sys::Element;

use crate::browser;

/// How the page names the sum of a file: SHA-256, as `SHA256SUMS` has it.
const SUM: &str = "sha256-";
/// Bytes of the code that people compare.
const CODE: usize = 6;

/// A build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Build {
    /// In short: the beginning of the SHA-256 of all sums.
    pub code: String,
    /// The page's files with their sums, as in `SHA256SUMS`.
    pub sums: String,
}

impl Build {
    /// The build of this page; none if it names no sums.
    pub fn of_page() -> Option<Self> {
        let named = browser::document()?.query_selector_all("[integrity]").ok()?;
        let mut parts: Vec<_> = (0..named.length()).filter_map(|at| part(named.item(at)?.unchecked_ref())).collect();
        sorted::short_list(&mut parts, |(file, _)| file.clone());
        let mut sums = String::new();
        for (file, sum) in &parts {
            for word in [sum.as_str(), "  ", file, "\n"] {
                sums.push_str(word);
            }
        }
        let code = Cid::of(sums.as_bytes()).digest().iter().take(CODE).copied().flat_map(digits).collect();
        (!parts.is_empty()).then_some(Self { code, sums })
    }
}

/// A file with its sum, in hex.
fn part(element: &Element) -> Option<(String, String)> {
    let address = element.get_attribute("src").or_else(|| element.get_attribute("href"))?;
    let integrity = element.get_attribute("integrity")?;
    let bytes = browser::window()?.atob(integrity.strip_prefix(SUM)?).ok()?;
    let file = address.strip_prefix("./").unwrap_or(&address).to_owned();
    // Each letter is a byte.
    Some((file, bytes.chars().flat_map(|it| digits(it as u8)).collect()))
}

fn digits(byte: u8) -> [char; 2] {
    [byte >> 4, byte & 15].map(|it| char::from_digit(it.into(), 16).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn a_sum_is_read_as_sha256sum_writes_it() {
        let element = browser::document().unwrap().create_element("link").unwrap();
        let read = |attributes: &[(&str, &str)]| {
            attributes.iter().for_each(|(name, value)| element.set_attribute(name, value).unwrap());
            part(&element)
        };
        assert_eq!(read(&[("href", "./a.js"), ("integrity", "sha384-AAAA")]), None);
        assert_eq!(read(&[("integrity", "sha256-no base64!")]), None);
        // Of "abc" (FIPS 180-4, appendix).
        let sum = "sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=";
        let hex = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(read(&[("integrity", sum)]), Some(("a.js".into(), hex.into())));
    }
}
