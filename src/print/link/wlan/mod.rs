//! Wireless LAN (IEEE 802.11), bare or behind what a capture puts before it.

mod action;
mod control;
mod element;
mod management;
mod prefix;
mod radiotap;
mod rates;
mod reason;
mod status;

pub(super) use prefix::{avs, prism};
pub(super) use radiotap::frame as radio;

use super::ether::Addresses;
use super::llc;
use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::text::{Hex, Mac, Truth, put};

/// A captured frame.
pub(super) fn frame(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    let header = print(page, packet, Layout::default())?;
    page.link_len += header;
    Ok(())
}

/// What the capturing machine says of a frame's layout.
#[derive(Clone, Copy, Default)]
struct Layout {
    /// The header is followed by padding up to a multiple of four bytes.
    padded: bool,
    /// How many of the last bytes are the frame check sequence.
    check: usize,
}

/// Prints a frame. Returns how many of its bytes were headers.
fn print(page: &mut Page<'_>, packet: Cursor<'_>, layout: Layout) -> Shown<usize> {
    page.enter("802.11");
    let Some(length) = packet.len().checked_sub(layout.check) else {
        page.truncated();
        return Ok(packet.captured());
    };
    let frame = packet.with_len(length);
    let Ok(control) = frame.after(0).u16_le() else {
        page.truncated();
        return Ok(packet.captured());
    };
    let control = Control(control);
    let Some(mut header) = header_len(page, control) else {
        return Ok(0);
    };
    if layout.padded {
        header = header.next_multiple_of(4);
    }
    let mesh = if page.options.mesh && control.kind() == DATA && control.has_quality() {
        let Ok(flags) = frame.peek_u8(header) else {
            page.truncated();
            return Ok(header);
        };
        mesh_len(flags)
    } else {
        0
    };
    header += mesh;
    if !frame.has(header) {
        page.truncated();
        return Ok(header);
    }
    fields(page, control, frame);
    if page.options.link_header {
        page.aside(|page| header_text(page, control, frame, header, mesh))?;
    }
    let body = frame.after(header);
    let whole = match control.kind() {
        MANAGEMENT => management::body(page, control, frame, body)?,
        CONTROL => control::body(page, control, frame)?,
        _ if control.subtype() & NO_DATA != 0 => true,
        _ if control.is_protected() => {
            put!(page, "Data");
            encrypted(page, body)
        }
        _ => {
            let llc = llc::print(page, body, Some(data_addresses(control, frame)?))?;
            return Ok(header + llc);
        }
    };
    if !whole {
        page.truncated();
    }
    Ok(header)
}

/// What the header says, as fields: the text has it only under `-e`.
fn fields(page: &mut Page<'_>, control: Control, frame: Cursor<'_>) {
    page.field("type", control.kind());
    page.field("subtype", control.subtype());
    page.field("protected", Truth(control.is_protected()));
    let names: &[&'static str] = match (control.kind(), control.distribution()) {
        (MANAGEMENT, _) | (DATA, (false, false)) => &["da", "sa", "bssid"],
        (DATA, (false, true)) => &["da", "bssid", "sa"],
        (DATA, (true, false)) => &["bssid", "sa", "da"],
        (DATA, (true, true)) => &["ra", "ta", "da"],
        _ => control::addresses(control.subtype()),
    };
    let mut rest = frame.after(4);
    for name in names {
        if let Ok(address) = rest.take(6) {
            page.field(name, Mac(address));
        }
    }
}

/// The frame control field.
#[derive(Clone, Copy)]
struct Control(u16);

impl Control {
    fn kind(self) -> u16 {
        self.0 >> 2 & 3
    }

    fn subtype(self) -> u16 {
        self.0 >> 4 & 15
    }

    /// The bits "To DS" and "From DS".
    fn distribution(self) -> (bool, bool) {
        (self.0 & 0x0100 != 0, self.0 & 0x0200 != 0)
    }

    fn is_protected(self) -> bool {
        self.0 & 0x4000 != 0
    }

    /// An HT control field ends the header.
    fn has_high_throughput(self) -> bool {
        self.0 & 0x8000 != 0
    }

    /// Of a data frame: a QoS control field is in the header.
    fn has_quality(self) -> bool {
        self.subtype() & QUALITY != 0
    }
}

/// The length of a frame's header; says what is unknown if it cannot be told.
fn header_len(page: &mut Page<'_>, control: Control) -> Option<usize> {
    let more = if control.has_high_throughput() {
        HT_CONTROL
    } else {
        0
    };
    match control.kind() {
        MANAGEMENT => Some(24 + more),
        CONTROL => {
            let length = control::header_len(control.subtype());
            if length.is_none() {
                put!(
                    page,
                    "unknown 802.11 ctrl frame subtype (",
                    control.subtype(),
                    ")"
                );
            }
            length
        }
        DATA => {
            let addresses = if control.distribution() == (true, true) {
                30
            } else {
                24
            };
            Some(if control.has_quality() {
                addresses + 2 + more
            } else {
                addresses
            })
        }
        kind => {
            put!(page, "unknown 802.11 frame type (", kind, ")");
            None
        }
    }
}

/// The length of a mesh control field, by the mode of address extension in its flags.
fn mesh_len(flags: u8) -> usize {
    if flags & !3 != 0 {
        0
    } else {
        6 * (1 + usize::from(flags & 3))
    }
}

/// What `-e` shows of a header.
fn header_text(
    page: &mut Page<'_>,
    control: Control,
    frame: Cursor<'_>,
    header: usize,
    mesh: usize,
) -> Shown {
    if page.verbose(1) {
        for (bit, name) in FLAGS {
            if control.0 & bit != 0 {
                put!(page, *name);
            }
        }
        if control.kind() != CONTROL || control.subtype() != control::POWER_SAVE_POLL {
            put!(page, frame.after(2).u16_le()?, "us ");
        }
    }
    if mesh != 0 {
        let mut field = frame.after(header - mesh);
        let extension = field.u8()? & 3;
        put!(page, "MeshData (AE ", extension, " TTL ", field.u8()?);
        put!(page, " seq ", field.u32_le()?);
        for name in [" A4:", " A5:", " A6:"].iter().take(extension.into()) {
            put!(page, *name, Mac(field.take(6)?));
        }
        put!(page, ") ");
    }
    let mut addresses = frame.after(4);
    match control.kind() {
        MANAGEMENT => {
            let (destination, source) = (addresses.take(6)?, addresses.take(6)?);
            put!(page, "BSSID:", Mac(addresses.take(6)?));
            put!(page, " DA:", Mac(destination), " SA:", Mac(source), " ");
        }
        CONTROL => control::header(page, control.subtype(), frame)?,
        _ => data_header(page, control, addresses)?,
    }
    Ok(())
}

fn data_header(page: &mut Page<'_>, control: Control, mut addresses: Cursor<'_>) -> Shown {
    let subtype = control.subtype();
    if subtype & (ACK | POLL | QUALITY) != 0 {
        put!(
            page,
            "CF ",
            match subtype & (ACK | POLL) {
                0 => "",
                ACK => "Ack",
                POLL => "Poll",
                _ => "Ack/Poll",
            }
        );
        put!(page, if control.has_quality() { "+QoS " } else { " " });
    }
    let names = match control.distribution() {
        (false, false) => ["DA:", "SA:", "BSSID:"],
        (false, true) => ["DA:", "BSSID:", "SA:"],
        (true, false) => ["BSSID:", "SA:", "DA:"],
        (true, true) => ["RA:", "TA:", "DA:"],
    };
    for name in names {
        put!(page, name, Mac(addresses.take(6)?), " ");
    }
    if control.distribution() == (true, true) {
        // The sequence control field is before the fourth address.
        addresses.skip(2)?;
        put!(page, "SA:", Mac(addresses.take(6)?), " ");
    }
    Ok(())
}

/// Who sent a data frame, and for whom it is.
fn data_addresses(control: Control, frame: Cursor<'_>) -> Shown<Addresses> {
    const FIRST: usize = 4;
    const SECOND: usize = 10;
    const THIRD: usize = 16;
    const FOURTH: usize = 24;
    let (source, destination) = match control.distribution() {
        (false, false) => (SECOND, FIRST),
        (false, true) => (THIRD, FIRST),
        (true, false) => (SECOND, THIRD),
        (true, true) => (FOURTH, THIRD),
    };
    Ok(Addresses {
        source: frame.after(source).array()?,
        destination: frame.after(destination).array()?,
    })
}

/// The beginning of an encrypted body. Returns false if it was cut off.
fn encrypted(page: &mut Page<'_>, body: Cursor<'_>) -> bool {
    let Ok(vector) = body.after(0).u32_le() else {
        return false;
    };
    let first = vector & 0x00ff_ffff;
    put!(page, " IV:");
    for _ in first.checked_ilog(16).map_or(1, |digits| digits + 1)..3 {
        put!(page, ' ');
    }
    put!(
        page,
        Hex(first.into()),
        " Pad ",
        Hex(u64::from(vector >> 24 & 0x3f)),
        " KeyID ",
        vector >> 30
    );
    true
}

const MANAGEMENT: u16 = 0;
const CONTROL: u16 = 1;
const DATA: u16 = 2;

/// The four bits of a data frame's subtype.
const ACK: u16 = 1;
const POLL: u16 = 2;
const NO_DATA: u16 = 4;
const QUALITY: u16 = 8;

const HT_CONTROL: usize = 4;

/// In the order in which they are shown.
const FLAGS: &[(u16, &str)] = &[
    (0x2000, "More Data "),
    (0x0400, "More Fragments "),
    (0x1000, "Pwr Mgmt "),
    (0x0800, "Retry "),
    (0x8000, "+HTC "),
    (0x4000, "Protected "),
];

#[cfg(test)]
mod tests {
    use crate::print::Options;
    use crate::print::sample::{assert_every_cut_is_told, ipv4, options, shown, shown_with, under_e};
    use crate::wire::LinkType;

    const LINK: LinkType = LinkType::IEEE802_11;

    /// A data frame of this frame control, from 02:..:02 by 02:..:01.
    fn data(control: [u8; 2], more: &[u8]) -> Vec<u8> {
        let mut frame = control.to_vec();
        frame.extend([0, 0, 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 3, 0, 0]);
        frame.extend_from_slice(more);
        frame
    }

    fn snap() -> Vec<u8> {
        [&[0xaa, 0xaa, 3, 0, 0, 0, 8, 0][..], &ipv4(253, &[])].concat()
    }

    #[test]
    fn a_data_frame_leads_to_its_packet() {
        let frame = data([0x08, 1], &snap());
        assert_eq!(shown(LINK, &frame), "IP 192.0.2.1 > 192.0.2.2:  ip-proto-253 0");
        assert!(under_e(LINK, &frame).starts_with(
            "BSSID:02:00:00:00:00:01 SA:02:00:00:00:00:02 DA:02:00:00:00:00:03 LLC, dsap SNAP (0xaa)"
        ));
        assert_every_cut_is_told(LINK, &frame);
    }

    #[test]
    fn what_a_header_has_is_told_by_its_control_field() {
        let quality = data([0x98, 0x83], &[&[9; 12][..], &snap()].concat());
        assert!(under_e(LINK, &quality).starts_with("CF Ack+QoS RA:02:00:00:00:00:01 TA:"));
        assert!(under_e(LINK, &quality).contains(" SA:09:09:09:09:09:09 LLC, "));
        let verbose = Options {
            link_header: true,
            ..options(1)
        };
        assert!(shown_with(&verbose, LINK, &quality).starts_with("+HTC 0us CF Ack+QoS "));
        assert_eq!(shown(LINK, &data([0x48, 0], &[])), "");
    }

    #[test]
    fn a_mesh_header_is_looked_for_only_when_asked() {
        let frame = data(
            [0x88, 1],
            &[&[0, 0, 1, 9, 5, 0, 0, 0][..], &[7; 6], &snap()].concat(),
        );
        let options = Options {
            link_header: true,
            mesh: true,
            ..options(0)
        };
        assert!(shown_with(&options, LINK, &frame).starts_with(
            "MeshData (AE 1 TTL 9 seq 5 A4:07:07:07:07:07:07) CF +QoS BSSID:02:00:00:00:00:01 SA:"
        ));
        assert!(!shown(LINK, &frame).starts_with("IP 192.0.2.1"));
    }

    #[test]
    fn of_an_encrypted_frame_only_the_vector_is_told() {
        let frame = data([0x08, 0x41], &[0x34, 0x12, 0, 0x60, 1, 2]);
        assert_eq!(shown(LINK, &frame), "Data IV:1234 Pad 20 KeyID 1");
        assert_eq!(shown(LINK, &data([0x08, 0x41], &[1, 0])), "Data [|802.11]");
    }

    #[test]
    fn an_unknown_type_has_no_header() {
        assert_eq!(shown(LINK, &[0x0c, 0]), "unknown 802.11 frame type (3)");
        assert_eq!(shown(LINK, &[0x04, 0]), "unknown 802.11 ctrl frame subtype (0)");
    }
}
