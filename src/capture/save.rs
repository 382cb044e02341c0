//! Packets into a capture file.

use std::io::{self, Write};

use thiserror::Error;

use super::Frame;
use crate::wire::LinkType;
use crate::wire::pcap::{Header, Precision, RecordHeader};

/// A capture file being written: plain pcap, little-endian.
///
/// Bytes reach the file in whole packets only, so that whatever is left behind can be read to its last packet,
/// unless the disk fills up in the middle of one.
#[derive(Debug)]
pub struct Save<W: Write> {
    name: String,
    output: W,
    precision: Precision,
    pending: Vec<u8>,
}

/// The file cannot be written on.
#[derive(Debug, Error)]
#[error("write {name}")]
pub struct SaveError {
    name: String,
    source: io::Error,
}

impl<W: Write> Save<W> {
    /// Gathered packets are written when there are this many bytes of them.
    const ENOUGH: usize = 256 * 1024;

    /// Begins a file of packets of `link` on `output`, which errors call `name`.
    pub fn new(name: String, output: W, link: LinkType, precision: Precision, snaplen: u32) -> Self {
        let mut pending = Vec::with_capacity(Self::ENOUGH + 4096);
        Header::write(link, precision, snaplen, &mut pending);
        Self {
            name,
            output,
            precision,
            pending,
        }
    }

    /// Adds one packet.
    ///
    /// # Errors
    /// When what was gathered cannot be written.
    #[inline]
    pub fn add(&mut self, frame: &Frame<'_>) -> Result<(), SaveError> {
        let fraction = match self.precision {
            Precision::Micro => frame.nanos / 1000,
            Precision::Nano => frame.nanos,
        };
        let header = RecordHeader {
            // The format has no other seconds than these; later ones wrap, as libpcap's do.
            secs: (frame.secs & i64::from(u32::MAX)).try_into().unwrap_or_default(),
            fraction,
            captured: frame.bytes.len().try_into().unwrap_or(u32::MAX),
            original: frame.wire_len,
        };
        header.write(&mut self.pending);
        self.pending.extend_from_slice(frame.bytes);
        if self.pending.len() >= Self::ENOUGH {
            self.flush()
        } else {
            Ok(())
        }
    }

    /// Hands all packets to the system.
    ///
    /// # Errors
    /// When they cannot be written: the disk is full, or nobody reads the pipe.
    pub fn flush(&mut self) -> Result<(), SaveError> {
        let written = self
            .output
            .write_all(&self.pending)
            .and_then(|()| self.output.flush());
        self.pending.clear();
        written.map_err(|source| SaveError {
            name: self.name.clone(),
            source,
        })
    }
}
