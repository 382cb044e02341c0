//! ATA over Ethernet (AoEr11).

use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::page::Page;
use crate::print::text::{Escaped, Hex2, Hex4, HexPad, Mac, name_of, put, put_bits};

/// Prints a packet.
pub(super) fn print(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    page.enter("aoe");
    put!(page, "AoE length ", packet.len());
    if packet.is_empty() {
        return Err(Stop::Invalid);
    }
    let version = packet.peek_u8(0)? >> 4;
    put!(page, ", Ver ", version);
    if version != 1 {
        return Ok(());
    }
    let mut rest = packet;
    if rest.len() < 10 {
        return refuse(page, rest);
    }
    let flags = rest.u8()? & 15;
    put!(page, ", Flags: [");
    put_bits(page.out, FLAGS, flags.into(), ", ", "none");
    put!(page, "]");
    if !page.verbose(1) {
        return Ok(());
    }
    if flags & ERROR == 0 {
        rest.advance(1);
    } else {
        put_name(page, "\n\tError: ", ERRORS, rest.u8()?, "Invalid (");
    }
    put!(page, "\n\tMajor: 0x", Hex4(rest.u16()?));
    put!(page, ", Minor: 0x", Hex2(rest.u8()?));
    let command = rest.u8()?;
    put_name(page, ", Command: ", COMMANDS, command, UNKNOWN);
    put!(page, ", Tag: 0x", HexPad(rest.u32()?.into(), 8));
    match command {
        0 => ata(page, rest),
        1 => configuration(page, rest),
        2 => mask_list(page, rest),
        3 => reserve(page, rest),
        _ => Ok(()),
    }
}

/// An ATA command or its status.
fn ata(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    if rest.len() < 12 {
        return refuse(page, rest);
    }
    let flags = rest.u8()?;
    put!(page, "\n\tAFlags: [");
    put_bits(page.out, ATA_FLAGS, flags.into(), ", ", "none");
    put!(page, "]");
    for label in [
        ", Err/Feature: ",
        ", Sector Count: ",
        ", Cmd/Status: ",
        "\n\tlba0: ",
    ] {
        put!(page, label, rest.u8()?);
    }
    for number in 1..6_u8 {
        put!(page, ", lba", number, ": ", rest.u8()?);
    }
    rest.skip(2)?;
    if !rest.is_empty() {
        put!(page, "\n\tData: ", rest.len(), " bytes");
    }
    Ok(())
}

fn configuration(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    const LONGEST: usize = 1024;
    if rest.len() < 8 {
        return refuse(page, rest);
    }
    put!(page, "\n\tBuffer Count: ", rest.u16()?);
    put!(page, ", Firmware Version: ", rest.u16()?);
    put!(page, ", Sector Count: ", rest.u8()?);
    let both = rest.u8()?;
    // What is unknown has no number: tcpdump's format lacks a sign.
    let command = name_of(CONFIGURATION_COMMANDS, both & 15).unwrap_or("Unknown (0x02x)");
    put!(page, ", AoE: ", both >> 4, ", CCmd: ", command);
    let length = usize::from(rest.u16()?);
    if length > LONGEST || length > rest.len() {
        return refuse(page, rest);
    }
    if length > 0 {
        put!(page, "\n\tConfig String (length ", length, "): ");
        put!(page, Escaped(rest.limited(length).bytes()));
        rest.skip(length)?;
    }
    Ok(())
}

fn mask_list(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    if rest.len() < 4 {
        return refuse(page, rest);
    }
    rest.advance(1);
    put_name(page, "\n\tMCmd: ", MASK_COMMANDS, rest.u8()?, UNKNOWN);
    put_name(page, ", MError: ", MASK_ERRORS, rest.u8()?, UNKNOWN);
    let count = rest.u8()?;
    put!(page, ", Dir Count: ", count);
    if usize::from(count) * 8 > rest.len() {
        return refuse(page, rest);
    }
    for _ in 0..count {
        rest.advance(1);
        put_name(page, "\n\t DCmd: ", DIRECTIVES, rest.u8()?, UNKNOWN);
        put!(page, ", Ethernet Address: ", Mac(&rest.array::<6>()?));
    }
    Ok(())
}

fn reserve(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    if rest.len() < 2 || !(rest.len() - 2).is_multiple_of(6) {
        return refuse(page, rest);
    }
    put_name(page, "\n\tRCmd: ", RESERVE_COMMANDS, rest.u8()?, UNKNOWN);
    let count = rest.u8()?;
    put!(page, ", NMacs: ", count);
    if usize::from(count) * 6 != rest.len() {
        return refuse(page, rest);
    }
    for number in 0..count {
        let address = rest.array::<6>()?;
        put!(page, "\n\tEthernet Address ", number, ": ", Mac(&address));
    }
    Ok(())
}

/// What cannot be is told, and that the rest of it is missing if it is.
fn refuse(page: &mut Page<'_>, rest: Cursor<'_>) -> Shown {
    page.invalid();
    rest.need(rest.len())
}

fn put_name(page: &mut Page<'_>, label: &str, table: &[(u8, &'static str)], number: u8, unknown: &str) {
    put!(page, label);
    match name_of(table, number) {
        Some(name) => put!(page, name),
        None if unknown == UNKNOWN => put!(page, unknown, Hex2(number), ")"),
        None => put!(page, unknown, number, ")"),
    }
}

const UNKNOWN: &str = "Unknown (0x";
const ERROR: u8 = 4;
const FLAGS: &[(u32, &str)] = &[(8, "Response"), (4, "Error"), (2, "MBZ-1"), (1, "MBZ-0")];
const COMMANDS: &[(u8, &str)] = &[
    (0, "Issue ATA Command"),
    (1, "Query Config Information"),
    (2, "MAC Mask List"),
    (3, "Reserve/Release"),
];
const ERRORS: &[(u8, &str)] = &[
    (1, "Unrecognized command code"),
    (2, "Bad argument parameter"),
    (3, "Device unavailable"),
    (4, "Config string present"),
    (5, "Unsupported version"),
    (6, "Target is reserved"),
];
#[rustfmt::skip]
const ATA_FLAGS: &[(u32, &str)] = &[
    (0x80, "MBZ-7"), (0x40, "Ext48"), (0x20, "MBZ-5"), (0x10, "Device"), (8, "MBZ-3"), (4, "MBZ-2"), (2, "Async"),
    (1, "Write"),
];
const CONFIGURATION_COMMANDS: &[(u8, &str)] = &[
    (0, "read config string"),
    (1, "test config string"),
    (2, "test config string prefix"),
    (3, "set config string"),
    (4, "force set config string"),
];
const MASK_COMMANDS: &[(u8, &str)] = &[(0, "Read Mac Mask List"), (1, "Edit Mac Mask List")];
const MASK_ERRORS: &[(u8, &str)] = &[
    (1, "Unspecified Error"),
    (2, "Bad DCmd directive"),
    (3, "Mask list full"),
];
const DIRECTIVES: &[(u8, &str)] = &[
    (0, "No Directive"),
    (1, "Add mac address to mask list"),
    (2, "Delete mac address from mask list"),
];
const RESERVE_COMMANDS: &[(u8, &str)] = &[
    (0, "Read reserve list"),
    (1, "Set reserve list"),
    (2, "Force set reserve list"),
];

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, ether, shown, verbose};
    use crate::wire::LinkType;

    const ETHERNET: LinkType = LinkType::ETHERNET;

    #[test]
    fn a_command_and_its_argument_are_told_under_v() {
        let packet = ether(0x88a2, &[0x1c, 3, 0, 7, 1, 3, 0, 0, 0, 9, 1, 1, 2, 0, 0, 0, 0, 1]);
        assert_eq!(
            shown(ETHERNET, &packet),
            "AoE length 18, Ver 1, Flags: [Response, Error]"
        );
        let text = verbose(1, ETHERNET, &packet);
        assert!(text.contains(
            "\n\tError: Device unavailable\n\tMajor: 0x0007, Minor: 0x01, Command: Reserve/Release"
        ));
        assert!(
            text.ends_with("\n\tRCmd: Set reserve list, NMacs: 1\n\tEthernet Address 0: 02:00:00:00:00:01")
        );
        assert_every_cut_is_told(ETHERNET, &packet);
        let short = ether(0x88a2, &[0x10, 0]);
        assert_eq!(shown(ETHERNET, &short), "AoE length 2, Ver 1 (invalid)");
    }
}
