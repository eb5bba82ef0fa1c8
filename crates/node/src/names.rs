//! Friendly names to propose to somebody who has none yet: two words that follow from the key, so that a proposal does
//! not change between two looks.

use paceline_room::NodeId;

const FIRST: [&str; 32] = [
    "Amber", "Brisk", "Calm", "Clear", "Copper", "Dawn", "Early", "Even", "Fair", "Fresh", "Gentle", "Golden", "Hazel",
    "Keen", "Light", "Lively", "Mellow", "Misty", "Noble", "Open", "Plain", "Quick", "Quiet", "Ready", "Silver",
    "Smooth", "Steady", "Still", "Sunny", "Swift", "Warm", "Wide",
];
const SECOND: [&str; 32] = [
    "Alder", "Badger", "Birch", "Brook", "Cedar", "Crane", "Elm", "Falcon", "Fern", "Finch", "Fox", "Hare", "Heron",
    "Ibis", "Juniper", "Kestrel", "Larch", "Lark", "Linden", "Lynx", "Maple", "Marten", "Otter", "Owl", "Pine",
    "Plover", "Raven", "Robin", "Sparrow", "Swallow", "Tern", "Wren",
];

/// A name to propose.
pub fn friendly(node: &NodeId) -> String {
    let bytes = node.as_bytes();
    format!("{} {}", FIRST[usize::from(bytes[3] % 32)], SECOND[usize::from(bytes[17] % 32)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proposed_name_is_two_words_and_stays() {
        let node = NodeId::from_bytes([0xff; 32]);
        assert_eq!(friendly(&node), friendly(&node));
        assert_eq!(friendly(&node).split(' ').count(), 2);
    }
}
