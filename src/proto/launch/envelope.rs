//! A datagram in its seal: what is damaged, or made with another key, is not there at all.

use crate::proto::link::Seal;
use crate::wire::rlaunch::Datagram;

/// Appends the datagram to `out`, which is empty, and closes it.
pub(super) fn close(datagram: &Datagram<'_>, seal: &Seal, out: &mut Vec<u8>) {
    debug_assert!(out.is_empty(), "the tag covers the whole datagram");
    datagram.encode(out);
    seal.close(out);
}

/// The datagram that `bytes` are, if they are one.
pub(super) fn open<'a>(bytes: &'a [u8], seal: &Seal) -> Option<Datagram<'a>> {
    Datagram::decode(seal.open(bytes)?).ok()
}
