//! Names of databases, locks, channels and keys of web storage. All carry the page's folder: a page in a sub-path of a shared
//! origin must not mix with its neighbours, and `/p/` and `/p/index.html` are one page.

use std::fmt::Write as _;

use paceline_room::{Cid, NodeId};

/// What every name begins with.
const OURS: &str = "paceline";

/// The folder of a page's path, up to its last slash, in the one spelling in which it names things: `%7E` is `~`, and `%c3` is
/// `%C3` (RFC 3986, 6.2.2).
pub fn folder(path: &str) -> String {
    let mut rest = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut folder = String::with_capacity(rest.len() + 1);
    while let Some((before, after)) = rest.split_once('%') {
        folder.push_str(before);
        let digits = after.get(..2).filter(|it| it.bytes().all(|digit| digit.is_ascii_hexdigit()));
        let Some(byte) = digits.and_then(|it| u8::from_str_radix(it, 16).ok()) else {
            folder.push('%');
            rest = after;
            continue;
        };
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            folder.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(folder, "%{byte:02X}");
        }
        rest = after.get(2..).unwrap_or_default();
    }
    folder + rest + "/"
}

/// The database of one node in one room. `db_key` is derived from the room's secret, so that a link with another secret
/// does not lead to it.
pub fn database(page_path: &str, db_key: &[u8; 32], node: NodeId) -> String {
    format!("{}{node}", database_prefix(page_path, db_key))
}

fn database_prefix(page_path: &str, db_key: &[u8; 32]) -> String {
    format!("{OURS} room {page_path} {} ", hex(db_key))
}

/// Whose database of this room it is, if it is one.
pub(crate) fn node_of(page_path: &str, db_key: &[u8; 32], name: &str) -> Option<NodeId> {
    name.strip_prefix(&database_prefix(page_path, db_key))?.parse().ok()
}

/// The database of keys and rooms.
pub(crate) fn registry(page_path: &str) -> String {
    format!("{OURS} registry {page_path}")
}

/// The path under which earlier builds knew the page of this folder, if it is the name of their registry.
pub(crate) fn former_path<'a>(page: &str, name: &'a str) -> Option<&'a str> {
    name.strip_prefix(OURS)?.strip_prefix(" registry ").filter(|path| *path != page && folder(path) == page)
}

/// The Web Lock whose holder writes with this node's key; free when its tab is gone, however it went.
pub fn lock(page_path: &str, node: NodeId) -> String {
    format!("{OURS} key {page_path} {node}")
}

/// The channel on which tabs ask one another who holds a key.
pub(crate) fn lease_channel(page_path: &str) -> String {
    format!("{OURS} leases {page_path}")
}

/// Where a tab remembers its node in a room.
pub(crate) fn session(page_path: &str, room: Cid) -> String {
    format!("{OURS} node {page_path} {room}")
}

/// Where a page that has no time to write leaves what a node has not stored yet.
pub(crate) fn unsaved(page_path: &str, node: NodeId) -> String {
    format!("{OURS} unsaved {page_path} {node}")
}

/// A setting in web storage.
pub(crate) fn setting(page_path: &str, name: &str) -> String {
    format!("{OURS} setting {page_path} {name}")
}

/// Which setting it is, if it is one that earlier builds made for the page of this folder under another path.
pub(crate) fn former_setting<'a>(page: &str, key: &'a str) -> Option<&'a str> {
    let (path, name) = key.strip_prefix(OURS)?.strip_prefix(" setting ")?.rsplit_once(' ')?;
    (path != page && folder(path) == page).then_some(name)
}

/// Bytes as lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// 32 bytes from hexadecimal.
pub(crate) fn unhex(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    let digits = text.as_bytes();
    if digits.len() != 64 {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        let pair = std::str::from_utf8(pair).ok().filter(|pair| pair.bytes().all(|digit| digit.is_ascii_hexdigit()))?;
        *byte = u8::from_str_radix(pair, 16).ok()?;
    }
    Some(bytes)
}

/// 32 secret bytes as hexadecimal in records.
pub(crate) mod as_hex {
    use serde::{Deserialize, Deserializer, Serializer, de::Error as _};

    pub(crate) fn serialize<S: Serializer>(bytes: &[u8; 32], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&super::hex(bytes))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<[u8; 32], D::Error> {
        super::unhex(&String::deserialize(deserializer)?).ok_or_else(|| D::Error::custom("not 32 bytes in hexadecimal"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_rooms_and_nodes_never_share_a_database() {
        let (one, other) = (NodeId::from_bytes([1; 32]), NodeId::from_bytes([2; 32]));
        let names = [
            database("/a/", &[1; 32], one),
            database("/b/", &[1; 32], one),
            database("/a/", &[2; 32], one),
            database("/a/", &[1; 32], other),
            registry("/a/"),
            registry("/b/"),
        ];
        let different: std::collections::BTreeSet<_> = names.iter().collect();
        assert_eq!(different.len(), names.len());
        let found: Vec<_> = names.iter().map(|name| node_of("/a/", &[1; 32], name)).collect();
        assert_eq!(found, [Some(one), None, None, Some(other), None, None]);
    }

    #[test]
    fn a_page_is_its_folder_however_it_is_spelt() {
        for (path, page) in [
            ("/p/", "/p/"),
            ("/p/index.html", "/p/"),
            ("/p", "/"),
            ("/", "/"),
            ("", "/"),
            ("/%7Eada/p/x.html", "/~ada/p/"),
            ("/gr%c3%bcn/", "/gr%C3%BCn/"),
            ("/a%2fb/", "/a%2Fb/"),
            ("/100%/", "/100%/"),
            ("/%+1%4/", "/%+1%4/"),
            ("/%é1/", "/%é1/"),
        ] {
            assert_eq!(folder(path), page, "{path}");
            assert_eq!(folder(page), page, "a folder stays what it is");
        }
    }

    #[test]
    fn what_lay_under_other_paths_of_the_page_is_found_and_its_neighbours_are_not() {
        let of = |path: &str| former_path("/p/", &registry(path)).map(str::to_owned);
        assert_eq!(of("/p/index.html"), Some("/p/index.html".into()));
        assert_eq!([of("/p/"), of("/p/q/"), of("/p"), of("/q/index.html")], [None, None, None, None]);
        assert_eq!(former_path("/p/", "paceline room /p/index.html"), None);
        assert_eq!(former_path("/~ada/", &registry("/%7Eada/")), Some("/%7Eada/"));
        assert_eq!(former_setting("/p/", &setting("/p/index.html", "servers")), Some("servers"));
        assert_eq!(former_setting("/p/", &setting("/p/", "servers")), None);
        assert_eq!(former_setting("/p/", "paceline.theme"), None);
    }

    #[test]
    fn hexadecimal_comes_back_and_nothing_else_is_taken_for_it() {
        let bytes = std::array::from_fn(|at| at as u8 * 8);
        assert_eq!(unhex(&hex(&bytes)), Some(bytes));
        for bad in ["", "00", &"0g".repeat(32), &"+1".repeat(32), &"ä".repeat(32), &"00".repeat(33)] {
            assert_eq!(unhex(bad), None, "{bad}");
        }
    }
}
