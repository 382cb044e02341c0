//! A shared secret and how it is used.

use std::fmt;

use super::mac::{Algorithm, Running};
use crate::wire::dns::Name;

/// A key for TSIG. It is shown by its name; the secret is not shown by anything.
#[derive(Clone, PartialEq, Eq)]
pub struct Key {
    name: Name,
    algorithm: Algorithm,
    secret: Vec<u8>,
    /// How many bits of a signature are sent; 0 for all.
    bits: u16,
}

impl Key {
    /// A key by the name under which both sides know it. `bits` of each signature are sent, or all if 0.
    pub fn new(name: &Name, algorithm: Algorithm, secret: Vec<u8>, bits: u16) -> Self {
        Self {
            name: name.to_lowercase(),
            algorithm,
            secret,
            bits,
        }
    }

    /// The name.
    pub fn name(&self) -> &Name {
        &self.name
    }

    /// The algorithm.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Whether the secret is shorter than BIND takes for secure: 64 bits.
    pub fn is_weak(&self) -> bool {
        self.secret.len() < 8
    }

    /// Whether there is no secret at all.
    pub fn is_empty(&self) -> bool {
        self.secret.is_empty()
    }

    /// How many bytes of a signature are sent.
    pub(super) fn sent_len(&self) -> usize {
        let whole = self.algorithm.mac_len();
        match self.bits {
            0 => whole,
            bits => usize::from(bits.div_ceil(8)).min(whole),
        }
    }

    /// Begins a signature.
    pub(super) fn start(&self) -> Running {
        self.algorithm.start(&self.secret)
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key")
            .field("name", &self.name)
            .field("algorithm", &self.algorithm)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_secret_is_not_shown() {
        let secret = b"top secret".to_vec();
        let key = Key::new(&Name::root(), Algorithm::HmacSha256, secret.clone(), 0);
        let shown = format!("{key:?}");
        assert!(
            !shown.contains("top") && !shown.contains(&format!("{secret:?}")),
            "{shown}"
        );
    }

    #[test]
    fn bits_are_sent_in_whole_bytes() {
        let sent = |bits| Key::new(&Name::root(), Algorithm::HmacSha1, vec![1], bits).sent_len();
        assert_eq!([0, 17, 80, 160].map(sent), [20, 3, 10, 20]);
    }
}
