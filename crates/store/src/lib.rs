//! Paceline's storage: one trait, in memory and in IndexedDB.
