//! Nodes from outside, natively: what they write, keep and send, whatever storage does and whenever they end.

mod crash;
mod growth;
mod keeping;
mod promises;
mod raised;
mod seals;
mod together;
mod two;
mod verifying;
mod world;
mod writing;
