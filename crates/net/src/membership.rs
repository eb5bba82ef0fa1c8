//! The proof of membership over a fresh connection, before it carries anything else.
//!
//! Both sides at once send `version 1 | nonce 32`; having read the other's, both send `MAC 32` and check the other's. The
//! MAC covers who both are, what the connection is bound to (both DTLS fingerprints; over `BroadcastChannel`, which has none,
//! the nonces do), the attempt and the role of the side that made it. So it fits one direction of one connection of
//! one pair: it can be neither reflected nor carried over to another connection, and whoever lacks the secret gets nothing.
//!
//! It sets no time limit: the transport gives a connection that is not up within its time up.

use std::io;

use futures::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use paceline_room::NodeId;
use subtle::ConstantTimeEq as _;

use crate::keys::{RoomKeys, mac};

const DOMAIN: &[u8] = b"paceline/membership/1";
const VERSION: u8 = 1;
const NONCE_LEN: usize = 32;
const MAC_LEN: usize = 32;

/// Which end of a connection a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// It asked.
    Dialer,
    /// It was asked.
    Listener,
}

impl Role {
    const fn other(self) -> Self {
        match self {
            Self::Dialer => Self::Listener,
            Self::Listener => Self::Dialer,
        }
    }

    const fn byte(self) -> u8 {
        match self {
            Self::Dialer => 1,
            Self::Listener => 2,
        }
    }
}

/// What the proof is bound to, as one end sees it.
#[derive(Debug, Clone)]
pub struct Claim {
    /// This node.
    pub local: NodeId,
    /// The other, as the signed envelopes named it.
    pub remote: NodeId,
    /// This end's.
    pub role: Role,
    /// The attempt.
    pub session: [u8; 16],
    /// What binds the proof to this end of the connection: its DTLS fingerprint; empty where there is none.
    pub local_binding: Vec<u8>,
    /// The same of the other end.
    pub remote_binding: Vec<u8>,
}

/// Why the other side is not let in.
#[derive(Debug, thiserror::Error)]
pub enum MembershipError {
    /// The connection ended within the proof.
    #[error("the connection ended before membership was proved")]
    Truncated,
    /// It speaks another version.
    #[error("the other side proves membership in a version unknown here: {0}")]
    Version(u8),
    /// It sent this side's own nonce back.
    #[error("the other side sent this side's words back")]
    Reflected,
    /// It does not know the secret, or the connection is not the one that was signalled.
    #[error("the other side could not prove that it is a member of the room")]
    WrongProof,
    /// The connection failed.
    #[error("the connection failed while membership was proved")]
    Io(#[source] io::Error),
}

impl MembershipError {
    /// The stable code under which it is counted; `None`: the connection failed, nobody is to blame.
    pub const fn code(&self) -> Option<&'static str> {
        match self {
            Self::Truncated | Self::Io(_) => None,
            Self::Version(_) => Some("unknown-membership-version"),
            Self::Reflected => Some("reflected-membership"),
            Self::WrongProof => Some("wrong-membership"),
        }
    }
}

impl From<io::Error> for MembershipError {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::UnexpectedEof { Self::Truncated } else { Self::Io(error) }
    }
}

/// Proves this side's membership and checks the other's. `nonce` must be random and used once.
pub async fn prove<S>(io: &mut S, keys: &RoomKeys, claim: &Claim, nonce: [u8; NONCE_LEN]) -> Result<(), MembershipError>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut opening = [VERSION; 1 + NONCE_LEN];
    opening[1..].copy_from_slice(&nonce);
    io.write_all(&opening).await?;
    io.flush().await?;

    let mut version = [0];
    io.read_exact(&mut version).await?;
    if version != [VERSION] {
        return Err(MembershipError::Version(version[0]));
    }
    let mut theirs = [0; NONCE_LEN];
    io.read_exact(&mut theirs).await?;
    if theirs == nonce {
        return Err(MembershipError::Reflected);
    }

    io.write_all(&proof(keys, claim, claim.role, &nonce, &theirs)).await?;
    io.flush().await?;
    let mut received = [0; MAC_LEN];
    io.read_exact(&mut received).await?;
    let expected = proof(keys, claim, claim.role.other(), &nonce, &theirs);
    if bool::from(received.ct_eq(&expected)) { Ok(()) } else { Err(MembershipError::WrongProof) }
}

/// The MAC that the side in role `by` sends: all that belongs to the dialer stands before what belongs to the listener.
fn proof(
    keys: &RoomKeys,
    claim: &Claim,
    by: Role,
    local_nonce: &[u8; NONCE_LEN],
    remote_nonce: &[u8; NONCE_LEN],
) -> [u8; MAC_LEN] {
    let local = (claim.local, &claim.local_binding, local_nonce);
    let remote = (claim.remote, &claim.remote_binding, remote_nonce);
    let (dialer, listener) = match claim.role {
        Role::Dialer => (local, remote),
        Role::Listener => (remote, local),
    };
    let length = |bytes: &[u8]| (bytes.len() as u64).to_be_bytes();
    mac(
        &keys.membership,
        &[
            DOMAIN,
            &[by.byte()],
            &claim.session,
            dialer.0.as_bytes(),
            listener.0.as_bytes(),
            dialer.2,
            listener.2,
            &length(dialer.1),
            dialer.1,
            &length(listener.1),
            listener.1,
        ],
    )
}

#[cfg(test)]
mod tests {
    use futures::{executor::block_on, future::join};
    use paceline_room::{Cid, Keypair};

    use super::*;
    use crate::{link::RoomLink, pipe};

    fn keys(secret: u8) -> RoomKeys {
        RoomKeys::new(&RoomLink { room: Cid::of(b"a room"), secret: [secret; 32] })
    }

    fn node(n: u8) -> NodeId {
        Keypair::from_secret([n; 32]).node()
    }

    fn dialer() -> Claim {
        Claim {
            local: node(1),
            remote: node(2),
            role: Role::Dialer,
            session: [3; 16],
            local_binding: vec![4; 32],
            remote_binding: vec![5; 32],
        }
    }

    fn listener() -> Claim {
        Claim {
            local: node(2),
            remote: node(1),
            role: Role::Listener,
            session: [3; 16],
            local_binding: vec![5; 32],
            remote_binding: vec![4; 32],
        }
    }

    type Outcome = Result<(), MembershipError>;

    fn meet(a: (&RoomKeys, &Claim), b: (&RoomKeys, &Claim)) -> (Outcome, Outcome) {
        let (mut left, mut right) = pipe::pair();
        block_on(join(prove(&mut left, a.0, a.1, [1; 32]), prove(&mut right, b.0, b.1, [2; 32])))
    }

    fn refused_by_both(b: &Claim) {
        let (left, right) = meet((&keys(7), &dialer()), (&keys(7), b));
        assert!(matches!(left, Err(MembershipError::WrongProof)), "{left:?}");
        assert!(matches!(right, Err(MembershipError::WrongProof)), "{right:?}");
    }

    #[test]
    fn two_members_let_each_other_in() {
        let (left, right) = meet((&keys(7), &dialer()), (&keys(7), &listener()));
        assert!(left.is_ok() && right.is_ok());
    }

    #[test]
    fn another_secret_is_refused_by_both() {
        let (left, right) = meet((&keys(7), &dialer()), (&keys(8), &listener()));
        assert!(matches!(left, Err(MembershipError::WrongProof)));
        assert!(matches!(right, Err(MembershipError::WrongProof)));
    }

    #[test]
    fn equal_roles_are_refused() {
        refused_by_both(&Claim { role: Role::Dialer, ..listener() });
    }

    #[test]
    fn another_attempt_peer_or_fingerprint_is_refused() {
        refused_by_both(&Claim { session: [9; 16], ..listener() });
        refused_by_both(&Claim { local: node(9), ..listener() });
        refused_by_both(&Claim { remote: node(9), ..listener() });
        refused_by_both(&Claim { local_binding: vec![9; 32], ..listener() });
        refused_by_both(&Claim { remote_binding: vec![9; 32], ..listener() });
    }

    #[test]
    fn a_mirror_is_refused() {
        let (mut left, mut right) = pipe::pair();
        let mirror = async {
            let mut bytes = [0; 1 + NONCE_LEN];
            right.read_exact(&mut bytes).await.unwrap();
            right.write_all(&bytes).await.unwrap();
        };
        let keys = keys(7);
        let (outcome, ()) = block_on(join(prove(&mut left, &keys, &dialer(), [1; 32]), mirror));
        assert!(matches!(outcome, Err(MembershipError::Reflected)), "{outcome:?}");
    }

    #[test]
    fn a_reflected_proof_is_refused() {
        let (mut left, mut right) = pipe::pair();
        let mirror = async {
            let mut opening = [0; 1 + NONCE_LEN];
            right.read_exact(&mut opening).await.unwrap();
            opening[1] ^= 1;
            right.write_all(&opening).await.unwrap();
            let mut mac = [0; MAC_LEN];
            right.read_exact(&mut mac).await.unwrap();
            right.write_all(&mac).await.unwrap();
        };
        let keys = keys(7);
        let (outcome, ()) = block_on(join(prove(&mut left, &keys, &dialer(), [1; 32]), mirror));
        assert!(matches!(outcome, Err(MembershipError::WrongProof)), "{outcome:?}");
    }

    #[test]
    fn an_end_within_the_proof_is_truncated() {
        for length in [0, 1, 1 + NONCE_LEN, 1 + NONCE_LEN + 5] {
            let (mut left, mut right) = pipe::pair();
            let other = async move {
                let mut bytes = vec![9; length];
                if let Some(first) = bytes.first_mut() {
                    *first = VERSION;
                }
                right.write_all(&bytes).await.unwrap();
                right.close().await.unwrap();
                let mut rest = Vec::new();
                let _ = right.read_to_end(&mut rest).await;
            };
            let keys = keys(7);
            let proving = async {
                let outcome = prove(&mut left, &keys, &dialer(), [1; 32]).await;
                drop(left);
                outcome
            };
            let (outcome, ()) = block_on(join(proving, other));
            assert!(matches!(outcome, Err(MembershipError::Truncated)), "{length}: {outcome:?}");
        }
    }

    #[test]
    fn another_version_is_named() {
        let (mut left, mut right) = pipe::pair();
        let keys = keys(7);
        let other = async { right.write_all(&[2; 1 + NONCE_LEN]).await.unwrap() };
        let (outcome, ()) = block_on(join(prove(&mut left, &keys, &dialer(), [1; 32]), other));
        assert!(matches!(outcome, Err(MembershipError::Version(2))), "{outcome:?}");
    }

    #[test]
    fn a_failing_connection_is_told_apart() {
        let error = MembershipError::from(io::Error::from(io::ErrorKind::BrokenPipe));
        assert!(matches!(error, MembershipError::Io(_)));
        assert_eq!(error.code(), None);
    }
}
