//! Every command of the Paceline repository.
fn main() {}
