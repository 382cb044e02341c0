//! A name server of one zone, in a thread: what `rdig`, `rhost` and `rnc` ask during the tour.

use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::thread;

use fairloss::wire::Writer;
use fairloss::wire::dns::Message;

use crate::tap::Tap;

const ZONE: &[u8] = b"\x04tour\x07example\0";
const HEADER_LENGTH: usize = 12;
const TTL: u32 = 300;

/// One record: the labels before the zone's name, the type, the data.
type Record = (&'static [u8], u16, &'static [u8]);

const RECORDS: &[Record] = &[
    (b"", 2, b"\x03ns1\x04tour\x07example\0"),
    (b"", 15, b"\x00\x0a\x04mail\x04tour\x07example\0"),
    (b"", 1, &[127, 0, 0, 1]),
    (b"\x03www", 5, b"\x04tour\x07example\0"),
    (b"\x03ns1", 1, &[192, 0, 2, 53]),
    (b"\x04mail", 1, &[192, 0, 2, 25]),
    (
        b"\x04mail",
        28,
        &[0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x25],
    ),
    (b"\x05rules", 16, b"\x20what arrives twice is done once."),
];

/// How many hosts the zone has besides: `h1`, `h2` and so on, at 10.0.0.1 and the addresses after it.
pub(crate) const HOSTS: u32 = 500;

/// Starts the server on loopback; it ends with the process. What it hears and says is noted on `tap`.
pub(crate) fn serve(tap: Tap) -> io::Result<SocketAddr> {
    let socket = UdpSocket::bind("127.0.0.1:0")?;
    let address = socket.local_addr()?;
    // On the tap it has the port of name servers, by which `rdump` knows what to decode.
    let shown = SocketAddr::new(address.ip(), 53);
    thread::spawn(move || {
        let mut buffer = [0; 1232];
        while let Ok((length, peer)) = socket.recv_from(&mut buffer) {
            let query = buffer.get(..length).unwrap_or_default();
            tap.note(peer, shown, query);
            if let Some(reply) = answer(query) {
                tap.note(shown, peer, &reply);
                let _ = socket.send_to(&reply, peer);
            }
        }
    });
    Ok(address)
}

/// The authoritative answer to a query: the records of the name, along one alias; without any, NXDOMAIN or NODATA.
fn answer(query: &[u8]) -> Option<Vec<u8>> {
    let message = Message::parse(query).ok()?;
    let question = message.questions().next()?.ok()?;
    let owner = question.name.to_lowercase();
    let labels = owner.as_wire().strip_suffix(ZONE)?;
    let address = host(labels).map(|number| (0x0a00_0000 + number).to_be_bytes());
    let mut found: Vec<(&[u8], u16, &[u8])> = Vec::new();
    if let Some(address) = address.as_ref().filter(|_| question.rtype.0 == 1) {
        found.push((labels, 1, address));
    }
    let mut at = labels;
    loop {
        found.extend(
            RECORDS
                .iter()
                .filter(|(name, kind, _)| *name == at && *kind == question.rtype.0),
        );
        match RECORDS.iter().find(|(name, kind, _)| *name == at && *kind == 5) {
            Some(alias) if question.rtype.0 != 5 => {
                found.push(*alias);
                at = alias.2.strip_suffix(ZONE)?;
            }
            _ => break,
        }
    }
    found.sort_by_key(|(name, ..)| *name != labels);
    let exists = address.is_some() || RECORDS.iter().any(|(name, ..)| *name == labels);

    let mut reply = Vec::new();
    let mut writer = Writer::new(&mut reply);
    let rcode = if exists { 0 } else { 3 };
    writer.bytes(query.get(..2)?).u16(0x8500 | rcode);
    writer
        .u16(1)
        .u16(u16::try_from(found.len()).ok()?)
        .u16(u16::from(found.is_empty()))
        .u16(0);
    let name_end = HEADER_LENGTH + owner.as_wire().len();
    writer.bytes(query.get(HEADER_LENGTH..name_end + 4)?);
    for (name, kind, data) in &found {
        writer.bytes(name).bytes(ZONE).u16(*kind).u16(1).u32(TTL);
        writer.u16(u16::try_from(data.len()).ok()?).bytes(data);
    }
    if found.is_empty() {
        write_soa(&mut writer);
    }
    Some(reply)
}

/// The number of a host, from the label that is its name.
fn host(labels: &[u8]) -> Option<u32> {
    let digits = labels.get(1..)?.strip_prefix(b"h")?;
    let number = std::str::from_utf8(digits).ok()?.parse().ok()?;
    (1..=HOSTS).contains(&number).then_some(number)
}

/// The SOA that a negative answer needs (RFC 2308).
fn write_soa(writer: &mut Writer<'_>) {
    let mut data = Vec::new();
    Writer::new(&mut data)
        .bytes(b"\x03ns1")
        .bytes(ZONE)
        .bytes(b"\x0ahostmaster")
        .bytes(ZONE);
    for number in [1_u32, 3600, 600, 86_400, 60] {
        Writer::new(&mut data).u32(number);
    }
    writer
        .bytes(ZONE)
        .u16(6)
        .u16(1)
        .u32(60)
        .u16(u16::try_from(data.len()).unwrap_or(0))
        .bytes(&data);
}
