//! Packets out of a capture file, pcap or pcapng, in either byte order, compressed or not.

use std::io::{self, Read};
use std::path::Path;

use thiserror::Error;

use super::Frame;
use super::blocks::Blocks;
use super::input::Input;
use crate::wire::pcap::{Header, HeaderError, Precision, RecordHeader};
use crate::wire::pcapng::{self, BlockError, Interface, Notes, Section};
use crate::wire::{LinkType, Truncated};

/// An open capture file. What can be read of a broken one is read before the error is met.
#[derive(Debug)]
pub struct File<R: Read> {
    name: String,
    blocks: Blocks<Input<R>>,
    format: Format,
}

#[derive(Debug)]
enum Format {
    Pcap(Header),
    Pcapng(Section),
}

/// A capture file that cannot be opened or read on.
#[derive(Debug, Error)]
#[error("{name}: {problem}")]
pub struct FileError {
    name: String,
    problem: Problem,
}

/// The words are libpcap's.
#[derive(Debug, Error)]
enum Problem {
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error(transparent)]
    Header(#[from] HeaderError),
    #[error(transparent)]
    Block(#[from] BlockError),
    #[error("truncated dump file; tried to read {wanted} {what} bytes, only got {got}")]
    Truncated {
        what: &'static str,
        wanted: usize,
        got: usize,
    },
    #[error("invalid packet capture length {captured}, bigger than maximum of {longest}")]
    Captured { captured: u32, longest: u32 },
    #[error("truncated dump file; its compressed data has no end")]
    Unfinished,
    #[error("the file describes no interface, so there is nothing to tell what its packets are")]
    NoInterface,
}

impl From<Truncated> for Problem {
    fn from(_: Truncated) -> Self {
        Self::Header(HeaderError::UnknownFormat)
    }
}

impl File<std::fs::File> {
    /// Opens the file at `path`.
    ///
    /// # Errors
    /// When it cannot be opened, or does not begin as a capture file does.
    pub fn open(path: &Path) -> Result<Self, FileError> {
        let name = path.display().to_string();
        match std::fs::File::open(path) {
            Ok(file) => Self::new(name, file),
            Err(error) => Err(FileError {
                name,
                problem: error.into(),
            }),
        }
    }
}

impl<R: Read> File<R> {
    /// Reads the beginning of `input`, which errors call `name`.
    ///
    /// # Errors
    /// When it does not begin as a capture file does.
    pub fn new(name: String, input: R) -> Result<Self, FileError> {
        match Self::begin(input) {
            Ok((blocks, format)) => Ok(Self { name, blocks, format }),
            Err(problem) => Err(FileError { name, problem }),
        }
    }

    fn begin(input: R) -> Result<(Blocks<Input<R>>, Format), Problem> {
        let mut blocks = Blocks::new(Input::new(input)?);
        let format = Format::read(&mut blocks)?;
        Ok((blocks, format))
    }

    /// What the packets begin with; in a pcapng file of several interfaces, those of the first.
    pub fn link(&self) -> LinkType {
        match &self.format {
            Format::Pcap(header) => header.link,
            Format::Pcapng(section) => section.link().unwrap_or(LinkType::NULL),
        }
    }

    /// No packet has more captured bytes than this (of the first interface).
    pub fn snaplen(&self) -> u32 {
        match &self.format {
            Format::Pcap(header) => header.snaplen,
            Format::Pcapng(section) => section.snaplen().unwrap_or_default(),
        }
    }

    /// The first interface, as far as the file describes it.
    pub fn interface(&self) -> Interface {
        let described = match &self.format {
            Format::Pcap(_) => None,
            Format::Pcapng(section) => section.interface(0).cloned(),
        };
        described.unwrap_or_else(|| Interface {
            link: self.link(),
            snaplen: self.snaplen(),
            ..Interface::default()
        })
    }

    /// The next packet, or `None` at the end of the file.
    ///
    /// # Errors
    /// When the file is cut short or contradicts itself; there is no reading on after it.
    #[inline]
    pub fn next_frame(&mut self) -> Result<Option<Frame<'_>>, FileError> {
        let found = match &mut self.format {
            Format::Pcap(header) => next_record(&mut self.blocks, header),
            Format::Pcapng(section) => next_packet(&mut self.blocks, section),
        };
        found.map_err(|problem| FileError {
            name: self.name.clone(),
            problem,
        })
    }
}

/// When a packet was captured: seconds since 1970, and nanoseconds.
pub(super) type Time = (i64, i64);

impl<R: Read> File<R> {
    /// The time of the next packet, which is whole and comes [next](Self::next_frame), or `None` at the end.
    ///
    /// # Errors
    /// As [`Self::next_frame`].
    pub(super) fn next_time(&mut self) -> Result<Option<Time>, FileError> {
        let found = match &mut self.format {
            Format::Pcap(header) => record_time(&mut self.blocks, header),
            Format::Pcapng(section) => packet_time(&mut self.blocks, section),
        };
        found.map_err(|problem| FileError {
            name: self.name.clone(),
            problem,
        })
    }
}

impl Format {
    fn read<R: Read>(blocks: &mut Blocks<Input<R>>) -> Result<Self, Problem> {
        const MAGIC: usize = 4;
        need(blocks, MAGIC, "file header")?;
        let start: &[u8; MAGIC] = blocks.bytes().first_chunk().ok_or(Truncated)?;
        if u32::from_be_bytes(*start) == pcapng::SECTION_HEADER {
            return read_section(blocks).map(Self::Pcapng);
        }
        // Another format deserves the word for it, not a remark on its length.
        if !Header::is_magic(*start) {
            return Err(HeaderError::UnknownFormat.into());
        }
        need(blocks, Header::LEN, "file header")?;
        let bytes = *blocks.bytes().first_chunk().ok_or(Truncated)?;
        blocks.consume(Header::LEN);
        Ok(Self::Pcap(Header::parse(&bytes)?))
    }
}

/// Takes the blocks up to the first interface, without which the file has no link type.
fn read_section<R: Read>(blocks: &mut Blocks<Input<R>>) -> Result<Section, Problem> {
    let mut section = Section::new();
    while section.link().is_none() {
        let len = next_block(blocks, &mut section)?.ok_or(Problem::NoInterface)?;
        if section.block(blocks.consume(len))?.is_some() {
            return Err(Problem::NoInterface);
        }
    }
    Ok(section)
}

#[inline]
fn next_record<'a, R: Read>(
    blocks: &'a mut Blocks<Input<R>>,
    header: &Header,
) -> Result<Option<Frame<'a>>, Problem> {
    let Some(record) = whole_record(blocks, header)? else {
        return end(blocks);
    };
    blocks.consume(header.record_len());
    let bytes = blocks.consume(record.captured as usize);
    let (secs, nanos) = time_of(&record, header.precision);
    Ok(Some(Frame {
        secs,
        nanos,
        link: header.link,
        wire_len: record.original,
        // A file may hold more of a packet than its header promises; a reader that relied on the promise must
        // not be surprised.
        bytes: bytes.get(..header.snaplen as usize).unwrap_or(bytes),
        interface: None,
        notes: Notes::default(),
    }))
}

/// Makes the next record available as a whole; gives its header, or `None` at the end of the file.
#[inline(always)]
fn whole_record<R: Read>(
    blocks: &mut Blocks<Input<R>>,
    header: &Header,
) -> Result<Option<RecordHeader>, Problem> {
    let header_len = header.record_len();
    if blocks.fill(header_len)? == 0 {
        return Ok(None);
    }
    need(blocks, header_len, "header")?;
    let record = RecordHeader::parse(header.order, blocks.bytes())?;
    let (captured, longest) = (record.captured, Header::max_captured(header.link));
    if captured > longest {
        return Err(Problem::Captured { captured, longest });
    }
    let wanted = captured as usize;
    let got = blocks.fill(header_len + wanted)? - header_len;
    if got < wanted {
        let what = "captured";
        return Err(Problem::Truncated { what, wanted, got });
    }
    Ok(Some(record))
}

fn record_time<R: Read>(blocks: &mut Blocks<Input<R>>, header: &Header) -> Result<Option<Time>, Problem> {
    match whole_record(blocks, header)? {
        Some(record) => Ok(Some(time_of(&record, header.precision))),
        None => end(blocks),
    }
}

#[inline]
fn time_of(record: &RecordHeader, precision: Precision) -> Time {
    // It should be below a second, but a damaged file may have anything there. It is signed, as libpcap's is.
    let fraction = i64::from(record.fraction.cast_signed());
    let nanos = match precision {
        Precision::Micro => fraction * 1000,
        Precision::Nano => fraction,
    };
    (i64::from(record.secs), nanos)
}

fn next_packet<'a, R: Read>(
    blocks: &'a mut Blocks<Input<R>>,
    section: &'a mut Section,
) -> Result<Option<Frame<'a>>, Problem> {
    let Some(len) = whole_packet(blocks, section)? else {
        return end(blocks);
    };
    let found = section.block(blocks.consume(len))?;
    Ok(found.map(|packet| Frame {
        secs: packet.secs.cast_signed(),
        nanos: packet.nanos.into(),
        link: packet.link,
        wire_len: packet.original,
        bytes: packet.bytes,
        interface: section.interface(packet.interface),
        notes: packet.notes,
    }))
}

fn packet_time<R: Read>(
    blocks: &mut Blocks<Input<R>>,
    section: &mut Section,
) -> Result<Option<Time>, Problem> {
    let Some(len) = whole_packet(blocks, section)? else {
        return end(blocks);
    };
    let packet = section.block(blocks.bytes().get(..len).unwrap_or_default())?;
    Ok(packet.map(|packet| (packet.secs.cast_signed(), packet.nanos.into())))
}

/// Takes the blocks up to the next packet, and makes that available as a whole; gives the length of its block, or
/// `None` at the end of the file.
fn whole_packet<R: Read>(
    blocks: &mut Blocks<Input<R>>,
    section: &mut Section,
) -> Result<Option<usize>, Problem> {
    while let Some(len) = next_block(blocks, section)? {
        if section.holds_packet(blocks.bytes()) {
            return Ok(Some(len));
        }
        section.block(blocks.consume(len))?;
    }
    Ok(None)
}

/// The file has no more bytes: the end, unless it was compressed, and more was to come.
#[cold]
fn end<T, R: Read>(blocks: &Blocks<Input<R>>) -> Result<Option<T>, Problem> {
    if blocks.input().is_cut() {
        Err(Problem::Unfinished)
    } else {
        Ok(None)
    }
}

/// Makes the next whole block available; gives its length, or `None` at the end of the file.
fn next_block<R: Read>(
    blocks: &mut Blocks<Input<R>>,
    section: &mut Section,
) -> Result<Option<usize>, Problem> {
    const START: usize = pcapng::PREFIX_LEN + 4;
    if blocks.fill(START)? == 0 {
        return Ok(None);
    }
    need(blocks, START, "block")?;
    let len = section.block_len(blocks.bytes().first_chunk().ok_or(Truncated)?)?;
    need(blocks, len, "block")?;
    Ok(Some(len))
}

#[inline]
fn need<R: Read>(blocks: &mut Blocks<Input<R>>, wanted: usize, what: &'static str) -> Result<(), Problem> {
    let got = blocks.fill(wanted)?;
    if got == wanted {
        Ok(())
    } else {
        Err(Problem::Truncated { what, wanted, got })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::{Head, Save};

    fn head() -> Head {
        Head::pcap(LinkType::RAW, Precision::Micro, 1000)
    }

    fn sample(count: u8) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut save = Save::new("out".into(), &mut bytes, head());
        for n in 0..count {
            let body = [n; 5];
            let frame = Frame {
                secs: 7,
                nanos: 9000,
                link: LinkType::RAW,
                wire_len: 60,
                bytes: &body,
                interface: None,
                notes: Notes::default(),
            };
            save.add(&frame).unwrap();
        }
        save.flush().unwrap();
        drop(save);
        bytes
    }

    /// The first bytes of the packets, and the error at the end.
    fn read(bytes: &[u8]) -> (Vec<u8>, String) {
        let mut file = match File::new("x".into(), bytes) {
            Ok(file) => file,
            Err(error) => return (Vec::new(), error.to_string()),
        };
        let mut seen = Vec::new();
        loop {
            match file.next_frame() {
                Ok(Some(frame)) => seen.push(frame.bytes[0]),
                Ok(None) => return (seen, String::new()),
                Err(error) => return (seen, error.to_string()),
            }
        }
    }

    #[test]
    fn what_was_saved_is_read_back() {
        let bytes = sample(3);
        let mut file = File::new("x".into(), &bytes[..]).unwrap();
        assert_eq!((file.link(), file.snaplen()), (LinkType::RAW, 1000));
        let frame = file.next_frame().unwrap().unwrap();
        assert_eq!((frame.secs, frame.nanos, frame.wire_len), (7, 9000, 60));
        assert_eq!(read(&bytes), (vec![0, 1, 2], String::new()));
    }

    #[test]
    fn a_cut_file_gives_its_whole_packets_first() {
        let bytes = sample(2);
        let cut = |less: usize| read(&bytes[..bytes.len() - less]);
        let said = "x: truncated dump file; tried to read 5 captured bytes, only got 4";
        assert_eq!(cut(1), (vec![0], said.into()));
        let said = "x: truncated dump file; tried to read 16 header bytes, only got 7";
        assert_eq!(cut(14), (vec![0], said.into()));
    }

    #[test]
    fn an_empty_or_foreign_file_is_named_as_such() {
        assert_eq!(
            read(b"").1,
            "x: truncated dump file; tried to read 4 file header bytes, only got 0"
        );
        assert_eq!(read(b"#!/bin/sh\n").1, "x: unknown file format");
        assert_eq!(
            read(&sample(0)[..20]).1,
            "x: truncated dump file; tried to read 24 file header bytes, only got 20"
        );
    }

    #[test]
    fn a_hostile_length_is_refused_before_memory_is_asked_for() {
        let mut bytes = sample(1);
        bytes[32..36].copy_from_slice(&0x7fff_ffff_u32.to_le_bytes());
        assert_eq!(
            read(&bytes).1,
            "x: invalid packet capture length 2147483647, bigger than maximum of 262144"
        );
    }

    #[test]
    fn a_packet_longer_than_the_snapshot_length_is_cut_to_it() {
        let mut bytes = sample(1);
        bytes[16..20].copy_from_slice(&2_u32.to_le_bytes());
        let mut file = File::new("x".into(), &bytes[..]).unwrap();
        assert_eq!(file.next_frame().unwrap().unwrap().bytes, [0, 0]);
    }
}
