//! What of the stream is in sight.

use paceline_room::Cid;
use wasm_bindgen::JsCast;
use web_sys::Element;

use crate::browser;

/// What of the page scrolls with the posts in it.
pub fn scroller() -> Option<Element> {
    browser::find(".reading")
}

/// The first post that is in sight.
pub fn top_of_sight() -> Option<Cid> {
    let top = scroller()?.get_bounding_client_rect().top();
    let posts = browser::document()?.query_selector_all(".road .post").ok()?;
    let mut all = (0..posts.length()).filter_map(|at| posts.item(at)?.dyn_into::<Element>().ok());
    all.find(|it| it.get_bounding_client_rect().bottom() > top)?.get_attribute("data-cid")?.parse().ok()
}

/// Whether any of a post is in sight.
pub fn is_in_sight(cid: &Cid) -> bool {
    let sight = scroller().map(|it| it.get_bounding_client_rect());
    let post = browser::find(&format!("#p-{cid}")).map(|it| it.get_bounding_client_rect());
    sight.zip(post).is_some_and(|(sight, post)| post.bottom() > sight.top() && post.top() < sight.bottom())
}
