//! ONC remote procedure calls (RFC 5531): calls of NFS and their replies by port, of the port mapper by request.

use super::{Ports, nfs};
use crate::print::cursor::{Cursor, Shown};
use crate::print::internet::Datagram;
use crate::print::page::Page;
use crate::print::text::{Hex, name_of, put};

/// The port of NFS.
pub(crate) const NFS: u16 = 2049;
const CALL: u32 = 0;
const REPLY: u32 = 1;

/// Prints a call or a reply in a UDP datagram and returns true, if it is one of NFS.
pub(crate) fn over_udp(
    page: &mut Page<'_>,
    datagram: &Datagram,
    ports: Ports,
    message: Cursor<'_>,
) -> Shown<bool> {
    by_port(page, datagram, ports, message, "")
}

/// Prints what a TCP segment begins with, if it is a record (RFC 5531, 11) with a call or a reply of NFS.
pub(super) fn over_tcp(page: &mut Page<'_>, datagram: &Datagram, ports: Ports, segment: Cursor<'_>) -> Shown {
    const LAST_FRAGMENT: u32 = 1 << 31;
    if segment.len() < 4 || !segment.has(4) {
        return Ok(());
    }
    let record = segment.after(4);
    let length = (segment.peek_u32(0)? & !LAST_FRAGMENT) as usize;
    let message = record.claiming(length.min(record.len()));
    by_port(page, datagram, ports, message, ": ").map(|_| ())
}

fn by_port(
    page: &mut Page<'_>,
    datagram: &Datagram,
    ports: Ports,
    message: Cursor<'_>,
    before: &str,
) -> Shown<bool> {
    let Ok(direction) = message.peek_u32(4) else {
        return Ok(false);
    };
    let xid = message.peek_u32(0)?;
    if ports.destination == NFS && direction == CALL {
        put!(page, before, "NFS request xid ", xid, " ");
        nfs::call(page, datagram, message)?;
    } else if ports.source == NFS && direction == REPLY {
        put!(page, before, "NFS reply xid ", xid, " ");
        nfs::reply(page, datagram, message)?;
    } else {
        return Ok(false);
    }
    Ok(true)
}

/// Prints a datagram with its addresses as a call to the port mapper (RFC 1833), or as a reply of NFS.
pub(crate) fn by_request(page: &mut Page<'_>, datagram: &Datagram, message: Cursor<'_>) -> Shown {
    if message.peek_u32(4)? == CALL {
        return port_mapper(page, datagram, message);
    }
    page.enter("nfs");
    let xid = message.peek_u32(0)?;
    datagram.put_source(page);
    if page.numeric() {
        put!(page, ".", NFS, " > ");
    } else {
        put!(page, ".nfs > ");
    }
    datagram.put_destination(page);
    put!(page, ".", xid, ": ");
    nfs::reply(page, datagram, message)
}

fn port_mapper(page: &mut Page<'_>, datagram: &Datagram, call: Cursor<'_>) -> Shown {
    const PORT: u64 = 111;
    page.enter("rpc");
    let xid = call.peek_u32(0)?;
    datagram.put_source(page);
    put!(page, ".0x", Hex(xid.into()), " > ");
    datagram.put_destination(page);
    if page.numeric() {
        put!(page, ".0x", Hex(PORT), ": ", call.len());
    } else {
        put!(page, ".sunrpc: ", call.len());
    }
    let procedure = call.peek_u32(20)?;
    match name_of(PROCEDURES, procedure) {
        Some(name) => put!(page, " ", name),
        None => put!(page, "  proc #", procedure),
    }
    let version = call.peek_u32(8)?;
    if version != 2 {
        put!(page, " [rpcver ", version, "]");
    }
    if matches!(procedure, 1..=3 | 5) {
        let program = call.peek_u32(12)?;
        match name_of(PROGRAMS, program) {
            _ if page.numeric() => put!(page, " ", program),
            Some(name) => put!(page, " ", name),
            None => put!(page, " #", program),
        }
        put!(page, ".", call.peek_u32(16)?);
    }
    Ok(())
}

const PROCEDURES: &[(u32, &str)] = &[
    (0, "null"),
    (1, "set"),
    (2, "unset"),
    (3, "getport"),
    (4, "dump"),
    (5, "call"),
];

/// Programs that have long been known everywhere (IANA, "rpc program numbers").
const PROGRAMS: &[(u32, &str)] = &[
    (100_000, "portmapper"),
    (100_001, "rstatd"),
    (100_002, "rusersd"),
    (100_003, "nfs"),
    (100_004, "ypserv"),
    (100_005, "mountd"),
    (100_007, "ypbind"),
    (100_008, "walld"),
    (100_009, "yppasswdd"),
    (100_011, "rquotad"),
    (100_012, "sprayd"),
    (100_020, "llockmgr"),
    (100_021, "nlockmgr"),
    (100_024, "status"),
    (100_026, "bootparam"),
    (100_028, "ypupdated"),
    (100_029, "keyserv"),
    (100_227, "nfs_acl"),
    (150_001, "pcnfsd"),
    (300_019, "amd"),
];

#[cfg(test)]
pub(super) mod tests {
    use crate::print::sample::{options, shown_with, tcp, udp};
    use crate::print::{Decoder, Options};
    use crate::wire::LinkType;

    /// The words of a message.
    pub(crate) fn words(words: &[u32]) -> Vec<u8> {
        words.iter().flat_map(|word| word.to_be_bytes()).collect()
    }

    #[test]
    fn the_port_mapper_is_understood_by_request() {
        let options = Options {
            packet_type: Some(Decoder::Rpc),
            ..options(0)
        };
        let shown = |message: &[u32]| shown_with(&options, LinkType::RAW, &udp(1000, 111, &words(message)));
        assert_eq!(
            shown(&[0xabc, 0, 2, 100_000, 2, 3, 0, 0, 0, 0]),
            "IP 192.0.2.1.0xabc > 192.0.2.2.0x6f: 40 getport 100000.2"
        );
        assert!(shown(&[1, 0, 1, 100_000, 2, 9]).ends_with(": 24  proc #9 [rpcver 1]"));
        assert_eq!(
            shown(&[7, 1, 1, 1, 5]),
            "IP 192.0.2.1.2049 > 192.0.2.2.7: reply ERR 20: Auth Credentials are too weak"
        );
    }

    #[test]
    fn a_record_of_tcp_is_only_looked_into_at_its_begin() {
        let shown = |message: &[u32]| {
            let packet = tcp((1000, 2049), (1, 1), 0x10, &[], &words(message));
            shown_with(&options(0), LinkType::RAW, &packet)
        };
        let call = shown(&[0x8000_0018, 0xabc, 0, 2, 100_003, 3, 0]);
        assert!(
            call.ends_with(", length 28: NFS request xid 2748 24 null"),
            "{call}"
        );
        assert!(shown(&[0x8000_0018, 0xabc, 7]).ends_with(", length 12"));
    }
}
