//! The case of a name as one more thing that a forger must guess: a forged answer would be kept for a day.
//!
//! host asks for a name as it was typed. What is to be kept is asked for in a case of its own
//! (draft-vixie-dnsext-dns0x20), and put back before anybody sees it.

use crate::wire::dns::{Header, Message, Name};

/// The name in a case of its own.
pub(super) fn disguise(name: &Name) -> Name {
    name.with_case(rand::random)
}

/// Puts the case of `asked` where a reply has that of `sent`: in the question and in the owners of the records.
/// Whether the question had it; if not, the server may be one that changes it, or the reply may be forged.
pub(super) fn reveal(message: &mut [u8], sent: &Name, asked: &Name) -> bool {
    let wire = sent.as_wire();
    let mut places = Vec::new();
    if let Ok(parsed) = Message::parse(message) {
        let is_there = |at: usize| message.get(at..).is_some_and(|rest| rest.starts_with(wire));
        if parsed.header().questions != 1 || !is_there(Header::LEN) {
            return false;
        }
        places.push(Header::LEN);
        // Behind the name, the question has its type and class.
        let mut at = Header::LEN + wire.len() + 4;
        for record in parsed.records().map_while(Result::ok) {
            if is_there(at) {
                places.push(at);
            }
            at = record.rdata.offset() + record.rdata.bytes().len();
        }
    }
    for at in &places {
        if let Some(name) = message.get_mut(*at..at + wire.len()) {
            name.copy_from_slice(asked.as_wire());
        }
    }
    !places.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(question: &[u8], records: &[&[u8]]) -> Vec<u8> {
        let count = u8::try_from(records.len()).unwrap();
        let head = [0, 7, 0x81, 0x80, 0, 1, 0, count, 0, 0, 0, 0];
        [&head, question, b"\0\x01\0\x01", &records.concat()].concat()
    }

    #[test]
    fn the_case_is_put_back_in_the_question_and_in_owners_and_nowhere_else() {
        let (sent, asked): (Name, Name) = ("aB".parse().unwrap(), "ab".parse().unwrap());
        // The data of the second record looks like the name.
        let records = |name: &[u8]| {
            let plain = [name, b"\0\x01\0\x01\0\0\0\x3c\0\x04\x7f\0\0\x01"].concat();
            let pointer = b"\xc0\x0c\0\x01\0\x01\0\0\0\x3c\0\x04\x02aB\0".to_vec();
            [plain, pointer]
        };
        let whole = |name: &[u8]| {
            let [plain, pointer] = records(name);
            reply(name, &[&plain, &pointer])
        };
        let mut message = whole(b"\x02aB\0");
        assert!(reveal(&mut message, &sent, &asked));
        assert_eq!(message, whole(b"\x02ab\0"));
    }

    #[test]
    fn a_reply_in_another_case_or_of_any_bytes_is_left_alone() {
        let (sent, asked): (Name, Name) = ("aB".parse().unwrap(), "ab".parse().unwrap());
        let mut other = reply(b"\x02Ab\0", &[]);
        let before = other.clone();
        assert!(!reveal(&mut other, &sent, &asked));
        assert_eq!(other, before);
        let whole = reply(
            b"\x02aB\0",
            &[b"\x02aB\0\0\x01\0\x01\0\0\0\x3c\0\x04\x7f\0\0\x01"],
        );
        for length in 0..whole.len() {
            reveal(&mut whole[..length].to_vec(), &sent, &asked);
        }
    }
}
