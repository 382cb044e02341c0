//! A tag at the end of each datagram that turns *altered* into *lost*.
//!
//! The links of the book create nothing; a network that flips bits does. The tag is 128 bits over all that comes
//! before it, of one of two kinds:
//!
//! * a **checksum** ([`Seal::checksum`]), XXH3: against accidents as good as any of its length, and so fast that it
//!   costs a datagram next to nothing. Anybody can make it.
//! * a **MAC** ([`Seal::keyed`]), BLAKE3 with a secret: the same holds for a datagram that was altered or made by
//!   somebody who does not know the secret.
//!
//! Neither hides the contents.
//!
//! A datagram that was damaged by chance passes for whole with a probability of 2⁻¹²⁸. If a million datagrams were
//! damaged each second, one of them would be taken for whole about once in 10²⁵ years.

use xxhash_rust::xxh3::xxh3_128_with_seed;

/// Makes and checks tags.
#[derive(Clone)]
pub struct Seal {
    maker: Maker,
    id: u32,
}

#[derive(Clone)]
enum Maker {
    Checksum,
    Keyed([u8; 32]),
}

impl Seal {
    /// A checksum: against chance.
    pub fn checksum() -> Self {
        Self {
            maker: Maker::Checksum,
            id: 0,
        }
    }

    /// A MAC: against chance and against everybody who does not know the secret.
    pub fn keyed(secret: &[u8]) -> Self {
        Self {
            maker: Maker::Keyed(blake3::derive_key(KEYED_CONTEXT, secret)),
            id: id(secret),
        }
    }

    /// Which secret it has: a number that says nothing of it, so that it may be sent, and by which two ends can tell
    /// that theirs differ. Without a secret it is 0.
    pub fn id(&self) -> u32 {
        self.id
    }

    /// Whether only those who know a secret can make the tag.
    pub fn is_keyed(&self) -> bool {
        matches!(self.maker, Maker::Keyed(_))
    }

    /// Appends the tag of `datagram` to it.
    pub fn close(&self, datagram: &mut Vec<u8>) {
        self.close_from(0, datagram);
    }

    /// Appends the tag of the datagram that begins at `start` and ends where `bytes` do.
    pub fn close_from(&self, start: usize, bytes: &mut Vec<u8>) {
        let tag = self.tag(bytes.get(start..).unwrap_or_default());
        bytes.extend_from_slice(&tag);
    }

    /// What was sealed, if the tag is right.
    pub fn open<'a>(&self, datagram: &'a [u8]) -> Option<&'a [u8]> {
        let (contents, tag) = datagram.split_last_chunk::<TAG_LEN>()?;
        // Every byte is compared, so that the time tells a forger nothing.
        let differences = self
            .tag(contents)
            .iter()
            .zip(tag)
            .fold(0, |seen, (a, b)| seen | (a ^ b));
        (differences == 0).then_some(contents)
    }

    fn tag(&self, contents: &[u8]) -> [u8; TAG_LEN] {
        match &self.maker {
            Maker::Keyed(key) => {
                let hash = blake3::keyed_hash(key, contents);
                let [tag, _] = *hash.as_bytes().as_chunks::<TAG_LEN>().0 else {
                    return [0; TAG_LEN];
                };
                tag
            }
            Maker::Checksum => xxh3_128_with_seed(contents, XXH3_SEED).to_be_bytes(),
        }
    }
}

/// A number for a secret, other than 0.
fn id(secret: &[u8]) -> u32 {
    let [a, b, c, d, ..] = blake3::derive_key(ID_CONTEXT, secret);
    u32::from_le_bytes([a, b, c, d]).max(1)
}

/// The secret is not for logs.
impl std::fmt::Debug for Seal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seal")
    }
}

/// How many bytes a tag takes.
pub const TAG_LEN: usize = 16;

const KEYED_CONTEXT: &str = "fairloss 2026-11-20 datagram MAC";
const ID_CONTEXT: &str = "fairloss 2026-11-20 key id";
/// So that a datagram with the XXH3 of another protocol at its end is none of this one.
const XXH3_SEED: u64 = 0x6661_6972_6c6f_7373;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sealed(seal: &Seal, contents: &[u8]) -> Vec<u8> {
        let mut datagram = contents.to_vec();
        seal.close(&mut datagram);
        datagram
    }

    #[test]
    fn what_was_sealed_is_opened() {
        for seal in [Seal::checksum(), Seal::keyed(b"secret")] {
            for contents in [b"".as_slice(), b"launch", &[7; 1000]] {
                assert_eq!(seal.open(&sealed(&seal, contents)), Some(contents));
            }
        }
    }

    #[test]
    fn only_a_secret_makes_a_mac() {
        assert!(Seal::keyed(b"").is_keyed());
        assert!(!Seal::checksum().is_keyed() && !Seal::checksum().is_keyed());
    }

    #[test]
    fn another_secret_does_not_open_it() {
        let datagram = sealed(&Seal::keyed(b"one"), b"launch");
        assert_eq!(Seal::keyed(b"two").open(&datagram), None);
        assert_eq!(Seal::checksum().open(&datagram), None);
    }

    #[test]
    fn two_ends_can_tell_by_a_number_that_their_secrets_differ() {
        assert_eq!(Seal::keyed(b"one").id(), Seal::keyed(b"one").id());
        assert_ne!(Seal::keyed(b"one").id(), Seal::keyed(b"two").id());
        assert_eq!((Seal::checksum().id(), Seal::checksum().id()), (0, 0));
    }

    #[test]
    fn several_datagrams_are_sealed_in_one_buffer() {
        let seal = Seal::checksum();
        let mut bytes = sealed(&seal, b"one");
        let start = bytes.len();
        bytes.extend_from_slice(b"two");
        seal.close_from(start, &mut bytes);
        assert_eq!(seal.open(&bytes[start..]), Some(b"two".as_slice()));
    }

    #[test]
    fn what_is_shorter_than_a_tag_is_not_opened() {
        for len in 0..TAG_LEN {
            assert_eq!(Seal::checksum().open(&vec![0; len]), None);
        }
    }

    proptest! {
        #[test]
        fn any_change_is_seen(contents in prop::collection::vec(any::<u8>(), 0..100), place: prop::sample::Index, mask in 1..=u8::MAX) {
            for seal in [Seal::checksum(), Seal::keyed(b"secret")] {
                let mut datagram = sealed(&seal, &contents);
                let place = place.index(datagram.len());
                datagram[place] ^= mask;
                prop_assert_eq!(seal.open(&datagram), None);
            }
        }
    }
}
