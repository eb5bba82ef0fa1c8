//! Time, as whoever drives a node counts it.

/// Milliseconds on a clock that never goes back; its zero is the driver's choice.
pub type Millis = u64;
