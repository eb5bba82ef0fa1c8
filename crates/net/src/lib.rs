//! Paceline's links between nodes: sealing, membership, signalling, the libp2p swarm.
