//! A tap on the name server's wire: the tour's own capture, for a machine on which nobody may capture.

use std::fs;
use std::io;
use std::net::{SocketAddr, SocketAddrV4};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use fairloss::wire::pcap::{DEFAULT_SNAPLEN, Header, Precision, RecordHeader};
use fairloss::wire::{LinkType, Writer};

/// Datagrams as they passed, and the order in which they did.
#[derive(Clone, Default)]
pub(crate) struct Tap(Arc<Mutex<Vec<Vec<u8>>>>);

impl Tap {
    /// Notes a datagram; only IPv4 is told apart from nothing here.
    pub(crate) fn note(&self, from: SocketAddr, to: SocketAddr, payload: &[u8]) {
        if let (SocketAddr::V4(from), SocketAddr::V4(to)) = (from, to) {
            self.0
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(packet(from, to, payload));
        }
    }

    /// Writes what was noted as a capture of raw IP packets, a millisecond apart.
    pub(crate) fn write(&self, file: &Path) -> io::Result<()> {
        let mut out = Vec::new();
        Header::write(LinkType::RAW, Precision::Micro, DEFAULT_SNAPLEN, &mut out);
        for (number, packet) in (0_u32..).zip(self.0.lock().unwrap_or_else(PoisonError::into_inner).iter()) {
            let length = u32::try_from(packet.len()).unwrap_or(u32::MAX);
            let (secs, fraction) = (1_700_000_000 + number / 1000, number % 1000 * 1000);
            RecordHeader {
                secs,
                fraction,
                captured: length,
                original: length,
            }
            .write(&mut out);
            out.extend(packet);
        }
        fs::write(file, out)
    }
}

/// An IPv4 packet with the datagram in it.
fn packet(from: SocketAddrV4, to: SocketAddrV4, payload: &[u8]) -> Vec<u8> {
    const HEADERS: usize = 28;
    let length = |bytes: usize| u16::try_from(bytes).unwrap_or(u16::MAX);
    let mut packet = Vec::new();
    let mut writer = Writer::new(&mut packet);
    writer
        .u16(0x4500)
        .u16(length(HEADERS + payload.len()))
        .u32(0x0000_4000)
        .u16(0x4011)
        .u16(0);
    writer.bytes(&from.ip().octets()).bytes(&to.ip().octets());
    writer
        .u16(from.port())
        .u16(to.port())
        .u16(length(8 + payload.len()))
        .u16(0)
        .bytes(payload);
    packet
}
