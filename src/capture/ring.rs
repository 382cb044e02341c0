//! The packets in the ring that the kernel fills.
//!
//! Linux, Documentation/networking/packet_mmap.rst. A block is handed over as a whole; its packets are a chain.

use std::io;
use std::os::fd::BorrowedFd;

use super::raw::Raw;
use super::sys::{self, Address, field, vlan};

/// A walk over the packets of a ring, block after block.
#[derive(Debug)]
pub(super) struct Walk {
    ring: sys::Ring,
    /// The block that is being read, or that is to come.
    block: usize,
    /// Whether that block is ours.
    held: bool,
    /// How many packets of it have not been read.
    left: u32,
    /// Where in it the packet at hand begins, and where the next one does.
    at: usize,
    next: usize,
}

impl Walk {
    /// The memory of one block, in bytes: the longest packet must fit.
    pub(super) const BLOCK: u32 = 256 * 1024;

    /// Gives `socket` a ring of about `bytes`; blocks that are not full come after `retire_ms`.
    pub(super) fn new(socket: BorrowedFd<'_>, bytes: u32, retire_ms: u32) -> io::Result<Self> {
        let blocks = (bytes / Self::BLOCK).max(2);
        let ring = sys::Ring::new(socket, Self::BLOCK, blocks, retire_ms)?;
        Ok(Self {
            ring,
            block: 0,
            held: false,
            left: 0,
            at: 0,
            next: 0,
        })
    }

    /// Goes on to the next packet; says whether there is one now.
    pub(super) fn advance(&mut self) -> bool {
        while self.left == 0 {
            if self.held {
                self.ring.release(self.block);
                self.block = (self.block + 1) % self.ring.len();
                self.held = false;
            }
            let Some(bytes) = self.ring.block(self.block) else {
                return false;
            };
            self.held = true;
            self.left = u32_at(bytes, COUNT);
            self.next = u32_at(bytes, FIRST) as usize;
        }
        self.left -= 1;
        self.at = self.next;
        self.next += u32_at(self.packet(), field::NEXT) as usize;
        true
    }

    /// The packet at hand.
    pub(super) fn current(&self) -> Raw<'_> {
        let packet = self.packet();
        let start = usize::from(u16_at(packet, field::BYTES));
        let captured = u32_at(packet, field::CAPTURED) as usize;
        // The kernel keeps the tag in a wider field.
        let tag = u16::try_from(u32_at(packet, field::TAG)).unwrap_or_default();
        let address = packet.get(field::ADDRESS..).unwrap_or_default();
        Raw {
            secs: i64::from(u32_at(packet, field::SECS)),
            nanos: u32_at(packet, field::NANOS),
            original: u32_at(packet, field::ORIGINAL),
            bytes: packet
                .get(start..)
                .and_then(|rest| rest.get(..captured))
                .unwrap_or_default(),
            vlan: vlan(
                u32_at(packet, field::STATUS),
                tag,
                u16_at(packet, field::TAG_KIND),
            ),
            address: address_of(address),
        }
    }

    fn packet(&self) -> &[u8] {
        let block = self.ring.block(self.block).unwrap_or_default();
        block.get(self.at..).unwrap_or_default()
    }
}

/// Reads a `struct sockaddr_ll`.
fn address_of(bytes: &[u8]) -> Address {
    let byte = |at: usize| bytes.get(at).copied().unwrap_or_default();
    Address {
        // The one field in network byte order.
        protocol: u16::from_be(u16_at(bytes, 2)),
        ifindex: u32_at(bytes, 4),
        hardware: u16_at(bytes, 8),
        packet_type: byte(10),
        len: byte(11),
        bytes: bytes
            .get(12..)
            .and_then(<[u8]>::first_chunk)
            .copied()
            .unwrap_or_default(),
    }
}

/// A number in the byte order of this machine, as the kernel writes it.
fn u32_at(bytes: &[u8], at: usize) -> u32 {
    bytes
        .get(at..)
        .and_then(<[u8]>::first_chunk)
        .map_or(0, |bytes| u32::from_ne_bytes(*bytes))
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    bytes
        .get(at..)
        .and_then(<[u8]>::first_chunk)
        .map_or(0, |bytes| u16::from_ne_bytes(*bytes))
}

/// In a block: how many packets it has (`num_pkts`), and where the first begins (`offset_to_first_pkt`).
const COUNT: usize = 12;
const FIRST: usize = 16;
