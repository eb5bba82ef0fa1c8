//! What stands before the room's name in the tab's title: what its person should see from another tab.

use yew::prelude::*;

use crate::title;

/// Puts these words before the page's title as long as the caller is drawn.
#[hook]
pub fn use_title(words: Option<String>) {
    use_effect_with(words, |words| {
        title::set_words(words.clone());
        || title::set_words(None)
    });
}
