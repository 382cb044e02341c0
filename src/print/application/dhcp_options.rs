//! The options of DHCP (RFC 2132 and its successors).

use std::net::Ipv4Addr;

use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::text::{Escaped, Hex, HexPad, Label, Mac, Named, name_of, put, put_bits};

/// What the options begin with.
pub(super) const COOKIE: u32 = 0x6382_5363;

/// Prints the options, one a line, up to their end; that and the padding are told from `-vvv` on.
pub(super) fn print(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    put!(
        page,
        "\n\t  Vendor-rfc1048 Extensions\n\t    Magic Cookie 0x",
        Named("", HexPad(COOKIE.into(), 8))
    );
    while rest.captured() > 0 {
        let tag = rest.u8()?;
        if matches!(tag, PAD | END) && !page.verbose(3) {
            if tag == END {
                break;
            }
            continue;
        }
        let length = if matches!(tag, PAD | END) {
            0
        } else {
            usize::from(rest.u8()?)
        };
        page.item("options", |page| one(page, tag, length, &mut rest))?;
    }
    Ok(())
}

/// Prints one option behind its tag and length.
fn one(page: &mut Page<'_>, tag: u8, length: usize, rest: &mut Cursor<'_>) -> Shown {
    let (name, form) = option(tag).unwrap_or_else(|| ("Unknown", Form::unknown(length)));
    put!(
        page,
        "\n\t    ",
        Named("name", name),
        " (",
        Named("code", tag),
        "), length ",
        Named("length", length),
        Label(if length > 0 { ": " } else { "" })
    );
    if form == Form::AddressPairs && (length == 0 || !length.is_multiple_of(8)) {
        put!(
            page,
            Label(if length == 0 { " " } else { "" }),
            "[length != N x 8 bytes]"
        );
        return rest.skip(length);
    }
    if tag == PAD {
        let more = rest.bytes().iter().take_while(|&&byte| byte == PAD).count();
        rest.advance(more);
        if more > 0 {
            put!(page, ", occurs ", more + 1);
        }
    }
    rest.need(length)?;
    let mut value = rest.sub(length);
    // The last value may be shorter than its form wants.
    show(page, form, &mut value)?;
    if !value.is_empty() {
        put!(page, "\n\t\ttrailing data length ", value.len());
    }
    Ok(())
}

/// How the value of an option is shown.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Text,
    Addresses,
    AddressPairs,
    Longs,
    Signed,
    Shorts,
    Bytes,
    Flags,
    MessageType,
    Parameters,
    Overload,
    NodeType,
    ClientId,
    Fqdn,
    Agent,
    Routes,
    UserClass,
}

impl Form {
    /// A value of which only the length is known is shown in numbers as large as divide it.
    fn unknown(length: usize) -> Self {
        match length {
            _ if length % 2 == 1 => Self::Bytes,
            _ if length % 4 == 2 => Self::Shorts,
            _ => Self::Longs,
        }
    }

    /// The least length of one element of a list.
    fn element(self) -> usize {
        match self {
            Self::AddressPairs => 8,
            Self::Addresses | Self::Longs | Self::Signed => 4,
            Self::Shorts => 2,
            _ => 1,
        }
    }
}

fn show(page: &mut Page<'_>, form: Form, value: &mut Cursor<'_>) -> Shown {
    match form {
        Form::Text => put!(page, "\"", Escaped(value.take(value.len())?), "\""),
        Form::MessageType if value.len() == 1 => {
            let kind = value.u8()?;
            match name_of(MESSAGES, kind) {
                Some(name) => put!(page, name),
                None => put!(page, "Unknown (", kind, ")"),
            }
        }
        Form::Parameters => parameters(page, value)?,
        Form::Overload | Form::NodeType | Form::ClientId if value.is_empty() => {
            put!(page, "[ERROR: length < 1 bytes]");
        }
        Form::Overload => named(page, value.u8()?, &[(1, "file"), (2, "sname"), (3, "file+sname")]),
        Form::NodeType => {
            named(
                page,
                value.u8()?,
                &[(1, "b-node"), (2, "p-node"), (4, "m-node"), (8, "h-node")],
            );
        }
        Form::ClientId => client_id(page, value)?,
        Form::Fqdn => fqdn(page, value)?,
        Form::Agent => agent(page, value)?,
        Form::Routes => routes(page, value)?,
        Form::UserClass => user_class(page, value)?,
        _ => list(page, form, value)?,
    }
    Ok(())
}

fn named(page: &mut Page<'_>, number: u8, names: &[(u8, &'static str)]) {
    match name_of(names, number) {
        Some(name) => put!(page, name),
        None => put!(page, "#", number),
    }
}

fn list(page: &mut Page<'_>, form: Form, value: &mut Cursor<'_>) -> Shown {
    let mut first = true;
    while value.len() >= form.element() {
        if !first {
            put!(
                page,
                if matches!(form, Form::Bytes | Form::MessageType) {
                    "."
                } else {
                    ","
                }
            );
        }
        first = false;
        match form {
            Form::Addresses => page.host(value.ipv4()?),
            Form::AddressPairs => {
                let (to, through) = (value.ipv4()?, value.ipv4()?);
                put!(page, "(");
                page.host(to);
                put!(page, ":");
                page.host(through);
                put!(page, ")");
            }
            Form::Longs => put!(page, value.u32()?),
            Form::Signed => put!(page, value.u32()?.cast_signed()),
            Form::Shorts => put!(page, value.u16()?),
            Form::Flags => match value.u8()? {
                0 => put!(page, "N"),
                1 => put!(page, "Y"),
                other => put!(page, other, "?"),
            },
            _ => put!(page, value.u8()?),
        }
    }
    Ok(())
}

fn parameters(page: &mut Page<'_>, value: &mut Cursor<'_>) -> Shown {
    let mut index = 0;
    while !value.is_empty() {
        let tag = value.u8()?;
        put!(page, if index % 4 == 0 { "\n\t      " } else { ", " });
        put!(
            page,
            option(tag).map_or("Unknown", |(name, _)| name),
            " (",
            tag,
            ")"
        );
        index += 1;
    }
    Ok(())
}

fn client_id(page: &mut Page<'_>, value: &mut Cursor<'_>) -> Shown {
    let kind = value.u8()?;
    if kind == 0 {
        return show(page, Form::Text, value);
    }
    match name_of(HARDWARE, kind) {
        Some(name) => put!(page, name, " "),
        None => put!(page, "hardware-type ", kind, ", "),
    }
    let address = value.take(value.len())?;
    put!(page, Mac(address));
    Ok(())
}

/// RFC 4702.
fn fqdn(page: &mut Page<'_>, value: &mut Cursor<'_>) -> Shown {
    if value.len() < 3 {
        put!(page, "[ERROR: length < 3 bytes]");
        value.advance(value.len());
        return Ok(());
    }
    let (flags, first, second) = (value.u8()?, value.u8()?, value.u8()?);
    if flags & 0xf0 != 0 {
        put!(page, "[ERROR: MBZ nibble 0x", Hex((flags >> 4).into()), " != 0] ");
    }
    if flags & 0x0f != 0 {
        put!(page, "[");
        put_bits(
            page.out,
            &[(1, "S"), (2, "O"), (4, "E"), (8, "N")],
            flags.into(),
            "",
            "",
        );
        put!(page, "] ");
    }
    if first != 0 || second != 0 {
        put!(page, first, "/", second, " ");
    }
    show(page, Form::Text, value)
}

/// RFC 3046.
fn agent(page: &mut Page<'_>, value: &mut Cursor<'_>) -> Shown {
    while value.len() >= 2 {
        let (kind, length) = (value.u8()?, usize::from(value.u8()?));
        let name = name_of(AGENT, kind);
        put!(
            page,
            "\n\t      ",
            name.unwrap_or("Unknown"),
            " SubOption ",
            kind,
            ", length ",
            length,
            ": "
        );
        if length > value.len() {
            put!(page, "length goes past end of option");
            value.advance(value.len());
            break;
        }
        let text = value.take(length)?;
        match (kind, <[u8; 4]>::try_from(text)) {
            (5 | 11, Ok(address)) => page.host(Ipv4Addr::from(address)),
            _ if name.is_some() => put!(page, Escaped(text)),
            _ => page.hex("\n\t\t", text),
        }
    }
    Ok(())
}

/// RFC 3442.
fn routes(page: &mut Page<'_>, value: &mut Cursor<'_>) -> Shown {
    if value.len() < 5 {
        put!(page, "[ERROR: length < 5 bytes]");
        value.advance(value.len());
    }
    let mut first = true;
    while !value.is_empty() {
        if !first {
            put!(page, ",");
        }
        first = false;
        let width = value.u8()?;
        if width > 32 {
            put!(page, "[ERROR: Mask width (", width, ") > 32]");
            value.advance(value.len());
            break;
        }
        let significant = usize::from(width.div_ceil(8));
        if value.len() < significant + 4 {
            put!(
                page,
                "[ERROR: Remaining length (",
                value.len(),
                ") < ",
                significant + 4,
                " bytes]"
            );
            value.advance(value.len());
            break;
        }
        let mut network = [0; 4];
        for (to, from) in network.iter_mut().zip(value.take(significant)?) {
            *to = *from;
        }
        if width == 0 {
            put!(page, "(default:");
        } else {
            put!(page, "(", Ipv4Addr::from(network), "/", width, ":");
        }
        page.host(value.ipv4()?);
        put!(page, ")");
    }
    Ok(())
}

/// RFC 3004.
fn user_class(page: &mut Page<'_>, value: &mut Cursor<'_>) -> Shown {
    if value.len() < 2 {
        put!(page, "[ERROR: length < 2 bytes]");
        value.advance(value.len());
    }
    let mut number = 1;
    while !value.is_empty() {
        let length = usize::from(value.u8()?);
        put!(page, "\n\t      instance#", number, ": ");
        if length == 0 {
            put!(page, "[ERROR: suboption length must be non-zero]");
            value.advance(value.len());
        } else if value.len() < length {
            put!(page, "[ERROR: invalid option]");
            value.advance(value.len());
        } else {
            put!(page, "\"", Escaped(value.take(length)?), "\", length ", length);
        }
        number += 1;
    }
    Ok(())
}

const PAD: u8 = 0;
const END: u8 = 255;

const MESSAGES: &[(u8, &str)] = &[
    (1, "Discover"),
    (2, "Offer"),
    (3, "Request"),
    (4, "Decline"),
    (5, "ACK"),
    (6, "NACK"),
    (7, "Release"),
    (8, "Inform"),
    (10, "LeaseQuery"),
    (11, "LeaseUnassigned"),
    (12, "LeaseUnknown"),
    (13, "LeaseActive"),
];

const HARDWARE: &[(u8, &str)] = &[
    (1, "ether"),
    (6, "ieee802"),
    (7, "arcnet"),
    (15, "frelay"),
    (23, "strip"),
    (24, "ieee1394"),
];

const AGENT: &[(u8, &str)] = &[
    (1, "Circuit-ID"),
    (2, "Remote-ID"),
    (5, "Link-selection"),
    (6, "Subscriber-ID"),
    (11, "Server-ID-override"),
];

/// The name of an option and the form of its value.
#[rustfmt::skip]
fn option(tag: u8) -> Option<(&'static str, Form)> {
    use Form::{AddressPairs as P, Addresses as I, Bytes as B, Flags as F, Longs as L, Shorts as S, Signed, Text as T};
    Some(match tag {
        PAD => ("PAD", B), END => ("END", B),
        1 => ("Subnet-Mask", I), 2 => ("Time-Zone", Signed), 3 => ("Default-Gateway", I),
        4 => ("Time-Server", I), 5 => ("IEN-Name-Server", I), 6 => ("Domain-Name-Server", I),
        7 => ("LOG", I), 8 => ("CS", I), 9 => ("LPR-Server", I), 10 => ("IM", I), 11 => ("RL", I),
        12 => ("Hostname", T), 13 => ("BS", S), 14 => ("DP", T), 15 => ("Domain-Name", T), 16 => ("SS", I),
        17 => ("RP", T), 18 => ("EP", T), 19 => ("IPF", F), 20 => ("SRT", F), 21 => ("PF", P),
        22 => ("RSZ", S), 23 => ("TTL", B), 24 => ("MTU-Timeout", L), 25 => ("MTU-Table", S), 26 => ("MTU", S),
        27 => ("LSN", F), 28 => ("BR", I), 29 => ("MD", F), 30 => ("MS", F), 31 => ("Router-Discovery", F),
        32 => ("RSA", I), 33 => ("Static-Route", P), 34 => ("UT", F), 35 => ("AT", L), 36 => ("IE", F),
        37 => ("TT", B), 38 => ("KI", L), 39 => ("KG", F), 40 => ("YD", T), 41 => ("YS", I), 42 => ("NTP", I),
        43 => ("Vendor-Option", B), 44 => ("Netbios-Name-Server", I), 45 => ("WDD", I),
        46 => ("Netbios-Node", Form::NodeType), 47 => ("Netbios-Scope", T), 48 => ("XFS", I), 49 => ("XDM", I),
        50 => ("Requested-IP", I), 51 => ("Lease-Time", L), 52 => ("OO", Form::Overload),
        53 => ("DHCP-Message", Form::MessageType), 54 => ("Server-ID", I),
        55 => ("Parameter-Request", Form::Parameters), 56 => ("MSG", T), 57 => ("MSZ", S), 58 => ("RN", L),
        59 => ("RB", L), 60 => ("Vendor-Class", T), 61 => ("Client-ID", Form::ClientId), 64 => ("N+D", S),
        65 => ("N+S", I), 66 => ("TFTP", T), 67 => ("BF", T), 68 => ("MH", I), 69 => ("SMTP", I),
        70 => ("POP3", I), 71 => ("NNTP", I), 72 => ("WWW", I), 73 => ("FG", I), 74 => ("IRC", I),
        75 => ("STS", I), 76 => ("STDA", I), 77 => ("User-Class", Form::UserClass), 78 => ("SLP-DA", B),
        79 => ("SLP-SCOPE", B), 80 => ("SLP-NA", T), 81 => ("FQDN", Form::Fqdn),
        82 => ("Agent-Information", Form::Agent), 83 => ("ARMT", B), 88 => ("TZSTR", T), 89 => ("FQDNS", B),
        90 => ("AUTH", B), 91 => ("Last-Transaction-Time", Signed), 92 => ("Associated-IP", I), 93 => ("ARCH", S),
        94 => ("NDI", B), 95 => ("LDAP", T), 97 => ("GUID", B), 98 => ("UAP", T), 100 => ("POSIX-TZ", T),
        101 => ("TZ-Name", T), 108 => ("IPv6-Only-Preferred", L), 112 => ("NI", I), 113 => ("NITAG", T),
        114 => ("URL", T), 116 => ("Auto-Configure", F), 117 => ("NSSEARCH", S), 118 => ("SUBNET", I), 121 => ("Classless-Static-Route", Form::Routes),
        150 => ("TFTP-Server-Address", I), 161 => ("MUD-URL", T),
        249 => ("Classless-Static-Route-Microsoft", Form::Routes),
        _ => return None,
    })
}
