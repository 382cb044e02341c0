//! The key exchange of IPsec: ISAKMP and IKEv1 (RFC 2408, RFC 2409, RFC 2407), IKEv2 (RFC 7296), and both beside
//! ESP on one UDP port (RFC 3948).

mod attributes;
mod identity;
mod notify;
mod payload;
mod v1;
mod v2;

use std::net::IpAddr;

use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::internet::{Datagram, Ends, ipsec};
use crate::print::page::Page;
use crate::print::text::{HexRun, put};
use payload::{Context, Cut, Numbered, known, payload_name};

/// Prints a message.
pub(super) fn print(page: &mut Page<'_>, datagram: &Datagram, message: Cursor<'_>) -> Shown {
    page.enter("isakmp");
    message.need(HEADER)?;
    let mut rest = message;
    let (initiator, responder) = (rest.array::<8>()?, rest.array::<8>()?);
    let (first, version, exchange, flags) = (rest.u8()?, rest.u8()?, rest.u8()?, rest.u8()?);
    let (id, length) = (rest.array::<4>()?, rest.u32()?);

    put!(page, "isakmp");
    if page.verbose(1) {
        put!(page, " ", version >> 4, ".", version & 15, " msgid ", HexRun(&id));
    }
    if page.verbose(2) {
        put!(page, " cookie ", HexRun(&initiator), "->", HexRun(&responder));
    }
    put!(page, ":");
    let context = match version >> 4 {
        1 => {
            let phase = if id == [0; 4] { 1 } else { 2 };
            put!(page, " phase ", phase, if phase == 2 { "/others" } else { "" });
            put!(page, " ", side(page, datagram, initiator, responder));
            Context::v1(phase)
        }
        2 => {
            put!(page, if id == [0; 4] { " parent_sa" } else { " child_sa " });
            Context::v2(flags & INITIATOR != 0, initiator, responder)
        }
        _ => return Ok(()),
    };
    put!(page, " ", exchange_name(exchange));
    if flags != 0 {
        let names = if context.is_v2() { FLAGS_V2 } else { FLAGS_V1 };
        put!(page, "[");
        for (bit, name) in names {
            put!(page, if flags & bit != 0 { *name } else { "" });
        }
        put!(page, "]");
    }
    if !page.verbose(1) {
        return Ok(());
    }
    put!(page, ":");
    if flags & ENCRYPTED != 0 {
        put!(page, " [encrypted ", payload_name(first), "]");
    } else if let Err(Cut::Packet(stop)) = payload::chain(page, first, rest, &context) {
        return Err(stop);
    }
    if length as usize != message.len() {
        put!(
            page,
            " (len mismatch: isakmp ",
            length,
            "/ip ",
            message.len(),
            ")"
        );
    }
    Ok(())
}

/// Prints what shares the port 4500: messages, encrypted packets, and the bytes that keep a translation alive.
pub(super) fn nat_traversal(page: &mut Page<'_>, datagram: &Datagram, packet: Cursor<'_>) -> Shown {
    page.enter("isakmp_rfc3948");
    if packet.len() == 1 && packet.peek_u8(0)? == 0xff {
        put!(page, "isakmp-nat-keep-alive");
        return Ok(());
    }
    if packet.len() < 4 {
        return Err(Stop::Truncated);
    }
    if packet.peek_u32(0)? == 0 {
        put!(page, "NONESP-encap: ");
        return print(page, datagram, packet.after(4));
    }
    put!(page, "UDP-encap: ");
    ipsec::encrypted(page, datagram, packet)
}

/// Which side sent a message of version 1, as far as the first message of the exchange was seen.
fn side(page: &mut Page<'_>, datagram: &Datagram, initiator: [u8; 8], responder: [u8; 8]) -> &'static str {
    let (source, destination): (IpAddr, IpAddr) = match datagram.ends {
        Ends::V4 {
            source, destination, ..
        } => (source.into(), destination.into()),
        Ends::V6 {
            source, destination, ..
        } => (source.into(), destination.into()),
    };
    match page.dialogues.ike.get(&initiator) {
        Some((first, _)) if *first == source => "I",
        Some((_, other)) if *other == source => "R",
        None if responder == [0; 8] && initiator != [0; 8] => {
            page.dialogues.ike.insert(initiator, (source, destination));
            "I"
        }
        _ => "?",
    }
}

fn exchange_name(exchange: u8) -> Numbered {
    known(EXCHANGES, exchange.into())
}

const HEADER: usize = 28;
const ENCRYPTED: u8 = 0x01;
const INITIATOR: u8 = 0x08;
const FLAGS_V1: &[(u8, &str)] = &[(ENCRYPTED, "E"), (0x02, "C")];
const FLAGS_V2: &[(u8, &str)] = &[(INITIATOR, "I"), (0x10, "V"), (0x20, "R")];

#[rustfmt::skip]
const EXCHANGES: &[(u16, &str)] = &[
    (0, "none"), (1, "base"), (2, "ident"), (3, "auth"), (4, "agg"), (5, "inf"),
    (32, "oakley-quick"), (33, "oakley-newgroup"),
    (34, "ikev2_init"), (35, "ikev2_auth"), (36, "child_sa"), (37, "inf2"),
];

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, options, shown, texts, udp, verbose};
    use crate::wire::LinkType;

    const RAW: LinkType = LinkType::RAW;

    fn message(version: u8, first: u8, exchange: u8, flags: u8, responder: u8, payloads: &[u8]) -> Vec<u8> {
        let mut message = vec![1, 2, 3, 4, 5, 6, 7, 8];
        message.extend([responder; 8]);
        message.extend([first, version, exchange, flags, 0, 0, 0, 0]);
        message.extend(u32::try_from(28 + payloads.len()).unwrap().to_be_bytes());
        message.extend_from_slice(payloads);
        message
    }

    #[test]
    fn the_side_is_known_once_the_first_message_was_seen() {
        let first = udp(500, 500, &message(0x10, 1, 2, 0, 0, &[]));
        let mut answer = udp(500, 500, &message(0x10, 1, 2, 0, 9, &[]));
        let mut later = answer.clone();
        answer.swap(15, 19);
        let texts = texts(&options(0), RAW, &[&answer, &first, &answer, &later]);
        let tails: Vec<&str> = texts
            .iter()
            .map(|text| text.split_once(": ").unwrap().1)
            .collect();
        assert_eq!(
            tails,
            [
                "isakmp: phase 1 ? ident",
                "isakmp: phase 1 I ident",
                "isakmp: phase 1 R ident",
                "isakmp: phase 1 I ident"
            ]
        );
        later[20] = 1;
        assert!(shown(RAW, &later).contains("isakmp: phase 1 ? ident"));
    }

    #[test]
    fn a_proposal_of_version_1_is_nested() {
        let payloads = [
            0, 0, 0, 36, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 24, 1, 1, 0, 1, 0, 0, 0, 16, 1, 1, 0, 0, 0x80, 1,
            0, 7, 0x80, 14, 0, 128,
        ];
        let packet = udp(500, 500, &message(0x10, 1, 2, 0, 0, &payloads));
        assert!(verbose(1, RAW, &packet).ends_with(
            "isakmp 1.0 msgid 00000000: phase 1 I ident:\n    (sa: doi=ipsec situation=identity\n        (p: #1 \
             protoid=isakmp transform=1\n            (t: #1 id=ike (type=enc value=aes)(type=keylen value=0080))))"
        ));
        assert_every_cut_is_told(RAW, &packet);
    }

    #[test]
    fn payloads_of_version_2_are_told() {
        let payloads = [
            40, 0, 0, 28, 0, 0, 0, 24, 1, 1, 0, 1, 0, 0, 0, 12, 1, 0, 0, 12, 0x80, 14, 0, 128, 0, 0, 0, 0,
            41, 0x80, 0, 8, 1, 2, 3, 4, 0, 0, 0, 8, 0, 0, 0x40, 4,
        ];
        let packet = udp(500, 500, &message(0x20, 33, 34, 8, 0, &payloads));
        let text = verbose(1, RAW, &packet);
        assert!(
            text.contains("isakmp 2.0 msgid 00000000: parent_sa ikev2_init[I]:\n    (sa: len=24"),
            "{text}"
        );
        assert!(
            text.contains("(t: #1 type=encr id=aes (type=keylen value=0080))"),
            "{text}"
        );
        assert_every_cut_is_told(RAW, &packet);
    }

    #[test]
    fn a_transform_has_only_the_room_of_its_proposal() {
        let transform = |next: u8| [next, 0, 0, 8, 1, 0, 0, 12];
        // There is room for one transform and a bit; the second one is of the message, not of the proposal.
        let mut payloads = vec![0, 0, 0, 28, 0, 0, 0, 24, 1, 1, 0, 2];
        payloads.extend(transform(3));
        payloads.extend(transform(3));
        payloads.extend(transform(0));
        let text = verbose(1, RAW, &udp(500, 500, &message(0x20, 33, 34, 8, 0, &payloads)));
        let (_, told) = text.split_once("transform=2 len=24").unwrap();
        assert!(told.contains("(t: #1 ") && told.contains("(t: #2 "), "{told}");
        assert!(!told.contains("(t: #3 ") && told.contains(" [|p]"), "{told}");
    }

    #[test]
    fn a_list_of_nothing_is_not_endless() {
        let deletion = [12, 0, 0, 12, 0, 0, 0, 1, 1, 0, 0xff, 0xff];
        let text = verbose(
            1,
            RAW,
            &udp(500, 500, &message(0x10, 12, 5, 0, 0, &deletion.repeat(100))),
        );
        assert!(text.contains(" spilen=0 nspi=65535 spi=,,,"), "{text}");
        assert!(text.len() < 60_000, "{}", text.len());
    }

    #[test]
    fn payloads_within_payloads_end() {
        let mut payloads = Vec::new();
        for _ in 0..2000 {
            payloads.extend([1, 0, 0, 13, 0, 0, 0, 1, 0, 0, 0, 1]);
        }
        let text = verbose(1, RAW, &udp(500, 500, &message(0x10, 1, 2, 0, 0, &payloads)));
        assert!(text.len() < 10_000, "{}", text.len());
    }

    #[test]
    fn port_4500_has_three_kinds() {
        assert!(shown(RAW, &udp(4500, 4500, &[0xff])).ends_with(": isakmp-nat-keep-alive"));
        let mut packet = vec![0; 4];
        packet.extend(message(0x10, 1, 2, 0, 0, &[]));
        assert!(shown(RAW, &udp(4500, 4500, &packet)).ends_with(": NONESP-encap: isakmp: phase 1 I ident"));
        let esp = udp(4500, 4500, &[0, 0, 0, 1, 0, 0, 0, 2, 3]);
        assert!(shown(RAW, &esp).ends_with(": UDP-encap: ESP(spi=0x00000001,seq=0x2), length 9"));
    }
}
