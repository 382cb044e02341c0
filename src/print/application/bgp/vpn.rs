//! Routes of virtual private networks: their distinguishers, and the families that only they have.

use super::as_number::put_as;
use super::nlri::{LONGEST_LINE, Route, line, put_label};
use super::prefix::Prefix;
use super::{Cut, Told};
use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::text::{Hex2, Hex4, name_of, put};

/// Prints a route distinguisher (RFC 4364).
pub(in crate::print::application) fn distinguisher(page: &mut Page<'_>, from: Cursor<'_>) -> Shown {
    let mut rest = from;
    match rest.u16()? {
        0 => {
            let (number, address) = (rest.u16()?, rest.peek_ipv4()?);
            put!(page, number, ":", rest.u32()?, " (= ", address, ")");
        }
        1 => put!(page, rest.ipv4()?, ":", rest.u16()?),
        2 => {
            let address = rest.peek_ipv4()?;
            let (number, assigned) = (rest.u32()?, rest.u16()?);
            put_as(page, number);
            put!(page, ":", assigned, " (", address, ":", assigned, ")");
        }
        _ => put!(page, "unknown RD format"),
    }
    Ok(())
}

/// Prints a labelled prefix behind its distinguisher (RFC 4364, RFC 4659).
pub(super) fn labeled<const N: usize>(page: &mut Page<'_>, route: Cursor<'_>) -> Told<Route> {
    let mut rest = route;
    let bits = rest.u8()?;
    let Some(bits) = bits.checked_sub(88).filter(|&bits| bits <= Prefix::<N>::LONGEST) else {
        return Ok(Route::Illegal);
    };
    let label = rest.u24()?;
    let prefix = Prefix::<N>::read(&mut rest.after(DISTINGUISHER), bits)?;
    line(page, |page| {
        put!(page, "RD: ");
        distinguisher(page, rest)?;
        put!(page, ", ");
        prefix.put(page);
        put_label(page, label);
        Ok(Route::Takes(12 + Prefix::<N>::bytes(bits)))
    })
}

/// Prints whose routes to send: the target that they must have (RFC 4684).
pub(super) fn route_target(page: &mut Page<'_>, route: Cursor<'_>) -> Told<Route> {
    let mut rest = route;
    let bits = rest.u8()?;
    if bits == 0 {
        put!(page, "\n\t      default route target");
        return Ok(Route::Takes(1));
    }
    let origin = if bits < 32 { None } else { Some(rest.u32()?) };
    let (Some(origin), 32..=96) = (origin, bits) else {
        put!(page, "\n\t      (illegal prefix length)");
        return Ok(Route::Ends);
    };
    let bits = bits - 32;
    let length = Prefix::<8>::bytes(bits);
    let target = Prefix::<8>::read(&mut rest, bits)?;
    put!(page, "\n\t      origin AS: ");
    put_as(page, origin);
    put!(page, ", ");
    put_target(page, bits, *target.address(), length)?;
    Ok(Route::Takes(5 + length))
}

/// A route target of so many bits, and the bytes that they are.
fn put_target(page: &mut Page<'_>, bits: u8, target: [u8; 8], length: usize) -> Shown {
    let mut rest = Cursor::new(&target, length);
    let kind = rest.u16()?;
    match (bits, kind) {
        (0, _) => {
            put!(page, "route-target: 0:0/0");
            return Ok(());
        }
        (1..16, _) => put!(page, "route-target: partial-type: ("),
        (_, 0x0002) => put!(page, "route-target: ", rest.u16()?, ":", rest.u32()?),
        (_, 0x0102) => put!(page, "route-target: ", rest.ipv4()?, ":", rest.u16()?),
        (_, 0x0202) => {
            put!(page, "route-target: ");
            put_as(page, rest.u32()?);
            put!(page, ":", rest.u16()?);
        }
        _ => put!(page, "route target: unknown-type(", Hex4(kind), ") ("),
    }
    let known = bits >= 16 && matches!(kind, 0x0002 | 0x0102 | 0x0202);
    if known {
        put!(page, "/", bits, " (");
    }
    for (index, &byte) in target.iter().take(length).enumerate() {
        put!(
            page,
            if index > 0 && index % 2 == 0 { " " } else { "" },
            Hex2(byte)
        );
    }
    if !known {
        put!(page, "/", bits);
    }
    put!(page, ")");
    Ok(())
}

/// Prints a multicast distribution tree (RFC 6037).
pub(super) fn multicast_tree(page: &mut Page<'_>, route: Cursor<'_>) -> Told<Route> {
    let mut rest = route;
    if rest.u8()? != 128 {
        return Ok(Route::Illegal);
    }
    if !rest.has(DISTINGUISHER) {
        return Err(Cut::Message);
    }
    line(page, |page| {
        put!(page, "RD: ");
        distinguisher(page, rest)?;
        rest.advance(DISTINGUISHER);
        put!(page, ", VPN IP Address: ");
        page.host(rest.ipv4()?);
        put!(page, ", MC Group Address: ");
        page.host(rest.ipv4()?);
        Ok(Route::Takes(17))
    })
}

/// Prints a route of a multicast VPN (RFC 6514).
pub(super) fn multicast(page: &mut Page<'_>, route: Cursor<'_>) -> Told<Route> {
    let mut rest = route;
    let (kind, length) = (rest.u8()?, rest.u8()?);
    line(page, |page| {
        let name = name_of(MULTICAST_ROUTES, kind).unwrap_or("Unknown");
        put!(page, "Route-Type: ", name, " (", kind, "), length: ", length);
        let fixed = match kind {
            INTRA_AS | SELECTIVE | SOURCE_ACTIVE => DISTINGUISHER,
            INTER_AS | SHARED_TREE | SOURCE_TREE => DISTINGUISHER + 4,
            _ => return Ok(Route::Takes(usize::from(length) + 2)),
        };
        if !rest.has(fixed) {
            return Err(Cut::Message);
        }
        put!(page, ", RD: ");
        distinguisher(page, rest)?;
        rest.advance(DISTINGUISHER);
        if fixed > DISTINGUISHER {
            put!(page, ", Source-AS ");
            put_as(page, rest.u32()?);
        }
        match kind {
            INTRA_AS => {
                put!(page, ", Originator ");
                // A length below that of the distinguisher wraps around.
                let bits = u32::from(length).wrapping_sub(8).wrapping_mul(8);
                put_address(page, bits, rest)?;
            }
            SELECTIVE => {
                let taken = source_and_group(page, rest)?;
                let left = usize::from(length).checked_sub(taken).ok_or(Cut::Message)?;
                if !rest.has(left) {
                    return Err(Cut::Message);
                }
                put!(page, ", Originator ");
                let bits = u32::try_from(left).unwrap_or(u32::MAX).wrapping_mul(8);
                put_address(page, bits, rest)?;
            }
            INTER_AS => {}
            _ => {
                source_and_group(page, rest)?;
            }
        }
        Ok(Route::Takes(usize::from(length) + 2))
    })
}

/// Prints a source and a group, each after its length in bits, and returns how many bytes they take.
fn source_and_group(page: &mut Page<'_>, from: Cursor<'_>) -> Shown<usize> {
    let mut rest = from;
    let mut taken = 0;
    for what in [", Source ", ", Group "] {
        let bits = rest.u8()?;
        let length = usize::from(bits / 8);
        if !rest.has(length) {
            return Ok(taken);
        }
        taken += length + 1;
        if bits > 0 {
            put!(page, what);
            put_address(page, bits.into(), rest)?;
            rest.advance(length);
        }
    }
    Ok(taken)
}

fn put_address(page: &mut Page<'_>, bits: u32, from: Cursor<'_>) -> Shown {
    match bits {
        32 => page.host(from.peek_ipv4()?),
        128 => page.host(from.peek_ipv6()?),
        _ => put!(page, "bogus address length ", bits),
    }
    Ok(())
}

/// Prints a route of a layer-2 VPN: an endpoint that was discovered (RFC 6074), or a block of labels (RFC 4761).
pub(super) fn layer2(page: &mut Page<'_>, route: Cursor<'_>) -> Told<Route> {
    let mut rest = route;
    let length = usize::from(rest.u16()?);
    let fixed = match length {
        12 => 12,
        18.. => 15,
        _ => return Err(Cut::Message),
    };
    if !rest.has(fixed) {
        return Err(Cut::Message);
    }
    line(page, |page| {
        let start = page.out.len();
        put!(page, "RD: ");
        distinguisher(page, rest)?;
        if length == 12 {
            put!(page, ", BGPNH: ");
            // The next hop is printed from where the distinguisher ends.
            page.host(rest.after(DISTINGUISHER).peek_ipv4()?);
        } else {
            rest.advance(DISTINGUISHER);
            put!(page, ", CE-ID: ", rest.u16()?);
            put!(page, ", Label-Block Offset: ", rest.u16()?);
            put!(page, ", Label Base ", rest.u24()? >> 4);
            label_block(page, rest, length - 15, start)?;
        }
        Ok(Route::Takes(length + 2))
    })
}

/// The TLVs behind a block of labels. Their headers do not count towards `left`, and what the line that begins at
/// `start` has no room for is not passed over.
fn label_block(page: &mut Page<'_>, from: Cursor<'_>, mut left: usize, start: usize) -> Told {
    let mut rest = from;
    while left > 0 {
        if left < 3 {
            put!(page, "\n\t\tran past the end");
            return Ok(());
        }
        let (kind, bits) = (rest.u8()?, rest.u16()?);
        let length = usize::from(bits).div_ceil(8);
        if kind == 1 {
            put!(page, "\n\t\tcircuit status vector (1) length: ", bits, ": 0x");
            let count = length.min(left);
            let room = (LONGEST_LINE + 1).saturating_sub(page.columns(start)).div_ceil(2);
            let shown = count.min(room);
            if !rest.has(shown + usize::from(shown < count)) {
                return Err(Cut::Message);
            }
            page.digits(&mut rest, shown)?;
        } else {
            put!(page, "\n\t\tunknown TLV #", kind, ", length: ", bits);
        }
        if left < length {
            put!(page, " (ran past the end)");
            return Ok(());
        }
        left -= length;
    }
    Ok(())
}

pub(super) const DISTINGUISHER: usize = 8;

const INTRA_AS: u8 = 1;
const INTER_AS: u8 = 2;
const SELECTIVE: u8 = 3;
const SOURCE_ACTIVE: u8 = 5;
const SHARED_TREE: u8 = 6;
const SOURCE_TREE: u8 = 7;

const MULTICAST_ROUTES: &[(u8, &str)] = &[
    (INTRA_AS, "Intra-AS I-PMSI"),
    (INTER_AS, "Inter-AS I-PMSI"),
    (SELECTIVE, "S-PMSI"),
    (4, "Intra-AS Segment-Leaf"),
    (SOURCE_ACTIVE, "Source-Active"),
    (SHARED_TREE, "Shared Tree Join"),
    (SOURCE_TREE, "Source Tree Join"),
];

#[cfg(test)]
mod tests {
    use super::super::sample::attribute;

    fn told(afi: u16, safi: u8, routes: &[u8]) -> String {
        let mut value = afi.to_be_bytes().to_vec();
        value.push(safi);
        value.extend_from_slice(routes);
        let text = attribute(1, 15, &value);
        text.split_once('\n')
            .unwrap()
            .1
            .split_once('\n')
            .unwrap()
            .1
            .to_owned()
    }

    #[test]
    fn distinguishers_have_three_forms() {
        let route = |rd: [u8; 8]| {
            let mut route = vec![112, 0, 0x10, 1];
            route.extend(rd);
            route.extend([10, 1, 2]);
            told(1, 128, &route)
        };
        assert_eq!(
            route([0, 0, 0, 100, 1, 2, 3, 4]),
            "\t      RD: 100:16909060 (= 1.2.3.4), 10.1.2.0/24, label:256 (bottom)"
        );
        assert!(route([0, 1, 1, 2, 3, 4, 0, 5]).contains("RD: 1.2.3.4:5, "));
        assert!(route([0, 2, 0, 1, 0, 0, 0, 5]).contains("RD: 65536:5 (0.1.0.0:5), "));
        assert!(route([0, 9, 0, 1, 0, 0, 0, 5]).contains("RD: unknown RD format, "));
    }

    #[test]
    fn route_targets_may_be_cut_to_any_length() {
        assert_eq!(told(1, 132, &[0]), "\t      default route target");
        assert_eq!(
            told(1, 132, &[96, 0, 0, 0, 1, 0, 2, 0, 9, 0, 0, 0, 7]),
            "\t      origin AS: 1, route-target: 9:7/64 (0002 0009 0000 0007)"
        );
        assert_eq!(
            told(1, 132, &[40, 0, 0, 0, 1, 0xff]),
            "\t      origin AS: 1, route-target: partial-type: (ff/8)"
        );
        assert_eq!(told(1, 132, &[31]), "\t      (illegal prefix length)");
    }

    #[test]
    fn multicast_routes_have_a_source_and_a_group() {
        let join = [
            7, 22, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 32, 10, 0, 0, 1, 32, 232, 0, 0, 1,
        ];
        assert_eq!(
            told(1, 5, &join),
            "\t      Route-Type: Source Tree Join (7), length: 22, RD: 1:2 (= 0.0.0.2), Source-AS 3\
             , Source 10.0.0.1, Group 232.0.0.1"
        );
    }

    #[test]
    fn label_blocks_have_a_vector() {
        let block = [
            0, 18, 0, 0, 0, 1, 0, 0, 0, 2, 0, 3, 0, 4, 0, 0, 0x50, 1, 0, 8, 0xaa, 0, 0, 0, 0,
        ];
        assert!(told(25, 65, &block).starts_with(
            "\t      RD: 1:2 (= 0.0.0.2), CE-ID: 3, Label-Block Offset: 4, Label Base 5\
             \n\t\tcircuit status vector (1) length: 8: 0xaa\n\t\tran past the end"
        ));
    }
    #[test]
    fn what_a_line_has_no_room_for_is_not_passed_over() {
        #[rustfmt::skip]
        let value = [
            0x00, 0x19, 0x41, 0x05, 0x60, 0x88, 0x80, 0x18, 0x7f, 0x00, 0x00, 0x1e, 0xff, 0xff, 0xff, 0x5a, 0x04, 0x04,
            0x03, 0x7f, 0x20, 0x7f, 0x08, 0x6e, 0x00, 0x10, 0x80, 0x01, 0x00, 0x10, 0xff, 0xff, 0x02, 0x00, 0x08, 0x01,
            0x10, 0x00, 0x08, 0x18,
        ];
        let text = attribute(1, 14, &value);
        assert!(
            text.ends_with(
                "RD: unknown RD format, CE-ID: 8319, Label-Block Offset: 2158, Label Base 264\
                 \n\t\tcircuit status vector (1) length: 16: 0xffff\n\t\tunknown TLV #2, length: 8\n\t\tcircuit s"
            ),
            "{text}"
        );
    }
}
