//! Virtual sockets between a host and its guests, as Linux's vsockmon captures them.

use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::page::Page;
use crate::print::text::{Hex, name_of, put};

/// A captured packet; the header of its transport under `-v`, and what it carries from `-vv` on.
pub(super) fn frame(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    page.enter("vsock");
    packet.need(HEADER)?;
    page.link_len = packet.captured();
    let mut rest = packet;
    let (source, destination) = (rest.u64_le()?, rest.u64_le()?);
    let (from, to) = (rest.u32_le()?, rest.u32_le()?);
    let (operation, transport) = (rest.u16_le()?, rest.u16_le()?);
    rest.advance(4);
    match name_of(TRANSPORTS, transport) {
        Some(name) => put!(page, name),
        None => put!(page, "Invalid transport (", transport, ")"),
    }
    let length = if transport == VIRTIO { VIRTIO_HEADER } else { 0 };
    let whole = rest.has(length);
    if !page.verbose(1) {
        put!(page, " ");
    } else if whole {
        if transport == VIRTIO {
            virtio(page, rest)?;
        }
        put!(page, "\n\t");
    }
    put!(page, source, ".", from, " > ", destination, ".", to, " ");
    match name_of(OPERATIONS, operation) {
        Some(name) => put!(page, name),
        None => put!(page, " invalid op (", operation, ")"),
    }
    put!(page, ", length ", packet.captured());
    if page.verbose(1) && !whole {
        return Err(Stop::Truncated);
    }
    if page.verbose(2) && operation == PAYLOAD {
        rest.skip(length)?;
        rest.need(1)?;
        put!(page, "\n");
        page.hex("\t", rest.bytes());
    }
    Ok(())
}

fn virtio(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    rest.advance(24);
    put!(page, " (len ", rest.u32_le()?, ", type ");
    let (kind, operation) = (rest.u16_le()?, rest.u16_le()?);
    match kind {
        1 => put!(page, "STREAM"),
        other => put!(page, "Invalid type (", other, ")"),
    }
    match name_of(VIRTIO_OPERATIONS, operation) {
        Some(name) => put!(page, ", op ", name),
        None => put!(page, ", op Invalid op (", operation, ")"),
    }
    put!(
        page,
        ", flags ",
        Hex(rest.u32_le()?.into()),
        ", buf_alloc ",
        rest.u32_le()?
    );
    put!(page, ", fwd_cnt ", rest.u32_le()?, ")");
    Ok(())
}

const HEADER: usize = 32;
const VIRTIO_HEADER: usize = 44;
const VIRTIO: u16 = 2;
const TRANSPORTS: &[(u16, &str)] = &[(0, "UNKNOWN"), (1, "NO_INFO"), (VIRTIO, "VIRTIO")];

const PAYLOAD: u16 = 4;
const OPERATIONS: &[(u16, &str)] = &[
    (0, "UNKNOWN"),
    (1, "CONNECT"),
    (2, "DISCONNECT"),
    (3, "CONTROL"),
    (PAYLOAD, "PAYLOAD"),
];

const VIRTIO_OPERATIONS: &[(u16, &str)] = &[
    (0, "INVALID"),
    (1, "REQUEST"),
    (2, "RESPONSE"),
    (3, "RST"),
    (4, "SHUTDOWN"),
    (5, "RW"),
    (6, "CREDIT UPDATE"),
    (7, "CREDIT REQUEST"),
];

#[cfg(test)]
mod tests {
    use crate::print::sample::{shown, verbose};
    use crate::wire::LinkType;

    const VSOCK: LinkType = LinkType(271);

    #[test]
    fn the_header_of_the_transport_is_told_under_v() {
        let mut packet = vec![
            2, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0, 8, 0, 0, 0,
        ];
        packet.extend_from_slice(&[4, 0, 2, 0, 44, 0, 0, 0]);
        packet.resize(32 + 24, 0);
        packet.extend_from_slice(&[2, 0, 0, 0, 1, 0, 5, 0, 0, 0, 0, 0, 9, 0, 0, 0, 6, 0, 0, 0]);
        packet.extend_from_slice(b"hi");
        assert_eq!(shown(VSOCK, &packet), "VIRTIO 2.7 > 3.8 PAYLOAD, length 78");
        assert_eq!(
            verbose(2, VSOCK, &packet),
            "VIRTIO (len 2, type STREAM, op RW, flags 0, buf_alloc 9, fwd_cnt 6)\
             \n\t2.7 > 3.8 PAYLOAD, length 78\n\t0x0000:  6869"
        );
        assert!(verbose(1, VSOCK, &packet[..50]).ends_with(" PAYLOAD, length 50 [|vsock]"));
        assert_eq!(shown(VSOCK, &packet[..31]), " [|vsock]");
    }
}
