//! The form in which a reply is kept, in memory and on disk, and the form in which it is given again.
//!
//! What goes: the OPT record, which is of one hop and must not be cached (RFC 6891 section 6.1.1). What is put
//! right again: the id, the upper and lower case of the question, the AD flag, and each TTL.

use std::time::Duration;

use super::answer::{Answer, Verdict, effective};
use crate::wire::dns::{Flags, Header, Message, Opcode, Question, RecordType, Section};

/// How long replies are kept, at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifetimes {
    /// A positive answer (RFC 8767 section 4 recommends a cap of days).
    pub positive: Duration,
    /// A negative answer (RFC 2308 section 5 found one to three hours to work well).
    pub negative: Duration,
    /// Any answer after that, to be given if no server can be reached (RFC 8767 section 5 suggests one to three
    /// days).
    pub stale: Duration,
}

impl Default for Lifetimes {
    /// A day, three hours, a day.
    fn default() -> Self {
        Self {
            positive: Duration::from_secs(24 * 3600),
            negative: Duration::from_secs(3 * 3600),
            stale: Duration::from_secs(24 * 3600),
        }
    }
}

impl Lifetimes {
    /// What is kept of `message`, the reply to `question`, and for how long. Nothing is kept of what is not plainly a
    /// whole answer to it: what is truncated, failed, signed for one asker, or cannot be read to its end; nor of a
    /// denial without an SOA record.
    pub fn keep(&self, question: &Question, message: &[u8]) -> Option<(Vec<u8>, Duration)> {
        let parsed = Message::parse(message).ok()?;
        let header = parsed.header();
        let only = |asked: Question| asked == *question;
        let answers = header.flags.contains(Flags::QR)
            && header.opcode == Opcode::QUERY
            && header.questions == 1
            && parsed.questions().next()?.is_ok_and(only);
        if !answers || parsed.trailing() != Some(0) {
            return None;
        }
        let answer = Answer::read(&parsed, question);
        let most = match answer.verdict {
            Verdict::Found | Verdict::Elsewhere => self.positive,
            _ => self.negative,
        };
        let lifetime = answer.lifetime?.min(most);
        let kept = without_opt(&parsed)?;
        (!lifetime.is_zero()).then_some((kept, lifetime))
    }
}

/// A reply that was kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The reply as it was kept.
    pub message: Vec<u8>,
    /// How long ago it came.
    pub age: Duration,
    /// How long it was good for when it came.
    pub lifetime: Duration,
}

impl Kept {
    /// Whether its time is over: it is of use only if nobody can be asked.
    pub fn is_stale(&self) -> bool {
        self.age >= self.lifetime
    }

    /// For how long it is good.
    pub fn remaining(&self) -> Duration {
        self.lifetime.saturating_sub(self.age)
    }

    /// Whether it should be asked for again before its time is over, since somebody wants it: in the last tenth.
    pub fn is_due(&self) -> bool {
        self.remaining() <= self.lifetime / 10
    }

    /// The reply to whoever now asks `question` with `id`: its TTLs counted down, or [`STALE_TTL`] once its time is
    /// over.
    pub fn reply(&self, id: u16, question: &Question) -> Vec<u8> {
        let mut bytes = self.message.clone();
        let seconds = u32::try_from(self.age.as_secs()).unwrap_or(u32::MAX);
        let stale = self.is_stale();
        set_ttls(&mut bytes, |ttl| {
            if stale {
                STALE_TTL
            } else {
                ttl.saturating_sub(seconds)
            }
        });
        if let Some(field) = bytes.first_chunk_mut::<2>() {
            *field = id.to_be_bytes();
        }
        let name = question.name.as_wire();
        if let Some(asked) = bytes.get_mut(Header::LEN..Header::LEN + name.len())
            && asked.eq_ignore_ascii_case(name)
        {
            asked.copy_from_slice(name);
        }
        bytes
    }
}

/// The TTL of a stale record, in seconds (RFC 8767 section 4).
pub const STALE_TTL: u32 = 30;

/// Clears the AD flag: for who did not ask whether the answer is authentic (RFC 6840 section 5.8).
pub(super) fn clear_ad(message: &mut [u8]) {
    if let Some(low) = message.get_mut(3) {
        *low &= !0x20;
    }
}

/// The message without its OPT record. There is none if it cannot be taken out without moving what names may
/// point at, or if there are records that hold for one message only.
fn without_opt(message: &Message<'_>) -> Option<Vec<u8>> {
    let mut bytes = message.bytes().to_vec();
    let mut records = message.section(Section::Additional).peekable();
    while let Some(record) = records.next() {
        match record.rtype {
            RecordType::OPT if records.peek().is_some() => return None,
            RecordType::OPT => {
                // Its owner is the root: one byte, and ten of fixed fields.
                bytes.truncate(record.rdata.offset().checked_sub(11)?);
                let count = message.header().additionals.checked_sub(1)?;
                bytes.get_mut(10..12)?.copy_from_slice(&count.to_be_bytes());
            }
            RecordType::TSIG | RecordType::SIG => return None,
            _ => {}
        }
    }
    // An owner that takes more than a byte leaves something behind.
    if Message::parse(&bytes).ok()?.trailing() != Some(0) {
        return None;
    }
    Some(bytes)
}

/// Changes the TTL of every record.
fn set_ttls(bytes: &mut [u8], change: impl Fn(u32) -> u32) {
    let Ok(message) = Message::parse(bytes) else {
        return;
    };
    let ttls: Vec<(usize, u32)> = message
        .records()
        .flatten()
        .map(|record| {
            // The TTL's four bytes and the length's two stand before the data.
            let at = record.rdata.offset().saturating_sub(6);
            (at, change(effective(record.ttl)))
        })
        .collect();
    for (at, ttl) in ttls {
        if let Some(field) = bytes.get_mut(at..).and_then(|rest| rest.first_chunk_mut::<4>()) {
            *field = ttl.to_be_bytes();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Response, question};
    use super::*;

    fn www() -> Question {
        question("www.test.", RecordType::A)
    }

    fn answer(ttl: u32) -> Response {
        Response::to(&www()).a("www.test.", ttl, [192, 0, 2, 1])
    }

    fn keep(message: &[u8]) -> Option<(Vec<u8>, Duration)> {
        Lifetimes::default().keep(&www(), message)
    }

    fn kept(age: u64, lifetime: u64) -> Kept {
        Kept {
            message: answer(60).bytes(),
            age: Duration::from_secs(age),
            lifetime: Duration::from_secs(lifetime),
        }
    }

    /// `message` with one more record in the additional section.
    fn with_additional(mut message: Vec<u8>, record: &[u8]) -> Vec<u8> {
        message[11] += 1;
        message.extend_from_slice(record);
        message
    }

    const OPT: &[u8] = b"\0\0\x29\x04\xd0\0\0\0\0\0\0";

    #[test]
    fn the_opt_record_is_not_kept() {
        let message = answer(60).bytes();
        let (kept, lifetime) = keep(&with_additional(message.clone(), OPT)).unwrap();
        assert_eq!((kept, lifetime), (message, Duration::from_secs(60)));
    }

    #[test]
    fn a_message_from_which_the_opt_record_cannot_be_taken_is_not_kept() {
        let message = with_additional(answer(60).bytes(), OPT);
        let glue = b"\xc0\x0c\0\x01\0\x01\0\0\0\x3c\0\x04\x7f\0\0\x01";
        assert_eq!(keep(&with_additional(message, glue)), None);
    }

    #[test]
    fn what_is_signed_for_one_asker_is_not_kept() {
        let tsig = b"\0\0\xfa\0\xff\0\0\0\0\0\0";
        assert_eq!(keep(&with_additional(answer(60).bytes(), tsig)), None);
    }

    #[test]
    fn what_is_not_plainly_the_answer_is_not_kept() {
        let good = answer(60).bytes();
        let changed = |at: usize, byte: u8| {
            let mut bytes = good.clone();
            bytes[at] = byte;
            bytes
        };
        assert!(keep(&good).is_some());
        assert_eq!(keep(&changed(2, 0x01)), None, "a query");
        assert_eq!(keep(&changed(2, 0xa8)), None, "another operation");
        assert_eq!(keep(&changed(5, 2)), None, "two questions");
        assert_eq!(keep(&changed(13, b'x')), None, "another name");
        let mut long = good.clone();
        long.push(0);
        assert_eq!(keep(&long), None, "bytes behind the end");
        assert_eq!(keep(&good[..good.len() - 1]), None, "cut");
        assert_eq!(
            Lifetimes::default().keep(&question("www.test.", RecordType::MX), &good),
            None
        );
    }

    #[test]
    fn who_asks_gets_his_own_id_and_case_and_the_ttl_that_is_left() {
        let asked = question("wWw.Test.", RecordType::A);
        let reply = kept(12, 60).reply(0xabcd, &asked);
        let message = Message::parse(&reply).unwrap();
        assert_eq!(message.header().id, 0xabcd);
        let question = message.questions().next().unwrap().unwrap();
        assert_eq!(question.name.as_wire(), asked.name.as_wire());
        assert_eq!(message.records().next().unwrap().unwrap().ttl, 48);
    }

    #[test]
    fn a_stale_record_has_half_a_minute() {
        assert!(!kept(59, 60).is_stale());
        assert!(kept(60, 60).is_stale());
        let reply = kept(500, 60).reply(0, &www());
        assert_eq!(
            Message::parse(&reply)
                .unwrap()
                .records()
                .next()
                .unwrap()
                .unwrap()
                .ttl,
            30
        );
    }

    #[test]
    fn in_the_last_tenth_it_is_due_to_be_asked_for_again() {
        assert!(!kept(53, 60).is_due());
        assert!(kept(54, 60).is_due());
    }
}
