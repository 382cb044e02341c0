//! The keys with which encrypted packets are opened (`-E`): of ESP (RFC 4303) by its parameters index and
//! destination, and of IKEv2 (RFC 7296) by the two ends' parameters.

use std::fmt;
use std::net::IpAddr;

use cbc::cipher::array::Array;
use cbc::cipher::{BlockModeDecrypt, KeyIvInit};

/// Keys for encrypted packets; of several that fit, the one that was given last is used.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secrets {
    security: Vec<(Option<(u32, IpAddr)>, Key)>,
    exchanges: Vec<(Exchange, Key)>,
}

/// What names the key of one direction of an IKEv2 exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Exchange {
    /// Whether the initiator sends with this key.
    pub(crate) by_initiator: bool,
    /// The initiator's parameters.
    pub(crate) initiator: [u8; 8],
    /// The responder's.
    pub(crate) responder: [u8; 8],
}

/// Why a text is not a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// It has not the form of one.
    #[error(
        "{0:?} is not spi@address algorithm:key, nor algorithm:key, nor ikev2 I|R 0xspi 0xspi auth:key enc:key"
    )]
    Form(String),
    /// It names an algorithm that we do not have.
    #[error(
        "unknown algorithm {0:?}: it may be des-cbc, 3des-cbc, aes128-cbc, aes192-cbc, aes256-cbc or none, with -hmac96"
    )]
    Algorithm(String),
    /// Its key is of another length than the algorithm's.
    #[error("{algorithm} takes a key of {expected} bytes, not of {found}")]
    Length {
        /// The algorithm.
        algorithm: String,
        /// How long its keys are.
        expected: usize,
        /// How long the key is.
        found: usize,
    },
    /// Its key is not hexadecimal.
    #[error("a key that begins with 0x must be pairs of hexadecimal digits")]
    Digits,
}

impl Secrets {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.security.is_empty() && self.exchanges.is_empty()
    }

    /// Adds the secret that a text holds.
    pub fn add(&mut self, text: &str) -> Result<(), SecretError> {
        let form = || SecretError::Form(without_keys(text));
        let mut words = text.split_ascii_whitespace();
        let (Some(first), second) = (words.next(), words.next()) else {
            return Err(form());
        };
        let Some(second) = second else {
            self.security.push((None, Key::parse(first, form)?));
            return Ok(());
        };
        if first.eq_ignore_ascii_case("ikev2") {
            let (exchange, key) = exchange(second, words, form)?;
            self.exchanges.push((exchange, key));
            return Ok(());
        }
        let (index, address) = first.split_once('@').ok_or_else(form)?;
        let index = number(index).ok_or_else(form)?;
        let address = address.parse().map_err(|_| form())?;
        if words.next().is_some() {
            return Err(form());
        }
        self.security
            .push((Some((index, address)), Key::parse(second, form)?));
        Ok(())
    }

    /// The key of what goes to `address` under this index, or of everything that has none of its own.
    pub(crate) fn security(&self, index: u32, address: IpAddr) -> Option<&Key> {
        let last = |wanted: Option<(u32, IpAddr)>| {
            let found = self.security.iter().rev().find(|(of, _)| *of == wanted);
            found.map(|(_, key)| key)
        };
        last(Some((index, address))).or_else(|| last(None))
    }

    /// The key of one direction of an exchange.
    pub(crate) fn exchange(&self, wanted: Exchange) -> Option<&Key> {
        let found = self.exchanges.iter().rev().find(|(of, _)| *of == wanted);
        found.map(|(_, key)| key)
    }
}

/// The parts of `ikev2 I|R 0xspi 0xspi auth:key enc:key` after its first word.
fn exchange<'a>(
    side: &str,
    mut words: impl Iterator<Item = &'a str>,
    form: impl Fn() -> SecretError + Copy,
) -> Result<(Exchange, Key), SecretError> {
    let by_initiator = match side {
        "I" => true,
        "R" => false,
        _ => return Err(form()),
    };
    let mut parameters = || -> Option<[u8; 8]> { hex(words.next()?.strip_prefix("0x")?)?.try_into().ok() };
    let (initiator, responder) = (parameters().ok_or_else(form)?, parameters().ok_or_else(form)?);
    let authentication = words.next().ok_or_else(form)?;
    let mut key = Key::parse(words.next().ok_or_else(form)?, form)?;
    let (algorithm, _) = authentication.split_once(':').ok_or_else(form)?;
    if ["sha1", "md5"]
        .iter()
        .any(|known| algorithm.eq_ignore_ascii_case(known))
    {
        key.check = HMAC_96;
    }
    let exchange = Exchange {
        by_initiator,
        initiator,
        responder,
    };
    Ok((exchange, key))
}

/// Keys are shown nowhere.
impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secrets")
            .field("security", &self.security.len())
            .field("exchanges", &self.exchanges.len())
            .finish()
    }
}

/// A key, what it is for, and how many bytes after what it opens only vouch for that.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Key {
    cipher: Cipher,
    bytes: Vec<u8>,
    check: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Cipher {
    None,
    Des,
    TripleDes,
    Aes128,
    Aes192,
    Aes256,
}

impl Key {
    /// `algorithm:key`, the key in hexadecimal after `0x` or as it is.
    fn parse(text: &str, form: impl Fn() -> SecretError) -> Result<Self, SecretError> {
        let (name, key) = text.split_once(':').ok_or_else(form)?;
        let (algorithm, check) = match name.strip_suffix("-hmac96") {
            Some(algorithm) => (algorithm, HMAC_96),
            None => (name, 0),
        };
        let cipher = match algorithm.strip_suffix("-cbc").unwrap_or(algorithm) {
            "none" => Cipher::None,
            "des" => Cipher::Des,
            "3des" | "des3" => Cipher::TripleDes,
            "aes128" | "aes-128" => Cipher::Aes128,
            "aes192" | "aes-192" => Cipher::Aes192,
            "aes256" | "aes-256" => Cipher::Aes256,
            _ => return Err(SecretError::Algorithm(name.to_owned())),
        };
        let bytes = match key.strip_prefix("0x") {
            Some(digits) => hex(digits).ok_or(SecretError::Digits)?,
            None => key.as_bytes().to_vec(),
        };
        let expected = cipher.key_len();
        if expected.is_some_and(|expected| expected != bytes.len()) {
            return Err(SecretError::Length {
                algorithm: algorithm.to_owned(),
                expected: expected.unwrap_or_default(),
                found: bytes.len(),
            });
        }
        Ok(Self { cipher, bytes, check })
    }

    /// How much there is besides the text.
    pub(crate) fn overhead(&self) -> usize {
        self.cipher.block() + self.check
    }

    /// Opens `sealed`: the initial vector, the encrypted text and what vouches for it. `None` if it is too short
    /// or not made of whole blocks.
    pub(crate) fn open(&self, sealed: &[u8]) -> Option<Vec<u8>> {
        let sealed = sealed.get(..sealed.len().checked_sub(self.check)?)?;
        let (vector, text) = sealed.split_at_checked(self.cipher.block())?;
        let mut text = text.to_vec();
        let whole = match self.cipher {
            Cipher::None => true,
            Cipher::Des => decrypt::<cbc::Decryptor<des::Des>>(&self.bytes, vector, &mut text),
            Cipher::TripleDes => decrypt::<cbc::Decryptor<des::TdesEde3>>(&self.bytes, vector, &mut text),
            Cipher::Aes128 => decrypt::<cbc::Decryptor<aes::Aes128>>(&self.bytes, vector, &mut text),
            Cipher::Aes192 => decrypt::<cbc::Decryptor<aes::Aes192>>(&self.bytes, vector, &mut text),
            Cipher::Aes256 => decrypt::<cbc::Decryptor<aes::Aes256>>(&self.bytes, vector, &mut text),
        };
        whole.then_some(text)
    }
}

impl Cipher {
    fn key_len(self) -> Option<usize> {
        match self {
            Self::None => None,
            Self::Des => Some(8),
            Self::Aes128 => Some(16),
            Self::TripleDes | Self::Aes192 => Some(24),
            Self::Aes256 => Some(32),
        }
    }

    /// How long a block is, and with it the initial vector.
    fn block(self) -> usize {
        match self {
            Self::None => 0,
            Self::Des | Self::TripleDes => 8,
            Self::Aes128 | Self::Aes192 | Self::Aes256 => 16,
        }
    }
}

/// Decrypts in place; false if the text is not made of whole blocks.
fn decrypt<C: BlockModeDecrypt + KeyIvInit>(key: &[u8], vector: &[u8], text: &mut [u8]) -> bool {
    let Ok(mut cipher) = C::new_from_slices(key, vector) else {
        return false;
    };
    let (blocks, rest) = Array::slice_as_chunks_mut(text);
    if !rest.is_empty() {
        return false;
    }
    cipher.decrypt_blocks(blocks);
    true
}

/// A number as C writes it: decimal, octal after `0`, hexadecimal after `0x`.
fn number(text: &str) -> Option<u32> {
    if let Some(digits) = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        return u32::from_str_radix(digits, 16).ok();
    }
    match text.strip_prefix('0') {
        Some(digits) if !digits.is_empty() => u32::from_str_radix(digits, 8).ok(),
        _ => text.parse().ok(),
    }
}

fn hex(digits: &str) -> Option<Vec<u8>> {
    let pairs = digits.as_bytes().chunks(2);
    pairs
        .map(|pair| {
            let pair = std::str::from_utf8(pair).ok().filter(|pair| pair.len() == 2)?;
            u8::from_str_radix(pair, 16).ok()
        })
        .collect()
}

/// A text for an error message, without what is after a colon.
fn without_keys(text: &str) -> String {
    let words = text.split_ascii_whitespace();
    let shown: Vec<&str> = words
        .map(|word| word.split_once(':').map_or(word, |(before, _)| before))
        .collect();
    shown.join(" ")
}

/// What HMAC-MD5-96 and HMAC-SHA1-96 add (RFC 2403, RFC 2404).
const HMAC_96: usize = 12;

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> Key {
        let mut secrets = Secrets::default();
        secrets.add(text).unwrap();
        secrets.security(1, [0, 0, 0, 0].into()).unwrap().clone()
    }

    /// RFC 3602, section 4, case 1.
    #[test]
    fn a_block_of_aes_is_opened() {
        let key = key("aes128-cbc:0x06a9214036b8a15b512e03d534120006");
        let mut sealed = hex("3dafba429d9eb430b422da802c9fac41").unwrap();
        sealed.extend(hex("e353779c1079aeb82708942dbe77181a").unwrap());
        assert_eq!(key.open(&sealed).unwrap(), b"Single block msg");
        sealed.pop();
        assert_eq!(key.open(&sealed), None);
        assert_eq!(key.open(&sealed[..9]), None);
    }

    #[test]
    fn the_last_secret_that_fits_is_used() {
        let mut secrets = Secrets::default();
        secrets.add("0x10@192.0.2.1 none:first").unwrap();
        secrets.add("16@192.0.2.1 none:second").unwrap();
        secrets.add("none-hmac96:other").unwrap();
        let of = |index, last| {
            secrets
                .security(index, [192, 0, 2, last].into())
                .unwrap()
                .bytes
                .clone()
        };
        assert_eq!(of(16, 1), b"second");
        assert_eq!(of(16, 2), b"other");
        assert_eq!(of(17, 1), b"other");
    }

    #[test]
    fn an_exchange_has_a_key_for_each_side() {
        let mut secrets = Secrets::default();
        secrets
            .add("ikev2 I 0x0102030405060708 0x1112131415161718 sha1:0x00 none:0x01")
            .unwrap();
        let mut wanted = Exchange {
            by_initiator: true,
            initiator: [1, 2, 3, 4, 5, 6, 7, 8],
            responder: [0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18],
        };
        assert_eq!(secrets.exchange(wanted).unwrap().open(&[7; 13]).unwrap(), [7]);
        wanted.by_initiator = false;
        assert!(secrets.exchange(wanted).is_none());
    }

    #[test]
    fn what_is_wrong_is_told_without_the_key() {
        let error = |text: &str| Secrets::default().add(text).unwrap_err().to_string();
        assert!(error("rot13:hush").starts_with("unknown algorithm \"rot13\""));
        assert!(error("0x1@nowhere des-cbc:hush").starts_with("\"0x1@nowhere des-cbc\" is not"));
        assert_eq!(error("des-cbc:short"), "des-cbc takes a key of 8 bytes, not of 5");
        assert_eq!(error("des-cbc:0x123"), SecretError::Digits.to_string());
        assert!(!format!("{:?}", Secrets::default()).contains("hush"));
    }
}
