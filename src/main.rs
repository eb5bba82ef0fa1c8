//! The Paceline page.

mod forms;
mod session;

fn main() {}
