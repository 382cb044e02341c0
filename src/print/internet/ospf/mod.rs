//! OSPF, version 2 (RFC 2328); version 3 has a printer of its own, and shares what opaque advertisements hold.

mod advertisement;
mod advertisement3;
mod engineering;
mod restart;
mod segment_routing;
mod signaling;
mod version3;

use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::text::{Escaped, HexPad, Named, name_of, put, put_bits};
use advertisement::{OPAQUE_TYPES, TYPES as ADVERTISEMENTS};

pub(super) use version3::print as print_v3;

/// Prints a packet.
pub(super) fn print(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    page.enter("ospf2");
    let mut packet = packet;
    let authentication = packet.peek_u16(14)?;
    if authentication == MD5 {
        // The digest is behind the packet, and not part of it.
        let captured = packet.captured().saturating_sub(DIGEST);
        let length = packet.len().saturating_sub(DIGEST);
        packet = packet.limited(captured).claiming(length);
    }
    let (version, kind) = (packet.peek_u8(0)?, packet.peek_u8(1)?);
    let Some(name) = name_of(KINDS, kind) else {
        put!(page, "OSPFv", version, ", unknown LS-type ", kind);
        put!(page, ", length ", packet.len());
        return Ok(());
    };
    put!(page, "OSPFv", version, ", ", name, ", length ", packet.len());
    if !page.verbose(1) {
        return Ok(());
    }
    let length = usize::from(packet.peek_u16(2)?);
    if length != packet.len() {
        put!(page, " [len ", length, "]");
    }
    router_and_area(page, packet)?;
    let data = packet.after(16);
    data.need(8)?;
    put!(page, ", Authentication Type: ");
    let name = name_of(&[(0, "none"), (1, "simple"), (MD5, "MD5")], authentication);
    put!(page, name.unwrap_or("unknown"), " (", authentication, ")");
    match authentication {
        0 => {}
        1 => {
            let password = data.limited(8).bytes().split(|&byte| byte == 0).next();
            put!(
                page,
                "\n\tSimple text password: ",
                Escaped(password.unwrap_or_default())
            );
        }
        MD5 => {
            put!(page, "\n\tKey-ID: ", data.peek_u8(2)?);
            put!(page, ", Auth-Length: ", data.peek_u8(3)?);
            put!(
                page,
                ", Crypto Sequence Number: 0x",
                HexPad(data.peek_u32(4)?.into(), 8)
            );
        }
        _ => return Ok(()),
    }
    if version != 2 {
        put!(page, " ospf [version ", version, "]");
        return Ok(());
    }
    let body = packet.claiming(packet.len().min(length)).after(HEADER);
    match kind {
        HELLO => hello(page, body)?,
        DESCRIPTION => description(page, body)?,
        REQUEST => request(page, body)?,
        UPDATE => update(page, body)?,
        _ => {
            let mut rest = body;
            while !rest.is_empty() {
                page.item("lsas", |page| advertisement::header(page, rest))?;
                rest.advance(advertisement::HEADER);
            }
        }
    }
    if packet.len() > length {
        signaling::print(page, kind, packet)?;
    }
    Ok(())
}

/// `Router-ID 192.0.2.1, Area 0.0.0.1`.
fn router_and_area(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    let mut rest = packet.after(4);
    let router = rest.ipv4()?;
    put!(page, "\n\tRouter-ID ");
    page.host(router);
    let area = rest.ipv4()?;
    if area.is_unspecified() {
        put!(page, ", Backbone Area");
    } else {
        put!(page, ", Area ");
        page.host(area);
    }
    Ok(())
}

fn options(page: &mut Page<'_>, before: &str, options: u8) {
    put!(page, before);
    put_bits(page.out, OPTIONS, options.into(), ", ", "none");
    put!(page, "]");
}

fn hello(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    options(page, "\n\tOptions [", rest.peek_u8(6)?);
    let (mask, interval) = (rest.ipv4()?, rest.u16()?);
    rest.skip(1)?;
    let (priority, dead) = (rest.u8()?, rest.u32()?);
    put!(
        page,
        "\n\t  Hello Timer ",
        interval,
        "s, Dead Timer ",
        dead,
        "s, Mask "
    );
    page.host(mask);
    put!(page, ", Priority ", priority);
    designated(page, &mut rest)?;
    if !rest.is_empty() {
        put!(page, "\n\t  Neighbor List:");
    }
    neighbors(page, rest)
}

/// The designated router and its backup, as far as there are such.
fn designated(page: &mut Page<'_>, rest: &mut Cursor<'_>) -> Shown {
    for what in ["\n\t  Designated Router ", ", Backup Designated Router "] {
        let router = rest.ipv4()?;
        if !router.is_unspecified() {
            put!(page, what);
            page.host(router);
        }
    }
    Ok(())
}

fn neighbors(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    while !rest.is_empty() {
        let neighbor = rest.ipv4()?;
        put!(page, "\n\t    ");
        page.host(neighbor);
    }
    Ok(())
}

fn description(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    let mtu = rest.peek_u16(0)?;
    options(page, "\n\tOptions [", rest.peek_u8(2)?);
    let flags = rest.peek_u8(3)?;
    put!(page, ", DD Flags [");
    put_bits(page.out, DESCRIPTION_FLAGS, flags.into(), ", ", "none");
    put!(page, "]");
    if mtu != 0 {
        put!(page, ", MTU: ", mtu);
    }
    rest.skip(4)?;
    put!(page, ", Sequence: 0x", HexPad(rest.u32()?.into(), 8));
    while !rest.is_empty() {
        match page.item("lsas", |page| advertisement::header(page, rest))? {
            Some(_) => rest.advance(advertisement::HEADER),
            None => break,
        }
    }
    Ok(())
}

fn request(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    while !rest.is_empty() {
        page.item("lsas", |page| wanted(page, &mut rest))?;
    }
    Ok(())
}

fn wanted(page: &mut Page<'_>, rest: &mut Cursor<'_>) -> Shown {
    rest.need(12)?;
    let (kind, id) = (rest.u32()?, *rest);
    rest.skip(4)?;
    put!(page, "\n\t  Advertising Router: ");
    page.host(rest.ipv4()?);
    let name = u8::try_from(kind)
        .ok()
        .and_then(|kind| name_of(ADVERTISEMENTS, kind));
    put!(
        page,
        ", ",
        Named("name", name.unwrap_or("unknown")),
        " LSA (",
        Named("type", kind),
        ")"
    );
    if matches!(kind, 9..=11) {
        let opaque = id.peek_u8(0)?;
        let name = name_of(OPAQUE_TYPES, opaque).unwrap_or("unknown");
        put!(page, ", Opaque-Type: ", name, " LSA (", opaque, "), Opaque-ID: ");
        put!(page, id.peek_u32(0)? & 0x00ff_ffff);
    } else {
        put!(page, ", LSA-ID: ");
        page.host(id.peek_ipv4()?);
    }
    Ok(())
}

fn update(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    let count = rest.u32()?;
    put!(
        page,
        ", ",
        Named("count", count),
        " LSA",
        Named("", if count == 1 { "" } else { "s" })
    );
    for number in 1..=count {
        let length = page.item("lsas", |page| {
            put!(page, "\n\t  LSA #", Named("number", number));
            advertisement::print(page, rest)
        })?;
        rest.advance(length);
    }
    Ok(())
}

const HEADER: usize = 24;
const MD5: u16 = 2;
const DIGEST: usize = 16;

const HELLO: u8 = 1;
const DESCRIPTION: u8 = 2;
const REQUEST: u8 = 3;
const UPDATE: u8 = 4;

const KINDS: &[(u8, &str)] = &[
    (HELLO, "Hello"),
    (DESCRIPTION, "Database Description"),
    (REQUEST, "LS-Request"),
    (UPDATE, "LS-Update"),
    (5, "LS-Ack"),
];

/// Link-local signaling follows the packet.
const SIGNALS: u8 = 0x10;

const OPTIONS: &[(u32, &str)] = &[
    (0x01, "MultiTopology"),
    (0x02, "External"),
    (0x04, "Multicast"),
    (0x08, "NSSA"),
    (0x10, "LLS"),
    (0x20, "Demand Circuit"),
    (0x40, "Opaque"),
    (0x80, "Up/Down"),
];

const DESCRIPTION_FLAGS: &[(u32, &str)] = &[(4, "Init"), (2, "More"), (1, "Master"), (8, "OOBResync")];

#[cfg(test)]
mod sample {
    //! Packets for the tests of the printers of this folder.

    /// A packet of version 2 with this body.
    pub(super) fn packet(kind: u8, body: &[u8]) -> Vec<u8> {
        let length = u8::try_from(24 + body.len()).unwrap();
        let mut packet = vec![2, kind, 0, length, 192, 0, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0];
        packet.extend([0; 8]);
        packet.extend_from_slice(body);
        packet
    }

    /// A link state advertisement with this type, identifier and body.
    pub(super) fn advertisement(kind: u8, id: [u8; 4], body: &[u8]) -> Vec<u8> {
        let length = u8::try_from(20 + body.len()).unwrap();
        let mut packet = vec![0, 1, 2, kind];
        packet.extend(id);
        packet.extend([192, 0, 2, 1, 0x80, 0, 0, 1, 0, 0, 0, length]);
        packet.extend_from_slice(body);
        packet
    }
}

#[cfg(test)]
mod tests {
    use super::sample::packet;
    use crate::print::sample::{assert_every_cut_is_told, ipv4, shown, verbose};
    use crate::wire::LinkType;

    #[test]
    fn a_hello_names_its_neighbors_from_v_on() {
        let body = [
            255, 255, 255, 0, 0, 10, 2, 1, 0, 0, 0, 40, 192, 0, 2, 1, 0, 0, 0, 0, 192, 0, 2, 2,
        ];
        let hello = ipv4(89, &packet(1, &body));
        assert_eq!(
            shown(LinkType::RAW, &hello),
            "IP 192.0.2.1 > 192.0.2.2: OSPFv2, Hello, length 48"
        );
        assert!(verbose(1, LinkType::RAW, &hello).ends_with(
            "\n\tRouter-ID 192.0.2.1, Backbone Area, Authentication Type: none (0)\
             \n\tOptions [External]\
             \n\t  Hello Timer 10s, Dead Timer 40s, Mask 255.255.255.0, Priority 1\
             \n\t  Designated Router 192.0.2.1\n\t  Neighbor List:\n\t    192.0.2.2"
        ));
        assert_every_cut_is_told(LinkType::RAW, &hello);
    }

    #[test]
    fn a_request_names_what_it_wants() {
        let body = [0, 0, 0, 10, 4, 0, 0, 7, 192, 0, 2, 9];
        assert!(verbose(1, LinkType::RAW, &ipv4(89, &packet(3, &body))).ends_with(
            "\n\t  Advertising Router: 192.0.2.9, Area Local Opaque LSA (10)\
                 , Opaque-Type: Router Information LSA (4), Opaque-ID: 7"
        ));
    }
}
