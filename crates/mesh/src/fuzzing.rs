//! What the fuzz targets need of what is private here; never on in the page.

pub use crate::index::{Index, Round};
