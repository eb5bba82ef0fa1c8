//! The first drawing of the page, put off until there is something to show.

use gloo::timers::callback::Timeout;

/// What draws the page, and what has it drawn if nothing else does.
pub type FirstDrawing = (Box<dyn FnOnce()>, Timeout);
