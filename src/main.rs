//! The Paceline page.

mod session;

fn main() {}
