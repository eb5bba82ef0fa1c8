//! Paceline's thin native host: a static file server.
