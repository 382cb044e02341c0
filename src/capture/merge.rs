//! Packets of several files, by the time of their capture.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io::Read;
use std::mem;

use super::file::Time;
use super::{File, FileError, Frame};

/// Files that are read side by side, each in its own order: whichever has the earliest packet next gives it. Of packets
/// of the same time, that of the earlier file comes first.
///
/// A file that is broken gives what can be read of it, and the others are read on.
#[derive(Debug)]
pub struct Merge<R: Read> {
    files: Vec<File<R>>,
    /// The time of the next packet of each file that has one, and the place of the file.
    next: BinaryHeap<Reverse<(Time, usize)>>,
    /// The files whose next packet has not been looked at.
    unseen: Vec<usize>,
    broken: Vec<FileError>,
}

impl<R: Read> Merge<R> {
    /// Reads `files` side by side.
    pub fn new(files: Vec<File<R>>) -> Self {
        Self {
            next: BinaryHeap::with_capacity(files.len()),
            unseen: (0..files.len()).collect(),
            files,
            broken: Vec::new(),
        }
    }

    /// The next packet, or `None` at the end of all files.
    ///
    /// # Errors
    /// None that is known: a file that cannot be read on is told by [`Self::broken`].
    pub fn next_frame(&mut self) -> Result<Option<Frame<'_>>, FileError> {
        self.look();
        let Some(Reverse((_, place))) = self.next.pop() else {
            return Ok(None);
        };
        self.unseen.push(place);
        match self.files.get_mut(place) {
            Some(file) => file.next_frame(),
            None => Ok(None),
        }
    }

    /// Why some files could not be read to their end, since the last call.
    pub fn broken(&mut self) -> Vec<FileError> {
        mem::take(&mut self.broken)
    }

    fn look(&mut self) {
        for place in self.unseen.drain(..) {
            match self.files.get_mut(place).map(File::next_time) {
                Some(Ok(Some(time))) => self.next.push(Reverse((time, place))),
                Some(Err(error)) => self.broken.push(error),
                Some(Ok(None)) | None => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::{Format, Head, Save};
    use crate::wire::LinkType;
    use crate::wire::pcap::Precision;
    use crate::wire::pcapng::Notes;

    /// A file whose packets come at these nanoseconds, with `mark` as their only byte.
    fn file(mark: u8, link: LinkType, format: Format, times: &[i64]) -> Vec<u8> {
        let head = Head {
            format,
            ..Head::pcap(link, Precision::Nano, 100)
        };
        let mut bytes = Vec::new();
        let mut save = Save::new("x".into(), &mut bytes, head);
        for nanos in times {
            let frame = Frame {
                secs: 1,
                nanos: *nanos,
                link,
                wire_len: 1,
                bytes: &[mark],
                interface: None,
                notes: Notes::default(),
            };
            save.add(&frame).unwrap();
        }
        save.finish().unwrap();
        bytes
    }

    fn merged(files: &[Vec<u8>]) -> (Vec<(i64, u8, LinkType)>, Vec<String>) {
        let files = (1..).zip(files);
        let files = files.map(|(number, bytes)| File::new(format!("{number}"), &bytes[..]).unwrap());
        let mut merge = Merge::new(files.collect());
        let mut found = Vec::new();
        while let Some(frame) = merge.next_frame().unwrap() {
            found.push((frame.nanos, frame.bytes[0], frame.link));
        }
        (found, merge.broken().iter().map(ToString::to_string).collect())
    }

    #[test]
    fn packets_come_by_time_and_of_the_same_time_by_file() {
        let (raw, ether) = (LinkType::RAW, LinkType::ETHERNET);
        let files = [
            file(b'a', raw, Format::Pcap, &[10, 30, 30, 50]),
            file(b'b', ether, Format::Pcapng, &[10, 20, 30, 70]),
            file(b'c', raw, Format::Pcap, &[]),
        ];
        let (found, broken) = merged(&files);
        let wanted = [
            (10, b'a', raw),
            (10, b'b', ether),
            (20, b'b', ether),
            (30, b'a', raw),
            (30, b'a', raw),
            (30, b'b', ether),
            (50, b'a', raw),
            (70, b'b', ether),
        ];
        assert_eq!((found.as_slice(), broken.len()), (&wanted[..], 0));
    }

    #[test]
    fn a_file_without_order_keeps_its_own() {
        let files = [
            file(b'a', LinkType::RAW, Format::Pcap, &[40, 10, 60]),
            file(b'b', LinkType::RAW, Format::Pcap, &[20, 50]),
        ];
        let times: Vec<_> = merged(&files).0.iter().map(|(nanos, ..)| *nanos).collect();
        assert_eq!(times, [20, 40, 10, 50, 60]);
    }

    #[test]
    fn the_others_are_read_on_when_one_is_broken() {
        for format in [Format::Pcap, Format::Pcapng] {
            let mut cut = file(b'a', LinkType::RAW, format, &[10, 20]);
            cut.truncate(cut.len() - 1);
            let (found, broken) = merged(&[cut, file(b'b', LinkType::RAW, format, &[5, 15, 25])]);
            let marks: Vec<_> = found.iter().map(|(_, mark, _)| *mark).collect();
            assert_eq!(marks, *b"babb");
            assert_eq!(broken.len(), 1);
            assert!(
                broken[0].starts_with("1: truncated dump file; tried to read "),
                "{broken:?}"
            );
        }
        let mut cut = file(b'a', LinkType::RAW, Format::Pcap, &[10]);
        cut.truncate(cut.len() - 1);
        let wanted = "1: truncated dump file; tried to read 1 captured bytes, only got 0";
        assert_eq!(merged(&[cut]).1, [wanted]);
    }
}
