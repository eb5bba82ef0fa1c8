//! Snapshots from outside: what each costs, and that it is what a look at everything gives.

mod cost;
mod equal;
mod floor;
mod hall;
mod hidden;
mod incident;
mod meetings;
mod persons;
mod polls;
mod reach;
