//! What a person sees of a room, one folder a capability.

pub mod about;
pub mod batons;
pub mod invite;
pub mod keys;
pub mod loops;
pub mod network;
pub mod newer;
pub mod people;
pub mod settings;
pub mod stream;
pub mod unsent;
