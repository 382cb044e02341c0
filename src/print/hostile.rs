//! Bytes that mean harm, for every printer: no panic, plain text, and no more of it than the packet is worth.
//!
//! Which link types, EtherTypes, protocols and ports have a printer is asked of the printers themselves, so that a new
//! one is among them by itself.

use std::sync::LazyLock;

use proptest::prelude::*;

use super::sample::{ether, ipv4, ipv6, options};
use super::{Decoder, Dump, DumpForm, Form, Options, Packet, Printer, Timestamp};
use crate::wire::LinkType;

/// What leads to a printer.
#[derive(Clone, Copy, Debug)]
enum Way {
    Link(u32),
    EtherType(u16),
    /// The service access points and the control field of 802.2.
    Llc([u8; 3]),
    /// The organization and its protocol, behind SNAP.
    Snap([u8; 5]),
    Ppp(u16),
    Ipv4(u8),
    Ipv6(u8),
    /// A TCP, UDP, SCTP or DCCP port, by the protocol's number.
    Port(u8, u16),
    /// Whatever the port is (`-T`).
    Type(u8, Decoder),
}

impl Way {
    /// A packet that goes this way to its `body`.
    fn packet(self, body: &[u8]) -> (LinkType, Vec<u8>) {
        match self {
            Self::Link(number) => (LinkType(number), body.to_vec()),
            Self::EtherType(kind) => (LinkType::ETHERNET, ether(kind, body)),
            Self::Llc(header) => (LinkType::ETHERNET, framed(&header, body)),
            Self::Snap(protocol) => {
                let header = [&[0xaa, 0xaa, 3], &protocol[..]].concat();
                (LinkType::ETHERNET, framed(&header, body))
            }
            Self::Ppp(protocol) => (
                LinkType::PPP,
                [&[0xff, 3], &protocol.to_be_bytes()[..], body].concat(),
            ),
            Self::Ipv4(protocol) => (LinkType::RAW, ipv4(protocol, body)),
            Self::Ipv6(protocol) => (LinkType::RAW, ipv6(protocol, body)),
            Self::Port(protocol, port) => (LinkType::RAW, ipv4(protocol, &ported(protocol, port, body))),
            Self::Type(protocol, _) => (LinkType::RAW, ipv4(protocol, &ported(protocol, 9, body))),
        }
    }
}

/// A frame of 802.3 whose length is that of its content.
fn framed(header: &[u8], body: &[u8]) -> Vec<u8> {
    let content = [header, body].concat();
    ether(u16::try_from(content.len()).unwrap(), &content)
}

/// The header of a transport from and to the same port.
fn ported(protocol: u8, port: u16, body: &[u8]) -> Vec<u8> {
    let [high, low] = port.to_be_bytes();
    let header: &[u8] = match protocol {
        TCP => &[0, 0, 0, 1, 0, 0, 0, 1, 0x50, 0x18, 1, 0, 0, 0, 0, 0],
        SCTP => &[0; 8],
        DCCP => &[5, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1],
        _ => {
            let [high, low] = u16::try_from(8 + body.len()).unwrap().to_be_bytes();
            &[high, low, 0, 0]
        }
    };
    [&[high, low, high, low], header, body].concat()
}

const TCP: u8 = 6;
const UDP: u8 = 17;
const DCCP: u8 = 33;
const SCTP: u8 = 132;

fn text(options: Options, way: Way, body: &[u8], more: u32) -> Vec<u8> {
    let (link, bytes) = way.packet(body);
    let options = match way {
        Way::Type(_, decoder) => Options {
            packet_type: Some(decoder),
            ..options
        },
        _ => options,
    };
    let packet = Packet {
        number: 1,
        interface: None,
        time: Timestamp::default(),
        link,
        wire_len: u32::try_from(bytes.len()).unwrap() + more,
        bytes: &bytes,
    };
    let mut out = Vec::new();
    Printer::new(options).print(&packet, &mut out);
    out
}

type Marked<'a> = (Options, Way, &'a [u8], u32);

/// The coloured text without what colours it.
fn without_colours((options, way, body, more): Marked<'_>) -> Vec<u8> {
    let form = Form::Coloured;
    let coloured = text(Options { form, ..options }, way, body, more);
    let mut escape = false;
    let mut plain = coloured;
    plain.retain(|&byte| {
        let was = escape;
        escape = byte == 0x1b || (escape && byte != b'm');
        !was && byte != 0x1b
    });
    plain
}

/// JSON is one line that a parser takes, without a mark in it, and its text is that of `-v`.
fn json_is_sound((options, way, body, more): Marked<'_>) {
    let verbosity = options.verbosity.max(1);
    let options = Options { verbosity, ..options };
    let plain = text(options.clone(), way, body, more);
    let form = Form::Json;
    let line = text(Options { form, ..options }, way, body, more);
    let (end, line) = line.split_last().expect("a line");
    assert!(
        *end == b'\n' && line.iter().all(|byte| matches!(byte, b' '..=b'~')),
        "{way:?}"
    );
    let object: serde_json::Value = serde_json::from_slice(line).expect("JSON");
    let shown = object["text"].as_str().expect("a text");
    assert_eq!(
        shown.as_bytes(),
        plain.strip_suffix(b"\n").expect("a line"),
        "{way:?}"
    );
}

/// All ways to a printer of its own: those on which a packet has another text than on one that nobody knows.
static WAYS: LazyLock<Vec<Way>> = LazyLock::new(|| {
    let mut ways: Vec<Way> = (0..=u8::MAX)
        .flat_map(|number| [Way::Ipv4(number), Way::Ipv6(number)])
        .collect();
    let probe = |way: &Way| {
        text(
            options(0),
            *way,
            &[0xc0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
            0,
        )
    };
    let lacks = |way: &Way, word: &[u8]| !probe(way).windows(word.len()).any(|found| found == word);
    ways.extend((0..=305).map(Way::Link).filter(|way| lacks(way, b"UNSUPPORTED")));
    let ethertypes = (1501..=u16::MAX).map(Way::EtherType);
    ways.extend(ethertypes.filter(|way| lacks(way, b", ethertype Unknown ")));
    for protocol in [UDP, TCP, SCTP, DCCP] {
        let unknown = probe(&Way::Port(protocol, 9)).len();
        let ports = (1..=u16::MAX).map(|port| Way::Port(protocol, port));
        // The text of a port that nobody knows differs only in the two numbers.
        ways.extend(ports.filter(|way| match way {
            Way::Port(_, port) => probe(way).len() != unknown + 2 * port.ilog10() as usize,
            _ => true,
        }));
    }
    ways.extend((0..=u8::MAX).flat_map(|point| [3, 0x13].map(|control| Way::Llc([point, point, control]))));
    for organization in [
        [0, 0, 0],
        [0, 0, 0x0c],
        [0, 0, 0xf8],
        [0, 0x80, 0xc2],
        [8, 0, 7],
        [0, 0x10, 0x18],
    ] {
        let [a, b, c] = organization;
        ways.extend((0..16).map(|kind| Way::Snap([a, b, c, 0, kind])));
        ways.extend((0..16).map(|kind| Way::Snap([a, b, c, 0x20, kind])));
    }
    ways.extend(
        (0x21..=0xff)
            .step_by(2)
            .flat_map(|low| [0, 0x80, 0xc0, 0xc2].map(|high| Way::Ppp(high << 8 | low))),
    );
    for name in Decoder::names(None) {
        let decoder = Decoder::named(name).unwrap();
        ways.extend([TCP, UDP, 112, 113].map(|protocol| Way::Type(protocol, decoder)));
    }
    ways
});

/// Bytes as formats have them: small numbers, lengths that nearly fit, text, and anything.
fn body() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![
        4 => any::<u8>(),
        4 => 0_u8..9,
        1 => Just(0xff_u8),
        1 => Just(0xc0_u8),
        1 => b'0'..b'~',
    ];
    prop::collection::vec(byte, 1..240)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Whatever the bytes and whoever prints them.
    #[test]
    fn any_bytes_print_as_plain_text(
        body in body(),
        verbosity in 0_u8..4,
        link_header: bool,
        dump: bool,
        more in 0_u32..200,
    ) {
        let dump = dump.then_some(Dump { form: DumpForm::HexAscii, link_header: false });
        let options = Options { verbosity, link_header, dump, ..options(0) };
        for way in WAYS.iter() {
            let text = text(options.clone(), *way, &body, more);
            prop_assert_eq!(text.last(), Some(&b'\n'));
            prop_assert!(text.iter().all(|&byte| matches!(byte, b'\n' | b'\t' | b' '..=b'~')), "{:?}", way);
            let marked = (options.clone(), *way, &body[..], more);
            prop_assert!(without_colours(marked.clone()) == text, "{:?}", way);
            if dump.is_none() {
                json_is_sound(marked);
            }
            prop_assert!(text.len() <= 16_384 + 512 * body.len(), "{:?}: {} bytes of text", way, text.len());
        }
    }
}

#[test]
fn the_ways_lead_to_the_printers() {
    let count = |is: fn(&Way) -> bool| WAYS.iter().filter(|way| is(way)).count();
    let counts = [
        count(|way| matches!(way, Way::Link(_))),
        count(|way| matches!(way, Way::EtherType(_))),
        count(|way| matches!(way, Way::Port(TCP, _))),
        count(|way| matches!(way, Way::Port(UDP, _))),
        count(|way| matches!(way, Way::Port(SCTP, _))),
    ];
    let least = [40, 30, 12, 50, 3];
    assert!(
        counts.iter().zip(least).all(|(count, least)| *count >= least),
        "{counts:?}"
    );
    assert!(
        WAYS.len() < 4_000,
        "{} ways are not told apart any more: {counts:?}",
        WAYS.len()
    );
}
