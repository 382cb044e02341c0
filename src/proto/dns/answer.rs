//! What a reply says to its question, once aliases are followed (RFC 1034 section 4.3.2, RFC 2308 section 2).

use std::time::Duration;

use crate::wire::Reader;
use crate::wire::dns::{Flags, Message, Name, Question, Rcode, Record, RecordType, Section};

/// A reply read as the answer to a question.
#[derive(Clone, Debug)]
pub struct Answer<'a> {
    /// The names on the way from the question's name, each an alias for the next; empty if it is no alias.
    pub aliases: Vec<Name>,
    /// The name at the end of the aliases: the one that has the records, or has none.
    pub name: Name,
    /// The records asked for.
    pub records: Vec<Record<'a>>,
    /// What it comes to.
    pub verdict: Verdict,
    /// How long it may be kept, if it may be: see [`read`](Self::read).
    pub lifetime: Option<Duration>,
}

/// What an answer comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// There are records.
    Found,
    /// The name exists, but has no records of the type.
    NoData,
    /// The name does not exist.
    NoName,
    /// It is an alias for a name of which the reply says nothing more: ask for that one.
    Elsewhere,
    /// The aliases go in a circle or on for too long.
    Loop,
    /// The server would not or could not say.
    Failed(Rcode),
}

/// How many aliases are followed in one reply and, by who asks again for what is elsewhere, in a row of them.
pub const MAX_ALIASES: usize = 16;

impl<'a> Answer<'a> {
    /// Reads `message` as the answer to `question`.
    ///
    /// Its lifetime is the least TTL of the records on the way (RFC 2181 section 5.2), or for a negative answer
    /// no more than the TTL and the `minimum` field of the SOA record in the authority section (RFC 2308 section
    /// 5). A TTL with the top bit set counts as zero (RFC 2181 section 8). There is none for a reply that is
    /// truncated, failed, cannot be read to its end, or that denies without an SOA record.
    pub fn read(message: &Message<'a>, question: &Question) -> Self {
        let mut answer = Self {
            aliases: Vec::new(),
            name: question.name.clone(),
            records: Vec::new(),
            verdict: Verdict::Found,
            lifetime: None,
        };
        let mut ttl = u32::MAX;
        let all: Vec<Record<'a>> = message.section(Section::Answer).collect();
        let answers = |name: &Name, record: &Record<'_>, rtype: RecordType| {
            record.name == *name && record.class == question.class && record.rtype == rtype
        };
        let wanted =
            |record: &Record<'_>| question.rtype == RecordType::ANY || record.rtype == question.rtype;
        loop {
            answer.records = all
                .iter()
                .filter(|record| answers(&answer.name, record, record.rtype) && wanted(record))
                .cloned()
                .collect();
            if !answer.records.is_empty() {
                break;
            }
            let alias = all
                .iter()
                .find(|record| answers(&answer.name, record, RecordType::CNAME));
            let Some((alias, target)) = alias.and_then(|alias| Some((alias, target(alias)?))) else {
                break;
            };
            ttl = ttl.min(effective(alias.ttl));
            answer.aliases.push(std::mem::replace(&mut answer.name, target));
            if answer.aliases.contains(&answer.name) || answer.aliases.len() > MAX_ALIASES {
                answer.verdict = Verdict::Loop;
                return answer;
            }
        }
        for record in &answer.records {
            ttl = ttl.min(effective(record.ttl));
        }
        let negative = message
            .section(Section::Authority)
            .find_map(|record| denial(&record));
        answer.verdict = match message.rcode() {
            Rcode::NOERROR if !answer.records.is_empty() => Verdict::Found,
            Rcode::NOERROR if negative.is_none() && !answer.aliases.is_empty() => Verdict::Elsewhere,
            Rcode::NOERROR => Verdict::NoData,
            Rcode::NXDOMAIN => Verdict::NoName,
            other => Verdict::Failed(other),
        };
        let kept = match answer.verdict {
            Verdict::Found | Verdict::Elsewhere => Some(ttl),
            Verdict::NoData | Verdict::NoName => negative.map(|negative| negative.min(ttl)),
            Verdict::Loop | Verdict::Failed(_) => None,
        };
        let whole =
            !message.header().flags.contains(Flags::TC) && message.records().all(|record| record.is_ok());
        answer.lifetime = kept
            .filter(|&seconds| whole && seconds > 0)
            .map(|seconds| Duration::from_secs(seconds.into()));
        answer
    }
}

/// A TTL as RFC 2181 section 8 wants it read: it has 31 bits, and more is nothing.
pub(super) fn effective(ttl: u32) -> u32 {
    if ttl > i32::MAX.unsigned_abs() { 0 } else { ttl }
}

/// The name that a record of type CNAME, NS or PTR holds, in whatever class.
pub fn target(record: &Record<'_>) -> Option<Name> {
    let (name, _) = Name::read(record.rdata.message(), record.rdata.offset()).ok()?;
    Some(name)
}

/// How long what an SOA record denies stays denied.
fn denial(record: &Record<'_>) -> Option<u32> {
    if record.rtype != RecordType::SOA {
        return None;
    }
    let minimum = record.rdata.bytes().len().checked_sub(4)?;
    let mut reader = Reader::new(record.rdata.bytes());
    reader.skip(minimum).ok()?;
    Some(effective(record.ttl).min(effective(reader.u32().ok()?)))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Response, question};
    use super::*;

    fn www() -> Question {
        question("www.test.", RecordType::A)
    }

    fn verdict(response: &Response) -> Verdict {
        let bytes = response.bytes();
        Answer::read(&Message::parse(&bytes).unwrap(), &www()).verdict
    }

    #[test]
    fn records_are_found_at_the_end_of_the_aliases_in_any_order() {
        let bytes = Response::to(&www())
            .a("c.test.", 60, [192, 0, 2, 1])
            .cname("B.test.", 60, "c.test.")
            .cname("www.test.", 60, "b.test.")
            .a("other.test.", 60, [192, 0, 2, 9])
            .bytes();
        let message = Message::parse(&bytes).unwrap();
        let answer = Answer::read(&message, &www());
        assert_eq!(answer.verdict, Verdict::Found);
        assert_eq!(answer.aliases.len(), 2);
        assert_eq!(answer.name.to_string(), "c.test.");
        assert_eq!(answer.records.len(), 1);
        assert_eq!(answer.records[0].rdata.bytes(), [192, 0, 2, 1]);
    }

    #[test]
    fn whoever_asks_for_the_alias_itself_gets_it() {
        let asked = question("www.test.", RecordType::CNAME);
        let bytes = Response::to(&asked).cname("www.test.", 60, "b.test.").bytes();
        let message = Message::parse(&bytes).unwrap();
        let answer = Answer::read(&message, &asked);
        assert_eq!((answer.verdict, answer.aliases.len()), (Verdict::Found, 0));
        assert_eq!(target(&answer.records[0]).unwrap().to_string(), "b.test.");
    }

    #[test]
    fn no_records_and_no_name_are_told_apart() {
        assert_eq!(verdict(&Response::to(&www())), Verdict::NoData);
        assert_eq!(verdict(&Response::to(&www()).rcode(3)), Verdict::NoName);
        assert_eq!(
            verdict(&Response::to(&www()).rcode(5)),
            Verdict::Failed(Rcode::REFUSED)
        );
    }

    #[test]
    fn an_alias_that_leads_out_of_the_reply_is_to_be_asked_for() {
        let alias = Response::to(&www()).cname("www.test.", 60, "b.test.");
        assert_eq!(verdict(&alias), Verdict::Elsewhere);
        let denied = Response::to(&www())
            .cname("www.test.", 60, "b.test.")
            .soa("test.", 60, 60);
        assert_eq!(verdict(&denied), Verdict::NoData);
    }

    #[test]
    fn aliases_in_a_circle_end() {
        let circle = Response::to(&www())
            .cname("www.test.", 60, "b.test.")
            .cname("b.test.", 60, "www.test.");
        assert_eq!(verdict(&circle), Verdict::Loop);
        let mut long = Response::to(&www()).cname("www.test.", 60, "n0.test.");
        for n in 0..100 {
            long = long.cname(&format!("n{n}.test."), 60, &format!("n{}.test.", n + 1));
        }
        assert_eq!(verdict(&long), Verdict::Loop);
    }
}
