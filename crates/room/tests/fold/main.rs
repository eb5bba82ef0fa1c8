//! What the log means: the fold from outside, by its promises.

mod bad_input;
mod commands;
mod cost;
mod crowded;
mod feedback;
mod forks;
mod gone_on;
mod hidden;
mod judging;
mod meetings;
mod notes;
mod oracle;
mod people;
mod persons;
mod posts;
mod projections;
mod promises;
mod properties;
mod rounds;
mod rounds_told;
mod rules;
mod runs;
mod shapes;
mod sim;
mod support;
mod table;
