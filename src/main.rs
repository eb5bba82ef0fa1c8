//! The Paceline page.
fn main() {}
