//! Small settings of this browser (theme, proposed name), as text in web storage, or in memory where that is refused.

use std::cell::RefCell;

use litemap::LiteMap;

use crate::{js, names};

/// The settings of the page at one path.
#[derive(Debug)]
pub struct Settings {
    page_path: String,
    memory: RefCell<LiteMap<String, Option<String>>>,
}

impl Settings {
    /// Nothing is read before it is asked for.
    pub fn new(page_path: &str) -> Self {
        Self { page_path: page_path.into(), memory: RefCell::default() }
    }

    /// A setting, if it was ever made.
    pub fn get(&self, name: &str) -> Option<String> {
        // What could not be stored is the newer one.
        if let Some(value) = self.memory.borrow().get(name) {
            return value.clone();
        }
        js::storage("localStorage")?.get_item(&names::setting(&self.page_path, name)).ok()?
    }

    /// Makes a setting, or with `None` removes it. `false`: it holds for this tab only.
    pub fn set(&self, name: &str, value: Option<&str>) -> bool {
        let key = names::setting(&self.page_path, name);
        let stored = js::storage("localStorage").is_some_and(|storage| match value {
            Some(value) => storage.set_item(&key, value).is_ok(),
            None => storage.remove_item(&key).is_ok(),
        });
        let mut memory = self.memory.borrow_mut();
        if stored {
            memory.remove(name);
        } else {
            memory.insert(name.into(), value.map(String::from));
        }
        stored
    }
}
