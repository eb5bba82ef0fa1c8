//! Small settings of this browser (theme, servers), as text in web storage, or in memory where that is refused.
//!
//! What earlier builds stored for the same folder under another path is copied once; what they made then stays theirs.

use std::cell::RefCell;

use litemap::LiteMap;

use crate::{js, names};

/// Keys of web storage that are looked at for former settings: a few times what this page and its neighbours make.
const MOST_KEYS: u32 = 1_000;
/// The setting that says that they were copied.
const COPIED: &str = "copied";

/// The settings of the page at one path.
#[derive(Debug)]
pub struct Settings {
    page_path: String,
    memory: RefCell<LiteMap<String, Option<String>>>,
}

impl Settings {
    /// The settings of the page in this folder (see [`crate::folder`]).
    pub fn new(page_path: &str) -> Self {
        copy_former(page_path);
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

/// Copies settings that the same folder has under other paths; once, since one that is removed later must stay so.
fn copy_former(page: &str) -> Option<()> {
    let storage = js::storage("localStorage")?;
    let copied = names::setting(page, COPIED);
    if storage.get_item(&copied).ok()?.is_some() {
        return None;
    }
    let keys = (0..storage.length().ok()?.min(MOST_KEYS)).filter_map(|at| storage.key(at).ok()?);
    let former: Vec<_> = keys.filter(|key| names::former_setting(page, key).is_some()).collect();
    for key in &former {
        let own = names::setting(page, names::former_setting(page, key)?);
        if storage.get_item(&own).ok()?.is_none() {
            storage.set_item(&own, &storage.get_item(key).ok()??).ok()?;
        }
    }
    if former.is_empty() { None } else { storage.set_item(&copied, "1").ok() }
}
