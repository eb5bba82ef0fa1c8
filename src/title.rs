//! The tab's title: the page's, and before it what its person should see from another tab.

use std::cell::RefCell;

use crate::{browser, texts::t};

thread_local! {
    static TITLE: RefCell<Title> = const { RefCell::new(Title { page: String::new(), words: None, count: 0 }) };
}

struct Title {
    page: String,
    words: Option<String>,
    count: usize,
}

/// What the page is called now.
pub fn set(page: String) {
    TITLE.with_borrow_mut(|it| it.page = page);
    show();
}

/// What stands before that; none is nothing.
pub fn set_words(words: Option<String>) {
    TITLE.with_borrow_mut(|it| it.words = words);
    show();
}

/// How many things wait for the person here; it stands first.
pub fn set_count(count: usize) {
    TITLE.with_borrow_mut(|it| it.count = count);
    show();
}

fn show() {
    let title = TITLE.with_borrow(|it| match &it.words {
        Some(words) => t!("title-words", words = words.clone(), title = it.page.clone()),
        None => it.page.clone(),
    });
    let title = match TITLE.with_borrow(|it| it.count) {
        0 => title,
        count => t!("title-count", n = count, title = title),
    };
    if let Some(document) = browser::document() {
        document.set_title(&title);
    }
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn words_stand_before_the_title_and_go_without_it() {
        let shown = || browser::document().map(|it| it.title()).unwrap_or_default();
        let before = shown();
        set("Room".into());
        set_words(Some("Your turn".into()));
        assert!(shown().starts_with("Your turn") && shown().ends_with("Room"), "{}", shown());
        set("Other".into());
        assert!(shown().starts_with("Your turn") && shown().ends_with("Other"), "{}", shown());
        set_words(None);
        set_count(2);
        assert!(shown().contains('2') && shown().ends_with("Other"), "{}", shown());
        set_count(0);
        assert_eq!(shown(), "Other");
        set(before);
    }
}
