//! The transport in a real browser: two nodes in one page.
#![cfg(target_arch = "wasm32")]
#![allow(missing_docs, clippy::unwrap_used)]

mod bulk;
mod by_hand;
mod connect;
mod ending;
mod glare;
mod guard;
mod node;
mod page;
mod post;
mod restart;
mod servers;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
