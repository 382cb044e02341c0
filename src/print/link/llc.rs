//! IEEE 802.2 logical link control.

use super::ether::Addresses;
use super::{ipx, isoclns, snap, stp};
use crate::print::application::smb;
use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::internet::ipv4;
use crate::print::page::Page;
use crate::print::text::{Hex2, Hex4, HexPad, Mac, name_of, put};

/// Prints an 802.2 packet, in hexadecimal if it is none that we know. Returns how many of its bytes were headers.
pub(crate) fn print(page: &mut Page<'_>, packet: Cursor<'_>, addresses: Option<Addresses>) -> Shown<usize> {
    let found = decode(page, packet, addresses)?;
    if !found.known {
        page.raw(packet.bytes());
    }
    Ok(found.header)
}

/// What there was in an 802.2 packet.
pub(crate) struct Found {
    /// How many of its bytes were headers.
    pub(crate) header: usize,
    /// Whether all behind them was told.
    pub(crate) known: bool,
}

/// Prints an 802.2 packet as far as we know it.
pub(crate) fn decode(page: &mut Page<'_>, packet: Cursor<'_>, addresses: Option<Addresses>) -> Shown<Found> {
    page.enter("llc");
    let Ok(header) = Header::read(packet) else {
        page.truncated();
        page.hex_ascii("\n\t", packet.bytes());
        return Ok(Found {
            header: packet.captured().min(packet.len()),
            known: true,
        });
    };
    if (header.destination, header.source) == (GLOBAL, GLOBAL) {
        // Novell's frames of 802.3 have no header of 802.2: these are the checksum, which is not used.
        put!(
            page,
            if page.options.link_header {
                "IPX 802.3: "
            } else {
                ""
            }
        );
        page.carried(|page| ipx::print(page, packet))?;
        return Ok(Found {
            header: 0,
            known: true,
        });
    }
    let (destination, source) = (header.destination & !1, header.source & !1);
    if page.options.link_header {
        put!(
            page,
            "LLC, dsap ",
            name_of(POINTS, destination).unwrap_or("Unknown")
        );
        put!(
            page,
            " (0x",
            Hex2(destination),
            if header.destination & 1 == 0 {
                ") Individual"
            } else {
                ") Group"
            }
        );
        put!(page, ", ssap ", name_of(POINTS, source).unwrap_or("Unknown"));
        put!(
            page,
            " (0x",
            Hex2(source),
            if header.source & 1 == 0 {
                ") Command"
            } else {
                ") Response"
            }
        );
        if header.is_unnumbered() {
            put!(page, ", ctrl 0x", HexPad(header.control.into(), 2), ": ");
        } else {
            put!(page, ", ctrl 0x", Hex4(header.control), ": ");
        }
    }
    let rest = packet.after(header.len());
    let both = if source == destination { source } else { 0 };
    match (both, header.control) {
        (SNAP, INFORMATION) => {
            let known = snap::print(page, rest, addresses, 2)?;
            return Ok(Found {
                header: header.len() + 5,
                known,
            });
        }
        (SPANNING_TREE, INFORMATION) => page.carried(|page| stp::print(page, rest))?,
        (IP, INFORMATION) => page.carried(|page| ipv4::print(page, rest))?,
        (IPX, INFORMATION) => {
            put!(
                page,
                if page.options.link_header {
                    "IPX 802.2: "
                } else {
                    ""
                }
            );
            page.carried(|page| ipx::print(page, rest))?;
        }
        (NETBEUI, control) if control & 1 == 0 || control == INFORMATION => {
            page.carried(|page| smb::netbeui(page, control, rest))?;
        }
        (OSI, INFORMATION) => page.carried(|page| isoclns::print(page, rest))?,
        _ => {
            if !page.options.link_header {
                points(page, destination, source, addresses);
            }
            return Ok(Found {
                header: header.len(),
                known: control(page, header, packet),
            });
        }
    }
    Ok(Found {
        header: header.len(),
        known: true,
    })
}

/// The three or four bytes of a header.
#[derive(Clone, Copy)]
struct Header {
    destination: u8,
    source: u8,
    control: u16,
}

impl Header {
    fn read(packet: Cursor<'_>) -> Shown<Self> {
        let (destination, source, control) = (packet.peek_u8(0)?, packet.peek_u8(1)?, packet.peek_u8(2)?);
        if packet.len() < 3 || (control & 3 != 3 && packet.len() < 4) {
            return Err(Stop::Truncated);
        }
        // Only unnumbered frames have a control field of one byte; the longer one is little-endian.
        let control = if control & 3 == 3 {
            control.into()
        } else {
            packet.peek_u16(2)?.swap_bytes()
        };
        Ok(Self {
            destination,
            source,
            control,
        })
    }

    fn is_unnumbered(self) -> bool {
        self.control & 3 == 3
    }

    fn len(self) -> usize {
        if self.is_unnumbered() { 3 } else { 4 }
    }
}

fn points(page: &mut Page<'_>, destination: u8, source: u8, addresses: Option<Addresses>) {
    if let Some(addresses) = addresses {
        put!(page, Mac(&addresses.source), " ");
        if source != destination {
            point(page, source, "Unknown SSAP 0x");
            put!(page, " ");
        }
        put!(page, "> ", Mac(&addresses.destination), " ");
    } else if source != destination {
        point(page, source, "Unknown SSAP 0x");
        put!(page, " > ");
    }
    point(page, destination, "Unknown DSAP 0x");
    put!(page, " ");
}

fn point(page: &mut Page<'_>, number: u8, unknown: &str) {
    match name_of(POINTS, number) {
        Some(name) => put!(page, name),
        None => put!(page, unknown, Hex2(number)),
    }
}

/// What the control field says of a frame that we cannot look into. Returns whether all was told.
fn control(page: &mut Page<'_>, header: Header, packet: Cursor<'_>) -> bool {
    let control = header.control;
    let response = header.source & 1 != 0;
    let poll = control & if header.is_unnumbered() { 0x10 } else { 0x100 } != 0;
    let flag = match (response, poll) {
        (false, false) => "Command",
        (true, false) => "Response",
        (false, true) => "Poll",
        (true, true) => "Final",
    };
    if header.is_unnumbered() {
        let command = control & 0xef;
        put!(page, "Unnumbered, ");
        match name_of(COMMANDS, command) {
            Some(name) => put!(page, name),
            None => put!(page, HexPad(command.into(), 2)),
        }
        put!(page, ", Flags [", flag, "], length ", packet.len());
        return command == EXCHANGE_ID && identification(page, packet.after(3));
    }
    let supervisory = control & 3 == 1;
    if supervisory {
        put!(
            page,
            "Supervisory, ",
            name_of(SUPERVISORY, control >> 2 & 3).unwrap_or("?")
        );
    } else {
        put!(page, "Information, send seq ", control >> 1 & 0x7f);
    }
    put!(
        page,
        ", rcv seq ",
        control >> 9,
        ", Flags [",
        flag,
        "], length ",
        packet.len()
    );
    supervisory
}

/// What stations that exchange their identifications say of themselves. Returns false if it is in no basic format.
fn identification(page: &mut Page<'_>, body: Cursor<'_>) -> bool {
    const BASIC: u8 = 0x81;
    if body.is_empty() {
        return true;
    }
    match *body.bytes() {
        [] => page.truncated(),
        [BASIC, class, window, ..] if body.len() >= 3 => {
            put!(page, ": ", Hex2(class), " ", Hex2(window));
        }
        [BASIC, ..] => {
            page.truncated();
            page.hex_ascii("\n\t", body.bytes());
        }
        _ => return false,
    }
    true
}

const INFORMATION: u16 = 3;
const EXCHANGE_ID: u16 = 0xaf;
const COMMANDS: &[(u16, &str)] = &[
    (INFORMATION, "ui"),
    (0xe3, "test"),
    (EXCHANGE_ID, "xid"),
    (0x63, "ua"),
    (0x43, "disc"),
    (0x0f, "dm"),
    (0x6f, "sabme"),
    (0x87, "frmr"),
];
const SUPERVISORY: &[(u16, &str)] = &[(0, "Receiver Ready"), (1, "Receiver not Ready"), (2, "Reject")];

const IP: u8 = 0x06;
const SPANNING_TREE: u8 = 0x42;
const NETBEUI: u8 = 0xf0;
const OSI: u8 = 0xfe;
const IPX: u8 = 0xe0;
const GLOBAL: u8 = 0xff;
const SNAP: u8 = 0xaa;
const POINTS: &[(u8, &str)] = &[
    (0x00, "Null"),
    (GLOBAL, "Global"),
    (0x02, "802.1B I"),
    (0x03, "802.1B G"),
    (IP, "IP"),
    (0x04, "SNA"),
    (0x0e, "ProWay NM"),
    (SPANNING_TREE, "STP"),
    (0x4e, "RS511"),
    (0x7e, "ISO8208"),
    (0x8e, "ProWay"),
    (SNAP, "SNAP"),
    (IPX, "IPX"),
    (NETBEUI, "NetBeui"),
    (OSI, "OSI"),
];

#[cfg(test)]
mod tests {
    use crate::print::sample::{ether, shown};
    use crate::wire::LinkType;

    const LINK: LinkType = LinkType::ETHERNET;

    #[test]
    fn an_unnumbered_frame_is_told_by_its_command() {
        assert_eq!(
            shown(LINK, &ether(3, &[0x04, 0x05, 0xe3])),
            format!(
                "02:00:00:00:00:01 > 02:00:00:00:00:02 SNA Unnumbered, test, Flags [Response], length 3\
                 \n\t0x0000:  0405 e3{}...",
                " ".repeat(34)
            )
        );
    }
}
