//! `setup`: all that any command fetches, at once.

use anyhow::Result;

use crate::{
    browser, node,
    process::say,
    tools::{CARGO_DENY, TRUNK, WASM_BINDGEN, WASM_SPLIT, wasm_target},
};

/// Fetches everything that any command needs.
///
/// # Errors
/// Something is missing and cannot be fetched; the message says what.
pub fn everything() -> Result<()> {
    wasm_target()?;
    let mut places = vec![
        WASM_BINDGEN.ready()?,
        TRUNK.ready()?,
        WASM_SPLIT.ready()?,
        CARGO_DENY.ready()?,
        node::wasm_opt()?,
        node::test_modules()?,
        node::interop_modules()?,
    ];
    let browser = browser::Browser::ready()?;
    places.extend([browser.chromium, browser.chromedriver]);
    if let Some(browser) = browser::Firefox::ready()? {
        places.extend([browser.firefox, browser.geckodriver]);
    }
    say("Everything is there");
    for place in places {
        println!("   {}", place.display());
    }
    Ok(())
}
