//! Packets into a capture file.

use std::io;

use thiserror::Error;

use super::Frame;
use crate::wire::LinkType;
use crate::wire::pcap::{Header, Precision, RecordHeader};
use crate::wire::pcapng::{self, Application, Counts, Interface};

/// In nanoseconds.
const SECOND: i64 = 1_000_000_000;

/// The lower half of a fraction of a second, which is all of it unless a damaged file was read.
fn low(fraction: i64) -> u32 {
    let [.., a, b, c, d] = fraction.to_be_bytes();
    u32::from_be_bytes([a, b, c, d])
}

/// A capture file being written, little-endian.
///
/// Bytes reach the file in whole packets only. If the disk fills up in the middle of one, the file is cut back to
/// the packet before, so that whatever is left behind can be read to its end.
#[derive(Debug)]
pub struct Save<W> {
    name: String,
    output: W,
    head: Head,
    pending: Vec<u8>,
    /// Where in `pending` each whole packet ends.
    ends: Vec<usize>,
    /// How many bytes the file has, before they are compressed.
    written: u64,
    /// The interfaces that the file describes.
    interfaces: Vec<Interface>,
    /// The place among them of the one that the last packet came from.
    last: usize,
}

/// What a file says of all its packets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// The format of the file.
    pub format: Format,
    /// What the packets begin with.
    pub link: LinkType,
    /// How fine their time stamps are.
    pub precision: Precision,
    /// No packet has more captured bytes than this.
    pub snaplen: u32,
    /// The filter that they have passed.
    pub filter: String,
}

impl Head {
    /// The head of a plain file of packets that have passed no filter.
    pub fn pcap(link: LinkType, precision: Precision, snaplen: u32) -> Self {
        Self {
            format: Format::Pcap,
            link,
            precision,
            snaplen,
            filter: String::new(),
        }
    }
}

/// The format of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// libpcap's: all packets have one link type.
    Pcap,
    /// The next generation's: it names interfaces, and counts what was dropped.
    Pcapng,
}

/// What a capture file can be written to.
pub trait Output: io::Write {
    /// Takes back what was written beyond `len` bytes, where that is possible: not from a pipe, which somebody has
    /// read, and not from what is compressed.
    fn cut(&mut self, len: u64) {
        let _ = len;
    }

    /// Writes what belongs at the end, once all packets are written. Nothing is written after it.
    ///
    /// # Errors
    /// When it cannot be written.
    fn finish(&mut self) -> io::Result<()> {
        self.flush()
    }
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

    fn finish(&mut self) -> io::Result<()> {
        (**self).finish()
    }
}

impl<T: Output + ?Sized> Output for Box<T> {
    fn cut(&mut self, len: u64) {
        (**self).cut(len);
    }

    fn finish(&mut self) -> io::Result<()> {
        (**self).finish()
    }
}

/// The file cannot be written on.
#[derive(Debug, Error)]
pub enum SaveError {
    /// The system refuses it.
    #[error("write {name}")]
    Write {
        /// The file.
        name: String,
        /// What the system said.
        source: io::Error,
    },
    /// The format has one link type for all packets.
    #[error("{name}: a file of {expected} cannot hold a packet of {found}; one that is called *.pcapng can")]
    LinkType {
        /// The file.
        name: String,
        /// That of the file.
        expected: LinkType,
        /// That of the packet.
        found: LinkType,
    },
    /// More interfaces than any machine has.
    #[error("{0}: too many interfaces")]
    Interfaces(String),
}

impl<W: Output> Save<W> {
    /// Gathered packets are written when there are this many bytes of them.
    const ENOUGH: usize = 256 * 1024;

    /// Begins a file on `output`, which errors call `name`. What belongs at the beginning is handed over together
    /// with what follows it.
    pub fn new(name: String, output: W, head: Head) -> Self {
        let mut save = Self {
            name,
            output,
            pending: Vec::with_capacity(Self::ENOUGH + 4096),
            ends: Vec::new(),
            written: 0,
            interfaces: Vec::new(),
            last: 0,
            head,
        };
        let Head {
            link,
            precision,
            snaplen,
            ..
        } = save.head;
        match save.head.format {
            Format::Pcap => Header::write(link, precision, snaplen, &mut save.pending),
            Format::Pcapng => pcapng::write_section(APPLICATION, &mut save.pending),
        }
        save.ends.push(save.pending.len());
        save
    }

    /// Describes the interface that the packets will come from, where the format can: a file without packets has
    /// a link type then, too.
    ///
    /// # Errors
    /// When there are too many interfaces.
    pub fn describe(&mut self, interface: Interface) -> Result<(), SaveError> {
        if self.head.format == Format::Pcap {
            return Ok(());
        }
        if self.interfaces.len() == MAX_INTERFACES {
            return Err(SaveError::Interfaces(self.name.clone()));
        }
        pcapng::write_interface(
            &interface,
            self.head.precision,
            &self.head.filter,
            &mut self.pending,
        );
        self.ends.push(self.pending.len());
        self.last = self.interfaces.len();
        self.interfaces.push(interface);
        Ok(())
    }

    /// Adds one packet.
    ///
    /// # Errors
    /// When what was gathered cannot be written, or a packet is not of the file's link type.
    #[inline]
    pub fn add(&mut self, frame: &Frame<'_>) -> Result<(), SaveError> {
        match self.head.format {
            Format::Pcap => self.add_record(frame)?,
            Format::Pcapng => self.add_block(frame)?,
        }
        self.ends.push(self.pending.len());
        if self.pending.len() >= Self::ENOUGH {
            self.hand_over()
        } else {
            Ok(())
        }
    }

    #[inline]
    fn add_record(&mut self, frame: &Frame<'_>) -> Result<(), SaveError> {
        if frame.link != self.head.link {
            return Err(SaveError::LinkType {
                name: self.name.clone(),
                expected: self.head.link,
                found: frame.link,
            });
        }
        let fraction = match self.head.precision {
            Precision::Micro => low(frame.nanos / 1000),
            Precision::Nano => low(frame.nanos),
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
        Ok(())
    }

    fn add_block(&mut self, frame: &Frame<'_>) -> Result<(), SaveError> {
        let place = self.place_of(frame)?;
        let whole = frame.nanos.div_euclid(SECOND);
        let packet = pcapng::Packet {
            secs: frame.secs.saturating_add(whole).cast_unsigned(),
            nanos: low(frame.nanos.rem_euclid(SECOND)),
            link: frame.link,
            original: frame.wire_len,
            bytes: frame.bytes,
            notes: frame.notes,
            interface: u32::try_from(place).unwrap_or(u32::MAX),
        };
        pcapng::write_packet(&packet, self.head.precision, &mut self.pending);
        Ok(())
    }

    /// The place of the packet's interface, which is described if it is new.
    fn place_of(&mut self, frame: &Frame<'_>) -> Result<usize, SaveError> {
        let is_it = |known: &Interface| match frame.interface {
            Some(interface) => known == interface,
            None => known.link == frame.link,
        };
        if self.interfaces.get(self.last).is_some_and(is_it) {
            return Ok(self.last);
        }
        match self.interfaces.iter().position(is_it) {
            Some(place) => self.last = place,
            None => self.describe(frame.interface.cloned().unwrap_or_else(|| Interface {
                link: frame.link,
                snaplen: self.head.snaplen,
                ..Interface::default()
            }))?,
        }
        Ok(self.last)
    }

    /// How long the file is with all that was added, before it is compressed, in bytes.
    #[expect(
        clippy::len_without_is_empty,
        reason = "a file is never empty: it has a header"
    )]
    pub fn len(&self) -> u64 {
        self.written + self.pending.len() as u64
    }

    /// Hands all packets to the system, or to what compresses them.
    ///
    /// # Errors
    /// When they cannot be written: the disk is full, or nobody reads the pipe. What is left of them in the file
    /// is whole.
    pub fn hand_over(&mut self) -> Result<(), SaveError> {
        let mut done = 0;
        let end = loop {
            let rest = self.pending.get(done..).unwrap_or_default();
            if rest.is_empty() {
                break Ok(());
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
        end.map_err(|source| self.refused(source))
    }

    /// Hands all packets to the system, so that somebody else can read them now.
    ///
    /// # Errors
    /// As [`Self::hand_over`].
    pub fn flush(&mut self) -> Result<(), SaveError> {
        self.hand_over()?;
        self.output.flush().map_err(|source| self.refused(source))
    }

    /// Adds what was counted up to `time`, where the format has a place for it.
    pub fn add_counts(&mut self, time: (u64, u32), counts: &Counts) {
        if self.head.format == Format::Pcapng && !self.interfaces.is_empty() {
            pcapng::write_statistics(0, time, self.head.precision, counts, &mut self.pending);
            self.ends.push(self.pending.len());
        }
    }

    /// Ends the file.
    ///
    /// # Errors
    /// As [`Self::hand_over`].
    pub fn finish(mut self) -> Result<(), SaveError> {
        self.hand_over()?;
        self.output.finish().map_err(|source| self.refused(source))
    }

    fn refused(&self, source: io::Error) -> SaveError {
        SaveError::Write {
            name: self.name.clone(),
            source,
        }
    }
}

const APPLICATION: Application<'_> = Application {
    name: concat!("rdump ", env!("CARGO_PKG_VERSION")),
    comment: None,
};

/// It bounds the memory that is needed to recognise them.
const MAX_INTERFACES: usize = 65_536;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::File;
    use crate::wire::pcapng::Notes;

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

    fn frame(link: LinkType) -> Frame<'static> {
        Frame {
            secs: 0,
            nanos: 0,
            link,
            wire_len: 4,
            bytes: &[1, 2, 3, 4],
            interface: None,
            notes: Notes::default(),
        }
    }

    #[test]
    fn a_plain_file_takes_no_packet_of_another_link_type() {
        let head = Head::pcap(LinkType::RAW, Precision::Micro, 100);
        let mut save = Save::new("x".into(), Vec::new(), head);
        save.add(&frame(LinkType::RAW)).unwrap();
        let error = save.add(&frame(LinkType::ETHERNET)).unwrap_err();
        assert!(error.to_string().starts_with("x: a file of RAW"), "{error}");
    }

    #[test]
    fn each_interface_is_described_once() {
        let mut bytes = Vec::new();
        let head = Head {
            format: Format::Pcapng,
            ..Head::pcap(LinkType::RAW, Precision::Nano, 100)
        };
        let mut save = Save::new("x".into(), &mut bytes, head);
        for link in [
            LinkType::RAW,
            LinkType::ETHERNET,
            LinkType::RAW,
            LinkType::ETHERNET,
        ] {
            save.add(&frame(link)).unwrap();
        }
        assert_eq!(save.interfaces.len(), 2);
        save.finish().unwrap();
        let mut file = File::new("x".into(), &bytes[..]).unwrap();
        let mut links = Vec::new();
        while let Some(frame) = file.next_frame().unwrap() {
            links.push((frame.link, frame.interface.unwrap().snaplen));
        }
        let wanted = [
            LinkType::RAW,
            LinkType::ETHERNET,
            LinkType::RAW,
            LinkType::ETHERNET,
        ];
        assert_eq!(links, wanted.map(|link| (link, 100)));
    }

    #[test]
    fn a_full_disk_leaves_whole_packets() {
        let mut disk = Disk {
            bytes: Vec::new(),
            room: Header::LEN + 50,
        };
        let head = Head::pcap(LinkType::RAW, Precision::Micro, 100);
        let mut save = Save::new("x".into(), &mut disk, head);
        let frame = frame(LinkType::RAW);
        for _ in 0..3 {
            save.add(&frame).unwrap();
        }
        assert_eq!(save.flush().unwrap_err().to_string(), "write x");
        drop(save);
        assert_eq!(disk.bytes.len(), Header::LEN + 2 * 20);
    }
}
