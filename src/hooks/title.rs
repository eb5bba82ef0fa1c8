//! What stands before the room's name in the tab's title: what its person should see from another tab.

use yew::prelude::*;

use crate::title;

/// Puts these words before the page's title as long as the caller is drawn. Without words it leaves what another put there.
#[hook]
pub fn use_title(words: Option<String>) {
    use_effect_with(words, |words| {
        let said = words.is_some();
        if said {
            title::set_words(words.clone());
        }
        move || {
            if said {
                title::set_words(None);
            }
        }
    });
}
