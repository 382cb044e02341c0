//! Who sent a message.

use super::Told;
use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::registry::family;
use crate::print::text::{Mac, name_of, put};

/// Prints the identity of the sender.
pub(super) fn print(page: &mut Page<'_>, mut value: Cursor<'_>) -> Shown<Told> {
    const TOO_SHORT: &str = "\n\t  (TLV too short)";
    if value.is_empty() {
        put!(page, " (too short, must be >= 1)");
        return Ok(Told::Nothing);
    }
    let mut told = true;
    let length = usize::from(value.u8()?);
    if length > 0 {
        if value.is_empty() {
            put!(page, TOO_SHORT);
            return Ok(Told::Nothing);
        }
        let kind = value.u8()?;
        put!(
            page,
            "\n\t  Chassis-ID Type ",
            name_of(CHASSIS_IDS, kind).unwrap_or("Unknown"),
            " (",
            kind
        );
        put!(page, "), Chassis-ID length ", length);
        if value.len() < length {
            put!(page, TOO_SHORT);
            return Ok(Told::Early);
        }
        let mut id = value.sub(length);
        match kind {
            4 if length == 6 => put!(page, "\n\t  MAC ", Mac(&id.array::<6>()?)),
            4 => {
                put!(page, " (invalid MAC address length)");
                told = false;
            }
            5 => told = network_address(page, id)?,
            1 | 2 | 3 | 6 | 7 => page.padded_text(&mut id, length)?,
            _ => told = false,
        }
    }
    let verdict = |told, left| {
        if told {
            Told::Wholly(left)
        } else {
            Told::Partly(left)
        }
    };
    if value.is_empty() {
        return Ok(verdict(told, 0));
    }
    let length = usize::from(value.u8()?);
    put!(page, "\n\t  Management Address Domain Length ", length);
    if length == 0 {
        return Ok(verdict(told, value.len()));
    }
    if value.len() < length {
        put!(page, TOO_SHORT);
        return Ok(Told::Nothing);
    }
    page.hex("\n\t  Management Address Domain: ", value.sub(length).bytes());
    if value.is_empty() {
        put!(page, " (Management Address Length is missing)");
        return Ok(Told::Partly(0));
    }
    let length = usize::from(value.u8()?);
    put!(page, "\n\t  Management Address Length ", length);
    if value.len() < length {
        put!(page, TOO_SHORT);
        return Ok(Told::End);
    }
    if length > 0 {
        page.hex("\n\t  Management Address: ", value.sub(length).bytes());
    }
    Ok(verdict(told, value.len()))
}

/// An address behind the number of its family. Returns false if it is not told.
fn network_address(page: &mut Page<'_>, mut id: Cursor<'_>) -> Shown<bool> {
    let number = id.u8()?;
    let name = family::name(number.into()).unwrap_or("Unknown");
    put!(page, "\n\t  Network Address Type ", name, " (", number, ")");
    match (number.into(), id.len()) {
        (family::IPV4, 4) => {
            put!(page, ", ");
            page.host(id.ipv4()?);
        }
        (family::IPV6, 16) => {
            put!(page, ", ");
            page.host(id.ipv6()?);
        }
        (family::IPV4, length) => {
            put!(page, "(invalid IPv4 address length ", length, ")");
            return Ok(false);
        }
        (family::IPV6, length) => {
            put!(page, "(invalid IPv6 address length ", length, ")");
            return Ok(false);
        }
        _ => return Ok(false),
    }
    Ok(true)
}

const CHASSIS_IDS: &[(u8, &str)] = &[
    (0, "Reserved"),
    (1, "Chassis component"),
    (2, "Interface alias"),
    (3, "Port component"),
    (4, "MAC address"),
    (5, "Network address"),
    (6, "Interface name"),
    (7, "Locally assigned"),
];
