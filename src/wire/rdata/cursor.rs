//! Reading the fields of a record, one after the other.

use super::Malformed;
use crate::wire::Reader;
use crate::wire::dns::{Labels, Name, Rdata};

/// A cursor over the data of a record, which can follow names into the message.
#[derive(Debug)]
pub(super) struct Cursor<'a> {
    rdata: Rdata<'a>,
    /// Over the message up to the end of the data.
    reader: Reader<'a>,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(rdata: Rdata<'a>) -> Self {
        let mut reader = Reader::new(rdata.message());
        // The data begins inside the message by construction.
        let _ = reader.skip(rdata.offset());
        Self { rdata, reader }
    }

    /// The whole data, read or not.
    pub(super) fn whole(&self) -> &'a [u8] {
        self.rdata.bytes()
    }

    pub(super) fn u8(&mut self) -> Result<u8, Malformed> {
        Ok(self.reader.u8()?)
    }

    pub(super) fn u16(&mut self) -> Result<u16, Malformed> {
        Ok(self.reader.u16()?)
    }

    pub(super) fn u32(&mut self) -> Result<u32, Malformed> {
        Ok(self.reader.u32()?)
    }

    /// An integer of 48 bits, such as the time of a TSIG.
    pub(super) fn u48(&mut self) -> Result<u64, Malformed> {
        let [a, b, c, d, e, f] = self.reader.array()?;
        Ok(u64::from_be_bytes([0, 0, a, b, c, d, e, f]))
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        Ok(self.reader.array()?)
    }

    pub(super) fn take(&mut self, count: usize) -> Result<&'a [u8], Malformed> {
        Ok(self.reader.take(count)?)
    }

    /// All that is left.
    pub(super) fn rest(&mut self) -> &'a [u8] {
        let rest = self.reader.rest();
        // It is exactly as long as what is left.
        let _ = self.reader.skip(rest.len());
        rest
    }

    /// All that is left, of which there must be something.
    pub(super) fn some_rest(&mut self) -> Result<&'a [u8], Malformed> {
        match self.rest() {
            [] => Err(Malformed::Truncated),
            rest => Ok(rest),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.reader.is_empty()
    }

    /// A string with its length in the first byte.
    pub(super) fn string(&mut self) -> Result<&'a [u8], Malformed> {
        let length = self.u8()?;
        self.take(usize::from(length))
    }

    /// A name that may be compressed: only in the types of RFC 1035 and a few early ones.
    pub(super) fn name(&mut self) -> Result<Name, Malformed> {
        self.labels(Labels::new(self.rdata.message(), self.reader.position()))
    }

    /// A name that must not be compressed (RFC 3597 section 4).
    pub(super) fn uncompressed_name(&mut self) -> Result<Name, Malformed> {
        self.labels(Labels::new(self.rdata.message(), self.reader.position()).uncompressed())
    }

    fn labels(&mut self, mut labels: Labels<'a>) -> Result<Name, Malformed> {
        let start = self.reader.position();
        let name = Name::collect(&mut labels)?;
        let end = labels.end().unwrap_or(start);
        self.reader.skip(end - start)?;
        Ok(name)
    }

    /// Checks that nothing is left.
    pub(super) fn end(&self) -> Result<(), Malformed> {
        if self.is_empty() {
            Ok(())
        } else {
            Err(Malformed::Extra)
        }
    }
}
