//! Signatures of TCP segments (RFC 2385), checked with the key of `-M`.

use md5::{Digest as _, Md5};
use pnet_packet::ip::IpNextHeaderProtocols as Protocols;

use crate::print::cursor::Cursor;
use crate::print::internet::{Datagram, Ends};
use crate::print::page::Page;
use crate::print::text::{HexRun, put};

/// What is signed: a segment, and the addresses between which it goes.
#[derive(Clone, Copy)]
pub(super) struct Signed<'a> {
    pub(super) datagram: &'a Datagram,
    pub(super) segment: Cursor<'a>,
    /// How long its header is, with the options.
    pub(super) header_len: usize,
}

/// Prints whether `signature` is that of the segment, or why that cannot be told.
pub(super) fn print(page: &mut Page<'_>, signed: Signed<'_>, signature: &[u8]) {
    put!(page, " ");
    let Some((header, data)) = signed.parts() else {
        put!(page, "snaplen too short, can't check - ", HexRun(signature));
        return;
    };
    let Some(key) = &page.options.signature_key else {
        put!(
            page,
            "shared secret not supplied with -M, can't check - ",
            HexRun(signature)
        );
        return;
    };
    if signed.digest(header, data, key) == signature {
        put!(page, "valid");
    } else {
        page.invalid();
    }
}

impl<'a> Signed<'a> {
    /// The header without its options, and the data, if all was captured.
    fn parts(self) -> Option<(&'a [u8; HEADER], &'a [u8])> {
        let bytes = self.segment.bytes().get(..self.segment.len())?;
        Some((bytes.first_chunk()?, bytes.get(self.header_len..)?))
    }

    /// Section 2.0 of the RFC: the pseudo-header, the header with no checksum, the data, and the key.
    fn digest(self, header: &[u8; HEADER], data: &[u8], key: &[u8]) -> [u8; 16] {
        let length = self.segment.len();
        let mut digest = Md5::new();
        match self.datagram.ends {
            Ends::V4 {
                source, destination, ..
            } => {
                digest.update(source.octets());
                digest.update(destination.octets());
                digest.update([0, Protocols::Tcp.0]);
                digest.update(u16::try_from(length).unwrap_or(u16::MAX).to_be_bytes());
            }
            Ends::V6 {
                source, destination, ..
            } => {
                digest.update(source.octets());
                digest.update(destination.octets());
                digest.update(u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes());
                digest.update([0, 0, 0, Protocols::Tcp.0]);
            }
        }
        let mut header = *header;
        header[16..18].fill(0);
        digest.update(header);
        digest.update(data);
        digest.update(key);
        digest.finalize().into()
    }
}

const HEADER: usize = 20;

#[cfg(test)]
mod tests {
    use md5::{Digest as _, Md5};

    use crate::print::Options;
    use crate::print::sample::{options, shown, shown_with, tcp};
    use crate::wire::LinkType;

    const RAW: LinkType = LinkType::RAW;

    /// A segment with data that is signed with the key `secret`.
    fn signed() -> Vec<u8> {
        let area = [&[19, 18][..], &[0; 16], &[1, 1]].concat();
        let mut packet = tcp((179, 40000), (7, 8), 0x18, &area, b"hello");
        let ip = 20;
        let length = u16::try_from(packet.len() - ip).unwrap();
        let mut digest = Md5::new();
        digest.update(&packet[12..20]);
        digest.update([0, 6]);
        digest.update(length.to_be_bytes());
        digest.update(&packet[ip..ip + 16]);
        digest.update([0, 0]);
        digest.update(&packet[ip + 18..ip + 20]);
        digest.update(b"hello");
        digest.update(b"secret");
        packet[ip + 22..ip + 38].copy_from_slice(&digest.finalize());
        packet
    }

    fn told(options: &Options, packet: &[u8]) -> String {
        let text = shown_with(options, RAW, packet);
        let (_, told) = text.split_once("options [md5 ").unwrap_or_else(|| {
            let at = text.find("options [md5").unwrap();
            text.split_at(at + "options [md5".len())
        });
        told.split(",nop").next().unwrap().to_owned()
    }

    #[test]
    fn a_signature_is_checked_with_the_key() {
        let with = |key: &str| Options {
            signature_key: Some(key.as_bytes().into()),
            ..options(0)
        };
        let packet = signed();
        assert_eq!(told(&with("secret"), &packet), "valid");
        assert_eq!(told(&with("secrets"), &packet), " (invalid)");
        let mut forged = packet.clone();
        *forged.last_mut().unwrap() ^= 1;
        assert_eq!(told(&with("secret"), &forged), " (invalid)");
        // What the network changes on the way is not signed.
        let mut passed = packet.clone();
        passed[8] -= 1;
        passed[36..38].fill(0xaa);
        assert_eq!(told(&with("secret"), &passed), "valid");
    }

    #[test]
    fn why_it_cannot_be_checked_is_told() {
        let packet = signed();
        let text = shown(RAW, &packet);
        let wanted = "[md5 shared secret not supplied with -M, can't check - ";
        assert!(text.contains(wanted), "{text}");
    }
}
