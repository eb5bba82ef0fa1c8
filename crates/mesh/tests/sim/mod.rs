//! A simulated world for tests of whole replicas.
#![allow(dead_code)] // each test file uses its part

mod pair;

pub use pair::Pair;
