//! The lecture's other server: keys and their values. Setting a key to a value twice is the same as once, so
//! these requests need no id.

use rustc_hash::FxHashMap;

use super::Record;
use crate::wire::{Reader, Truncated, Writer};

/// Keys and values.
#[derive(Clone, Debug, Default)]
pub(super) struct Pairs(FxHashMap<Vec<u8>, Vec<u8>>);

impl Pairs {
    pub(super) fn value(&self, key: &[u8]) -> Option<&[u8]> {
        self.0.get(key).map(Vec::as_slice)
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Changes the pairs as `record` says, if it is about one.
    pub(super) fn apply(&mut self, record: &Record) {
        if let Record::Pair { key, value } = record {
            self.0.insert(key.clone(), value.clone());
        }
    }

    pub(super) fn snapshot(&self) -> impl Iterator<Item = Record> + '_ {
        self.0.iter().map(|(key, value)| Record::Pair {
            key: key.clone(),
            value: value.clone(),
        })
    }
}

/// Appends the payload of `Get` (with padding in place of the value) or `Set`: the key's length in two bytes, the
/// key, and what follows it.
pub(super) fn put_pair(key: &[u8], value: &[u8], out: &mut Vec<u8>) {
    Writer::new(out)
        .u16_le(u16::try_from(key.len()).unwrap_or(u16::MAX))
        .bytes(key)
        .bytes(value);
}

/// The key in the payload of `Get` or `Set`, and what follows it.
pub(super) fn take_pair(payload: &[u8]) -> Result<(&[u8], &[u8]), Truncated> {
    let mut r = Reader::new(payload);
    let length = r.u16_le()?;
    let key = r.take(length.into())?;
    Ok((key, r.rest()))
}
