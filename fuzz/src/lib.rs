//! What the targets that print packets share: how an input becomes options and packets, and what must hold of the text.
//!
//! An input is four bytes of options and then packets, each behind three bytes: two of its captured length
//! and one of how much longer it was on the wire. `examples/seeds.rs` writes captures in this form.

use std::net::IpAddr;
use std::sync::LazyLock;

use fairloss::print::{
    Decoder, Dump, DumpForm, Names, Options, Packet, Printer, Secrets, TimeStyle, Timestamp, Transport,
};
use fairloss::wire::LinkType;

/// The link types that have a target of their own.
pub const FILTERED: [LinkType; 8] = [
    LinkType::ETHERNET,
    LinkType::RAW,
    LinkType::NULL,
    LinkType::LOOP,
    LinkType::LINUX_SLL,
    LinkType::LINUX_SLL2,
    LinkType::IPV4,
    LinkType::IPV6,
];

/// The largest number that a link type of a capture file has today.
pub const LAST_LINK: u32 = 305;

/// Prints the packets of an input as ones of this link type.
pub fn print(link: LinkType, input: &[u8]) {
    let Some(input) = Input::new(input) else {
        return;
    };
    let mut out = Vec::new();
    let mut printer = input.printer();
    // The same by two printers, of which one only looks and is told the rest, as on several cores.
    let (mut looking, mut told) = (input.printer(), input.printer());
    let mut apart = Vec::new();
    for (number, (bytes, more)) in (1..).zip(input.packets()) {
        let captured = u32::try_from(bytes.len()).expect("a packet has fewer than 65536 bytes");
        let packet = Packet {
            number,
            interface: None,
            time: Timestamp {
                secs: i64::try_from(number).unwrap_or_default(),
                nanos: 0,
            },
            link,
            wire_len: captured + u32::from(more),
            bytes,
        };
        out.clear();
        printer.print(&packet, &mut out);
        check(&out, bytes);
        apart.clear();
        match looking.look_ahead(&packet) {
            Some(known) => {
                let bytes = known.read(&packet);
                told.print_knowing(&Packet { bytes, ..packet }, known, &mut apart);
            }
            None => looking.print(&packet, &mut apart),
        }
        assert!(
            out == apart,
            "printed apart:\n{}\n{}",
            String::from_utf8_lossy(&out),
            String::from_utf8_lossy(&apart)
        );
    }
}

/// A text ends with its only way to end, moves no terminal, and is not out of all proportion to its packet.
fn check(text: &[u8], packet: &[u8]) {
    assert_eq!(text.last(), Some(&b'\n'));
    let is_plain = |byte: &u8| matches!(byte, b'\n' | b'\t' | b' '..=b'~');
    assert!(
        text.iter().all(is_plain),
        "a control character came through:\n{}",
        String::from_utf8_lossy(text)
    );
    let limit = 16_384 + packet.len() * 512;
    assert!(
        text.len() <= limit,
        "{} bytes of text of a packet of {}",
        text.len(),
        packet.len()
    );
}

struct Input<'a> {
    how: [u8; 4],
    packets: &'a [u8],
}

impl<'a> Input<'a> {
    fn new(input: &'a [u8]) -> Option<Self> {
        let (how, packets) = input.split_first_chunk()?;
        Some(Self { how: *how, packets })
    }

    fn packets(&self) -> impl Iterator<Item = (&'a [u8], u8)> {
        let mut rest = self.packets;
        std::iter::from_fn(move || {
            let ([high, low, more], behind) = rest.split_first_chunk()?;
            let length = usize::from(u16::from_be_bytes([*high, *low])).min(behind.len());
            let (packet, behind) = behind.split_at(length);
            rest = behind;
            Some((packet, *more))
        })
    }

    fn printer(&self) -> Printer {
        let printer = Printer::new(self.options());
        let nameless = self.how[1] & 1 == 0;
        if nameless {
            printer
        } else {
            printer.with_names(Box::new(Unknown))
        }
    }

    /// All zero are the defaults but for the zone.
    fn options(&self) -> Options {
        let [first, second, third, fourth] = self.how;
        let form = match first >> 5 & 3 {
            0 => None,
            1 => Some(DumpForm::Hex),
            2 => Some(DumpForm::HexAscii),
            _ => Some(DumpForm::Ascii),
        };
        let link_header = first & 0x80 != 0;
        let time = match third >> 5 {
            1 => TimeStyle::Off,
            2 => TimeStyle::Epoch,
            3 => TimeStyle::SinceLast,
            4 => TimeStyle::SinceFirst,
            5 => TimeStyle::DateTime,
            _ => TimeStyle::TimeOfDay,
        };
        let secrets = second & 0x40 != 0;
        Options {
            verbosity: first & 3,
            quiet: (first >> 2 & 1) + (second >> 5 & 1),
            link_header: first & 8 != 0,
            absolute_seq: first & 16 != 0,
            dump: form.map(|form| Dump { form, link_header }),
            one_line: second & 2 != 0,
            as_dot: second & 4 != 0,
            undecoded_handles: second & 4 != 0,
            no_checksums: second & 8 != 0,
            number: second & 16 != 0,
            lengths: second & 16 != 0,
            nanos: second & 0x80 != 0,
            secrets: if secrets {
                SECRETS.clone()
            } else {
                Secrets::default()
            },
            packet_type: Decoder::names(None)
                .nth(usize::from(fourth).wrapping_sub(1))
                .and_then(Decoder::named),
            time,
            ..Options::default()
        }
    }
}

/// Keys of all ciphers, for any packet.
static SECRETS: LazyLock<Secrets> = LazyLock::new(|| {
    let mut secrets = Secrets::default();
    for text in [
        "des-cbc:keykeyke",
        "3des-cbc:keykeykekeykeykekeykeyke",
        "aes-cbc:keykeykekeykeyke",
    ] {
        let _ = secrets.add(text);
    }
    secrets
});

/// Names nothing, but is there to be asked: addresses and ports may have names then.
struct Unknown;

impl Names for Unknown {
    fn host(&mut self, _: IpAddr) -> Option<&str> {
        None
    }

    fn service(&mut self, _: u16, _: Transport) -> Option<&str> {
        None
    }
}
