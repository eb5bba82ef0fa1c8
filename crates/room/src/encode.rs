//! Serde's way into canonical DAG-CBOR: shortest heads, keys in order, links as tag 42.
//!
//! It writes into one buffer, where the general encoder of `serde_ipld_dagcbor` makes a buffer for each entry of each
//! map, and it can put in what is encoded already. Tests hold the two together.

use std::fmt;

use ::cid::serde::CID_SERDE_PRIVATE_IDENTIFIER;
use serde::{
    Serialize, Serializer,
    ser::{self, Impossible, SerializeMap, SerializeSeq, SerializeStruct, SerializeTuple, SerializeTupleStruct},
};
use serde_bytes::Bytes;

/// The value cannot stand in a block: a number that is not finite, or something that no type of ours holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NotEncodable;

impl fmt::Display for NotEncodable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not encodable as DAG-CBOR")
    }
}

impl std::error::Error for NotEncodable {}

impl ser::Error for NotEncodable {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

/// The canonical encoding of a value.
pub(crate) fn encode<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>, NotEncodable> {
    /// Most blocks fit.
    const USUAL_BYTES: usize = 512;
    let mut encoder = Encoder { out: Vec::with_capacity(USUAL_BYTES), starts: Vec::new(), next: Next::Bytes };
    value.serialize(&mut encoder)?;
    Ok(encoder.out)
}

/// What is encoded already, to be put in as it is.
pub(crate) struct Raw<'a>(pub(crate) &'a [u8]);

/// Tells the encoder what it is given.
const RAW: &str = "$paceline::Raw";

impl Serialize for Raw<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_newtype_struct(RAW, Bytes::new(self.0))
    }
}

/// What the next bytes are.
#[derive(Clone, Copy, Default, PartialEq)]
enum Next {
    #[default]
    Bytes,
    /// A link's.
    Link,
    /// An encoding.
    Raw,
}

struct Encoder {
    out: Vec<u8>,
    /// Where the entries of the maps that are being written start, the innermost map's last.
    starts: Vec<usize>,
    next: Next,
}

impl Encoder {
    fn head(&mut self, major: u8, argument: u64) {
        let major = major << 5;
        match argument {
            0..=23 => self.out.push(major | argument as u8),
            24..=0xff => self.out.extend([major | 24, argument as u8]),
            0x100..=0xffff => {
                self.out.push(major | 25);
                self.out.extend((argument as u16).to_be_bytes());
            }
            0x1_0000..=0xffff_ffff => {
                self.out.push(major | 26);
                self.out.extend((argument as u32).to_be_bytes());
            }
            _ => {
                self.out.push(major | 27);
                self.out.extend(argument.to_be_bytes());
            }
        }
    }

    fn list(&mut self, length: Option<usize>) -> Result<List<'_>, NotEncodable> {
        self.head(4, length.ok_or(NotEncodable)? as u64);
        Ok(List(self))
    }

    fn map(&mut self, length: Option<usize>) -> Result<Entries<'_>, NotEncodable> {
        self.head(5, length.ok_or(NotEncodable)? as u64);
        let outer = self.starts.len();
        Ok(Entries { encoder: self, outer })
    }
}

/// The items of a list.
struct List<'a>(&'a mut Encoder);

/// The entries of a map, put in order at the end.
struct Entries<'a> {
    encoder: &'a mut Encoder,
    /// How many of the starts belong to the maps around this one.
    outer: usize,
}

impl Entries<'_> {
    /// Whole entries are compared: they begin with the head of the key, so that shorter keys come first, and keys differ.
    fn sort(self) {
        let Encoder { out, starts, .. } = self.encoder;
        let ends = starts.iter().skip(self.outer + 1).copied().chain([out.len()]);
        let entry = |(start, end): (&usize, usize)| out.get(*start..end).unwrap_or_default();
        let in_order = starts.iter().skip(self.outer).zip(ends.clone()).map(entry).is_sorted();
        if let (false, Some(first)) = (in_order, starts.get(self.outer).copied()) {
            let mut entries: Vec<&[u8]> = starts.iter().skip(self.outer).zip(ends).map(entry).collect();
            entries.sort_unstable();
            let sorted = entries.concat();
            out.truncate(first);
            out.extend(sorted);
        }
        starts.truncate(self.outer);
    }
}

impl<'a> Serializer for &'a mut Encoder {
    type Ok = ();
    type Error = NotEncodable;
    type SerializeSeq = List<'a>;
    type SerializeTuple = List<'a>;
    type SerializeTupleStruct = List<'a>;
    type SerializeTupleVariant = Impossible<(), NotEncodable>;
    type SerializeMap = Entries<'a>;
    type SerializeStruct = Entries<'a>;
    type SerializeStructVariant = Impossible<(), NotEncodable>;

    fn is_human_readable(&self) -> bool {
        false
    }

    fn serialize_bool(self, v: bool) -> Result<(), NotEncodable> {
        self.out.push(if v { 0xf5 } else { 0xf4 });
        Ok(())
    }

    fn serialize_i8(self, v: i8) -> Result<(), NotEncodable> {
        self.serialize_i128(v.into())
    }

    fn serialize_i16(self, v: i16) -> Result<(), NotEncodable> {
        self.serialize_i128(v.into())
    }

    fn serialize_i32(self, v: i32) -> Result<(), NotEncodable> {
        self.serialize_i128(v.into())
    }

    fn serialize_i64(self, v: i64) -> Result<(), NotEncodable> {
        self.serialize_i128(v.into())
    }

    fn serialize_i128(self, v: i128) -> Result<(), NotEncodable> {
        let (major, argument) = if v < 0 { (1, -1 - v) } else { (0, v) };
        self.head(major, argument.try_into().map_err(|_| NotEncodable)?);
        Ok(())
    }

    fn serialize_u8(self, v: u8) -> Result<(), NotEncodable> {
        self.serialize_u64(v.into())
    }

    fn serialize_u16(self, v: u16) -> Result<(), NotEncodable> {
        self.serialize_u64(v.into())
    }

    fn serialize_u32(self, v: u32) -> Result<(), NotEncodable> {
        self.serialize_u64(v.into())
    }

    fn serialize_u64(self, v: u64) -> Result<(), NotEncodable> {
        self.head(0, v);
        Ok(())
    }

    fn serialize_f32(self, v: f32) -> Result<(), NotEncodable> {
        self.serialize_f64(v.into())
    }

    fn serialize_f64(self, v: f64) -> Result<(), NotEncodable> {
        if !v.is_finite() {
            return Err(NotEncodable);
        }
        self.out.push(0xfb);
        // Zero has no sign.
        self.out.extend((v + 0.0).to_be_bytes());
        Ok(())
    }

    fn serialize_char(self, v: char) -> Result<(), NotEncodable> {
        self.serialize_str(v.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, v: &str) -> Result<(), NotEncodable> {
        self.head(3, v.len() as u64);
        self.out.extend_from_slice(v.as_bytes());
        Ok(())
    }

    fn serialize_bytes(self, v: &[u8]) -> Result<(), NotEncodable> {
        match std::mem::take(&mut self.next) {
            Next::Bytes => self.head(2, v.len() as u64),
            Next::Link => {
                self.out.extend([0xd8, 42]);
                self.head(2, v.len() as u64 + 1);
                self.out.push(0);
            }
            Next::Raw => {}
        }
        self.out.extend_from_slice(v);
        Ok(())
    }

    fn serialize_none(self) -> Result<(), NotEncodable> {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), NotEncodable> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), NotEncodable> {
        self.out.push(0xf6);
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), NotEncodable> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<(), NotEncodable> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, name: &'static str, v: &T) -> Result<(), NotEncodable> {
        self.next = match name {
            CID_SERDE_PRIVATE_IDENTIFIER => Next::Link,
            RAW => Next::Raw,
            _ => Next::Bytes,
        };
        v.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), NotEncodable> {
        self.head(5, 1);
        self.serialize_str(variant)?;
        value.serialize(self)
    }

    fn serialize_seq(self, length: Option<usize>) -> Result<List<'a>, NotEncodable> {
        self.list(length)
    }

    fn serialize_tuple(self, length: usize) -> Result<List<'a>, NotEncodable> {
        self.list(Some(length))
    }

    fn serialize_tuple_struct(self, _: &'static str, length: usize) -> Result<List<'a>, NotEncodable> {
        self.list(Some(length))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, NotEncodable> {
        Err(NotEncodable)
    }

    fn serialize_map(self, length: Option<usize>) -> Result<Entries<'a>, NotEncodable> {
        self.map(length)
    }

    fn serialize_struct(self, _: &'static str, length: usize) -> Result<Entries<'a>, NotEncodable> {
        self.map(Some(length))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, NotEncodable> {
        Err(NotEncodable)
    }
}

impl SerializeSeq for List<'_> {
    type Ok = ();
    type Error = NotEncodable;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), NotEncodable> {
        value.serialize(&mut *self.0)
    }

    fn end(self) -> Result<(), NotEncodable> {
        Ok(())
    }
}

impl SerializeTuple for List<'_> {
    type Ok = ();
    type Error = NotEncodable;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), NotEncodable> {
        value.serialize(&mut *self.0)
    }

    fn end(self) -> Result<(), NotEncodable> {
        Ok(())
    }
}

impl SerializeTupleStruct for List<'_> {
    type Ok = ();
    type Error = NotEncodable;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), NotEncodable> {
        value.serialize(&mut *self.0)
    }

    fn end(self) -> Result<(), NotEncodable> {
        Ok(())
    }
}

impl SerializeMap for Entries<'_> {
    type Ok = ();
    type Error = NotEncodable;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), NotEncodable> {
        self.encoder.starts.push(self.encoder.out.len());
        key.serialize(&mut *self.encoder)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), NotEncodable> {
        value.serialize(&mut *self.encoder)
    }

    fn end(self) -> Result<(), NotEncodable> {
        self.sort();
        Ok(())
    }
}

impl SerializeStruct for Entries<'_> {
    type Ok = ();
    type Error = NotEncodable;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Result<(), NotEncodable> {
        self.encoder.starts.push(self.encoder.out.len());
        key.serialize(&mut *self.encoder)?;
        value.serialize(&mut *self.encoder)
    }

    fn end(self) -> Result<(), NotEncodable> {
        self.sort();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use ipld_core::ipld::Ipld;
    use proptest::prelude::*;

    use super::*;
    use crate::Cid;

    fn ipld() -> impl Strategy<Value = Ipld> {
        let number = prop_oneof![0..300_i128, -300..0_i128, 0xfff0..0x10010_i128, -(1_i128 << 64)..1 << 64];
        let leaf = prop_oneof![
            Just(Ipld::Null),
            any::<bool>().prop_map(Ipld::Bool),
            number.prop_map(Ipld::Integer),
            any::<f64>().prop_filter("finite", |it| it.is_finite()).prop_map(Ipld::Float),
            ".{0,30}".prop_map(Ipld::String),
            prop::collection::vec(any::<u8>(), 0..300).prop_map(Ipld::Bytes),
            any::<[u8; 32]>().prop_map(|it| Ipld::Link(Cid::from_digest(it).to_general())),
        ];
        leaf.prop_recursive(5, 96, 8, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..30).prop_map(Ipld::List),
                prop::collection::btree_map(".{0,30}", inner, 0..30).prop_map(Ipld::Map),
            ]
        })
    }

    proptest! {
        #[test]
        fn every_value_is_written_as_the_general_encoder_writes_it(value in ipld()) {
            prop_assert_eq!(encode(&value).unwrap(), serde_ipld_dagcbor::to_vec(&value).unwrap());
        }
    }

    #[test]
    fn numbers_at_the_edges_of_each_size_are_as_short_as_can_be() {
        for edge in [0_i128, 23, 24, 0xff, 0x100, 0xffff, 0x1_0000, 0xffff_ffff, 0x1_0000_0000, u64::MAX.into()] {
            for value in [edge, -1 - edge] {
                let value = Ipld::Integer(value);
                assert_eq!(encode(&value).unwrap(), serde_ipld_dagcbor::to_vec(&value).unwrap());
            }
        }
    }

    #[derive(Serialize)]
    enum Variants {
        Two(u8, u8),
    }

    #[test]
    fn what_dag_cbor_cannot_hold_is_not_written() {
        for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!(encode(&Ipld::Float(value)), Err(NotEncodable));
        }
        for value in [1_i128 << 64, -(1_i128 << 64) - 1, i128::MIN, i128::MAX] {
            assert_eq!(encode(&Ipld::Integer(value)), Err(NotEncodable));
        }
        assert_eq!(encode(&Ok::<u8, u8>(1)).ok(), serde_ipld_dagcbor::to_vec(&Ok::<u8, u8>(1)).ok());
        assert_eq!(encode(&Variants::Two(1, 2)), Err(NotEncodable));
    }

    #[test]
    fn entries_of_maps_in_maps_are_sorted_each_in_its_own() {
        let map = |keys: [&str; 3], value: Ipld| Ipld::Map(keys.map(|it| (it.to_owned(), value.clone())).into());
        let value = map(["bb", "aaa", "c"], map(["zz", "b", "aaaa"], Ipld::Map(BTreeMap::new())));
        assert_eq!(encode(&value).unwrap(), serde_ipld_dagcbor::to_vec(&value).unwrap());
    }
}
