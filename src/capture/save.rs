//! Packets into a capture file.

use std::io;

use thiserror::Error;

use super::Frame;
use crate::wire::LinkType;
use crate::wire::pcap::{Header, Precision, RecordHeader};

/// A capture file being written: plain pcap, little-endian.
///
/// Bytes reach the file in whole packets only. If the disk fills up in the middle of one, the file is cut back to
/// the packet before, so that whatever is left behind can be read to its end.
#[derive(Debug)]
pub struct Save<W> {
    name: String,
    output: W,
    precision: Precision,
    pending: Vec<u8>,
    /// Where in `pending` each whole packet ends.
    ends: Vec<usize>,
    /// How many bytes the file has.
    written: u64,
}

/// What a capture file can be written to.
pub trait Output: io::Write {
    /// Takes back what was written beyond `len` bytes, where that is possible.
    fn cut(&mut self, len: u64);
}

impl Output for std::fs::File {
    fn cut(&mut self, len: u64) {
        // A device cannot be cut; there is nothing to be done about it, and an error was met already.
        let _ = self.set_len(len);
    }
}

/// What was written to memory can be taken back.
impl Output for Vec<u8> {
    fn cut(&mut self, len: u64) {
        self.truncate(usize::try_from(len).unwrap_or(usize::MAX));
    }
}

impl<T: Output + ?Sized> Output for &mut T {
    fn cut(&mut self, len: u64) {
        (**self).cut(len);
    }
}

impl<T: Output + ?Sized> Output for Box<T> {
    fn cut(&mut self, len: u64) {
        (**self).cut(len);
    }
}

/// The file cannot be written on.
#[derive(Debug, Error)]
#[error("write {name}")]
pub struct SaveError {
    name: String,
    source: io::Error,
}

impl<W: Output> Save<W> {
    /// Gathered packets are written when there are this many bytes of them.
    const ENOUGH: usize = 256 * 1024;

    /// Begins a file of packets of `link` on `output`, which errors call `name`.
    ///
    /// # Errors
    /// When the header cannot be written.
    pub fn new(
        name: String,
        output: W,
        link: LinkType,
        precision: Precision,
        snaplen: u32,
    ) -> Result<Self, SaveError> {
        let mut pending = Vec::with_capacity(Self::ENOUGH + 4096);
        Header::write(link, precision, snaplen, &mut pending);
        let mut save = Self {
            name,
            output,
            precision,
            pending,
            ends: Vec::new(),
            written: 0,
        };
        save.flush()?;
        Ok(save)
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
        self.ends.push(self.pending.len());
        if self.pending.len() >= Self::ENOUGH {
            self.flush()
        } else {
            Ok(())
        }
    }

    /// Hands all packets to the system.
    ///
    /// # Errors
    /// When they cannot be written: the disk is full, or nobody reads the pipe. What is left of them in the file
    /// is whole.
    pub fn flush(&mut self) -> Result<(), SaveError> {
        let mut done = 0;
        let end = loop {
            let rest = self.pending.get(done..).unwrap_or_default();
            if rest.is_empty() {
                break self.output.flush();
            }
            match self.output.write(rest) {
                Ok(0) => break Err(io::ErrorKind::WriteZero.into()),
                Ok(count) => done += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => break Err(error),
            }
        };
        if end.is_err() {
            done = self
                .ends
                .iter()
                .copied()
                .take_while(|end| *end <= done)
                .last()
                .unwrap_or_default();
            self.output.cut(self.written + done as u64);
        }
        self.written += done as u64;
        self.pending.clear();
        self.ends.clear();
        end.map_err(|source| SaveError {
            name: self.name.clone(),
            source,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A disk with room for so many bytes.
    struct Disk {
        bytes: Vec<u8>,
        room: usize,
    }

    impl io::Write for Disk {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let count = bytes.len().min(self.room - self.bytes.len());
            if count == 0 {
                return Err(io::ErrorKind::StorageFull.into());
            }
            self.bytes.extend_from_slice(&bytes[..count]);
            Ok(count)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Output for Disk {
        fn cut(&mut self, len: u64) {
            self.bytes.cut(len);
        }
    }

    #[test]
    fn a_full_disk_leaves_whole_packets() {
        let mut disk = Disk {
            bytes: Vec::new(),
            room: Header::LEN + 50,
        };
        let mut save = Save::new("x".into(), &mut disk, LinkType::RAW, Precision::Micro, 100).unwrap();
        let frame = Frame {
            secs: 0,
            nanos: 0,
            link: LinkType::RAW,
            wire_len: 4,
            bytes: &[1, 2, 3, 4],
        };
        for _ in 0..3 {
            save.add(&frame).unwrap();
        }
        assert_eq!(save.flush().unwrap_err().to_string(), "write x");
        drop(save);
        assert_eq!(disk.bytes.len(), Header::LEN + 2 * 20);
    }
}
