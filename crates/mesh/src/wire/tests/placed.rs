//! The messages as the page of commit 4dca91b had them: types and derives are unchanged, but for what they decided. What it wrote is
//! read, and what is written for it is what it would have written.

use paceline_room::{Cid, NodeId};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::DeserializeOwned, de::Error as _};
use serde_bytes::{ByteArray, ByteBuf};

use super::super::ShortId;

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Cids(pub Vec<Cid>);

impl Serialize for Cids {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0.iter().flat_map(|cid| *cid.digest()).collect::<Vec<u8>>())
    }
}

impl<'de> Deserialize<'de> for Cids {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bytes = ByteBuf::deserialize(deserializer)?;
        let (digests, rest) = bytes.as_chunks::<32>();
        if !rest.is_empty() {
            return Err(D::Error::custom("not whole digests"));
        }
        Ok(Self(digests.iter().map(|digest| Cid::from_digest(*digest)).collect()))
    }
}
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct ShortIds(pub Vec<ShortId>);

impl Serialize for ShortIds {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0.concat())
    }
}

impl<'de> Deserialize<'de> for ShortIds {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bytes = ByteBuf::deserialize(deserializer)?;
        let (ids, rest) = bytes.as_chunks::<8>();
        if !rest.is_empty() {
            return Err(D::Error::custom("not whole short ids"));
        }
        Ok(Self(ids.to_vec()))
    }
}
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Live {
    Hello(Hello),
    Push(Push),
    Announce(Announce),
    Graft(Cids),
    Prune,
    Beacon(Signed),
    Carry(Carry),
}
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Hello(pub(super) u64, pub(super) Cids, pub(super) Option<Signed>);
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Push(pub(super) ByteBuf, pub(super) Option<ByteBuf>, pub(super) u8, pub(super) bool);
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Announce(pub(super) Cids, pub(super) ByteBuf);
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Carry(pub(super) NodeId, pub(super) u8, pub(super) ByteBuf);
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Signed(pub(super) ByteBuf, pub(super) ByteArray<64>);
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum State {
    Here,
    Away,
    Gone,
}
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Beacon {
    #[serde(rename = "r")]
    pub(super) room: ByteArray<32>,
    #[serde(rename = "n")]
    pub(super) node: NodeId,
    #[serde(rename = "c")]
    pub(super) counter: u64,
    #[serde(rename = "s")]
    pub(super) state: State,
    #[serde(rename = "t")]
    pub(super) tips: Cids,
    #[serde(rename = "e")]
    pub(super) events: u64,
    #[serde(rename = "w")]
    pub(super) missing_words: ShortIds,
    #[serde(rename = "m")]
    pub(super) more_missing: bool,
    #[serde(rename = "l")]
    pub(super) links: ShortIds,
    #[serde(rename = "h")]
    pub(super) listens: bool,
}
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Bulk {
    Round(ByteBuf),
    Answer(ByteBuf),
    Have(Have),
    Want(Want),
    Blocks(Blocks),
    Stream(Stream),
    More(u8),
    Page(Page),
    Newest(Vec<Item>),
}
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Have(pub(super) Cids, pub(super) bool);
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Want(pub(super) u64, pub(super) Cids, pub(super) Cids);
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Blocks(
    pub(super) u64,
    pub(super) Vec<Item>,
    pub(super) Vec<ByteBuf>,
    pub(super) Cids,
    pub(super) bool,
);
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Item(pub(super) ByteBuf, pub(super) Option<ByteBuf>);
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Stream(pub(super) u64, pub(super) ByteArray<32>, pub(super) u8);
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Page(pub(super) Vec<Item>, pub(super) u64, pub(super) u64, pub(super) ByteArray<32>);

fn written<T: Serialize>(message: &T) -> Vec<u8> {
    serde_ipld_dagcbor::to_vec(&(1_u64, message)).unwrap()
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> T {
    let (version, message): (u64, T) = serde_ipld_dagcbor::from_slice(bytes).unwrap();
    assert_eq!(version, 1);
    message
}

#[test]
fn an_old_page_reads_what_is_written_for_it_and_would_have_written_just_that() {
    use super::super::Form::Placed;
    for message in super::live() {
        let bytes = message.encode_as(Placed);
        let old: Live = read(&bytes);
        assert_eq!(written(&old), bytes);
        assert_eq!(super::Live::decode(&written(&old)), Ok(message));
    }
    for message in super::bulk() {
        let bytes = message.encode_as(Placed);
        let old: Bulk = read(&bytes);
        assert_eq!(written(&old), bytes);
        assert_eq!(super::Bulk::decode(&written(&old)), Ok(message));
    }
}

#[test]
fn beacons_are_the_same_bytes_and_an_old_page_skips_what_is_added_to_them() {
    let now = super::beacon();
    let of = |beacon| crate::wire::Writer::alone(&beacon);
    let bytes = of(super::Beacon { floor: None, behind: super::Behind::default(), ..now.clone() });
    let old: Beacon = serde_ipld_dagcbor::from_slice(&bytes).unwrap();
    assert_eq!(serde_ipld_dagcbor::to_vec(&old).unwrap(), bytes);
    assert_eq!(serde_ipld_dagcbor::from_slice::<Beacon>(&of(now)).unwrap(), old);
    let mut more = serde_ipld_dagcbor::to_vec(&old).unwrap();
    more[0] += 1;
    more.extend(b"\x62zz\x82\x01\x02");
    assert_eq!(serde_ipld_dagcbor::from_slice::<Beacon>(&more).unwrap(), old);
}

#[test]
fn an_old_page_cannot_read_the_named_form() {
    for message in super::live() {
        let old: Result<(u64, Live), _> = serde_ipld_dagcbor::from_slice(&message.encode());
        assert!(old.is_err(), "{message:?}");
    }
}
