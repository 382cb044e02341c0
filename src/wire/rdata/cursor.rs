//! Reading the fields of a record, one after the other.

use super::Malformed;
use crate::wire::Reader;
use crate::wire::dns::{Labels, Name, Rdata};

/// A cursor over the data of a record, which can follow names into the message.
///
/// Compression is accepted in every type, as dig does: RFC 3597 section 4 forbids it to senders, but wants
/// receivers to cope with some who did not know.
#[derive(Debug)]
pub(super) struct Cursor<'a> {
    rdata: Rdata<'a>,
    /// Over the message up to the end of the data.
    reader: Reader<'a>,
    /// What has been read, with its names written out; `None` if nobody wants to know.
    expanded: Option<Vec<u8>>,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(rdata: Rdata<'a>) -> Self {
        let mut reader = Reader::new(rdata.message());
        // The data begins inside the message by construction.
        let _ = reader.skip(rdata.offset());
        Self {
            rdata,
            reader,
            expanded: None,
        }
    }

    /// A cursor that takes note of what it reads, with the names written out.
    pub(super) fn expanding(rdata: Rdata<'a>) -> Self {
        Self {
            expanded: Some(Vec::new()),
            ..Self::new(rdata)
        }
    }

    /// What has been read, with its names written out.
    pub(super) fn into_expanded(self) -> Vec<u8> {
        self.expanded.unwrap_or_default()
    }

    /// The whole data, read or not.
    pub(super) fn whole(&self) -> &'a [u8] {
        self.rdata.bytes()
    }

    pub(super) fn u8(&mut self) -> Result<u8, Malformed> {
        self.array().map(|[byte]| byte)
    }

    pub(super) fn u16(&mut self) -> Result<u16, Malformed> {
        self.array().map(u16::from_be_bytes)
    }

    pub(super) fn u32(&mut self) -> Result<u32, Malformed> {
        self.array().map(u32::from_be_bytes)
    }

    /// An integer of 48 bits, such as the time of a TSIG.
    pub(super) fn u48(&mut self) -> Result<u64, Malformed> {
        self.array()
            .map(|[a, b, c, d, e, f]| u64::from_be_bytes([0, 0, a, b, c, d, e, f]))
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        let array = self.reader.array()?;
        self.note(&array);
        Ok(array)
    }

    pub(super) fn take(&mut self, count: usize) -> Result<&'a [u8], Malformed> {
        let bytes = self.reader.take(count)?;
        self.note(bytes);
        Ok(bytes)
    }

    /// All that is left.
    pub(super) fn rest(&mut self) -> &'a [u8] {
        // It is exactly as long as what is left.
        self.take(self.reader.len()).unwrap_or_default()
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

    /// A name, which may be compressed.
    pub(super) fn name(&mut self) -> Result<Name, Malformed> {
        let start = self.reader.position();
        let mut labels = Labels::new(self.rdata.message(), start);
        let name = Name::collect(&mut labels)?;
        let end = labels.end().unwrap_or(start);
        self.reader.skip(end - start)?;
        self.note(name.as_wire());
        Ok(name)
    }

    fn note(&mut self, bytes: &[u8]) {
        if let Some(expanded) = &mut self.expanded {
            expanded.extend_from_slice(bytes);
        }
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
