//! The TSIG record (RFC 8945 section 4.2): a signature by a shared secret, the last record of a message.

use super::{Class, Header, Message, Name, NameError, RecordType, Section};
use crate::wire::{Reader, Truncated, Writer};

/// What a TSIG record says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tsig {
    /// The name of the key.
    pub key: Name,
    /// The name of the algorithm.
    pub algorithm: Name,
    /// When the message was signed, in seconds since 1970 (48 bits).
    pub time: u64,
    /// By how many seconds the clocks may differ.
    pub fudge: u16,
    /// The signature.
    pub mac: Vec<u8>,
    /// The id that the message had when it was signed.
    pub original_id: u16,
    /// What was wrong with the request; 0 if nothing.
    pub error: u16,
    /// For an error about the time: the server's.
    pub other: Vec<u8>,
}

/// A TSIG record that makes no sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the TSIG record is malformed")]
pub struct MalformedTsig;

impl Tsig {
    /// The TSIG record of a message, which is its last one, and where it begins. A record of this type anywhere
    /// else is no signature.
    ///
    /// # Errors
    /// When the last record is a TSIG record that cannot be read.
    pub fn find(message: &Message<'_>) -> Result<Option<(Self, usize)>, MalformedTsig> {
        let Some((offset, record)) = message.last_record() else {
            return Ok(None);
        };
        let is_signature = record.rtype == RecordType::TSIG
            && record.class == Class::ANY
            && record.section == Section::Additional;
        if !is_signature {
            return Ok(None);
        }
        if record.ttl != 0 {
            return Err(MalformedTsig);
        }
        let rdata = record.rdata;
        let (algorithm, after) = Name::read(rdata.message(), rdata.offset())?;
        let mut fields = Reader::new(rdata.message().get(after..).unwrap_or_default());
        let time = u64::from(fields.u16()?) << 32 | u64::from(fields.u32()?);
        let fudge = fields.u16()?;
        let length = fields.u16()?;
        let mac = fields.take(length.into())?.to_vec();
        let original_id = fields.u16()?;
        let error = fields.u16()?;
        let length = fields.u16()?;
        let other = fields.take(length.into())?.to_vec();
        if !fields.is_empty() {
            return Err(MalformedTsig);
        }
        let tsig = Self {
            key: record.name,
            algorithm,
            time,
            fudge,
            mac,
            original_id,
            error,
            other,
        };
        Ok(Some((tsig, offset)))
    }

    /// Appends the record to a message and counts it.
    pub fn append(&self, message: &mut Vec<u8>) {
        let mut data = self.algorithm.as_wire().to_vec();
        self.write_timers(&mut data);
        write_sized(&self.mac, &mut data);
        Writer::new(&mut data).u16(self.original_id).u16(self.error);
        write_sized(&self.other, &mut data);
        Writer::new(message)
            .bytes(self.key.as_wire())
            .u16(RecordType::TSIG.0)
            .u16(Class::ANY.0)
            .u32(0);
        write_sized(&data, message);
        add_to_count(message, 1);
    }

    /// What of the record is signed in the first message of each side (RFC 8945 section 4.3.3).
    pub fn write_variables(&self, out: &mut Vec<u8>) {
        Writer::new(out)
            .bytes(self.key.to_lowercase().as_wire())
            .u16(Class::ANY.0)
            .u32(0)
            .bytes(self.algorithm.to_lowercase().as_wire());
        self.write_timers(out);
        Writer::new(out).u16(self.error);
        write_sized(&self.other, out);
    }

    /// What of it is signed in the messages that follow (section 5.3.1).
    pub fn write_timers(&self, out: &mut Vec<u8>) {
        let [_, _, time @ ..] = self.time.to_be_bytes();
        Writer::new(out).bytes(&time).u16(self.fudge);
    }

    /// The message as it was before this record, found at `offset`, was appended: with the id that it had then.
    pub fn unsigned(&self, message: &[u8], offset: usize) -> Vec<u8> {
        let mut unsigned = message.get(..offset).unwrap_or_default().to_vec();
        if let Some(id) = unsigned.first_chunk_mut() {
            *id = self.original_id.to_be_bytes();
        }
        add_to_count(&mut unsigned, -1);
        unsigned
    }
}

impl From<Truncated> for MalformedTsig {
    fn from(_: Truncated) -> Self {
        Self
    }
}

impl From<NameError> for MalformedTsig {
    fn from(_: NameError) -> Self {
        Self
    }
}

/// Appends bytes behind their length; what does not fit is not written, and nothing that long is ever signed.
fn write_sized(bytes: &[u8], out: &mut Vec<u8>) {
    let length = u16::try_from(bytes.len()).unwrap_or(u16::MAX);
    let bytes = bytes.get(..usize::from(length)).unwrap_or_default();
    Writer::new(out).u16(length).bytes(bytes);
}

/// Changes the number of additional records in the header.
fn add_to_count(message: &mut [u8], difference: i16) {
    let header = message.get_mut(..Header::LEN);
    if let Some(count) = header.and_then(|header| header.last_chunk_mut::<2>()) {
        *count = u16::from_be_bytes(*count)
            .wrapping_add_signed(difference)
            .to_be_bytes();
    }
}

#[cfg(test)]
mod tests {
    use super::super::Query;
    use super::*;

    fn signed() -> (Tsig, Vec<u8>, Vec<u8>) {
        let name = |text: &str| Name::from_text(text).unwrap();
        let tsig = Tsig {
            key: name("Key.test"),
            algorithm: name("HMAC-sha256"),
            time: 0x1_0000_0002,
            fudge: 300,
            mac: vec![7; 32],
            original_id: 0x1234,
            error: 18,
            other: vec![1, 2, 3],
        };
        let query = Query::new(0x1234, name("x.test"), RecordType::A).with_edns();
        let unsigned = query.to_bytes().unwrap();
        let mut message = unsigned.clone();
        tsig.append(&mut message);
        (tsig, unsigned, message)
    }

    #[test]
    fn what_is_appended_is_found_and_taken_off_again() {
        let (tsig, unsigned, mut message) = signed();
        // A forwarder may have changed the id since.
        message[0] = 0xff;
        let (found, offset) = Tsig::find(&Message::parse(&message).unwrap()).unwrap().unwrap();
        assert_eq!((&found, offset), (&tsig, unsigned.len()));
        assert_eq!(found.unsigned(&message, offset), unsigned);
    }

    #[test]
    fn names_are_signed_in_lower_case() {
        let mut variables = Vec::new();
        signed().0.write_variables(&mut variables);
        let expected = b"\x03key\x04test\0\0\xff\0\0\0\0\x0bhmac-sha256\0\0\x01\0\0\0\x02\x01\x2c\0\x12\0\x03\x01\x02\x03";
        assert_eq!(variables, expected);
    }

    #[test]
    fn a_signature_before_the_last_record_is_none() {
        let (_, _, mut message) = signed();
        message.extend_from_slice(b"\0\0\x10\0\x01\0\0\0\0\0\0");
        add_to_count(&mut message, 1);
        assert_eq!(Tsig::find(&Message::parse(&message).unwrap()), Ok(None));
    }

    #[test]
    fn data_that_ends_too_early_is_malformed() {
        let (_, unsigned, mut message) = signed();
        // The length of the data is behind the name, the type, the class and the TTL.
        let length = unsigned.len() + b"\x03Key\x04test\0".len() + 8;
        assert_eq!(message[length..length + 2], [0, 64]);
        message[length + 1] -= 1;
        message.pop();
        assert_eq!(Tsig::find(&Message::parse(&message).unwrap()), Err(MalformedTsig));
    }
}
