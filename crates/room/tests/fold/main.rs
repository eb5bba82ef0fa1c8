//! What the log means: the fold from outside, by its promises.

mod support;
mod table;
