//! The walk over a received message: the header first, then one question or record at a time.

use thiserror::Error;

use super::{Class, Edns, Header, Labels, Name, NameError, Rcode, RecordType};
use crate::wire::Reader;

/// A message of which only the header has been read.
#[derive(Clone, Debug)]
pub struct Message<'a> {
    bytes: &'a [u8],
    header: Header,
}

/// The bytes are no message at all.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum MessageError {
    /// There is no room for a header.
    #[error("a message of {length} bytes is shorter than a header")]
    Short {
        /// How many bytes there are.
        length: usize,
    },
}

/// A question or record that cannot be read.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("entry {index} of the {section} section, at byte {offset}: {problem}")]
pub struct RecordError {
    /// Where it stands.
    pub section: Section,
    /// Which of its section it is, from 0.
    pub index: u16,
    /// Where it begins in the message.
    pub offset: usize,
    /// Where the reading stopped: at the name if that is wrong, else at the field that is not there.
    pub stopped: usize,
    /// What is wrong with its name; [`NameError::Truncated`] also when the message ends inside the entry.
    pub problem: NameError,
}

/// The parts of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Section {
    /// What is asked.
    Question,
    /// What answers it.
    Answer,
    /// Who has authority over it.
    Authority,
    /// What may help.
    Additional,
}

impl std::fmt::Display for Section {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Self::Question => "question",
            Self::Answer => "answer",
            Self::Authority => "authority",
            Self::Additional => "additional",
        })
    }
}

/// A question.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Question {
    /// Whose records are asked for.
    pub name: Name,
    /// The type asked for.
    pub rtype: RecordType,
    /// The class asked for.
    pub class: Class,
}

/// A record, its data unread.
#[derive(Clone, Debug)]
pub struct Record<'a> {
    /// Where it stands.
    pub section: Section,
    /// Whose it is.
    pub name: Name,
    /// Its type.
    pub rtype: RecordType,
    /// Its class.
    pub class: Class,
    /// How long it may be kept, in seconds.
    pub ttl: u32,
    /// What it says.
    pub rdata: Rdata<'a>,
}

/// The data of a record, together with the message in which it stands: names inside it may point back there.
#[derive(Clone, Copy, Debug)]
pub struct Rdata<'a> {
    message: &'a [u8],
    offset: usize,
    end: usize,
}

impl<'a> Rdata<'a> {
    /// Data that stands for itself: names in it can point at nothing else.
    pub fn alone(bytes: &'a [u8]) -> Self {
        Self {
            message: bytes,
            offset: 0,
            end: bytes.len(),
        }
    }

    /// The bytes.
    pub fn bytes(&self) -> &'a [u8] {
        self.message.get(self.offset..self.end).unwrap_or_default()
    }

    /// Where they begin in [`message`](Self::message).
    pub fn offset(&self) -> usize {
        self.offset
    }

    /// The message up to the end of the data: all that its names may refer to.
    pub fn message(&self) -> &'a [u8] {
        self.message.get(..self.end).unwrap_or_default()
    }
}

impl<'a> Message<'a> {
    /// Reads the header of a message.
    ///
    /// # Errors
    /// When there is no room for one.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, MessageError> {
        let header =
            Header::read(&mut Reader::new(bytes)).map_err(|_| MessageError::Short { length: bytes.len() })?;
        Ok(Self { bytes, header })
    }

    /// The header.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The whole message.
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// The questions, in order. A question that cannot be read is an error; the walk goes on behind it as long
    /// as its end is known.
    pub fn questions(&self) -> impl Iterator<Item = Result<Question, RecordError>> + use<'a> {
        let mut walk = Walk::new(self);
        std::iter::from_fn(move || walk.next_question())
    }

    /// The records of the three sections, in order. A record that cannot be read is an error; the walk goes on
    /// behind it as long as its end is known.
    pub fn records(&self) -> impl Iterator<Item = Result<Record<'a>, RecordError>> + use<'a> {
        let mut walk = Walk::new(self);
        while walk.next_question().is_some() {}
        std::iter::from_fn(move || walk.next_record())
    }

    /// The records of one section that can be read.
    pub fn section(&self, section: Section) -> impl Iterator<Item = Record<'a>> + use<'a> {
        self.records()
            .filter_map(Result::ok)
            .filter(move |record| record.section == section)
    }

    /// The first OPT record of the additional section.
    pub fn edns(&self) -> Option<Edns<'a>> {
        self.section(Section::Additional)
            .find(|record| record.rtype == RecordType::OPT)
            .map(|record| Edns::of(&record))
    }

    /// The response code with the bits that EDNS adds.
    pub fn rcode(&self) -> Rcode {
        let high = self.edns().map_or(0, |edns| edns.extended_rcode);
        Rcode(u16::from(high) << 4 | self.header.rcode.0)
    }

    /// The last record and where it begins; `None` when there is none, or one of the records cannot be read.
    pub fn last_record(&self) -> Option<(usize, Record<'a>)> {
        let mut walk = Walk::new(self);
        while walk.next_question().is_some() {}
        let mut last = None;
        loop {
            let offset = walk.position?;
            match walk.next_record() {
                Some(record) => last = Some((offset, record.ok()?)),
                None => return last,
            }
        }
    }

    /// How many bytes follow the last record; `None` when the walk does not get there.
    pub fn trailing(&self) -> Option<usize> {
        let mut walk = Walk::new(self);
        while walk.next_question().is_some() {}
        while walk.next_record().is_some() {}
        self.bytes.len().checked_sub(walk.position?)
    }
}

/// A cursor over the entries of a message.
#[derive(Debug)]
struct Walk<'a> {
    bytes: &'a [u8],
    /// Where the next entry begins; `None` once that cannot be known.
    position: Option<usize>,
    /// How many entries each section still has.
    left: [(Section, u16); 4],
    index: u16,
}

impl<'a> Walk<'a> {
    fn new(message: &Message<'a>) -> Self {
        let header = message.header;
        Self {
            bytes: message.bytes,
            position: Some(Header::LEN),
            left: [
                (Section::Question, header.questions),
                (Section::Answer, header.answers),
                (Section::Authority, header.authorities),
                (Section::Additional, header.additionals),
            ],
            index: 0,
        }
    }

    fn next_question(&mut self) -> Option<Result<Question, RecordError>> {
        let (offset, section, index) = self.next_entry(|section| section == Section::Question)?;
        let question = self.read_question(offset);
        Some(question.map_err(|Stop { at, problem }| RecordError {
            section,
            index,
            offset,
            stopped: at,
            problem,
        }))
    }

    fn next_record(&mut self) -> Option<Result<Record<'a>, RecordError>> {
        let (offset, section, index) = self.next_entry(|section| section != Section::Question)?;
        let record = self.read_record(offset, section);
        Some(record.map_err(|Stop { at, problem }| RecordError {
            section,
            index,
            offset,
            stopped: at,
            problem,
        }))
    }

    /// Counts off the next entry of the sections wanted, and says where it begins.
    fn next_entry(&mut self, wanted: impl Fn(Section) -> bool) -> Option<(usize, Section, u16)> {
        let offset = self.position?;
        let (section, left) = self
            .left
            .iter_mut()
            .find(|(section, left)| wanted(*section) && *left > 0)?;
        *left -= 1;
        let index = self.index;
        self.index = if *left == 0 { 0 } else { index + 1 };
        Some((offset, *section, index))
    }

    fn read_question(&mut self, offset: usize) -> Result<Question, Stop> {
        let (name, at) = self.read_name(offset)?;
        let mut fields = Reader::new(self.bytes.get(at..).unwrap_or_default());
        let (Ok(rtype), Ok(class)) = (fields.u16(), fields.u16()) else {
            return Err(Stop::cut(at).unless_bad(&name, offset));
        };
        self.position = Some(at + fields.position());
        Ok(Question {
            name: name.map_err(|problem| Stop { at: offset, problem })?,
            rtype: RecordType(rtype),
            class: Class(class),
        })
    }

    fn read_record(&mut self, offset: usize, section: Section) -> Result<Record<'a>, Stop> {
        let (name, at) = self.read_name(offset)?;
        let mut fields = Reader::new(self.bytes.get(at..).unwrap_or_default());
        let fixed = (fields.u16(), fields.u16(), fields.u32(), fields.u16());
        let (Ok(rtype), Ok(class), Ok(ttl), Ok(length)) = fixed else {
            return Err(Stop::cut(at).unless_bad(&name, offset));
        };
        let start = at + fields.position();
        if fields.skip(usize::from(length)).is_err() {
            return Err(Stop::cut(start).unless_bad(&name, offset));
        }
        let end = at + fields.position();
        self.position = Some(end);
        Ok(Record {
            section,
            name: name.map_err(|problem| Stop { at: offset, problem })?,
            rtype: RecordType(rtype),
            class: Class(class),
            ttl,
            rdata: Rdata {
                message: self.bytes,
                offset: start,
                end,
            },
        })
    }

    /// The name at `offset`, which may be wrong although its end is known, and where the bytes behind it begin.
    /// Until the whole entry has been read, nobody knows where the next one begins.
    fn read_name(&mut self, offset: usize) -> Result<(Result<Name, NameError>, usize), Stop> {
        self.position = None;
        let mut labels = Labels::new(self.bytes, offset);
        let name = Name::collect(&mut labels);
        match (labels.end(), name) {
            (Some(end), name) => Ok((name, end)),
            (None, Err(problem)) => Err(Stop { at: offset, problem }),
            (None, Ok(_)) => Err(Stop::cut(offset)),
        }
    }
}

/// Why and where the reading of an entry stopped.
struct Stop {
    at: usize,
    problem: NameError,
}

impl Stop {
    /// The bytes end too early.
    fn cut(at: usize) -> Self {
        Self {
            at,
            problem: NameError::Truncated,
        }
    }

    /// What is wrong with the name at `offset`, if anything: that came first.
    fn unless_bad(self, name: &Result<Name, NameError>, offset: usize) -> Self {
        match name {
            Err(problem) => Self {
                at: offset,
                problem: *problem,
            },
            Ok(_) => self,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One question, `x. A IN`, and then `records` as two answers.
    fn message(records: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0, 7, 0x80, 0, 0, 1, 0, 2, 0, 0, 0, 0, 1, b'x', 0, 0, 1, 0, 1];
        bytes.extend_from_slice(records);
        bytes
    }

    const GOOD: &[u8] = b"\xc0\x0c\0\x01\0\x01\0\0\0\x3c\0\x04\x7f\0\0\x01";

    #[test]
    fn questions_and_records_are_read_in_order() {
        let bytes = message(&[GOOD, GOOD].concat());
        let message = Message::parse(&bytes).unwrap();
        let questions: Vec<_> = message.questions().map(Result::unwrap).collect();
        assert_eq!(questions.len(), 1);
        assert_eq!(questions[0].name.to_string(), "x.");
        let records: Vec<_> = message.records().map(Result::unwrap).collect();
        assert_eq!(records.len(), 2);
        assert_eq!(records[1].rdata.bytes(), [127, 0, 0, 1]);
        assert_eq!((records[1].ttl, records[1].section), (60, Section::Answer));
        assert_eq!(message.trailing(), Some(0));
    }

    #[test]
    fn a_record_with_a_bad_name_does_not_lose_the_next() {
        let mut bad = GOOD.to_vec();
        bad[1] = 0xff; // a pointer forward
        let bytes = message(&[&bad, GOOD].concat());
        let records: Vec<_> = Message::parse(&bytes).unwrap().records().collect();
        assert_eq!(
            records[0].as_ref().unwrap_err().problem,
            NameError::ForwardPointer
        );
        assert!(records[1].is_ok());
    }

    #[test]
    fn a_record_without_data_does_not_lose_the_next() {
        let empty = b"\xc0\x0c\xff\0\0\x01\0\0\0\x3c\0\0";
        let bytes = message(&[empty, GOOD].concat());
        let records: Vec<_> = Message::parse(&bytes)
            .unwrap()
            .records()
            .map(Result::unwrap)
            .collect();
        assert_eq!(records[0].rdata.bytes(), b"");
        assert_eq!(records[1].rtype, RecordType::A);
    }

    #[test]
    fn a_message_cut_inside_a_record_ends_with_one_error() {
        let bytes = message(&[GOOD, &GOOD[..14]].concat());
        let message = Message::parse(&bytes).unwrap();
        let records: Vec<_> = message.records().collect();
        assert_eq!(records.len(), 2);
        let error = records[1].as_ref().unwrap_err();
        assert_eq!(
            (error.index, error.offset, error.problem),
            (1, 35, NameError::Truncated)
        );
        assert_eq!(error.stopped, 47);
        assert_eq!(message.trailing(), None);
    }

    #[test]
    fn counts_beyond_the_bytes_end_the_walk() {
        let bytes = [0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
        let message = Message::parse(&bytes).unwrap();
        assert_eq!(message.questions().count(), 1);
        assert_eq!(message.records().count(), 0);
    }

    #[test]
    fn bytes_after_the_last_record_are_counted() {
        let bytes = message(&[GOOD, GOOD, b"abc"].concat());
        assert_eq!(Message::parse(&bytes).unwrap().trailing(), Some(3));
    }
}
