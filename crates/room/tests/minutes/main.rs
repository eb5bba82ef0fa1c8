//! The minutes of meetings: of one in which each part has something, and of whole stories that five people play.

mod decided;
mod english;
mod html;
mod incident;
mod page;
mod stories;
mod table;
