//! Rx, the remote procedure calls of the Andrew file system: the calls of its services, and the replies to those seen.

mod arguments;
mod services;

use super::Ports;
use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::dialogues::RxCall;
use crate::print::internet::Datagram;
use crate::print::page::Page;
use crate::print::text::{HexPad, name_of, put};
use arguments::{Ended, Told};
use services::{Procedure, Service};

/// Prints a packet.
pub(super) fn print(page: &mut Page<'_>, datagram: &Datagram, ports: Ports, packet: Cursor<'_>) -> Shown {
    page.enter("rx");
    if !packet.has(HEADER) {
        put!(page, " [|rx] (", packet.len(), ")");
        return Ok(());
    }
    let (kind, flags) = (packet.peek_u8(20)?, packet.peek_u8(21)?);
    match name_of(KINDS, kind) {
        Some(name) => put!(page, " rx ", name),
        None => put!(page, " rx type ", kind),
    }
    if page.verbose(1) {
        header(page, packet, kind, flags)?;
    }
    let first = kind == DATA && packet.peek_u32(12)? == 1;
    let body = packet.after(HEADER);
    if first && flags & CLIENT_INITIATED != 0 {
        if let Ok(operation) = body.peek_u32(0) {
            let asked = identity(datagram, packet, ports.destination, true)?;
            page.dialogues.rx.insert(asked, operation);
        }
        if let Some(service) = Service::at(ports.destination) {
            call(page, service, body)?;
        }
    } else if (first || kind == ABORT) && flags & CLIENT_INITIATED == 0 {
        let asked = identity(datagram, packet, ports.source, false)?;
        if let (Some(&operation), Some(service)) = (page.dialogues.rx.get(&asked), Service::at(ports.source))
        {
            reply(page, service, operation, kind == DATA, body)?;
        }
    } else if kind == ACKNOWLEDGEMENT {
        told(page, "ack", |page| acknowledgement(page, body))?;
    }
    put!(page, " (", packet.len(), ")");
    Ok(())
}

fn header(page: &mut Page<'_>, packet: Cursor<'_>, kind: u8, flags: u8) -> Shown {
    if page.verbose(2) {
        let connection = packet.peek_u32(4)?;
        put!(
            page,
            " cid ",
            HexPad(connection.into(), 8),
            " call# ",
            packet.peek_u32(8)?
        );
    }
    put!(page, " seq ", packet.peek_u32(12)?, " ser ", packet.peek_u32(16)?);
    if page.verbose(3) {
        put!(
            page,
            " secindex ",
            packet.peek_u8(23)?,
            " serviceid ",
            packet.peek_u16(26)?
        );
    }
    if page.verbose(2) {
        let mut before = " <";
        for &(flag, of, name) in FLAGS {
            if flags & flag != 0 && (of == 0 || of == kind) {
                put!(page, before, name, ">");
                before = ",<";
            }
        }
    }
    Ok(())
}

/// How a call and its reply know each other.
fn identity(datagram: &Datagram, packet: Cursor<'_>, server_port: u16, is_call: bool) -> Shown<RxCall> {
    let (source, destination) = datagram.addresses();
    let (client, server) = if is_call {
        (source, destination)
    } else {
        (destination, source)
    };
    Ok(RxCall {
        number: packet.peek_u32(8)?,
        service: packet.peek_u16(26)?,
        server_port,
        client,
        server,
    })
}

fn call(page: &mut Page<'_>, service: &Service, body: Cursor<'_>) -> Shown {
    if body.is_empty() {
        return Ok(());
    }
    let mut rest = body;
    let operation = rest.u32()?;
    let service = put_service(page, service, operation);
    put!(page, " call ");
    let procedure = put_operation(page, service, operation);
    told(page, service.name, |page| {
        let wanted = procedure.map_or(&[][..], |procedure| procedure.call);
        arguments::print(page, &mut rest, wanted)
    })
}

fn reply(page: &mut Page<'_>, service: &Service, operation: u32, is_data: bool, body: Cursor<'_>) -> Shown {
    if body.is_empty() && !service.short_replies {
        return Ok(());
    }
    let mut rest = body;
    let service = put_service(page, service, operation);
    put!(page, " reply ");
    let procedure = put_operation(page, service, operation);
    if is_data {
        return told(page, service.name, |page| {
            let wanted = procedure.map_or(&[][..], |procedure| procedure.reply);
            arguments::print(page, &mut rest, wanted)
        });
    }
    match (service.name, operation) {
        ("fs", _) => {
            let code = rest.u32()?;
            match name_of(services::FILE_ERRORS, code) {
                Some(name) => put!(page, " error ", name),
                None => put!(page, " error #", code.cast_signed()),
            }
        }
        ("ubik", services::BEACON) => {
            put!(page, " vote yes until");
            let until = rest.u32()?.cast_signed();
            put!(page, " ");
            page.local_time(until.into());
        }
        _ => {
            put!(page, " errcode");
            put!(page, " ", rest.u32()?.cast_signed());
        }
    }
    Ok(())
}

/// The name of the service. Returns it, or the one that its replicas use among themselves.
fn put_service<'s>(page: &mut Page<'_>, service: &'s Service, operation: u32) -> &'s Service {
    put!(page, " ", service.name);
    if service.replicated && services::is_of_replicas(operation) {
        put!(page, " ", services::UBIK.name);
        return &services::UBIK;
    }
    service
}

fn put_operation<'s>(page: &mut Page<'_>, service: &'s Service, operation: u32) -> Option<&'s Procedure> {
    let known = service.procedures.iter().find(|known| known.number == operation);
    match known.map(|known| known.name).filter(|name| !name.is_empty()) {
        Some(name) => put!(page, name),
        None => put!(page, "op#", operation),
    }
    known
}

/// Which packets of the window have come, and which have not.
fn acknowledgement(page: &mut Page<'_>, body: Cursor<'_>) -> Told {
    const FIXED: usize = 18;
    if !body.has(FIXED) {
        return Err(Ended::Short);
    }
    let mut rest = body;
    let (space, skew) = (rest.u16()?, rest.u16()?);
    if page.verbose(3) {
        put!(page, " bufspace ", space, " maxskew ", skew);
    }
    let (first, _) = (rest.u32()?, rest.u32()?);
    put!(page, " first ", first, " serial ", rest.u32()?, " reason ");
    let (reason, count) = (rest.u8()?, rest.u8()?);
    match name_of(REASONS, reason) {
        Some(name) => put!(page, name),
        None => put!(page, "#", reason),
    }
    let Ok(window) = rest.take(count.into()) else {
        return Err(Ended::Short);
    };
    runs(page, " acked ", first, window, 1);
    runs(page, " nacked ", first, window, 0);
    rest.advance(3);
    for label in [" ifmtu ", " maxmtu ", " rwind ", " maxpackets "] {
        if !page.verbose(2) || !rest.has(4) {
            break;
        }
        put!(page, label, rest.u32()?);
    }
    Ok(())
}

/// The numbers of the packets whose mark is `wanted`, as `1-3,5`.
fn runs(page: &mut Page<'_>, label: &str, first: u32, window: &[u8], wanted: u8) {
    let mut before = label;
    let mut number = first;
    for run in window.chunk_by(|one, next| (*one == wanted) == (*next == wanted)) {
        let length = u32::try_from(run.len()).unwrap_or(u32::MAX);
        if run.first() == Some(&wanted) {
            put!(page, before, number);
            if length > 1 {
                put!(page, "-", number.wrapping_add(length - 1));
            }
            before = ",";
        }
        number = number.wrapping_add(length);
    }
}

/// Runs a printer of a part; where that ends too soon, it is told, and the rest of the line goes on.
fn told(page: &mut Page<'_>, part: &'static str, print: impl FnOnce(&mut Page<'_>) -> Told) -> Shown {
    match print(page) {
        Ok(()) => Ok(()),
        Err(Ended::By(stop)) => Err(stop),
        Err(Ended::Short) => {
            put!(page, " [|", part, "]");
            Ok(())
        }
    }
}

impl From<Stop> for Ended {
    fn from(stop: Stop) -> Self {
        Self::By(stop)
    }
}

const HEADER: usize = 28;
const DATA: u8 = 1;
const ACKNOWLEDGEMENT: u8 = 2;
const ABORT: u8 = 4;
const KINDS: &[(u8, &str)] = &[
    (DATA, "data"),
    (ACKNOWLEDGEMENT, "ack"),
    (3, "busy"),
    (ABORT, "abort"),
    (5, "ackall"),
    (6, "challenge"),
    (7, "response"),
    (8, "debug"),
    (9, "params"),
    (13, "version"),
];

const CLIENT_INITIATED: u8 = 1;
/// The flags, and the kind of packet that alone has one.
const FLAGS: &[(u8, u8, &str)] = &[
    (CLIENT_INITIATED, 0, "client-init"),
    (2, 0, "req-ack"),
    (4, 0, "last-pckt"),
    (8, 0, "more-pckts"),
    (16, 0, "free-pckt"),
    (32, ACKNOWLEDGEMENT, "slow-start"),
    (32, DATA, "jumbogram"),
];

const REASONS: &[(u8, &str)] = &[
    (1, "ack requested"),
    (2, "duplicate packet"),
    (3, "out of sequence"),
    (4, "exceeds window"),
    (5, "no buffer space"),
    (6, "ping"),
    (7, "ping response"),
    (8, "delay"),
    (9, "idle"),
];

#[cfg(test)]
mod tests {
    use crate::print::application::rpc::tests::words;
    use crate::print::sample::{options, texts, udp, verbose};
    use crate::wire::LinkType;

    const RAW: LinkType = LinkType::RAW;

    fn packet(kind: u8, flags: u8, body: &[u8]) -> Vec<u8> {
        let mut packet = words(&[1, 2, 3, 1, 5]);
        packet.extend_from_slice(&[kind, flags, 0, 0, 0, 0, 0, 1]);
        packet.extend_from_slice(body);
        packet
    }

    #[test]
    fn a_reply_is_told_by_its_call() {
        let call = udp(
            7001,
            7000,
            &packet(1, 1, &words(&[137, 1, 2, 3, 2, 0x6162_0000, 0, 0, 0, 0, 0, 0])),
        );
        let mut reply = udp(7000, 7001, &packet(1, 4, &words(&[7, 8, 9])));
        let mut abort = udp(7000, 7001, &packet(4, 0, &words(&[110])));
        for back in [&mut reply, &mut abort] {
            back[12..20].copy_from_slice(&[192, 0, 2, 2, 192, 0, 2, 1]);
        }
        let texts = texts(
            &options(0),
            RAW,
            &[&call, &reply, &abort, &udp(7000, 7001, &packet(1, 4, &[]))],
        );
        assert!(
            texts[0].ends_with(":  rx data fs call create-file fid 1/2/3 \"ab\" (76)"),
            "{}",
            texts[0]
        );
        assert!(
            texts[1].ends_with(":  rx data fs reply create-file new fid 7/8/9 (40)"),
            "{}",
            texts[1]
        );
        assert!(
            texts[2].ends_with(":  rx abort fs reply create-file error volume busy (32)"),
            "{}",
            texts[2]
        );
        assert!(texts[3].ends_with(":  rx data (28)"), "{}", texts[3]);
    }

    #[test]
    fn acknowledgements_are_told_in_runs() {
        let mut body = words(&[0, 10, 0, 4]);
        body.extend_from_slice(&[8, 5, 1, 1, 0, 1, 0]);
        let text = verbose(0, RAW, &udp(7000, 7001, &packet(2, 0, &body)));
        let told = ":  rx ack first 10 serial 4 reason delay acked 10-11,13 nacked 12,14 (51)";
        assert!(text.ends_with(told), "{text}");
    }

    #[test]
    fn what_is_missing_is_told() {
        let short = |body: &[u8]| verbose(0, RAW, &udp(7001, 7000, &packet(1, 1, body)));
        assert!(short(&words(&[130, 1])).ends_with(" fs call fetch-data [|fs] (36)"));
        assert!(short(&words(&[148, 2000])).ends_with(" fs call get-vlinfo [|fs] (36)"));
        assert!(short(&words(&[130, 1, 2, 3, 4])).ends_with(" fid 1/2/3 offset 4 length [|rx]"));
    }
}
