//! The first packet of a client, whose keys anybody can derive (RFC 9001 section 5.2, RFC 9369 section 3.3): the
//! name of the server that it asks for.

use aes::Aes128;
use aes::cipher::BlockCipherEncrypt as _;
use aes_gcm::Aes128Gcm;
use aes_gcm::aead::{AeadInOut as _, KeyInit as _};
use hkdf::Hkdf;
use sha2::Sha256;

use super::{TAG, integer};
use crate::print::application::tls::{self, Hello};
use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;

/// QUIC version 2.
pub(super) const VERSION_2: u32 = 0x6b33_43cf;

/// Prints ` (SNI=name)` if the packet is a client's first, whole, and has one. `protected` is where its number
/// begins.
pub(super) fn print(page: &mut Page<'_>, version: u32, destination: &[u8], packet: &[u8], protected: usize) {
    let mut buffer = [0; LARGEST];
    let Some(copy) = buffer.get_mut(..packet.len()) else {
        return;
    };
    copy.copy_from_slice(packet);
    let mut crypto = Stream::default();
    let hello = Keys::of_client(version, destination)
        .and_then(|keys| keys.open(copy, protected))
        .map(|frames| {
            // What is before a frame that is not understood is good.
            let _ = crypto.collect(Cursor::new(frames, frames.len()));
            Hello::parse(Cursor::new(crypto.begin(), crypto.begin().len()))
        });
    if let Some(Hello {
        server: Some(name), ..
    }) = hello
    {
        tls::put_hello(page, Some(name), None);
    }
}

/// The keys of one direction.
struct Keys {
    header: [u8; 16],
    key: [u8; 16],
    iv: [u8; 12],
}

impl Keys {
    fn of_client(version: u32, destination: &[u8]) -> Option<Self> {
        let (salt, labels) = match version {
            1 => (&SALT_1, ["tls13 quic hp", "tls13 quic key", "tls13 quic iv"]),
            VERSION_2 => (
                &SALT_2,
                ["tls13 quicv2 hp", "tls13 quicv2 key", "tls13 quicv2 iv"],
            ),
            _ => return None,
        };
        let mut secret = [0; 32];
        expand(
            &Hkdf::new(Some(salt), destination),
            "tls13 client in",
            &mut secret,
        )?;
        let secret = Hkdf::from_prk(&secret).ok()?;
        let mut keys = Self {
            header: [0; 16],
            key: [0; 16],
            iv: [0; 12],
        };
        let [header, key, iv] = labels;
        expand(&secret, header, &mut keys.header)?;
        expand(&secret, key, &mut keys.key)?;
        expand(&secret, iv, &mut keys.iv)?;
        Some(keys)
    }

    /// Takes the protection off a packet, in place. Returns its frames, if the keys are its own.
    fn open<'a>(&self, packet: &'a mut [u8], protected: usize) -> Option<&'a [u8]> {
        let sample = packet.get(protected + 4..)?.first_chunk::<16>()?;
        let mut mask = (*sample).into();
        Aes128::new(&self.header.into()).encrypt_block(&mut mask);
        let first = packet.first_mut()?;
        *first ^= mask.first()? & 0x0f;
        let number_len = usize::from(*first & 3) + 1;
        let mut nonce = self.iv;
        let number = packet.get_mut(protected..protected + number_len)?;
        for (byte, mask) in number.iter_mut().zip(mask.iter().skip(1)) {
            *byte ^= mask;
        }
        for (byte, number) in nonce.iter_mut().rev().zip(number.iter().rev()) {
            *byte ^= number;
        }
        let (header, body) = packet.split_at_mut_checked(protected + number_len)?;
        let (body, tag) = body.split_at_mut_checked(body.len().checked_sub(TAG)?)?;
        let tag = *tag.first_chunk::<TAG>()?;
        Aes128Gcm::new(&self.key.into())
            .decrypt_inout_detached(&nonce.into(), header, (&mut *body).into(), &tag.into())
            .ok()?;
        Some(body)
    }
}

/// HKDF-Expand-Label (RFC 8446 section 7.1) without a context; the label with its prefix.
fn expand(secret: &Hkdf<Sha256>, label: &str, out: &mut [u8]) -> Option<()> {
    let length = u16::try_from(out.len()).ok()?.to_be_bytes();
    let label_len = [u8::try_from(label.len()).ok()?];
    secret
        .expand_multi_info(&[&length, &label_len, label.as_bytes(), &[0]], out)
        .ok()
}

/// The handshake messages in a packet, whose pieces may be in any order.
struct Stream {
    bytes: [u8; LARGEST],
    filled: [bool; LARGEST],
}

impl Default for Stream {
    fn default() -> Self {
        Self {
            bytes: [0; LARGEST],
            filled: [false; LARGEST],
        }
    }
}

impl Stream {
    /// Puts the pieces in their places, up to the first frame that has no place in a client's first packet.
    fn collect(&mut self, mut frames: Cursor<'_>) -> Shown {
        while !frames.is_empty() {
            match frames.u8()? {
                PADDING | PING => {}
                CRYPTO => {
                    let (offset, length) = (integer(&mut frames)?, integer(&mut frames)?);
                    let length = usize::try_from(length).unwrap_or(usize::MAX);
                    let piece = frames.take(length)?;
                    let place = usize::try_from(offset)
                        .ok()
                        .and_then(|offset| Some(offset..offset.checked_add(length)?));
                    if let Some(place) = place
                        && let Some(bytes) = self.bytes.get_mut(place.clone())
                        && let Some(filled) = self.filled.get_mut(place)
                    {
                        bytes.copy_from_slice(piece);
                        filled.fill(true);
                    }
                }
                _ => return Ok(()),
            }
        }
        Ok(())
    }

    /// The bytes from the beginning on, up to the first that is missing.
    fn begin(&self) -> &[u8] {
        let length = self.filled.iter().position(|filled| !filled);
        self.bytes.get(..length.unwrap_or(LARGEST)).unwrap_or_default()
    }
}

/// Packets longer than this are not opened; those of clients have 1,200 bytes or a few more.
const LARGEST: usize = 2048;

const SALT_1: [u8; 20] = [
    0x38, 0x76, 0x2c, 0xf7, 0xf5, 0x59, 0x34, 0xb3, 0x4d, 0x17, 0x9a, 0xe6, 0xa4, 0xc8, 0x0c, 0xad, 0xcc,
    0xbb, 0x7f, 0x0a,
];
const SALT_2: [u8; 20] = [
    0x0d, 0xed, 0xe3, 0xde, 0xf7, 0x00, 0xa6, 0xdb, 0x81, 0x93, 0x81, 0xbe, 0x6e, 0x26, 0x9d, 0xcb, 0xf9,
    0xbd, 0x2e, 0xd9,
];

const PADDING: u8 = 0;
const PING: u8 = 1;
const CRYPTO: u8 = 6;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::print::sample::{shown, udp, verbose};
    use crate::wire::LinkType;

    const ID: [u8; 8] = [0x83, 0x94, 0xc8, 0xf0, 0x3e, 0x51, 0x57, 0x08];

    /// A client's first packet of a version, protected as such, that asks for `example.org`.
    fn first_packet(version: u32) -> Vec<u8> {
        let mut hello = vec![1, 0, 0, 63, 3, 3];
        hello.extend_from_slice(&[7; 32]);
        hello.extend_from_slice(b"\0\0\x02\x13\x01\x01\0\0\x14\0\0\0\x10\0\x0e\0\0\x0bexample.org");
        let mut frames = vec![CRYPTO, 0, 0x40, u8::try_from(hello.len()).unwrap()];
        frames.extend_from_slice(&hello);
        frames.resize(200, PADDING);

        let kind = if version == 1 { 0xc3 } else { 0xd3 };
        let mut header = vec![kind];
        header.extend(version.to_be_bytes());
        header.push(8);
        header.extend(ID);
        let length = u16::try_from(4 + frames.len() + TAG).unwrap() | 0x4000;
        header.extend_from_slice(&[0, 0]);
        header.extend(length.to_be_bytes());
        let protected = header.len();
        header.extend([0, 0, 0, 2]);

        let keys = Keys::of_client(version, &ID).unwrap();
        let mut nonce = keys.iv;
        nonce[11] ^= 2;
        let tag = Aes128Gcm::new(&keys.key.into())
            .encrypt_inout_detached(&nonce.into(), &header, frames.as_mut_slice().into())
            .unwrap();
        let mut packet = header;
        packet.extend(frames);
        packet.extend(tag);
        let mut mask = (*packet[protected + 4..].first_chunk::<16>().unwrap()).into();
        Aes128::new(&keys.header.into()).encrypt_block(&mut mask);
        packet[0] ^= mask[0] & 0x0f;
        for index in 0..4 {
            packet[protected + index] ^= mask[1 + index];
        }
        packet
    }

    #[test]
    fn the_name_in_a_first_packet_is_told_under_v() {
        for version in [1, VERSION_2] {
            let packet = udp(40000, 443, &first_packet(version));
            let text = verbose(1, LinkType::RAW, &packet);
            assert!(text.ends_with(", length 220 (SNI=example.org)"), "{text}");
            assert!(shown(LinkType::RAW, &packet).ends_with(", length 220"));
        }
        // A packet that was changed on its way is not.
        let mut packet = udp(40000, 443, &first_packet(1));
        *packet.last_mut().unwrap() ^= 1;
        assert!(verbose(1, LinkType::RAW, &packet).ends_with(", length 220"));
    }

    /// The keys that RFC 9001 appendix A.1 and RFC 9369 appendix A.1 derive for the identifier 0x8394c8f03e515708.
    #[test]
    fn the_keys_of_the_documents() {
        let keys = Keys::of_client(1, &ID).unwrap();
        assert_eq!(
            u128::from_be_bytes(keys.key),
            0x1f36_9613_dd76_d546_7730_efcb_e3b1_a22d
        );
        assert_eq!(
            u128::from_be_bytes(keys.header),
            0x9f50_449e_04a0_e810_283a_1e99_33ad_edd2
        );
        let second = Keys::of_client(VERSION_2, &ID).unwrap();
        assert_eq!(
            u128::from_be_bytes(second.key),
            0x8b1a_0bc1_2128_4290_a29e_0971_b5cd_045d
        );
        assert!(Keys::of_client(3, &ID).is_none());
    }

    #[test]
    fn pieces_come_in_any_order_and_a_gap_ends_what_is_known() {
        let mut stream = Stream::default();
        let frames = [
            CRYPTO, 2, 2, b'c', b'd', PADDING, PING, CRYPTO, 0, 2, b'a', b'b', CRYPTO, 9, 1, b'z',
        ];
        stream.collect(Cursor::new(&frames, frames.len())).unwrap();
        assert_eq!(stream.begin(), b"abcd");
        // Far beyond what is kept.
        let far = [CRYPTO, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 7];
        stream.collect(Cursor::new(&far, far.len())).unwrap();
        assert_eq!(stream.begin(), b"abcd");
    }
}
