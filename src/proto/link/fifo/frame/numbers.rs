//! Ranges of numbers in few bytes: of each range, highest first, how far below the one before it begins and how many
//! numbers it has, both less one, as LEB128.
//!
//! ```text
//!   1     count
//!   8     highest number
//!   …     length of the first range, less one
//!   …     of each further one: how many numbers are missing, less one; its length, less one
//! ```

use std::ops::RangeInclusive;

use super::super::super::ranges::Ranges;
use super::FrameError;
use crate::wire::{Reader, Writer};

/// Ranges of the numbers of datagrams, as they stand in a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Numbers<'a> {
    count: u8,
    highest: u64,
    runs: &'a [u8],
}

impl<'a> Numbers<'a> {
    /// The highest ranges of a set, down to the number `to` and some more, as many as fit so many bytes: encoded into
    /// `out`, which is emptied.
    pub(in super::super) fn encode(
        ranges: &Ranges,
        to: u64,
        most: usize,
        out: &'a mut Vec<u8>,
    ) -> Option<Self> {
        out.clear();
        let highest = ranges.last()?.end - 1;
        let mut count = 0;
        let mut below = highest + 2;
        for range in ranges.iter().rev().take(MOST_RANGES) {
            if range.end <= to && usize::from(count) >= USUAL_RANGES {
                break;
            }
            let before = out.len();
            if count > 0 {
                put(below - 1 - range.end, out);
            }
            put(range.end - range.start - 1, out);
            if count > 0 && out.len() + Self::HEAD_LEN > most {
                out.truncate(before);
                break;
            }
            count += 1;
            below = range.start;
        }
        Some(Self {
            count,
            highest,
            runs: out,
        })
    }

    /// The highest number.
    pub fn highest(&self) -> u64 {
        self.highest
    }

    /// The ranges, highest first.
    pub fn iter(&self) -> impl Iterator<Item = RangeInclusive<u64>> + use<'a> {
        let mut reader = Reader::new(self.runs);
        let mut top = Some(self.highest);
        (0..self.count).map_while(move |place| {
            let mut last = top?;
            if place > 0 {
                last = last.checked_sub(take(&mut reader)?)?;
            }
            let first = last.checked_sub(take(&mut reader)?)?;
            // The next range ends at least one number below.
            top = first.checked_sub(2);
            Some(first..=last)
        })
    }

    /// How many bytes they take in a frame.
    pub(in super::super) fn len(&self) -> usize {
        Self::HEAD_LEN + self.runs.len()
    }

    pub(super) fn write(&self, writer: &mut Writer<'_>) {
        writer.u8(self.count).u64(self.highest).bytes(self.runs);
    }

    pub(super) fn parse(reader: &mut Reader<'a>) -> Result<Self, FrameError> {
        let (count, highest) = (reader.u8()?, reader.u64()?);
        let rest = reader.rest();
        if count == 0 || highest > super::HIGHEST_NUMBER {
            return Err(FrameError::Malformed);
        }
        let mut ahead = Reader::new(rest);
        for _ in 0..usize::from(count) * 2 - 1 {
            take(&mut ahead).ok_or(FrameError::Malformed)?;
        }
        let numbers = Self {
            count,
            highest,
            runs: reader.take(ahead.position())?,
        };
        if numbers.iter().count() != usize::from(count) {
            return Err(FrameError::Malformed);
        }
        Ok(numbers)
    }

    const HEAD_LEN: usize = 9;
}

fn put(mut value: u64, out: &mut Vec<u8>) {
    loop {
        let low = (value & 0x7f).to_le_bytes()[0];
        value >>= 7;
        if value == 0 {
            out.push(low);
            return;
        }
        out.push(low | 0x80);
    }
}

fn take(reader: &mut Reader<'_>) -> Option<u64> {
    let mut value = 0;
    for shift in (0..63).step_by(7) {
        let byte = reader.u8().ok()?;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

/// The most ranges of a frame, and how many are told if there is no reason for more.
const MOST_RANGES: usize = 255;
const USUAL_RANGES: usize = 32;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn ranges_are_read_as_they_were_written(
            runs in prop::collection::vec((0..100_000_u64, 1..500_u64), 1..80),
            most in 20..300_usize,
        ) {
            let mut ranges = Ranges::default();
            for (start, len) in runs {
                ranges.insert(start..start + len, |_| ());
            }
            let mut bytes = Vec::new();
            let numbers = Numbers::encode(&ranges, 0, most, &mut bytes).unwrap();
            prop_assert!(numbers.len() <= most);
            let mut datagram = Vec::new();
            numbers.write(&mut Writer::new(&mut datagram));
            let mut reader = Reader::new(&datagram);
            prop_assert_eq!(Numbers::parse(&mut reader), Ok(numbers));
            prop_assert!(reader.is_empty());
            let read: Vec<_> = numbers.iter().collect();
            let highest: Vec<_> = ranges
                .iter()
                .rev()
                .map(|range| range.start..=range.end - 1)
                .take(read.len())
                .collect();
            prop_assert_eq!(&read, &highest);
            prop_assert!(read.len() == ranges.len() || read.len() == MOST_RANGES || numbers.len() + 6 > most);
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
            if let Ok(numbers) = Numbers::parse(&mut Reader::new(&bytes)) {
                let ranges: Vec<_> = numbers.iter().collect();
                prop_assert!(ranges.iter().all(|range| range.start() <= range.end()));
                prop_assert!(ranges.windows(2).all(|pair| *pair[1].end() + 1 < *pair[0].start()));
            }
        }
    }
}
