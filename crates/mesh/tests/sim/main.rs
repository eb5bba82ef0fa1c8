//! Replicas from outside: what they send, keep and refuse, alone, in pairs and in whole simulated rooms.

mod bounds;
mod catching_up;
mod floor;
mod frozen;
mod growth;
mod hostile;
mod listening;
mod mixed;
mod presence;
mod raised;
mod relayed;
mod rooms;
mod stalling;
mod storage;
mod too_much;
mod turns;
mod two;
mod verifying;
mod world;
