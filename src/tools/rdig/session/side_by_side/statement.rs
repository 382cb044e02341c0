//! What a server says, as far as it can be compared with what another says: pure functions of messages.

use std::collections::{BTreeMap, BTreeSet};

use crate::proto::dns::{is_newer_serial, soa_serial};
use crate::wire::dns::{Class, Flags, Message, Name, Rcode, Record, RecordType, Section};
use crate::wire::rdata::{Style, write};

/// A reply without what may differ between servers that agree: order, case, identifiers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Statement {
    pub(super) rcode: Rcode,
    pub(super) authoritative: bool,
    pub(super) authentic: bool,
    /// The data of the record sets of the answer section, each sorted and without repetition.
    data: BTreeMap<Key, BTreeSet<String>>,
    /// The least time to live of each set.
    ttls: BTreeMap<Key, u32>,
    /// The serial number of the zone, if an SOA record tells it.
    pub(super) serial: Option<u32>,
}

/// Which record set. The name is in lower case.
type Key = (Name, Class, RecordType);

impl Statement {
    /// What `message` says.
    pub(super) fn of(message: &Message<'_>) -> Self {
        let flags = message.header().flags;
        let (mut data, mut ttls) = (BTreeMap::<Key, BTreeSet<String>>::new(), BTreeMap::new());
        for record in message.section(Section::Answer) {
            let key = (record.name.to_lowercase(), record.class, record.rtype);
            data.entry(key.clone()).or_default().insert(comparable(&record));
            let ttl = ttls.entry(key).or_insert(record.ttl);
            *ttl = record.ttl.min(*ttl);
        }
        let serial = message.records().flatten().find_map(|record| soa_serial(&record));
        Self {
            rcode: message.rcode(),
            authoritative: flags.contains(Flags::AA),
            authentic: flags.contains(Flags::AD),
            data,
            ttls,
            serial,
        }
    }

    /// Whether both say the same: response code and records, whatever their times to live and the flags.
    pub(super) fn agrees(&self, other: &Self) -> bool {
        self.rcode == other.rcode && self.data == other.data
    }

    /// In what this differs from `other`, each in a few words; first what they do not agree on.
    pub(super) fn differences(&self, other: &Self) -> Vec<String> {
        let mut said = Vec::new();
        if self.rcode != other.rcode {
            said.push(format!("says {} instead of {}", self.rcode, other.rcode));
        }
        for (key, data) in missing(other, self) {
            said.push(format!("lacks {} {}", owner(&key), data.join(", ")));
        }
        for (key, data) in missing(self, other) {
            said.push(format!("also has {} {}", owner(&key), data.join(", ")));
        }
        for (key, ttl) in &self.ttls {
            if let Some(theirs) = other.ttls.get(key).filter(|theirs| *theirs != ttl) {
                said.push(format!("TTL {ttl} instead of {theirs} of {}", owner(key)));
            }
        }
        match (self.serial, other.serial) {
            (Some(ours), Some(theirs)) if ours != theirs => {
                let age = if is_newer_serial(ours, theirs) {
                    "newer"
                } else {
                    "older"
                };
                said.push(format!("serial {ours}, {age} than {theirs}"));
            }
            _ => {}
        }
        said.extend(flag(
            self.authoritative,
            other.authoritative,
            "authoritative (AA)",
        ));
        said.extend(flag(self.authentic, other.authentic, "marked as validated (AD)"));
        said
    }
}

/// The data that `some` has and `others` have not, by set.
fn missing(some: &Statement, others: &Statement) -> Vec<(Key, Vec<String>)> {
    let mut missing = Vec::new();
    for (key, data) in &some.data {
        let theirs = others.data.get(key);
        let only = data
            .iter()
            .filter(|data| theirs.is_none_or(|theirs| !theirs.contains(*data)));
        let only: Vec<String> = only.cloned().collect();
        if !only.is_empty() {
            missing.push((key.clone(), only));
        }
    }
    missing
}

fn owner((name, _, rtype): &Key) -> String {
    format!("{name} {rtype}")
}

fn flag(ours: bool, theirs: bool, what: &str) -> Option<String> {
    match (ours, theirs) {
        (true, false) => Some(what.to_owned()),
        (false, true) => Some(format!("not {what}")),
        _ => None,
    }
}

/// The data as text in which equal data looks equal: names inside it in lower case for the types in which their case
/// does not matter (RFC 4034 section 6.2).
fn comparable(record: &Record<'_>) -> String {
    let mut text = Vec::new();
    let style = Style {
        word: 0,
        ..Style::default()
    };
    write(record.rtype, record.class, record.rdata, &style, &mut text);
    let text = String::from_utf8_lossy(&text).into_owned();
    if NAMES_INSIDE.contains(&record.rtype) {
        text.to_ascii_lowercase()
    } else {
        text
    }
}

const NAMES_INSIDE: [RecordType; 16] = [
    RecordType::NS,
    RecordType::MD,
    RecordType::MF,
    RecordType::CNAME,
    RecordType::SOA,
    RecordType::MB,
    RecordType::MG,
    RecordType::MR,
    RecordType::PTR,
    RecordType::MINFO,
    RecordType::MX,
    RecordType::RP,
    RecordType::AFSDB,
    RecordType::RT,
    RecordType::DNAME,
    RecordType::SRV,
];

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};
    use proptest::strategy::Strategy;

    use super::*;

    /// A record set member: which of a few owners, which address, and a TTL.
    type Member = (u8, u8, u32);

    fn reply(flags: u8, rcode: u8, members: &[Member]) -> Statement {
        let count = u8::try_from(members.len()).unwrap();
        let mut bytes = vec![0, 7, 0x80 | flags, rcode, 0, 0, 0, count, 0, 0, 0, 0];
        for (owner, last, ttl) in members {
            bytes.extend_from_slice(&[1, b'a' + owner, 0, 0, 1, 0, 1]);
            bytes.extend_from_slice(&ttl.to_be_bytes());
            bytes.extend_from_slice(&[0, 4, 192, 0, 2, *last]);
        }
        Statement::of(&Message::parse(&bytes).unwrap())
    }

    fn members() -> impl Strategy<Value = Vec<Member>> {
        vec((0..3_u8, 0..6_u8, any::<u32>()), 0..8)
    }

    proptest! {
        #[test]
        fn order_repetition_and_times_to_live_make_no_difference(members in members(), ttl in any::<u32>(), turn in 0..8_usize) {
            let mut other: Vec<Member> = members.iter().map(|(owner, last, _)| (*owner, *last, ttl)).collect();
            other.extend(other.first().copied());
            let turn = turn.min(other.len());
            other.rotate_left(turn);
            other.reverse();
            let (one, other) = (reply(0, 0, &members), reply(4, 0, &other));
            prop_assert!(one.agrees(&other) && other.agrees(&one));
        }

        #[test]
        fn another_record_is_a_difference_that_both_sides_name(members in members(), owner in 0..3_u8) {
            let mut more = members.clone();
            more.push((owner, 200, 60));
            let (one, other) = (reply(0, 0, &members), reply(0, 0, &more));
            prop_assert!(!one.agrees(&other) && !other.agrees(&one));
            let name = char::from(b'a' + owner);
            let record = format!("{name}. A 192.0.2.200");
            prop_assert_eq!(&one.differences(&other)[0], &format!("lacks {record}"));
            prop_assert_eq!(&other.differences(&one)[0], &format!("also has {record}"));
        }

        #[test]
        fn what_says_the_same_in_the_same_way_has_no_differences(members in members(), rcode in 0..16_u8) {
            let statement = reply(0, rcode, &members);
            prop_assert_eq!(statement.differences(&statement), Vec::<String>::new());
        }
    }

    #[test]
    fn flags_and_times_to_live_are_said_but_agreed_on() {
        let (one, other) = (reply(4, 0, &[(0, 1, 60)]), reply(0, 0, &[(0, 1, 50)]));
        assert!(one.agrees(&other));
        assert_eq!(
            one.differences(&other),
            ["TTL 60 instead of 50 of a. A", "authoritative (AA)"]
        );
        assert_eq!(
            other.differences(&one),
            ["TTL 50 instead of 60 of a. A", "not authoritative (AA)"]
        );
    }

    #[test]
    fn a_response_code_is_a_difference() {
        let (one, other) = (reply(0, 0, &[]), reply(0, 3, &[]));
        assert!(!one.agrees(&other));
        assert_eq!(other.differences(&one), ["says NXDOMAIN instead of NOERROR"]);
    }

    #[test]
    fn the_case_of_names_inside_of_data_makes_no_difference() {
        let statement = |target: &[u8]| {
            let mut bytes =
                b"\0\x07\x80\0\0\0\0\x01\0\0\0\0\x01A\0\0\x0f\0\x01\0\0\0\x3c\0\x05\0\x0a".to_vec();
            bytes.extend_from_slice(target);
            Statement::of(&Message::parse(&bytes).unwrap())
        };
        assert!(statement(b"\x01M\0").agrees(&statement(b"\x01m\0")));
        assert!(!statement(b"\x01M\0").agrees(&statement(b"\x01n\0")));
    }
}
