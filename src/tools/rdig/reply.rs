//! A message read as strictly as dig reads it: what is sound enough to be shown, and what is not.

use std::str;

use thiserror::Error;

use crate::wire::dns::{
    Class, Edns, EdnsOption, Flags, Header, Message, NameError, Question, Rcode, Record, RecordType, Section,
    option_code,
};
use crate::wire::rdata::{Malformed, Style, try_write};

/// A message of which every record that is shown has been read.
#[derive(Debug)]
pub(super) struct Reply<'a> {
    pub(super) header: Header,
    pub(super) rcode: Rcode,
    /// The message.
    pub(super) bytes: &'a [u8],
    pub(super) questions: Vec<Question>,
    /// The records of the three sections, but for those that have a section of their own.
    pub(super) records: Vec<Record<'a>>,
    pub(super) edns: Option<Edns<'a>>,
    /// The signatures of the message: TSIG, SIG(0).
    pub(super) tsig: Option<Record<'a>>,
    pub(super) sig0: Option<Record<'a>>,
    /// Something was wrong that does not hide the rest.
    pub(super) malformed: bool,
    /// How many bytes were not read.
    pub(super) extra: usize,
}

/// A message that cannot be shown.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub(super) enum Unreadable {
    /// A name in it is wrong.
    #[error(transparent)]
    Name(#[from] NameError),
    /// The data of a record is not what its type says.
    #[error(transparent)]
    Data(#[from] Malformed),
    /// An option of EDNS is not what its number says.
    #[error("malformed OPT option")]
    Option,
    /// Something is where it must not be.
    #[error("FORMERR")]
    Misplaced,
}

impl<'a> Reply<'a> {
    /// Reads a message. With `best_effort`, one that ends too early is shown up to there, and what is misplaced is
    /// shown where it is.
    pub(super) fn read(message: &Message<'a>, best_effort: bool) -> Result<Self, Unreadable> {
        Self::read_with(message, best_effort, true)
    }

    /// Reads a message that we made: its options are what was typed, whatever their numbers say.
    pub(super) fn of_ours(message: &Message<'a>) -> Result<Self, Unreadable> {
        Self::read_with(message, true, false)
    }

    fn read_with(message: &Message<'a>, best_effort: bool, checks_options: bool) -> Result<Self, Unreadable> {
        let mut reply = Self {
            header: *message.header(),
            rcode: message.header().rcode,
            bytes: message.bytes(),
            questions: Vec::new(),
            records: Vec::new(),
            edns: None,
            tsig: None,
            sig0: None,
            malformed: false,
            extra: message.trailing().unwrap_or(0),
        };
        if let Some(stopped) = reply.collect(message, best_effort, checks_options)? {
            if !best_effort {
                return Err(NameError::Truncated.into());
            }
            reply.malformed = true;
            reply.extra = message.bytes().len() - stopped;
        }
        if let Some(edns) = &reply.edns {
            reply.rcode = Rcode(u16::from(edns.extended_rcode) << 4 | reply.rcode.0);
        }
        Ok(reply)
    }

    /// Reads questions and records until the message, or the first record that is cut short, ends: then says where
    /// the reading stopped.
    fn collect(
        &mut self,
        message: &Message<'a>,
        best_effort: bool,
        checks_options: bool,
    ) -> Result<Option<usize>, Unreadable> {
        for question in message.questions() {
            match question {
                Ok(question) => self.questions.push(question),
                Err(error) if error.problem == NameError::Truncated => return Ok(Some(error.stopped)),
                Err(error) => return Err(error.problem.into()),
            }
        }
        let class = self.questions.first().map(|question| question.class);
        if self
            .questions
            .iter()
            .any(|question| Some(question.class) != class)
        {
            self.misplaced(best_effort)?;
        }
        let mut ignored = Vec::with_capacity(USUAL_DATA);
        for record in message.records() {
            let record = match record {
                Ok(record) => record,
                Err(error) if error.problem == NameError::Truncated => return Ok(Some(error.stopped)),
                Err(error) => return Err(error.problem.into()),
            };
            match check_data(&record, checks_options, &mut ignored) {
                Ok(()) => {}
                Err(Unreadable::Data(Malformed::Truncated)) => return Ok(Some(record.rdata.offset())),
                Err(error) => return Err(error),
            }
            let is_additional = record.section == Section::Additional;
            match record.rtype {
                RecordType::OPT if is_additional && self.edns.is_none() && record.name.is_root() => {
                    self.edns = Some(Edns::of(&record));
                }
                RecordType::TSIG if is_additional && record.class == Class::ANY => self.tsig = Some(record),
                RecordType::SIG if is_additional && is_transaction_signature(&record) => {
                    self.sig0 = Some(record);
                }
                RecordType::OPT | RecordType::TSIG => {
                    self.misplaced(best_effort)?;
                    self.records.push(record);
                }
                _ => {
                    if class.is_some_and(|class| class != Class::ANY && class != record.class) {
                        self.misplaced(best_effort)?;
                    }
                    self.records.push(record);
                }
            }
        }
        // The message says that it has more than it has bytes for.
        Ok(None)
    }

    /// Notes that a record is where it must not be.
    fn misplaced(&mut self, best_effort: bool) -> Result<(), Unreadable> {
        self.malformed = true;
        if best_effort {
            Ok(())
        } else {
            Err(Unreadable::Misplaced)
        }
    }

    /// Whether a flag is set.
    pub(super) fn has(&self, flag: Flags) -> bool {
        self.header.flags.contains(flag)
    }

    /// The records of one section.
    pub(super) fn section(&self, section: Section) -> impl Iterator<Item = &Record<'a>> {
        self.records
            .iter()
            .filter(move |record| record.section == section)
    }

    /// The data of the option with this number.
    pub(super) fn edns_option(&self, code: u16) -> Option<&'a [u8]> {
        let mut options = self.edns.as_ref()?.options().flatten();
        options
            .find(|option| option.code == code)
            .map(|option| option.data)
    }
}

/// A SIG that covers no type signs the message (RFC 2931).
fn is_transaction_signature(record: &Record<'_>) -> bool {
    record.rdata.bytes().starts_with(&[0, 0])
}

/// About how long the text of a record's data is.
const USUAL_DATA: usize = 128;

/// Checks that the data of a record is what its type says; what it looks like is of no interest.
fn check_data(record: &Record<'_>, checks_options: bool, ignored: &mut Vec<u8>) -> Result<(), Unreadable> {
    if record.rtype == RecordType::OPT {
        for option in Edns::of(record).options() {
            let option = option.map_err(|_| Malformed::Truncated)?;
            if checks_options && !is_sound(option) {
                return Err(Unreadable::Option);
            }
        }
        return Ok(());
    }
    let style = Style::default();
    ignored.clear();
    try_write(record.rtype, record.class, record.rdata, &style, ignored)?;
    Ok(())
}

/// Whether the data of an option is what its number says.
fn is_sound(option: EdnsOption<'_>) -> bool {
    let data = option.data;
    match option.code {
        option_code::LLQ => data.len() == 18,
        option_code::CLIENT_SUBNET => is_sound_subnet(data),
        option_code::EXPIRE => [0, 4].contains(&data.len()),
        option_code::COOKIE => matches!(data.len(), 8 | 16..=40),
        option_code::KEY_TAG => !data.is_empty() && data.len().is_multiple_of(2),
        option_code::EXTENDED_ERROR => data.get(2..).is_some_and(|text| str::from_utf8(text).is_ok()),
        option_code::CLIENT_TAG | option_code::SERVER_TAG => data.len() == 2,
        _ => true,
    }
}

/// RFC 7871 section 6: a family, two prefix lengths, and just as many bytes as the first needs, its rest zero.
fn is_sound_subnet(data: &[u8]) -> bool {
    let [0, family, source, scope, address @ ..] = data else {
        return false;
    };
    let longest = match family {
        0 => 0,
        1 => 32,
        2 => 128,
        _ => return false,
    };
    let spare = (8 - source % 8) % 8;
    let rest_is_zero = address.last().is_none_or(|last| last & ((1 << spare) - 1) == 0);
    *source <= longest
        && *scope <= longest
        && address.len() == usize::from(source.div_ceil(8))
        && rest_is_zero
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One question, `x. A IN`, and `records` as the answers.
    fn message(count: u8, records: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0, 7, 0x80, 0, 0, 1, 0, count, 0, 0, 0, 0, 1, b'x', 0, 0, 1, 0, 1];
        bytes.extend_from_slice(records);
        bytes
    }

    const GOOD: &[u8] = b"\xc0\x0c\0\x01\0\x01\0\0\0\x3c\0\x04\x7f\0\0\x01";

    fn read(bytes: &[u8], best_effort: bool) -> Result<(usize, bool, usize), Unreadable> {
        let reply = Reply::read(&Message::parse(bytes).unwrap(), best_effort)?;
        Ok((reply.records.len(), reply.malformed, reply.extra))
    }

    #[test]
    fn a_sound_message_is_read_to_its_end() {
        assert_eq!(read(&message(2, &[GOOD, GOOD].concat()), true), Ok((2, false, 0)));
        assert_eq!(
            read(&message(1, &[GOOD, b"xyz"].concat()), true),
            Ok((1, false, 3))
        );
    }

    #[test]
    fn a_message_cut_short_is_shown_up_to_there_only_by_best_effort() {
        let bytes = message(2, &[GOOD, &GOOD[..14]].concat());
        assert_eq!(read(&bytes, true), Ok((1, true, 2)));
        assert_eq!(
            read(&bytes, false).unwrap_err().to_string(),
            "unexpected end of input"
        );
    }

    #[test]
    fn data_that_ends_too_early_ends_the_message() {
        let short = b"\xc0\x0c\0\x01\0\x01\0\0\0\x3c\0\x03\x7f\0\0";
        assert_eq!(
            read(&message(2, &[short, GOOD].concat()), true),
            Ok((0, true, 19))
        );
    }

    #[test]
    fn data_that_goes_on_makes_the_message_unreadable() {
        let long = b"\xc0\x0c\0\x01\0\x01\0\0\0\x3c\0\x05\x7f\0\0\0\0";
        assert_eq!(
            read(&message(1, long), true).unwrap_err().to_string(),
            "extra input data"
        );
    }

    #[test]
    fn a_name_that_points_forward_makes_the_message_unreadable() {
        let looped = b"\xc0\x13\0\x01\0\x01\0\0\0\x3c\0\x04\x7f\0\0\x01";
        let error = read(&message(1, looped), true).unwrap_err();
        assert_eq!(error.to_string(), "bad compression pointer");
    }

    #[test]
    fn a_record_of_another_class_is_shown_only_by_best_effort() {
        let chaos = b"\xc0\x0c\0\x10\0\x03\0\0\0\x3c\0\x02\x01a";
        assert_eq!(read(&message(1, chaos), true), Ok((1, true, 0)));
        assert_eq!(read(&message(1, chaos), false), Err(Unreadable::Misplaced));
    }

    #[test]
    fn an_option_must_be_what_its_number_says() {
        let sound = |code, data: &[u8]| is_sound(EdnsOption { code, data });
        assert!(sound(option_code::CLIENT_SUBNET, &[0, 1, 20, 7, 32, 1, 16]));
        assert!(!sound(option_code::CLIENT_SUBNET, &[0, 1, 20, 7, 32, 1, 15]));
        assert!(!sound(option_code::CLIENT_SUBNET, &[0, 1, 24, 0, 192, 0]));
        assert!(sound(option_code::CLIENT_SUBNET, &[0, 0, 0, 0]));
        assert!(!sound(option_code::CLIENT_SUBNET, &[0, 3, 8, 0, 1]));
        assert!(sound(option_code::EXTENDED_ERROR, b"\0\x03\xc3\xa9"));
        assert!(!sound(option_code::EXTENDED_ERROR, b"\0\x03\xff"));
        assert!(sound(option_code::COOKIE, b"12345678"));
        assert!(!sound(option_code::COOKIE, b"123456789"));
        assert!(sound(65001, b""));
    }
}
