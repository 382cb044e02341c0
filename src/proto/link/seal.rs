//! A tag at the end of each datagram that turns *altered* into *lost*.
//!
//! The links of the book create nothing; a network that flips bits does. The tag is 128 bits of BLAKE3 over all
//! that comes before it: a datagram that was damaged by chance passes for whole with a probability of 2⁻¹²⁸,
//! which is never. Without a secret anybody can make the tag, so that it is a checksum; with one
//! ([`Seal::keyed`]) it is a MAC, and the same holds for a datagram that was altered or made by somebody who does
//! not know the secret. Neither hides the contents.

/// Makes and checks tags.
#[derive(Clone)]
pub struct Seal {
    key: [u8; 32],
}

impl Seal {
    /// A checksum: against chance.
    pub fn checksum() -> Self {
        Self {
            key: blake3::derive_key(CHECKSUM_CONTEXT, &[]),
        }
    }

    /// A MAC: against chance and against everybody who does not know the secret.
    pub fn keyed(secret: &[u8]) -> Self {
        Self {
            key: blake3::derive_key(KEYED_CONTEXT, secret),
        }
    }

    /// Appends the tag of `datagram` to it.
    pub fn close(&self, datagram: &mut Vec<u8>) {
        let tag = self.tag(datagram);
        datagram.extend_from_slice(&tag);
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
        let hash = blake3::keyed_hash(&self.key, contents);
        let [tag, _] = *hash.as_bytes().as_chunks::<TAG_LEN>().0 else {
            return [0; TAG_LEN];
        };
        tag
    }
}

/// The secret is not for logs.
impl std::fmt::Debug for Seal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seal")
    }
}

/// How many bytes a tag takes.
pub const TAG_LEN: usize = 16;

const CHECKSUM_CONTEXT: &str = "fairloss 2026-11-20 datagram checksum";
const KEYED_CONTEXT: &str = "fairloss 2026-11-20 datagram MAC";

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
        for contents in [b"".as_slice(), b"launch"] {
            assert_eq!(
                Seal::checksum().open(&sealed(&Seal::checksum(), contents)),
                Some(contents)
            );
        }
    }

    #[test]
    fn another_secret_does_not_open_it() {
        let datagram = sealed(&Seal::keyed(b"one"), b"launch");
        assert_eq!(Seal::keyed(b"two").open(&datagram), None);
        assert_eq!(Seal::checksum().open(&datagram), None);
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
            let mut datagram = sealed(&Seal::checksum(), &contents);
            let place = place.index(datagram.len());
            datagram[place] ^= mask;
            prop_assert_eq!(Seal::checksum().open(&datagram), None);
        }
    }
}
