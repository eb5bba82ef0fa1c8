//! Lists of names, each on the wire one byte string: nothing in a CID but its digest varies.

use paceline_room::Cid;

use super::codec::{Read, Reader, Value, Write, Writer};

/// The first 8 bytes of a node's key or of a digest: enough to tell apart what a beacon lists. Whoever grinds a
/// collision only makes a node look linked, or words look missing, that are not.
pub type ShortId = [u8; 8];

/// Names of blocks, on the wire one byte string of digests.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cids(pub Vec<Cid>);

/// Short ids, on the wire one byte string.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ShortIds(pub Vec<ShortId>);

impl Write for Cids {
    fn write(&self, to: &mut Writer) {
        to.bytes(self.0.len() * 32, self.0.iter().flat_map(|cid| *cid.digest()));
    }
}

impl Read for Cids {
    fn read(_: &mut Reader, value: Value<'_>) -> Option<Self> {
        let Value::Bytes(bytes) = value else { return None };
        let (digests, rest) = bytes.as_chunks::<32>();
        rest.is_empty().then(|| Self(digests.iter().map(|digest| Cid::from_digest(*digest)).collect()))
    }
}

impl Write for ShortIds {
    fn write(&self, to: &mut Writer) {
        to.bytes(self.0.len() * 8, self.0.iter().flatten().copied());
    }
}

impl Read for ShortIds {
    fn read(_: &mut Reader, value: Value<'_>) -> Option<Self> {
        let Value::Bytes(bytes) = value else { return None };
        let (ids, rest) = bytes.as_chunks::<8>();
        rest.is_empty().then(|| Self(ids.to_vec()))
    }
}
