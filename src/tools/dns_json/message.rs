//! The members of RFC 8427 section 2, in the order and form that kdig gives them: flags as 0 and 1, hex in upper
//! case, names in master file form with all escapes.

use data_encoding::HEXUPPER;
use serde_json::{Map, Value};

use super::edns::edns;
use crate::wire::dns::{Flags, Message, Question, Record, RecordType, Section};
use crate::wire::rdata::{Style, try_write};

/// Which parts of a message are put in; the header and the question, by which one object is told from another,
/// always are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::tools) struct Parts {
    /// The answer section.
    pub(in crate::tools) answer: bool,
    /// The authority section.
    pub(in crate::tools) authority: bool,
    /// The additional section.
    pub(in crate::tools) additional: bool,
    /// What the OPT record says.
    pub(in crate::tools) edns: bool,
}

impl Parts {
    /// Everything.
    pub(in crate::tools) const ALL: Self = Self {
        answer: true,
        authority: true,
        additional: true,
        edns: true,
    };
}

/// Puts in the members of a message, with those records whose type is to be kept.
pub(super) fn members(
    message: &Message<'_>,
    parts: Parts,
    keep: impl Fn(RecordType) -> bool,
    members: &mut Map<String, Value>,
) {
    let mut set = |name: &str, value: Value| drop(members.insert(name.to_owned(), value));
    let header = message.header();
    let flag = |flag: Flags| Value::from(u8::from(header.flags.contains(flag)));
    set("msgLength", message.bytes().len().into());
    set("ID", header.id.into());
    set("QR", flag(Flags::QR));
    set("Opcode", header.opcode.code().into());
    set("AA", flag(Flags::AA));
    set("TC", flag(Flags::TC));
    set("RD", flag(Flags::RD));
    set("RA", flag(Flags::RA));
    set("AD", flag(Flags::AD));
    set("CD", flag(Flags::CD));
    set("RCODE", header.rcode.0.into());
    set("QDCOUNT", header.questions.into());
    set("ANCOUNT", header.answers.into());
    set("NSCOUNT", header.authorities.into());
    set("ARCOUNT", header.additionals.into());
    // With the eight bits that EDNS adds to the RCODE.
    set("status", message.rcode().to_string().into());
    let questions: Vec<Question> = message.questions().flatten().collect();
    match questions.as_slice() {
        [asked] => question(asked, members),
        questions => list("questionRRs", questions.iter().map(question_record), members),
    }
    for (section, name, shown) in [
        (Section::Answer, "answerRRs", parts.answer),
        (Section::Authority, "authorityRRs", parts.authority),
        (Section::Additional, "additionalRRs", parts.additional),
    ] {
        if shown {
            let records = message.section(section).filter(|record| keep(record.rtype));
            list(name, records.map(|found| record(&found)), members);
        }
    }
    if let (true, Some(opt)) = (parts.edns, message.edns()) {
        members.insert("edns".to_owned(), edns(&opt));
    }
    let unreadable = message.records().find_map(Result::err);
    if let Some(error) = unreadable {
        members.insert("malformed".to_owned(), error.to_string().into());
    }
}

/// Puts in a list, unless it is empty.
fn list(name: &str, items: impl Iterator<Item = Value>, members: &mut Map<String, Value>) {
    let items: Vec<Value> = items.collect();
    if !items.is_empty() {
        members.insert(name.to_owned(), items.into());
    }
}

/// Puts in the members of the only question.
pub(super) fn question(question: &Question, members: &mut Map<String, Value>) {
    let mut set = |name: &str, value: Value| drop(members.insert(name.to_owned(), value));
    set("QNAME", question.name.to_string().into());
    set("QTYPE", question.rtype.0.into());
    set("QTYPEname", question.rtype.to_string().into());
    set("QCLASS", question.class.0.into());
    set("QCLASSname", question.class.to_string().into());
}

/// One of several questions.
fn question_record(question: &Question) -> Value {
    let mut members = Map::new();
    let mut set = |name: &str, value: Value| drop(members.insert(name.to_owned(), value));
    set("NAME", question.name.to_string().into());
    set("TYPE", question.rtype.0.into());
    set("TYPEname", question.rtype.to_string().into());
    set("CLASS", question.class.0.into());
    set("CLASSname", question.class.to_string().into());
    Value::Object(members)
}

/// A record: its data as text, if its type has a text form and the data is what the type says, and its bytes with
/// every name written out.
fn record(record: &Record<'_>) -> Value {
    let mut members = Map::new();
    let mut set = |name: &str, value: Value| drop(members.insert(name.to_owned(), value));
    set("NAME", record.name.to_string().into());
    set("TYPE", record.rtype.0.into());
    set("TYPEname", record.rtype.to_string().into());
    set("CLASS", record.class.0.into());
    if record.rtype != RecordType::OPT {
        set("CLASSname", record.class.to_string().into());
    }
    set("TTL", record.ttl.into());
    if let Some(text) = data(record, TEXT).filter(|text| !text.starts_with(GENERIC)) {
        set(&format!("rdata{}", record.rtype), text.into());
    }
    let bytes = match data(record, BYTES) {
        Some(text) => generic_bytes(&text).to_owned(),
        None => hex(record.rdata.bytes()),
    };
    set("RDLENGTH", (bytes.len() / 2).into());
    set("RDATAHEX", bytes.into());
    Value::Object(members)
}

/// The data in master file form, on one line and without blanks inside of base64 and hex.
fn data(record: &Record<'_>, style: Style) -> Option<String> {
    if record.rtype == RecordType::OPT {
        return None;
    }
    let mut text = Vec::new();
    try_write(record.rtype, record.class, record.rdata, &style, &mut text).ok()?;
    String::from_utf8(text).ok()
}

/// The hex of the generic form of RFC 3597, `\# length hex`.
fn generic_bytes(text: &str) -> &str {
    text.split(' ').nth(2).unwrap_or_default()
}

const GENERIC: &str = "\\# ";

const TEXT: Style = Style {
    multiline: false,
    comments: false,
    word: 0,
    crypto: true,
    expand_aaaa: false,
    unicode: false,
    unknown: false,
    yaml: false,
};

const BYTES: Style = Style {
    unknown: true,
    ..TEXT
};

/// Bytes as RFC 8427 writes them.
pub(super) fn hex(bytes: &[u8]) -> String {
    HEXUPPER.encode(bytes)
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};
    use serde_json::json;

    use super::*;
    use crate::cli::write_json_line;

    /// What is said of `bytes`, read back.
    fn said(bytes: &[u8], parts: Parts) -> Value {
        let mut object = Map::new();
        members(&Message::parse(bytes).unwrap(), parts, |_| true, &mut object);
        let mut line = Vec::new();
        write_json_line(&object, &mut line);
        serde_json::from_slice(&line).unwrap()
    }

    /// One question, `x. MX IN`, and `records`, so many of them in each section.
    fn reply(counts: [u8; 3], records: &[u8]) -> Vec<u8> {
        let [answers, authorities, additionals] = counts;
        let mut bytes = vec![0, 7, 0x85, 0x80, 0, 1, 0, answers, 0, authorities, 0, additionals];
        bytes.extend_from_slice(b"\x01x\0\0\x0f\0\x01");
        bytes.extend_from_slice(records);
        bytes
    }

    const MX: &[u8] = b"\xc0\x0c\0\x0f\0\x01\0\0\0\x3c\0\x06\0\x0a\x01m\xc0\x0c";
    const OPT: &[u8] = b"\0\0\x29\x04\xd0\x01\0\x80\0\0\0";

    #[test]
    fn a_reply_has_the_members_of_the_rfc() {
        let said = said(&reply([1, 0, 1], &[MX, OPT].concat()), Parts::ALL);
        assert_eq!(
            said,
            json!({
                "msgLength": 48, "ID": 7, "QR": 1, "Opcode": 0, "AA": 1, "TC": 0, "RD": 1, "RA": 1, "AD": 0, "CD": 0,
                "RCODE": 0, "QDCOUNT": 1, "ANCOUNT": 1, "NSCOUNT": 0, "ARCOUNT": 1, "status": "BADVERS",
                "QNAME": "x.", "QTYPE": 15, "QTYPEname": "MX", "QCLASS": 1, "QCLASSname": "IN",
                "answerRRs": [{
                    "NAME": "x.", "TYPE": 15, "TYPEname": "MX", "CLASS": 1, "CLASSname": "IN", "TTL": 60,
                    "rdataMX": "10 m.x.", "RDLENGTH": 7, "RDATAHEX": "000A016D017800",
                }],
                "additionalRRs": [{
                    "NAME": ".", "TYPE": 41, "TYPEname": "OPT", "CLASS": 1232, "TTL": 16_809_984, "RDLENGTH": 0,
                    "RDATAHEX": "",
                }],
                "edns": {"version": 0, "udpSize": 1232, "flags": ["do"], "flagBits": 0x8000, "options": []},
            })
        );
    }

    #[test]
    fn parts_that_are_not_wanted_are_left_out() {
        let parts = Parts {
            additional: false,
            edns: false,
            ..Parts::ALL
        };
        let said = said(&reply([1, 0, 1], &[MX, OPT].concat()), parts);
        assert!(said["answerRRs"].is_array());
        for left_out in ["additionalRRs", "edns"] {
            assert!(said.get(left_out).is_none(), "{left_out}");
        }
    }

    #[test]
    fn data_without_a_text_form_is_its_bytes() {
        let unknown = b"\xc0\x0c\xff\0\0\x01\0\0\0\x3c\0\x02\x01\xab";
        let short = b"\xc0\x0c\0\x01\0\x01\0\0\0\x3c\0\x03\x7f\0\0";
        let text = b"\xc0\x0c\0\x10\0\x01\0\0\0\x3c\0\x03\x02\x1b\"";
        let said = said(
            &reply([3, 0, 0], &[&unknown[..], short, text].concat()),
            Parts::ALL,
        );
        let records = &said["answerRRs"];
        assert_eq!(records[0]["RDATAHEX"], "01AB");
        assert_eq!(records[1]["RDATAHEX"], "7F0000");
        assert!(records[0].get("rdataTYPE65280").is_none() && records[1].get("rdataA").is_none());
        assert_eq!(records[2]["rdataTXT"], "\"\\027\\\"\"");
    }

    #[test]
    fn a_message_that_ends_too_early_says_so() {
        let said = said(&reply([2, 0, 0], MX), Parts::ALL);
        assert_eq!(said["answerRRs"].as_array().unwrap().len(), 1);
        assert_eq!(
            said["malformed"],
            "entry 1 of the answer section, at byte 37: unexpected end of input"
        );
    }

    proptest! {
        #[test]
        fn every_record_that_can_be_read_appears_once(
            data in vec((0..300_u16, any::<u32>(), vec(any::<u8>(), 0..40)), 0..9),
            tail in vec(any::<u8>(), 0..30),
        ) {
            let mut records = Vec::new();
            for (rtype, ttl, data) in &data {
                records.extend_from_slice(b"\xc0\x0c");
                records.extend_from_slice(&rtype.to_be_bytes());
                records.extend_from_slice(&[0, 1]);
                records.extend_from_slice(&ttl.to_be_bytes());
                records.extend_from_slice(&u16::try_from(data.len()).unwrap().to_be_bytes());
                records.extend_from_slice(data);
            }
            records.extend_from_slice(&tail);
            let third = u8::try_from(data.len() / 3).unwrap();
            let bytes = reply([third, third, third + 2], &records);
            let said = said(&bytes, Parts::ALL);
            let message = Message::parse(&bytes).unwrap();
            for (section, name) in [
                (Section::Answer, "answerRRs"),
                (Section::Authority, "authorityRRs"),
                (Section::Additional, "additionalRRs"),
            ] {
                let listed = said[name].as_array().cloned().unwrap_or_default();
                let expected: Vec<_> = message.section(section).collect();
                prop_assert_eq!(listed.len(), expected.len());
                for (listed, expected) in listed.iter().zip(&expected) {
                    prop_assert_eq!(&listed["NAME"], &expected.name.to_string());
                    prop_assert_eq!(&listed["TYPE"], expected.rtype.0);
                    prop_assert_eq!(&listed["TTL"], expected.ttl);
                    let digits = listed["RDATAHEX"].as_str().unwrap().len();
                    prop_assert_eq!(&listed["RDLENGTH"], digits / 2);
                    prop_assert!(digits / 2 >= expected.rdata.bytes().len() || expected.rdata.bytes().contains(&0xc0));
                }
            }
        }
    }
}
