//! Help for the tests of this room.

mod message;
mod world;
mod zone;

pub(super) use message::{Rec, Said};
pub(super) use world::World;
pub(super) use zone::{DAY, Denial, NOW, SigningKey, Zone};

use crate::wire::dns::{Name, RecordType};

pub(super) fn name(text: &str) -> Name {
    text.parse().unwrap()
}

/// A type map (RFC 4034 section 4.1.2).
pub(super) fn bitmap(types: &[RecordType]) -> Vec<u8> {
    let mut windows: std::collections::BTreeMap<u8, Vec<u8>> = std::collections::BTreeMap::new();
    for rtype in types {
        let [window, low] = rtype.0.to_be_bytes();
        let bits = windows.entry(window).or_default();
        let byte = usize::from(low / 8);
        bits.resize(bits.len().max(byte + 1), 0);
        bits[byte] |= 0x80 >> (low % 8);
    }
    let window =
        |(number, bits): (u8, Vec<u8>)| [vec![number, u8::try_from(bits.len()).unwrap()], bits].concat();
    windows.into_iter().flat_map(window).collect()
}

/// The data of an RRSIG record; times are original TTL, expiration and inception.
pub(super) fn rrsig(
    rtype: RecordType,
    algorithm: u8,
    labels: u8,
    times: [u32; 3],
    tag: u16,
    signer: &Name,
    signature: &[u8],
) -> Vec<u8> {
    let mut data = rtype.0.to_be_bytes().to_vec();
    data.extend([algorithm, labels]);
    data.extend(times.iter().flat_map(|time| time.to_be_bytes()));
    data.extend(tag.to_be_bytes());
    data.extend_from_slice(signer.as_wire());
    data.extend_from_slice(signature);
    data
}
