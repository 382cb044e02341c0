//! Cisco's NetFlow, versions 1, 5 and 6 (of the NetFlow collector's guide); of other versions the number.

use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::registry::protocol;
use crate::print::text::{Hex, Right, Zeros, put, put_bits};

/// Prints what a router tells of the flows that it has seen.
///
/// tcpdump reads the number of records as four bytes, of which the last two are of the router's uptime. So it tells
/// too many, and misses them at the end; so do we.
pub(super) fn print(page: &mut Page<'_>, message: Cursor<'_>) -> Shown {
    page.enter("cnfp");
    let version = message.peek_u16(0)?;
    let form = match version {
        1 => V1,
        5 => V5,
        6 => V6,
        _ => {
            put!(page, "NetFlow v", Hex(version.into()));
            return Ok(());
        }
    };
    message.need(form.header)?;
    let mut rest = message.after(4);
    let (uptime, secs, nanos) = (rest.u32()?, rest.u32()?, rest.u32()?);
    put!(page, "NetFlow v", version, ", ", Millis(uptime), " uptime, ");
    put!(page, secs, ".", Zeros(nanos.into(), 9), ", ");
    if form.numbered {
        put!(page, "#", rest.u32()?, ", ");
    }
    let records = message.peek_u32(2)?;
    put!(page, Right(records.into(), 2), " recs");
    let mut rest = message.after(form.header);
    for _ in 0..records {
        page.item("records", |page| record(page, form, rest))?;
        rest.advance(form.record);
    }
    Ok(())
}

/// A flow, on lines of its own.
fn record(page: &mut Page<'_>, form: Form, record: Cursor<'_>) -> Shown {
    record.need(form.record)?;
    let mut rest = record;
    let (source, destination, next) = (rest.ipv4()?, rest.ipv4()?, rest.ipv4()?);
    rest.advance(4);
    let (packets, octets, first, last) = (rest.u32()?, rest.u32()?, rest.u32()?, rest.u32()?);
    let ports = (rest.u16()?, rest.u16()?);
    put!(page, "\n  started ", Millis(first), ", last ", Millis(last));
    put!(page, "\n    ", source);
    network(page, form, record, 0)?;
    put!(page, ":", ports.0, " > ", destination);
    network(page, form, record, 1)?;
    put!(page, ":", ports.1, " >> ", next, "\n    ");
    let number = record.peek_u8(38)?;
    match protocol::name(number).filter(|_| !page.numeric()) {
        Some(name) => put!(page, name, " "),
        None => put!(page, number, " "),
    }
    let flags = record.peek_u8(form.flags)?;
    if number == TCP && flags != 0 {
        put_bits(page.out, FLAGS, flags.into(), "", "");
        put!(page, " ");
    }
    put!(
        page,
        "tos ",
        record.peek_u8(39)?,
        ", ",
        packets,
        " (",
        octets,
        " octets) "
    );
    if form.tunnelled {
        put!(
            page,
            "(",
            record.peek_u8(46)?,
            "<>",
            record.peek_u8(47)?,
            " encaps)"
        );
    }
    Ok(())
}

/// The prefix length and the autonomous system of the source (0) or of the destination (1), where they are told.
fn network(page: &mut Page<'_>, form: Form, record: Cursor<'_>, end: usize) -> Shown {
    if form.numbered {
        put!(
            page,
            "/",
            record.peek_u8(44 + end)?,
            ":",
            record.peek_u16(40 + 2 * end)?
        );
    }
    Ok(())
}

/// Milliseconds as seconds.
#[derive(Clone, Copy)]
struct Millis(u32);

impl crate::print::text::Put for Millis {
    const KIND: crate::print::ink::Kind = crate::print::ink::Kind::Number;

    fn put(self, out: &mut Vec<u8>) {
        (self.0 / 1000, ".", Zeros(u64::from(self.0 % 1000), 3)).put(out);
    }
}

/// What a version has, and where.
#[derive(Clone, Copy)]
struct Form {
    header: usize,
    record: usize,
    /// The offset of the TCP flags in a record.
    flags: usize,
    /// Whether messages are numbered, and records have networks.
    numbered: bool,
    /// Whether records say how flows were encapsulated.
    tunnelled: bool,
}

const V1: Form = Form {
    header: 16,
    record: 48,
    flags: 40,
    numbered: false,
    tunnelled: false,
};
const V5: Form = Form {
    header: 24,
    record: 52,
    flags: 37,
    numbered: true,
    tunnelled: false,
};
const V6: Form = Form {
    header: 24,
    record: 52,
    flags: 37,
    numbered: true,
    tunnelled: true,
};

const TCP: u8 = 6;
#[rustfmt::skip]
const FLAGS: &[(u32, &str)] = &[
    (0x01, "F"), (0x02, "S"), (0x04, "R"), (0x08, "P"), (0x10, "."), (0x20, "U"), (0x40, "E"), (0x80, "W"),
];

#[cfg(test)]
mod tests {
    use crate::print::application::Decoder;
    use crate::print::sample::{options, shown_with, udp};
    use crate::wire::LinkType;

    fn told(message: &[u8]) -> String {
        let mut options = options(0);
        options.packet_type = Decoder::named("cnfp");
        shown_with(&options, LinkType::RAW, &udp(2055, 2055, message))
            .replace("IP 192.0.2.1.2055 > 192.0.2.2.2055: ", "")
    }

    fn flow(tail: &[u8]) -> Vec<u8> {
        let mut flow = vec![
            10, 0, 0, 1, 10, 0, 0, 2, 10, 0, 0, 254, 0, 1, 0, 2, 0, 0, 0, 10, 0, 0, 3, 0xe8,
        ];
        flow.extend([0, 0, 4, 0xd2, 0, 0, 0x16, 0x2e, 0, 80, 4, 0]);
        flow.extend(tail);
        flow
    }

    #[test]
    fn a_flow_of_version_5_has_its_networks() {
        let mut message = vec![
            0, 5, 0, 0, 0, 1, 0, 1, 0, 0, 0, 9, 0, 0, 0, 8, 0, 0, 0, 7, 1, 2, 0, 3,
        ];
        message.extend(flow(&[0, 0x12, 6, 3, 0xfc, 0, 0xfc, 1, 24, 25, 0, 0, 0, 0, 0, 0]));
        assert_eq!(
            told(&message),
            "NetFlow v5, 65.537 uptime, 9.000000008, #7,  1 recs\n  started 1.234, last 5.678\
             \n    10.0.0.1/24:64512:80 > 10.0.0.2/25:64513:1024 >> 10.0.0.254\n    6 S. tos 3, 10 (1000 octets) "
        );
        message.truncate(60);
        assert!(told(&message).ends_with("#7,  1 recs [|cnfp]"));
    }

    #[test]
    fn each_version_has_its_record() {
        let mut message = vec![0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 9, 0, 0, 0, 8];
        message.extend(flow(&[0, 0, 17, 3, 0x12, 0, 0, 0, 0, 0, 0, 0]));
        assert!(
            told(&message)
                .ends_with("10.0.0.1:80 > 10.0.0.2:1024 >> 10.0.0.254\n    17 tos 3, 10 (1000 octets) ")
        );
        let mut message = vec![
            0, 6, 0, 0, 0, 1, 0, 0, 0, 0, 0, 9, 0, 0, 0, 8, 0, 0, 0, 7, 0, 0, 0, 0,
        ];
        message.extend(flow(&[0, 0, 17, 3, 0xfc, 0, 0xfc, 1, 24, 25, 1, 2, 0, 0, 0, 0]));
        assert!(told(&message).ends_with("17 tos 3, 10 (1000 octets) (1<>2 encaps)"));
        assert_eq!(told(&[0, 10]), "NetFlow va");
    }
}
