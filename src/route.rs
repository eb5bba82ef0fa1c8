//! The address after `#`: `#/` is the start page, `#/r/<code>` a room. The fragment never reaches the host.

/// What an address asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Route {
    /// The start page.
    Start,
    /// A room, by the code of its link.
    Room(String),
}

impl std::fmt::Display for Route {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Start => f.write_str("#/"),
            Self::Room(code) => write!(f, "#/r/{code}"),
        }
    }
}

/// Reads an address, or its part from `#` on.
pub fn parse(hash: &str) -> Route {
    match code_of(hash) {
        Some(code) if !code.is_empty() => Route::Room(code.to_owned()),
        _ => Route::Start,
    }
}

/// The code inside a link or a fragment; anything after it, like `?x`, is not part of it.
pub fn code_of(link: &str) -> Option<&str> {
    let (_, code) = link.split_once("#/r/")?;
    code.split(['?', '&', '#', ' ']).next()
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn a_room_is_told_from_the_start_page() {
        assert_eq!(parse(""), Route::Start);
        assert_eq!(parse("#/"), Route::Start);
        assert_eq!(parse("#/r/"), Route::Start);
        assert_eq!(parse("#/r/AbC-_9"), Route::Room("AbC-_9".into()));
        assert_eq!(parse("#/r/AbC?view=loops"), Route::Room("AbC".into()));
    }

    #[test]
    fn the_code_is_found_in_a_whole_link() {
        assert_eq!(code_of("https://example.org/x/#/r/AbC"), Some("AbC"));
        assert_eq!(code_of("https://example.org/x/"), None);
    }
}
