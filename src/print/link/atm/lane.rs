//! LAN emulation over ATM (ATM Forum af-lane-0021).

use crate::print::cursor::{Cursor, Shown};
use crate::print::link::ether;
use crate::print::page::Page;
use crate::print::text::{Hex, name_of, put};

/// Prints a control frame by its operation, or the Ethernet frame in a data frame.
pub(super) fn print(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    page.enter("lane");
    let mut rest = packet;
    let client = rest.u16()?;
    if client != CONTROL {
        if page.options.link_header {
            put!(page, "lecid:", Hex(client.into()), " ");
        }
        return page.deeper(|page| ether::print(page, rest).map(|_| ()));
    }
    rest.need(4)?;
    put!(
        page,
        "lec: proto ",
        Hex(rest.u8()?.into()),
        " vers ",
        Hex(rest.u8()?.into()),
        " "
    );
    let operation = rest.u16()?;
    match name_of(OPERATIONS, operation) {
        Some(name) => put!(page, name),
        None => put!(page, "opcode-#", operation),
    }
    Ok(())
}

const CONTROL: u16 = 0xff00;
const OPERATIONS: &[(u16, &str)] = &[
    (0x0001, "configure request"),
    (0x0101, "configure response"),
    (0x0002, "join request"),
    (0x0102, "join response"),
    (0x0003, "ready query"),
    (0x0103, "ready indication"),
    (0x0004, "register request"),
    (0x0104, "register response"),
    (0x0005, "unregister request"),
    (0x0105, "unregister response"),
    (0x0006, "ARP request"),
    (0x0106, "ARP response"),
    (0x0007, "flush request"),
    (0x0107, "flush response"),
    (0x0008, "NARP request"),
    (0x0009, "topology request"),
];

#[cfg(test)]
mod tests {
    use crate::print::sample::{ether, ipv4, shown};
    use crate::wire::LinkType;

    #[test]
    fn data_frames_hold_ethernet_and_control_frames_an_operation() {
        let mut packet = vec![1, 0, 0, 99, 0, 7];
        packet.extend(ether(0x0800, &ipv4(253, &[])));
        assert!(shown(LinkType(123), &packet).starts_with("IP 192.0.2.1"));
        let text = shown(LinkType(123), &[1, 0, 0, 99, 0xff, 0, 1, 1, 1, 2]);
        assert_eq!(text, "lec: proto 1 vers 1 join response");
    }
}
