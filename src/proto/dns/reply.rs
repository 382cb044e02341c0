//! Which datagram is the reply to a query: the checks of RFC 5452 section 9.1 that need only the bytes.
//!
//! Where it came from (address and port) is the socket's part of the same rule; [`Mismatch::Source`] names it.

use std::net::SocketAddr;

use thiserror::Error;

use crate::wire::Reader;
use crate::wire::dns::{Flags, Header, Message, Opcode, Rcode, option_code};

/// What counts as the reply to a query.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Accept {
    /// A response with the query's id and opcode and exactly its question: name (upper and lower case as they
    /// were sent), type and class. The question may be missing if the response code says that the server did
    /// not get that far. A cookie must be the query's, and must be there if the query has the server's (RFC 7873
    /// section 5.3).
    #[default]
    Strict,
    /// A message with the query's id and opcode, and with its question if it has one that can be read, in whatever
    /// case: what dig and host take for a reply, though they warn when it does not say that it is one.
    Lenient,
    /// A message with the query's id, whatever else it says: for a tool that shows what came, as dig does.
    Id,
}

/// Why a message is not the reply.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum Mismatch {
    /// It came from somewhere else.
    #[error("it came from {0}")]
    Source(SocketAddr),
    /// It is shorter than a header.
    #[error("it is too short for a message: {0} bytes")]
    Short(usize),
    /// It has another id.
    #[error("its id is {got}, not {expected}")]
    Id {
        /// The id of the query.
        expected: u16,
        /// The id that came.
        got: u16,
    },
    /// It is about another operation.
    #[error("its opcode is {0}")]
    Opcode(Opcode),
    /// It does not say that it is a response.
    #[error("it is not a response")]
    NotAResponse,
    /// It answers another question.
    #[error("it answers another question")]
    Question,
    /// It repeats the question in another case.
    #[error("it repeats the question in another case")]
    Case,
    /// It has another cookie, or none although the server has shown one before.
    #[error("it has not the cookie of the query")]
    Cookie,
}

impl Accept {
    /// Whether `message` is a reply to `query`. Takes any bytes for both; bytes after the first question of the
    /// query do not matter.
    ///
    /// # Errors
    /// The first check that `message` does not stand.
    pub fn judge(self, query: &[u8], message: &[u8]) -> Result<(), Mismatch> {
        let mut after = Reader::new(message);
        let short = |_| Mismatch::Short(message.len());
        let asked = Header::read(&mut Reader::new(query)).map_err(short)?;
        let came = Header::read(&mut after).map_err(short)?;
        if came.id != asked.id {
            return Err(Mismatch::Id {
                expected: asked.id,
                got: came.id,
            });
        }
        if self == Self::Id {
            return Ok(());
        }
        if came.opcode != asked.opcode {
            return Err(Mismatch::Opcode(came.opcode));
        }
        let strict = self == Self::Strict;
        if strict && !came.flags.contains(Flags::QR) {
            return Err(Mismatch::NotAResponse);
        }
        let question = question(query).unwrap_or_default();
        let same = match after.take(question.len()) {
            Ok(start) if strict => start == question,
            Ok(start) => same_but_for_case(start, question),
            Err(_) => false,
        };
        if strict && !has_the_cookie(query, message) {
            return Err(Mismatch::Cookie);
        }
        match came.questions {
            1 if strict && !same && is_case_alone(message, question) => Err(Mismatch::Case),
            0 if !strict || asked.questions == 0 || came.rcode != Rcode::NOERROR => Ok(()),
            1 if same => Ok(()),
            _ if !strict && !asks(message) => Ok(()),
            _ => Err(Mismatch::Question),
        }
    }
}

/// Whether the message has the question, but for its case.
fn is_case_alone(message: &[u8], question: &[u8]) -> bool {
    let start = message
        .get(Header::LEN..)
        .and_then(|rest| rest.get(..question.len()));
    start.is_some_and(|start| same_but_for_case(start, question))
}

/// Whether the cookie of a reply is the one of the query. The cookie of a server is known if that of the query is
/// longer than the client's part.
fn has_the_cookie(query: &[u8], reply: &[u8]) -> bool {
    const CLIENT: usize = 8;
    let (Some(asked), came) = (cookie(query), cookie(reply)) else {
        return true;
    };
    match came {
        Some(came) => came.get(..CLIENT) == asked.get(..CLIENT),
        None => asked.len() <= CLIENT,
    }
}

/// The cookie of a message.
fn cookie(message: &[u8]) -> Option<&[u8]> {
    let edns = Message::parse(message).ok()?.edns()?;
    let mut options = edns.options().flatten();
    options
        .find(|option| option.code == option_code::COOKIE)
        .map(|option| option.data)
}

/// Whether the message has a question that can be read.
fn asks(message: &[u8]) -> bool {
    Message::parse(message).is_ok_and(|message| matches!(message.questions().next(), Some(Ok(_))))
}

/// Whether two questions ask the same; only in the name there is a case to ignore.
fn same_but_for_case(a: &[u8], b: &[u8]) -> bool {
    match (a.split_last_chunk::<4>(), b.split_last_chunk::<4>()) {
        (Some((a, a_rest)), Some((b, b_rest))) => a_rest == b_rest && a.eq_ignore_ascii_case(b),
        _ => a == b,
    }
}

/// The bytes of the first question: its name is never compressed, there is nothing before it to point at.
fn question(message: &[u8]) -> Option<&[u8]> {
    let start = message.get(12..)?;
    let mut reader = Reader::new(start);
    loop {
        match reader.u8().ok()? {
            0 => break,
            length @ 1..=63 => reader.skip(length.into()).ok()?,
            _ => return None,
        }
    }
    reader.skip(4).ok()?;
    start.get(..reader.position())
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUERY: &[u8] =
        b"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x03wWw\x04test\x00\x00\x01\x00\x01";

    /// The query as a response, with `change` made at `offset`.
    fn reply(offset: usize, change: &[u8]) -> Vec<u8> {
        let mut reply = QUERY.to_vec();
        reply[2] = 0x81;
        reply[offset..offset + change.len()].copy_from_slice(change);
        reply
    }

    #[test]
    fn the_same_id_and_question_make_a_reply() {
        assert_eq!(Accept::Strict.judge(QUERY, &reply(0, b"")), Ok(()));
        let mut long = reply(0, b"");
        long.extend_from_slice(b"answers");
        assert_eq!(Accept::Strict.judge(QUERY, &long), Ok(()));
    }

    #[test]
    fn another_id_is_no_reply() {
        let error = Mismatch::Id {
            expected: 0x1234,
            got: 0x1235,
        };
        assert_eq!(Accept::Strict.judge(QUERY, &reply(1, b"\x35")), Err(error));
        assert_eq!(Accept::Id.judge(QUERY, &reply(1, b"\x35")), Err(error));
    }

    #[test]
    fn a_query_or_another_operation_is_no_reply() {
        assert_eq!(Accept::Strict.judge(QUERY, QUERY), Err(Mismatch::NotAResponse));
        for accept in [Accept::Strict, Accept::Lenient] {
            let judged = accept.judge(QUERY, &reply(2, b"\xa8"));
            assert_eq!(judged, Err(Mismatch::Opcode(Opcode::UPDATE)));
        }
        assert_eq!(Accept::Lenient.judge(QUERY, QUERY), Ok(()));
        assert_eq!(Accept::Id.judge(QUERY, QUERY), Ok(()));
    }

    #[test]
    fn another_name_case_type_or_class_is_another_question() {
        for (offset, change) in [(13, b"x"), (13, b"w"), (14, b"w"), (23, b"\x1c"), (25, b"\x03")] {
            let judged = Accept::Strict.judge(QUERY, &reply(offset, change));
            let same = reply(offset, change) == reply(0, b"");
            assert_eq!(judged.is_ok(), same, "at {offset}");
        }
    }

    #[test]
    fn the_question_in_another_case_is_told_from_another_question() {
        let judge = |accept: Accept, change: &[u8]| accept.judge(QUERY, &reply(13, change));
        assert_eq!(judge(Accept::Strict, b"www"), Err(Mismatch::Case));
        assert_eq!(judge(Accept::Strict, b"wxw"), Err(Mismatch::Question));
        assert_eq!(judge(Accept::Lenient, b"www"), Ok(()));
    }

    #[test]
    fn a_cookie_is_the_one_of_the_query_and_there_if_the_server_has_one() {
        let with = |mut message: Vec<u8>, cookie: &[u8]| {
            message[11] = 1;
            message.extend_from_slice(b"\0\0\x29\x04\xd0\0\0\0\0\0");
            let length = u8::try_from(cookie.len()).unwrap();
            message.push(length + 4);
            message.extend_from_slice(&[0, 10, 0, length]);
            message.extend_from_slice(cookie);
            message
        };
        let (client, both) = (&b"client!!"[..], &b"client!!server!!"[..]);
        let judge = |asked, came: Option<&[u8]>| {
            let answer = came.map_or_else(|| reply(0, b""), |came| with(reply(0, b""), came));
            Accept::Strict.judge(&with(QUERY.to_vec(), asked), &answer)
        };
        assert_eq!(judge(client, Some(both)), Ok(()));
        assert_eq!(judge(client, None), Ok(()), "a server without cookies");
        assert_eq!(judge(client, Some(b"clienT!!server!!")), Err(Mismatch::Cookie));
        assert_eq!(judge(client, Some(b"clie")), Err(Mismatch::Cookie));
        assert_eq!(judge(both, Some(b"client!!another!")), Ok(()), "a new one");
        assert_eq!(judge(both, None), Err(Mismatch::Cookie));
        let forged = with(reply(0, b""), b"forged!!");
        assert_eq!(
            Accept::Lenient.judge(&with(QUERY.to_vec(), both), &forged),
            Ok(())
        );
    }

    #[test]
    fn the_lenient_look_at_the_question_only_and_not_at_its_case() {
        assert_eq!(Accept::Lenient.judge(QUERY, &reply(13, b"WwW")), Ok(()));
        assert_eq!(Accept::Lenient.judge(QUERY, &reply(5, b"\x00")), Ok(()));
        // A question that makes no sense is for the one who shows the message to complain of.
        assert_eq!(Accept::Lenient.judge(QUERY, &reply(12, b"\xff")), Ok(()));
        assert_eq!(Accept::Lenient.judge(QUERY, &reply(0, b"")[..20]), Ok(()));
        for (offset, change) in [(13, b"x"), (23, b"\x1c"), (25, b"\x03")] {
            let judged = Accept::Lenient.judge(QUERY, &reply(offset, change));
            assert_eq!(judged, Err(Mismatch::Question), "at {offset}");
        }
    }

    #[test]
    fn an_error_may_come_without_the_question() {
        let mut error = reply(3, b"\x01");
        error[5] = 0;
        error.truncate(12);
        assert_eq!(Accept::Strict.judge(QUERY, &error), Ok(()));
        error[3] = 0;
        assert_eq!(Accept::Strict.judge(QUERY, &error), Err(Mismatch::Question));
    }

    #[test]
    fn a_message_without_a_whole_header_is_no_reply() {
        for length in 0..12 {
            assert_eq!(
                Accept::Id.judge(QUERY, &reply(0, b"")[..length]),
                Err(Mismatch::Short(length))
            );
        }
    }
}
