//! A datagram in its seal: what is damaged, or made with another key, is not there at all.

use crate::proto::link::{Seal, TAG_LEN};
use crate::wire::rlaunch::Datagram;

/// Appends the datagram to `out`, and closes it.
pub(super) fn close(datagram: &Datagram<'_>, seal: &Seal, out: &mut Vec<u8>) {
    let start = out.len();
    let key_id = seal.id();
    Datagram { key_id, ..*datagram }.encode(out);
    seal.close_from(start, out);
}

/// The datagram that `bytes` are, if they are one.
pub(super) fn open<'a>(bytes: &'a [u8], seal: &Seal) -> Option<Datagram<'a>> {
    Datagram::decode(seal.open(bytes)?).ok()
}

/// Whether `bytes` look like a datagram that was made with another key than that of `seal`. Anybody can make such
/// bytes: it is something to tell a person, and nothing to act on.
pub fn is_of_another_key(bytes: &[u8], seal: &Seal) -> bool {
    let datagram = bytes.split_last_chunk::<TAG_LEN>();
    let datagram = datagram.and_then(|(datagram, _)| Datagram::decode(datagram).ok());
    datagram.is_some_and(|datagram| datagram.key_id != seal.id())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::rlaunch::Kind;

    #[test]
    fn another_key_is_told_from_damage() {
        let (ours, theirs) = (Seal::keyed(b"ours"), Seal::keyed(b"theirs"));
        let mut bytes = Vec::new();
        close(&Datagram::new(Kind::Reply), &theirs, &mut bytes);
        assert!(is_of_another_key(&bytes, &ours));
        assert!(is_of_another_key(&bytes, &Seal::checksum()));
        assert_eq!(open(&bytes, &ours), None);
        assert!(open(&bytes, &theirs).is_some());
        if let Some(byte) = bytes.get_mut(20) {
            *byte ^= 1;
        }
        assert!(!is_of_another_key(&bytes, &theirs), "damaged, but not foreign");
        assert!(!is_of_another_key(b"rL", &ours));
    }
}
