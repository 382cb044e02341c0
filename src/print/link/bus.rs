//! Buses that are no networks: USB as Linux captures it, and Bluetooth's host controller interface.

use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::text::{name_of, put};

/// A transfer on a USB, behind 48 or 64 bytes of header in the byte order of the machine.
pub(super) fn usb(page: &mut Page<'_>, packet: Cursor<'_>, header: usize) -> Shown {
    page.enter(if header == USB {
        "usb_linux_48_byte"
    } else {
        "usb_linux_64_byte"
    });
    if !packet.has(header) {
        page.truncated();
        page.link_len += packet.captured();
        return Ok(());
    }
    let mut rest = packet.after(8);
    let (event, transfer) = (rest.u8()?, rest.u8()?);
    let (endpoint, device, bus) = (rest.u8()?, rest.u8()?, rest.u16_le()?);
    put!(page, "USB ", name_of(TRANSFERS, transfer).unwrap_or(" ?"));
    put!(page, name_of(EVENTS, event).unwrap_or(" ?"));
    if transfer <= 3 {
        // Of an interrupt, the host only asks.
        let (asked, told) = if transfer == INTERRUPT {
            (" from", " to")
        } else {
            (" to", " from")
        };
        match event {
            SUBMIT => put!(page, asked),
            COMPLETE | ERROR => put!(page, told),
            _ => {}
        }
    }
    put!(page, " ", bus, ":", device, ":", endpoint & 0x7f);
    page.link_len += header;
    Ok(())
}

/// A packet of Bluetooth's UART transport, behind its direction.
pub(super) fn bluetooth(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    page.enter("bluetooth");
    put!(page, "bluetooth");
    let mut rest = packet;
    let direction = rest.u32()?;
    page.link_len += 4;
    if page.options.link_header {
        put!(page, ", hci length ", rest.len(), ", direction ");
        put!(page, if direction & 1 != 0 { "in" } else { "out" });
    }
    page.raw(rest.bytes());
    Ok(())
}

pub(super) const USB: usize = 48;
pub(super) const USB_MAPPED: usize = 64;

const SUBMIT: u8 = b'S';
const COMPLETE: u8 = b'C';
const ERROR: u8 = b'E';
const EVENTS: &[(u8, &str)] = &[(SUBMIT, " SUBMIT"), (COMPLETE, " COMPLETE"), (ERROR, " ERROR")];

const INTERRUPT: u8 = 1;
const TRANSFERS: &[(u8, &str)] = &[
    (0, "ISOCHRONOUS"),
    (INTERRUPT, "INTERRUPT"),
    (2, "CONTROL"),
    (3, "BULK"),
];

#[cfg(test)]
mod tests {
    use crate::print::sample::{shown, under_e};
    use crate::wire::LinkType;

    #[test]
    fn a_transfer_has_kind_event_and_direction() {
        let transfer = |event: u8, kind: u8| {
            let mut packet = vec![0; 8];
            packet.extend([event, kind, 0x81, 3, 2, 0]);
            packet.resize(48, 0);
            shown(LinkType(189), &packet)
        };
        assert_eq!(transfer(b'S', 2), "USB CONTROL SUBMIT to 2:3:1");
        assert_eq!(transfer(b'C', 3), "USB BULK COMPLETE from 2:3:1");
        assert_eq!(transfer(b'S', 1), "USB INTERRUPT SUBMIT from 2:3:1");
        assert_eq!(transfer(b'E', 1), "USB INTERRUPT ERROR to 2:3:1");
        assert_eq!(transfer(b'x', 9), "USB  ? ? 2:3:1");
        assert_eq!(shown(LinkType(220), &[0; 63]), " [|usb_linux_64_byte]");
    }

    #[test]
    fn bluetooth_has_a_direction() {
        let text = under_e(LinkType(201), &[0, 0, 0, 1, 4, 5]);
        assert!(text.starts_with("bluetooth, hci length 2, direction in\n\t0x0000:  0405"));
        assert_eq!(shown(LinkType(201), &[0, 0]), "bluetooth [|bluetooth]");
    }
}
