//! Elements that lead elsewhere.

use yew::virtual_dom::VTag;

use super::addresses;

/// A link that tells the other side nothing about this page, or nothing if the address is of another kind.
pub fn link(address: &str) -> Option<VTag> {
    if !addresses::is_safe(address) {
        return None;
    }
    let anchor = with(VTag::new("a"), "href", address);
    Some(with(with(anchor, "rel", "noopener noreferrer"), "target", "_blank"))
}

/// An element with one more attribute.
pub(super) fn with(mut element: VTag, name: &'static str, value: &str) -> VTag {
    element.add_attribute(name, value.to_owned());
    element
}
